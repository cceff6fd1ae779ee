from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.domain.errors import InvalidInput, NotAllowed
from timesheet.domain.period.period import (
    ClosingRecord,
    Difference,
    MemberRecord,
    PeriodLength,
    PeriodRule,
    check_closable,
    check_open,
    check_rule,
    closed_on,
    differences,
    first_closing_day,
    period_of,
    periods_in,
    record_members,
)
from timesheet.domain.span import DateSpan, month_of
from timesheet.domain.team.capacity import plan_for
from timesheet.domain.team.team import Member, Team
from timesheet.domain.worklog.worklog import Worklog

HOUR = 3600
KEY = b"a key of the site"
WEEKLY, TWO_WEEKLY, MONTHLY, QUARTERLY = PeriodLength
JUNE, JULY = month_of(date(2024, 6, 1)), month_of(date(2024, 7, 1))
BERLIN = ZoneInfo("Europe/Berlin")
TEAM = Team("t", "Payments", "lena", "full")
CLOSED_AT = datetime(2024, 7, 1, 8, tzinfo=UTC)
FOUND_AT = datetime(2024, 7, 5, 3, tzinfo=UTC)
FULL = WorkloadScheme("full", "Full time", (8 * HOUR,) * 5 + (0, 0))
ANN = Member("t", "ann", frozenset({"member"}))


def days(first: str, last: str) -> DateSpan:
    return DateSpan(date.fromisoformat(first), date.fromisoformat(last))


def worklog(
    number: int, day: date = date(2024, 6, 28), seconds: int = HOUR, who: str = "ann", issue: int = 1
) -> Worklog:
    started = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return Worklog(number, issue, who, day, started, seconds, started)


def record(span: DateSpan = JUNE, number: str = "1", team_id: str = "t") -> ClosingRecord:
    return ClosingRecord(number, team_id, span, "lena", CLOSED_AT, (), {})


# --- which days make a period


@pytest.mark.parametrize(
    ("length", "start", "day", "first", "last"),
    [
        (WEEKLY, "2024-06-03", "2024-06-03", "2024-06-03", "2024-06-09"),
        (WEEKLY, "2024-06-03", "2024-06-02", "2024-05-27", "2024-06-02"),
        (WEEKLY, "2024-06-05", "2024-12-31", "2024-12-25", "2024-12-31"),
        (TWO_WEEKLY, "2024-06-03", "2024-06-16", "2024-06-03", "2024-06-16"),
        (TWO_WEEKLY, "2024-06-03", "2024-06-02", "2024-05-20", "2024-06-02"),
        (MONTHLY, "2024-06-01", "2024-02-29", "2024-02-01", "2024-02-29"),
        (MONTHLY, "2024-06-15", "2024-06-14", "2024-05-15", "2024-06-14"),
        (MONTHLY, "2024-06-15", "2024-12-20", "2024-12-15", "2025-01-14"),
        (MONTHLY, "2024-01-31", "2024-02-28", "2024-01-31", "2024-02-28"),
        (MONTHLY, "2024-01-31", "2024-02-29", "2024-02-29", "2024-03-30"),
        (MONTHLY, "2023-01-31", "2023-02-28", "2023-02-28", "2023-03-30"),
        (MONTHLY, "2024-01-30", "2023-03-01", "2023-02-28", "2023-03-29"),
        (MONTHLY, "2024-01-29", "2023-02-28", "2023-02-28", "2023-03-28"),
        (MONTHLY, "2024-01-31", "2024-04-30", "2024-04-30", "2024-05-30"),
        (QUARTERLY, "2024-01-01", "2024-06-14", "2024-04-01", "2024-06-30"),
        (QUARTERLY, "2024-02-01", "2024-01-31", "2023-11-01", "2024-01-31"),
        (QUARTERLY, "2023-11-30", "2024-02-28", "2023-11-30", "2024-02-28"),
        (QUARTERLY, "2023-11-30", "2024-02-29", "2024-02-29", "2024-05-29"),
        (QUARTERLY, "2024-03-15", "2024-03-14", "2023-12-15", "2024-03-14"),
    ],
)
def test_the_period_of_a_day(length: PeriodLength, start: str, day: str, first: str, last: str) -> None:
    rule = PeriodRule(length, date.fromisoformat(start))
    assert period_of(rule, date.fromisoformat(day)) == days(first, last)


def test_periods_of_a_stretch_are_those_that_touch_it() -> None:
    rule = PeriodRule(MONTHLY, date(2024, 1, 1))
    assert periods_in(rule, days("2024-05-31", "2024-07-01")) == (month_of(date(2024, 5, 1)), JUNE, JULY)


RULES = st.builds(PeriodRule, st.sampled_from(PeriodLength), st.dates(date(2023, 1, 1), date(2025, 12, 31)))
ANY_DAY = st.dates(date(2023, 6, 1), date(2025, 6, 1))


