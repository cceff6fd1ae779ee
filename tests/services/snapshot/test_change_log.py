from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene
from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import Snapshot
from timesheet.services.snapshot.change_log import (
    MOST_CHANGES,
    Change,
    ChangeLog,
    Held,
    WorklogEvent,
    add_issues,
    forget_changes,
    held_snapshots,
    newest,
    note_changes,
    note_event,
    note_window,
    overlaid,
    read_change_log,
    suspect_windows,
    window_key,
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


def test_a_deletion_is_known_from_then_on(scene: Scene) -> None:
    early, gone = (scene.put(PAY, MONDAY, HOUR) for _ in range(2))
    note_changes(scene.cache, "site-1", VIEWER, [change(scene, early), change(scene, gone, gone=True)])
    change_log = read_change_log(scene.cache, "site-1", VIEWER)
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


def test_of_many_changes_events_doubts_and_windows_the_latest_stay(scene: Scene) -> None:
    worklog, cache = scene.put(PAY, MONDAY, HOUR), scene.cache
    many = [replace(change(scene, worklog), worklog_id=number) for number in range(301)]
    note_changes(cache, "site-1", VIEWER, many)
    for number in range(301):
        note_event(cache, "site-1", VIEWER, heard(scene, worklog, worklog_id=number))
    suspect_windows(cache, "site-1", VIEWER, [(number, scene.jira.now) for number in range(301)])
    windows = [DateSpan(MONDAY + timedelta(days=n), MONDAY + timedelta(days=n)) for n in range(25)]
    for window in windows:
        cache.put(window_key("site-1", VIEWER, window), Held(snapshot(scene)), 60)
        note_window(cache, "site-1", VIEWER, window)
    change_log = read_change_log(cache, "site-1", VIEWER)
    latest = list(range(1, 301))
    assert [one.worklog_id for one in change_log.changes] == latest
    assert [one.worklog_id for one in change_log.events] == latest
    assert [number for number, _ in change_log.doubts] == latest
    assert list(change_log.windows) == windows[1:]
    assert [cache.get(window_key("site-1", VIEWER, w)) is None for w in windows] == [True, *[False] * 24]


def test_what_was_noted_is_known_for_a_day_after_the_latest_note(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    note_changes(scene.cache, "site-1", VIEWER, [change(scene, worklog)])
    scene.wait(1000)
    note_changes(scene.cache, "site-1", VIEWER, [replace(change(scene, worklog), worklog_id=7)])
    scene.wait(24 * HOUR - 1)
    assert len(read_change_log(scene.cache, "site-1", VIEWER).changes) == 2
    scene.wait(1)
    assert read_change_log(scene.cache, "site-1", VIEWER) == ChangeLog()


def test_people_and_sites_have_ledgers_of_their_own(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    note_changes(scene.cache, "site-1", VIEWER, [change(scene, worklog)])
    assert read_change_log(scene.cache, "site-1", "viewer-2") == ChangeLog()
    assert read_change_log(scene.cache, "site-2", VIEWER) == ChangeLog()
    assert len(read_change_log(scene.cache, "site-1", VIEWER).changes) == 1


def test_the_latest_reading_comes_first(scene: Scene) -> None:
    old = replace(snapshot(scene), read_at=scene.jira.now - timedelta(hours=1))
    new = snapshot(scene)
    for number, one in enumerate((old, new)):
        window = DateSpan(MONDAY + timedelta(days=number), WEEK.last)
        note_window(scene.cache, "site-1", VIEWER, window)
        scene.cache.put(window_key("site-1", VIEWER, window), Held(one), 60)
    assert held_snapshots(scene.cache, "site-1", VIEWER) == [new, old]


def test_each_doubt_counts_and_names_its_issues_first(scene: Scene) -> None:
    assert (ChangeLog().doubted, Held(snapshot(scene)).doubted) == (0, 0)
    suspect_windows(scene.cache, "site-1", VIEWER, issue_ids=[PAY])
    suspect_windows(scene.cache, "site-1", VIEWER, issue_ids=[OPS])
    change_log = read_change_log(scene.cache, "site-1", VIEWER)
    assert (change_log.doubted, change_log.named) == (2, (OPS, PAY))


def test_what_jira_does_not_have_any_more_is_forgotten_but_for_deletions(scene: Scene) -> None:
    kept, lost, gone = (scene.put(PAY, MONDAY, HOUR) for _ in range(3))
    changes = [change(scene, kept), change(scene, lost), change(scene, gone, gone=True)]
    note_changes(scene.cache, "site-1", VIEWER, changes)
    for worklog in (kept, lost, gone):
        note_event(scene.cache, "site-1", VIEWER, heard(scene, worklog))
    forget_changes(scene.cache, "site-1", VIEWER, {lost.id, gone.id})
    change_log = read_change_log(scene.cache, "site-1", VIEWER)
    assert [one.worklog_id for one in change_log.changes] == [kept.id, gone.id]
    assert [one.worklog_id for one in change_log.events] == [kept.id]


@pytest.mark.parametrize(("later", "kept"), [(-1, "first"), (0, "first"), (1, "second")])
def test_of_two_events_about_a_worklog_the_newer_version_stays(scene: Scene, later: int, kept: str) -> None:
    first = heard(scene, scene.put(PAY, MONDAY, HOUR))
    second = replace(first, updated=first.updated + later, at=scene.jira.now + timedelta(seconds=1))
    for event in (first, second):
        note_event(scene.cache, "site-1", VIEWER, event)
    assert read_change_log(scene.cache, "site-1", VIEWER).events == (
        {"first": first, "second": second}[kept],
    )


@pytest.mark.parametrize(("age", "known", "named"), [(-1, True, "old"), (-1, False, "new"), (0, True, "new")])
def test_an_issue_of_a_change_replaces_what_was_read_before_it(
    scene: Scene, age: int, known: bool, named: str
) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    read = snapshot(scene, worklog)
    read = replace(read, issues={PAY: replace(scene.jira.issues[PAY], summary="old")} if known else {})
    issue = replace(scene.jira.issues[PAY], summary="new")
    one = Change(worklog.id, worklog, scene.jira.now + timedelta(seconds=age), issue)
    assert overlaid(read, VIEWER, WEEK, [one]).issues[PAY].summary == named


def test_of_two_equal_versions_the_one_that_came_last_counts(scene: Scene) -> None:
    read = scene.put(PAY, MONDAY, HOUR)
    written = replace(read, seconds=2 * HOUR)
    assert overlaid(snapshot(scene, read), VIEWER, WEEK, [change(scene, written)]).worklogs == (written,)
    assert newest((read, written)) == read


def test_issues_that_were_read_by_themselves_stay_with_the_snapshot(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    scene.cache.put(
        window_key("site-1", VIEWER, WEEK), Held(replace(snapshot(scene, worklog), issues={})), 60
    )
    add_issues(scene.cache, "site-1", VIEWER, WEEK, scene.jira.issues)
    held = scene.cache.get(window_key("site-1", VIEWER, WEEK))
    assert held.snapshot.issues == {PAY: scene.jira.issues[PAY]}


def heard(scene: Scene, worklog: Worklog, worklog_id: int | None = None) -> WorklogEvent:
    number = worklog.id if worklog_id is None else worklog_id
    return WorklogEvent(number, worklog.issue_id, epoch_ms(worklog.updated), worklog.started, scene.jira.now)


def test_the_events_after_one_are_all_if_that_one_is_not_there(scene: Scene) -> None:
    first, second, other = (heard(scene, scene.put(PAY, MONDAY, HOUR)) for _ in range(3))
    change_log = ChangeLog(events=(first, second))
    assert change_log.events_after(None) == change_log.events_after(other) == (first, second)
    assert change_log.events_after(first) == (second,)
    assert change_log.events_after(second) == ()
    assert ChangeLog().events_after(first) == ()
