from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.support.change import HOUR, VIEWER, change, event_about, snapshot
from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene
from timesheet.services.snapshot.cached_snapshot import CachedSnapshot, newest, patch_snapshot
from timesheet.services.snapshot.change import WorklogState


def test_t25_an_older_version_never_replaces_a_newer_one(scene: Scene) -> None:
    now = scene.put(PAY, MONDAY, HOUR)
    before = replace(now, seconds=2 * HOUR, updated=now.updated - timedelta(minutes=1))
    assert patch_snapshot(snapshot(scene, now), VIEWER, WEEK, [change(scene, before)]).worklogs == (now,)


def test_a_deleted_worklog_takes_its_issue_along_when_it_was_the_last(scene: Scene) -> None:
    kept, gone = scene.put(PAY, MONDAY, HOUR), scene.put(OPS, MONDAY, HOUR)
    left = patch_snapshot(snapshot(scene, kept, gone), VIEWER, WEEK, [change(scene, gone, gone=True)])
    assert left.worklogs == (kept,)
    assert set(left.issues) == {PAY}


def test_a_worklog_that_moved_out_of_the_window_leaves_it(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    moved = replace(was, day=WEEK.last + timedelta(days=1), updated=was.updated + timedelta(seconds=1))
    assert patch_snapshot(snapshot(scene, was), VIEWER, WEEK, [change(scene, moved)]).worklogs == ()


def test_somebody_elses_worklog_never_gets_in(scene: Scene) -> None:
    theirs = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    assert patch_snapshot(snapshot(scene), VIEWER, WEEK, [change(scene, theirs)]).worklogs == ()


@pytest.mark.parametrize(("age", "known", "named"), [(-1, True, "old"), (-1, False, "new"), (0, True, "new")])
def test_an_issue_of_a_change_replaces_what_was_read_before_it(
    scene: Scene, age: int, known: bool, named: str
) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    read = snapshot(scene, worklog)
    read = replace(read, issues={PAY: replace(scene.jira.issues[PAY], summary="old")} if known else {})
    issue = replace(scene.jira.issues[PAY], summary="new")
    one = WorklogState(worklog.id, worklog, scene.jira.now + timedelta(seconds=age), issue)
    assert patch_snapshot(read, VIEWER, WEEK, [one]).issues[PAY].summary == named


def test_of_two_equal_versions_the_one_that_came_last_counts(scene: Scene) -> None:
    read = scene.put(PAY, MONDAY, HOUR)
    written = replace(read, seconds=2 * HOUR)
    assert patch_snapshot(snapshot(scene, read), VIEWER, WEEK, [change(scene, written)]).worklogs == (
        written,
    )
    assert newest((read, written)) == read


def test_changed_worklogs_are_in_the_order_of_their_start(scene: Scene) -> None:
    early, late = scene.put(PAY, MONDAY, HOUR), scene.put(PAY, MONDAY + timedelta(days=1), HOUR)
    read = snapshot(scene, late)
    assert patch_snapshot(read, VIEWER, WEEK, [change(scene, early)]).worklogs == (early, late)
    moved = replace(early, started=late.started + timedelta(hours=1), day=late.day)
    read = snapshot(scene, early, late)
    assert patch_snapshot(read, VIEWER, WEEK, [change(scene, moved)]).worklogs == (late, moved)


def test_a_cached_snapshot_is_as_old_as_its_read(scene: Scene) -> None:
    read = snapshot(scene)
    scene.wait(1)
    assert CachedSnapshot(read, whole_at=scene.jira.now).read_at == read.read_at


def test_events_are_compared_again_only_if_a_change_says_so(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    cached = CachedSnapshot(snapshot(scene), checked=event_about(scene, worklog))
    changes = [change(scene, worklog)]
    assert cached.with_changes(VIEWER, WEEK, changes).checked == cached.checked
    assert cached.with_changes(VIEWER, WEEK, changes, check_again=True).checked is None
