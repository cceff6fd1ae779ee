"""Closing and reopening a team's periods, and what a closing differs from what is there now.

A closing writes its record and nothing else: no worklog moves.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotFound
from timesheet.domain.period import (
    ClosingRecord,
    Difference,
    MemberRecord,
    check_closable,
    differences,
    fingerprints,
    first_closing_day,
    period_of,
    periods_in,
    record_members,
)
from timesheet.domain.permission import TeamAction
from timesheet.domain.span import DateSpan
from timesheet.domain.team import workers
from timesheet.services.ports.team_jira import TeamJira
from timesheet.services.team.overview import (
    Line,
    Overview,
    members_in,
    members_shown,
    read_time,
    spent_by_day,
)
from timesheet.services.team.plan import read_plan, read_rows
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.team_context import OpenTeam, TeamContext, new_id, open_team

SEAL = 0
"""Jira gives no worklog this id: under it lies what tells whether the key of the hashes is still the same."""
LISTED = timedelta(days=366)
FAR_BELOW = 2
"""Before a closing the members are named whose time, so many times over, is less than what is expected of them."""
NO_PERIOD = "The periods of this site have changed meanwhile. Reload, and choose the period again."


def closing_key(signing_key: str, site: str) -> bytes:
    """The key of a site's closing hashes."""
    return hmac.new(signing_key.encode(), f"closing:{site}".encode(), hashlib.sha256).digest()


def sealed(record_id: str, key: bytes) -> dict[int, str]:
    """The entry by which a record knows its key again."""
    return {SEAL: hmac.new(key, record_id.encode(), hashlib.sha256).hexdigest()[:32]}


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """One period of a list: the closing in force, all closings with the latest first, and the late changes to it,
    open and accepted ones.

    ``capacity`` and ``spent`` are seconds as recorded, or for an open period what is expected and None.
    """

    span: DateSpan
    record: ClosingRecord | None
    closings: tuple[ClosingRecord, ...]
    capacity: int
    spent: int | None
    late: int
    accepted: int
    first_day: date
    closable: bool


def period_at(context: TeamContext, day: date) -> DateSpan:
    """The period that holds ``day``."""
    rule, spans = context.stores.periods.rule_and_spans()
    return period_of(rule, day, spans)


def close_period(
    context: TeamContext,
    jira_desk: ViewerContext,
    jira: TeamJira,
    key: bytes,
    zone: ZoneInfo,
    team_id: str,
    span: DateSpan,
) -> ClosingRecord:
    """Close ``span``: record capacity and spent of each member, with a hash of every worklog that counts.

    ``zone`` is the site's. Raises NotAllowed, InvalidInput before the first possible day, Conflict when the team has
    closed it already, JiraUnavailable when its time cannot be read completely.
    """
    opened = open_team(context, team_id, TeamAction.CLOSE)
    check_closable(span, context.now, zone)
    if period_at(context, span.first) != span:
        raise InvalidInput(NO_PERIOD, field="period")
    members = members_in(context.stores.teams.members(team_id), span)
    packed = read_time(jira_desk, jira, opened, members, span, refresh=True)
    if packed.lacks:
        raise JiraUnavailable(
            f"The period cannot be closed now, as its time could not be read completely. {packed.lacks[0].what}"
        )
    plan = read_plan(context.stores, opened.team, members, span)
    working = {member.account_id for member in workers(members, opened.roles)}
    spent = {who: sum(row) for who, row in spent_by_day(packed, members, span).items()}
    record_id = new_id()
    record = ClosingRecord(
        record_id,
        team_id,
        span,
        context.viewer,
        context.now,
        record_members(plan, members, working, spent, jira_desk.zones_of(list(spent)).together),
        fingerprints(packed.counted(members), key) | sealed(record_id, key),
    )
    context.stores.periods.add_record(record)
    return record


