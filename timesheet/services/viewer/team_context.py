"""The context of a use case about teams, and a team opened by a viewer with their permissions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from timesheet.domain.errors import NotAllowed, NotFound
from timesheet.domain.lazy import lazy
from timesheet.domain.permission import (
    Allowed,
    Decision,
    Requester,
    SitePermission,
    SitePermissions,
    Standing,
    TeamAction,
    decide,
    may_create_team,
    require,
    standing_of,
)
from timesheet.domain.person import Person
from timesheet.domain.team.team import LEAD_ROLE, MEMBER_ROLE, Member, Role, Team
from timesheet.services.ports.cache import Cache
from timesheet.services.ports.directory import Directory
from timesheet.services.ports.stores import Stores
from timesheet.services.viewer.person import read_people, read_people_to_choose


def new_id() -> str:
    """Return a new unique id."""
    return uuid4().hex


@dataclass(frozen=True)
class TeamContext:
    """One viewer working with the teams of one site, at ``now``. ``zone`` is the site's own.

    ``permissions`` are the site's grants, ``requester`` is the viewer in the form that grants are checked
    with.
    """

    stores: Stores
    directory: Directory
    cache: Cache
    site: str
    viewer: str
    now: datetime
    zone: ZoneInfo
    permissions: SitePermissions
    requester: Requester

    @lazy
    def today(self) -> date:
        """Return the date in the site's zone."""
        return self.now.astimezone(self.zone).date()

    @lazy
    def administers(self) -> bool:
        """Return True if the viewer is a team administrator."""
        return self.permissions.permission(SitePermission.TEAM_ADMINISTRATORS).reaches(self.requester)

    @lazy
    def may_create(self) -> Decision:
        """Decide whether the viewer may create teams."""
        return may_create_team(self.permissions, self.requester)

    def standing(self, team: Team, member: Member | None, roles: Iterable[Role]) -> Standing:
        """Return the viewer's standing in a team; ``member`` is their own entry in it."""
        return standing_of(team, self.viewer, member, roles, self.today, administers=self.administers)

    def people(self, account_ids: Iterable[str]) -> Mapping[str, Person]:
        """Return these people by account id."""
        return read_people(self.directory, self.cache, self.site, account_ids)

    def people_to_choose(self, account_ids: Iterable[str]) -> Mapping[str, Person]:
        """Return these people by account id, to choose those whose account is active now."""
        return read_people_to_choose(self.directory, self.cache, self.site, account_ids)


@dataclass(frozen=True, slots=True)
class OpenTeam:
    """A team with its roles, and the viewer's standing in it."""

    team: Team
    roles: tuple[Role, ...]
    member: Member | None
    standing: Standing

    def may(self, action: TeamAction) -> bool:
        """Return True if the app allows the viewer to do this."""
        return isinstance(decide(self.standing, action), Allowed)

    @property
    def own_figures_only(self) -> bool:
        """Return True if the viewer sees only their own figures."""
        decision = decide(self.standing, TeamAction.SEE_SUMS)
        return isinstance(decision, Allowed) and decision.own_only

    def sees_worklogs_of(self, account_id: str) -> bool:
        """Return True if the viewer sees the worklogs of this member, and not only the sums."""
        decision = decide(self.standing, TeamAction.SEE_WORKLOGS)
        own = self.member is not None and self.member.account_id == account_id
        return isinstance(decision, Allowed) and (own or not decision.own_only)

    @property
    def lead_role(self) -> Role:
        """Return the role *Team Lead*."""
        return next(role for role in self.roles if role.system == LEAD_ROLE)

    @property
    def member_role(self) -> Role:
        """Return the role *Team Member*."""
        return next(role for role in self.roles if role.system == MEMBER_ROLE)


def member_or_none(stores: Stores, team_id: str, account_id: str) -> Member | None:
    """Return a person's membership in a team, if there is one."""
    try:
        return stores.teams.member(team_id, account_id)
    except NotFound:
        return None


def open_team(context: TeamContext, team_id: str, action: TeamAction) -> OpenTeam:
    """Return a team for somebody who wants to do ``action`` in it.

    Raise NotFound if there is no such team, and NotAllowed with layer and permission if they may not.
    """
    team, roles, member = context.stores.teams.opening(team_id, context.viewer)
    standing = context.standing(team, member, roles)
    require(decide(standing, action))
    return OpenTeam(team, roles, member, standing)


def lock_site(context: TeamContext) -> TeamContext:
    """Lock the site and return the context with the grants of now.

    For a use case that has checked a permission before and has waited for Jira: the permission may be gone by now.
    """
    context.stores.lock_site()
    return replace(context, permissions=context.stores.permissions.read())


def lock_team(context: TeamContext, team_id: str, action: TeamAction) -> OpenTeam:
    """Lock the site as ``lock_site`` does, and return a team as ``open_team`` does."""
    return open_team(lock_site(context), team_id, action)


def opened_or_none(context: TeamContext, team_id: str, action: TeamAction) -> OpenTeam | None:
    """Return a team as ``open_team`` does; None for somebody who may not do ``action`` in it."""
    try:
        return open_team(context, team_id, action)
    except NotAllowed:
        return None
