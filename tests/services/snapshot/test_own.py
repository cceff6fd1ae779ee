from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.services.support.alone import Alone
from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene
from tests.services.support.windows import is_stale
from timesheet.domain.errors import InvalidInput, JiraBusy, JiraUnavailable, NotAllowed
from timesheet.domain.identity import Identity
from timesheet.domain.span import DateSpan, month_of, two_weeks_of, week_of
from timesheet.services.ports.jira import Missing, Snapshot
from timesheet.services.resilience.priority import Priority, current_priority, with_priority
from timesheet.services.snapshot.change import LOST_AFTER
from timesheet.services.snapshot.change_log import note_begun
from timesheet.services.snapshot.changed_issue import note_changed_issue
from timesheet.services.snapshot.own import (
    FRESH,
    begin_worklog,
    read_ahead,
    read_listed,
    read_worklog,
    snapshot_at,
    window_around,
)
from timesheet.services.timesheet.copy import read_complete
from timesheet.services.viewer.profile import read_profile, read_time_tracking
from timesheet.services.viewer.stale_read import PAUSE_SECONDS


def test_a_warm_view_asks_jira_nothing(scene: Scene) -> None:
    scene.put(PAY, MONDAY, 3600)
    assert [w.seconds for w in scene.sheet().worklogs] == [3600]
    assert scene.calls() == ["read_worklogs"]
    assert [w.seconds for w in scene.sheet().worklogs] == [3600]
    assert scene.calls() == []


def test_stepping_through_the_weeks_of_a_month_reads_once(scene: Scene) -> None:
    month = month_of(MONDAY)
    scene.sheet(month)
    for day in DateSpan(month.first + timedelta(days=3), month.last - timedelta(days=4)):
        scene.sheet(week_of(day, 0))
    assert scene.calls() == ["read_worklogs"]


def test_each_day_of_a_week_between_two_months_comes_from_the_same_read(scene: Scene) -> None:
    week = week_of(date(2026, 6, 30), 0)
    assert window_around(week) != window_around(DateSpan(week.first, week.first))
    worklog = scene.put(PAY, week.first, 3600)
    assert scene.sheet(week).worklogs == (worklog,)
    found = [snapshot_at(scene.viewer_context, DateSpan(day, day)).worklogs for day in week]
    assert found == [(worklog,), *[()] * 6]
    assert scene.calls() == ["read_worklogs"]


@pytest.mark.parametrize("start", range(7))
def test_every_span_lies_in_its_window(start: int) -> None:
    for offset in range(400):
        day = date(2026, 1, 1) + timedelta(days=offset)
        for span in (week_of(day, start), two_weeks_of(day, start), month_of(day), DateSpan(day, day)):
            window = window_around(span)
            assert span.first in window
            assert span.last in window
            assert span.first - timedelta(days=7) in window
            assert len(window) <= 52
    year = DateSpan(date(2026, 1, 5), date(2026, 12, 20))
    assert window_around(year).first <= year.first
    assert window_around(year).last >= year.last


@pytest.mark.parametrize(
    "span",
    [DateSpan(date(2026, 1, 25), date(2026, 3, 20)), DateSpan(date(2026, 1, 5), date(2026, 3, 5))],
    ids=["ends later", "begins earlier"],
)
def test_a_span_longer_than_the_window_of_its_middle_gets_all_its_months(span: DateSpan) -> None:
    assert window_around(span) == DateSpan(date(2025, 12, 18), date(2026, 4, 7))


def test_days_before_the_span_come_back_only_if_requested(scene: Scene) -> None:
    _, before, inside = (scene.put(PAY, MONDAY - timedelta(days=days), 3600) for days in (8, 7, 0))
    assert snapshot_at(scene.viewer_context, WEEK).worklogs == (inside,)
    assert snapshot_at(scene.viewer_context, WEEK, lead=7).worklogs == (before, inside)


def test_only_the_requested_days_and_their_issues_come_back(scene: Scene) -> None:
    scene.put(PAY, MONDAY, 3600)
    scene.put(OPS, MONDAY + timedelta(days=7), 3600)
    snapshot = scene.sheet()
    assert [w.issue_id for w in snapshot.worklogs] == [PAY]
    assert set(snapshot.issues) == {PAY}


