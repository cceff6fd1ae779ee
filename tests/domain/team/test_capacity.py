from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay, Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.workload_scheme import DatedScheme, WorkloadScheme, with_scheme
from timesheet.domain.errors import DeletedWhileRead
from timesheet.domain.identity import TimeTracking
from timesheet.domain.span import DateSpan, month_of
from timesheet.domain.team.capacity import (
    CapacityPlan,
    basis_of,
    capacity,
    day_capacities,
    expected_days,
    left_of,
    plan_for,
    progress,
    show_progress,
)
from timesheet.domain.team.team import Member, Role, TeamPermission, workers
from timesheet.domain.worklog.worklog import Worklog

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
ALWAYS = DatedScheme(None, "short")
JULY = DatedScheme(date(2024, 7, 1), "half")
AUGUST = DatedScheme(date(2024, 8, 1), "full")


def june(day: int) -> date:
    return date(2024, 6, day)


def leave(day: date, part: Part = Part.WHOLE, who: str = "ann") -> Leave:
    return Leave(who, day, "vacation", part)


def plan(leaves: Iterable[Leave] = (), span: DateSpan = JUNE, default: str = "full") -> CapacityPlan:
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
def test_capacity_is_that_of_the_worked_examples(
    member: Member, leaves: list[Leave], span: DateSpan, hours: int
) -> None:
    assert capacity(plan(leaves, span), member) == hours * HOUR


def test_example_8_progress_is_of_the_sums_and_not_the_mean() -> None:
    assert progress((120 + 60) * HOUR, (160 + 72) * HOUR) == Fraction(180, 232)
    assert show_progress(Fraction(180, 232)) == "77.6"
    mean = (Fraction(120, 160) + Fraction(60, 72)) / 2
    assert show_progress(mean) == "79.2"


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        (None, ""),
        (Fraction(0), "0.0"),
        (Fraction(1), "100.0"),
        (Fraction(3, 2), "150.0"),
        (Fraction(1, 2000), "0.1"),
        (Fraction(4999, 10_000_000), "0.0"),
    ],
)
def test_progress_prints_tenths_and_a_tie_goes_up(part: Fraction | None, shown: str) -> None:
    assert show_progress(part) == shown


def test_progress_prints_with_the_locales_separator() -> None:
    assert show_progress(Fraction(1, 3), ",") == "33,3"


def test_time_without_capacity_has_no_progress() -> None:
    assert progress(HOUR, 0) is None


@pytest.mark.parametrize(
    ("seconds", "halves", "left"), [(9, 0, 9), (9, 1, 5), (9, 2, 5), (9, 3, 0), (8, 1, 4), (0, 2, 0)]
)
def test_the_odd_second_stays_with_the_half_at_work(seconds: int, halves: int, left: int) -> None:
    assert left_of(seconds, halves) == left


# --- days and halves

PARTS = st.sampled_from(Part)
DAYS = st.dates(date(2024, 5, 20), date(2024, 7, 10))
LEAVES = st.lists(st.builds(Leave, st.just("ann"), DAYS, st.just("vacation"), PARTS), max_size=12)
HOLIDAYS = st.lists(
    st.builds(NonWorkingDay, DAYS, st.just("Day"), st.just("public-holiday"), PARTS), max_size=8
)
DATED = st.lists(
    st.builds(DatedScheme, st.none() | DAYS, st.sampled_from(["full", "short", "half"])),
    max_size=4,
    unique_by=lambda dated: dated.valid_from,
).map(tuple)
EDGE = st.none() | DAYS
MEMBERS = st.builds(
    lambda joined, left, schemes: Member("team", "ann", frozenset(), joined, left, "days", schemes),
    EDGE,
    EDGE,
    DATED,
)
SPANS = st.tuples(DAYS, DAYS).map(lambda ends: DateSpan(min(ends), max(ends)))


def any_plan(span: DateSpan, holidays: list[NonWorkingDay], leaves: list[Leave]) -> CapacityPlan:
    return plan_for(span, SCHEMES, "full", (GlobalCalendar("days", "Days", tuple(holidays)),), leaves)


def by_the_definition(day: date, member: Member, holidays: list[NonWorkingDay], leaves: list[Leave]) -> int:
    if (member.joined and day < member.joined) or (member.left and day > member.left):
        return 0
    begun = [d for d in member.schemes if d.valid_from is None or d.valid_from <= day]
    latest = max(begun, key=lambda d: d.valid_from or date.min, default=None)
    scheme = {s.id: s for s in SCHEMES}[latest.scheme_id if latest else "full"]
    parts = {
        part
        for d, part in [(h.date, h.part) for h in holidays] + [(x.date, x.part) for x in leaves]
        if d == day
    }
    away = 2 if Part.WHOLE in parts else len(parts)
    return scheme.weekdays[day.weekday()] * (2 - away) // 2


