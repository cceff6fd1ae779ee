"""A team's time in some days as one viewer may see it: spent and capacity, by person, day, issue, and project."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.period.period import ClosingRecord, MemberRecord
from timesheet.domain.permission import TeamAction
from timesheet.domain.person import Person, by_name
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Member, workers
from timesheet.domain.worklog.issue import Issue, issue_in
from timesheet.services.ports.packed_worklogs import PackedWorklogs
from timesheet.services.ports.team_jira import TeamJira, TeamTimeQuery
from timesheet.services.snapshot.team import Freshness, cached_team_snapshot, read_team_snapshot
from timesheet.services.team.plan import read_rows, rows_name
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.revision import at_revision
from timesheet.services.viewer.team_context import OpenTeam, TeamContext, open_team

NOBODY = ""


@dataclass(eq=False)
class UnreadableScope(InvalidInput):
    """Jira refuses to search for the time of ``team``. ``settings_of`` is its id if that is because of its scope, and
    the viewer may change it.
    """

    team: str = ""
    settings_of: str = ""


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One member: whole seconds spent and expected on each day, and the letters of days off by index."""

    member: Member
    person: Person
    spent: tuple[int, ...]
    capacity: tuple[int, ...]
    letters: Mapping[int, str]

    @property
    def account_id(self) -> str:
        """Return the member's account id."""
        return self.member.account_id


@dataclass(frozen=True, slots=True)
class Overview:
    """The data that a screen about a team and some days shows.

    With ``own_only``, the viewer's own figures only. ``record`` is the closing in force, with its members.
    """

    opened: OpenTeam
    span: DateSpan
    lines: tuple[MemberLine, ...]
    packed: PackedWorklogs
    own_only: bool
    record: ClosingRecord | None
    recorded: tuple[MemberRecord, ...]

    @property
    def spent(self) -> int:
        """Return all time that counts."""
        return sum(sum(line.spent) for line in self.lines)

    @property
    def capacity(self) -> int:
        """Return the expected seconds according to the current settings, whatever a closing recorded."""
        return sum(sum(line.capacity) for line in self.lines)

    @property
    def sees_worklogs(self) -> bool:
        """Return True if the viewer may see the worklogs of everybody shown, and not only sums."""
        return self.own_only or self.opened.sees_worklogs_of(NOBODY)

    def line(self, account_id: str) -> MemberLine | None:
        """Return one member's line, if it is shown."""
        return next((line for line in self.lines if line.account_id == account_id), None)

    def by_issue(self) -> Mapping[int, int]:
        """Return the seconds of everybody by issue id."""
        active_days, sums = _active_days(self), dict[int, int]()
        for person, day, seconds, issue_id, _, _, _ in self.packed.entries():
            first, last = active_days[person]
            if first <= day <= last:
                sums[issue_id] = sums.get(issue_id, 0) + seconds
        return sums

    def by_person_and_issue(self, account_id: str | None = None) -> Mapping[str, Mapping[int, Sequence[int]]]:
        """Return seconds by account id, issue id, and day, of one member or of all."""
        width, base, active_days = len(self.span), self.span.first.toordinal(), _active_days(self)
        places = {n for n, who in enumerate(self.packed.people) if account_id in (None, who)}
        rows: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0] * width))
        for person, day, seconds, issue_id, _, _, _ in self.packed.entries():
            first, last = active_days[person]
            if person in places and first <= day <= last:
                rows[self.packed.people[person]][issue_id][day - base] += seconds
        return rows

    def issue(self, issue_id: int) -> Issue:
        """Return an issue by its id."""
        return issue_in(self.packed.issues, issue_id)


def read_overview(
    team_context: TeamContext,
    context: ViewerContext,
    jira: TeamJira,
    team_id: str,
    span: DateSpan,
    *,
    refresh: bool = False,
) -> Overview:
    """Return everything in the team that the viewer may see. Raise NotFound, or NotAllowed with layer and
    permission.
    """
    opened = open_team(team_context, team_id, TeamAction.SEE_SUMS)
    own_only = opened.own_figures_only
    members = members_in(visible_members(team_context, opened), span)
    freshness = Freshness.NOW if refresh else Freshness.USUAL
    packed = read_time(context, jira, opened, members, span, freshness)
    record, recorded = read_closing(team_context, team_id, span)
    lines = _lines(team_context, opened, members, packed, span)
    return Overview(
        opened=opened,
        span=span,
        lines=lines,
        packed=packed,
        own_only=own_only,
        record=record,
        recorded=recorded,
    )


def visible_members(team_context: TeamContext, opened: OpenTeam) -> Sequence[Member]:
    """Return the members whose figures the viewer may see: all, or only their own."""
    if opened.own_figures_only:
        return [opened.member] if opened.member else []
    return team_context.stores.teams.members(opened.team.id)


def members_in(members: Iterable[Member], span: DateSpan) -> list[Member]:
    """Return those who belong to the team on one of the days."""
    return [member for member in members if member.days_in(span) is not None]


