from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.span import (
    DateSpan,
    View,
    month_in,
    month_of,
    neighbors,
    span_of,
    two_weeks_of,
    week_of,
)

DAYS = st.dates(date(1971, 1, 31), date(9998, 11, 30))
WEEKDAYS = st.integers(0, 6)


@given(DAYS, WEEKDAYS)
def test_t08_a_week_has_seven_days_and_begins_where_it_should(day: date, start: int) -> None:
    week = week_of(day, start)
    assert len(week) == 7
    assert day in week
    assert week.first.weekday() == start


def test_t08_the_turn_of_the_year_is_one_week() -> None:
    assert week_of(date(2027, 1, 1), 0) == DateSpan(date(2026, 12, 28), date(2027, 1, 3))
    assert week_of(date(2027, 1, 1), 6) == DateSpan(date(2026, 12, 27), date(2027, 1, 2))


@given(DAYS, WEEKDAYS, st.sampled_from([View.WEEK, View.TWO_WEEKS, View.MONTH]))
def test_stepping_on_and_back_leads_home_and_leaves_no_day_out(day: date, start: int, view: View) -> None:
    here = span_of(view, day, start)
    before, after = neighbors(view, here)
    following = span_of(view, after, start)
    assert following.first == here.last + timedelta(days=1)
    assert span_of(view, before, start).last == here.first - timedelta(days=1)
    assert span_of(view, neighbors(view, following)[0], start) == here


def test_a_month_is_as_long_as_the_calendar_says() -> None:
    assert month_of(date(2028, 2, 10)) == DateSpan(date(2028, 2, 1), date(2028, 2, 29))
    assert len(month_of(date(2026, 2, 10))) == 28


def test_two_weeks_begin_with_the_week_of_the_day() -> None:
    assert two_weeks_of(date(2026, 11, 18), 0) == DateSpan(date(2026, 11, 16), date(2026, 11, 29))


@pytest.mark.parametrize(
    ("first", "last", "common"),
    [(1, 4, False), (1, 5, True), (6, 7, True), (10, 12, True), (11, 12, False), (1, 12, True)],
)
def test_spans_overlap_from_one_common_day_on(first: int, last: int, *, common: bool) -> None:
    span, other = (DateSpan(date(2026, 11, a), date(2026, 11, b)) for a, b in ((5, 10), (first, last)))
    assert (span.overlaps(other), other.overlaps(span)) == (common, common)


def test_the_month_in_a_span_is_that_of_today_or_of_its_first_day() -> None:
    span = DateSpan(date(2026, 11, 30), date(2026, 12, 6))
    assert month_in(span, date(2026, 12, 1)) == month_of(date(2026, 12, 1))
    assert month_in(span, date(2026, 12, 7)) == month_of(date(2026, 11, 30))


def test_the_neighbors_of_a_span_begin_before_and_after_it() -> None:
    march = month_of(date(2026, 3, 10))
    assert neighbors(View.MONTH, march) == (date(2026, 2, 1), date(2026, 4, 1))
    days = DateSpan(date(2026, 3, 10), date(2026, 3, 12))
    assert neighbors(View.RANGE, days) == (date(2026, 3, 7), date(2026, 3, 13))


def test_a_span_cannot_end_before_it_begins() -> None:
    assert len(DateSpan(date(2026, 11, 2), date(2026, 11, 2))) == 1
    with pytest.raises(ValueError, match="ends on or after"):
        DateSpan(date(2026, 11, 2), date(2026, 11, 1))


def test_a_padded_span_reaches_further_on_both_sides() -> None:
    assert DateSpan(date(2026, 11, 2), date(2026, 11, 3)).padded(2) == DateSpan(
        date(2026, 10, 31), date(2026, 11, 5)
    )


def test_a_padded_span_ends_where_days_end() -> None:
    assert DateSpan(date.min, date.max).padded(1) == DateSpan(date.min, date.max)
    assert DateSpan(date(1, 1, 2), date(9999, 12, 30)).padded(2) == DateSpan(date.min, date.max)


def test_a_span_is_its_days() -> None:
    assert list(DateSpan(date(2026, 11, 2), date(2026, 11, 3))) == [date(2026, 11, 2), date(2026, 11, 3)]