@given(SPANS, MEMBERS, HOLIDAYS, LEAVES)
def test_the_fast_path_is_the_definition(
    span: DateSpan, member: Member, holidays: list[NonWorkingDay], leaves: list[Leave]
) -> None:
    expected = [by_the_definition(day, member, holidays, leaves) for day in span]
    assert day_capacities(any_plan(span, holidays, leaves), member) == expected


@given(SPANS, MEMBERS, HOLIDAYS, LEAVES)
def test_capacity_is_additive_over_days_and_never_negative(
    span: DateSpan, member: Member, holidays: list[NonWorkingDay], leaves: list[Leave]
) -> None:
    days = [capacity(any_plan(DateSpan(day, day), holidays, leaves), member) for day in span]
    assert min(days) >= 0
    assert capacity(any_plan(span, holidays, leaves), member) == sum(days)


@given(SPANS, st.lists(MEMBERS, max_size=5))
def test_capacity_is_additive_over_members(span: DateSpan, members: list[Member]) -> None:
    laid_out = any_plan(span, [], [])
    split = len(members) // 2
    halves = whole_capacity(laid_out, members[:split]) + whole_capacity(laid_out, members[split:])
    assert whole_capacity(laid_out, members) == halves


@given(DAYS, PARTS, PARTS)
def test_holiday_and_leave_on_one_day_cost_one_day_at_most(day: date, holiday: Part, absent: Part) -> None:
    span, member = DateSpan(day, day), replace(ANN, calendar_id="days")
    whole = capacity(any_plan(span, [], []), member)
    days, leaves = [NonWorkingDay(day, "Day", "public-holiday", holiday)], [leave(day, absent)]
    both = capacity(any_plan(span, days, leaves), member)
    alone = [capacity(any_plan(span, days, []), member), capacity(any_plan(span, [], leaves), member)]
    assert 0 <= both <= min(alone)
    if holiday is absent:
        assert both == alone[0] == alone[1]
    elif Part.WHOLE not in {holiday, absent}:
        assert (both, alone) == (0, [whole // 2, whole // 2])


@given(MEMBERS, DAYS, st.sampled_from(["full", "short", "half"]))
def test_a_dated_scheme_never_repaints_the_past(member: Member, start: date, scheme_id: str) -> None:
    span = DateSpan(date(2024, 5, 20), date(2024, 7, 10))
    later = replace(member, schemes=with_scheme(member.schemes, start, scheme_id))
    before, after = (day_capacities(any_plan(span, [], []), one) for one in (member, later))
    index = (start - span.first).days
    assert before[:index] == after[:index]


def test_two_leaves_of_the_same_half_cost_half_a_day() -> None:
    halves = [leave(june(14), Part.MORNING), leave(june(14), Part.MORNING)]
    assert capacity(plan(halves), ANN) == 156 * HOUR


def test_leaves_of_others_and_days_off_cost_nothing() -> None:
    assert capacity(plan([leave(june(14), who="bob"), leave(june(15))]), ANN) == 160 * HOUR


def test_a_scheme_or_calendar_that_is_not_there_is_no_silent_zero() -> None:
    for member in (replace(ANN, calendar_id="gone"), replace(ANN, schemes=(DatedScheme(None, "gone"),))):
        for compute in (capacity, basis_of):
            with pytest.raises(DeletedWhileRead):
                compute(plan(), member)


@pytest.mark.parametrize(
    ("joined", "left", "days"),
    [
        (june(10), june(10), 1),
        (None, june(9), 5),
        (june(28), None, 1),
        (date(2024, 7, 1), None, 0),
        (None, date(2024, 5, 31), 0),
        (date(2024, 1, 1), date(2024, 12, 31), 20),
    ],
)
def test_joining_and_leaving_days_are_worked(joined: date | None, left: date | None, days: int) -> None:
    assert capacity(plan(), replace(ANN, joined=joined, left=left)) == days * 8 * HOUR


def test_only_members_who_work_on_issues_make_the_teams_capacity() -> None:
    roles = (
        Role("member", "team", "Team Member", frozenset({TeamPermission.WORK_ON_ISSUES})),
        Role("viewer", "team", "Viewer", frozenset({TeamPermission.VIEW_HOURS})),
    )
    viewer = replace(ANN, role_ids=frozenset({"viewer"}))
    both = replace(ANN, role_ids=frozenset({"viewer", "member"}))
    assert whole_capacity(plan(), workers([ANN, viewer, both], roles)) == 320 * HOUR


# --- one person, whatever their teams


def test_t41_without_a_team_a_working_day_is_as_long_as_jiras() -> None:
    week = DateSpan(june(10), june(16))
    assert expected_days(week, SITE, "ann") == [8 * HOUR] * 5 + [0, 0]
    assert expected_days(week, TimeTracking(True, 27000, 135000), "ann")[0] == 27000


def test_t41_leaves_count_without_a_team_too() -> None:
    week = DateSpan(june(10), june(16))
    leaves = [leave(june(11)), leave(june(12), Part.MORNING), leave(june(13), who="bob")]
    assert expected_days(week, SITE, "ann", leaves=leaves) == [
        8 * HOUR,
        0,
        4 * HOUR,
        8 * HOUR,
        8 * HOUR,
        0,
        0,
    ]


def test_t41_teams_decide_while_one_is_in_them_and_the_longest_day_counts() -> None:
    week = DateSpan(june(10), june(16))
    half = replace(ANN, schemes=(DatedScheme(None, "half"),), joined=june(11), left=june(13))
    short = replace(ANN, schemes=(DatedScheme(None, "short"),), joined=june(12))
    teams = [(plan(span=week), half), (plan(span=week), short)]
    assert [seconds // HOUR for seconds in expected_days(week, SITE, "ann", teams)] == [8, 4, 6, 4, 0, 0, 0]


def test_t06_a_clock_change_moves_no_target() -> None:
    for first in (date(2026, 3, 23), date(2026, 10, 19)):
        assert sum(expected_days(DateSpan(first, first + timedelta(days=6)), SITE, "ann")) == 40 * HOUR


# --- where a capacity comes from


def test_the_basis_explains_a_capacity() -> None:
    member = replace(
        ANN,
        calendar_id="whit",
        joined=june(3),
        left=june(28),
        schemes=(
            DatedScheme(date(2024, 7, 1), "full"),
            DatedScheme(june(17), "half"),
            DatedScheme(date(2024, 1, 1), "short"),
        ),
    )
    leaves = [leave(june(13)), leave(june(12), Part.AFTERNOON)]
    assert list(basis_of(plan(leaves), member))[-2:] == ["leave 2024-06-12", "leave 2024-06-13"]
    assert basis_of(plan(leaves), member) == {
        "joined": "2024-06-03",
        "left": "2024-06-28",
        "from 2024-06-01": "21600 21600 21600 0 0 0 0",
        "from 2024-06-17": "14400 14400 14400 14400 14400 0 0",
        "holiday 2024-06-10": "whole",
        "leave 2024-06-12": "afternoon",
        "leave 2024-06-13": "whole",
    }


def test_the_basis_of_a_plain_member_is_the_teams_scheme() -> None:
    assert basis_of(plan(default="half"), ANN) == {"from 2024-06-01": "14400 14400 14400 14400 14400 0 0"}


@pytest.mark.parametrize(
    ("schemes", "day", "hours"),
    [
        ((), june(3), 8),
        ((JULY,), june(28), 8),
        ((JULY,), date(2024, 7, 1), 4),
        ((AUGUST, JULY, ALWAYS), june(26), 6),
        ((AUGUST, JULY, ALWAYS), date(2024, 7, 31), 4),
        ((AUGUST, JULY, ALWAYS), date(2024, 8, 1), 8),
    ],
)
def test_the_last_scheme_that_has_begun_is_in_force(
    schemes: tuple[DatedScheme, ...], day: date, hours: int
) -> None:
    assert capacity(plan(span=DateSpan(day, day)), replace(ANN, schemes=schemes)) == hours * HOUR


def test_500_members_and_31_days_take_a_few_milliseconds() -> None:
    july = month_of(date(2024, 7, 1))
    people = [
        replace(
            ANN,
            account_id=f"p{n}",
            calendar_id="whit",
            schemes=(DatedScheme(date(2024, 7, 1 + n % 31), "half"),),
        )
        for n in range(500)
    ]
    leaves = [leave(date(2024, 7, 1 + n % 31), who=f"p{n}") for n in range(500)]
    best = min(_timed(july, leaves, people) for _ in range(5))
    assert best < 0.02, "4 ms is usual; this much is another way of counting"


def _timed(span: DateSpan, leaves: list[Leave], people: list[Member]) -> float:
    """Return the seconds of processor time, because other programs may have the processor meanwhile."""
    began = time.thread_time()
    whole_capacity(plan(leaves, span), people)
    return time.thread_time() - began


def whole_capacity(of: CapacityPlan, members: list[Member]) -> int:
    return sum(capacity(of, member) for member in members)


def test_hours_are_computed_only_for_the_schemes_that_members_have() -> None:
    made = plan()
    assert capacity(made, replace(ANN, schemes=(DatedScheme(june(17), "half"),))) == 120 * HOUR
    assert set(made.hours) == {"full", "half"}
