"""What forbids a change of a worklog: a closed period, and whose worklog it is. The one place that every write asks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from timesheet.domain.errors import InvalidInput, NotAllowed
from timesheet.domain.issue import Issue
from timesheet.domain.period import ClosingRecord, check_open, closed_on, span_text
from timesheet.domain.permission import TeamAction
from timesheet.domain.span import DateSpan
from timesheet.domain.team import Member, Scope, Team
from timesheet.services.team_desk import TeamDesk, open_team
from timesheet.services.team_jira import TeamJira
from timesheet.services.team_ports import Stores

NO_TEAM = (
    "This is somebody else’s worklog. To change it here you need *Manage worklogs* in a team that has its author "
    "on that day. The team’s lead or somebody with *Manage this team* can grant it."
)


@dataclass(frozen=True, slots=True)
class PeriodLock:
    """Decides for one viewer. Jira's own permissions come on top, and Jira decides them."""

    desk: Callable[[], TeamDesk]
    jira: Callable[[], TeamJira]

    def check(self, author: str, issue: Issue, days: Collection[date]) -> None:
        """Raises NotAllowed (layer team) when a worklog of ``author`` may not change on one of ``days``.

        The days are the work dates before and after the change. A day is closed where the author is a member of a
        team that closed it and the issue is in the team's scope.
        """
        desk = self.desk()
        teams = [
            (team, on)
            for team, member in desk.stores.teams.teams_of(author)
            if (on := [day for day in days if member.active_on(day)])
        ]
        if author != desk.viewer:
            self._require_manager(desk, teams, issue, days)
        self._require_open(desk.stores, teams, issue)

    def _require_open(self, stores: Stores, teams: list[tuple[Team, list[date]]], issue: Issue) -> None:
        days = [day for _, on in teams for day in on]
        if not days:
            return
        records = stores.periods.closed([team.id for team, _ in teams], DateSpan(min(days), max(days)))
        for team, on in teams:
            record = next((found for day in on if (found := closed_on(records, team.id, day))), None)
            if record and self._in_scope(issue, team, record):
                check_open(team, records, on)

    def _require_manager(
        self, desk: TeamDesk, teams: list[tuple[Team, list[date]]], issue: Issue, days: Collection[date]
    ) -> None:
        """One team that has the author on all of the days is enough."""
        refusal = NotAllowed(NO_TEAM, layer="team", permission="Manage worklogs")
        for team in (team for team, on in teams if len(on) == len(days)):
            try:
                open_team(desk, team.id, TeamAction.CHANGE_WORKLOGS)
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


def in_scope(jira: TeamJira, issue: Issue, scope: Scope) -> bool:
    """Whether an issue counts for a team; only a JQL has to ask Jira. InvalidInput for a broken one."""
    if scope.project_ids and issue.project_id not in scope.project_ids:
        return False
    return not scope.jql or jira.is_found(issue.id, scope.jql)


def closed_days(stores: Stores, account_id: str, span: DateSpan) -> Mapping[date, str]:
    """The days of ``span`` that a team of this person has closed, each with a sentence that says which."""
    memberships = stores.teams.teams_of(account_id)
    if not memberships:
        return {}
    records = stores.periods.closed([team.id for team, _ in memberships], span)
    if not records:
        return {}
    return dict(_closed(records, memberships, span))


def _closed(
    records: Collection[ClosingRecord], memberships: Iterable[tuple[Team, Member]], span: DateSpan
) -> Iterable[tuple[date, str]]:
    for team, member in memberships:
        for day in span:
            if member.active_on(day) and (record := closed_on(records, team.id, day)):
                part = "" if team.scope == Scope() else ", for the issues in its scope"
                yield day, f"Closed by {team.name} ({span_text(record.span)}{part})"
