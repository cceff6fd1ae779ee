"""Teams, their roles, and their members."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from timesheet.domain.calendar.workload_scheme import DatedScheme
from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import counted, message
from timesheet.domain.name import check_unique, read_name
from timesheet.domain.span import DateSpan


class TeamPermission(StrEnum):
    """The permissions of a role inside one team. They are independent; several roles add up."""

    WORK_ON_ISSUES = "work-on-issues"
    VIEW_HOURS = "view-hours"
    VIEW_WORKLOGS = "view-worklogs"
    MANAGE_WORKLOGS = "manage-worklogs"
    MANAGE_TEAM = "manage-team"


LEAD_ROLE, MEMBER_ROLE = "team-lead", "team-member"
ROLE_NAMES: Mapping[str, str] = MappingProxyType(
    {LEAD_ROLE: message("Team Lead"), MEMBER_ROLE: message("Team Member")}
)
LONGEST_DESCRIPTION = 1000


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of team permissions. ``system`` is LEAD_ROLE or MEMBER_ROLE for the two built-in roles."""

    id: str
    team_id: str
    name: str
    permissions: frozenset[TeamPermission]
    system: str | None = None
    version: int = 0

    @property
    def title(self) -> str:
        """Return the name as people read it; that of a built-in role is a message."""
        built_in = ROLE_NAMES.get(self.system or "", "")
        return built_in if built_in == self.name else self.name


@dataclass(frozen=True, slots=True)
class Scope:
    """The issues that count for a team: those in the projects that match the JQL. Both empty means all issues."""

    project_ids: tuple[int, ...] = ()
    jql: str = ""

    @property
    def limits(self) -> bool:
        """Return True if not all issues count."""
        return self != Scope()

    def has_project(self, project_id: int) -> bool:
        """Return True if issues of a project count, as far as the JQL does not exclude them."""
        return not self.project_ids or project_id in self.project_ids


@dataclass(frozen=True, slots=True)
class Team:
    """A team. ``lead`` is an account id. ``default_scheme_id`` applies to members without a scheme of their own."""

    id: str
    name: str
    lead: str
    default_scheme_id: str
    description: str = ""
    scope: Scope = Scope()
    archived: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a team. ``joined`` and ``left`` are inclusive; None means open.

    ``group_id`` names the Jira group through which they became a member.
    """

    team_id: str
    account_id: str
    role_ids: frozenset[str]
    joined: date | None = None
    left: date | None = None
    calendar_id: str | None = None
    schemes: tuple[DatedScheme, ...] = ()
    group_id: str | None = None
    version: int = 0

    def active_on(self, day: date) -> bool:
        """Return True within the joining and leaving dates."""
        return _within(day, self.joined, self.left)

    def days_in(self, span: DateSpan) -> DateSpan | None:
        """Return the days of ``span`` within the joining and leaving dates, or None."""
        if self.joined is None and self.left is None:
            return span
        first = max(span.first, self.joined) if self.joined else span.first
        last = min(span.last, self.left) if self.left else span.last
        return DateSpan(first, last) if first <= last else None


@dataclass(frozen=True, slots=True)
class Membership:
    """A team that somebody belongs to, with their dates ``joined`` and ``left``, but without their roles."""

    team: Team
    joined: date | None = None
    left: date | None = None

    def active_on(self, day: date) -> bool:
        """Return True within the joining and leaving dates."""
        return _within(day, self.joined, self.left)


def _within(day: date, joined: date | None, left: date | None) -> bool:
    return (joined is None or joined <= day) and (left is None or day <= left)


def workers(members: Iterable[Member], roles: Iterable[Role]) -> list[Member]:
    """Return the members whose roles include *Work on issues*; their time makes up the team's capacity."""
    working = {role.id for role in roles if TeamPermission.WORK_ON_ISSUES in role.permissions}
    return [member for member in members if not working.isdisjoint(member.role_ids)]


def permissions_of(member: Member, roles: Iterable[Role]) -> frozenset[TeamPermission]:
    """Return the permissions of all of the member's roles."""
    permissions = (role.permissions for role in roles if role.id in member.role_ids)
    return frozenset[TeamPermission]().union(*permissions)


def system_roles(team_id: str, new_id: Callable[[], str]) -> tuple[Role, Role]:
    """Return the two built-in roles: *Team Lead* with all permissions, *Team Member* to work on issues."""
    work = frozenset({TeamPermission.WORK_ON_ISSUES})
    return (
        Role(new_id(), team_id, str(ROLE_NAMES[LEAD_ROLE]), frozenset(TeamPermission), LEAD_ROLE),
        Role(new_id(), team_id, str(ROLE_NAMES[MEMBER_ROLE]), work, MEMBER_ROLE),
    )


def checked_role(role: Role, others: Collection[Role]) -> Role:
    """Return the role with a clean name. Raise InvalidInput for name or permissions. ``others`` are the team's roles.

    *Team Lead* always has every permission; the two built-in roles keep their names.
    """
    name = read_name(role.name, "role")
    check_unique(name, (other.name for other in others if other.id != role.id), "role")
    stored = next((other for other in others if other.id == role.id), role)
    if stored.system and name != stored.name:
        raise InvalidInput(
            message("“{name}” comes with the team and keeps its name.", name=stored.title), field="name"
        )
    if stored.system == LEAD_ROLE and role.permissions != frozenset(TeamPermission):
        raise InvalidInput(
            message("“Team Lead” has all permissions. Create another role instead."), field="permissions"
        )
    return replace(role, name=name, system=stored.system)


def check_role_deletable(role: Role, members: Iterable[Member]) -> None:
    """Raise InvalidInput for a built-in role or one that somebody still has."""
    if role.system:
        raise InvalidInput(
            message("“{name}” comes with the team and cannot be deleted.", name=role.title), field="role"
        )
    count = sum(role.id in member.role_ids for member in members)
    if count:
        raise InvalidInput(
            counted(
                "{count} member has the role “{name}”. Give them another one first.",
                "{count} members have the role “{name}”. Give them another one first.",
                count,
                name=role.title,
            ),
            field="role",
        )


def checked_team(team: Team, others: Iterable[Team]) -> Team:
    """Return the team with clean texts. Raise InvalidInput for name, lead, or description. ``others`` are all teams."""
    name = read_name(team.name, "team")
    check_unique(name, (other.name for other in others if other.id != team.id), "team")
    if not team.lead:
        raise InvalidInput(message("Choose who leads the team."), field="lead")
    description = team.description.strip()
    if len(description) > LONGEST_DESCRIPTION:
        raise InvalidInput(
            message(
                "The description can have at most {most} characters.",
                most=LONGEST_DESCRIPTION,
            ),
            field="description",
        )
    return replace(team, name=name, description=description)


def check_member(member: Member, roles: Iterable[Role]) -> None:
    """Raise InvalidInput for leaving before joining, for no role, and for roles that are not the team's."""
    if member.joined and member.left and member.left < member.joined:
        raise InvalidInput(
            message(
                "The leaving date {left} is before the joining date {joined}.",
                left=member.left,
                joined=member.joined,
            ),
            field="left",
        )
    if not member.role_ids:
        raise InvalidInput(message("Choose at least one role."), field="roles")
    if member.role_ids - {role.id for role in roles if role.team_id == member.team_id}:
        raise InvalidInput(
            message("One of the roles is gone: somebody deleted it. Choose again."), field="roles"
        )
