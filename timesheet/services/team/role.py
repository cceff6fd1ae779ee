"""Manage the roles of one team."""

from __future__ import annotations

from timesheet.domain.errors import InvalidInput, NotFound
from timesheet.domain.message import message
from timesheet.domain.permission import TeamAction
from timesheet.domain.team.team import Role, check_role_deletable, checked_role
from timesheet.services.team.command import DeleteRole, SaveRole
from timesheet.services.viewer.team_context import TeamContext, new_id, open_team

GIVEN_BY_GROUP = message(
    "People who join through a Jira group get the role “{name}”. Remove that group under “Groups” first."
)


def save_role(context: TeamContext, command: SaveRole) -> Role:
    """Add or change a role. Raise InvalidInput for the field, Conflict with the stored role."""
    open_team(context, command.team_id, TeamAction.EDIT)
    role_id = command.role_id or new_id()
    role = Role(role_id, command.team_id, command.name, command.permissions, version=command.version)
    context.stores.lock_site()
    return context.stores.teams.save_role(checked_role(role, context.stores.teams.roles(role.team_id)))


def delete_role(context: TeamContext, command: DeleteRole) -> Role:
    """Delete a role that nobody has, that no Jira group gives, and that is not built in.

    Raise InvalidInput with the reason otherwise.
    """
    team_id = command.team_id
    open_team(context, team_id, TeamAction.EDIT)
    context.stores.lock_site()
    role = next((role for role in context.stores.teams.roles(team_id) if role.id == command.role_id), None)
    if role is None:
        raise NotFound(message("This role no longer exists."))
    check_role_deletable(role, context.stores.teams.members(team_id))
    if any(role.id in group.role_ids for group in context.stores.teams.groups(team_id)):
        raise InvalidInput(message(GIVEN_BY_GROUP, name=role.title), field="role")
    context.stores.teams.delete_role(team_id, role.id)
    return role
