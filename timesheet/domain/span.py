"""Ranges of days: the weeks, two weeks, months, and free ranges that a timesheet shows.

This module uses only dates, never instants. Both ends of a span are inclusive.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

SATURDAY, SUNDAY = 5, 6
DAYS_IN_WEEK = 7
LONGEST_RANGE = 366


@dataclass(frozen=True, slots=True, order=True)
class DateSpan:
    """The days from ``first`` to ``last``, both inclusive."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a span ends on or after the day it starts")

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(len(self)))

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def overlaps(self, other: DateSpan) -> bool:
        """Return True if the two have a day in common."""
        return self.first <= other.last and other.first <= self.last

    def padded(self, days: int) -> DateSpan:
        """Return the span with ``days`` more on either side, if there are so many, for reads that filter afterward."""
        before, after = (min(days, room.days) for room in (self.first - date.min, date.max - self.last))
        return DateSpan(self.first - timedelta(days=before), self.last + timedelta(days=after))


def week_of(day: date, week_start: int) -> DateSpan:
    """Return the seven days around ``day`` that begin on weekday ``week_start`` (0 = Monday)."""
    first = day - timedelta(days=(day.weekday() - week_start) % 7)
    return DateSpan(first, first + timedelta(days=6))


def two_weeks_of(day: date, week_start: int) -> DateSpan:
    """Return the week of ``day`` and the one after it."""
    first = week_of(day, week_start).first
    return DateSpan(first, first + timedelta(days=13))


def month_of(day: date) -> DateSpan:
    """Return the calendar month of ``day``."""
    last = calendar.monthrange(day.year, day.month)[1]
    return DateSpan(day.replace(day=1), day.replace(day=last))


def month_in(span: DateSpan, today: date) -> DateSpan:
    """Return the month of today if the span has that day, otherwise the month in which the span begins."""
    return month_of(today if today in span else span.first)


class View(StrEnum):
    """The amount of time that a timesheet shows at once."""

    WEEK = "week"
    TWO_WEEKS = "two-weeks"
    MONTH = "month"
    RANGE = "range"


def span_of(view: View, day: date, week_start: int) -> DateSpan:
    """Return the span that ``view`` shows around ``day``; a range has no span of its own and shows the month."""
    if view is View.WEEK:
        return week_of(day, week_start)
    if view is View.TWO_WEEKS:
        return two_weeks_of(day, week_start)
    return month_of(day)


def neighbors(view: View, span: DateSpan) -> tuple[date, date]:
    """Return the first day of the span before ``span`` and of the span after it."""
    if view is View.MONTH:
        return month_of(span.first - timedelta(days=1)).first, span.last + timedelta(days=1)
    return span.first - timedelta(days=len(span)), span.last + timedelta(days=1)
