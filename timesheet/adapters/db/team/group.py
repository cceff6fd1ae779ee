"""The Jira groups that a site's teams follow."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import and_, bindparam, select

from timesheet.adapters.db.site_rows import SiteRows, next_version, of_site
from timesheet.adapters.db.tables.team import TeamGroupRoleRow, TeamGroupRow, TeamRow
from timesheet.services.ports.stores import TeamGroup

ALL = (
    select(
        TeamGroupRow.team_id,
        TeamGroupRow.group_id,
        TeamGroupRow.synced_at,
        TeamGroupRow.error,
        TeamGroupRow.version,
    )
    .where(of_site(TeamGroupRow))
    .order_by(TeamGroupRow.team_id, TeamGroupRow.group_id)
)
OF_ACTIVE = ALL.join(
    TeamRow, and_(TeamRow.client_key == TeamGroupRow.client_key, TeamRow.id == TeamGroupRow.team_id)
).where(TeamRow.archived.is_(False))
OF_TEAM = ALL.where(TeamGroupRow.team_id == bindparam("team"))
ROLES = select(TeamGroupRoleRow.team_id, TeamGroupRoleRow.group_id, TeamGroupRoleRow.role_id).where(
    of_site(TeamGroupRoleRow)
)
ROLES_OF_TEAM = ROLES.where(TeamGroupRoleRow.team_id == bindparam("team"))


def read_groups(rows: SiteRows, team_id: str | None) -> tuple[TeamGroup, ...]:
    """Return the groups of a team, or of all active ones."""
    statements = (OF_ACTIVE, ROLES) if team_id is None else (OF_TEAM, ROLES_OF_TEAM)
    groups, role_rows = rows.read_all(statements, team=team_id)
    roles: dict[tuple[str, str], list[str]] = defaultdict(list)
    for team, group, role_id in role_rows:
        roles[team, group].append(role_id)
    return tuple(
        TeamGroup(team, group, frozenset(roles.get((team, group), ())), synced_at, error, version)
        for team, group, synced_at, error, version in groups
    )


def write_group(rows: SiteRows, group: TeamGroup) -> TeamGroup:
    """Return the group with its next version. Raise Conflict. Needs the lock."""
    stored = {existing.group_id: existing for existing in read_groups(rows, group.team_id)}
    saved = next_version(stored.get(group.group_id), group)
    key = {"team_id": group.team_id, "group_id": group.group_id}
    values = {"synced_at": saved.synced_at, "error": saved.error, "version": saved.version}
    rows.put(TeamGroupRow, key, values)
    rows.remove(TeamGroupRoleRow, **key)
    rows.add(TeamGroupRoleRow, [{**key, "role_id": role_id} for role_id in sorted(saved.role_ids)])
    return saved
