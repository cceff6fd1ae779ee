from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.capacity import (
    Plan,
    basis_of,
    capacity,
    counted,
    day_capacities,
    expected_days,
    left_of,
    plan_for,
    progress,
    show_progress,
    spent_by_author,
    team_capacity,
)
from timesheet.domain.global_calendar import GlobalCalendar, NonWorkingDay, Part
from timesheet.domain.identity import TimeTracking
from timesheet.domain.leave import Leave
from timesheet.domain.span import DateSpan, month_of
from timesheet.domain.team import Member, Role, TeamPermission, workers
from timesheet.domain.workload_scheme import DatedScheme, WorkloadScheme
from timesheet.domain.worklog import Worklog

HOUR = 3600
JUNE = month_of(date(2024, 6, 1))
SITE = TimeTracking(True, 8 * HOUR, 40 * HOUR)
FULL = WorkloadScheme("full", "Full time", (8 * HOUR,) * 5 + (0, 0))
SHORT = WorkloadScheme("short", "Mon to Wed", (6 * HOUR,) * 3 + (0,) * 4)
HALF = WorkloadScheme("half", "Half days", (4 * HOUR,) * 5 + (0, 0))
SCHEMES = (FULL, SHORT, HALF)
WHIT = GlobalCalendar(
    "whit", "Whit Monday", (NonWorkingDay(date(2024, 6, 10), "Whit Monday", "public-holiday"),)
)
ANN = Member("team", "ann", frozenset({"member"}))


def june(day: int) -> date:
    return date(2024, 6, day)


def leave(day: date, part: Part = Part.WHOLE, who: str = "ann") -> Leave:
    return Leave(who, day, "vacation", part)


def plan(leaves: Iterable[Leave] = (), span: DateSpan = JUNE, default: str = "full") -> Plan:
    return plan_for(span, SCHEMES, default, (WHIT,), leaves)


def worklog(number: int, day: date, hours: int = 1, who: str = "ann", issue: int = 1) -> Worklog:
    started = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return Worklog(number, issue, who, day, started, hours * HOUR, started)


WEDNESDAYS = (DatedScheme(None, "short"),)
EXAMPLES = [
    (1, ANN, [], JUNE, 160),
    (2, ANN, [leave(june(14))], JUNE, 152),
    (3, replace(ANN, calendar_id="whit"), [leave(june(10))], JUNE, 152),
    (4, replace(ANN, calendar_id="whit", schemes=WEDNESDAYS), [], JUNE, 66),
    (5, replace(ANN, calendar_id="whit", schemes=WEDNESDAYS), [leave(june(13))], JUNE, 66),
    (6, replace(ANN, joined=june(17)), [], JUNE, 80),
    (7, replace(ANN, calendar_id="whit"), [], DateSpan(june(10), june(16)), 32),
    (13, ANN, [leave(june(14), Part.AFTERNOON)], JUNE, 156),
    (14, replace(ANN, schemes=(DatedScheme(june(17), "half"),)), [], JUNE, 120),
]


@pytest.mark.parametrize(
    ("member", "leaves", "span", "hours"), [pytest.param(*e[1:], id=f"example-{e[0]}") for e in EXAMPLES]
)
def test_worked_examples(member: Member, leaves: list[Leave], span: DateSpan, hours: int) -> None:
    assert capacity(plan(leaves, span), member) == hours * HOUR


def test_example_8_progress_is_of_the_sums_and_not_the_mean() -> None:
    assert progress((120 + 60) * HOUR, (160 + 72) * HOUR) == Fraction(180, 232)
    assert show_progress(Fraction(180, 232)) == "77.6 %"
    mean = (Fraction(120, 160) + Fraction(60, 72)) / 2
    assert show_progress(mean) == "79.2 %"


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        (None, ""),
        (Fraction(0), "0.0 %"),
        (Fraction(1), "100.0 %"),
        (Fraction(3, 2), "150.0 %"),
        (Fraction(1, 2000), "0.1 %"),
        (Fraction(4999, 10_000_000), "0.0 %"),
    ],
)
def test_progress_prints_tenths_and_a_tie_goes_up(part: Fraction | None, shown: str) -> None:
    assert show_progress(part) == shown


def test_progress_prints_with_the_locales_separator() -> None:
    assert show_progress(Fraction(1, 3), ",") == "33,3 %"


def test_time_without_capacity_has_no_progress() -> None:
    assert progress(HOUR, 0) is None


@pytest.mark.parametrize(
    ("seconds", "halves", "left"), [(9, 0, 9), (9, 1, 5), (9, 2, 5), (9, 3, 0), (8, 1, 4), (0, 2, 0)]
)
def test_the_odd_second_stays_with_the_half_at_work(seconds: int, halves: int, left: int) -> None:
    assert left_of(seconds, halves) == left
