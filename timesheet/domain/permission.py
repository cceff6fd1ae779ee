"""The permission layers that the app decides: module visibility, site permissions, team permissions.

All of them must allow an action, and Jira's own permissions too. A refusal names the layer, what is missing,
and who can grant it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from timesheet.domain.errors import InvalidInput, NotAllowed
from timesheet.domain.message import message
from timesheet.domain.team.team import Member, Role, Team, TeamPermission, permissions_of


class Module(StrEnum):
    """The modules that admins can limit to some people."""

    TIMESHEET = "timesheet"
    TEAMS = "teams"
    REPORTS = "reports"
    AUDIT = "audit"


class SitePermission(StrEnum):
    """The permissions that Jira admins grant for the whole site."""

    TEAM_MANAGERS = "team-managers"
    TEAM_ADMINISTRATORS = "team-administrators"
    AUDITORS = "auditors"
    TIMERS = "timers"
    SUGGESTIONS = "suggestions"


class Whom(StrEnum):
    """The people a grant reaches."""

    NOBODY = "nobody"
    ADMINS = "admins"
    EVERYBODY = "everybody"
    SOME = "some"


@dataclass(frozen=True)
class Requester:
    """A person who asks for something that a site's admins grant.

    Reading their Jira groups, or whether they administer Jira, may cost a call to Jira each, so they are read
    only if a grant depends on them.
    """

    account_id: str
    read_groups: Callable[[], frozenset[str]] = frozenset
    read_admin: Callable[[], bool] = bool

    def in_any(self, groups: frozenset[str]) -> bool:
        """Return True when the person is in one of these groups, given by id."""
        return not groups.isdisjoint(self.read_groups())

    @property
    def is_admin(self) -> bool:
        """Return True when the person administers Jira."""
        return self.read_admin()


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant to nobody, Jira admins, everybody, or the listed people and Jira groups (by id)."""

    whom: Whom = Whom.NOBODY
    groups: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()

    def reaches(self, person: Requester) -> bool:
        """Return True if the grant includes this person."""
        if self.whom is Whom.SOME:
            return person.account_id in self.people or bool(self.groups and person.in_any(self.groups))
        if self.whom is Whom.ADMINS:
            return person.is_admin
        return self.whom is Whom.EVERYBODY

    def checked(self, field_name: str) -> Grant:
        """Return the grant without lists that do not apply. Raise InvalidInput if *some* is chosen without anybody."""
        if self.whom is not Whom.SOME:
            return Grant(self.whom)
        if not self.groups and not self.people:
            raise InvalidInput(message("Choose at least one group or person, or “Nobody”."), field=field_name)
        return self


@dataclass(frozen=True, slots=True)
class SitePermissions:
    """The grants for opening modules and for site permissions.

    Until an admin changes them, modules are open to everybody and ``FIRST_GRANTS`` apply: a Jira admin
    creates the first teams and reads the audit log.
    """

    modules: dict[Module, Grant] = field(default_factory=dict)
    permissions: dict[SitePermission, Grant] = field(default_factory=dict)
    version: int = 0

    def module(self, module: Module) -> Grant:
        """Return who may open a module."""
        return self.modules.get(module, Grant(Whom.EVERYBODY))

    def permission(self, permission: SitePermission) -> Grant:
        """Return who has a site permission."""
        return self.permissions.get(permission, FIRST_GRANTS[permission])


FIRST_GRANTS: Mapping[SitePermission, Grant] = MappingProxyType(
    {
        SitePermission.TEAM_MANAGERS: Grant(Whom.ADMINS),
        SitePermission.TEAM_ADMINISTRATORS: Grant(),
        SitePermission.AUDITORS: Grant(Whom.ADMINS),
        SitePermission.TIMERS: Grant(Whom.EVERYBODY),
        SitePermission.SUGGESTIONS: Grant(Whom.EVERYBODY),
    }
)


class TeamAction(StrEnum):
    """The actions in a team. SEE_SUMS also decides who may open the team at all."""

    LOG_TIME = "log-time"
    SEE_SUMS = "see-sums"
    SEE_WORKLOGS = "see-worklogs"
    CHANGE_WORKLOGS = "change-worklogs"
    CLOSE = "close"
    EDIT = "edit"
    ENTER_LEAVES = "enter-leaves"
    ARCHIVE = "archive"
    RESTORE = "restore"
    DELETE = "delete"


