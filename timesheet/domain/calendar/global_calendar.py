"""Global calendars: site-wide named lists of non-working days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from timesheet.domain.calendar.legend import Legend, check_chosen
from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.name import check_unique, read_name

BOTH_HALVES = 3
MOST_DAYS = 5000


class Part(StrEnum):
    """The part of a day that is off. Two different halves make a whole day; the same half twice stays a half."""

    WHOLE = "whole"
    MORNING = "morning"
    AFTERNOON = "afternoon"

    @property
    def halves(self) -> int:
        """Return the halves of the day as bits, so several parts can be combined with a union."""
        return {Part.WHOLE: BOTH_HALVES, Part.MORNING: 1, Part.AFTERNOON: 2}[self]


def part_of(halves: int) -> Part:
    """Return the part of a day that these halves (at least one bit) make."""
    return next(part for part in Part if part.halves == halves)


@dataclass(frozen=True, slots=True)
class NonWorkingDay:
    """One day, or half a day, of a global calendar."""

    date: date
    title: str
    legend_id: str
    part: Part = Part.WHOLE


@dataclass(frozen=True, slots=True)
class GlobalCalendar:
    """A global calendar with ``days`` in order, at most one entry for each half of a date. ``version`` rises
    with each save.
    """

    id: str
    name: str
    days: tuple[NonWorkingDay, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class Merge:
    """A preview of what adding days to a calendar does.

    ``conflicting`` contains pairs of the existing day and the offered day for the same hours.
    """

    added: tuple[NonWorkingDay, ...]
    same: tuple[NonWorkingDay, ...]
    conflicting: tuple[tuple[NonWorkingDay, NonWorkingDay], ...]


def checked_calendar(
    calendar: GlobalCalendar,
    others: Iterable[GlobalCalendar],
    legends: Iterable[Legend],
    stored: Iterable[NonWorkingDay] = (),
) -> GlobalCalendar:
    """Return the calendar with clean texts and its days in order. Raise InvalidInput for name, days, title, or legend.

    ``stored`` are its stored days; they keep a legend that can no longer be chosen.
    """
    name = read_name(calendar.name, "calendar")
    check_unique(name, (other.name for other in others if other.id != calendar.id), "calendar")
    if len(calendar.days) > MOST_DAYS:
        raise InvalidInput(
            message("A calendar can have at most {most_days} days.", most_days=MOST_DAYS), field="days"
        )
    choices, unchanged = {legend.id: legend for legend in legends if legend.for_calendar}, set(stored)
    days = tuple(
        replace(day, title=read_name(day.title, "day", "title")) for day in in_calendar(calendar.days)
    )
    check_once(days)
    for day in days:
        if day not in unchanged:
            check_chosen(day.legend_id, choices)
    return replace(calendar, name=name, days=days)


def check_once(days: Iterable[NonWorkingDay]) -> None:
    """Raise InvalidInput if hours are taken twice: a whole day leaves no room for a half day on its date."""
    taken: dict[date, int] = defaultdict(int)
    for day in days:
        if taken[day.date] & day.part.halves:
            raise InvalidInput(message("{date} is in the calendar twice.", date=day.date), field="days")
        taken[day.date] |= day.part.halves


def in_calendar(days: Iterable[NonWorkingDay]) -> list[NonWorkingDay]:
    """Return the days sorted by date, the morning before the afternoon."""
    return sorted(days, key=lambda day: (day.date, day.part.halves))


def merge(current: Iterable[NonWorkingDay], offered: Iterable[NonWorkingDay]) -> Merge:
    """Return what the ``offered`` days would do to the ``current`` ones; of two offered for the same hours, the
    first counts.
    """
    by_date: dict[date, list[NonWorkingDay]] = defaultdict(list)
    for day in current:
        by_date[day.date].append(day)
    added, same, conflicting = list[NonWorkingDay](), list[NonWorkingDay](), []
    for day in offered:
        meets = [other for other in by_date[day.date] if other.part.halves & day.part.halves]
        if day in meets:
            same.append(day)
        elif meets:
            conflicting.append((meets[0], day))
        else:
            added.append(day)
            by_date[day.date].append(day)
    return Merge(tuple(added), tuple(same), tuple(conflicting))


def merged(
    current: Iterable[NonWorkingDay], preview: Merge, replacing: Collection[date] = ()
) -> tuple[NonWorkingDay, ...]:
    """Return the days after a merge: new days are added, and on the dates in ``replacing`` the offered days win."""
    days = [*current, *preview.added]
    for _, offered in preview.conflicting:
        if offered.date in replacing:
            days = [
                day for day in days if day.date != offered.date or not day.part.halves & offered.part.halves
            ]
            days.append(offered)
    return tuple(in_calendar(days))


def copied_to(
    days: Iterable[NonWorkingDay], year: int, target: int
) -> tuple[tuple[NonWorkingDay, ...], tuple[NonWorkingDay, ...]]:
    """Return the days of ``year`` on the same dates of ``target``, and those that have no such date.

    29 February is left out in a year without it and never moved, because the next day is a working day.
    """
    copied, left_out = list[NonWorkingDay](), list[NonWorkingDay]()
    for day in days:
        if day.date.year == year:
            try:
                copied.append(replace(day, date=day.date.replace(year=target)))
            except ValueError:
                left_out.append(day)
    return tuple(copied), tuple(left_out)
