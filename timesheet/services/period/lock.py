"""The lock that decides whether a worklog may change: closed periods and authorship. Every write checks it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotAllowed
from timesheet.domain.jira_time import find_zone, work_date
from timesheet.domain.message import message
from timesheet.domain.period.closed_day import ALL_OPEN, ClosedDays
from timesheet.domain.period.period import ClosingRecord, check_open, closed_on, closed_refusal, who_reopens
from timesheet.domain.permission import TeamAction, team_refusal
from timesheet.domain.span import DateSpan
from timesheet.domain.team.jql import FORMER_IN_FILTER, names_erased
from timesheet.domain.team.team import Membership, Scope, Team, TeamPermission
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.period.closed_mark import ClosedMarks
from timesheet.services.ports.cache import key_part
from timesheet.services.ports.stores import Stores
from timesheet.services.ports.team_jira import TeamJira, WholeJira
from timesheet.services.snapshot.issue import matching_issues
from timesheet.services.viewer.team_context import TeamContext, open_team

FOUND_SECONDS = 60
NO_TEAM = message(
    "This is somebody else’s worklog. To change it here you need “Manage worklogs” in a team that has its author "
    "on that day. The team’s lead or somebody with “Manage this team” can grant it."
)


@dataclass(frozen=True, slots=True)
class PeriodLock:
    """Decides for one viewer whether worklogs may change. Jira's own permissions apply in addition.

    ``team_context`` is only needed for worklogs of others, and for a closed team with a JQL scope.
    """

    stores: Stores
    viewer: str
    team_context: Callable[[], TeamContext]
    jira: Callable[[], WholeJira]

    def check(
        self,
        author: str,
        issue: Issue,
        days: Collection[date],
        starts: Collection[datetime] = (),
        worklog_id: int | None = None,
    ) -> None:
        """Raise NotAllowed (layer team) if a worklog of ``author`` may not change on one of ``days``.

        The days are the work dates before and after the change, ``starts`` the instants they come from. A
        worklog that a closing contains is locked, whatever its issue or its author's current zone. Otherwise
        a day is closed if the author is, or was at the closing, a member of a team that closed it and the
        issue is in the team's scope; the day is judged both in the current zone and in the one that the
        closing used.
        """
        # Jira may have taken seconds to answer since this request began.
        self.stores.renew()
        teams = [
            (membership.team, on)
            for membership in self.stores.teams.memberships_of(author)
            if (on := [day for day in days if membership.active_on(day)])
        ]
        if author != self.viewer:
            self._require_manager(teams, issue, days)
        if worklog_id is not None:
            _require_loose(self.stores, worklog_id)
        self._require_open(teams, issue)
        self._require_open_as_recorded(author, issue, days, starts)

    def closed(
        self,
        author: str,
        span: DateSpan,
        issues: Collection[Issue] = (),
        worklogs: Collection[Worklog] = (),
        zone: ZoneInfo | None = None,
    ) -> ClosedDays:
        """Return the closed days of ``span`` for ``author``, to mark them on a screen with these issues and worklogs.

        It is the same decision that ``check`` makes at a write, made in advance: from the current teams, from
        what the closings recorded, and from the worklogs they contain. ``zone`` is the author's current one;
        if a closing used another zone, the start of a new worklog decides. Jira is asked once for all issues
        whether a JQL scope contains them. If Jira cannot tell, the issue is not marked, and ``check``
        decides.
        """
        memberships = self.stores.teams.memberships_of(author)
        records = self.stores.periods.concerning(author, [one.team.id for one in memberships], span)
        if not records:
            return ALL_OPEN
        recorded = [record for record in records if record.members]
        marks = ClosedMarks(self.stores, self._found, span, sorted(issue.id for issue in issues))
        for membership in memberships:
            of_team = [record for record in records if record.team_id == membership.team.id]
            for day in span if of_team else ():
                if membership.active_on(day) and (record := closed_on(of_team, membership.team.id, day)):
                    marks.add(day, record)
        marks.add_recorded(recorded, worklogs, zone)
        days = dict(marks.days)
        closed = marks.worklogs(recorded, worklogs, {issue.id: issue for issue in issues})
        return ClosedDays(days, closed) if days or closed else ALL_OPEN

    def unmanaged(
        self, changes: Collection[tuple[Worklog, Collection[date]]], issues: Mapping[int, Issue]
    ) -> Mapping[int, str]:
        """Return by id why the viewer may not change these worklogs of others, each on its days before and after.

        It is the decision that ``check`` makes at a write, made in advance. Jira is asked once for each JQL scope.
        """
        context = self.team_context()
        teams = dict[str, list[tuple[Membership, str]]]()
        ids, refused = sorted(issues), dict[int, str]()
        for worklog, days in changes:
            author = worklog.author
            if author == context.viewer:
                continue
            if author not in teams:
                memberships = context.stores.teams.memberships_of(author)
                teams[author] = [(one, self._not_managing(context, one.team)) for one in memberships]
            why: str = NO_TEAM
            for membership, refusal in teams[author]:
                if not all(map(membership.active_on, days)):
                    continue
                if refusal:
                    why = refusal if why == NO_TEAM else why
                elif self._covers(membership.team.scope, issues[worklog.issue_id], ids):
                    break
            else:
                refused[worklog.id] = why
        return refused

    def _not_managing(self, context: TeamContext, team: Team) -> str:
        """Return why the viewer may not change worklogs in a team; empty if they may.

        The author may be in teams that the viewer does not know, so only an archived team gives its own reason.
        """
        try:
            open_team(context, team.id, TeamAction.CHANGE_WORKLOGS)
        except NotAllowed as error:
            return NO_TEAM if error.permission else error.sentence
        return ""

    def _covers(self, scope: Scope, issue: Issue, ids: Sequence[int]) -> bool:
        """Return True if an issue counts for a team, ``ids`` being all that are asked about."""
        inside = scope.has_project(issue.project_id)
        return inside and (not scope.jql or issue.id in self._found(scope.jql, ids))

    def _found(self, jql: str, ids: Sequence[int]) -> frozenset[int]:
        if not jql or not ids:
            return frozenset()
        context = self.team_context()
        key = f"{context.site}:in-scope:{key_part(jql, ids)}:{context.viewer}"
        try:
            return context.cache.get_or_create(
                key, lambda: matching_issues(self.jira(), ids, jql), FOUND_SECONDS
            )
        except (InvalidInput, JiraUnavailable):
            return frozenset()

    def _require_open(self, teams: list[tuple[Team, list[date]]], issue: Issue) -> None:
        days = [day for _, on in teams for day in on]
        if not days:
            return
        records = self.stores.periods.closed([team.id for team, _ in teams], DateSpan(min(days), max(days)))
        for team, on in teams:
            record = next((found for day in on if (found := closed_on(records, team.id, day))), None)
            if record and self._in_scope(issue, team, record):
                check_open(team, records, on)

    def _require_open_as_recorded(
        self, author: str, issue: Issue, days: Collection[date], starts: Collection[datetime]
    ) -> None:
        """Raise NotAllowed based on the zone, membership, and team that a closing in force recorded for the author."""
        for record in self.stores.periods.recorded(author):
            member = record.members[0]
            zone = find_zone(member.zone)
            then = {work_date(start, zone) for start in starts} if zone else set[date]()
            closed = [day for day in (*days, *sorted(then)) if day in record.span and member.active_on(day)]
            if closed:
                team = self.stores.teams.get(record.team_id)
                if self._in_scope(issue, team, record):
                    check_open(team, [record], closed)

    def _require_manager(
        self, teams: list[tuple[Team, list[date]]], issue: Issue, days: Collection[date]
    ) -> None:
        """Raise NotAllowed unless the viewer manages one team that has the author on all of the days."""
        context = self.team_context()
        why: str = NO_TEAM
        for team in (team for team, on in teams if len(on) == len(days)):
            if refusal := self._not_managing(context, team):
                why = refusal if why == NO_TEAM else why
            elif self._readable_and_in_scope(issue, team):
                return
        raise (
            team_refusal(TeamPermission.MANAGE_WORKLOGS, why)
            if why == NO_TEAM
            else NotAllowed(why, layer="team")
        )

    def _readable_and_in_scope(self, issue: Issue, team: Team) -> bool:
        """Return True if the issue counts for the team; a scope that Jira refuses grants nothing."""
        try:
            return in_scope(self.jira(), issue, team.scope)
        except InvalidInput:
            return False

    def _in_scope(self, issue: Issue, team: Team, record: ClosingRecord) -> bool:
        """Return True if the issue counts for the team now; a cached issue may still have its previous project."""
        jira = self.jira()
        try:
            return in_scope(
                jira, jira.read_issue(str(issue.id)) if team.scope.project_ids else issue, team.scope
            )
        except InvalidInput as error:
            raise closed_refusal(
                message(
                    "{team} has closed the period from {first} to {last}, and whether {issue} counts for it "
                    "cannot be determined: {problem} Its lead can fix the team’s scope.",
                    team=team.name,
                    first=record.span.first,
                    last=record.span.last,
                    issue=issue.key,
                    problem=error.sentence,
                ),
            ) from error


def _require_loose(stores: Stores, worklog_id: int) -> None:
    """Raise NotAllowed for a worklog that a closing in force contains."""
    for record in stores.periods.holding(worklog_id):
        team = stores.teams.get(record.team_id)
        raise closed_refusal(
            message(
                "{team} has closed the period from {first} to {last} with this worklog in it, so it cannot change. "
                "{who_reopens}",
                team=team.name,
                first=record.span.first,
                last=record.span.last,
                who_reopens=who_reopens(team),
            ),
        )


def in_scope(jira: TeamJira, issue: Issue, scope: Scope) -> bool:
    """Return True if an issue counts for a team; only a JQL requires a call to Jira. Raise InvalidInput for
    broken JQL, and for JQL with a former user that does not find the issue: it may have found it by them before.
    """
    if not (scope.has_project(issue.project_id) and scope.jql):
        return scope.has_project(issue.project_id)
    found = bool(jira.found_among([issue.id], scope.jql))
    if not found and names_erased(scope.jql):
        raise InvalidInput(FORMER_IN_FILTER)
    return found