@st.composite
def apart(draw: st.DrawFn) -> list[DateSpan]:
    """Return closed spans that do not overlap, in any order."""
    spans, at = list[DateSpan](), date(2024, 1, 1)
    for gap, length in draw(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 60)), max_size=5)):
        first = at + timedelta(days=gap)
        spans.append(DateSpan(first, first + timedelta(days=length - 1)))
        at = spans[-1].last + timedelta(days=1)
    return draw(st.permutations(spans))


@given(RULES, ANY_DAY, apart())
def test_every_day_is_in_exactly_one_period(rule: PeriodRule, day: date, recorded: list[DateSpan]) -> None:
    period = period_of(rule, day, recorded)
    assert day in period
    assert {period_of(rule, other, recorded) for other in period} == {period}


@given(RULES, ANY_DAY, st.integers(0, 200), apart())
def test_periods_follow_each_other_and_recorded_ones_stay(
    rule: PeriodRule, first: date, length: int, recorded: list[DateSpan]
) -> None:
    span = DateSpan(first, first + timedelta(days=length))
    periods = periods_in(rule, span, recorded)
    assert first in periods[0]
    assert span.last in periods[-1]
    for one, following in pairwise(periods):
        assert following.first == one.last + timedelta(days=1)
    assert {closed for closed in recorded if closed.first in span} <= set(periods)


@given(RULES)
def test_a_period_starts_on_the_start_day_of_its_rule(rule: PeriodRule) -> None:
    assert period_of(rule, rule.start).first == rule.start


# --- changing the rule


def test_a_new_rule_after_what_is_closed_leaves_that_alone() -> None:
    rule = PeriodRule(WEEKLY, date(2024, 7, 1))
    check_rule(rule, [JUNE])
    assert periods_in(rule, days("2024-05-30", "2024-07-08"), [JUNE]) == (
        days("2024-05-27", "2024-05-31"),
        JUNE,
        days("2024-07-01", "2024-07-07"),
        days("2024-07-08", "2024-07-14"),
    )


def test_a_new_rule_that_makes_the_same_periods_is_not_an_overlap() -> None:
    check_rule(PeriodRule(MONTHLY, date(2024, 5, 1)), [JUNE, JULY])
    check_rule(PeriodRule(MONTHLY, date(2024, 5, 1)), [])


