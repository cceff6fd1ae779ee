"""Manage the roles of one team."""

from __future__ import annotations

from timesheet.domain.errors import NotFound
from timesheet.domain.permission import TeamAction
from timesheet.domain.team import Role, check_role_deletable, checked_role
from timesheet.services.viewer.team_context import TeamContext, open_team


def save_role(context: TeamContext, role: Role) -> Role:
    """Add or change a role. Raise InvalidInput for the field, Conflict with the stored role."""
    opened = open_team(context, role.team_id, TeamAction.EDIT)
    return context.stores.teams.save_role(checked_role(role, opened.roles))


def delete_role(context: TeamContext, team_id: str, role_id: str) -> Role:
    """Delete a role that nobody has and that is not built in. Raise InvalidInput with the reason otherwise."""
    opened = open_team(context, team_id, TeamAction.EDIT)
    role = next((role for role in opened.roles if role.id == role_id), None)
    if role is None:
        raise NotFound("There is no such role any more.")
    check_role_deletable(role, context.stores.teams.members(team_id))
    context.stores.teams.delete_role(team_id, role_id)
    return role
