"""Manage a team's own workload schemes and its default scheme."""

from __future__ import annotations

from dataclasses import replace

from timesheet.domain.errors import InvalidInput, NotFound
from timesheet.domain.permission import TeamAction
from timesheet.domain.team import Team
from timesheet.domain.workload_scheme import WorkloadScheme, checked_scheme
from timesheet.services.calendar.expected import note_change
from timesheet.services.viewer.team_context import TeamContext, open_team

NO_SCHEME = "There is no such workload scheme in this team. Somebody may have deleted it."


def save_team_scheme(context: TeamContext, team_id: str, scheme: WorkloadScheme) -> WorkloadScheme:
    """Add or change a scheme of the team. Raise InvalidInput for name or weekday, Conflict with the stored one."""
    open_team(context, team_id, TeamAction.EDIT)
    known = context.stores.schemes.all(team_id)
    if scheme.version or any(other.id == scheme.id for other in known):
        own_scheme(context, team_id, scheme.id)
    saved = context.stores.schemes.save(checked_scheme(replace(scheme, team_id=team_id), known))
    note_change(context.cache, context.site)
    return saved


def own_scheme(context: TeamContext, team_id: str, scheme_id: str) -> WorkloadScheme:
    """Return a scheme that belongs to this team; site-wide ones belong to the configuration."""
    for scheme in context.stores.schemes.all(team_id):
        if scheme.id == scheme_id and scheme.team_id == team_id:
            return scheme
    raise NotFound(NO_SCHEME)


def choose_default(context: TeamContext, team_id: str, scheme_id: str, version: int) -> Team:
    """Make a scheme the default for all members without one of their own, including in open periods."""
    opened = open_team(context, team_id, TeamAction.EDIT)
    if not any(scheme.id == scheme_id for scheme in context.stores.schemes.all(team_id)):
        raise NotFound(NO_SCHEME)
    saved = context.stores.teams.save(replace(opened.team, default_scheme_id=scheme_id, version=version))
    note_change(context.cache, context.site)
    return saved


def delete_team_scheme(
    context: TeamContext, team_id: str, scheme_id: str, replacement_id: str | None
) -> WorkloadScheme:
    """Delete a scheme of the team; those who have it get the replacement. Raise InvalidInput if one is missing."""
    open_team(context, team_id, TeamAction.EDIT)
    scheme = own_scheme(context, team_id, scheme_id)
    if replacement_id == scheme_id:
        raise InvalidInput("Choose another scheme in its place.", field="replacement")
    context.stores.schemes.delete(scheme_id, replacement_id or None)
    note_change(context.cache, context.site)
    return scheme
