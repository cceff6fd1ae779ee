"""Close and reopen a team's periods, and compare a closing with the current figures.

A closing writes its record and nothing else; no worklog changes.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from timesheet.domain.errors import Conflict, InvalidInput, JiraUnavailable, NotFound
from timesheet.domain.message import message
from timesheet.domain.period.digest import fingerprints
from timesheet.domain.period.period import (
    NO_CLOSING,
    ClosingRecord,
    Difference,
    MemberRecord,
    check_closable,
    differences,
    first_closing_day,
    period_of,
    periods_in,
    record_members,
)
from timesheet.domain.permission import TeamAction
from timesheet.domain.span import DateSpan
from timesheet.domain.team.capacity import basis_of, days_in_basis
from timesheet.domain.team.team import Member
from timesheet.services.period.closing_read import issues_written, read_all
from timesheet.services.period.command import ClosePeriod, ReopenPeriod
from timesheet.services.ports.team_jira import TeamJira
from timesheet.services.team.overview import (
    Overview,
    members_in,
    spent_by_day,
    visible_members,
)
from timesheet.services.team.plan import expected_to_log, read_plan, read_rows
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.team_context import OpenTeam, TeamContext, lock_team, new_id, open_team

SEAL = 0
"""An id that Jira gives no worklog; its entry shows whether the key of the hashes is still the same."""
LISTED = timedelta(days=366)
NO_PERIOD = message(
    "The periods of this site have changed in the meantime. Reload, and choose the period again."
)

CHANGED = message(
    "The team has changed while its time was read, so nothing is closed. Close the period again."
)
WRITTEN = message(
    "Somebody saved time of this period while it was read, so nothing is closed. Close the period again."
)


def closing_key(signing_key: str, site: str) -> bytes:
    """Return the key of a site's closing hashes."""
    return hmac.new(signing_key.encode(), f"closing:{site}".encode(), hashlib.sha256).digest()


def sealed(record_id: str, key: bytes) -> dict[int, str]:
    """Return the entry by which a record recognizes its key."""
    return {SEAL: hmac.new(key, record_id.encode(), hashlib.sha256).hexdigest()[:32]}


class LateCount(NamedTuple):
    """The number of late changes to one closing."""

    open: int
    accepted: int


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """One period of a list: the closing in force, all closings with the latest first, and the late changes.

    ``capacity`` and ``spent`` are seconds as recorded; for an open period, the expected seconds and None.
    ``changes`` has the open and the accepted late changes by closing. Those of an earlier closing are part of
    the figures of the next one.
    """

    span: DateSpan
    record: ClosingRecord | None
    closings: tuple[ClosingRecord, ...]
    capacity: int
    spent: int | None
    changes: Mapping[str, LateCount]
    first_day: date
    closable: bool

    @property
    def latest(self) -> ClosingRecord | None:
        """Return the latest closing, in force or reopened."""
        return self.record or next(iter(self.closings), None)


def period_at(context: TeamContext, day: date) -> DateSpan:
    """Return the period that contains ``day``."""
    rule, spans = context.stores.periods.rule_and_spans()
    return period_of(rule, day, spans)


def close_period(
    context: TeamContext,
    viewer_context: ViewerContext,
    jira: TeamJira,
    key: bytes,
    command: ClosePeriod,
) -> ClosingRecord:
    """Close a period: record capacity and spent time of each member, with a hash of every worklog that counts.

    Raise NotAllowed; InvalidInput before the first possible day; Conflict if the team has closed it already, or it or
    its time was changed while that was read; JiraUnavailable if it is not complete.
    """
    team_id = command.team_id
    opened = open_team(context, team_id, TeamAction.CLOSE)
    span = period_at(context, command.first)
    if command.last is not None and (span.first, span.last) != (command.first, command.last):
        raise InvalidInput(NO_PERIOD, field="period")
    check_closable(span, context.now, context.zone)
    members = members_in(context.stores.teams.members(team_id), span)
    packed, since = read_all(viewer_context, jira, opened, members, span)
    if packed.lacks:
        raise JiraUnavailable(
            message(
                "The period cannot be closed now, as its time could not be read completely. {problem}",
                problem=packed.lacks[0].what,
            )
        )
    # Reading may take long. The record must not name a member who left, or whose data was erased, meanwhile.
    _lock_unchanged(context, opened, members, span)
    if issues_written(viewer_context, members, span, since):
        raise Conflict(WRITTEN)
    plan = read_plan(context.stores, opened.team, members, span)
    expected = expected_to_log(members, opened.roles).difference(packed.unreadable)
    spent = {who: sum(row) for who, row in spent_by_day(packed, members, span).items()}
    record_id = new_id()
    record = ClosingRecord(
        id=record_id,
        team_id=team_id,
        span=span,
        closed_by=context.viewer,
        closed_at=context.now,
        members=record_members(plan, members, expected, spent, viewer_context.zones_of(spent)),
        worklogs=fingerprints(packed.counted(members), key) | sealed(record_id, key),
    )
    context.stores.periods.add_record(record)
    return record


def _lock_unchanged(
    context: TeamContext, opened: OpenTeam, members: Sequence[Member], span: DateSpan
) -> None:
    """Lock the site. Raise Conflict if the team or its members have changed since they were read, InvalidInput if its
    period has.

    A write that is announced after this lock is checked against the closing.
    """
    context.stores.lock_writes()
    again = lock_team(context, opened.team.id, TeamAction.CLOSE)
    still_members = members_in(context.stores.teams.members(opened.team.id), span)
    if (again.team, again.roles, still_members) != (opened.team, opened.roles, members):
        raise Conflict(CHANGED)
    if period_at(context, span.first) != span:
        raise InvalidInput(NO_PERIOD, field="period")


