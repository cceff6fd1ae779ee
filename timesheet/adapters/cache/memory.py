"""A cache inside one process: bounded, with an expiry, and lost when the process ends."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple, Protocol, TypeVar

from timesheet.adapters.cache.flight import Enter, Flights, anybody
from timesheet.services.ports.cache import ValueChange

T = TypeVar("T")

MOST_ENTRIES = 10_000
MOST_BYTES = 96 * 1024 * 1024
LIGHT = 1024
HEAVY = 32 * 1024
WEIGHED_EVERY = 16
"""A heavy value is weighed again after so many changes; until then, each of them counts as ``LIGHT`` more."""


def light(value: object) -> int:
    """Return the same small weight in bytes for every value; the default."""
    del value
    return LIGHT


class Lookups(Protocol):
    """Counts lookups; see Meter."""

    def found(self) -> None:
        """Count one that found a value."""

    def missed(self) -> None:
        """Count one that found nothing."""


class Uncounted:
    """Counts nothing; the default."""

    def found(self) -> None:
        """See Lookups."""

    def missed(self) -> None:
        """See Lookups."""


UNCOUNTED = Uncounted()


class _Entry(NamedTuple):
    value: Any
    until: float
    weight: int
    changes: int = 0

    def __repr__(self) -> str:
        """Hide the value, which may be an access token or a person's text."""
        return f"_Entry(until={self.until}, weight={self.weight})"


class MemoryCache:
    """A bounded cache. The least recently used entries are removed first when it is full. Thread safe.

    ``size`` limits the entries, and ``most_bytes`` the sum of what ``weigh`` estimates for their values.
    ``lookups`` counts the lookups.
    """

    isolated = False

    def __init__(
        self,
        size: int = MOST_ENTRIES,
        now: Callable[[], float] = time.monotonic,
        enter: Enter = anybody,
        weigh: Callable[[Any], int] = light,
        most_bytes: int = MOST_BYTES,
        lookups: Lookups = UNCOUNTED,
    ) -> None:
        self._lookups = lookups
        self._size, self._most_bytes, self._weigh = size, most_bytes, weigh
        self._now = now
        self._lock = threading.Lock()
        self._flights = Flights(enter)
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._bytes = 0

    def get_or_create(self, key: str, create: Callable[[], T], ttl: float) -> T:
        found = self.get(key)
        if found is not None:
            return found  # type: ignore[no-any-return]
        return self._flights.share(key, lambda: self._created(key, create, ttl))  # type: ignore[no-any-return]

    def turn(self, key: str) -> AbstractContextManager[None]:
        return self._flights.turn(key)

    def get(self, key: str) -> Any:
        # Without a call for each step, because a request reads some twenty values.
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                if entry.until > self._now():
                    self._entries.move_to_end(key)
                    self._lookups.found()
                    return entry.value
                self._drop(key)
        self._lookups.missed()
        return None

    def get_all(self, keys: Sequence[str]) -> list[Any]:
        return [self.get(key) for key in keys]

    def left(self, key: str) -> float:
        """Return the seconds until a value expires; 0 if it is absent."""
        with self._lock:
            entry = self._live(key, now := self._now())
            return entry.until - now if entry else 0.0

    def put(self, key: str, value: object, ttl: float) -> None:
        weight = self._weigh(value)
        with self._lock:
            self._set(key, _Entry(value, self._now() + ttl, weight))

    def put_all(self, values: Mapping[str, object], ttl: float) -> None:
        for key, value in values.items():
            self.put(key, value, ttl)

    def update(self, key: str, change: Callable[[Any], Any], ttl: float | None = None) -> Any:
        with self._lock:
            entry = self._live(key, now := self._now())
            if entry is None:
                return None
            until = entry.until if ttl is None else now + ttl
            value = change(entry.value)
            self._set(key, self._changed(entry, value, until))
        return value

    def update_all(self, changes: Mapping[str, Callable[[Any], Any]]) -> list[Any]:
        return [self.update(key, change) for key, change in changes.items()]

    def change(
        self, key: str, new: Callable[[], T], change: Callable[[T], T], ttl: float, *, renew: bool = True
    ) -> None:
        with self._lock:
            now = self._now()
            entry = self._live(key, now) or _Entry(new(), now + ttl, 0)
            until = now + ttl if renew else entry.until
            self._set(key, self._changed(entry, change(entry.value), until))

    def change_all(self, changes: Mapping[str, ValueChange]) -> None:
        for key, change in changes.items():
            self.change(key, *change)

    def prefetch(self, name: str) -> AbstractContextManager[None]:
        """See Cache. There is no server to ask."""
        del name
        return nullcontext()

    def delete(self, key: str) -> None:
        with self._lock:
            self._drop(key)

    def _set(self, key: str, entry: _Entry) -> None:
        if before := self._entries.pop(key, None):
            self._bytes -= before.weight
        self._entries[key] = entry
        self._bytes += entry.weight
        while len(self._entries) > self._size or (self._bytes > self._most_bytes and len(self._entries) > 1):
            _, oldest = self._entries.popitem(last=False)
            self._bytes -= oldest.weight

    def _changed(self, entry: _Entry, value: object, until: float) -> _Entry:
        """Return the next state of an entry. Weighing a heavy value takes as long as changing it."""
        changes = (entry.changes + 1) % WEIGHED_EVERY
        known = changes and entry.weight >= HEAVY
        return _Entry(value, until, entry.weight + LIGHT if known else self._weigh(value), changes)

    def _drop(self, key: str) -> None:
        if entry := self._entries.pop(key, None):
            self._bytes -= entry.weight

    def _live(self, key: str, now: float) -> _Entry | None:
        entry = self._entries.get(key)
        return entry if entry and entry.until > now else None

    def _created(self, key: str, create: Callable[[], T], ttl: float) -> T:
        with self._lock:
            entry = self._live(key, self._now())
        if entry is not None:
            return entry.value  # type: ignore[no-any-return]
        value = create()
        if ttl > 0:
            self.put(key, value, ttl)
        return value
