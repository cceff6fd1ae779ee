"""Closed days of a person: whole days, days of some projects, and days of the issues that a JQL finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from timesheet.domain.period.closed_day import (
    ALL_OPEN,
    ClosedDay,
    ClosedDays,
    ClosedWorklog,
    closed_worklog_sentence,
)
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope, Team
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog

FIRST = date(2026, 11, 1)
MONTH = DateSpan(FIRST, date(2026, 11, 30))


def issue(number: int, project: int) -> Issue:
    return Issue(
        number, f"PAY-{number}", "Work", project, "PAY", "Payments", "Task", "Open", False, None, None, None
    )


def worklog(number: int, day: date = date(2026, 11, 1)) -> Worklog:
    started = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return Worklog(number, 12, "ann", day, started, 3600, started)


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


def test_a_worklog_of_a_closing_cannot_change_on_an_open_day_and_others_can() -> None:
    closed = ClosedDays({}, {1: ClosedWorklog(FIRST, "Closed with this worklog in it.")})
    assert closed.of_worklog(worklog(1), PAY) == "Closed with this worklog in it."
    assert closed.of_worklog(worklog(2), PAY) == ""


def test_a_worklog_on_a_closed_day_cannot_change_if_its_issue_counts() -> None:
    closed = days(closed_by("Alpha", Scope((1,))))
    assert closed.of_worklog(worklog(2), PAY) == closed.of(FIRST, PAY) != ""
    assert closed.of_worklog(worklog(2), OPS) == ""
    assert closed.of_worklog(worklog(2, FIRST + timedelta(days=1)), PAY) == ""


def test_a_cell_is_closed_if_all_its_worklogs_are() -> None:
    closed = ClosedDays({}, {1: ClosedWorklog(FIRST, "One."), 2: ClosedWorklog(FIRST, "Two.")})
    assert closed.of_cell(FIRST, PAY, [worklog(1), worklog(2)]) == "One."
    assert closed.of_cell(FIRST, PAY, [worklog(1), worklog(3)]) == ""


def test_an_empty_cell_is_closed_if_its_day_accepts_no_time_on_the_issue() -> None:
    closed = days(closed_by("Alpha", Scope((1,))))
    assert closed.of_cell(FIRST, PAY, []) == closed.of(FIRST, PAY) != ""
    assert closed.of_cell(FIRST, OPS, []) == ""


def test_the_sentence_of_a_closed_worklog_names_team_period_and_who_can_reopen_it() -> None:
    assert closed_worklog_sentence(closed_by("Alpha").team, MONTH) == (
        "Closed by Alpha (from 1 November 2026 to 30 November 2026) with this worklog in it. "
        "The team’s lead, a team administrator, or a member with “Manage this team” can reopen it."
    )
