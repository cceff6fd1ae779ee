"""What Jira told last stands in while it cannot be asked: without it, a held reading could not be shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from timesheet.domain.errors import AppBusy, JiraUnavailable
from timesheet.services.ports.jira import Cache

T = TypeVar("T")

LAST_SECONDS = 12 * 3600
PAUSE_SECONDS = 15


def read_with_fallback(cache: Cache, key: str, read: Callable[[], T], ttl: float) -> T:
    """What ``read`` gives, kept for ``ttl`` seconds; after that what it gave last, where Jira does not answer.

    Raises what ``read`` raises when there is nothing to stand in, or when Jira answers with a refusal.
    """

    def asked() -> T:
        value = read()
        cache.put(last_key(key), value, LAST_SECONDS)
        return value

    try:
        return cache.get_or_create(key, asked, ttl)
    except JiraUnavailable as error:
        last: T | None = cache.get(last_key(key))
        if last is None:
            raise
        if not isinstance(error, AppBusy):
            cache.put(key, last, PAUSE_SECONDS)
        return last


def last_key(key: str) -> str:
    """Where the stand-in lies."""
    return f"{key}:last"
