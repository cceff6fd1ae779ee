"""Closed days of a person: whole days, days of some projects, and days of the issues that a JQL finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from timesheet.domain.period.closed_day import ALL_OPEN, ClosedDay, ClosedDays, ClosedWorklog
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope, Team
from timesheet.domain.worklog.issue import Issue

FIRST = date(2026, 11, 1)
MONTH = DateSpan(FIRST, date(2026, 11, 30))


def issue(number: int, project: int) -> Issue:
    return Issue(
        number, f"PAY-{number}", "Work", project, "PAY", "Payments", "Task", "Open", False, None, None, None
    )


PAY, OPS = issue(12, 1), issue(31, 2)


def closed_by(
    name: str, scope: Scope | None = None, found: frozenset[int] = frozenset(), *, archived: bool = False
) -> ClosedDay:
    team = Team(name, name, "lead", "scheme", scope=scope or Scope(), archived=archived)
    return ClosedDay(team, MONTH, found)


def days(*closed: ClosedDay) -> ClosedDays:
    return ClosedDays({FIRST: closed})


def test_a_whole_day_is_closed_for_everything() -> None:
    closed = days(closed_by("Alpha"))
    assert closed.on(FIRST) == closed.whole(FIRST) == closed.of(FIRST, PAY) == closed.of(FIRST, OPS)
    assert closed.on(FIRST) == (
        "Closed by Alpha (from 1 November 2026 to 30 November 2026). "
        "The team’s lead, a team administrator, or a member with “Manage this team” can reopen it."
    )
    assert closed.of(FIRST + timedelta(days=1), PAY) == closed.on(FIRST + timedelta(days=1)) == ""
    assert ALL_OPEN.on(FIRST) == ALL_OPEN.whole(FIRST) == ALL_OPEN.of(FIRST, PAY) == ""


def test_the_days_of_an_archived_team_need_its_return_first() -> None:
    assert days(closed_by("Alpha", archived=True)).on(FIRST) == (
        "Closed by Alpha (from 1 November 2026 to 30 November 2026). "
        "The team is archived. Its lead or a team administrator can restore it and then reopen the period."
    )


@pytest.mark.parametrize(
    ("scope", "found", "pay", "ops"),
    [
        (Scope((1,)), frozenset[int](), True, False),
        (Scope(jql="labels = x"), frozenset({31}), False, True),
        (Scope((1,), "labels = x"), frozenset({12, 31}), True, False),
        (Scope((1,), "labels = x"), frozenset[int](), False, False),
    ],
)
def test_a_scope_closes_the_issues_in_it(scope: Scope, found: frozenset[int], pay: bool, ops: bool) -> None:
    closed = days(closed_by("Alpha", scope, found))
    assert (bool(closed.of(FIRST, PAY)), bool(closed.of(FIRST, OPS))) == (pay, ops)
    assert (closed.all_day(FIRST, PAY), closed.all_day(FIRST, OPS)) == (
        closed.of(FIRST, PAY),
        closed.of(FIRST, OPS),
    )
    assert closed.whole(FIRST) == ""
    assert "for the issues in its scope" in closed.on(FIRST)


def test_of_two_teams_the_one_that_closed_everything_is_named_for_the_day() -> None:
    closed = days(closed_by("Alpha", Scope((1,))), closed_by("Beta"))
    assert closed.on(FIRST).startswith("Closed by Beta")
    assert closed.of(FIRST, PAY).startswith("Closed by Alpha")


def test_a_day_that_is_closed_in_another_zone_only_accepts_some_start() -> None:
    closed = days(replace(closed_by("Alpha"), zone="Europe/Berlin"))
    assert (
        closed.on(FIRST)
        == closed.of(FIRST, PAY)
        == (
            "Closed by Alpha (from 1 November 2026 to 30 November 2026, "
            "in the time zone of that closing: Europe/Berlin). "
            "The team’s lead, a team administrator, or a member with “Manage this team” can reopen it."
        )
    )
    assert closed.whole(FIRST) == closed.all_day(FIRST, PAY) == ""


def test_a_closed_worklog_is_said_on_its_own_day_only() -> None:
    closed = ClosedDays({}, {1: ClosedWorklog(FIRST, "Closed with this worklog in it.")})
    assert closed.on(FIRST) == "Closed with this worklog in it."
    assert closed.on(FIRST + timedelta(days=1)) == closed.whole(FIRST) == closed.of(FIRST, PAY) == ""
