"""Compute the expected time of one person on each day across all teams, and the reasons for days without any."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay, Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.identity import TimeTracking
from timesheet.domain.message import message
from timesheet.domain.span import DateSpan
from timesheet.domain.team.capacity import CapacityPlan, expected_days, plan_for, team_days
from timesheet.domain.team.team import Member, Team, workers
from timesheet.services.ports.cache import Cache
from timesheet.services.ports.stores import Stores
from timesheet.services.viewer.revision import at_revision


@dataclass(frozen=True, slots=True)
class ExpectedDay:
    """The expected time of a day in whole seconds; ``letter`` and ``reason`` explain a day or half day off,
    else empty. ``longest`` is True if the person's teams expect different times, of which it is the longest.
    """

    seconds: int
    letter: str = ""
    reason: str = ""
    longest: bool = False


def read_expected(
    stores: Stores, cache: Cache, site: str, tracking: TimeTracking, account_id: str, span: DateSpan
) -> Sequence[ExpectedDay]:
    """Return one entry for each day of ``span``; computed once at a revision of the site."""
    name = f"{site}:expected:{tracking.day_seconds}:{span.first}:{span.last}:{account_id}"
    return at_revision(stores, cache, name, lambda: _read(stores, tracking, account_id, span))


def _read(stores: Stores, tracking: TimeTracking, account_id: str, span: DateSpan) -> tuple[ExpectedDay, ...]:
    working = working_memberships(stores, account_id)
    leaves = stores.leaves.of([account_id], span)
    members = [member for _, member in working]
    calendars = calendars_of(stores, members, span)
    plans = [(team_plan(stores, team, span, calendars, leaves), member) for team, member in working]
    seconds = expected_days(span, tracking, account_id, plans, leaves)
    letters = _letters(stores, span, members, calendars, leaves)
    differing = [len(set(of_teams)) > 1 for of_teams in team_days(span, plans)]
    return tuple(
        ExpectedDay(amount, *letters.get(index, ("", "")), longest)
        for index, (amount, longest) in enumerate(zip(seconds, differing, strict=True))
    )


def working_memberships(stores: Stores, account_id: str) -> list[tuple[Team, Member]]:
    """Return the active teams in which a person works on issues because of their roles."""
    return [
        (team, member)
        for team, member in stores.teams.teams_of(account_id)
        if not team.archived and workers([member], stores.teams.roles(team.id))
    ]


def calendars_of(stores: Stores, members: Iterable[Member], span: DateSpan) -> Sequence[GlobalCalendar]:
    """Return the global calendars of these members, with their days in ``span``."""
    ids = {member.calendar_id for member in members if member.calendar_id}
    return stores.calendars.of(ids, span) if ids else ()


def team_plan(
    stores: Stores,
    team: Team,
    span: DateSpan,
    calendars: Iterable[GlobalCalendar],
    leaves: Iterable[Leave],
) -> CapacityPlan:
    """Return what the capacity of a team's members depends on; ``calendars`` and ``leaves`` are theirs, or more."""
    return plan_for(span, stores.schemes.all(team.id), team.default_scheme_id, calendars, leaves)


def _letters(
    stores: Stores,
    span: DateSpan,
    members: Sequence[Member],
    calendars: Sequence[GlobalCalendar],
    leaves: Sequence[Leave],
) -> dict[int, tuple[str, str]]:
    """Return letter and text by the index of a day: a leave gives the letter, and a holiday on the same day
    stays in the text.
    """
    by_id = {legend.id: legend for legend in stores.legends.all()}
    days = {calendar.id: calendar.days for calendar in calendars}
    found: dict[int, tuple[str, str]] = {}
    holidays = [
        day
        for member in members
        for day in days.get(member.calendar_id or "", ())
        if member.active_on(day.date)
    ]
    # The same ones if several teams follow one calendar, and two of one date if its halves have different ones.
    for day in dict.fromkeys(holidays):
        index = (day.date - span.first).days
        letter, words = _holiday(day, by_id)
        _, before = found.get(index, ("", ""))
        found[index] = letter, _both(before, words) if before else words
    for leave in leaves:
        legend = by_id.get(leave.legend_id)
        index = (leave.date - span.first).days
        _, holiday = found.get(index, ("", ""))
        words = _reason(legend.title if legend else "", leave.part)
        found[index] = (legend.letter if legend else "", _both(holiday, words) if holiday else words)
    return found


def _holiday(day: NonWorkingDay, legends: dict[str, Legend]) -> tuple[str, str]:
    legend = legends.get(day.legend_id)
    return legend.letter if legend else "", _reason(day.title or (legend.title if legend else ""), day.part)


def _reason(reason: str, part: Part) -> str:
    if part is Part.WHOLE:
        return reason
    if part is Part.MORNING:
        return message("{reason}, morning", reason=reason)
    return message("{reason}, afternoon", reason=reason)


def _both(holiday: str, leave: str) -> str:
    return message("{holiday}; {leave}", holiday=holiday, leave=leave)
