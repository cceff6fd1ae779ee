"""A year at a glance: twelve small months, each day with its reason for a day off."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta

from babel import Locale
from babel.dates import format_date

from timesheet.domain.calendar.global_calendar import NonWorkingDay, Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.span import month_of
from timesheet.services.calendar.leave import Year
from timesheet.web.calendar.calendar_year import PART_NAMES, in_weeks
from timesheet.web.http.dates import full_date, month_and_year
from timesheet.web.http.language import _, localize


@dataclass(frozen=True, slots=True)
class YearDay:
    """One day. ``parts`` as the browser returns them, ``color`` and ``letter`` of the first legend.

    ``holiday_color`` and ``holiday_letter`` are those of a public holiday, so it stays visible under a
    leave.
    """

    date: date
    name: str
    parts: str
    color: str
    letter: str
    half: str
    title: str
    holiday: str
    off: bool
    holiday_color: str = ""
    holiday_letter: str = ""


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks of seven; None for the days of its neighbors. Its ``title`` has the year, its ``name`` not."""

    name: str
    title: str
    first: date
    weeks: tuple[tuple[YearDay | None, ...], ...]


def months_of(year: Year, working: Container[date], start: int, locale: Locale) -> tuple[Month, ...]:
    """Return the twelve months of a person's year; days that are not among ``working`` are off.

    Weeks start on weekday ``start`` (0 = Monday).
    """
    by_date: dict[date, list[Leave]] = {}
    for leave in year.leaves:
        by_date.setdefault(leave.date, []).append(leave)
    return tuple(_month(year, working, number, start, locale, by_date) for number in range(1, 13))


def weekday_names(start: int, locale: Locale) -> list[tuple[str, str]]:
    """Return narrow and full names of the weekdays in the order of a week."""
    monday = date(2024, 1, 1)
    days = [monday + timedelta(days=(start + n) % 7) for n in range(7)]
    return [
        (str(format_date(d, "EEEEEE", locale=locale)), str(format_date(d, "EEEE", locale=locale)))
        for d in days
    ]


def _month(
    year: Year,
    working: Container[date],
    number: int,
    start: int,
    locale: Locale,
    by_date: dict[date, list[Leave]],
) -> Month:
    span = month_of(date(year.span.first.year, number, 1))
    days = [_day(year, day, locale, by_date.get(day, []), off=day not in working) for day in span]
    weeks = in_weeks(days, span.first, start)
    name = str(format_date(span.first, "LLLL", locale=locale))
    return Month(name, month_and_year(span.first, locale), span.first, weeks)


def _day(year: Year, day: date, locale: Locale, leaves: list[Leave], *, off: bool) -> YearDay:
    legends = {legend.id: legend for legend in year.legends}
    holidays = year.holidays.get(day, ())
    public = legends.get(holidays[0].legend_id) if holidays else None
    first = legends.get(leaves[0].legend_id) if leaves else public
    parts = {one.part for one in leaves or holidays}
    part = parts.pop() if len(parts) == 1 else Part.WHOLE
    said = [
        f"{localize(legends[leave.legend_id].title)}{half_words(leave.part)}"
        for leave in leaves
        if leave.legend_id in legends
    ]
    tooltip = [f"{_holiday_name(one, legends.get(one.legend_id))}{half_words(one.part)}" for one in holidays]
    return YearDay(
        date=day,
        name=full_date(day, locale),
        parts=" ".join(f"{leave.legend_id}:{leave.part.value}" for leave in leaves),
        color=first.color if first else "",
        letter=first.letter if first else "",
        half="" if part is Part.WHOLE else part.value,
        title=", ".join(said),
        holiday=", ".join(tooltip),
        off=off,
        holiday_color=public.color if public else "",
        holiday_letter=public.letter if public else "",
    )


def _holiday_name(holiday: NonWorkingDay, legend: Legend | None) -> str:
    """Return the title of a day, or of its legend if it has no other one."""
    if legend and holiday.title in ("", legend.title):
        return localize(legend.title)
    return holiday.title or _("Holiday")


def half_words(part: Part) -> str:
    """Return what follows the reason for a day off: which half, in brackets; nothing for a whole day."""
    return "" if part is Part.WHOLE else f" ({localize(PART_NAMES[part])})"