def test_after_five_minutes_jira_is_read_again(scene: Scene) -> None:
    scene.sheet()
    scene.wait(299)
    scene.sheet()
    assert scene.calls() == ["read_worklogs"]
    scene.wait(1)
    scene.put(PAY, MONDAY, 3600)
    assert scene.sheet().worklogs
    assert scene.calls() == ["read_worklogs"]


@pytest.mark.parametrize(("back", "calls"), [(5, 0), (6, 1), (3600, 1)])
def test_a_read_of_the_future_is_repeated_because_the_clock_was_set_back(
    scene: Scene, back: int, calls: int
) -> None:
    scene.sheet()
    scene.calls()
    scene.wait(-back)
    for _ in range(2):
        scene.sheet()
    assert scene.calls() == ["read_worklogs"] * calls


def test_refresh_asks_now(scene: Scene) -> None:
    scene.sheet()
    scene.put(PAY, MONDAY, 3600)
    assert not scene.sheet().worklogs
    assert scene.sheet(refresh=True).worklogs
    assert scene.sheet().worklogs


@pytest.mark.parametrize(
    "error", [JiraUnavailable("Jira is down."), JiraBusy("Jira is busy.", retry_after=30)]
)
def test_when_jira_is_down_the_last_reading_is_shown_and_says_how_old_it_is(
    scene: Scene, error: JiraUnavailable
) -> None:
    scene.put(PAY, MONDAY, 3600)
    scene.sheet()
    scene.wait(720)
    scene.jira.failing["read_worklogs"] = [error]
    snapshot = scene.sheet()
    assert is_stale(snapshot)
    assert not snapshot.complete
    assert snapshot.missing[-1].what == f"{error.sentence} These figures are 12 minutes old."
    assert [w.seconds for w in snapshot.worklogs] == [3600]
    scene.calls()
    assert is_stale(scene.sheet())
    scene.wait(PAUSE_SECONDS - 1)
    assert is_stale(scene.sheet())
    assert scene.calls() == [], "a site that is down is left alone for a moment"
    scene.wait(1)
    assert not is_stale(scene.sheet())


def test_when_jira_refuses_the_search_the_last_reading_is_shown_and_says_how_old_it_is(scene: Scene) -> None:
    """Nobody has typed a part of this search, so nobody can correct it."""
    refused = InvalidInput("Jira refuses: no such field")
    scene.jira.failing["read_worklogs"] = [refused]
    with pytest.raises(InvalidInput):
        scene.sheet()
    scene.put(PAY, MONDAY, 3600)
    scene.sheet()
    scene.wait(720)
    scene.jira.failing["read_worklogs"] = [refused]
    snapshot = scene.sheet()
    assert (is_stale(snapshot), snapshot.complete) == (True, False)
    assert snapshot.missing[-1].what == f"{refused.sentence} These figures are 12 minutes old."
    assert [w.seconds for w in snapshot.worklogs] == [3600]
    scene.calls()
    assert is_stale(scene.sheet())
    assert scene.calls() == [], "a search that Jira refuses is not repeated for a moment"
    scene.wait(PAUSE_SECONDS)
    assert not is_stale(scene.sheet())


def test_jira_is_called_again_after_the_seconds_that_a_person_waits(scene: Scene) -> None:
    scene.jira.failing["read_worklogs"] = [JiraBusy("Too many wait.", retry_after=5)]
    for _ in range(2):
        with pytest.raises(JiraUnavailable, match="Too many wait"):
            scene.sheet()
    scene.wait(5)
    assert not is_stale(scene.sheet())


def test_when_jira_is_down_and_nothing_is_known_it_says_so(scene: Scene) -> None:
    scene.jira.failing["read_worklogs"] = [JiraUnavailable("Jira is down.")]
    with pytest.raises(JiraUnavailable):
        scene.sheet()
    with pytest.raises(JiraUnavailable, match=r"Jira is down\."):
        scene.sheet()
    assert not is_stale(scene.sheet(refresh=True))


def test_an_incomplete_reading_says_what_is_missing(scene: Scene) -> None:
    scene.jira.missing = (Missing("PAY-12: Jira did not answer", "issue-worklogs"),)
    assert scene.sheet().missing == scene.jira.missing
    assert scene.sheet().missing == scene.jira.missing
    assert not scene.sheet().complete
    scene.jira.missing = ()
    assert not scene.sheet().complete, "Jira is left alone for a moment"
    scene.wait(PAUSE_SECONDS)
    assert scene.sheet().complete