def reopen_period(context: TeamContext, team_id: str, record_id: str) -> ClosingRecord:
    """Open a closed period again; its record stays. Conflict when somebody did so already."""
    open_team(context, team_id, TeamAction.CLOSE)
    if context.stores.periods.record(record_id).team_id != team_id:
        raise NotFound("This closing does not exist any more.")
    return context.stores.periods.reopen(record_id, context.viewer, context.now)


def short_of_expected(overview: Overview) -> tuple[Line, ...]:
    """The members of whom something is expected and who logged less than half of it, nothing at all first."""
    short = [line for line in overview.lines if FAR_BELOW * sum(line.spent) < sum(line.capacity)]
    return tuple(sorted(short, key=lambda line: any(line.spent)))


def recorded_shown(overview: Overview) -> tuple[MemberRecord, ...]:
    """What the closing in force recorded, of those members whose figures the viewer may see."""
    own = overview.opened.member
    return tuple(
        one
        for one in overview.recorded
        if not overview.own_only or (own is not None and one.account_id == own.account_id)
    )


def differences_now(overview: Overview) -> tuple[Difference, ...]:
    """Members whose capacity or time is not what the closing in force recorded."""
    if not overview.record:
        return ()
    before = recorded_shown(overview)
    now = [MemberRecord(one.account_id, sum(one.capacity), sum(one.spent), {}) for one in overview.lines]
    return differences(before, now)


def differences_between(closings: Collection[ClosingRecord]) -> Mapping[str, tuple[Difference, ...]]:
    """By record id, how each closing of one period differs from the one before it; the latest comes first."""
    return {later.id: differences(earlier.members, later.members) for later, earlier in pairwise(closings)}


def list_periods(
    context: TeamContext, team_id: str, zone: ZoneInfo, around: date
) -> tuple[OpenTeam, tuple[PeriodLine, ...]]:
    """The periods up to the one of ``around``, the latest first; only own figures where only those show.

    They go back a year, and further to the team's first closing.
    """
    opened = open_team(context, team_id, TeamAction.SEE_SUMS)
    own = context.viewer if opened.own_figures_only else None
    stores = context.stores
    rule, recorded = stores.periods.rule_and_spans()
    records = stores.periods.records(team_id)
    earliest = min([around - LISTED, *(record.span.first for record in records)])
    spans = periods_in(rule, DateSpan(earliest, around), recorded)
    whole = DateSpan(spans[0].first, spans[-1].last)
    members = members_in(members_shown(context, opened), whole)
    days = _sums(capacity for capacity, _ in read_rows(context, opened, members, whole).values())
    late = {} if own else _late(context, team_id)
    return opened, tuple(
        _line(context, zone, span, days[(span.first - whole.first).days :][: len(span)], records, late, own)
        for span in reversed(spans)
    )


def _line(
    context: TeamContext,
    zone: ZoneInfo,
    span: DateSpan,
    capacity: list[int],
    records: Collection[ClosingRecord],
    late: Mapping[tuple[str, bool], int],
    own: str | None,
) -> PeriodLine:
    closings = tuple(record for record in records if record.span == span)
    in_force = next((record for record in closings if not record.open), None)
    members = [one for one in in_force.members if own in (None, one.account_id)] if in_force else []
    first = first_closing_day(span)
    return PeriodLine(
        span,
        in_force,
        closings,
        sum(one.capacity for one in members) if in_force else sum(capacity),
        sum(one.spent for one in members) if in_force else None,
        sum(late.get((record.id, False), 0) for record in closings),
        sum(late.get((record.id, True), 0) for record in closings),
        first,
        in_force is None and first <= context.now.astimezone(zone).date(),
    )


def _late(context: TeamContext, team_id: str) -> Mapping[tuple[str, bool], int]:
    """How many changes by closing, those that nobody has accepted apart from the accepted ones."""
    return Counter(
        (change.record_id, change.accepted) for change in context.stores.periods.late_changes(team_id)
    )


def _sums(rows: Iterable[tuple[int, ...]]) -> list[int]:
    """The sums of the columns; nothing at all for no rows."""
    return [sum(column) for column in zip(*rows, strict=True)]