def reopen_period(context: TeamContext, command: ReopenPeriod) -> ClosingRecord:
    """Reopen a closed period; its record stays. Raise Conflict if somebody reopened it already."""
    open_team(context, command.team_id, TeamAction.CLOSE)
    record = record_of(context, command.team_id, command.record_id)
    return context.stores.periods.reopen(record.id, context.viewer, context.now)


def record_of(context: TeamContext, team_id: str, record_id: str) -> ClosingRecord:
    """Return a closing of this team, with its members and worklogs. Raise NotFound for one of another team."""
    record = context.stores.periods.record(record_id)
    if record.team_id != team_id:
        raise NotFound(NO_CLOSING)
    return record


def visible_records(overview: Overview) -> tuple[MemberRecord, ...]:
    """Return the records of the closing in force for the members whose figures the viewer may see."""
    own = overview.opened.member
    return tuple(
        one
        for one in overview.recorded
        if not overview.own_only or (own is not None and one.account_id == own.account_id)
    )


def differences_now(overview: Overview) -> tuple[Difference, ...]:
    """Return the members whose capacity or time differs from the closing in force."""
    if not overview.record:
        return ()
    return differences_to(overview, visible_records(overview))


def differences_to(overview: Overview, before: Iterable[MemberRecord]) -> tuple[Difference, ...]:
    """Return the members whose capacity or time differs from what a closing recorded."""
    now = [MemberRecord(one.account_id, sum(one.capacity), sum(one.spent), {}) for one in overview.lines]
    return differences(before, now)


def is_as_closed(context: TeamContext, overview: Overview, key: bytes) -> bool | None:
    """Return True if the worklogs and days off of a closed period are those of its closing, None if nobody knows.

    Sums do not show that a worklog or a leave was moved to another day of the period. ``key`` is that of the hashes.
    """
    if not overview.record:
        return None
    if differences_now(overview):
        return False
    record, lines = context.stores.periods.record(overview.record.id), overview.lines
    if record.worklogs.get(SEAL) != sealed(record.id, key)[SEAL]:
        return None
    members = [line.member for line in lines]
    plan = read_plan(context.stores, overview.opened.team, members, overview.span)
    before = {one.account_id: days_in_basis(one.basis) for one in overview.recorded}
    # With the same sums, worklogs that are all in the record are all of them.
    return fingerprints(overview.packed.counted(members), key).items() <= record.worklogs.items() and all(
        days_in_basis(basis_of(plan, line.member)) == before.get(line.account_id)
        for line in lines
        if any(line.capacity)
    )


def differences_between(closings: Collection[ClosingRecord]) -> Mapping[str, tuple[Difference, ...]]:
    """Return by record id how each closing of one period differs from the one before it; the latest comes first."""
    return {later.id: differences(earlier.members, later.members) for later, earlier in pairwise(closings)}


def list_periods(context: TeamContext, team_id: str) -> tuple[OpenTeam, tuple[PeriodLine, ...]]:
    """Return the periods up to today's, latest first; with own figures only, if the viewer sees only those.

    They go back one year, and further if the team's first closing is earlier.
    """
    opened = open_team(context, team_id, TeamAction.SEE_SUMS)
    own = context.viewer if opened.own_figures_only else None
    stores = context.stores
    rule, recorded = stores.periods.rule_and_spans()
    records = stores.periods.records(team_id)
    earliest = min([context.today - LISTED, *(record.span.first for record in records)])
    spans = periods_in(rule, DateSpan(earliest, context.today), recorded)
    whole = DateSpan(spans[0].first, spans[-1].last)
    members = members_in(visible_members(context, opened), whole)
    days = _sums(capacity for capacity, _ in read_rows(context, opened, members, whole).values())
    late = {} if own else _late(context, team_id)
    return opened, tuple(
        _line(context, span, days[(span.first - whole.first).days :][: len(span)], records, late, own)
        for span in reversed(spans)
    )


def _line(
    context: TeamContext,
    span: DateSpan,
    capacity: list[int],
    records: Collection[ClosingRecord],
    late: Mapping[str, LateCount],
    own: str | None,
) -> PeriodLine:
    closings = tuple(record for record in records if record.span == span)
    in_force = next((record for record in closings if not record.open), None)
    members = [one for one in in_force.members if own in (None, one.account_id)] if in_force else []
    first = first_closing_day(span)
    return PeriodLine(
        span=span,
        record=in_force,
        closings=closings,
        capacity=sum(one.capacity for one in members) if in_force else sum(capacity),
        spent=sum(one.spent for one in members) if in_force else None,
        changes={record.id: late[record.id] for record in closings if record.id in late},
        first_day=first,
        closable=in_force is None and first <= context.today,
    )


def _late(context: TeamContext, team_id: str) -> Mapping[str, LateCount]:
    """Return the number of changes by closing, with open and accepted ones counted separately."""
    changes = context.stores.periods.late_changes(team_id)
    every = Counter(change.record_id for change in changes)
    accepted = Counter(change.record_id for change in changes if change.accepted)
    return {record: LateCount(count - accepted[record], accepted[record]) for record, count in every.items()}


def _sums(rows: Iterable[tuple[int, ...]]) -> list[int]:
    """Return the sums of the columns; an empty list without rows."""
    return [sum(column) for column in zip(*rows, strict=True)]
