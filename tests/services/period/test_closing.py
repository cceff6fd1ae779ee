"""A closing records figures and changes nothing; reopening keeps every record."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.services.support.june import JUNE, KEY, close
from tests.services.support.scene import OPS, PAY, Scene
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.errors import Conflict, InvalidInput, JiraUnavailable, NotAllowed, NotFound
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.period.period import ClosingRecord, PeriodLength, PeriodRule
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope, TeamPermission
from timesheet.services.period.closing import (
    SEAL,
    closing_key,
    differences_between,
    differences_now,
    is_as_closed,
    list_periods,
    period_at,
    reopen_period,
    visible_records,
)
from timesheet.services.period.command import ReopenPeriod
from timesheet.services.ports.jira import Missing
from timesheet.services.team.overview import Overview, read_overview

HOUR = 3600


def overview(scene: Scene, who: str = "viewer-1") -> Overview:
    return read_overview(scene.team_context(who), scene.viewer_context_of(who), scene.jira, "alpha", JUNE)


def leave(scene: Scene, day: date) -> None:
    scene.site.planning.leaves.append(Leave("ana", day, "vacation"))
    scene.wait(61)


def test_a_closing_records_what_it_comes_from(july: Scene) -> None:
    record = close(july)
    [ana] = record.members
    assert (ana.account_id, ana.capacity, ana.spent) == ("ana", 160 * HOUR, 8 * HOUR)
    assert ana.basis == {"from 2024-06-01": "28800 28800 28800 28800 28800 0 0"}
    assert record.worklogs.keys() == july.jira.worklogs.keys() | {SEAL}
    assert SEAL == 0, "closings that are stored have it there"
    assert all(len(text) == 32 and "ana" not in text for text in record.worklogs.values())
    assert (record.closed_by, record.closed_at) == ("viewer-1", july.jira.now)


def test_a_closing_expects_nothing_of_former_users_whose_time_cannot_be_read(july: Scene) -> None:
    team = july.site.team("viewer-1", "ana", "former-1", "viewer-3")
    assert team.id == "alpha"
    _, lines = list_periods(july.team_context(), "alpha")
    assert next(line.capacity for line in lines if line.span == JUNE) == 320 * HOUR
    july.jira.closed_accounts = frozenset({"viewer-3"})
    record = close(july)
    figures = {one.account_id: (one.capacity, one.spent) for one in record.members}
    assert figures == {"ana": (160 * HOUR, 8 * HOUR), "former-1": (0, 0), "viewer-3": (0, 0)}


def test_the_list_goes_back_to_the_first_closing(july: Scene) -> None:
    close(july)
    july.jira.now = datetime(2027, 3, 1, 10, tzinfo=UTC)
    _, lines = list_periods(july.team_context(), "alpha")
    assert (lines[-1].span, lines[-1].record is not None) == (JUNE, True)
    assert len(lines) == 34


def test_examples_9_and_10_a_closing_stays_and_a_reopening_keeps_it(july: Scene) -> None:
    first = close(july)
    leave(july, date(2024, 6, 14))
    shown = overview(july)
    assert sum(one.capacity for one in shown.recorded) == 160 * HOUR
    [difference] = differences_now(shown)
    assert (difference.capacity_before, difference.capacity_after) == (160 * HOUR, 152 * HOUR)
    july.jira.now += timedelta(days=4)
    reopen_period(july.team_context(), ReopenPeriod("alpha", first.id))
    assert overview(july).record is None
    assert differences_now(overview(july)) == ()
    second = close(july)
    assert second.members[0].capacity == 152 * HOUR
    _, [_july, line, *_] = list_periods(july.team_context(), "alpha")
    assert [closing.id for closing in line.closings] == [second.id, first.id]
    records = july.site.periods.records("alpha")
    assert [record.id for record in records] == [second.id, first.id]
    [between] = differences_between(records)[second.id]
    assert (between.capacity_before, between.capacity_after) == (160 * HOUR, 152 * HOUR)


def as_closed(scene: Scene, key: bytes = KEY) -> bool | None:
    scene.wait(3600)
    return is_as_closed(scene.team_context(), overview(scene), key)


def test_what_moves_to_another_day_of_the_period_is_not_as_it_was_closed(july: Scene) -> None:
    assert as_closed(july) is None, "the period is open"
    july.site.planning.leaves.append(Leave("ana", date(2024, 6, 13), "vacation"))
    close(july)
    assert as_closed(july) is True
    worklog = next(iter(july.jira.worklogs.values()))
    later = worklog.started + timedelta(days=1)
    for changed in (
        replace(worklog, started=later, day=later.date(), updated=july.jira.now),
        replace(worklog, issue_id=OPS, updated=july.jira.now),
    ):
        july.jira.worklogs[worklog.id] = changed
        assert (as_closed(july), differences_now(overview(july))) == (False, ())
    july.jira.worklogs[worklog.id] = worklog
    assert as_closed(july) is True
    july.site.planning.leaves[:] = [Leave("ana", date(2024, 6, 14), "vacation")]
    assert (as_closed(july), differences_now(overview(july))) == (False, ())


def test_what_happens_after_a_period_changes_nothing_in_it(july: Scene) -> None:
    close(july)
    members = july.site.teams.stored
    members["alpha", "ana"] = replace(members["alpha", "ana"], left=date(2024, 9, 30))
    assert as_closed(july) is True
    assert as_closed(july, b"another key") is None
    members["alpha", "ana"] = replace(members["alpha", "ana"], left=date(2024, 6, 20))
    assert as_closed(july, b"another key") is False


def test_example_11_the_first_possible_day_is_named(july: Scene) -> None:
    july.jira.now = datetime(2024, 6, 30, 21, 59, tzinfo=UTC)
    with pytest.raises(InvalidInput, match="from 1 July 2024 on"):
        close(july)
    july.jira.now += timedelta(minutes=1)
    with pytest.raises(InvalidInput):
        close(july, zone=ZoneInfo("UTC"))
    assert close(july).span == JUNE


def test_twenty_at_once_make_one_record(july: Scene) -> None:
    def attempt(_: int) -> str:
        try:
            return close(july).id
        except Conflict:
            return ""

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(attempt, range(20)))
    assert len([found for found in outcomes if found]) == 1
    assert len(july.site.periods.stored) == 1


def change_scope(scene: Scene) -> None:
    teams = scene.site.teams.teams
    teams["alpha"] = replace(teams["alpha"], scope=Scope(jql="labels = a"))


def remove_ana(scene: Scene) -> None:
    """Remove a member, as an erasure does too: from then on they have a pseudonym."""
    del scene.site.teams.stored["alpha", "ana"]


def other_periods(scene: Scene) -> None:
    scene.site.periods.chosen = (PeriodRule(PeriodLength.WEEKLY, date(2024, 5, 27)), 1)


@pytest.mark.parametrize(
    ("meanwhile", "error"),
    [(change_scope, Conflict), (remove_ana, Conflict), (other_periods, InvalidInput)],
)
def test_nothing_is_closed_of_a_team_that_changed_while_its_time_was_read(
    july: Scene, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[Scene], None], error: type[Exception]
) -> None:
    read = july.jira.read_team_worklogs

    def read_slowly(*args: Any, **more: Any) -> Any:
        found = read(*args, **more)
        meanwhile(july)
        return found

    monkeypatch.setattr(july.jira, "read_team_worklogs", read_slowly)
    with pytest.raises(error):
        close(july)
    assert july.site.periods.records("alpha") == ()


@pytest.mark.parametrize(
    ("meanwhile", "error"),
    [(change_scope, Conflict), (remove_ana, Conflict), (other_periods, InvalidInput)],
)
def test_nothing_is_closed_of_a_team_that_changed_while_the_closing_waited_for_the_lock(
    july: Scene, meanwhile: Callable[[Scene], None], error: type[Exception]
) -> None:
    july.site.lock_site = lambda: meanwhile(july)
    with pytest.raises(error):
        close(july)
    assert july.site.periods.records("alpha") == ()


def test_only_whole_periods_are_closed(july: Scene) -> None:
    with pytest.raises(InvalidInput, match="have changed in the meantime"):
        close(july, DateSpan(JUNE.first, date(2024, 6, 15)))
    assert period_at(july.team_context(), date(2024, 6, 15)) == JUNE


def test_what_is_not_read_completely_is_not_closed(july: Scene) -> None:
    july.jira.missing = (Missing("PAY-12: Jira did not give all its worklogs", "issue-worklogs"),)
    with pytest.raises(JiraUnavailable, match="PAY-12"):
        close(july)
    july.jira.missing = ()
    july.jira.failing["read_worklogs"] = [JiraUnavailable("Jira is away.")]
    with pytest.raises(JiraUnavailable):
        close(july)
    assert july.site.periods.stored == {}


def test_t42_who_closes_and_who_does_not(july: Scene) -> None:
    team = july.site.teams.get("alpha")
    with pytest.raises(NotAllowed) as refused:
        close(july, who="ana")
    assert (refused.value.layer, refused.value.permission) == ("team", "Manage this team")
    july.site.role(team, "manager", TeamPermission.MANAGE_TEAM)
    july.site.add(team, "ana", "manager")
    record = close(july, who="ana")
    july.site.add(team, "ana")
    with pytest.raises(NotAllowed):
        reopen_period(july.team_context("ana"), ReopenPeriod("alpha", record.id))
    july.site.team("viewer-1", team_id="beta")
    with pytest.raises(NotFound):
        reopen_period(july.team_context(), ReopenPeriod("beta", record.id))
    reopen_period(july.team_context(), ReopenPeriod("alpha", record.id))
    with pytest.raises(Conflict):
        reopen_period(july.team_context(), ReopenPeriod("alpha", record.id))


def test_t42_a_period_is_not_stuck_when_its_lead_has_gone(july: Scene) -> None:
    team = july.site.teams.get("alpha")
    july.site.add(team, "viewer-1", left=date(2024, 6, 10))
    record = close(july)
    july.site.teams.teams["alpha"] = replace(team, lead="bob")
    with pytest.raises(NotAllowed) as refused:
        reopen_period(july.team_context(), ReopenPeriod("alpha", record.id))
    assert refused.value.permission == "Manage this team"
    reopen_period(july.team_context("bob"), ReopenPeriod("alpha", record.id))
    july.wait(1)
    again = close(july, who="bob")
    assert [one.closed_by for one in july.site.periods.records("alpha")] == ["bob", "viewer-1"]
    assert differences_between((again, record)) == {again.id: ()}


def test_only_members_in_scope_while_they_are_members_count(july: Scene) -> None:
    team = july.site.teams.get("alpha")
    july.site.add(team, "ana", joined=date(2024, 6, 17))
    july.site.role(team, "watcher", TeamPermission.VIEW_HOURS)
    july.site.add(team, "bob", "watcher")
    july.site.add(team, "gone", left=date(2024, 5, 31))
    july.put(PAY, date(2024, 6, 20), HOUR, time(9), "bob")
    july.site.teams.teams["alpha"] = replace(team, scope=Scope(jql="key = OPS-31"))
    record = close(july)
    assert {m.account_id: (m.capacity, m.spent) for m in record.members} == {
        "ana": (80 * HOUR, 2 * HOUR),
        "bob": (0, 0),
    }
    assert len(record.worklogs) == 2


def test_the_list_shows_status_and_figures(july: Scene) -> None:
    leave(july, date(2024, 7, 5))
    record = close(july)
    _, lines = list_periods(july.team_context(), "alpha")
    assert [line.span.first.month for line in lines] == [7, 6, 5, 4, 3, 2, 1, 12, 11, 10, 9, 8, 7]
    now, june, may = lines[:3]
    assert (now.record, now.capacity, now.spent, now.closable) == (None, 22 * 8 * HOUR, None, False)
    assert (june.record and june.record.id, june.capacity, june.spent) == (record.id, 160 * HOUR, 8 * HOUR)
    assert (may.closable, may.first_day) == (True, date(2024, 6, 1))
    _, own = list_periods(july.team_context("ana"), "alpha")
    assert [line.capacity for line in own] == [line.capacity for line in lines]
    assert lines[-1].capacity == 21 * 8 * HOUR, "July 2023 is added up of its own days"
    with pytest.raises(NotAllowed):
        list_periods(july.team_context("stranger"), "alpha")


def test_the_list_counts_late_changes_open_and_accepted_ones_apart(july: Scene) -> None:
    first = close(july)
    reopen_period(july.team_context(), ReopenPeriod("alpha", first.id))
    second, now = close(july), july.jira.now
    accepted = replace(LateChange("alpha", second.id, 3, "removed", now), accepted_by="bob", accepted_at=now)
    july.site.periods.late += [
        LateChange("alpha", first.id, 1, "changed", now),
        LateChange("alpha", second.id, 1, "changed", now),
        LateChange("alpha", second.id, 2, "added", now),
        accepted,
    ]
    _, (_july, line, *others) = list_periods(july.team_context(), "alpha")
    assert line.latest is not None
    assert line.latest.id == second.id
    assert line.changes == {second.id: (2, 1), first.id: (1, 0)}
    assert not any(other.changes for other in others)
    _, own = list_periods(july.team_context("ana"), "alpha")
    assert not any(one.changes for one in own), "they may be about others"


def test_the_latest_closing_of_a_reopened_period_is_the_one_that_was_reopened(july: Scene) -> None:
    record = close(july)
    reopen_period(july.team_context(), ReopenPeriod("alpha", record.id))
    _, (_july, line, *_) = list_periods(july.team_context(), "alpha")
    assert line.record is None
    assert line.latest is not None
    assert line.latest.id == record.id


def test_a_closing_is_never_made_of_time_that_was_kept(july: Scene) -> None:
    assert sum(sum(line.spent) for line in overview(july).lines) == 8 * HOUR
    july.put(PAY, date(2024, 6, 4), HOUR, author="ana")
    assert close(july).members[0].spent == 9 * HOUR


def test_members_with_their_own_figures_see_only_those_of_a_closing(july: Scene) -> None:
    july.site.add(july.site.teams.get("alpha"), "ben")
    july.put(PAY, date(2024, 6, 4), 5 * HOUR, author="ben")
    close(july)

    def june(who: str) -> tuple[int, int | None]:
        _, lines = list_periods(july.team_context(who), "alpha")
        return lines[1].capacity, lines[1].spent

    assert june("viewer-1") == (320 * HOUR, 13 * HOUR)
    assert june("ana") == (160 * HOUR, 8 * HOUR)
    assert june("ben") == (160 * HOUR, 5 * HOUR)
    mine = overview(july, "ben")
    assert [one.account_id for one in visible_records(mine)] == ["ben"]


@pytest.mark.parametrize(("hour", "closable"), [(21, False), (22, True)])
def test_a_period_can_be_closed_from_the_first_moment_of_the_next_day(
    july: Scene, hour: int, closable: bool
) -> None:
    july.jira.now = datetime(2024, 6, 30, hour, 59 if hour == 21 else 0, tzinfo=UTC)
    _, lines = list_periods(july.team_context(), "alpha")
    assert next(line.closable for line in lines if line.span == JUNE) == closable
    if closable:
        assert close(july).span == JUNE
    else:
        with pytest.raises(InvalidInput, match="1 July 2024"):
            close(july)


@settings(deadline=None)
@given(st.lists(st.booleans(), max_size=12))
def test_no_record_is_ever_lost(steps: list[bool]) -> None:
    scene = Scene()
    scene.jira.now = datetime(2024, 7, 1, 10, tzinfo=UTC)
    scene.site.team("viewer-1", "ana")
    made: list[ClosingRecord] = []
    for closing in steps:
        scene.jira.now += timedelta(hours=1)
        try:
            if closing:
                made.append(close(scene))
            elif made:
                reopen_period(scene.team_context(), ReopenPeriod("alpha", made[-1].id))
        except Conflict:
            pass
    kept = scene.site.periods.records("alpha")
    assert [(r.id, r.members) for r in kept] == [(r.id, r.members) for r in reversed(made)]
    assert sum(not record.open for record in kept) <= 1


@given(
    st.lists(
        st.tuples(
            st.sampled_from([PAY, OPS]),
            st.dates(date(2024, 5, 25), date(2024, 8, 31)),
            st.integers(1, 40 * HOUR),
            st.times(),
            st.sampled_from(["ana", "viewer-1", "eve"]),
        ),
        max_size=12,
    )
)
def test_t39_closing_and_reopening_change_no_worklog(logged: list[tuple[int, date, int, time, str]]) -> None:
    scene = Scene()
    scene.jira.now = datetime(2024, 7, 1, 10, tzinfo=UTC)
    scene.site.team("viewer-1", "ana")
    for one in logged:
        scene.put(*one)
    before = (dict(scene.jira.worklogs), dict(scene.jira.issues))
    first = close(scene)
    reopen_period(scene.team_context(), ReopenPeriod("alpha", first.id))
    close(scene)
    assert (scene.jira.worklogs, scene.jira.issues) == before


def test_keys_differ_by_site_and_secret() -> None:
    assert len({KEY, closing_key("a signing key", "site-2"), closing_key("another", "site-1")}) == 3
