"""A team's time in some days as one viewer may see it: spent beside capacity, by person, day, issue and project."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from timesheet.domain.errors import InvalidInput
from timesheet.domain.issue import Issue
from timesheet.domain.period import ClosingRecord, MemberRecord
from timesheet.domain.permission import Allowed, TeamAction, decide
from timesheet.domain.person import Person, by_name
from timesheet.domain.span import DateSpan
from timesheet.domain.team import Member, workers
from timesheet.services.desk import Desk
from timesheet.services.packed import Packed
from timesheet.services.team_desk import OpenTeam, TeamDesk, open_team
from timesheet.services.team_jira import TeamJira
from timesheet.services.team_plan import read_rows
from timesheet.services.team_snapshot import Wanted, read_team_snapshot

RECORD_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Line:
    """One member: whole seconds spent and expected on each day, and the letters of days away by their index."""

    member: Member
    person: Person
    spent: Sequence[int]
    capacity: Sequence[int]
    letters: Mapping[int, str]

    @property
    def account_id(self) -> str:
        """Whose it is."""
        return self.member.account_id


@dataclass(frozen=True, slots=True)
class Overview:
    """What a screen about a team and some days shows.

    ``own_only``: the viewer's own figures and nobody else's. ``record`` is the closing in force, with its members.
    """

    opened: OpenTeam
    span: DateSpan
    lines: tuple[Line, ...]
    packed: Packed
    own_only: bool
    record: ClosingRecord | None
    recorded: tuple[MemberRecord, ...]

    @property
    def spent(self) -> int:
        """All time that counts."""
        return sum(sum(line.spent) for line in self.lines)

    @property
    def capacity(self) -> int:
        """What is expected by what is stored now, whatever a closing recorded."""
        return sum(sum(line.capacity) for line in self.lines)

    def line(self, account_id: str) -> Line | None:
        """One member's, where it is shown."""
        return next((line for line in self.lines if line.account_id == account_id), None)

    def by_issue(self, account_id: str | None = None) -> Mapping[int, Sequence[int]]:
        """Seconds by issue id and day, of one member or of all."""
        width, base = len(self.span), self.span.first.toordinal()
        counted = _stays(self)
        rows: dict[int, list[int]] = defaultdict(lambda: [0] * width)
        for person, day, seconds, issue_id, _, _ in self.packed.entries():
            first, last = counted[person]
            if first <= day <= last and account_id in (None, self.packed.people[person]):
                rows[issue_id][day - base] += seconds
        return rows

    def issue(self, issue_id: int) -> Issue:
        """An issue by its id."""
        return self.packed.issues[issue_id]


def read_overview(
    team_desk: TeamDesk, desk: Desk, jira: TeamJira, team_id: str, span: DateSpan, *, refresh: bool = False
) -> Overview:
    """Everything in the team that the viewer may see; raises NotFound, or NotAllowed naming layer and permission."""
    opened = open_team(team_desk, team_id, TeamAction.SEE_SUMS)
    decision = decide(opened.standing, TeamAction.SEE_SUMS)
    own_only = isinstance(decision, Allowed) and decision.own_only
    members = members_shown(team_desk, opened, span, own_only=own_only)
    packed = read_time(desk, jira, opened, members, span, refresh=refresh)
    record, recorded = read_closing(team_desk, team_id, span)
    lines = _lines(team_desk, opened, members, packed, span)
    return Overview(opened, span, lines, packed, own_only, record, recorded)


def members_shown(
    team_desk: TeamDesk, opened: OpenTeam, span: DateSpan, *, own_only: bool = False
) -> list[Member]:
    """The members who belong to the team on one of the days; only the viewer where he may see no others."""
    if own_only:
        return [opened.member] if opened.member and opened.member.stay_in(span) else []
    members = team_desk.stores.teams.members(opened.team.id)
    return [member for member in members if member.stay_in(span)]


def read_time(
    desk: Desk,
    jira: TeamJira,
    opened: OpenTeam,
    members: Sequence[Member],
    span: DateSpan,
    *,
    refresh: bool = False,
) -> Packed:
    """The members' time in the team's scope; InvalidInput naming the team for a scope that Jira does not take."""
    wanted = Wanted(tuple(member.account_id for member in members), span, opened.team.scope)
    try:
        return read_team_snapshot(desk, jira, wanted, refresh=refresh)
    except InvalidInput as error:
        raise InvalidInput(
            f"The scope of {opened.team.name} cannot be read, so there are no figures. {error.sentence} "
            "Its lead can mend the scope in the team’s settings.",
            field="scope",
        ) from error


def read_closing(
    team_desk: TeamDesk, team_id: str, span: DateSpan
) -> tuple[ClosingRecord | None, tuple[MemberRecord, ...]]:
    """The closing in force of exactly these days with what it records of members, which never changes."""
    periods = team_desk.stores.periods
    record = next((found for found in periods.closed([team_id], span) if found.span == span), None)
    if record is None:
        return None, ()
    key = f"{team_desk.site}:closing:{record.id}"
    return record, team_desk.cache.get_or_create(
        key, lambda: periods.record(record.id).members, RECORD_SECONDS
    )


def _lines(
    team_desk: TeamDesk, opened: OpenTeam, members: list[Member], packed: Packed, span: DateSpan
) -> tuple[Line, ...]:
    """By name; members without *Work on issues* only where they spent time."""
    rows = read_rows(team_desk, opened, members, span)
    spent = spent_by_day(packed, members, span)
    people = team_desk.people(member.account_id for member in members)
    lines = (
        Line(member, people[member.account_id], spent[member.account_id], *rows[member.account_id])
        for member in members
    )
    working = {member.account_id for member in workers(members, opened.roles)}
    shown = (line for line in lines if line.account_id in working or any(line.spent))
    return tuple(sorted(shown, key=lambda line: by_name(line.person)))


def spent_by_day(packed: Packed, members: Sequence[Member], span: DateSpan) -> Mapping[str, list[int]]:
    """Seconds by account id and day, in one pass; only from joining to leaving date, whoever has no time has zeros."""
    base, width = span.first.toordinal(), len(span)
    rows = {member.account_id: [0] * width for member in members}
    stays = {member.account_id: _stay(member, span) for member in members}
    table = [(rows[who], *stays[who]) for who in packed.people]
    for person, day, seconds, _, _, _ in packed.entries():
        row, first, last = table[person]
        if first <= day <= last:
            row[day - base] += seconds
    return rows


def _stays(overview: Overview) -> list[tuple[int, int]]:
    stays = {line.account_id: _stay(line.member, overview.span) for line in overview.lines}
    return [stays.get(who, (1, 0)) for who in overview.packed.people]


def _stay(member: Member, span: DateSpan) -> tuple[int, int]:
    stay = member.stay_in(span)
    return (stay.first.toordinal(), stay.last.toordinal()) if stay else (1, 0)
