"""Teams, their roles and their members."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from timesheet.domain.span import DateSpan
from timesheet.domain.workload_scheme import DatedScheme


class TeamPermission(StrEnum):
    """What a role allows inside one team. They are not a ladder: several roles add up."""

    WORK_ON_ISSUES = "work-on-issues"
    VIEW_HOURS = "view-hours"
    VIEW_WORKLOGS = "view-worklogs"
    MANAGE_WORKLOGS = "manage-worklogs"
    MANAGE_TEAM = "manage-team"


LEAD_ROLE, MEMBER_ROLE = "team-lead", "team-member"


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of team permissions. ``system`` is LEAD_ROLE or MEMBER_ROLE for the two that come with a team."""

    id: str
    team_id: str
    name: str
    permissions: frozenset[TeamPermission]
    system: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """Which issues count for a team: those in the projects and matching the JQL. Both empty = all."""

    project_ids: tuple[int, ...] = ()
    jql: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    """``lead`` is an account id. ``default_scheme_id`` holds for members without a scheme of their own."""

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
    """A person in a team. ``joined`` and ``left`` are inclusive, None = open.

    ``group_id`` names the Jira group he came by.
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
        """True within joining and leaving date."""
        return (self.joined is None or self.joined <= day) and (self.left is None or day <= self.left)

    def stay_in(self, span: DateSpan) -> DateSpan | None:
        """The days of ``span`` within joining and leaving date, or None."""
        first = max(span.first, self.joined) if self.joined else span.first
        last = min(span.last, self.left) if self.left else span.last
        return DateSpan(first, last) if first <= last else None


def workers(members: Iterable[Member], roles: Iterable[Role]) -> list[Member]:
    """The members whose roles hold *Work on issues*: those whose time makes the team's capacity."""
    working = {role.id for role in roles if TeamPermission.WORK_ON_ISSUES in role.permissions}
    return [member for member in members if not working.isdisjoint(member.role_ids)]