@pytest.mark.parametrize(
    ("length", "start", "new"),
    [
        (WEEKLY, date(2024, 6, 24), "from 24 June 2024 to 30 June 2024"),
        (WEEKLY, date(2024, 5, 27), "from 27 May 2024 to 2 June 2024"),
        (MONTHLY, date(2024, 6, 15), "from 15 June 2024 to 14 July 2024"),
        (WEEKLY, date(2024, 6, 30), "from 30 June 2024 to 6 July 2024"),
        (QUARTERLY, date(2024, 4, 1), "from 1 April 2024 to 30 June 2024"),
    ],
)
def test_a_new_rule_that_would_overlap_is_refused_with_both(
    length: PeriodLength, start: date, new: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_rule(PeriodRule(length, start), [JUNE, month_of(date(2024, 1, 1))])
    assert refused.value.field == "start"
    assert new in refused.value.sentence
    assert "from 1 June 2024 to 30 June 2024" in refused.value.sentence
    assert "1 July 2024 or later" in refused.value.sentence


@given(RULES, RULES, st.integers(0, 10))
def test_an_accepted_rule_cuts_no_period_from_its_start_on(
    old: PeriodRule, new: PeriodRule, closed: int
) -> None:
    recorded = list(periods_in(old, days("2024-01-01", "2024-12-31"))[:closed])
    try:
        check_rule(new, recorded)
    except InvalidInput:
        return
    for period in periods_in(new, DateSpan(new.start, new.start + timedelta(days=200)), recorded):
        assert period == period_of(new, period.first)


# --- closing


def test_example_11_a_period_closes_from_the_day_after_its_last() -> None:
    assert first_closing_day(JUNE) == date(2024, 7, 1)
    with pytest.raises(InvalidInput) as refused:
        check_closable(JUNE, datetime(2024, 6, 30, 12, tzinfo=UTC), BERLIN)
    assert refused.value.field == "period"
    assert "1 July 2024" in refused.value.sentence
    assert "Europe/Berlin" in refused.value.sentence


def test_midnight_in_the_sites_zone_is_what_counts() -> None:
    check_closable(JUNE, datetime(2024, 6, 30, 22, 0, tzinfo=UTC), BERLIN)
    with pytest.raises(InvalidInput):
        check_closable(JUNE, datetime(2024, 6, 30, 21, 59, 59, tzinfo=UTC), BERLIN)
    with pytest.raises(InvalidInput):
        check_closable(JUNE, datetime(2024, 7, 1, 3, tzinfo=UTC), ZoneInfo("America/New_York"))


# --- the lock


def test_example_12_a_move_is_refused_for_its_old_and_for_its_new_day() -> None:
    old, new = date(2024, 6, 28), date(2024, 7, 2)
    for closed, span, day in (
        (JUNE, "from 1 June 2024 to 30 June 2024", "28 June 2024"),
        (JULY, "from 1 July 2024 to 31 July 2024", "2 July 2024"),
    ):
        with pytest.raises(NotAllowed) as refused:
            check_open(TEAM, [record(closed)], [old, new])
        assert (refused.value.layer, refused.value.permission) == ("team", "Manage this team")
        for part in ("Payments", span, day, "can reopen it"):
            assert part in refused.value.sentence
    check_open(TEAM, [record(month_of(date(2024, 5, 1)))], [old, new])
    check_open(TEAM, [], [old])


def test_t10_the_lock_is_per_day_in_a_week_across_the_border() -> None:
    week = days("2024-06-24", "2024-07-07")
    locked = [day for day in week if closed_on([record()], "t", day)]
    assert (locked[0], locked[-1], len(locked)) == (date(2024, 6, 24), date(2024, 6, 30), 7)


def test_the_lock_is_per_team_and_a_reopened_period_is_open() -> None:
    reopened = replace(record(), reopened_by="lena", reopened_at=FOUND_AT)
    again = record(number="2")
    day = date(2024, 6, 14)
    assert closed_on([record(team_id="other")], "t", day) is None
    assert closed_on([reopened], "t", day) is None
    assert closed_on([reopened, again], "t", day) is again


def test_examples_9_and_10_a_late_leave_shows_as_a_difference_and_both_records_stay() -> None:
    before = record_members(plan_for(JUNE, [FULL], "full"), [ANN], {"ann"}, {"ann": 120 * HOUR}, {})
    closed = replace(record(), members=before)
    vacation = plan_for(JUNE, [FULL], "full", leaves=[Leave("ann", date(2024, 6, 14), "vacation")])
    now = record_members(vacation, [ANN], {"ann"}, {"ann": 120 * HOUR}, {})
    assert closed.members[0].capacity == 160 * HOUR
    assert differences(closed.members, now) == (
        Difference("ann", 160 * HOUR, 152 * HOUR, 120 * HOUR, 120 * HOUR),
    )
    reopened = replace(closed, reopened_by="lena", reopened_at=FOUND_AT)
    again = replace(record(number="2"), members=now)
    assert (reopened.open, again.open) == (True, False)
    assert [kept.members[0].capacity for kept in (reopened, again)] == [160 * HOUR, 152 * HOUR]
    assert again.members[0].basis == {**closed.members[0].basis, "leave 2024-06-14": "whole"}


def test_t40_a_record_has_the_members_of_the_period_and_capacity_of_those_who_work() -> None:
    people = [
        ANN,
        replace(ANN, account_id="viewer"),
        replace(ANN, account_id="left", left=date(2024, 5, 31)),
        replace(ANN, account_id="late", joined=date(2024, 6, 17)),
    ]
    made = record_members(
        plan_for(JUNE, [FULL], "full"), people, {"ann", "left", "late"}, {"viewer": 5 * HOUR}, {"ann": BERLIN}
    )
    figures = [(member.account_id, member.capacity, member.spent) for member in made]
    assert figures == [("ann", 160 * HOUR, 0), ("viewer", 0, 5 * HOUR), ("late", 80 * HOUR, 0)]
    assert [member.zone for member in made] == ["Europe/Berlin", None, None]


def test_differences_name_who_came_went_and_changed() -> None:
    def member(who: str, capacity: int, spent: int) -> MemberRecord:
        return MemberRecord(who, capacity, spent, {})

    before = [member("same", 8, 4), member("more", 8, 4), member("gone", 8, 0)]
    after = [member("new", 8, 1), member("same", 8, 4), member("more", 8, 5)]
    found = differences(before, after)
    assert [one.spent_after - one.spent_before for one in found] == [1, 0, 1]
    assert found == (
        Difference("more", 8, 8, 4, 5),
        Difference("gone", 8, 0, 0, 0),
        Difference("new", 0, 8, 0, 1),
    )


@pytest.mark.parametrize(
    ("joined", "left", "active"),
    [
        (None, None, (True, True, True)),
        ("2024-06-14", None, (False, True, True)),
        (None, "2024-06-14", (True, True, False)),
        ("2024-06-14", "2024-06-14", (False, True, False)),
    ],
)
def test_a_recorded_member_is_active_from_joining_to_leaving(
    joined: str | None, left: str | None, active: tuple[bool, bool, bool]
) -> None:
    dates = {name: day for name, day in (("joined", joined), ("left", left)) if day}
    member = MemberRecord("ann", 0, 0, {"scheme": "full", **dates})
    assert [member.active_on(date(2024, 6, day)) for day in (13, 14, 15)] == list(active)
    assert member.stay == (
        date(2024, 6, 14) if joined else None,
        date(2024, 6, 14) if left else None,
    )


def test_the_zones_of_a_closing_are_those_that_it_recorded_and_that_exist() -> None:
    members = (
        MemberRecord("ann", 0, 0, {}, "Europe/Berlin"),
        MemberRecord("ben", 0, 0, {}),
        MemberRecord("cy", 0, 0, {}, "Mars/Olympus"),
    )
    assert replace(record(), members=members).zones == {"ann": BERLIN}
