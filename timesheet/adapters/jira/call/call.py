"""One call to Jira, its response, and the errors of a call whose outcome is unknown or that reached no Jira."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from timesheet.domain.errors import JiraUnavailable, NotAllowed
from timesheet.services.ports.authentication import SignedRequest
from timesheet.services.ports.jira import JiraCredentials

FIXED = re.compile(r"[a-z][a-zA-Z-]*")
"""A part of a path that is not an id."""
REST, MYSELF = "rest/api/3", "myself"
PATH = f"/{REST}/"
MAY_LACK = frozenset(
    (
        *("group/member", "mypermissions", "project/search", "user", "user/groups"),
        *("user/assignable/search", "user/viewissue/search"),
    )
)
"""Paths without an id for which Jira documents a 404: the parameters name what it is about."""
PEOPLE = frozenset({"user", "users", "group", "groups", "myself", "mypermissions", "permissions", "role"})
PERSON_POINTS, OBJECT_POINTS, CALL_POINTS = 2, 1, 1
READ_POINTS = CALL_POINTS + OBJECT_POINTS
"""The points that are counted before a read: those of one that returns one object, as most do."""
LISTS = ("issues", "values", "worklogs", "users", "groups", "permissions")

Params = Mapping[str, str | int | Sequence[str]]
Sign = Callable[[SignedRequest], JiraCredentials]
"""Signs a request as the app itself."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``repeatable``: sending it twice does no harm. ``issue`` is the one it writes to.

    A list among the ``params`` is sent as one parameter for each of its values. ``path`` is below ``api``.
    ``read`` converts the body of a successful response; ValueError for an unreadable one. ``changes`` says whether it
    writes: a PUT may be sent twice without harm, but is a change anyway. ``points`` are counted before it is sent; the
    rest is only known from its response.
    """

    method: str
    path: str
    params: Params = field(default_factory=dict)
    body: object = None
    repeatable: bool = True
    issue: str = ""
    api: str = REST
    read: Callable[[bytes], Any] = msgspec.json.decode
    changes: bool = field(init=False)
    points: int = field(init=False)

    def __post_init__(self) -> None:
        changes = self.method in ("PUT", "DELETE") or not self.repeatable
        object.__setattr__(self, "changes", changes)
        object.__setattr__(self, "points", CALL_POINTS if changes else READ_POINTS)

    @property
    def always_there(self) -> bool:
        """Return whether every Jira has this path, so that a server without it is another one."""
        parts = self.path.split("/")
        return self.api == REST and self.path not in MAY_LACK and all(map(FIXED.fullmatch, parts))


@dataclass(frozen=True, slots=True)
class JiraResponse:
    """Jira's response below 500: its status, the content as the call reads it (None without a body), and its
    headers.
    """

    status: int
    json: Any
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def is_page(self) -> bool:
        """Return True if it is an HTML page, which Atlassian sends if there is no Jira at an address."""
        return self.headers.get("Content-Type", "").lower().startswith("text/html")


@dataclass(eq=False)
class AnswerLost(JiraUnavailable):
    """The request may have been carried out or still be in progress, but no response came. ``late``: it timed out."""

    late: bool = False


@dataclass(eq=False)
class MissingScope(NotAllowed):
    """The site has not granted the app a scope that this call needs, as until an admin accepts an update of the app."""


def points_of(path: str, content: Any, *, changes: bool) -> int:
    """Return the points of a call to ``path`` below the API: one, and one or two for each object that it returned.

    Two for people, groups, roles, and permissions. A change costs one point, whatever it affects. See
    developer.atlassian.com/cloud/jira/platform/rate-limiting.
    """
    if changes:
        return CALL_POINTS
    each = PERSON_POINTS if path.partition("/")[0] in PEOPLE else OBJECT_POINTS
    return CALL_POINTS + each * _objects(content)


def _objects(content: Any) -> int:
    """Return how many objects a response holds. Jira may answer anything, so no shape is assumed."""
    if content is None:
        return 0
    if isinstance(content, list | tuple):
        return len(content)
    if not isinstance(content, Mapping):
        return next((_size(getattr(content, name)) for name in LISTS if hasattr(content, name)), 1)
    sections = content.get("sections")
    if isinstance(sections, list):
        return sum(map(_objects, sections))
    return next((_size(content[name]) for name in LISTS if name in content), 1)


def _size(found: Any) -> int:
    return len(found) if isinstance(found, list | tuple | Mapping) else 1
