"""Worklogs that are known besides a search are read by id, and the response corrects the snapshot."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.services.support.scene import BARE, BERLIN, MONDAY, OPS, PAY, WEEK, Scene
from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import MOST_NAMED, Snapshot
from timesheet.services.snapshot.cached_snapshot import CachedSnapshot
from timesheet.services.snapshot.change import ChangeLog, WorklogEvent, WorklogState
from timesheet.services.snapshot.change_log import SEARCH_LAG
from timesheet.services.snapshot.reconcile import (
    CONFIRMED_FOR,
    Days,
    WorklogVersion,
    due_events,
    find_suspects,
    issues_of,
    issues_to_name,
    left_out,
    newest_versions,
    with_read_again,
)

HOUR = 3600
DAYS = Days("viewer-1", WEEK, BERLIN)
SECOND = timedelta(seconds=1)


def cached_snapshot(scene: Scene, *worklogs: Worklog, **more: object) -> CachedSnapshot:
    issues = {worklog.issue_id: scene.jira.issues[worklog.issue_id] for worklog in worklogs}
    return CachedSnapshot(Snapshot(worklogs, issues, scene.jira.now), "Europe/Berlin", **more)  # type: ignore[arg-type]


def event(worklog: Worklog, later: float = 0, **more: object) -> WorklogEvent:
    """Return an event of a version that is ``later`` seconds newer."""
    updated = epoch_ms(worklog.updated + timedelta(seconds=later))
    return replace(
        WorklogEvent(worklog.id, worklog.issue_id, updated, worklog.started, worklog.updated, worklog),
        **more,  # type: ignore[arg-type]
    )


def change(worklog: Worklog, scene: Scene, gone: bool = False) -> WorklogState:
    return WorklogState(
        worklog.id, None if gone else worklog, scene.jira.now, scene.jira.issues[worklog.issue_id]
    )


def later(worklog: Worklog, seconds: float = 1, **more: object) -> Worklog:
    return replace(worklog, updated=worklog.updated + timedelta(seconds=seconds), **more)  # type: ignore[arg-type]


def test_lost_writes_are_named_first_then_the_latest_events_and_writes_then_what_is_shown(
    scene: Scene,
) -> None:
    now, shown = scene.jira.now, scene.put(BARE, MONDAY, HOUR)
    written, reported = scene.put(PAY, MONDAY, HOUR), scene.put(OPS, MONDAY, HOUR)
    change_log = ChangeLog(
        changes=(WorklogState(1, written, now - SECOND), WorklogState(2, None, now)),
        events=(event(reported, at=now),),
        named=(77,),
    )
    assert issues_to_name(cached_snapshot(scene, shown), change_log, now) == (77, OPS, PAY, BARE)
    hour = timedelta(hours=1)
    assert issues_to_name(None, change_log, now + hour - SECOND) == (77, OPS, PAY)
    assert issues_to_name(None, change_log, now + hour) == (77, OPS)
    assert issues_to_name(None, change_log, now + hour + SECOND) == (77,)
    many = ChangeLog(named=tuple(range(MOST_NAMED + 5)))
    assert issues_to_name(cached_snapshot(scene, shown), many, now) == tuple(range(MOST_NAMED))


def test_of_each_worklog_the_newest_version_is_known(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    now = later(was, seconds=0.5)
    change_log = ChangeLog(changes=(change(now, scene),), events=(event(was),))
    assert newest_versions([was], change_log, DAYS) == {was.id: WorklogVersion(epoch_ms(now.updated), now)}
    newer = ChangeLog(changes=(change(now, scene),), events=(event(was, 2),))
    assert newest_versions([was], newer, DAYS)[was.id].updated == epoch_ms(was.updated) + 2000
    equal = ChangeLog(changes=(change(now, scene),), events=(replace(event(now), worklog=None),))
    assert newest_versions([was], equal, DAYS)[was.id].worklog == now


def test_what_is_deleted_is_somebody_elses_or_of_another_day_is_not_known(scene: Scene) -> None:
    mine, gone = scene.put(PAY, MONDAY, HOUR), scene.put(PAY, MONDAY, HOUR)
    theirs = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    out = scene.put(PAY, WEEK.last + timedelta(days=1), HOUR)
    change_log = ChangeLog(
        changes=(change(gone, scene, gone=True), change(theirs, scene), change(out, scene)),
        events=(event(out), event(gone, 5)),
    )
    assert set(newest_versions([mine, gone], change_log, DAYS)) == {mine.id}


def test_what_search_leaves_out_is_read_by_itself_once_an_hour() -> None:
    assert timedelta(hours=1) == CONFIRMED_FOR


def test_of_two_readings_of_one_version_the_first_counts(scene: Scene) -> None:
    """A move to another issue leaves Jira's ``updated`` as it was; the latest reading comes first."""
    was = scene.put(PAY, MONDAY, HOUR)
    moved = replace(was, issue_id=OPS)
    assert newest_versions([moved, was], ChangeLog(), DAYS)[was.id].worklog == moved


