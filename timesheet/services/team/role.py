"""Manage the roles of one team."""

from __future__ import annotations

from timesheet.domain.errors import NotFound
from timesheet.domain.message import message
from timesheet.domain.permission import TeamAction
from timesheet.domain.team.team import Role, check_role_deletable, checked_role
from timesheet.services.team.command import DeleteRole, SaveRole
from timesheet.services.viewer.team_context import TeamContext, new_id, open_team


def save_role(context: TeamContext, command: SaveRole) -> Role:
    """Add or change a role. Raise InvalidInput for the field, Conflict with the stored role."""
    open_team(context, command.team_id, TeamAction.EDIT)
    role_id = command.role_id or new_id()
    role = Role(role_id, command.team_id, command.name, command.permissions, version=command.version)
    context.stores.hold()
    return context.stores.teams.save_role(checked_role(role, context.stores.teams.roles(role.team_id)))


def delete_role(context: TeamContext, command: DeleteRole) -> Role:
    """Delete a role that nobody has and that is not built in. Raise InvalidInput with the reason otherwise."""
    opened = open_team(context, command.team_id, TeamAction.EDIT)
    role = next((role for role in opened.roles if role.id == command.role_id), None)
    if role is None:
        raise NotFound(message("This role no longer exists."))
    check_role_deletable(role, context.stores.teams.members(command.team_id))
    context.stores.teams.delete_role(command.team_id, role.id)
    return role