def test_a_cached_reading_can_be_shown_while_jira_is_down(scene: Scene) -> None:
    down = JiraUnavailable("Jira is down.")
    context = scene.viewer_context

    def opened() -> Snapshot:
        profile = read_profile(context)
        read_time_tracking(context)
        return snapshot_at(replace(context, account=lambda: profile), WEEK)

    opened()
    scene.wait(3 * 3600)
    for name in ("read_profile", "read_time_tracking", "read_worklogs"):
        scene.jira.failing[name] = [down]
    assert is_stale(opened())


def test_ten_at_once_cause_one_reading(scene: Scene) -> None:
    inside, go = threading.Event(), threading.Event()
    read = scene.jira.read_worklogs

    def slowly(*args: object) -> object:
        inside.set()
        assert go.wait(30)
        return read(*args)  # type: ignore[arg-type]

    scene.jira.read_worklogs = slowly  # type: ignore[method-assign, assignment]
    with ThreadPoolExecutor(10) as pool:
        first = pool.submit(scene.sheet)
        assert inside.wait(30)
        others = [pool.submit(scene.sheet) for _ in range(9)]
        go.set()
        results = [future.result() for future in (first, *others)]
    assert len({id(result.read_at) for result in results}) == 1
    assert scene.calls().count("read_worklogs") == 1


def test_sites_and_people_share_nothing(scene: Scene) -> None:
    scene.put(PAY, MONDAY, 3600)
    scene.sheet()
    for identity in (Identity("site-2", "viewer-1"), Identity("site-1", "viewer-2")):
        other = replace(scene.viewer_context, identity=identity)
        scene.calls()
        snapshot_at(other, WEEK)
        assert scene.calls() == ["read_worklogs"]


def test_a_cold_month_takes_three_calls(scene: Scene) -> None:
    context = scene.viewer_context
    profile = read_profile(context)
    read_time_tracking(context)
    snapshot = snapshot_at(replace(context, account=lambda: profile), month_of(MONDAY))
    assert snapshot.complete
    assert len(scene.calls()) == 3


def test_where_jira_shows_the_app_no_zones_a_worklog_is_dated_as_the_answer_states(scene: Scene) -> None:
    scene.jira.zones_of["viewer-2"] = ZoneInfo("America/New_York")
    theirs = scene.put(PAY, MONDAY, 3600, time(3), author="viewer-2")
    scene.jira.failing["read_zones"] = [NotAllowed("No.")]
    assert read_worklog(scene.viewer_context, PAY, theirs.id).day == MONDAY - timedelta(days=1)
    [listed] = read_listed(scene.viewer_context, [theirs.id])
    assert listed.day == MONDAY - timedelta(days=1)


def test_a_worklog_is_dated_in_the_zone_of_its_author(scene: Scene) -> None:
    scene.jira.zones_of["viewer-2"] = ZoneInfo("Pacific/Auckland")
    late = time(22)
    own, theirs = scene.put(PAY, MONDAY, 3600, late), scene.put(PAY, MONDAY, 3600, late, "viewer-2")
    assert read_worklog(scene.viewer_context, PAY, own.id).day == MONDAY
    assert scene.jira.zone_calls == []
    assert read_worklog(scene.viewer_context, PAY, theirs.id).day == MONDAY + timedelta(days=1)
    assert scene.jira.zone_calls == [("viewer-2",)]


def test_a_snapshot_of_a_lost_change_log_is_read_again(scene: Scene) -> None:
    scene.sheet()
    scene.calls()
    scene.sheet()
    assert scene.calls() == []
    # A full cache dropped the log, and with it perhaps a change.
    scene.cache.delete(f"{scene.viewer_context.site}:change-log:{scene.viewer_context.viewer}")
    scene.sheet()
    assert "read_worklogs" in scene.calls()
    scene.sheet()
    assert scene.calls() == []


def test_a_snapshot_is_not_read_again_while_a_write_is_under_way(scene: Scene) -> None:
    scene.sheet()
    note_begun(scene.own_cache, PAY, scene.jira.now)
    scene.calls()
    scene.sheet()
    assert scene.calls() == []
    scene.wait(LOST_AFTER.total_seconds())
    scene.sheet()
    assert scene.calls() == ["read_worklogs"]