def test_an_event_of_an_unknown_worklog_counts_for_the_day_it_names(scene: Scene) -> None:
    here = scene.put(PAY, MONDAY, HOUR)
    there = replace(event(here), worklog_id=99, started=here.started + timedelta(days=30))
    known = newest_versions([], ChangeLog(events=(event(here), there)), DAYS)
    assert known == {here.id: WorklogVersion(epoch_ms(here.updated), here)}


def test_a_worklog_that_an_own_write_moved_away_is_not_known_where_it_was(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    away = later(was, started=was.started + timedelta(days=30), day=MONDAY + timedelta(days=30))
    assert newest_versions([was], ChangeLog(changes=(change(away, scene),)), DAYS) == {}


def test_an_event_of_a_known_worklog_counts_whatever_day_it_names(scene: Scene) -> None:
    """If the worklog was moved elsewhere, it is read, and leaves the list."""
    was = scene.put(PAY, MONDAY, HOUR)
    away = event(was, 1, started=was.started + timedelta(days=30))
    assert newest_versions([was], ChangeLog(events=(away,)), DAYS)[was.id].updated == away.updated


def test_what_search_misses_or_shows_as_it_was_is_read_by_id(scene: Scene) -> None:
    same, older, absent = (scene.put(PAY, MONDAY, HOUR) for _ in range(3))
    found = Snapshot((same, older), {}, scene.jira.now)
    known = {
        same.id: WorklogVersion(epoch_ms(same.updated), same),
        older.id: WorklogVersion(epoch_ms(older.updated) + 1, older),
        absent.id: WorklogVersion(0, absent),
    }
    none = frozenset[int]()
    assert find_suspects(found, known, ChangeLog(), none, {}) == {older.id, absent.id}
    assert find_suspects(found, known, ChangeLog(), none, {absent.id: 0}) == {older.id}
    assert find_suspects(found, known, ChangeLog(), none, {absent.id: -1}) == {older.id, absent.id}
    assert find_suspects(found, {}, ChangeLog(), frozenset({PAY}), {}) == {same.id, older.id}
    assert find_suspects(found, {}, ChangeLog(), frozenset({OPS}), {}) == set()
    edge = found.read_at - SEARCH_LAG
    change_log = ChangeLog(
        suspects=((same.id, edge), (older.id, edge - timedelta(milliseconds=1)), (99, edge))
    )
    assert find_suspects(found, {}, change_log, none, {}) == {same.id}


def test_what_is_listed_takes_the_place_of_what_was_found(scene: Scene) -> None:
    kept, changed, gone, moved, given = (scene.put(PAY, MONDAY, HOUR) for _ in range(5))
    new = later(changed, seconds=60, day=MONDAY + timedelta(days=3))
    away = later(moved, started=moved.started + timedelta(days=30))
    listed = {changed.id: new, moved.id: away, given.id: later(given, author="viewer-2")}
    result = with_read_again(
        (kept, changed, gone, moved, given), [changed.id, gone.id, moved.id, given.id], listed, DAYS
    )
    assert result == {kept.id: kept, changed.id: replace(new, day=MONDAY)}
    assert with_read_again((new,), [changed.id], {changed.id: changed}, DAYS) == {
        changed.id: replace(new, day=MONDAY)
    }


def test_work_dates_are_of_the_zone_that_counts_now(scene: Scene) -> None:
    late = scene.put(PAY, MONDAY, HOUR)
    tokyo = Days("viewer-1", WEEK, ZoneInfo("Pacific/Kiritimati"))
    assert tokyo.dated(replace(late, started=late.started + timedelta(hours=9))).day == MONDAY + timedelta(
        days=1
    )
    assert DAYS.dated(late) is late


def test_an_event_is_due_until_the_snapshot_reflects_it(scene: Scene) -> None:
    was, now = scene.put(PAY, MONDAY, HOUR), scene.jira.now
    change_log = ChangeLog(events=(event(was, 1),))
    assert due_events(cached_snapshot(scene, was), change_log, DAYS) == change_log.events
    assert due_events(cached_snapshot(scene, later(was)), change_log, DAYS) == ()
    assert due_events(cached_snapshot(scene, later(was, 2)), change_log, DAYS) == ()
    assert due_events(cached_snapshot(scene), change_log, DAYS) == change_log.events
    assert due_events(cached_snapshot(scene), ChangeLog(), DAYS) == ()
    version = change_log.events[0].updated
    assert due_events(cached_snapshot(scene, settled={was.id: version}), change_log, DAYS) == ()
    assert (
        due_events(cached_snapshot(scene, settled={was.id: version - 1}), change_log, DAYS)
        == change_log.events
    )
    buried = replace(change_log, changes=(WorklogState(was.id, None, now),))
    assert due_events(cached_snapshot(scene, was), buried, DAYS) == ()


def test_an_event_of_another_day_is_due_only_for_what_is_shown(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    away = ChangeLog(events=(event(was, 1, started=was.started + timedelta(days=30)),))
    assert due_events(cached_snapshot(scene), away, DAYS) == ()
    assert due_events(cached_snapshot(scene, was), away, DAYS) == away.events


def test_the_echo_of_an_own_move_to_another_month_is_not_due(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    away = later(was, started=was.started + timedelta(days=30))
    change_log = ChangeLog(changes=(change(away, scene),), events=(event(was, 0),))
    assert due_events(cached_snapshot(scene), change_log, DAYS) == ()
    newer = replace(change_log, events=(event(was, 2),))
    assert due_events(cached_snapshot(scene), newer, DAYS) == newer.events
    echo = replace(change_log, events=(event(was, 1),))
    assert due_events(cached_snapshot(scene), echo, DAYS) == (), "it is of the very version that was written"
    other = replace(echo, changes=(WorklogState(99, replace(away, id=99), away.updated),))
    assert due_events(cached_snapshot(scene), other, DAYS) == other.events
    gone = replace(echo, changes=(WorklogState(99, None, away.updated),))
    assert due_events(cached_snapshot(scene), gone, DAYS) == gone.events
    back = ChangeLog(changes=(change(later(was), scene),), events=(event(was, 1),))
    assert due_events(cached_snapshot(scene), back, DAYS) == back.events


@pytest.mark.parametrize(("seconds", "expected"), [(0, False), (0.001, True)])
def test_search_is_given_a_minute_before_it_is_said_to_leave_something_out(
    scene: Scene, seconds: float, expected: bool
) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    read_at = worklog.updated + SEARCH_LAG + timedelta(seconds=seconds)
    assert list(left_out([worklog.id, 99], {worklog.id: worklog}, read_at)) == (
        [worklog.id] if expected else []
    )


def test_issues_have_the_values_of_their_latest_source(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    issue = scene.jira.issues[PAY]
    ahead = replace(issue, summary="written")
    found = Snapshot((), {PAY: replace(issue, summary="found")}, scene.jira.now)
    before = ChangeLog(changes=(WorklogState(was.id, was, found.read_at - SECOND, ahead),))
    during = ChangeLog(changes=(WorklogState(was.id, was, found.read_at, ahead),))
    assert issues_of(cached_snapshot(scene, was), before, found)[PAY].summary == "found"
    assert issues_of(cached_snapshot(scene, was), during, found)[PAY].summary == "written"
    nothing = replace(found, issues={})
    assert issues_of(cached_snapshot(scene, was), before, nothing)[PAY] == issue
    assert issues_of(None, before, nothing)[PAY].summary == "written"
