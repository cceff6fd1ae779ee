"""The memory of one process as the cache, which refuses what a cache server could not hold."""

from __future__ import annotations

from timesheet.adapters.cache.choice import CACHED
from timesheet.adapters.cache.codec import Codec
from timesheet.adapters.cache.memory import MemoryCache, _Entry

CODEC = Codec(CACHED)


class PortableCache(MemoryCache):
    """Fails as soon as a value is put that several processes could not share."""

    def _set(self, key: str, entry: _Entry) -> None:
        CODEC.encode(entry.value)
        super()._set(key, entry)
