from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene
from timesheet.domain.worklog import Worklog
from timesheet.services.ports.jira import Snapshot
from timesheet.services.snapshot.change_log import (
    MOST_CHANGES,
    Change,
    held_snapshots,
    note_changes,
    overlaid,
    read_change_log,
    recent_changes,
)

HOUR = 3600
VIEWER = "viewer-1"


def snapshot(scene: Scene, *worklogs: Worklog) -> Snapshot:
    issues = {worklog.issue_id: scene.jira.issues[worklog.issue_id] for worklog in worklogs}
    return Snapshot(tuple(worklogs), issues, scene.jira.now)


def change(scene: Scene, worklog: Worklog, gone: bool = False) -> Change:
    issue = scene.jira.issues[worklog.issue_id]
    return Change(worklog.id, None if gone else worklog, scene.jira.now, issue)


def test_t25_an_older_version_never_replaces_a_newer_one(scene: Scene) -> None:
    now = scene.put(PAY, MONDAY, HOUR)
    before = replace(now, seconds=2 * HOUR, updated=now.updated - timedelta(minutes=1))
    assert overlaid(snapshot(scene, now), VIEWER, WEEK, [change(scene, before)]).worklogs == (now,)


def test_a_deleted_worklog_takes_its_issue_along_when_it_was_the_last(scene: Scene) -> None:
    kept, gone = scene.put(PAY, MONDAY, HOUR), scene.put(OPS, MONDAY, HOUR)
    left = overlaid(snapshot(scene, kept, gone), VIEWER, WEEK, [change(scene, gone, gone=True)])
    assert left.worklogs == (kept,)
    assert set(left.issues) == {PAY}


def test_a_worklog_that_moved_out_of_the_window_leaves_it(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    moved = replace(was, day=WEEK.last + timedelta(days=1), updated=was.updated + timedelta(seconds=1))
    assert overlaid(snapshot(scene, was), VIEWER, WEEK, [change(scene, moved)]).worklogs == ()


def test_somebody_elses_worklog_never_gets_in(scene: Scene) -> None:
    theirs = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    assert overlaid(snapshot(scene), VIEWER, WEEK, [change(scene, theirs)]).worklogs == ()


def test_a_reading_is_put_right_by_late_changes_and_by_every_deletion(scene: Scene) -> None:
    early, late, gone = (scene.put(PAY, MONDAY, HOUR) for _ in range(3))
    note_changes(scene.cache, "site-1", VIEWER, [change(scene, early), change(scene, gone, gone=True)])
    scene.wait(600)
    note_changes(scene.cache, "site-1", VIEWER, [change(scene, late)])
    change_log = read_change_log(scene.cache, "site-1", VIEWER)
    assert [c.worklog_id for c in recent_changes(change_log, scene.jira.now)] == [gone.id, late.id]
    assert change_log.tombstone(gone.id)
    assert not change_log.tombstone(early.id)


def test_the_ledger_stays_bounded(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    many = [replace(change(scene, worklog), worklog_id=number) for number in range(MOST_CHANGES + 50)]
    note_changes(scene.cache, "site-1", VIEWER, many)
    assert len(read_change_log(scene.cache, "site-1", VIEWER).changes) == MOST_CHANGES


def test_every_held_window_hears_of_a_change(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    grown = replace(worklog, seconds=3 * HOUR, updated=worklog.updated + timedelta(seconds=1))
    note_changes(scene.cache, "site-1", VIEWER, [change(scene, grown)])
    assert [s.worklogs for s in held_snapshots(scene.cache, "site-1", VIEWER)] == [(grown,)]
