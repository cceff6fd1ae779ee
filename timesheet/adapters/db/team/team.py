"""The teams of one site, with their roles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, and_, bindparam, func, select

from timesheet.adapters.db.site_rows import FoundRows, SiteRows, Statement, next_version, of_site, recalled
from timesheet.adapters.db.tables.calendar import SchemeRow, TeamSchemeRow
from timesheet.adapters.db.tables.team import MemberRow, RoleRow, TeamGroupRow, TeamRow
from timesheet.adapters.db.team.default_scheme import keep_default
from timesheet.adapters.db.team.group import read_groups, write_group
from timesheet.adapters.db.team.member import (
    OF_PERSON,
    OF_TEAM,
    ONE,
    delete_members,
    members_of,
    read_members,
    write_members,
)
from timesheet.domain.alphabet import name_order
from timesheet.domain.errors import NotFound
from timesheet.domain.message import message
from timesheet.domain.team.team import LEAD_ROLE, Member, Membership, Role, Scope, Team, TeamPermission
from timesheet.services.ports.stores import TeamGroup

ALL = select(
    TeamRow.id,
    TeamRow.name,
    TeamRow.lead,
    TeamRow.default_scheme_id,
    TeamRow.description,
    TeamRow.project_ids,
    TeamRow.jql,
    TeamRow.archived,
    TeamRow.version,
).where(of_site(TeamRow))
BY_STATE = ALL.where(TeamRow.archived == bindparam("archived"))
BY_ID = ALL.where(TeamRow.id == bindparam("id"))
WITH_DEFAULT = ALL.where(TeamRow.default_scheme_id == bindparam("scheme"))
WITH_PERSON = ALL.join(
    MemberRow, and_(MemberRow.client_key == TeamRow.client_key, MemberRow.team_id == TeamRow.id)
).where(MemberRow.account_id == bindparam("account"))
STAYS = WITH_PERSON.add_columns(MemberRow.joined_on, MemberRow.left_on)
OWN_SCHEMES = select(TeamSchemeRow.scheme_id).where(
    of_site(TeamSchemeRow), TeamSchemeRow.team_id == bindparam("team")
)
ROLES_OF_SITE = select(
    RoleRow.id, RoleRow.team_id, RoleRow.name, RoleRow.permissions, RoleRow.system, RoleRow.version
).where(of_site(RoleRow))
ROLES = ROLES_OF_SITE.where(RoleRow.team_id == bindparam("team"))
ROLES_OF_TEAMS = ROLES_OF_SITE.where(RoleRow.team_id.in_(bindparam("teams", expanding=True)))
SIZES = (
    select(MemberRow.team_id, func.count())
    .where(
        of_site(MemberRow),
        MemberRow.team_id.in_(bindparam("teams", expanding=True)),
        func.coalesce(MemberRow.joined_on, bindparam("day", type_=Date)) <= bindparam("day", type_=Date),
        func.coalesce(MemberRow.left_on, bindparam("day", type_=Date)) >= bindparam("day", type_=Date),
    )
    .group_by(MemberRow.team_id)
)
GONE = message("This team no longer exists.")


@dataclass(eq=False, repr=False)
class DbTeamStore:
    """Implements TeamStore."""

    _rows: SiteRows

    @recalled
    def all(self, archived: bool | None = None) -> tuple[Team, ...]:
        """See TeamStore."""
        if archived is None:
            return read_teams(self._rows, ALL)
        return read_teams(self._rows, BY_STATE, archived=archived)

    @recalled
    def get(self, team_id: str) -> Team:
        """See TeamStore."""
        if found := self._find(team_id):
            return found
        raise NotFound(GONE)

    @recalled
    def opening(self, team_id: str, account_id: str) -> tuple[Team, tuple[Role, ...], Member | None]:
        """See TeamStore."""
        statements = (BY_ID, ROLES, *ONE)
        teams, roles, *members = self._rows.read_all(statements, id=team_id, team=team_id, account=account_id)
        if not teams:
            raise NotFound(GONE)
        return _team(teams[0]), _roles(roles), next(iter(members_of(*members)), None)

    def save(self, team: Team) -> Team:
        """See TeamStore."""
        self._rows.lock()
        saved = next_version(self._find(team.id), team)
        keep_default(self._rows, [saved.default_scheme_id])
        self._rows.put(TeamRow, {"id": saved.id}, _team_values(saved))
        return saved

    def delete(self, team_id: str) -> None:
        """See TeamStore."""
        self._rows.lock()
        own = [row[0] for row in self._rows.read(OWN_SCHEMES, team=team_id)]
        self._rows.remove(TeamRow, id=team_id)
        for scheme_id in own:
            self._rows.remove(SchemeRow, id=scheme_id)

    @recalled
    def roles(self, team_id: str) -> tuple[Role, ...]:
        """See TeamStore."""
        return _roles(self._rows.read(ROLES, team=team_id))

    @recalled
    def roles_of(self, team_ids: Collection[str]) -> Mapping[str, tuple[Role, ...]]:
        """See TeamStore."""
        found: dict[str, list[Role]] = {team_id: [] for team_id in team_ids}
        for role in _roles(self._rows.read(ROLES_OF_TEAMS, teams=list(team_ids))):
            found[role.team_id].append(role)
        return {team_id: tuple(roles) for team_id, roles in found.items()}

    def save_role(self, role: Role) -> Role:
        """See TeamStore."""
        self._rows.lock()
        stored = next((existing for existing in self.roles(role.team_id) if existing.id == role.id), None)
        saved = next_version(stored, role)
        self._rows.put(RoleRow, {"team_id": role.team_id, "id": role.id}, _role_values(saved))
        return saved

    def delete_role(self, team_id: str, role_id: str) -> None:
        """See TeamStore."""
        self._rows.lock()
        self._rows.remove(RoleRow, team_id=team_id, id=role_id)

    @recalled
    def members(self, team_id: str) -> tuple[Member, ...]:
        """See TeamStore."""
        return read_members(self._rows, OF_TEAM, team=team_id)

    @recalled
    def sizes(self, team_ids: Collection[str], day: date) -> Mapping[str, int]:
        """See TeamStore."""
        rows = self._rows.read(SIZES, teams=list(team_ids), day=day)
        return {row[0]: row[1] for row in rows}

    @recalled
    def member(self, team_id: str, account_id: str) -> Member:
        """See TeamStore."""
        if found := read_members(self._rows, ONE, team=team_id, account=account_id):
            return found[0]
        raise NotFound(message("This person is no longer in the team."))

    def save_member(self, member: Member) -> Member:
        """See TeamStore."""
        return self.save_members([member])[0]

    def save_members(self, members: Sequence[Member]) -> tuple[Member, ...]:
        """See TeamStore."""
        if not members:
            return ()
        self._rows.lock()
        keep_default(self._rows, {dated.scheme_id for member in members for dated in member.schemes})
        return write_members(self._rows, members[0].team_id, members)

    def remove_members(self, team_id: str, account_ids: Sequence[str]) -> None:
        """See TeamStore."""
        if account_ids:
            self._rows.lock()
            delete_members(self._rows, team_id, account_ids)

    @recalled
    def teams_of(self, account_id: str) -> tuple[tuple[Team, Member], ...]:
        """See TeamStore."""
        teams = read_teams(self._rows, WITH_PERSON, account=account_id)
        if not teams:
            return ()
        members = {m.team_id: m for m in read_members(self._rows, OF_PERSON, account=account_id)}
        return tuple((team, members[team.id]) for team in teams if team.id in members)

    @recalled
    def memberships_of(self, account_id: str) -> tuple[Membership, ...]:
        """See TeamStore."""
        rows = self._rows.read(STAYS, account=account_id)
        memberships = (Membership(_team(row[:-2]), row.joined_on, row.left_on) for row in rows)
        return tuple(sorted(memberships, key=lambda stay: name_order(stay.team)))

    @recalled
    def groups(self, team_id: str | None = None) -> tuple[TeamGroup, ...]:
        """See TeamStore."""
        return read_groups(self._rows, team_id)

    def save_group(self, group: TeamGroup) -> TeamGroup:
        """See TeamStore."""
        self._rows.lock()
        return write_group(self._rows, group)

    def delete_group(self, team_id: str, group_id: str) -> None:
        """See TeamStore."""
        self._rows.lock()
        self._rows.remove(TeamGroupRow, team_id=team_id, group_id=group_id)

    def _find(self, team_id: str) -> Team | None:
        return next(iter(read_teams(self._rows, BY_ID, id=team_id)), None)


def read_teams(rows: SiteRows, statement: Statement, **values: object) -> tuple[Team, ...]:
    """Return the teams that a statement finds, by name."""
    found = map(_team, rows.read(statement, **values))
    return tuple(sorted(found, key=name_order))


def _team(row: Iterable[Any]) -> Team:
    id_, name, lead, scheme, description, projects, jql, archived, version = row
    return Team(
        id=id_,
        name=name,
        lead=lead,
        default_scheme_id=scheme,
        description=description,
        scope=Scope(tuple(projects), jql),
        archived=archived,
        version=version,
    )


def _roles(rows: FoundRows) -> tuple[Role, ...]:
    # During an upgrade another version may have stored permissions that this one does not know.
    found = [
        Role(id_, team, name, frozenset(one for one in TeamPermission if one in permissions), system, version)
        for id_, team, name, permissions, system, version in rows
    ]
    return tuple(sorted(found, key=_role_order))


def _role_order(role: Role) -> tuple[bool, bool, tuple[str, str]]:
    return role.system is None, role.system != LEAD_ROLE, name_order(role)


def _team_values(team: Team) -> dict[str, object]:
    return {
        "name": team.name,
        "lead": team.lead,
        "default_scheme_id": team.default_scheme_id,
        "description": team.description,
        "project_ids": list(team.scope.project_ids),
        "jql": team.scope.jql,
        "archived": team.archived,
        "version": team.version,
    }


def _role_values(role: Role) -> dict[str, object]:
    return {
        "name": role.name,
        "permissions": sorted(map(str, role.permissions)),
        "system": role.system,
        "version": role.version,
    }
