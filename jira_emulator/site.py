"""One emulated Jira Cloud site: its settings, people, and work, with one lock around every change."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from threading import RLock
from zoneinfo import ZoneInfo

from jira_emulator.issue.index import SearchIndex
from jira_emulator.issue.store import WorklogStore
from jira_emulator.model import (
    Bus,
    Caller,
    Group,
    Issue,
    IssueType,
    Person,
    Priority,
    Project,
    ProjectRole,
    Sprint,
    Status,
    TimeTracking,
)

NAMESPACE = uuid.UUID("6f1c1f7e-5d0b-4c57-9c55-1a9a4a1b7d10")
ADMIN_GROUP = "jira-admins"
USER_GROUP = "jira-users"
ADDONS_ROLE = "atlassian-addons-project-access"


def system_clock() -> datetime:
    """Return the current time, timezone-aware, in UTC."""
    return datetime.now(UTC)


def as_id(text: str) -> int | None:
    """Return the number of an id, or None for an invalid one; ids have at most 18 digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def app_account_id(app_key: str) -> str:
    """Return the account id of an app's own user: one per app, on every site and after each install."""
    return f"557058:{uuid.uuid5(NAMESPACE, f'app:{app_key}')}"


class Site:
    """A site's whole state. ``base_url`` has no trailing slash; ``clock`` returns timezone-aware UTC times."""

    def __init__(self, name: str, base_url: str, clock: Callable[[], datetime] = system_clock) -> None:
        self.name = name
        self.base_url = base_url.rstrip("/")
        self.clock = clock
        self.cloud_id = str(uuid.uuid5(NAMESPACE, f"cloud:{name}"))
        self.client_key = str(uuid.uuid5(NAMESPACE, f"client:{name}"))
        self.time_zone = "UTC"
        self.locale = "en_US"
        self.time_tracking = TimeTracking()
        self.worklog_limit: int | None = 10_000
        self.week_starts_on = 6
        self.without_permission: dict[str, set[str]] = {}
        """Account ids without a global permission that everybody else has, by its key."""
        self.bus = Bus()
        self.lock = RLock()
        self.people: dict[str, Person] = {}
        self.groups: dict[str, Group] = {}
        self.roles: dict[int, ProjectRole] = {}
        self.projects: dict[int, Project] = {}
        self.types: dict[int, IssueType] = {}
        self.statuses: dict[int, Status] = {}
        self.priorities: dict[int, Priority] = {}
        self.jira_software = True
        """Without Jira Software, there is no field and no JQL about sprints."""
        self.sprints: dict[int, Sprint] = {}
        self.issues: dict[int, Issue] = {}
        self.issue_ids: dict[str, int] = {}
        self.children: dict[int, list[int]] = {}
        self.viewed: dict[str, dict[int, int]] = {}
        """The time at which each person last opened an issue, in epoch milliseconds, by account and issue id."""
        self.worklogs = WorklogStore()
        self.index = SearchIndex(self.issues, self.worklogs, self.now_ms)
        self.next_worklog_id = 10_000
        self.next_issue_id = 10_000
        self.next_change_id = 10_000
        self.next_comment_id = 10_000

    def now_ms(self) -> int:
        """Return the site's clock in epoch milliseconds."""
        return int(self.clock().timestamp() * 1000)

    def take_worklog_id(self) -> int:
        """Return a new worklog id."""
        self.next_worklog_id += 1
        return self.next_worklog_id

    def take_change_id(self) -> int:
        """Return a new id for an entry of an issue's history."""
        self.next_change_id += 1
        return self.next_change_id

    def take_comment_id(self) -> int:
        """Return a new comment id."""
        self.next_comment_id += 1
        return self.next_comment_id

    def add_issue(self, issue: Issue) -> None:
        """Index an issue by id, key, and parent."""
        self.issues[issue.id] = issue
        self.issue_ids[issue.key] = issue.id
        if issue.parent_id is not None:
            self.children.setdefault(issue.parent_id, []).append(issue.id)

    def remove_issue(self, issue: Issue) -> None:
        """Remove an issue."""
        del self.issues[issue.id]
        del self.issue_ids[issue.key]
        siblings = self.children.get(issue.parent_id or 0, [])
        if issue.id in siblings:
            siblings.remove(issue.id)

    def find_issue(self, id_or_key: str) -> Issue | None:
        """Return the issue with this id or key (keys in any case), regardless of permissions."""
        if (number := as_id(id_or_key)) is not None:
            return self.issues.get(number)
        issue_id = self.issue_ids.get(id_or_key.upper())
        return None if issue_id is None else self.issues.get(issue_id)

    def find_project(self, id_or_key: str) -> Project | None:
        """Return the project with this id or key (case-sensitive), regardless of permissions."""
        if (number := as_id(id_or_key)) is not None:
            return self.projects.get(number)
        return next((p for p in self.projects.values() if p.key == id_or_key), None)

    def group_named(self, name: str) -> Group | None:
        """Return the group with this name, in any case."""
        return next((g for g in self.groups.values() if g.name.lower() == name.lower()), None)

    def groups_of(self, account_id: str) -> list[Group]:
        """Return the groups a person belongs to, by name."""
        return sorted((g for g in self.groups.values() if account_id in g.members), key=lambda g: g.name)

    def is_admin(self, account_id: str) -> bool:
        """Return whether a person is a Jira administrator."""
        person, group = self.people.get(account_id), self.group_named(ADMIN_GROUP)
        return bool(person and person.active and group and account_id in group.members)

    def zone_of(self, caller: Caller) -> ZoneInfo:
        """Return the zone Jira uses for this caller: the person's own, or the site's for an app."""
        person = self.people.get(caller.account_id or "")
        return ZoneInfo(person.time_zone if person else self.time_zone)

    def locale_of(self, caller: Caller) -> str:
        """Return the locale Jira uses for this caller: the person's own, or the site's for an app and without one."""
        person = self.people.get(caller.account_id or "")
        return (person.locale if person else "") or self.locale

    def app_account(self, app_key: str) -> str:
        """Return the account id of an app's own user, created on first use."""
        account_id = app_account_id(app_key)
        if account_id not in self.people:
            self.people[account_id] = Person(account_id, app_key, "", account_type="app", email_hidden=True)
        return account_id
