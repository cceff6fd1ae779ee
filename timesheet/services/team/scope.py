"""The scope of a team: the issues that count for it, checked with Jira before it is saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.permission import TeamAction
from timesheet.domain.person import Project
from timesheet.domain.team.jql import doubt_of, scope_jql, without_order
from timesheet.domain.team.team import Scope, Team
from timesheet.services.ports.directory import Directory
from timesheet.services.team.command import SaveScope
from timesheet.services.viewer.team_context import TeamContext, lock_team, open_team

EVERYTHING = "project is not EMPTY"
LONGEST_JQL = 2000
MOST_PROJECTS = 100

LOOSE = message(
    "“{word}” has no field or operator, so Jira would search all texts for it. Give each condition a field, an "
    "operator, and a value, such as labels = billable."
)
DIFFERS = message(
    "“{word}” means something else for each viewer, so the team’s figures would differ by who looks. "
    "Name people, projects, or labels instead."
)
SAVED_FILTER = message(
    "“{word}” refers to a saved filter, which Jira hides from some viewers and its owner may change. "
    "Write its conditions here instead."
)
_DOUBTS = {"loose": LOOSE, "differs": DIFFERS, "filter": SAVED_FILTER}


@dataclass(frozen=True, slots=True)
class ScopeCount:
    """The approximate number of issues in a scope, as the viewer sees Jira."""

    scope: Scope
    count: int


def count_scope(directory: Directory, scope: Scope) -> ScopeCount:
    """Count the issues of the scope in Jira. Raise InvalidInput with Jira's own message for JQL that it does
    not accept.
    """
    checked = checked_scope(scope)
    if checked.jql:
        # Checked alone first: inside parentheses a stray one could change the meaning of the rest.
        directory.check_jql(checked.jql)
    return ScopeCount(checked, directory.count_issues(scope_jql(checked) or EVERYTHING))


def save_scope(context: TeamContext, command: SaveScope) -> Team:
    """Change which issues count for a team, from now on and for open periods."""
    open_team(context, command.team_id, TeamAction.EDIT)
    checked = count_scope(context.directory, Scope(command.project_ids, command.jql)).scope
    team = lock_team(context, command.team_id, TeamAction.EDIT).team
    return context.stores.teams.save(replace(team, scope=checked, version=command.version))


def name_projects(context: TeamContext, ids: Iterable[int]) -> Mapping[int, Project | None]:
    """Return the projects of a scope in order; None for one that the viewer may not browse or that is gone."""
    project_ids = list(ids)
    found = context.directory.read_projects(project_ids) if project_ids else {}
    return {project_id: found.get(project_id) for project_id in project_ids}


def checked_scope(scope: Scope) -> Scope:
    """Return the scope with a clean filter. Raise InvalidInput for jql or projects. Only Jira knows if it
    accepts the JQL.

    A scope means the same for everybody: the lock of a closed period and the figures must not depend on the
    viewer.
    """
    jql = scope.jql.strip()
    if len(jql) > LONGEST_JQL:
        raise InvalidInput(
            message("A filter can have at most {most} characters.", most=LONGEST_JQL), field="jql"
        )
    if without_order(jql) != jql:
        raise InvalidInput(message("A filter cannot contain ORDER BY: leave it out."), field="jql")
    if doubt := doubt_of(jql):
        raise InvalidInput(message(_DOUBTS[doubt.kind], word=doubt.word), field="jql")
    if len(scope.project_ids) > MOST_PROJECTS:
        raise InvalidInput(
            message("Choose at most {most} projects, or a JQL filter.", most=MOST_PROJECTS),
            field="projects",
        )
    return Scope(tuple(dict.fromkeys(scope.project_ids)), jql)
