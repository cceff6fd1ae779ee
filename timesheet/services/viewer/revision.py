"""Keep what is computed from a site's data for as long as its revision stays the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from timesheet.services.ports.jira import Cache
from timesheet.services.ports.stores import Stores

T = TypeVar("T")

KEPT_SECONDS = 600


def at_revision(stores: Stores, cache: Cache, name: str, compute: Callable[[], T]) -> T:
    """Return what was computed under this name at the site's current revision, by any process, or compute it.

    ``name`` begins with the site's key and says everything else that the result depends on.
    """
    revision = stores.revision()
    return compute() if revision is None else cache.get_or_create(f"{name}:{revision}", compute, KEPT_SECONDS)
