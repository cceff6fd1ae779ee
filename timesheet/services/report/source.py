"""Read the source of a report: the time of its people in its range, as the viewer may see it.

A worklog that several teams count is one amount that belongs to all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import compress
from typing import NamedTuple
from zoneinfo import ZoneInfo

from timesheet.domain.attribute.values import AttributeValues
from timesheet.domain.errors import InvalidInput, NotAllowed, NotFound
from timesheet.domain.jira_time import dates_of
from timesheet.domain.message import message
from timesheet.domain.permission import TEAM_PERMISSION_NAMES, TeamAction
from timesheet.domain.report.group_tree import FactTable
from timesheet.domain.report.query import ReportQuery, check_query
from timesheet.domain.report.table import ReadProblem
from timesheet.domain.report.terms import Field
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Member, Scope, Team, TeamPermission
from timesheet.domain.worklog.issue import Issue
from timesheet.services.ports.jira import FORMER, Missing
from timesheet.services.ports.packed_worklogs import NUMBERS_EACH, UPDATED, PackedWorklogs
from timesheet.services.ports.team_jira import TeamJira, TeamTimeQuery
from timesheet.services.snapshot.team import Freshness, read_team_snapshot
from timesheet.services.team.overview import (
    NOBODY,
    UnreadableScope,
    members_in,
    read_time,
    visible_members,
)
from timesheet.services.team.team import TeamChoice, list_teams
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.team_context import OpenTeam, TeamContext, open_team

NO_TEAM = message("A team of this report no longer exists. Choose its teams again.")
NO_TEAMS = message("You are in no team, so there is none to report about. Choose your own time instead.")
NOT_A_MEMBER = message(
    "You are not a member of one of this report’s teams. Choose its teams again, or ask for “View hours” in that team."
)
VIEW_HOURS = TEAM_PERMISSION_NAMES[TeamPermission.VIEW_HOURS]
VIEW_WORKLOGS = TEAM_PERMISSION_NAMES[TeamPermission.VIEW_WORKLOGS]


@dataclass(frozen=True, slots=True)
class TeamPart:
    """One team: its members whose time is read, and that time."""

    opened: OpenTeam
    members: Sequence[Member]
    packed: PackedWorklogs


@dataclass(frozen=True, slots=True)
class ReportSource:
    """The worklogs of a report, before any filter.

    In ``work``, people are their places in ``people``, and teams are the bits of a number: the first bit is the
    first of ``parts``. The viewer's own time has no parts and no bits. ``updated`` is when each worklog changed
    and ``created`` when it was entered (epoch ms). ``values`` are the different values of attributes that worklogs
    have, if these were read.
    """

    span: DateSpan
    people: tuple[str, ...]
    issues: Mapping[int, Issue]
    work: FactTable
    updated: Sequence[int]
    created: Sequence[int]
    parts: tuple[TeamPart, ...]
    packed: tuple[PackedWorklogs, ...]
    read_at: datetime
    problems: tuple[ReadProblem, ...] = ()
    values: tuple[AttributeValues, ...] = ()

    @property
    def opened(self) -> Sequence[OpenTeam]:
        """Return the teams of all parts, in their order."""
        return [part.opened for part in self.parts]


def visible_teams(context: TeamContext) -> Sequence[Team]:
    """Return the active teams in which the viewer sees at least their own time, by name."""
    return [line.team for line in list_teams(context, TeamChoice(show="all"))]


def open_teams(context: TeamContext, query: ReportQuery) -> Sequence[OpenTeam]:
    """Return the teams of a report, none for the viewer's own time.

    Raise NotFound for a team that no longer exists, NotAllowed if the viewer may not see enough of one.
    """
    opened = _teams_of(context, query)
    if not query.only_sums:
        check_worklogs(opened)
    return opened


def _teams_of(context: TeamContext, query: ReportQuery) -> Sequence[OpenTeam]:
    if query.own:
        return ()
    ids = [team.id for team in visible_teams(context)] if not query.team_ids else query.team_ids
    if not ids:
        raise NotFound(NO_TEAMS)
    return _open(context, ids)


def may_show(context: TeamContext, query: ReportQuery) -> bool:
    """Return True if this report is possible and the viewer may see enough of its teams, before anything is read."""
    try:
        check_query(query)
        open_teams(context, query)
    except (InvalidInput, NotAllowed, NotFound):
        return False
    return True


def shows_only_sums(context: TeamContext, query: ReportQuery) -> bool:
    """Return True if the viewer may see sums of the teams of this report, but not all of their worklogs."""
    try:
        opened = _teams_of(context, query)
    except (NotAllowed, NotFound):
        return False
    return not all(map(_sees_worklogs, opened))


def seen_in(source: ReportSource) -> tuple[tuple[str, bool], ...]:
    """Return the teams of a report, and whether the viewer saw only their own time in each."""
    return tuple((one.team.id, one.own_figures_only) for one in source.opened)


def check_still_seen(context: TeamContext, query: ReportQuery, seen: Iterable[tuple[str, bool]]) -> None:
    """Raise NotFound or NotAllowed if the viewer may not see all of a report anymore that was read before."""
    before = dict(seen)
    opened = _open(context, tuple(before))
    if not query.only_sums:
        check_worklogs(opened)
    for one in opened:
        if one.own_figures_only and not before[one.team.id]:
            raise NotAllowed(_own_figures(one.team.name), layer="team", permission=VIEW_HOURS)


def check_worklogs(opened: Iterable[OpenTeam]) -> None:
    """Raise NotAllowed for a team in which the viewer sees the sums of others but not their worklogs."""
    for one in opened:
        if not _sees_worklogs(one):
            raise NotAllowed(_sums_only(one.team.name), layer="team", permission=VIEW_WORKLOGS)


def _sees_worklogs(opened: OpenTeam) -> bool:
    return opened.own_figures_only or opened.sees_worklogs_of(NOBODY)


def _sums_only(team: str) -> str:
    return message(
        "In {team} you see sums only, so its time cannot be grouped or filtered by issues or worklogs, "
        "or compared with estimates. "
        "You need “View worklogs” in it; its lead, a team administrator, or somebody with “Manage this team” can "
        "grant it.",
        team=team,
    )


def _own_figures(team: str) -> str:
    return message(
        "In {team} you see your own time only. To see that of others you need “View hours” in it.", team=team
    )


def _open(context: TeamContext, team_ids: Sequence[str]) -> Sequence[OpenTeam]:
    """Return these teams. Of several, the refused one has no name: whoever may not see a team may not learn it."""
    try:
        return [open_team(context, team_id, TeamAction.SEE_SUMS) for team_id in team_ids]
    except NotFound as error:
        raise NotFound(NO_TEAM) from error
    except NotAllowed as error:
        if len(team_ids) == 1:
            raise
        raise NotAllowed(NOT_A_MEMBER, layer=error.layer, permission=error.permission) from error


def read_sources(
    team_context: TeamContext,
    context: ViewerContext,
    jira: TeamJira,
    opened: Sequence[OpenTeam],
    spans: Sequence[DateSpan],
    freshness: Freshness,
) -> list[ReportSource]:
    """Return the time of these teams in each of ``spans``; without a team, the viewer's own.

    A team whose scope Jira refuses is in none of them, and each names it as a problem. Raise UnreadableScope if
    there is no other team.
    """
    if not opened:
        queries = [TeamTimeQuery((context.viewer,), span, Scope()) for span in spans]
        own = [read_team_snapshot(context, jira, query, freshness) for query in queries]
        return [_source([packed], [_columns(packed)], ()) for packed in own]

    def part(one: OpenTeam, span: DateSpan) -> TeamPart:
        members = members_in(visible_members(team_context, one), span)
        packed = read_time(context, jira, one, members, span, freshness)
        return TeamPart(one, members, packed)

    by_team, unreadable = list[list[TeamPart]](), list[UnreadableScope]()
    for one in opened:
        try:
            by_team.append([part(one, span) for span in spans])
        except UnreadableScope as error:
            unreadable.append(error)
    if not by_team:
        raise unreadable[0] if len(unreadable) == 1 else _none_readable(unreadable)
    problems = [ReadProblem(one.sentence, absent=True, settings_of=one.settings_of) for one in unreadable]
    return [
        _source([part.packed for part in parts], [_counted(part, span) for part in parts], parts, problems)
        for span, parts in zip(spans, zip(*by_team, strict=True), strict=True)
    ]


def _none_readable(errors: Sequence[UnreadableScope]) -> UnreadableScope:
    return UnreadableScope(
        message(
            "The time of {teams} cannot be read, so there are no figures. Choose one of these teams to see why.",
            teams=tuple(error.team for error in errors),
        ),
        field="scope",
    )


def with_entry_days(source: ReportSource, zone: ZoneInfo) -> ReportSource:
    """Return the same with the days on which its worklogs were entered, in a zone."""
    fields = {**source.work.fields, Field.ENTERED: dates_of(source.created, zone)}
    return replace(source, work=FactTable(fields, source.work.seconds))


class _Columns(NamedTuple):
    """The worklogs of one team as columns, in the order of packed worklogs."""

    people: Sequence[int]
    days: Sequence[int]
    seconds: Sequence[int]
    issues: Sequence[int]
    worklogs: Sequence[int]
    updated: Sequence[int]
    created: Sequence[int]


def _columns(packed: PackedWorklogs) -> _Columns:
    return _Columns(*(packed.numbers[place::NUMBERS_EACH] for place in range(NUMBERS_EACH)))


def _counted(part: TeamPart, span: DateSpan) -> _Columns:
    """Return the worklogs of a team between the joining and leaving dates of its members."""
    columns = _columns(part.packed)
    active_days = {member.account_id: member.days_in(span) for member in part.members}
    if all(active == span for active in active_days.values()):
        return columns
    bounds = [
        (active.first.toordinal(), active.last.toordinal()) if (active := active_days.get(who)) else (1, 0)
        for who in part.packed.people
    ]
    days = zip(columns.people, columns.days, strict=True)
    mask = [bounds[person][0] <= day <= bounds[person][1] for person, day in days]
    return _Columns(*(tuple(compress(column, mask)) for column in columns))


def _source(
    packed: Sequence[PackedWorklogs],
    columns: Sequence[_Columns],
    parts: tuple[TeamPart, ...],
    unreadable: Sequence[ReadProblem] = (),
) -> ReportSource:
    issues = {number: issue for one in reversed(packed) for number, issue in one.issues.items()}
    missing = dict.fromkeys(part for one in packed for part in one.missing)
    own = [part.opened.team.name for part in parts if part.opened.own_figures_only]
    problems = (
        *unreadable,
        *map(_problem, missing),
        *(ReadProblem(_own_figures(name), absent=False) for name in own),
    )
    if len(columns) == 1:
        people, joined, teams = packed[0].people, columns[0], [len(parts)] * len(columns[0].days)
    else:
        people, joined, teams = _joined(packed, columns)
    fields = {
        Field.PERSON: joined.people,
        Field.DAY: joined.days,
        Field.ISSUE: joined.issues,
        Field.WORKLOG: joined.worklogs,
        Field.TEAM: teams,
    }
    read_at = min(one.checked_at for one in packed)
    return ReportSource(
        span=packed[0].span,
        people=people,
        issues=issues,
        work=FactTable(fields, joined.seconds),
        updated=joined.updated,
        created=joined.created,
        parts=parts,
        packed=tuple(packed),
        read_at=read_at,
        problems=problems,
    )


def _problem(part: Missing) -> ReadProblem:
    """Return what is missing as a problem. Although Jira cannot return the time of former users, or find that in
    archived projects, it exists.
    """
    return ReadProblem(part.what, absent=True, of_former=part.code == FORMER)


def _joined(
    packed: Sequence[PackedWorklogs], columns: Sequence[_Columns]
) -> tuple[tuple[str, ...], _Columns, list[int]]:
    """Return all people, each worklog once, and the teams that count it."""
    people = tuple(dict.fromkeys(who for one in packed for who in one.people))
    places = {who: place for place, who in enumerate(people)}
    teams, rows = dict[int, int](), dict[int, tuple[int, ...]]()
    for bit, (one, of_team) in enumerate(zip(packed, columns, strict=True)):
        own = [places[who] for who in one.people]
        for person, day, seconds, issue, worklog, updated, created in zip(*of_team, strict=True):
            teams[worklog] = teams.get(worklog, 0) | 1 << bit
            row = rows.get(worklog)
            if row is None or updated > row[UPDATED]:
                rows[worklog] = (own[person], day, seconds, issue, worklog, updated, created)
    joined = _Columns(*zip(*rows.values(), strict=True)) if rows else _Columns(*((),) * NUMBERS_EACH)
    return people, joined, list(teams.values())


def with_same_people(
    source: ReportSource, before: ReportSource | None
) -> tuple[ReportSource, ReportSource | None]:
    """Return both sources with one list of people, so that an index means the same person in both."""
    if before is None or before.people == source.people:
        return source, before
    people = tuple(dict.fromkeys((*source.people, *before.people)))
    places = {who: place for place, who in enumerate(people)}
    moved = [places[who] for who in before.people]
    fields = {
        **before.work.fields,
        Field.PERSON: [moved[place] for place in before.work.fields[Field.PERSON]],
    }
    return (
        replace(source, people=people),
        replace(before, people=people, work=FactTable(fields, before.work.seconds)),
    )
