"""Periods: ranges of days that a team closes, and what a closing records."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from timesheet.domain.errors import InvalidInput, PeriodClosed
from timesheet.domain.jira_time import find_zone
from timesheet.domain.message import message
from timesheet.domain.permission import TEAM_PERMISSION_NAMES
from timesheet.domain.span import DateSpan
from timesheet.domain.team.capacity import CapacityPlan, basis_of, capacity
from timesheet.domain.team.team import Member, Team, TeamPermission

ONE_DAY = timedelta(days=1)
NO_CLOSING = message("This closing no longer exists.")
_WHO_REOPENS = message(
    "The team’s lead, a team administrator, or a member with “Manage this team” can reopen it."
)
_WHO_RESTORES = message(
    "The team is archived. Its lead or a team administrator can restore it and then reopen the period."
)


class PeriodLength(StrEnum):
    """The length of a site's periods."""

    WEEKLY = "weekly"
    TWO_WEEKLY = "two-weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


LENGTH_NAMES: Mapping[PeriodLength, str] = MappingProxyType(
    {
        PeriodLength.WEEKLY: message("weekly"),
        PeriodLength.TWO_WEEKLY: message("two-weekly"),
        PeriodLength.MONTHLY: message("monthly"),
        PeriodLength.QUARTERLY: message("quarterly"),
    }
)


@dataclass(frozen=True, slots=True)
class PeriodRule:
    """Periods of ``length``, one of which starts on ``start``; monthly and quarterly ones start on its day of
    the month.
    """

    length: PeriodLength
    start: date


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """One member at the closing: seconds, and the values that the capacity is based on, so it can be explained later.

    ``zone`` is the time zone of the member's work dates; None if the record is older than this field.
    """

    account_id: str
    capacity: int
    spent: int
    basis: Mapping[str, str]
    zone: str | None = None

    def active_on(self, day: date) -> bool:
        """Return True within the joining and leaving dates that the closing recorded."""
        joined, left = self.stay
        return (joined is None or joined <= day) and (left is None or day <= left)

    @property
    def stay(self) -> tuple[date | None, date | None]:
        """Return the joining and leaving dates that the closing recorded; None means open."""
        joined, left = (
            date.fromisoformat(day) if (day := self.basis.get(name)) else None for name in ("joined", "left")
        )
        return joined, left


@dataclass(frozen=True, slots=True)
class ClosingRecord:
    """One closing of one period by one team, changed only by reopening. ``worklogs`` maps ids to keyed hashes."""

    id: str
    team_id: str
    span: DateSpan
    closed_by: str
    closed_at: datetime
    members: tuple[MemberRecord, ...]
    worklogs: Mapping[int, str]
    reopened_by: str | None = None
    reopened_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Return True if the period was reopened after this closing."""
        return self.reopened_at is not None

    @property
    def zones(self) -> Mapping[str, ZoneInfo]:
        """Return the zone of each member's work dates; members without a recorded zone are absent."""
        return {one.account_id: zone for one in self.members if (zone := find_zone(one.zone))}


@dataclass(frozen=True, slots=True)
class Difference:
    """A member's seconds at one closing and at another, or now; 0 if they were not a member."""

    account_id: str
    capacity_before: int
    capacity_after: int
    spent_before: int
    spent_after: int


def period_of(rule: PeriodRule, day: date, recorded: Collection[DateSpan] = ()) -> DateSpan:
    """Return the period that contains ``day``.

    A span with a closing record stays as it was closed, whatever the current rule is; a period next to one is
    cut short. So every day is in exactly one period.
    """
    for span in recorded:
        if day in span:
            return span
    whole = _by_rule(rule, day)
    return DateSpan(
        max([whole.first, *(span.last + ONE_DAY for span in recorded if span.last < day)]),
        min([whole.last, *(span.first - ONE_DAY for span in recorded if span.first > day)]),
    )


def periods_in(rule: PeriodRule, span: DateSpan, recorded: Collection[DateSpan] = ()) -> tuple[DateSpan, ...]:
    """Return the periods that overlap ``span``, in order."""
    periods, day = list[DateSpan](), span.first
    while day <= span.last:
        periods.append(period_of(rule, day, recorded))
        day = periods[-1].last + ONE_DAY
    return tuple(periods)


