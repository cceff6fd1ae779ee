"""A year as twelve small months, for holiday calendars and for a person's leaves; and halves of days in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from babel import Locale
from babel.dates import format_date

from timesheet.domain.calendar.global_calendar import Part
from timesheet.domain.message import message
from timesheet.domain.span import month_of
from timesheet.web.http.dates import month_and_year
from timesheet.web.http.language import localize

ShownDay = TypeVar("ShownDay")

PART_NAMES = {
    Part.WHOLE: message("whole day"),
    Part.MORNING: message("morning"),
    Part.AFTERNOON: message("afternoon"),
}


@dataclass(frozen=True, slots=True)
class Month(Generic[ShownDay]):
    """A month in weeks of seven; None for the days of its neighbors. Its ``title`` has the year, its ``name`` not."""

    name: str
    title: str
    first: date
    weeks: tuple[tuple[ShownDay | None, ...], ...]


def months_of(
    year: int, show: Callable[[date], ShownDay], start: int, locale: Locale
) -> tuple[Month[ShownDay], ...]:
    """Return the twelve months of ``year``, with each day as ``show`` returns it.

    Weeks start on weekday ``start`` (0 = Monday).
    """
    return tuple(_month(date(year, number, 1), show, start, locale) for number in range(1, 13))


def _month(first: date, show: Callable[[date], ShownDay], start: int, locale: Locale) -> Month[ShownDay]:
    cells = [*[None] * ((first.weekday() - start) % 7), *map(show, month_of(first))]
    cells += [None] * (-len(cells) % 7)
    weeks = tuple(tuple(cells[n : n + 7]) for n in range(0, len(cells), 7))
    return Month(str(format_date(first, "LLLL", locale=locale)), month_and_year(first, locale), first, weeks)


def weekday_names(start: int, locale: Locale) -> list[tuple[str, str]]:
    """Return the short and full names of the weekdays; a ``start`` of 0 means that the week begins on Monday."""
    monday = date(2024, 1, 1)
    days = [monday + timedelta(days=(start + n) % 7) for n in range(7)]
    return [
        (str(format_date(d, "EEEEEE", locale=locale)), str(format_date(d, "EEEE", locale=locale)))
        for d in days
    ]


def half_words(part: Part) -> str:
    """Return what follows the reason for a day off: which half, in brackets; nothing for a whole day."""
    return "" if part is Part.WHOLE else f" ({localize(PART_NAMES[part])})"
