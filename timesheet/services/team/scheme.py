"""Manage a team's own workload schemes and its default scheme."""

from __future__ import annotations

from dataclasses import replace

from timesheet.domain.calendar.workload_scheme import (
    WorkloadScheme,
    checked_scheme,
    read_weekdays,
    with_stored_seconds,
)
from timesheet.domain.errors import InvalidInput, NotFound
from timesheet.domain.identity import TimeTracking
from timesheet.domain.message import message
from timesheet.domain.permission import TeamAction
from timesheet.domain.team.team import Team
from timesheet.services.team.command import ChooseDefault, DeleteTeamScheme, SaveTeamScheme
from timesheet.services.viewer.team_context import TeamContext, open_team

NO_SCHEME = message("There is no such workload scheme in this team. Somebody may have deleted it.")


def save_team_scheme(context: TeamContext, tracking: TimeTracking, command: SaveTeamScheme) -> WorkloadScheme:
    """Add or change a scheme of the team. Raise InvalidInput for name or weekday, Conflict with the stored one.

    ``tracking`` says how long a day is in a typed duration.
    """
    team_id, typed = command.team_id, read_weekdays(command.hours, tracking)
    open_team(context, team_id, TeamAction.EDIT)
    context.stores.lock_site()
    known = context.stores.schemes.all(team_id)
    changes = command.version or any(other.id == command.scheme_id for other in known)
    stored = own_scheme(context, team_id, command.scheme_id) if changes else None
    hours = with_stored_seconds(typed, stored)
    scheme = WorkloadScheme(command.scheme_id, command.name, hours, team_id, command.version)
    return context.stores.schemes.save(checked_scheme(scheme, known))


def own_scheme(context: TeamContext, team_id: str, scheme_id: str) -> WorkloadScheme:
    """Return a scheme that belongs to this team; site-wide ones belong to the configuration."""
    for scheme in context.stores.schemes.all(team_id):
        if scheme.id == scheme_id and scheme.team_id == team_id:
            return scheme
    raise NotFound(NO_SCHEME)


def choose_default(context: TeamContext, command: ChooseDefault) -> Team:
    """Make a scheme the default for all members without one of their own, including in open periods."""
    team = open_team(context, command.team_id, TeamAction.EDIT).team
    if not any(scheme.id == command.scheme_id for scheme in context.stores.schemes.all(team.id)):
        raise NotFound(NO_SCHEME)
    chosen = replace(team, default_scheme_id=command.scheme_id, version=command.version)
    return context.stores.teams.save(chosen)


def delete_team_scheme(context: TeamContext, command: DeleteTeamScheme) -> WorkloadScheme:
    """Delete a scheme of the team; those who have it get the replacement. Raise InvalidInput if one is missing."""
    open_team(context, command.team_id, TeamAction.EDIT)
    scheme = own_scheme(context, command.team_id, command.scheme_id)
    if command.replacement_id == scheme.id:
        raise InvalidInput(message("Choose a replacement scheme."), field="replacement")
    context.stores.schemes.delete(scheme.id, command.replacement_id)
    return scheme
