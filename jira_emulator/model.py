"""The emulated site's data: people, groups, projects, issues and worklogs, all in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of the REST API: a person (``account_id``), an app (``app_key``), or an app acting as a
    person (both). ``masked``: its permissions are those that its scopes include, as for Connect apps.
    """

    account_id: str | None
    app_key: str | None = None
    scopes: frozenset[str] = frozenset()
    masked: bool = True

    @property
    def is_connect_server(self) -> bool:
        """Return whether a Connect app calls as itself, which may ask about the permissions of anybody."""
        return self.account_id is None and self.app_key is not None and not self.app_key.startswith("ari:")


@dataclass(frozen=True, slots=True)
class Event:
    """An event for webhooks, e.g. ``worklog_created`` or ``jira:issue_updated``."""

    name: str
    payload: dict[str, Any]
    actor: str | None = None
    cascade: bool = False


Listener = Callable[[Event], None]


@dataclass
class Bus:
    """Passes events to listeners, in order."""

    listeners: list[Listener] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        """Call every listener."""
        for listener in self.listeners:
            listener(event)


@dataclass(slots=True)
class Person:
    """An account. ``account_type`` is atlassian, app, customer, or unknown (a deleted account)."""

    account_id: str
    display_name: str
    email: str
    time_zone: str = "UTC"
    locale: str = "en_US"
    active: bool = True
    account_type: str = "atlassian"
    email_hidden: bool = False
    zone_hidden: bool = False


@dataclass(slots=True)
class Group:
    """A group; ``id`` is stable while ``name`` may change."""

    id: str
    name: str
    members: set[str] = field(default_factory=set)


class GrantTo(StrEnum):
    """The people a grant reaches. ``USERS`` is everybody who may log in."""

    ROLE = "projectRole"
    GROUP = "group"
    PERSON = "user"
    REPORTER = "reporter"
    ASSIGNEE = "assignee"
    LEAD = "projectLead"
    USERS = "applicationRole"


@dataclass(frozen=True, slots=True)
class Grant:
    """One line of a permission or security scheme; ``value`` is a role id, group id, or account id."""

    to: GrantTo
    value: str = ""


@dataclass(frozen=True, slots=True)
class PermissionScheme:
    """The grants for each permission in the projects that use this scheme."""

    id: int
    name: str
    grants: dict[str, tuple[Grant, ...]]


@dataclass(frozen=True, slots=True)
class SecurityLevel:
    """An issue security level: who sees the issues that have it."""

    id: int
    name: str
    description: str
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class ProjectRole:
    """A project role; its actors differ by project."""

    id: int
    name: str
    description: str


@dataclass(slots=True)
class Actors:
    """The people in one role of one project."""

    people: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Project:
    """A project; ``actors`` by role id. An archived one can be read, but neither changed nor searched."""

    id: int
    key: str
    name: str
    lead: str
    scheme: PermissionScheme
    actors: dict[int, Actors] = field(default_factory=dict)
    simplified: bool = False
    last_number: int = 0
    archived: bool = False


@dataclass(frozen=True, slots=True)
class IssueType:
    """An issue type; ``level`` is -1 for subtasks, 0 for standard issues, 1 for epics."""

    id: int
    name: str
    level: int
    description: str


@dataclass(frozen=True, slots=True)
class StatusCategory:
    """Jira's three categories (and the undefined one)."""

    id: int
    key: str
    name: str
    color: str


@dataclass(frozen=True, slots=True)
class Status:
    """A workflow status; issues in it refuse edits if ``editable`` is False (``jira.issue.editable``)."""

    id: int
    name: str
    category: StatusCategory
    editable: bool = True


@dataclass(frozen=True, slots=True)
class Priority:
    """The urgency of an issue."""

    id: int
    name: str
    color: str


@dataclass(slots=True)
class Sprint:
    """A sprint of Jira Software: ``state`` is future, active or closed; times are epoch milliseconds."""

    id: int
    name: str
    state: str
    board_id: int = 1
    goal: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(slots=True)
class Comment:
    """A comment on an issue: ``body`` is an Atlassian document, times are epoch milliseconds."""

    id: int
    author: str
    body: Json
    created: int
    updated: int


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An entry of an issue's changelog: who changed which fields, at epoch milliseconds."""

    id: int
    author: str
    created: int
    items: tuple[Json, ...]


@dataclass(slots=True)
class Issue:
    """An issue. Times are epoch milliseconds, estimates seconds; ``worklog_ids`` are in the order of creation."""

    id: int
    key: str
    project: Project
    type: IssueType
    status: Status
    summary: str
    reporter: str
    assignee: str | None
    created: int
    updated: int
    labels: tuple[str, ...] = ()
    parent_id: int | None = None
    security: SecurityLevel | None = None
    description: str = ""
    original_estimate: int | None = None
    remaining_estimate: int | None = None
    time_spent: int | None = None
    worklog_ids: list[int] = field(default_factory=list)
    priority: Priority | None = None
    comments: list[Comment] = field(default_factory=list)
    changes: tuple[HistoryEntry, ...] = ()
    sprint_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Restriction:
    """A worklog's visibility: ``type`` is group or role, ``identifier`` the group id or role id."""

    type: str
    value: str
    identifier: str


@dataclass(frozen=True, slots=True)
class WorklogRow:
    """A worklog as stored: times in epoch milliseconds, whole minutes in ``seconds``. A change replaces it."""

    id: int
    issue_id: int
    author: str
    update_author: str
    started: int
    seconds: int
    created: int
    updated: int
    comment: Json | None = None
    restriction: Restriction | None = None
    properties: Json | None = None


@dataclass(slots=True)
class TimeTracking:
    """The site's time tracking settings. ``format`` is pretty, days, or hours; ``unit`` is minute, hour, day,
    or week.
    """

    enabled: bool = True
    hours_per_day: float = 8.0
    days_per_week: float = 5.0
    format: str = "pretty"
    unit: str = "minute"

    @property
    def day(self) -> int:
        """Return the seconds in a working day."""
        return round(self.hours_per_day * 3600)

    @property
    def week(self) -> int:
        """Return the seconds in a working week."""
        return round(self.hours_per_day * self.days_per_week * 3600)
