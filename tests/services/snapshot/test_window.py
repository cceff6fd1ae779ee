"""A window of worklogs between reads: events, a lagging search, archived projects, incomplete reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene, event
from tests.services.support.windows import hide, ids, is_stale, send_event, warm
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.jira_time import format_instant
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.snapshot.change import LOST_AFTER, MOST_WINDOWS, WorklogEvent, WorklogState
from timesheet.services.snapshot.change_log import (
    cached_snapshots,
    cached_window,
    note_begun,
    note_changes,
    read_change_log,
    window_key,
)
from timesheet.services.snapshot.changed_issue import changed_among
from timesheet.services.snapshot.own import (
    INCOMPLETE,
    MOST_EVENTS,
    reading_progress,
    snapshot_at,
    window_around,
)
from timesheet.services.snapshot.window import ago, old_figures
from timesheet.services.viewer.person import zone_key
from timesheet.services.worklog.cell import save_cell
from timesheet.services.worklog.command import CellEdit, TimeEntry
from timesheet.services.worklog.log import log_time

HOUR = 3600


@pytest.mark.parametrize("seconds", [0, 3, 9])
def test_after_an_own_write_time_logged_in_jira_on_another_issue_shows(scene: Scene, seconds: float) -> None:
    warm(scene)
    save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "1", "key-0001"))
    scene.wait(seconds)
    new = scene.put(OPS, MONDAY, HOUR)
    hide(scene, new)
    send_event(scene, "worklog_created", event(new))
    scene.calls()
    assert new.id in ids(scene.sheet())
    assert set(scene.sheet().issues) == {PAY, OPS}
    assert scene.calls() == [f"read_listed [{new.id}]", "read_issues"]


def test_t29_own_time_on_an_issue_that_jira_hides_is_not_shown_although_it_is_listed(scene: Scene) -> None:
    hidden, other = scene.put(PAY, MONDAY, HOUR), scene.put(OPS, MONDAY, HOUR)
    warm(scene)
    hide(scene, hidden)
    del scene.jira.issues[PAY]
    again = scene.put(PAY, MONDAY, HOUR)
    hide(scene, hidden, again)
    send_event(scene, "worklog_created", event(again))
    assert ids(scene.sheet()) == {hidden.id, other.id}
    snapshot = scene.sheet(refresh=True)
    assert ids(snapshot) == {other.id}
    assert set(snapshot.issues) == {OPS}


def test_the_echo_of_an_own_change_costs_nothing_however_late_it_comes(scene: Scene) -> None:
    warm(scene)
    saved = save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "1", "key-0001")).worklog
    assert saved
    scene.wait(200)
    send_event(scene, "worklog_created", event(saved))
    scene.calls()
    assert ids(scene.sheet()) == {saved.id}
    assert scene.calls() == []


def test_a_worklog_that_is_gone_when_its_event_is_read_is_not_displayed_and_read_once(
    scene: Scene,
) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    new = scene.put(OPS, MONDAY, HOUR)
    send_event(scene, "worklog_created", event(new))
    send_event(
        scene, "worklog_updated", event(was, updated=format_instant(scene.jira.now + timedelta(seconds=1)))
    )
    scene.jira.worklogs.clear()
    assert ids(scene.sheet()) == set()
    assert scene.calls() == [f"read_listed [{was.id}, {new.id}]"]
    scene.sheet()
    assert scene.calls() == []


def test_a_worklog_moved_to_another_month_leaves_and_is_read_once(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    scene.wait(1)
    away = replace(was, started=was.started + timedelta(days=90), updated=scene.jira.now)
    scene.jira.worklogs[was.id] = away
    send_event(scene, "worklog_updated", event(away))
    for _ in range(2):
        assert ids(scene.sheet()) == set()
    assert scene.calls() == [f"read_listed [{was.id}]"]


def test_while_jira_is_down_events_are_shown_as_they_came_and_jira_is_left_alone(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    scene.wait(1)
    send_event(
        scene,
        "worklog_updated",
        event(was, timeSpentSeconds=2 * HOUR, updated=format_instant(scene.jira.now)),
    )
    scene.jira.failing["read_listed"] = [JiraUnavailable("Down.")]
    for _ in range(2):
        snapshot = scene.sheet()
        assert (is_stale(snapshot), [w.seconds for w in snapshot.worklogs]) == (True, [2 * HOUR])
    assert scene.calls() == [f"read_listed [{was.id}]"]


@pytest.mark.parametrize(("count", "many"), [(MOST_EVENTS, False), (MOST_EVENTS + 1, True)])
def test_many_events_have_everything_read_again(scene: Scene, count: int, many: bool) -> None:
    warm(scene)
    for _ in range(count):
        send_event(scene, "worklog_created", event(scene.put(PAY, MONDAY, HOUR)))
    assert len(ids(scene.sheet())) == count
    assert ("read_worklogs" in scene.calls()) is many
    assert MOST_EVENTS == 50


def test_an_issue_that_is_read_after_its_worklog_is_kept_with_the_snapshot(scene: Scene) -> None:
    warm(scene)
    scene.jira.failing["read_issues"] = [JiraUnavailable("Down.")]
    send_event(scene, "worklog_created", event(scene.put(OPS, MONDAY, HOUR)))
    assert set(scene.sheet().issues) == {OPS}
    cached = cached_window(scene.own_cache, window_around(WEEK))
    assert cached is not None
    assert set(cached.snapshot.issues) == {OPS}


def test_a_cold_reading_knows_of_an_event_that_came_before_it(scene: Scene) -> None:
    new = scene.put(OPS, MONDAY, HOUR)
    hide(scene, new)
    send_event(scene, "worklog_created", event(new))
    snapshot = scene.sheet()
    assert (ids(snapshot), set(snapshot.issues)) == ({new.id}, {OPS})
    assert scene.jira.named == (OPS,)


def test_writes_and_deletions_during_a_reading_hold(scene: Scene) -> None:
    """One lands while the search is under way, one while worklogs are read by id."""
    old = scene.put(PAY, MONDAY, HOUR)
    late, gone = scene.put(OPS, MONDAY, HOUR), scene.put(OPS, MONDAY, HOUR)
    hide(scene, old)
    warm(scene)
    note_changes(scene.own_cache, [WorklogState(old.id, old, scene.jira.now)])
    hide(scene, old, late)
    read = scene.jira.read_listed

    def during(*args: Any) -> object:
        grown = replace(old, seconds=3 * HOUR, updated=scene.jira.now + timedelta(seconds=9))
        note_changes(
            scene.own_cache,
            [
                WorklogState(late.id, late, scene.jira.now),
                WorklogState(gone.id, None, scene.jira.now),
                WorklogState(old.id, grown, scene.jira.now),
            ],
        )
        return read(*args)

    scene.jira.read_listed = during  # type: ignore[method-assign, assignment]
    scene.wait(1)
    for snapshot in (scene.sheet(refresh=True), scene.sheet()):
        assert {w.id: w.seconds for w in snapshot.worklogs} == {old.id: 3 * HOUR, late.id: HOUR}


def test_another_zone_has_the_days_read_again(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    scene.jira.profile = away = replace(scene.jira.profile, zone=ZoneInfo("Pacific/Honolulu"))
    scene.cache.delete(zone_key("site-1", "viewer-1"))
    context = replace(scene.viewer_context, account=lambda: away)
    assert [w.day for w in snapshot_at(context, WEEK.padded(1)).worklogs] == [MONDAY - timedelta(days=1)]
    assert scene.calls() == ["read_worklogs"]
    snapshot_at(context, WEEK)
    assert scene.calls() == []


def test_a_window_that_hears_of_no_changes_any_more_is_forgotten(scene: Scene) -> None:
    first = window_around(WEEK)
    scene.sheet()
    for month in range(1, MOST_WINDOWS + 1):
        assert cached_window(scene.own_cache, first)
        scene.sheet(replace(WEEK, last=WEEK.last + timedelta(days=40 * month)))
    assert cached_window(scene.own_cache, first) is None
    assert len(cached_snapshots(scene.own_cache)) == MOST_WINDOWS


def test_what_was_noted_last_is_kept_a_whole_day(scene: Scene) -> None:
    """However long ago the first was noted."""
    warm(scene)
    scene.wait(23 * 3600)
    entry = TimeEntry(PAY, MONDAY, "1h", "key-0001")
    saved = log_time(scene.viewer_context, entry).worklog
    assert saved
    scene.wait(23 * 3600)
    assert read_change_log(scene.own_cache).changes[0].worklog == saved


@pytest.mark.parametrize(
    ("seconds", "said"), [(59, "less than a minute"), (60, "1 minute"), (119, "1 minute"), (120, "2 minutes")]
)
def test_ages_are_in_whole_minutes(scene: Scene, seconds: int, said: str) -> None:
    then, now = scene.jira.now, scene.jira.now + timedelta(seconds=seconds)
    assert ago(then, now) == f"{said} ago"
    assert (
        old_figures(JiraUnavailable("Jira is away."), then, now)
        == f"Jira is away. These figures are {said} old."
    )


@pytest.mark.parametrize("seconds", [12 * HOUR - 1, 12 * HOUR])
def test_while_jira_is_down_a_reading_is_used_for_half_a_day(scene: Scene, seconds: int) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    scene.wait(seconds)
    scene.jira.failing["read_worklogs"] = [JiraUnavailable("Down.")]
    if seconds < 12 * HOUR:
        assert ids(scene.sheet()) == {worklog.id}
    else:
        with pytest.raises(JiraUnavailable):
            scene.sheet()


def test_progress_is_cached_for_a_minute(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    scene.put(PAY, MONDAY, HOUR)
    cache, identity = scene.cache, scene.viewer_context.identity
    assert reading_progress(cache, identity) is None
    scene.sheet()
    scene.wait(59)
    assert reading_progress(cache, identity) == (1, 2)
    scene.wait(1)
    assert reading_progress(cache, identity) is None


def test_an_event_of_a_worklog_that_is_gone_is_forgotten(scene: Scene) -> None:
    warm(scene)
    send_event(scene, "worklog_created", event(gone := scene.put(PAY, MONDAY, HOUR)))
    del scene.jira.worklogs[gone.id]
    assert ids(scene.sheet()) == set()
    assert read_change_log(scene.own_cache).events == ()


def test_a_window_that_leaves_the_cache_while_events_are_read_is_shown_all_the_same(scene: Scene) -> None:
    old = scene.put(OPS, MONDAY, HOUR)
    warm(scene)
    new = scene.put(PAY, MONDAY, HOUR)
    send_event(scene, "worklog_created", event(new))
    listed = scene.jira.read_listed

    def during(*arguments: Any) -> Sequence[Worklog]:
        key = window_key(scene.own_cache, window_around(WEEK))
        assert scene.cache.get(key)
        scene.cache.delete(key)
        return listed(*arguments)

    scene.jira.read_listed = during  # type: ignore[method-assign, assignment]
    assert ids(scene.sheet()) == {old.id, new.id}


@pytest.mark.parametrize("evicted", [False, True])
def test_events_that_are_read_slowly_do_not_bring_back_what_was_deleted_meanwhile(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, evicted: bool
) -> None:
    warm(scene)
    gone = scene.put(PAY, MONDAY, HOUR)
    send_event(scene, "worklog_created", event(gone))
    listed = scene.jira.read_listed

    def during(*arguments: Any) -> Sequence[Worklog]:
        found = listed(*arguments)
        del scene.jira.worklogs[gone.id]
        note_changes(scene.own_cache, [WorklogState(gone.id, None, scene.jira.now)])
        if evicted:
            scene.cache.delete(window_key(scene.own_cache, window_around(WEEK)))
        return found

    monkeypatch.setattr(scene.jira, "read_listed", during)
    assert ids(scene.sheet()) == set()
    assert ids(scene.sheet()) == set()


def test_a_write_at_the_moment_of_a_reading_needs_no_question(scene: Scene) -> None:
    warm(scene)
    worklog = scene.put(PAY, MONDAY, HOUR)
    hide(scene, worklog)
    issue = scene.jira.issues[PAY]
    note_changes(scene.own_cache, [WorklogState(worklog.id, worklog, scene.jira.now, issue)])
    assert ids(scene.sheet(refresh=True)) == {worklog.id}
    assert scene.calls() == ["read_worklogs"]


def test_an_event_that_a_reading_found_to_change_nothing_here_is_not_due(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    send_event(scene, "worklog_updated", event(replace(was, updated=was.updated + timedelta(seconds=1))))
    elsewhere = was.started + timedelta(days=90)
    scene.jira.worklogs[was.id] = replace(
        was, started=elsewhere, day=elsewhere.date(), updated=was.updated + timedelta(seconds=2)
    )
    assert ids(scene.sheet(refresh=True)) == set()
    scene.calls()
    assert ids(scene.sheet()) == set()
    assert scene.calls() == []


def checked(scene: Scene) -> WorklogEvent | None:
    cached = cached_window(scene.own_cache, window_around(WEEK))
    assert cached
    return cached.checked


def test_events_that_a_snapshot_reflects_are_compared_once(scene: Scene) -> None:
    warm(scene)
    was = scene.put(PAY, MONDAY, HOUR)
    send_event(scene, "worklog_created", event(was))
    assert ids(scene.sheet()) == {was.id}
    last = read_change_log(scene.own_cache).events[-1]
    assert scene.calls()
    assert checked(scene) is None
    assert ids(scene.sheet()) == {was.id}
    assert checked(scene) == last
    newer = replace(was, seconds=2 * HOUR, updated=was.updated + timedelta(seconds=1))
    scene.jira.worklogs[was.id] = newer
    send_event(scene, "worklog_updated", event(newer))
    assert [worklog.seconds for worklog in scene.sheet().worklogs] == [2 * HOUR]
    assert [worklog.seconds for worklog in scene.sheet().worklogs] == [2 * HOUR]
    assert checked(scene) not in (None, last)
    scene.sheet(refresh=True)
    assert checked(scene) is None, "another read may lack what the events tell"


def test_an_answer_that_an_event_overtook_is_compared_with_it(scene: Scene) -> None:
    warm(scene)
    was = scene.put(PAY, MONDAY, HOUR)
    away = was.started + timedelta(days=90)
    gone = replace(was, started=away, day=away.date(), updated=was.updated + timedelta(seconds=1))
    send_event(scene, "worklog_updated", event(gone))
    assert ids(scene.sheet()) == set()
    assert checked(scene)
    scene.jira.worklogs[was.id] = gone
    note_changes(scene.own_cache, [WorklogState(was.id, was, scene.jira.now)])
    assert ids(scene.sheet()) == set()


def test_an_older_version_is_shown_while_the_reported_one_cannot_be_read(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    newer = event(replace(was, updated=was.updated + timedelta(seconds=1)), comment="wiki text")
    send_event(scene, "worklog_updated", newer)
    scene.jira.failing["read_listed"] = [JiraUnavailable("Down.")]
    assert ids(scene.sheet(refresh=True)) == {was.id}


def test_time_that_only_an_event_reports_is_read_when_jira_answers_again(scene: Scene) -> None:
    warm(scene)
    new = scene.put(PAY, MONDAY, HOUR)
    hide(scene, new)
    send_event(scene, "worklog_created", event(new, comment="wiki text"))
    scene.jira.failing["read_listed"] = [JiraUnavailable("Down.")]
    assert ids(scene.sheet(refresh=True)) == set()
    scene.jira.failing.clear()
    scene.wait(INCOMPLETE.total_seconds())
    assert ids(scene.sheet()) == {new.id}


def test_the_issue_of_a_lost_write_counts_as_changed(scene: Scene) -> None:
    """So a team that shows it is read again too."""
    warm(scene)
    begun = scene.jira.now
    note_begun(scene.own_cache, PAY, begun)
    scene.wait(LOST_AFTER.total_seconds())
    scene.sheet()
    assert changed_among(scene.cache, "site-1", [PAY, OPS], begun) == {PAY}


def let_newer_read_overtake(scene: Scene, monkeypatch: pytest.MonkeyPatch, name: str, gone: Worklog) -> None:
    """Delete a worklog and read everything again while the next call of this method of Jira is in progress."""
    read_now = getattr(scene.jira, name)

    def read_slowly(*given: Any) -> Any:
        found = read_now(*given)
        monkeypatch.undo()
        scene.wait(1)
        del scene.jira.worklogs[gone.id]
        scene.sheet(refresh=True)
        return found

    monkeypatch.setattr(scene.jira, name, read_slowly)


def test_a_slow_read_does_not_replace_a_newer_one(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    gone, kept = scene.put(PAY, MONDAY, HOUR), scene.put(OPS, MONDAY, HOUR)
    let_newer_read_overtake(scene, monkeypatch, "read_worklogs", gone)
    assert ids(scene.sheet()) == {kept.id}
    scene.calls()
    assert (ids(scene.sheet()), scene.calls()) == ({kept.id}, [])


def test_a_read_replaces_one_of_the_future(scene: Scene) -> None:
    gone = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    scene.wait(-3600)
    del scene.jira.worklogs[gone.id]
    assert ids(scene.sheet(refresh=True)) == set()
    scene.calls()
    assert (ids(scene.sheet()), scene.calls()) == (set(), [])


def test_events_that_are_read_slowly_do_not_bring_back_what_a_newer_read_lacks(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    scene.jira.worklogs[gone.id] = newer = replace(gone, updated=gone.updated + timedelta(seconds=1))
    scene.wait(2)
    send_event(scene, "worklog_updated", event(newer))
    let_newer_read_overtake(scene, monkeypatch, "read_listed", gone)
    assert ids(scene.sheet()) == set()
    scene.calls()
    assert (ids(scene.sheet()), scene.calls()) == (set(), [])
