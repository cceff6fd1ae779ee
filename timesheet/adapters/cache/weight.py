"""Estimate how many bytes a cached value takes in memory. For most values, the time does not depend on their size."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import islice
from sys import getsizeof
from typing import Any

from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.packed_json import PackedJson
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import Snapshot
from timesheet.services.snapshot.change import ChangeLog

LIGHT = 1024
"""The least size of any value, with its key and its entry."""
WORKLOG_BYTES, ISSUE_BYTES, PACKED_BYTES = 450, 400, 90
"""A worklog and an issue without their text, and JSON as its bytes without these."""
OBJECT_BYTES = 56
"""Another small object, such as a date."""
SAMPLE = 8
"""The number of items of a long collection that are weighed; the others count as the same."""
_PLAIN = frozenset({int, float, str, bytes, array})
_WEIGHED: Mapping[type, tuple[int, tuple[str, ...]]] = {
    Worklog: (WORKLOG_BYTES, ("comment", "properties")),
    Issue: (ISSUE_BYTES, ("summary",)),
    PackedJson: (PACKED_BYTES - getsizeof(b""), ("packed",)),
}
"""The bytes of the classes of which most are cached, and their fields whose bytes come on top."""


def weight_of(value: object) -> int:
    """Return roughly how many bytes a cached value takes in memory."""
    total = float(LIGHT)
    parts: list[tuple[Any, float]] = [(value, 1.0)]
    # The list grows while it is read: a save weighs a dozen values, so there is no call for each part of one.
    for part, times in parts:
        kind: Any = type(part)
        if part is None or kind is bool:
            continue
        if kind in _PLAIN:
            total += times * getsizeof(part)
        elif kind is Snapshot or kind is ChangeLog:
            size, inside = _of_worklogs(part)
            total += times * size
            parts += [(one, times) for one in inside]
        elif (known := _of_class(kind)) is not None:
            size, names = known
            total += times * (size or getsizeof(part))
            parts += [(getattr(part, name), times) for name in names]
        else:
            total += times * getsizeof(part)
            # A few evenly spaced items represent all of them.
            step = -(-len(part) // SAMPLE) or 1
            sides = (part.keys(), part.values()) if isinstance(part, Mapping) else (part,)
            each = times * len(part) / (-(-len(part) // step) or 1)
            parts += [(one, each) for side in sides for one in islice(side, 0, None, step)]
    return int(total)


def _of_worklogs(value: Snapshot | ChangeLog) -> tuple[int, Iterable[object]]:
    """Return the bytes of many worklogs, and the values to weigh separately.

    Each save weighs them several times. Comments differ so much in size that each one is weighed; most
    worklogs have none.
    """
    if isinstance(value, Snapshot):
        worklogs: Sequence[Worklog | None] = value.worklogs
        size, more = WORKLOG_BYTES * len(worklogs), [value.issues, value.long]
    else:
        worklogs = [change.worklog for change in value.changes]
        worklogs += [event.worklog for event in value.events]
        small = len(value.windows) + len(value.suspects) + len(value.begun)
        size, more = (WORKLOG_BYTES + ISSUE_BYTES) * len(worklogs) + 2 * OBJECT_BYTES * small, []
    texts = [text for one in worklogs if one for text in (one.comment, one.properties) if text is not None]
    packed = [len(text.packed) for text in texts if type(text) is PackedJson]
    if len(packed) < len(texts):
        more += [text for text in texts if type(text) is not PackedJson]
    return size + PACKED_BYTES * len(packed) + sum(packed), more


@cache
def _of_class(kind: type) -> tuple[int, tuple[str, ...]] | None:
    """Return the bytes of an object of this class, 0 if it is measured, and its fields, which are weighed separately.

    None for a collection.
    """
    if kind in _WEIGHED:
        return _WEIGHED[kind]
    if issubclass(kind, Mapping | tuple | list | set | frozenset):
        return None
    return (0, tuple(field.name for field in fields(kind))) if is_dataclass(kind) else (OBJECT_BYTES, ())
