"""Capacity, time spent and progress: the one place that decides how much work a day is expected to hold.

Everything is whole seconds on calendar days: a 23 or 25 hour day changes no target.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType

from timesheet.domain.global_calendar import BOTH_HALVES, GlobalCalendar, Part, part_of
from timesheet.domain.identity import TimeTracking
from timesheet.domain.leave import Leave
from timesheet.domain.span import DateSpan
from timesheet.domain.team import Member
from timesheet.domain.workload_scheme import WorkloadScheme, in_order
from timesheet.domain.worklog import Worklog

Halves = Mapping[int, int]
"""The halves of days that are away, as bits, by the index of the day in a span."""

_SITE = "site"
_NOTHING: Halves = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Plan:
    """What the capacities in ``span`` come from, laid out by day once for all members of a team.

    ``hours`` has the seconds of each day by scheme id, ``holidays`` what is away by calendar id, ``leaves`` by
    account id.
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
) -> Plan:
    """Lay out ``span``. Every scheme and calendar that members name must be there: an unknown one is a KeyError."""
    weekdays = [day.weekday() for day in span]
    named = {scheme.id: scheme for scheme in schemes}
    people: dict[str, list[tuple[date, Part]]] = defaultdict(list)
    for leave in leaves:
        people[leave.account_id].append((leave.date, leave.part))
    return Plan(
        span,
        default_id,
        named,
        {key: tuple(scheme.weekdays[weekday] for weekday in weekdays) for key, scheme in named.items()},
        {calendar.id: _away(span, ((day.date, day.part) for day in calendar.days)) for calendar in calendars},
        {account_id: _away(span, parts) for account_id, parts in people.items()},
    )


def _away(span: DateSpan, parts: Iterable[tuple[date, Part]]) -> Halves:
    away: dict[int, int] = {}
    for day, part in parts:
        if day in span:
            index = (day - span.first).days
            away[index] = away.get(index, 0) | part.halves
    return away


def halves_away(plan: Plan, member: Member) -> Halves:
    """What is away by holiday or leave, as bits by day: a half that both take is away once."""
    holidays = plan.holidays[member.calendar_id] if member.calendar_id else _NOTHING
    leaves = plan.leaves.get(member.account_id, _NOTHING)
    if not holidays or not leaves:
        return holidays or leaves
    return {day: holidays.get(day, 0) | leaves.get(day, 0) for day in holidays.keys() | leaves.keys()}


def left_of(seconds: int, halves: int) -> int:
    """What is left of a day's time when these halves (bits) are away; the odd second stays with the half at work."""
    if halves == BOTH_HALVES:
        return 0
    return (seconds + 1) // 2 if halves else seconds


def day_capacities(plan: Plan, member: Member) -> list[int]:
    """The capacity of each day of the plan: nothing before joining and after leaving."""
    row = _scheduled(plan, member)
    for index, halves in halves_away(plan, member).items():
        row[index] = left_of(row[index], halves)
    return row


def _scheduled(plan: Plan, member: Member) -> list[int]:
    row = list(plan.hours[plan.default_id])
    first, length = plan.span.first, len(row)
    if member.schemes:
        for start, scheme_id in _segments(plan, member):
            index = (start - first).days
            row[index:] = plan.hours[scheme_id][index:]
    if member.joined and member.joined > first:
        before = min(length, (member.joined - first).days)
        row[:before] = [0] * before
    if member.left and member.left < plan.span.last:
        stays = max(0, (member.left - first).days + 1)
        row[stays:] = [0] * (length - stays)
    return row


def capacity(plan: Plan, member: Member) -> int:
    """The member's capacity in the whole span of the plan."""
    return sum(day_capacities(plan, member))


def basis_of(plan: Plan, member: Member) -> dict[str, str]:
    """The values a capacity came from, for a closing record: hours by weekday and from when on, and what was away.

    Keys are ``joined``, ``left``, ``from DATE`` (seconds, Monday first), ``holiday DATE`` and ``leave DATE``.
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


def _segments(plan: Plan, member: Member) -> list[tuple[date, str]]:
    """From which day of the plan's span on which scheme holds."""
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
    teams: Sequence[tuple[Plan, Member]] = (),
    leaves: Iterable[Leave] = (),
) -> list[int]:
    """What is expected of one person on each day of ``span``, in whichever teams.

    Without a team that day: Monday to Friday one Jira day, less leaves. With several the longest of their days,
    as two teams share a person's day and do not double it. The plans of ``teams`` are laid out for ``span``.
    """
    alone = plan_for(span, (_site_scheme(tracking),), _SITE, leaves=leaves)
    expected = day_capacities(alone, Member("", account_id, frozenset()))
    rows = [(member, day_capacities(plan, member)) for plan, member in teams]
    for index, day in enumerate(span):
        of_teams = [row[index] for member, row in rows if member.active_on(day)]
        if of_teams:
            expected[index] = max(of_teams)
    return expected


def _site_scheme(tracking: TimeTracking) -> WorkloadScheme:
    day = tracking.day_seconds
    return WorkloadScheme(_SITE, "", (day, day, day, day, day, 0, 0))


def counted(
    worklogs: Iterable[Worklog],
    members: Iterable[Member],
    span: DateSpan,
    scope: Collection[int] | None = None,
) -> list[Worklog]:
    """The worklogs that count for a team in ``span``, each once: in scope, while their author was a member.

    ``scope`` holds issue ids; None = all issues.
    """
    stays = {member.account_id: stay for member in members if (stay := member.stay_in(span))}
    return [
        worklog
        for worklog in {worklog.id: worklog for worklog in worklogs}.values()
        if (stay := stays.get(worklog.author))
        and stay.first <= worklog.day <= stay.last
        and (scope is None or worklog.issue_id in scope)
    ]


def progress(spent: int, planned: int) -> Fraction | None:
    """Spent of capacity, exactly; None where there is no capacity. Of sums, never the mean of the members'."""
    return Fraction(spent, planned) if planned else None


def show_progress(part: Fraction | None, separator: str = ".") -> str:
    """A progress as ``77.6 %``, a tie goes up; nothing where there is none."""
    if part is None:
        return ""
    tenths = int(part * 1000 + Fraction(1, 2))
    return f"{tenths // 10}{separator}{tenths % 10} %"
