"""Estimate how many bytes a cached value takes in memory, in a time that does not grow with most values."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import islice
from sys import getsizeof
from typing import Any

from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.packed_json import PackedJson
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import Snapshot
from timesheet.services.snapshot.change_log import ChangeLog

LIGHT = 1024
"""What any value takes at least, with its key and its entry."""
WORKLOG_BYTES, ISSUE_BYTES, PACKED_BYTES = 450, 400, 90
"""A worklog and an issue without their text, and JSON as its bytes without these."""
OBJECT_BYTES = 56
"""Another small object, such as a date."""
SAMPLE = 8
"""How many items of a long collection are weighed; the others count as the same."""
_PLAIN = frozenset({int, float, str, bytes, array})


def weight_of(value: object) -> int:
    """Return roughly how many bytes a cached value takes in memory."""
    return LIGHT + _bytes_of(value)


def _bytes_of(value: object) -> int:
    kind = type(value)
    if kind in _PLAIN:
        return getsizeof(value)
    if value is None or kind is bool:
        return 0
    if isinstance(value, Worklog):
        return WORKLOG_BYTES + _written(value.comment) + _written(value.properties)
    if isinstance(value, Issue):
        return ISSUE_BYTES + getsizeof(value.summary)
    if isinstance(value, PackedJson):
        return PACKED_BYTES + len(value.packed)
    if isinstance(value, Snapshot | ChangeLog):
        return _of_worklogs(value)
    if isinstance(value, Mapping):
        return getsizeof(value) + _of_all(value.keys()) + _of_all(value.values())
    if isinstance(value, tuple | list | set | frozenset):
        return getsizeof(value) + _of_all(value)
    if is_dataclass(kind):
        return getsizeof(value) + _sum(getattr(value, name) for name in _names_of(kind))
    return OBJECT_BYTES


def _of_all(items: Collection[Any]) -> int:
    """Return the bytes of all items, judged from some of them that lie evenly between the others."""
    count = len(items)
    if count <= SAMPLE:
        return _sum(items)
    weighed = _sum(islice(items, 0, None, -(-count // SAMPLE)))
    return weighed * count // SAMPLE


def _sum(items: Iterable[Any]) -> int:
    return sum(_bytes_of(item) for item in items)


def _of_worklogs(value: Snapshot | ChangeLog) -> int:
    """Return the bytes of many worklogs with their issues. Each save changes both several times."""
    if isinstance(value, Snapshot):
        issues = _bytes_of(value.issues) + _of_all(value.long)
        return WORKLOG_BYTES * len(value.worklogs) + _texts(value.worklogs) + issues
    worklogs = [change.worklog for change in value.changes] + [event.worklog for event in value.events]
    small = len(value.windows) + len(value.doubts) + len(value.begun)
    texts = _texts(worklog for worklog in worklogs if worklog is not None)
    return (WORKLOG_BYTES + ISSUE_BYTES) * len(worklogs) + texts + 2 * OBJECT_BYTES * small


def _texts(worklogs: Iterable[Worklog]) -> int:
    """Return the bytes of what was written on worklogs: it differs so much that each one counts. Most have nothing."""
    contents = [
        content for one in worklogs for content in (one.comment, one.properties) if content is not None
    ]
    return sum(map(_written, contents))


def _written(content: Mapping[str, Any] | None) -> int:
    """Return the bytes of what people or apps wrote on a worklog."""
    if content is None:
        return 0
    return PACKED_BYTES + len(content.packed) if type(content) is PackedJson else _bytes_of(content)


@cache
def _names_of(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