def _by_rule(rule: PeriodRule, day: date) -> DateSpan:
    if rule.length in (PeriodLength.WEEKLY, PeriodLength.TWO_WEEKLY):
        days = 7 if rule.length is PeriodLength.WEEKLY else 14
        first = day - timedelta(days=(day - rule.start).days % days)
        return DateSpan(first, first + timedelta(days=days - 1))
    months = 1 if rule.length is PeriodLength.MONTHLY else 3
    month = _month(day) - (_month(day) - _month(rule.start)) % months
    if _start_in(month, rule.start.day) > day:
        month -= months
    following = _start_in(month + months, rule.start.day)
    return DateSpan(_start_in(month, rule.start.day), following - ONE_DAY)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _start_in(month: int, day: int) -> date:
    """Return the day on which a period starts in a month; its last day if the month is too short."""
    year, index = divmod(month, 12)
    return date(year, index + 1, min(day, calendar.monthrange(year, index + 1)[1]))


def check_rule(rule: PeriodRule, recorded: Iterable[DateSpan]) -> None:
    """Raise InvalidInput if a period of ``rule``, from its start on, would overlap a closed one.

    ``recorded`` are the spans of all closing records of all teams.
    """
    spans = sorted(recorded)
    for closed in spans:
        if closed.last < rule.start:
            continue
        new = _by_rule(rule, max(closed.first, rule.start))
        if new != closed:
            free = max(span.last for span in spans) + ONE_DAY
            raise InvalidInput(
                message(
                    "The period from {first} to {last} would overlap the one from {closed_first} to {closed_last}, "
                    "which a team has closed. Start on {free} or later.",
                    first=new.first,
                    last=new.last,
                    closed_first=closed.first,
                    closed_last=closed.last,
                    free=free,
                ),
                field="start",
            )


def first_closing_day(span: DateSpan) -> date:
    """Return the first day on which the span can be closed: the day after its last one, in the site's zone."""
    return span.last + ONE_DAY


def check_closable(span: DateSpan, now: datetime, zone: ZoneInfo) -> None:
    """Raise InvalidInput before the first possible closing day. ``now`` is timezone-aware, ``zone`` is the site's."""
    first = first_closing_day(span)
    if now.astimezone(zone).date() < first:
        raise InvalidInput(
            message(
                "The period from {first} to {last} is not over: it can be closed from {closable} on ({zone}).",
                first=span.first,
                last=span.last,
                closable=first,
                zone=zone.key,
            ),
            field="period",
        )


def closed_on(records: Iterable[ClosingRecord], team_id: str, day: date) -> ClosingRecord | None:
    """Return the closing in force on ``day`` for a team, or None if that day is open."""
    return next((r for r in records if r.team_id == team_id and not r.open and day in r.span), None)


def who_reopens(team: Team) -> str:
    """Return a sentence that says who can reopen a closed period of a team."""
    return _WHO_RESTORES if team.archived else _WHO_REOPENS


def closed_refusal(sentence: str) -> PeriodClosed:
    """Return the refusal of a change that a closed period forbids, and that whoever reopens it permits."""
    return PeriodClosed(sentence, layer="team", permission=TEAM_PERMISSION_NAMES[TeamPermission.MANAGE_TEAM])


def check_open(team: Team, records: Collection[ClosingRecord], days: Iterable[date]) -> None:
    """Raise PeriodClosed if one of ``days`` is closed for the team. A move passes both its old and its new day."""
    for day in days:
        if record := closed_on(records, team.id, day):
            raise closed_refusal(
                message(
                    "{team} has closed the period from {first} to {last}, so {day} cannot change. {who_reopens}",
                    team=team.name,
                    first=record.span.first,
                    last=record.span.last,
                    day=day,
                    who_reopens=who_reopens(team),
                ),
            )


def record_members(
    plan: CapacityPlan,
    members: Iterable[Member],
    expected: Collection[str],
    spent: Mapping[str, int],
    zones: Mapping[str, ZoneInfo],
) -> tuple[MemberRecord, ...]:
    """Return what a closing records of each member within the plan's span, so the sums are the team's.

    ``expected`` are the account ids of those whose capacity counts. ``zones`` are
    the time zones of the work dates.
    """
    return tuple(
        MemberRecord(
            member.account_id,
            capacity(plan, member) if member.account_id in expected else 0,
            spent.get(member.account_id, 0),
            basis_of(plan, member),
            zones[member.account_id].key if member.account_id in zones else None,
        )
        for member in members
        if member.days_in(plan.span)
    )


def differences(before: Iterable[MemberRecord], after: Iterable[MemberRecord]) -> tuple[Difference, ...]:
    """Return the members whose capacity or spent time differs between the two, in order of appearance."""
    was = {member.account_id: (member.capacity, member.spent) for member in before}
    now = {member.account_id: (member.capacity, member.spent) for member in after}
    pairs = ((who, was.get(who, (0, 0)), now.get(who, (0, 0))) for who in {**was, **now})
    return tuple(Difference(who, old[0], new[0], old[1], new[1]) for who, old, new in pairs if old != new)
