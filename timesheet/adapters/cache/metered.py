"""A cache that counts hits and misses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from timesheet.services.ports.jira import Cache
from timesheet.services.ports.meter import Meter

T = TypeVar("T")


class MeteredCache:
    """Passes everything on to the cache inside."""

    def __init__(self, inside: Cache, meter: Meter) -> None:
        self._inside, self._meter = inside, meter
        self.put, self.update, self.delete = inside.put, inside.update, inside.delete
        self.turn = inside.turn

    @property
    def isolated(self) -> bool:
        """See Cache."""
        return self._inside.isolated

    def get_or_create(self, key: str, create: Callable[[], T], ttl: float) -> T:
        made = False

        def counted() -> T:
            nonlocal made
            made = True
            return create()

        value = self._inside.get_or_create(key, counted, ttl)
        self._meter.looked_up(not made)
        return value

    def get(self, key: str) -> Any:
        value = self._inside.get(key)
        self._meter.looked_up(value is not None)
        return value
