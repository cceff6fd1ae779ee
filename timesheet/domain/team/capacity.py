"""Capacity and progress: the one module that decides the expected time of a day.

All amounts are whole seconds on calendar days, so a day of 23 or 25 hours changes no target.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType
from typing import Generic, NoReturn, TypeVar

from timesheet.domain.calendar.global_calendar import BOTH_HALVES, GlobalCalendar, Part, part_of
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.workload_scheme import WorkloadScheme, in_order
from timesheet.domain.errors import DeletedWhileRead
from timesheet.domain.identity import TimeTracking
from timesheet.domain.span import DAYS_IN_WEEK, DateSpan
from timesheet.domain.team.team import Member

V = TypeVar("V")
Halves = Mapping[int, int]
"""The halves of days that are off, as bits, by the index of the day in a span."""

_SITE = "site"
_NOTHING: Halves = MappingProxyType({})


class _Stored(dict[str, V], Generic[V]):
    """Values by the id of a stored scheme or calendar; looking up one that is gone raises DeletedWhileRead."""

    def __missing__(self, key: str) -> NoReturn:
        raise DeletedWhileRead


class _Hours(dict[str, Sequence[int]]):
    """The seconds of each day by scheme, computed when they are looked up: a site may have many schemes that no member
    of a team has.
    """

    def __init__(self, span: DateSpan, schemes: Mapping[str, WorkloadScheme]) -> None:
        super().__init__()
        self._span, self._schemes = span, schemes

    def __missing__(self, key: str) -> Sequence[int]:
        hours, first, length = self._schemes[key].weekdays, self._span.first.weekday(), len(self._span)
        week = hours[first:] + hours[:first]
        self[key] = found = (week * (length // DAYS_IN_WEEK + 1))[:length]
        return found


@dataclass(frozen=True, slots=True)
class CapacityPlan:
    """The data behind the capacities in ``span``, arranged by day once for all members of a team.

    ``hours`` maps a scheme id to the seconds of each day, ``holidays`` a calendar id to the halves that are
    off, ``leaves`` an account id to the halves that the person is away. Functions that look up a member's scheme
    or calendar raise DeletedWhileRead if it is not among them: the member was read before it was replaced.
    """

    span: DateSpan
    default_id: str
    schemes: Mapping[str, WorkloadScheme]
    hours: Mapping[str, Sequence[int]]
    holidays: Mapping[str, Halves]
    leaves: Mapping[str, Halves]


def plan_for(
    span: DateSpan,
    schemes: Iterable[WorkloadScheme],
    default_id: str,
    calendars: Iterable[GlobalCalendar] = (),
    leaves: Iterable[Leave] = (),
) -> CapacityPlan:
    """Create the plan for ``span``."""
    named = _Stored((scheme.id, scheme) for scheme in schemes)
    people: dict[str, list[tuple[date, Part]]] = defaultdict(list)
    for leave in leaves:
        people[leave.account_id].append((leave.date, leave.part))
    return CapacityPlan(
        span,
        default_id,
        named,
        _Hours(span, named),
        _Stored(
            (calendar.id, _away(span, ((day.date, day.part) for day in calendar.days)))
            for calendar in calendars
        ),
        {account_id: _away(span, parts) for account_id, parts in people.items()},
    )


def _away(span: DateSpan, parts: Iterable[tuple[date, Part]]) -> Halves:
    away: dict[int, int] = {}
    for day, part in parts:
        if day in span:
            index = (day - span.first).days
            away[index] = away.get(index, 0) | part.halves
    return away


def halves_away(plan: CapacityPlan, member: Member) -> Halves:
    """Return the halves of each day taken by holidays or leaves, as bits; a half that both take counts once."""
    holidays = plan.holidays[member.calendar_id] if member.calendar_id else _NOTHING
    leaves = plan.leaves.get(member.account_id, _NOTHING)
    if not holidays or not leaves:
        return holidays or leaves
    return {day: holidays.get(day, 0) | leaves.get(day, 0) for day in holidays.keys() | leaves.keys()}


def left_of(seconds: int, halves: int) -> int:
    """Return the seconds of a day that remain when these halves (bits) are off; an odd second goes to the
    remaining half.
    """
    if halves == BOTH_HALVES:
        return 0
    return (seconds + 1) // 2 if halves else seconds


def day_capacities(plan: CapacityPlan, member: Member) -> list[int]:
    """Return the capacity of each day of the plan; zero before joining and after leaving."""
    row = _scheduled(plan, member)
    for index, halves in halves_away(plan, member).items():
        row[index] = left_of(row[index], halves)
    return row


def _scheduled(plan: CapacityPlan, member: Member) -> list[int]:
    row = list(plan.hours[plan.default_id])
    first, length = plan.span.first, len(row)
    if member.schemes:
        for start, scheme_id in _segments(plan, member):
            index = (start - first).days
            row[index:] = plan.hours[scheme_id][index:]
    if member.joined and member.joined > first:
        before = min(length, (member.joined - first).days)
        row[:before] = [0] * before
    if member.left:
        active_days = max(0, (member.left - first).days + 1)
        row[active_days:] = [0] * (length - active_days)
    return row


def capacity(plan: CapacityPlan, member: Member) -> int:
    """Return the seconds of the member's capacity in the whole span of the plan."""
    return sum(day_capacities(plan, member))


