"""Cache what was read: the newest read, and a stale fallback for while Jira cannot be reached."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from timesheet.domain.errors import AppBusy, JiraUnavailable
from timesheet.services.ports.cache import Cache

T = TypeVar("T")


class Read(Protocol):
    """A value that was read from Jira by a call that began at ``read_at``."""

    @property
    def read_at(self) -> datetime:
        """Return when (UTC) the read began."""


R = TypeVar("R", bound=Read)

LAST_SECONDS = 12 * 3600
PAUSE_SECONDS = 15
ALONE = timedelta(seconds=2)
"""The time for which a snapshot is fresh while this process does not learn what others write."""

CLOCKS_APART = timedelta(seconds=5)
"""The time by which the clocks of two processes may differ."""


def read_with_fallback(cache: Cache, key: str, read: Callable[[], T], ttl: float) -> T:
    """Return the result of ``read``, cached for ``ttl`` seconds; after that the last result if Jira does not respond.

    Raise what ``read`` raises if there is no earlier result, or if Jira refuses.
    """

    def ask() -> T:
        value = read()
        cache.put(last_key(key), value, LAST_SECONDS)
        return value

    try:
        return cache.get_or_create(key, ask, ttl)
    except JiraUnavailable as error:
        last: T | None = cache.get(last_key(key))
        if last is None:
            raise
        if not isinstance(error, AppBusy):
            cache.put(key, last, PAUSE_SECONDS)
        return last


def keep_newest(cache: Cache, key: str, read: R, now: datetime, ttl: float) -> R:
    """Cache a read and return it, or the cached one if that began later: a slow read never replaces a newer one."""
    cached = cache.get(key)
    if isinstance(cached, type(read)) and cached.read_at > read.read_at and not is_ahead(cached.read_at, now):
        return cached
    cache.put(key, read, ttl)
    return read


def last_key(key: str) -> str:
    """Return the cache key of the fallback."""
    return f"{key}:last"


def fresh_for(cache: Cache, usual: timedelta) -> timedelta:
    """Return ``usual``, or two seconds while this process does not learn what others write."""
    return min(usual, ALONE) if cache.isolated else usual


def is_ahead(read_at: datetime, now: datetime) -> bool:
    """Return True if a read is of the future, because the clock was set back since.

    It has no age then, and nobody knows which changes are later.
    """
    return read_at - now > CLOCKS_APART
