"""A site with teams in a real database and a directory in dicts, for tests of teams."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.adapters.support.portable_cache import PortableCache
from timesheet.domain.errors import InvalidInput
from timesheet.domain.permission import Grant, Requester, SitePermission, SitePermissions, Whom
from timesheet.domain.person import JiraGroup, Person, Project
from timesheet.domain.team.team import Member, Role, Team, TeamPermission
from timesheet.services.ports.stores import Stores
from timesheet.services.team.command import CreateTeam, MembershipValues
from timesheet.services.team.team import create_team
from timesheet.services.viewer.team_context import TeamContext, new_id

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
JIRA_ADMIN = "jira-admin-1"
LEAD, ADMIN, ANN, BO, CY, OUT = "lead-1", "admin-1", "ann-1", "bo-1", "cy-1", "out-1"
NAMES = {
    LEAD: "Lea Example", ADMIN: "Adi Example", ANN: "Ann Example", BO: "Bo Example", CY: "Cy Example",
    OUT: "Otis Example",
}  # fmt: skip


@dataclass
class FakeDirectory:
    """People, groups, and projects; JQL with the word ``broken`` is refused. Also reads groups like the app."""

    people: dict[str, Person] = field(
        default_factory=lambda: {who: Person(who, name) for who, name in NAMES.items()}
    )
    members: dict[str, list[str]] = field(default_factory=dict)
    projects: dict[int, Project] = field(default_factory=lambda: {1: Project(1, "PAY", "Payments")})
    failing: dict[str, Exception] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    own_groups: frozenset[str] = frozenset()

    def deactivate(self, account_id: str) -> None:
        self.people[account_id] = Person(account_id, self.people[account_id].name, active=False)

    def read_people(self, account_ids: Sequence[str]) -> Mapping[str, Person]:
        return {who: self.people[who] for who in account_ids if who in self.people}

    def read_own_groups(self) -> frozenset[str]:
        self.calls.append("own groups")
        return self.own_groups

    def find_people(self, text: str) -> Sequence[Person]:
        return [person for person in self.people.values() if person.name.lower().startswith(text.lower())]

    def find_groups(self, text: str) -> Sequence[JiraGroup]:
        return [JiraGroup(group_id, group_id) for group_id in self.members if text in group_id]

    def find_projects(self, text: str) -> Sequence[Project]:
        return [project for project in self.projects.values() if text.upper() in project.key]

    def read_projects(self, ids: Sequence[int]) -> Mapping[int, Project]:
        return {number: self.projects[number] for number in ids if number in self.projects}

    def check_jql(self, jql: str) -> None:
        self.calls.append(f"check {jql}")
        for name in ("nothere", "broken"):
            if name in jql:
                raise InvalidInput(f"Jira says: The field '{name}' does not exist.", field="jql")

    def count_issues(self, jql: str) -> int:
        self.calls.append(f"count {jql}")
        if jql in self.failing:
            raise self.failing[jql]
        return len(jql)

    def read_group(self, group_id: str) -> Sequence[Person] | None:
        if group_id in self.failing:
            raise self.failing[group_id]
        return [self.people[who] for who in self.members[group_id]] if group_id in self.members else None

    def name_groups(self, group_ids: Sequence[str]) -> Mapping[str, str]:
        return {group_id: group_id.title() for group_id in group_ids if group_id in self.members}


@dataclass
class TeamScene:
    """24 November 2026; ``lead-1`` may create teams, ``admin-1`` is a team administrator."""

    stores: Stores
    directory: FakeDirectory = field(default_factory=FakeDirectory)
    cache: PortableCache = field(default_factory=PortableCache)

    def grant(self) -> None:
        some = {
            SitePermission.TEAM_MANAGERS: Grant(Whom.SOME, people=frozenset({LEAD})),
            SitePermission.TEAM_ADMINISTRATORS: Grant(Whom.SOME, people=frozenset({ADMIN})),
        }
        self.stores.permissions.save(SitePermissions({}, some, self.stores.permissions.read().version))

    def revoke(self) -> None:
        """Take all grants of the site away."""
        self.stores.permissions.save(SitePermissions(version=self.stores.permissions.read().version))

    def while_waiting(self, monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> None:
        """Let another request do ``work`` while the next one waits for the lock of the site."""

        def lock_site() -> None:
            monkeypatch.undo()
            work()

        monkeypatch.setattr(self.stores, "lock_site", lock_site)

    def manager_until_waiting(
        self, monkeypatch: pytest.MonkeyPatch, team: Team, account_id: str
    ) -> TeamContext:
        """Return the context of somebody who manages the team until their request waits for the lock of the site."""
        self.join(team, account_id, TeamPermission.MANAGE_TEAM)
        self.while_waiting(monkeypatch, lambda: self.stores.teams.remove_members(team.id, [account_id]))
        return self.team_context(account_id)

    def team_context(self, viewer: str = LEAD) -> TeamContext:
        return TeamContext(
            stores=self.stores,
            directory=self.directory,
            cache=PortableCache(),
            site="site-1",
            viewer=viewer,
            now=NOW,
            zone=ZoneInfo("UTC"),
            permissions=self.stores.permissions.read(),
            requester=Requester(viewer, self.directory.read_own_groups, lambda: viewer == JIRA_ADMIN),
        )

    def team(self, name: str = "Payments", lead: str = LEAD, *people: str) -> Team:
        """Return a team of this lead, with these people as plain members from the beginning."""
        viewer = lead if lead in (LEAD, ADMIN) else ADMIN
        team = create_team(self.team_context(viewer), CreateTeam(name, lead, keep=False))
        of_member = frozenset({self.roles(team)[1].id})
        self.stores.teams.save_members([Member(team.id, account_id, of_member) for account_id in people])
        return team

    def roles(self, team: Team) -> tuple[Role, Role]:
        lead, member, *_ = self.stores.teams.roles(team.id)
        return lead, member

    def join(self, team: Team, account_id: str, *permissions: TeamPermission, **more: object) -> Member:
        """Add a person to the team with a role of exactly these permissions, or as a plain member."""
        role = self.roles(team)[1]
        if permissions:
            role = self.stores.teams.save_role(
                Role(new_id(), team.id, f"Role of {account_id}", frozenset(permissions))
            )
        return self.stores.teams.save_member(
            Member(team.id, account_id, frozenset({role.id}), **more)  # type: ignore[arg-type]
        )

    def entry(self, team: Team, **more: object) -> MembershipValues:
        return MembershipValues(frozenset({self.roles(team)[1].id}), **more)  # type: ignore[arg-type]

    def role_names(self, team: Team, account_id: str) -> set[str]:
        role_ids = self.stores.teams.member(team.id, account_id).role_ids
        return {role.name for role in self.stores.teams.roles(team.id) if role.id in role_ids}
