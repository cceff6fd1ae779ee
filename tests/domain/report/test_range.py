"""Ranges by name, the ranges beside them, and columns without a gap."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.period.period import PeriodLength, PeriodRule, period_of
from timesheet.domain.report.range import Preset, around, columns_of, earlier, later, preset_span, quarter_of
from timesheet.domain.report.terms import ColumnUnit
from timesheet.domain.span import DateSpan

TODAY = date(2026, 11, 24)
PERIOD = DateSpan(date(2026, 11, 16), date(2026, 11, 29))
BEFORE = DateSpan(date(2026, 11, 2), date(2026, 11, 15))
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def span(first: str, last: str) -> DateSpan:
    return DateSpan(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        (Preset.TODAY, span("2026-11-24", "2026-11-24")),
        (Preset.YESTERDAY, span("2026-11-23", "2026-11-23")),
        (Preset.THIS_WEEK, span("2026-11-23", "2026-11-29")),
        (Preset.LAST_WEEK, span("2026-11-16", "2026-11-22")),
        (Preset.THIS_MONTH, span("2026-11-01", "2026-11-30")),
        (Preset.LAST_MONTH, span("2026-10-01", "2026-10-31")),
        (Preset.THIS_QUARTER, span("2026-10-01", "2026-12-31")),
        (Preset.LAST_QUARTER, span("2026-07-01", "2026-09-30")),
        (Preset.THIS_YEAR, span("2026-01-01", "2026-12-31")),
        (Preset.LAST_YEAR, span("2025-01-01", "2025-12-31")),
        (Preset.PERIOD, PERIOD),
        (Preset.LAST_PERIOD, BEFORE),
        (Preset.CUSTOM, span("2026-11-01", "2026-11-30")),
    ],
)
def test_a_preset_covers_its_days(preset: Preset, expected: DateSpan) -> None:
    assert preset_span(preset, TODAY, 0, PERIOD, BEFORE) == expected


def test_a_week_begins_where_the_site_says() -> None:
    assert preset_span(Preset.THIS_WEEK, TODAY, 6, PERIOD, BEFORE) == span("2026-11-22", "2026-11-28")


@pytest.mark.parametrize(
    ("around", "before", "after"),
    [
        (
            span("2024-02-01", "2024-02-29"),
            span("2024-01-01", "2024-01-31"),
            span("2024-03-01", "2024-03-31"),
        ),
        (
            span("2024-01-01", "2024-03-31"),
            span("2023-10-01", "2023-12-31"),
            span("2024-04-01", "2024-06-30"),
        ),
        (
            span("2024-01-01", "2024-12-31"),
            span("2023-01-01", "2023-12-31"),
            span("2025-01-01", "2025-12-31"),
        ),
        (
            span("2024-02-10", "2024-02-12"),
            span("2024-02-07", "2024-02-09"),
            span("2024-02-13", "2024-02-15"),
        ),
    ],
)
def test_arrows_go_by_whole_months_quarters_and_years(
    around: DateSpan, before: DateSpan, after: DateSpan
) -> None:
    assert (earlier(around), later(around)) == (before, after)


@given(DAYS, st.integers(0, 500))
def test_the_ranges_beside_one_touch_it(first: date, more: int) -> None:
    around = DateSpan(first, first + timedelta(days=more))
    assert earlier(around).last + timedelta(days=1) == around.first
    assert later(around).first - timedelta(days=1) == around.last


@given(DAYS, st.integers(0, 400), st.sampled_from(ColumnUnit), st.integers(0, 6))
def test_columns_cover_every_day_once(first: date, more: int, unit: ColumnUnit, week_start: int) -> None:
    whole = DateSpan(first, first + timedelta(days=more))
    days = [day for column in columns_of(whole, unit, week_start) for day in column]
    assert days == ([] if unit is ColumnUnit.NONE else list(whole))


def test_the_first_and_last_column_may_be_parts() -> None:
    assert columns_of(span("2026-01-30", "2026-04-02"), ColumnUnit.MONTH, 0) == (
        span("2026-01-30", "2026-01-31"),
        span("2026-02-01", "2026-02-28"),
        span("2026-03-01", "2026-03-31"),
        span("2026-04-01", "2026-04-02"),
    )
    assert columns_of(span("2026-01-30", "2026-04-02"), ColumnUnit.QUARTER, 0) == (
        span("2026-01-30", "2026-03-31"),
        span("2026-04-01", "2026-04-02"),
    )


def test_quarters_begin_with_january() -> None:
    assert [quarter_of(date(2026, month, 15)).first.month for month in range(1, 13)] == [
        1, 1, 1, 4, 4, 4, 7, 7, 7, 10, 10, 10,
    ]  # fmt: skip


def test_ranges_beside_a_very_long_one_end_with_the_days_there_are() -> None:
    long = span("1971-01-02", "9998-12-30")
    assert (earlier(long).first, later(long).last) == (date.min, date.max)
    assert (earlier(long).last, later(long).first) == (date(1971, 1, 1), date(9998, 12, 31))


def test_around_a_period_are_the_periods_beside_it_and_around_other_days_as_many() -> None:
    rule = PeriodRule(PeriodLength.MONTHLY, date(2024, 1, 15))
    recorded = [span("2026-09-01", "2026-10-14")]

    def find(day: date) -> DateSpan:
        return period_of(rule, day, recorded)

    assert around(span("2026-10-15", "2026-11-14"), find) == (
        span("2026-09-01", "2026-10-14"),
        span("2026-11-15", "2026-12-14"),
    )
    assert around(span("2026-10-15", "2026-10-16"), find) == (
        span("2026-10-13", "2026-10-14"),
        span("2026-10-17", "2026-10-18"),
    )
