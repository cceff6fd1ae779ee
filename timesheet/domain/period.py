"""Periods: stretches of days that a team closes, and what a closing records."""

from __future__ import annotations

import calendar
import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from timesheet.domain.capacity import Plan, basis_of, capacity
from timesheet.domain.errors import InvalidInput, NotAllowed
from timesheet.domain.span import DateSpan, spoken
from timesheet.domain.team import Member, Team

ONE_DAY = timedelta(days=1)
WHO_REOPENS = "The team’s lead, a team administrator or a member with “Manage this team” can reopen it."


class PeriodLength(StrEnum):
    """How long a site's periods are."""

    WEEKLY = "weekly"
    TWO_WEEKLY = "two-weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


@dataclass(frozen=True, slots=True)
class PeriodRule:
    """Periods of ``length``, one of which starts on ``start``; monthly and quarterly ones on its day of the month."""

    length: PeriodLength
    start: date


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """One member at the closing: seconds, and the values the capacity came from, so that it can be explained later.

    ``zone`` is the time zone that gave the member's work dates; None where the record is older than zones in records.
    """

    account_id: str
    capacity: int
    spent: int
    basis: Mapping[str, str]
    zone: str | None = None

    def active_on(self, day: date) -> bool:
        """True within the joining and leaving date that the closing recorded."""
        joined, left = self.stay
        return (joined is None or joined <= day) and (left is None or day <= left)

    @property
    def stay(self) -> tuple[date | None, date | None]:
        """The joining and leaving date that the closing recorded, None = open."""
        joined, left = (
            date.fromisoformat(day) if (day := self.basis.get(name)) else None for name in ("joined", "left")
        )
        return joined, left


@dataclass(frozen=True, slots=True)
class ClosingRecord:
    """One closing of one period by one team, changed only by its reopening. ``worklogs`` maps id to keyed hash."""

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
        """True when the period was opened again after this closing."""
        return self.reopened_at is not None


@dataclass(frozen=True, slots=True)
class Difference:
    """A member's seconds at one closing and at another, or now; 0 where he was no member."""

    account_id: str
    capacity_before: int
    capacity_after: int
    spent_before: int
    spent_after: int


def period_of(rule: PeriodRule, day: date, recorded: Collection[DateSpan] = ()) -> DateSpan:
    """The period that holds ``day``.

    A span with a closing record stands as it was closed, whatever the rule says today; beside one a period is cut
    short. So every day is in exactly one period.
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
    """The periods that touch ``span``, in order."""
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
    """The day on which a period starts in a month: in one that is too short, its last day."""
    year, index = divmod(month, 12)
    return date(year, index + 1, min(day, calendar.monthrange(year, index + 1)[1]))


def check_rule(rule: PeriodRule, recorded: Iterable[DateSpan]) -> None:
    """Raises InvalidInput when a period of ``rule``, from its start on, would overlap one that has been closed.

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
                f"The period {span_text(new)} would overlap the one {span_text(closed)}, which a team has closed. "
                f"Start on {spoken(free)} or later.",
                field="start",
            )


def span_text(span: DateSpan) -> str:
    """A span as it stands in a sentence."""
    return f"from {spoken(span.first)} to {spoken(span.last)}"


def first_closing_day(span: DateSpan) -> date:
    """The day after the last one, in the site's zone."""
    return span.last + ONE_DAY


def check_closable(span: DateSpan, now: datetime, zone: ZoneInfo) -> None:
    """Raises InvalidInput before the first possible closing day. ``now`` is aware, ``zone`` the site's."""
    first = first_closing_day(span)
    if now.astimezone(zone).date() < first:
        raise InvalidInput(
            f"The period {span_text(span)} is not over: it can be closed from {spoken(first)} on ({zone.key}).",
            field="period",
        )


def closed_on(records: Iterable[ClosingRecord], team_id: str, day: date) -> ClosingRecord | None:
    """The closing in force on ``day`` for a team, or None while that day is open."""
    return next((r for r in records if r.team_id == team_id and not r.open and day in r.span), None)


def check_open(team: Team, records: Collection[ClosingRecord], days: Iterable[date]) -> None:
    """Raises NotAllowed when one of ``days`` is closed for the team. A move hands in its old and its new day."""
    for day in days:
        if record := closed_on(records, team.id, day):
            raise NotAllowed(
                f"{team.name} has closed the period {span_text(record.span)}, so {spoken(day)} cannot change. "
                f"{WHO_REOPENS}",
                layer="team",
                permission="Manage this team",
            )


class Recorded(Protocol):
    """What of a worklog a closing holds fast."""

    @property
    def id(self) -> int:
        """Jira's id."""

    @property
    def issue_id(self) -> int:
        """The issue's id, which stays when its key changes."""

    @property
    def author(self) -> str:
        """An account id."""

    @property
    def day(self) -> date:
        """The work date."""

    @property
    def seconds(self) -> int:
        """The time spent."""


def fingerprint(worklog: Recorded, key: bytes) -> str:
    """A keyed hash (HMAC-SHA256, 128 bits) of what a closing holds fast: author, issue, work date and seconds."""
    text = f"{worklog.issue_id} {worklog.day.isoformat()} {worklog.seconds} {worklog.author}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]


def fingerprints(worklogs: Iterable[Recorded], key: bytes) -> dict[int, str]:
    """The keyed hash of each worklog, by its id."""
    return {worklog.id: fingerprint(worklog, key) for worklog in worklogs}


def record_members(
    plan: Plan,
    members: Iterable[Member],
    working: Collection[str],
    spent: Mapping[str, int],
    zones: Mapping[str, ZoneInfo],
) -> tuple[MemberRecord, ...]:
    """What a closing records of each member within the plan's span, so that the sums are the team's.

    ``working`` are the account ids of members with *Work on issues*: nobody else has capacity. ``zones`` gave the
    work dates of what they spent.
    """
    return tuple(
        MemberRecord(
            member.account_id,
            capacity(plan, member) if member.account_id in working else 0,
            spent.get(member.account_id, 0),
            basis_of(plan, member),
            zones[member.account_id].key if member.account_id in zones else None,
        )
        for member in members
        if member.stay_in(plan.span)
    )


def differences(before: Iterable[MemberRecord], after: Iterable[MemberRecord]) -> tuple[Difference, ...]:
    """The members whose capacity or spent time is not the same in both, in the order they are met."""
    was = {member.account_id: (member.capacity, member.spent) for member in before}
    now = {member.account_id: (member.capacity, member.spent) for member in after}
    pairs = ((who, was.get(who, (0, 0)), now.get(who, (0, 0))) for who in {**was, **now})
    return tuple(Difference(who, old[0], new[0], old[1], new[1]) for who, old, new in pairs if old != new)
