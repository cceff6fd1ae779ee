"""Keep what is computed from a site's data for as long as its revision stays the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from timesheet.services.ports.cache import Cache
from timesheet.services.ports.stores import Stores

T = TypeVar("T")

CACHE_SECONDS = 600


def at_revision(stores: Stores, cache: Cache, name: str, compute: Callable[[], T]) -> T:
    """Return what was computed under this name at the site's current revision, by any process, or compute it.

    ``name`` begins with the site's key and says everything else that the result depends on. Several processes may
    compute it at the same time: that takes less than letting one wait for another.
    """
    revision = stores.revision()
    if revision is None:
        return compute()
    key = f"{name}:{revision}"
    found: T | None = cache.get(key)
    if found is None:
        found = compute()
        cache.put(key, found, CACHE_SECONDS)
    return found
