"""The layers of permission that the app itself decides: module visibility, site permissions, team permissions."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Module(StrEnum):
    """What admins can limit to some people."""

    TIMESHEET = "timesheet"
    TEAMS = "teams"
    REPORTS = "reports"
    AUDIT = "audit"


class SitePermission(StrEnum):
    """What Jira admins grant for the whole site."""

    TEAM_MANAGERS = "team-managers"
    TEAM_ADMINISTRATORS = "team-administrators"
    AUDITORS = "auditors"


class Whom(StrEnum):
    """Whom a grant reaches."""

    NOBODY = "nobody"
    EVERYBODY = "everybody"
    SOME = "some"


@dataclass(frozen=True, slots=True)
class Grant:
    """Nobody, everybody, or the people and Jira groups (by id) that are listed."""

    whom: Whom = Whom.NOBODY
    groups: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()

    def reaches(self, account_id: str, groups: frozenset[str]) -> bool:
        """True when it holds for a person in these groups."""
        if self.whom is Whom.SOME:
            return account_id in self.people or not self.groups.isdisjoint(groups)
        return self.whom is Whom.EVERYBODY


@dataclass(frozen=True, slots=True)
class SitePermissions:
    """Modules are open to everybody and permissions to nobody until an admin says otherwise."""

    modules: dict[Module, Grant] = field(default_factory=dict)
    permissions: dict[SitePermission, Grant] = field(default_factory=dict)
    version: int = 0
