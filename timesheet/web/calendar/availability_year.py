"""The year of a person: each day with their leave and the public holidays, for its twelve small months."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date

from babel import Locale

from timesheet.domain.calendar.global_calendar import NonWorkingDay, Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend
from timesheet.services.calendar.leave import Year
from timesheet.web.calendar.year import Month, half_words, months_of
from timesheet.web.http.dates import full_date
from timesheet.web.http.language import _, list_values, localize


@dataclass(frozen=True, slots=True)
class AvailabilityDay:
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


def months_of_leaves(
    year: Year, working: Container[date], start: int, locale: Locale
) -> tuple[Month[AvailabilityDay], ...]:
    """Return the twelve months of a person's year; days that are not among ``working`` are off.

    Weeks start on weekday ``start`` (0 = Monday).
    """
    by_date: dict[date, list[Leave]] = {}
    for leave in year.leaves:
        by_date.setdefault(leave.date, []).append(leave)
    return months_of(
        year.span.first.year,
        lambda day: _day(year, day, locale, by_date.get(day, []), off=day not in working),
        start,
        locale,
    )


def _day(year: Year, day: date, locale: Locale, leaves: list[Leave], *, off: bool) -> AvailabilityDay:
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
    return AvailabilityDay(
        date=day,
        name=full_date(day, locale),
        parts=" ".join(f"{leave.legend_id}:{leave.part.value}" for leave in leaves),
        color=first.color if first else "",
        letter=localize(first.letter) if first else "",
        half="" if part is Part.WHOLE else part.value,
        title=list_values(said),
        holiday=list_values(tooltip),
        off=off,
        holiday_color=public.color if public else "",
        holiday_letter=localize(public.letter) if public else "",
    )


def _holiday_name(holiday: NonWorkingDay, legend: Legend | None) -> str:
    """Return the title of a day, or of its legend if it has no other one."""
    if legend and holiday.title in ("", legend.title):
        return localize(legend.title)
    return holiday.title or _("Holiday")