MODULE_NAMES: Mapping[Module, str] = MappingProxyType(
    {
        Module.TIMESHEET: message("My Timesheet"),
        Module.TEAMS: message("Teams"),
        Module.REPORTS: message("Reports"),
        Module.AUDIT: message("Audit log"),
    }
)
SITE_PERMISSION_NAMES: Mapping[SitePermission, str] = MappingProxyType(
    {
        SitePermission.TEAM_MANAGERS: message("Team managers"),
        SitePermission.TEAM_ADMINISTRATORS: message("Team administrators"),
        SitePermission.AUDITORS: message("Auditors"),
        SitePermission.TIMERS: message("Timers"),
        SitePermission.SUGGESTIONS: message("Suggestions"),
    }
)
WHOM_NAMES: Mapping[Whom, str] = MappingProxyType(
    {
        Whom.NOBODY: message("Nobody"),
        Whom.ADMINS: message("Jira admins"),
        Whom.EVERYBODY: message("Everybody"),
        Whom.SOME: message("Some"),
    }
)
TEAM_PERMISSION_NAMES: Mapping[TeamPermission, str] = MappingProxyType(
    {
        TeamPermission.WORK_ON_ISSUES: message("Work on issues"),
        TeamPermission.VIEW_HOURS: message("View hours"),
        TeamPermission.VIEW_WORKLOGS: message("View worklogs"),
        TeamPermission.MANAGE_WORKLOGS: message("Manage worklogs"),
        TeamPermission.MANAGE_TEAM: message("Manage this team"),
    }
)