def test_alone_a_snapshot_is_fresh_for_two_seconds_and_not_used_afterward(scene: Scene) -> None:
    scene.sheet()
    alone = replace(scene.viewer_context, cache=Alone(scene.cache))
    for wait, reads in ((0, 1), (1, 0), (1, 1)):
        scene.wait(wait)
        scene.calls()
        snapshot_at(alone, WEEK)
        assert scene.calls().count("read_worklogs") == reads
    scene.calls()
    snapshot_at(scene.viewer_context, WEEK)
    assert scene.calls().count("read_worklogs") == 1, "what was read alone may lack a change of others"


@pytest.fixture
def priorities(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> list[Priority]:
    """Return the priorities of all reads from now on."""
    seen, read = list[Priority](), scene.jira.read_worklogs

    def watched(*given: Any, **more: Any) -> Snapshot:
        seen.append(current_priority())
        return read(*given, **more)

    monkeypatch.setattr(scene.jira, "read_worklogs", watched)
    return seen


@pytest.mark.parametrize(("needed", "expected"), [(False, Priority.REFRESH), (True, Priority.SAVE)])
def test_a_save_yields_too_unless_it_needs_what_it_reads(
    scene: Scene, priorities: list[Priority], needed: bool, expected: Priority
) -> None:
    scene.put(PAY, MONDAY, 3600)
    scene.sheet()
    scene.wait(FRESH.total_seconds())
    with with_priority(Priority.SAVE):
        if needed:
            read_complete(scene.viewer_context, WEEK)
        else:
            snapshot_at(scene.viewer_context, WEEK)
    assert priorities == [Priority.LOOK, expected]


@pytest.mark.parametrize(("changed", "expected"), [(False, Priority.REFRESH), (True, Priority.LOOK)])
def test_what_is_only_old_is_read_again_after_those_who_have_nothing(
    scene: Scene, priorities: list[Priority], changed: bool, expected: Priority
) -> None:
    scene.put(PAY, MONDAY, 3600)
    scene.sheet()
    scene.wait(FRESH.total_seconds())
    if changed:
        note_changed_issue(scene.cache, scene.viewer_context.site, PAY, scene.jira.now)
    scene.sheet()
    assert priorities == [Priority.LOOK, expected]


def read_account(scene: Scene) -> None:
    read_profile(scene.viewer_context)
    scene.wait(601)
    scene.calls()


def test_worklogs_are_read_ahead_in_the_zone_that_was_known_last(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, 3600)
    read_ahead(scene.viewer_context, lambda _, today: DateSpan(today, today))
    assert scene.calls() == [], "nothing is known of the viewer yet"
    read_account(scene)
    read_ahead(scene.viewer_context, lambda _, __: WEEK)
    assert scene.calls() == ["read_worklogs"], "the account is not waited for"
    assert snapshot_at(scene.viewer_context, WEEK).worklogs == (worklog,)
    assert "read_worklogs" not in scene.calls()


def test_t02_what_was_read_ahead_in_another_zone_is_read_again(scene: Scene) -> None:
    scene.put(PAY, MONDAY, 3600, time(23, 30))
    read_account(scene)
    read_ahead(scene.viewer_context, lambda _, __: WEEK)
    scene.jira.profile = replace(scene.jira.profile, zone=ZoneInfo("Asia/Tokyo"))
    context = scene.viewer_context
    account = read_profile(context)
    scene.calls()
    [moved] = snapshot_at(replace(context, account=lambda: account), WEEK).worklogs
    assert (moved.day, scene.calls()) == (MONDAY + timedelta(days=1), ["read_worklogs"])


def test_a_refused_read_ahead_is_refused_where_it_matters(scene: Scene) -> None:
    read_account(scene)
    scene.jira.failing["read_worklogs"] = [NotAllowed("No.")] * 2
    read_ahead(scene.viewer_context, lambda _, __: WEEK)
    read_ahead(scene.viewer_context, lambda _, __: None)
    with pytest.raises(NotAllowed):
        snapshot_at(scene.viewer_context, WEEK)


def test_a_worklog_whose_read_has_begun_is_read_once(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, 3600)
    now = begin_worklog(scene.viewer_context, PAY, worklog.id)
    assert scene.calls() == ["read_worklog"]
    assert (now(), now()) == (worklog, worklog)
    assert scene.calls() == []
