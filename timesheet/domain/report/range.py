"""Ranges of days that people ask reports about, and the columns they are divided into."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum

from timesheet.domain.report.terms import ColumnUnit
from timesheet.domain.span import DateSpan, month_of, week_of

ONE_DAY = timedelta(days=1)
QUARTER_MONTHS = 3


class Preset(StrEnum):
    """A range that is named by its relation to today."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    THIS_WEEK = "this-week"
    LAST_WEEK = "last-week"
    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    THIS_QUARTER = "this-quarter"
    LAST_QUARTER = "last-quarter"
    THIS_YEAR = "this-year"
    LAST_YEAR = "last-year"
    PERIOD = "period"
    LAST_PERIOD = "last-period"
    CUSTOM = "custom"


def quarter_of(day: date) -> DateSpan:
    """Return the calendar quarter of ``day``."""
    first = date(day.year, (day.month - 1) // QUARTER_MONTHS * QUARTER_MONTHS + 1, 1)
    return DateSpan(first, month_of(first + timedelta(days=70)).last)


def _year_of(day: date) -> DateSpan:
    """Return the calendar year of ``day``."""
    return DateSpan(date(day.year, 1, 1), date(day.year, 12, 31))


PeriodOf = Callable[[date], DateSpan]
"""Returns the period of the site that contains a day."""


def preset_span(preset: Preset, today: date, week_start: int, period: DateSpan, before: DateSpan) -> DateSpan:
    """Return the days of a preset. ``period`` is the site's current one, with the one ``before``. CUSTOM starts as the
    month.
    """
    week, month, quarter = week_of(today, week_start), month_of(today), quarter_of(today)
    spans = {
        Preset.TODAY: DateSpan(today, today),
        Preset.YESTERDAY: DateSpan(today - ONE_DAY, today - ONE_DAY),
        Preset.THIS_WEEK: week,
        Preset.LAST_WEEK: week_of(week.first - ONE_DAY, week_start),
        Preset.THIS_MONTH: month,
        Preset.LAST_MONTH: month_of(month.first - ONE_DAY),
        Preset.THIS_QUARTER: quarter,
        Preset.LAST_QUARTER: quarter_of(quarter.first - ONE_DAY),
        Preset.THIS_YEAR: _year_of(today),
        Preset.LAST_YEAR: _year_of(date(today.year - 1, 1, 1)),
        Preset.PERIOD: period,
        Preset.LAST_PERIOD: before,
    }
    return spans.get(preset, month)


def earlier(span: DateSpan) -> DateSpan:
    """Return the range before: the calendar month, quarter, or year before a whole one, else as many days."""
    return _whole(span, span.first - ONE_DAY) or DateSpan(
        _day_from(span.first, -len(span)), span.first - ONE_DAY
    )


def later(span: DateSpan) -> DateSpan:
    """Return the range after, in the same way."""
    return _whole(span, span.last + ONE_DAY) or DateSpan(span.last + ONE_DAY, _day_from(span.last, len(span)))


def _day_from(day: date, days: int) -> date:
    """Return the day so many days later; somebody may type a range so long that there is no such day."""
    return date.fromordinal(min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal()))


def around(span: DateSpan, period_of: PeriodOf) -> tuple[DateSpan, DateSpan]:
    """Return the ranges before and after: the adjacent ones for a period of the site, else as ``earlier``."""
    if period_of(span.first) == span:
        return period_of(span.first - ONE_DAY), period_of(span.last + ONE_DAY)
    return earlier(span), later(span)


def _whole(span: DateSpan, day: date) -> DateSpan | None:
    """Return the month, quarter, or year of ``day`` if ``span`` is a whole one."""
    units: tuple[Callable[[date], DateSpan], ...] = (month_of, quarter_of, _year_of)
    return next((unit(day) for unit in units if unit(span.first) == span), None)


def columns_of(span: DateSpan, unit: ColumnUnit, week_start: int) -> tuple[DateSpan, ...]:
    """Return the columns of a range, without a gap; the first and the last one may be parts of their unit."""
    parts: dict[ColumnUnit, Callable[[date], DateSpan]] = {
        ColumnUnit.DAY: lambda day: DateSpan(day, day),
        ColumnUnit.WEEK: lambda day: week_of(day, week_start),
        ColumnUnit.MONTH: month_of,
        ColumnUnit.QUARTER: quarter_of,
    }
    if unit is ColumnUnit.NONE:
        return ()
    found, day = list[DateSpan](), span.first
    while day <= span.last:
        whole = parts[unit](day)
        found.append(DateSpan(day, min(whole.last, span.last)))
        day = whole.last + ONE_DAY
    return tuple(found)
