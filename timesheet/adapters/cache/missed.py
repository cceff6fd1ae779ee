"""Keep the changes that the cache server missed while it was away, to make them when it is back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MOST_CHANGES = 20_000

Change = Callable[[Any], Any]


@dataclass(slots=True)
class Missed:
    """The changes of one key: it was ``created`` because it was absent, or ``replaced``, or ``deleted``.

    Otherwise the ``changes``, with their expiry, were made to a value that others may have changed too.
    """

    created: bool = False
    replaced: bool = False
    deleted: bool = False
    changes: list[tuple[Change, float | None]] = field(default_factory=list)

    @property
    def shared(self) -> bool:
        """Return True if this process's value may be given to others that have none, because it is complete.

        A change with its own expiry creates a record of changes, of which each process has a part.
        """
        return self.created or self.replaced or any(ttl is not None for _, ttl in self.changes)


class MissedChanges:
    """The missed changes by key, in order.

    Thread safe. ``overflown`` after too many: then nothing on the server can be trusted.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, Missed] = {}
        self._count = 0
        self.overflown = False

    def put(self, key: str, *, created: bool = False) -> None:
        """Record that a value was stored in this process only; ``created`` if there was none before."""
        with self._lock:
            if self._counted():
                self._keys[key] = Missed(created=created, replaced=not created)

    def delete(self, key: str) -> None:
        """Record that a value was deleted in this process only."""
        with self._lock:
            if self._counted():
                self._keys[key] = Missed(deleted=True)

    def update(self, key: str, change: Change, ttl: float | None) -> None:
        """Record that a value was changed in this process only."""
        with self._lock:
            if self._counted():
                missed = self._keys.setdefault(key, Missed())
                if not (missed.replaced or missed.deleted):
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
            elif not (later.replaced or later.deleted):
                later.changes[:0] = missed.changes
                later.replaced, later.deleted = missed.replaced, missed.deleted

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