def basis_of(plan: CapacityPlan, member: Member) -> dict[str, str]:
    """Return the values a capacity is based on, for a closing record: dated weekday hours, and days off.

    Keys are ``joined``, ``left``, ``from DATE`` (seconds, Monday first), ``holiday DATE``, and ``leave
    DATE``.
    """
    first = plan.span.first
    basis = {name: day.isoformat() for name, day in (("joined", member.joined), ("left", member.left)) if day}
    for start, scheme_id in _segments(plan, member):
        weekdays = plan.schemes[scheme_id].weekdays
        basis[f"from {start.isoformat()}"] = " ".join(str(seconds) for seconds in weekdays)
    holidays = plan.holidays[member.calendar_id] if member.calendar_id else _NOTHING
    for kind, away in (("holiday", holidays), ("leave", plan.leaves.get(member.account_id, _NOTHING))):
        for index, halves in sorted(away.items()):
            basis[f"{kind} {(first + timedelta(days=index)).isoformat()}"] = part_of(halves)
    return basis


def days_in_basis(basis: Mapping[str, str]) -> dict[str, str]:
    """Return what a basis says about the days of its span: not when the member joined or left, which may be others."""
    return {name: value for name, value in basis.items() if name not in ("joined", "left")}


def _segments(plan: CapacityPlan, member: Member) -> list[tuple[date, str]]:
    """Return the schemes of the plan's span, each with the day from which it applies."""
    in_force = {plan.span.first: plan.default_id}
    for dated in in_order(member.schemes):
        start = max(dated.valid_from or plan.span.first, plan.span.first)
        if start <= plan.span.last:
            in_force[start] = dated.scheme_id
    return list(in_force.items())


def expected_days(
    span: DateSpan,
    tracking: TimeTracking,
    account_id: str,
    teams: Sequence[tuple[CapacityPlan, Member]] = (),
    leaves: Iterable[Leave] = (),
) -> list[int]:
    """Return the expected seconds of one person on each day of ``span``, across all of their teams.

    On a day without a team it is one Jira day from Monday to Friday, less leaves. With several teams it is
    the longest of their days, because teams share a person's day and do not double it. The plans in ``teams``
    cover ``span``.
    """
    alone = plan_for(span, (_site_scheme(tracking),), _SITE, leaves=leaves)
    expected = day_capacities(alone, Member("", account_id, frozenset()))
    return [
        max(of_teams, default=alone) for of_teams, alone in zip(team_days(span, teams), expected, strict=True)
    ]


def team_days(span: DateSpan, teams: Sequence[tuple[CapacityPlan, Member]]) -> list[tuple[int, ...]]:
    """Return for each day of ``span`` the expected seconds in each team of which the person is a member on it."""
    rows = [(member, day_capacities(plan, member)) for plan, member in teams]
    return [
        tuple(row[index] for member, row in rows if member.active_on(day)) for index, day in enumerate(span)
    ]


def _site_scheme(tracking: TimeTracking) -> WorkloadScheme:
    day = tracking.day_seconds
    return WorkloadScheme(_SITE, "", (day, day, day, day, day, 0, 0))


def progress(spent: int, planned: int) -> Fraction | None:
    """Return spent divided by capacity, exactly; None without capacity. Use it with sums, never with a mean
    of members.
    """
    return Fraction(spent, planned) if planned else None


def show_progress(part: Fraction | None, separator: str = ".") -> str:
    """Format the number of percent, ``77.6``, rounding half up; an empty string if there is none."""
    if part is None:
        return ""
    tenths = int(part * 1000 + Fraction(1, 2))
    return f"{tenths // 10}{separator}{tenths % 10}"
