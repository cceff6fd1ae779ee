"""Estimate what a call costs in Jira's points, from what it returned: Jira does not say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PEOPLE = frozenset({"user", "users", "group", "groups", "myself", "mypermissions", "permissions", "role"})
PERSON_POINTS, OBJECT_POINTS, CALL_POINTS = 2, 1, 1
READ_POINTS = CALL_POINTS + OBJECT_POINTS
"""What is counted before a read: the points of one that returns one object, as most do."""
LISTS = ("issues", "values", "worklogs", "users", "groups", "permissions")


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