def read_time(
    context: ViewerContext,
    jira: TeamJira,
    opened: OpenTeam,
    members: Sequence[Member],
    span: DateSpan,
    freshness: Freshness = Freshness.USUAL,
    again: Collection[int] = (),
) -> PackedWorklogs:
    """Return the members' time in the team's scope, as ``read_team_snapshot`` does.

    Raise UnreadableScope for a scope that Jira does not accept.
    """
    try:
        query = _query(opened, members, span)
        return read_team_snapshot(context, jira, query, freshness, again)
    except InvalidInput as error:
        raise _unreadable(opened, error) from error


def _unreadable(opened: OpenTeam, error: InvalidInput) -> UnreadableScope:
    """Return the error for a team whose time Jira refuses to search for. A scope without limits is not to blame."""
    if not opened.team.scope.limits:
        sentence = message(
            "The time of {team} cannot be read, so its figures are missing. {problem}",
            team=opened.team.name,
            problem=error.sentence,
        )
        return UnreadableScope(sentence, team=opened.team.name)
    return UnreadableScope(
        message(
            "The scope of {team} cannot be read, so its figures are missing. {problem} "
            "Its lead can fix the scope in the team’s settings.",
            team=opened.team.name,
            problem=error.sentence,
        ),
        field="scope",
        team=opened.team.name,
        settings_of=opened.team.id if opened.may(TeamAction.EDIT) else "",
    )


def cached_time(
    context: ViewerContext, opened: OpenTeam, members: Sequence[Member], span: DateSpan
) -> PackedWorklogs | None:
    """Return the members' time as it was last read, without asking Jira; None if it was not read."""
    return cached_team_snapshot(context, _query(opened, members, span))


def _query(opened: OpenTeam, members: Sequence[Member], span: DateSpan) -> TeamTimeQuery:
    return TeamTimeQuery(tuple(member.account_id for member in members), span, opened.team.scope)


def read_closing(
    team_context: TeamContext, team_id: str, span: DateSpan
) -> tuple[ClosingRecord | None, tuple[MemberRecord, ...]]:
    """Return the closing in force of exactly these days with its records of members.

    They change only when the data of one of them is erased, which raises the revision.
    """
    periods = team_context.stores.periods
    record = next((found for found in periods.closed([team_id], span) if found.span == span), None)
    if record is None:
        return None, ()
    name = f"{team_context.site}:closing:{record.id}"
    return record, at_revision(
        team_context.stores, team_context.cache, name, lambda: periods.record(record.id).members
    )


def _lines(
    team_context: TeamContext, opened: OpenTeam, members: list[Member], packed: PackedWorklogs, span: DateSpan
) -> tuple[MemberLine, ...]:
    """Return the displayed data of each member; computed once at a revision of the site and version of their time."""
    return at_revision(
        team_context.stores,
        team_context.cache,
        f"{rows_name(team_context, opened, members, span)}:{packed.version}",
        lambda: _read_lines(team_context, opened, members, packed, span),
    )


def _read_lines(
    team_context: TeamContext, opened: OpenTeam, members: list[Member], packed: PackedWorklogs, span: DateSpan
) -> tuple[MemberLine, ...]:
    """Return the lines by name; members without *Work on issues* only if they spent time."""
    rows = read_rows(team_context, opened, members, span, packed.unreadable)
    spent = spent_by_day(packed, members, span)
    people = team_context.people(member.account_id for member in members)
    lines = (
        MemberLine(
            member, people[member.account_id], tuple(spent[member.account_id]), *rows[member.account_id]
        )
        for member in members
    )
    working = {member.account_id for member in workers(members, opened.roles)}
    visible = (line for line in lines if line.account_id in working or any(line.spent))
    return tuple(sorted(visible, key=lambda line: by_name(line.person)))


def spent_by_day(
    packed: PackedWorklogs, members: Sequence[Member], span: DateSpan
) -> Mapping[str, list[int]]:
    """Return seconds by account id and day, in one pass; only between joining and leaving dates, zeros without time."""
    base, width = span.first.toordinal(), len(span)
    rows = {member.account_id: [0] * width for member in members}
    table = [rows[who] for who in packed.people]
    for person, day, seconds in packed.amounts():
        table[person][day - base] += seconds
    for member in members:
        first, last = _stay(member, span)
        row = rows[member.account_id]
        row[: first - base] = [0] * (first - base)
        row[last - base + 1 :] = [0] * (width - (last - base) - 1)
    return rows


def _active_days(overview: Overview) -> list[tuple[int, int]]:
    active_days = {line.account_id: _stay(line.member, overview.span) for line in overview.lines}
    return [active_days.get(who, (1, 0)) for who in overview.packed.people]


def _stay(member: Member, span: DateSpan) -> tuple[int, int]:
    active = member.days_in(span)
    return (active.first.toordinal(), active.last.toordinal()) if active else (1, 0)
