"""A cache inside one process: bounded, with an expiry, and lost when the process ends."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from timesheet.adapters.cache.flight import Enter, Flights, anybody

T = TypeVar("T")

MOST_ENTRIES = 10_000


class MemoryCache:
    """A bounded cache. The least recently used entries are removed first when it is full. Thread safe."""

    def __init__(
        self,
        size: int = MOST_ENTRIES,
        now: Callable[[], float] = time.monotonic,
        enter: Enter = anybody,
    ) -> None:
        self._size = size
        self._now = now
        self._lock = threading.Lock()
        self._flights = Flights(enter)
        self._entries: OrderedDict[str, tuple[Any, float]] = OrderedDict()

    def get_or_create(self, key: str, create: Callable[[], T], ttl: float) -> T:
        found = self.get(key)
        if found is not None:
            return found  # type: ignore[no-any-return]
        return self._flights.share(key, lambda: self._created(key, create, ttl))  # type: ignore[no-any-return]

    def turn(self, key: str) -> AbstractContextManager[None]:
        return self._flights.turn(key)

    def get(self, key: str) -> Any:
        with self._lock:
            entry = self._live(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: str, value: object, ttl: float) -> None:
        with self._lock:
            self._entries[key] = (value, self._now() + ttl)
            self._entries.move_to_end(key)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)

    def update(self, key: str, change: Callable[[Any], Any], ttl: float | None = None) -> None:
        with self._lock:
            if entry := self._live(key):
                until = entry[1] if ttl is None else self._now() + ttl
                self._entries[key] = (change(entry[0]), until)

    def delete(self, key: str) -> None:
        with self._lock:
            self._entries.pop(key, None)

    def _live(self, key: str) -> tuple[Any, float] | None:
        entry = self._entries.get(key)
        if entry is not None and entry[1] <= self._now():
            del self._entries[key]
            return None
        return entry

    def _created(self, key: str, create: Callable[[], T], ttl: float) -> T:
        found = self.get(key)
        if found is not None:
            return found  # type: ignore[no-any-return]
        value = create()
        if ttl > 0:
            self.put(key, value, ttl)
        return value
