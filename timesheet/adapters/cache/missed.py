"""Keep the changes that the cache server missed while it was away, to make them when it is back."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

MOST_CHANGES = 20_000

Change = Callable[[Any], Any]


class Kind(Enum):
    """The kinds of what the server missed about a key: changes of a value that others may have changed too, a value
    where there was none, a value in place of another one, or a deletion.
    """

    CHANGED = auto()
    CREATED = auto()
    REPLACED = auto()
    DELETED = auto()


@dataclass(slots=True)
class Missed:
    """What the server missed about one key, with the ``changes``, each with its expiry.

    After a replacement or a deletion there are none: they would be made to a value that is discarded.
    """

    kind: Kind = Kind.CHANGED
    changes: list[tuple[Change, float | None]] = field(default_factory=list)

    @property
    def discards(self) -> bool:
        """Return True if the value that the server had must not stay."""
        return self.kind in (Kind.REPLACED, Kind.DELETED)

    @property
    def shared(self) -> bool:
        """Return True if this process's value may be given to others that have none, because it is complete.

        A change with its own expiry creates a record of changes, of which each process has a part.
        """
        if self.kind is Kind.CHANGED:
            return any(ttl is not None for _, ttl in self.changes)
        return self.kind is not Kind.DELETED

    def change(self, value: Any) -> Any:
        """Return ``value`` with all changes."""
        for change, _ in self.changes:
            value = change(value)
        return value


class MissedChanges:
    """The missed changes by key; first those without which other processes show a wrong value.

    Thread safe. ``overflown`` after too many: then nothing on the server can be trusted.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys = OrderedDict[str, Missed]()
        self._count = 0
        self.overflown = False

    def put(self, key: str, *, created: bool = False) -> None:
        """Record that a value was stored in this process only; ``created`` if there was none before."""
        with self._lock:
            if self._counted():
                before = self._keys.get(key)
                # After a change or a deletion, the server still has an earlier value.
                first = created and (before is None or before.kind is Kind.CREATED)
                self._keys[key] = Missed(Kind.CREATED if first else Kind.REPLACED)

    def delete(self, key: str) -> None:
        """Record that a value was deleted in this process only."""
        with self._lock:
            if self._counted():
                self._keys[key] = Missed(Kind.DELETED)
                self._keys.move_to_end(key, last=False)

    def update(self, key: str, change: Change, ttl: float | None) -> None:
        """Record that a value was changed in this process only."""
        with self._lock:
            if self._counted():
                missed = self._keys.setdefault(key, Missed())
                self._keys.move_to_end(key, last=False)
                if not missed.discards:
                    missed.changes.append((change, ttl))

    def take(self) -> tuple[str, Missed] | None:
        """Return and forget the first key; None if there is none."""
        with self._lock:
            if not self._keys:
                # The changes of the next outage are counted from the beginning.
                self._count = 0
                return None
            key = next(iter(self._keys))
            return key, self._keys.pop(key)

    def put_back(self, key: str, missed: Missed) -> None:
        """Put a key that could not be brought up to date back in front of later changes, for the next try."""
        with self._lock:
            later = self._keys.get(key)
            if later is None:
                self._keys[key] = missed
            elif not later.discards:
                later.changes[:0] = missed.changes
                if missed.kind is not Kind.CHANGED:
                    later.kind = missed.kind

    def clear(self) -> None:
        """Forget all recorded changes, because the server was emptied."""
        with self._lock:
            self._keys.clear()
            self._count, self.overflown = 0, False

    def _counted(self) -> bool:
        self._count += 1
        if self._count > MOST_CHANGES:
            self.overflown = True
            self._keys.clear()
        return not self.overflown
