"""What forbids a change of a worklog: a closed period, and whose worklog it is. The one place that every write asks."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from timesheet.domain.closed_day import ALL_OPEN, ClosedDay, ClosedDays
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotAllowed
from timesheet.domain.issue import Issue
from timesheet.domain.jira_time import find_zone, work_date
from timesheet.domain.period import WHO_REOPENS, ClosingRecord, check_open, closed_on, span_text
from timesheet.domain.permission import TeamAction
from timesheet.domain.span import DateSpan
from timesheet.domain.team import Scope, Team
from timesheet.services.ports.team import Stores
from timesheet.services.ports.team_jira import TeamJira
from timesheet.services.viewer.team_context import TeamContext, open_team

FOUND_SECONDS = 60
NO_TEAM = (
    "This is somebody else’s worklog. To change it here you need “Manage worklogs” in a team that has its author "
    "on that day. The team’s lead or somebody with “Manage this team” can grant it."
)


@dataclass(frozen=True, slots=True)
class PeriodLock:
    """Decides for one viewer. Jira's own permissions come on top, and Jira decides them."""

    team_context: Callable[[], TeamContext]
    jira: Callable[[], TeamJira]

    def check(
        self,
        author: str,
        issue: Issue,
        days: Collection[date],
        starts: Collection[datetime] = (),
        worklog_id: int | None = None,
    ) -> None:
        """Raises NotAllowed (layer team) when a worklog of ``author`` may not change on one of ``days``.

        The days are the work dates before and after the change, ``starts`` the instants they come from. A worklog that
        a closing holds is locked, whatever its issue or its author's zone say today. Else a day is closed where the
        author is, or was at the closing, a member of a team that closed it and the issue is in the team's scope; the
        day is judged in today's zone and in the one the closing used.
        """
        context = self.team_context()
        teams = [
            (stay.team, on)
            for stay in context.stores.teams.stays_of(author)
            if (on := [day for day in days if stay.active_on(day)])
        ]
        if author != context.viewer:
            self._require_manager(context, teams, issue, days)
        if worklog_id is not None:
            _require_loose(context.stores, worklog_id)
        self._require_open(context.stores, teams, issue)
        self._require_open_as_recorded(context.stores, author, issue, days, starts)

    def closed(self, author: str, span: DateSpan, issues: Collection[Issue] = ()) -> ClosedDays:
        """The closed days of ``span`` for ``author``, to be marked on a screen with these issues on it.

        Whether a JQL scope holds an issue is asked once for all of them. Where Jira cannot tell, the issue is left
        unmarked, and what ``check`` decides at a write holds.
        """
        stores = self.team_context().stores
        stays = stores.teams.stays_of(author)
        records = stores.periods.closed([stay.team.id for stay in stays], span) if stays else ()
        if not records:
            return ALL_OPEN
        ids, days = sorted(issue.id for issue in issues), defaultdict[date, tuple[ClosedDay, ...]](tuple)
        for stay in stays:
            team = stay.team
            of_team = [record for record in records if record.team_id == team.id]
            found = self._found(team.scope.jql, ids) if of_team else frozenset[int]()
            for day in span:
                if stay.active_on(day) and (record := closed_on(of_team, team.id, day)):
                    days[day] += (ClosedDay(team.name, record.span, team.scope, found),)
        return ClosedDays(days)

    def _found(self, jql: str, ids: Sequence[int]) -> frozenset[int]:
        if not jql or not ids:
            return frozenset()
        context, asked = self.team_context(), hashlib.sha256(f"{jql} {ids}".encode()).hexdigest()[:24]
        key = f"{context.site}:in-scope:{asked}:{context.viewer}"
        try:
            return context.cache.get_or_create(key, lambda: self.jira().found_among(ids, jql), FOUND_SECONDS)
        except (InvalidInput, JiraUnavailable):
            return frozenset()

    def _require_open(self, stores: Stores, teams: list[tuple[Team, list[date]]], issue: Issue) -> None:
        days = [day for _, on in teams for day in on]
        if not days:
            return
        records = stores.periods.closed([team.id for team, _ in teams], DateSpan(min(days), max(days)))
        for team, on in teams:
            record = next((found for day in on if (found := closed_on(records, team.id, day))), None)
            if record and self._in_scope(issue, team, record):
                check_open(team, records, on)

    def _require_open_as_recorded(
        self,
        stores: Stores,
        author: str,
        issue: Issue,
        days: Collection[date],
        starts: Collection[datetime],
    ) -> None:
        """By the zone, the membership and the team that a closing in force recorded of the author."""
        for record in stores.periods.recorded(author):
            member = record.members[0]
            zone = find_zone(member.zone)
            then = {work_date(start, zone) for start in starts} if zone else set[date]()
            closed = [day for day in (*days, *sorted(then)) if day in record.span and member.active_on(day)]
            if closed:
                team = stores.teams.get(record.team_id)
                if self._in_scope(issue, team, record):
                    check_open(team, [record], closed)

    def _require_manager(
        self, context: TeamContext, teams: list[tuple[Team, list[date]]], issue: Issue, days: Collection[date]
    ) -> None:
        """One team that has the author on all of the days is enough."""
        refusal = NotAllowed(NO_TEAM, layer="team", permission="Manage worklogs")
        for team in (team for team, on in teams if len(on) == len(days)):
            try:
                open_team(context, team.id, TeamAction.CHANGE_WORKLOGS)
            except NotAllowed as error:
                refusal = error
            else:
                if in_scope(self.jira(), issue, team.scope):
                    return
        raise refusal

    def _in_scope(self, issue: Issue, team: Team, record: ClosingRecord) -> bool:
        try:
            return in_scope(self.jira(), issue, team.scope)
        except InvalidInput as error:
            raise NotAllowed(
                f"{team.name} has closed the period {span_text(record.span)}, and whether {issue.key} counts for it "
                f"cannot be told: {error.sentence} Its lead can mend the team’s scope.",
                layer="team",
                permission="Manage this team",
            ) from error


def _require_loose(stores: Stores, worklog_id: int) -> None:
    """Raises NotAllowed for a worklog that a closing in force holds."""
    for record in stores.periods.holding(worklog_id):
        team = stores.teams.get(record.team_id)
        raise NotAllowed(
            f"{team.name} has closed the period {span_text(record.span)} with this worklog in it, so it cannot change. "
            f"{WHO_REOPENS}",
            layer="team",
            permission="Manage this team",
        )


def in_scope(jira: TeamJira, issue: Issue, scope: Scope) -> bool:
    """Whether an issue counts for a team; only a JQL has to ask Jira. InvalidInput for a broken one."""
    if scope.project_ids and issue.project_id not in scope.project_ids:
        return False
    return not scope.jql or bool(jira.found_among([issue.id], scope.jql))
