"""A cache whose server is away, for tests of the services."""

from __future__ import annotations

from timesheet.adapters.cache.memory import MemoryCache


class Alone(MemoryCache):
    """A cache whose server is away, with what another one holds."""

    isolated = True

    def __init__(self, other: MemoryCache) -> None:
        super().__init__()
        self.__dict__ = other.__dict__
