"""Manage global calendars: the effect of a save, sources of days, and deletion."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from timesheet.domain.calendar.global_calendar import (
    GlobalCalendar,
    Merge,
    NonWorkingDay,
    checked_calendar,
    copied_to,
    in_calendar,
    merge,
    merged,
)
from timesheet.domain.calendar.legend import SystemLegend
from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.name import LONGEST_NAME
from timesheet.domain.span import DateSpan
from timesheet.services.calendar.command import DeleteCalendar, SaveCalendar
from timesheet.services.calendar.usage import Usage, usage_of
from timesheet.services.ports.calendar import PublicHolidays
from timesheet.services.ports.stores import Stores


@dataclass(frozen=True, slots=True)
class ListedCalendar:
    """A calendar in the list, with its usage and how many days off it has in each of some years."""

    calendar: GlobalCalendar
    usage: Usage
    counts: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class DayChange:
    """The effect of a save on one date: the entries before and after, at least one of them not empty."""

    date: date
    before: tuple[NonWorkingDay, ...]
    after: tuple[NonWorkingDay, ...]

    @property
    def kind(self) -> str:
        """Return ``added``, ``removed``, or ``changed``."""
        return "changed" if self.before and self.after else "added" if self.after else "removed"


@dataclass(frozen=True, slots=True)
class DayOffer:
    """Days that could be added, the effect of adding them, and those that cannot be added."""

    days: tuple[NonWorkingDay, ...]
    preview: Merge
    left_out: tuple[NonWorkingDay, ...] = ()


def list_calendars(stores: Stores, years: Collection[int]) -> tuple[ListedCalendar, ...]:
    """Return all calendars by name, each with its usage and with the number of its days off in ``years``."""
    teams = {team.id: team for team in stores.teams.all()}
    calendars = stores.calendars.all()
    with_days = stores.calendars.of([calendar.id for calendar in calendars], _whole(years))
    dates = {calendar.id: {day.date for day in calendar.days} for calendar in with_days}
    return tuple(
        ListedCalendar(
            calendar,
            usage_of(teams, stores.calendars.used_by(calendar.id)),
            {year: sum(day.year == year for day in dates[calendar.id]) for year in years},
        )
        for calendar in calendars
        # Somebody may delete one between the two reads.
        if calendar.id in dates
    )


def years_without_days(
    stores: Stores, calendar_ids: Collection[str], span: DateSpan
) -> tuple[tuple[str, int], ...]:
    """Return the names of calendars that have no day off in a year of ``span``, each with this year.

    No place is without public holidays, so the days of this year have not been added yet.
    """
    years = range(span.first.year, span.last.year + 1)
    calendars = stores.calendars.of(calendar_ids, _whole(years))
    without = (
        (calendar.name, year)
        for calendar in calendars
        for year in years
        if not any(day.date.year == year for day in calendar.days)
    )
    return tuple(sorted(without))


def changes_between(before: Iterable[NonWorkingDay], after: Iterable[NonWorkingDay]) -> tuple[DayChange, ...]:
    """Return the changes between the days of two calendars, by date."""
    was, now = _by_date(before), _by_date(after)
    return tuple(
        DayChange(day, was.get(day, ()), now.get(day, ()))
        for day in sorted(was.keys() | now.keys())
        if was.get(day) != now.get(day)
    )


def save_calendar(stores: Stores, command: SaveCalendar) -> GlobalCalendar:
    """Save a calendar with its days. Raise InvalidInput for name, days, title, or legend; Conflict with the
    stored one.
    """
    calendar = calendar_of(command)
    stores.lock_site()
    stored = _stored_days(stores, calendar)
    checked = checked_calendar(calendar, stores.calendars.all(), stores.legends.all(), stored)
    return stores.calendars.save(checked)


def calendar_of(command: SaveCalendar) -> GlobalCalendar:
    """Return the calendar as it would be saved, unchecked."""
    return GlobalCalendar(command.id, command.name, command.days, command.version)


def delete_calendar(stores: Stores, command: DeleteCalendar) -> GlobalCalendar:
    """Delete a calendar; its members follow the replacement. Raise NotFound; InvalidInput if it has members
    and there is no replacement.
    """
    calendar = stores.calendars.get(command.calendar_id)
    if command.replacement_id == calendar.id:
        raise InvalidInput(message("Choose a replacement calendar."), field="replacement")
    stores.calendars.delete(calendar.id, command.replacement_id)
    return calendar


def _offer_days(
    current: Iterable[NonWorkingDay],
    days: Iterable[NonWorkingDay],
    left_out: Iterable[NonWorkingDay] = (),
) -> DayOffer:
    """Return the effect of adding ``days`` to the ``current`` ones."""
    offered = tuple(in_calendar(days))
    return DayOffer(offered, merge(current, offered), tuple(left_out))


def offer_holidays(
    holidays: PublicHolidays,
    current: Iterable[NonWorkingDay],
    place: tuple[str, str],
    year: int,
    language: str,
) -> DayOffer:
    """Return an offer of the public holidays of a country and region (empty: all of it) in one year, as whole
    days off.
    """
    named = holidays.days(*place, year, language)
    days = (NonWorkingDay(day.date, day.title, SystemLegend.PUBLIC_HOLIDAY) for day in named)
    return _offer_days(current, days)


def offer_copy(current: Sequence[NonWorkingDay], year: int, target: int) -> DayOffer:
    """Return an offer of the days of one year on the same dates of another."""
    copied, left_out = copied_to(current, year, target)
    return _offer_days(current, copied, left_out)


def offer_file(
    stores: Stores, current: Iterable[NonWorkingDay], days: Iterable[NonWorkingDay], untitled: str
) -> DayOffer:
    """Return an offer of the days of a file, each with a title; ``untitled`` is that of days without one.

    Days with a reason unknown to this site are public holidays.
    """
    legend_ids = {legend.id for legend in stores.legends.all() if legend.for_calendar}
    return _offer_days(
        current,
        (
            replace(
                day,
                title=day.title[:LONGEST_NAME] or untitled,
                legend_id=day.legend_id if day.legend_id in legend_ids else SystemLegend.PUBLIC_HOLIDAY,
            )
            for day in days
        ),
    )


def take_offer(
    current: Sequence[NonWorkingDay], days: Iterable[NonWorkingDay], replacing: Collection[date]
) -> tuple[NonWorkingDay, ...]:
    """Return the days with the offered ones added; on occupied dates, only those in ``replacing`` are replaced."""
    return merged(current, merge(current, days), replacing)


def _whole(years: Collection[int]) -> DateSpan:
    return DateSpan(date(min(years), 1, 1), date(max(years), 12, 31))


def _stored_days(stores: Stores, calendar: GlobalCalendar) -> tuple[NonWorkingDay, ...]:
    if not calendar.version or calendar.id not in {known.id for known in stores.calendars.all()}:
        return ()
    return stores.calendars.get(calendar.id).days


def _by_date(days: Iterable[NonWorkingDay]) -> dict[date, tuple[NonWorkingDay, ...]]:
    grouped: dict[date, tuple[NonWorkingDay, ...]] = {}
    for day in in_calendar(days):
        grouped[day.date] = (*grouped.get(day.date, ()), day)
    return grouped