# Each action with the permissions that allow it; a refusal names the first one.
_SUMS = (
    TeamPermission.VIEW_HOURS,
    TeamPermission.VIEW_WORKLOGS,
    TeamPermission.MANAGE_WORKLOGS,
    TeamPermission.MANAGE_TEAM,
)
_GIVEN_BY: Mapping[TeamAction, tuple[TeamPermission, ...]] = MappingProxyType(
    {
        TeamAction.LOG_TIME: (TeamPermission.WORK_ON_ISSUES,),
        TeamAction.SEE_SUMS: _SUMS,
        TeamAction.SEE_WORKLOGS: _SUMS[1:],
        TeamAction.CHANGE_WORKLOGS: (TeamPermission.MANAGE_WORKLOGS,),
        TeamAction.CLOSE: (TeamPermission.MANAGE_TEAM,),
        TeamAction.EDIT: (TeamPermission.MANAGE_TEAM,),
        TeamAction.ENTER_LEAVES: (TeamPermission.MANAGE_TEAM,),
    }
)
_LOOKING = frozenset({TeamAction.SEE_SUMS, TeamAction.SEE_WORKLOGS})
_IN_ARCHIVED = _LOOKING | {TeamAction.ARCHIVE, TeamAction.RESTORE, TeamAction.DELETE}
_BY_TEAM = message("Its lead, a team administrator, or somebody with “Manage this team” can grant it.")
_BY_ADMIN = message("A Jira admin can grant it in the configuration of this app.")
_LEADS_ONLY: Mapping[TeamAction, str] = MappingProxyType(
    {
        TeamAction.ARCHIVE: message(
            "Only a team’s lead and people with the site permission “Team administrators” can archive it. {by_admin}"
        ),
        TeamAction.RESTORE: message(
            "Only a team’s lead and people with the site permission “Team administrators” can restore it. {by_admin}"
        ),
        TeamAction.DELETE: message(
            "Only a team’s lead and people with the site permission “Team administrators” can delete it. {by_admin}"
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Permission granted; ``own_only`` limits it to the person's own figures."""

    own_only: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Permission refused: the layer (visibility, site, or team), the missing permission, and a sentence for
    the person.
    """

    layer: str
    permission: str
    sentence: str


Decision: TypeAlias = Allowed | Refused


def require(decision: Decision) -> None:
    """Raise NotAllowed if the decision is a refusal."""
    if isinstance(decision, Refused):
        raise NotAllowed(decision.sentence, layer=decision.layer, permission=decision.permission)


def team_refusal(permission: TeamPermission, sentence: str) -> NotAllowed:
    """Return the refusal of a person who does not have this permission in a team."""
    return NotAllowed(sentence, layer="team", permission=TEAM_PERMISSION_NAMES[permission])


def may_open(site: SitePermissions, module: Module, person: Requester) -> Decision:
    """Decide by module visibility whether a person may open ``module`` at all."""
    if site.module(module).reaches(person):
        return Allowed()
    name = MODULE_NAMES[module]
    return Refused(
        "visibility",
        name,
        message(
            "{module} is limited to some people on this site. {by_admin}", module=name, by_admin=_BY_ADMIN
        ),
    )


def has_site_permission(site: SitePermissions, permission: SitePermission, person: Requester) -> Decision:
    """Decide whether a person has a permission for the whole site."""
    if site.permission(permission).reaches(person):
        return Allowed()
    name = SITE_PERMISSION_NAMES[permission]
    return Refused(
        "site",
        name,
        message(
            "You need the site permission “{permission}”. {by_admin}", permission=name, by_admin=_BY_ADMIN
        ),
    )


def may_create_team(site: SitePermissions, person: Requester) -> Decision:
    """Decide whether a person may create teams: team managers and team administrators may."""
    administers = has_site_permission(site, SitePermission.TEAM_ADMINISTRATORS, person)
    if isinstance(administers, Allowed):
        return administers
    return has_site_permission(site, SitePermission.TEAM_MANAGERS, person)


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's position in one team today, which is all that team permissions depend on."""

    leads: bool
    administers: bool
    belongs: bool
    active: bool
    permissions: frozenset[TeamPermission]
    archived: bool = False


def standing_of(
    team: Team,
    account_id: str,
    member: Member | None,
    roles: Iterable[Role],
    today: date,
    *,
    administers: bool = False,
) -> Standing:
    """Return a person's standing in ``team``; ``member`` is their own entry in it, ``today`` the date in the
    site's zone.

    Roles count from joining to leaving. People who have left or not joined yet still belong to the team and
    see their own figures.
    """
    active = member is not None and member.active_on(today)
    permissions = (
        permissions_of(member, roles) if member is not None and active else frozenset[TeamPermission]()
    )
    return Standing(
        team.lead == account_id, administers, member is not None, active, permissions, team.archived
    )


def decide(standing: Standing, action: TeamAction) -> Decision:
    """Decide whether a person may do ``action`` in a team; Jira's permissions apply in addition.

    The lead, and team administrators in every team, may do everything except log time without a role that
    allows it: capacity counts people with *Work on issues*, so spent time must not count others. An archived
    team can only be viewed.
    """
    decision = _decide(standing, action)
    if isinstance(decision, Allowed) and standing.archived and action not in _IN_ARCHIVED:
        return Refused(
            "team",
            "",
            message(
                "This team is archived, so nothing in it can change. Its lead or a team administrator can restore it."
            ),
        )
    return decision


def _decide(standing: Standing, action: TeamAction) -> Decision:
    if action is not TeamAction.LOG_TIME and (standing.leads or standing.administers):
        return Allowed()
    given_by = _GIVEN_BY.get(action)
    if given_by is None:
        return Refused(
            "site",
            SITE_PERMISSION_NAMES[SitePermission.TEAM_ADMINISTRATORS],
            message(_LEADS_ONLY[action], by_admin=_BY_ADMIN),
        )
    if not standing.permissions.isdisjoint(given_by):
        return Allowed()
    if standing.belongs and action in _LOOKING:
        return Allowed(own_only=True)
    name = TEAM_PERMISSION_NAMES[given_by[0]]
    return Refused(
        "team",
        name,
        message(
            "{reason} You need “{permission}” in it. {by_team}",
            reason=_why(standing),
            permission=name,
            by_team=_BY_TEAM,
        ),
    )


def _why(standing: Standing) -> str:
    if not standing.belongs:
        return message("You are not a member of this team.")
    return (
        message("Your roles in this team do not allow it.")
        if standing.active
        else message("You are not in this team today.")
    )
