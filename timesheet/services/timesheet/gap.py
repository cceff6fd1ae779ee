"""Find the next day on which the viewer logged less time than expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from timesheet.domain.span import LONGEST_RANGE, DateSpan, month_of
from timesheet.services.calendar.expected import read_expected
from timesheet.services.ports.stores import Stores
from timesheet.services.snapshot.own import snapshot_at
from timesheet.services.viewer.context import ViewerContext

RECENT = timedelta(weeks=4)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gap:
    """A day with less time than expected, both in seconds; not ``complete`` if some time could not be read."""

    day: date
    spent: int
    expected: int
    complete: bool = True


def find_gap(context: ViewerContext, stores: Stores, after: date) -> Gap | None:
    """Return the first such day after ``after`` up to today; without one, the first of the last four weeks.

    A closed day is left out, because no time can be logged on it.
    """
    today = context.today
    spans = (*_months(_start(after, today), today), *_months(_earliest(today), min(after, today)))
    return next((gap for span in spans for gap in _gaps(context, stores, span)), None)


def days_first(after: date, today: date) -> DateSpan | None:
    """Return the days that are looked at first; None if no day follows."""
    return next(_months(_start(after, today), today), None)


def _start(after: date, today: date) -> date:
    return after + DAY if today - after < timedelta(LONGEST_RANGE) else _earliest(today)


def _earliest(today: date) -> date:
    return today - RECENT + DAY


def _months(first: date, last: date) -> Iterator[DateSpan]:
    """Return the days from ``first`` to ``last`` by month, because a month is read at once."""
    while first <= last:
        end = min(month_of(first).last, last)
        yield DateSpan(first, end)
        first = end + DAY


def _gaps(context: ViewerContext, stores: Stores, span: DateSpan) -> Iterator[Gap]:
    spent = Counter[date]()
    snapshot = snapshot_at(context, span)
    for worklog in snapshot.worklogs:
        spent[worklog.day] += worklog.seconds
    days = read_expected(stores, context.cache, context.site, context.tracking, context.viewer, span)
    closed = context.lock.closed(context.viewer, span)
    for day, expected in zip(span, days, strict=True):
        if spent[day] < expected.seconds and not closed.whole(day):
            yield Gap(day, spent[day], expected.seconds, not snapshot.lacks)
