"""Too much of one kind from one source is noticed once in a window, and nothing below it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from timesheet.adapters.cache.memory import MemoryCache
from timesheet.services.security_watch import (
    CROSS_SITE,
    DELETES,
    EXPORTS,
    FOREIGN_IDS,
    REFUSED_TOKENS,
    Burst,
    goes_too_far,
)


class Now:
    seconds = 0.0


def noticed(cache: MemoryCache, burst: Burst, times: int, *source: str) -> list[int]:
    """Which of so many were reported, counted from 1."""
    return [number for number in range(1, times + 1) if goes_too_far(cache, burst, *source)]


@pytest.mark.parametrize("burst", [REFUSED_TOKENS, CROSS_SITE, FOREIGN_IDS, EXPORTS, DELETES])
def test_the_one_that_is_too_many_is_noticed_and_no_other(burst: Burst) -> None:
    assert noticed(MemoryCache(), burst, burst.most, "a") == []
    assert noticed(MemoryCache(), burst, burst.most * 2 + 5, "a") == [burst.most + 1]


def test_sources_and_kinds_are_counted_apart() -> None:
    cache = MemoryCache()
    assert noticed(cache, EXPORTS, EXPORTS.most, "site", "a") == []
    assert noticed(cache, EXPORTS, EXPORTS.most, "site", "b") == []
    assert noticed(cache, DELETES, EXPORTS.most, "site", "a") == []
    assert noticed(cache, FOREIGN_IDS, 1, "a") == []
    assert noticed(cache, CROSS_SITE, 1, "a") == [1]


def test_a_new_window_begins_when_the_old_one_is_over() -> None:
    now = Now()
    cache = MemoryCache(now=lambda: now.seconds)
    assert noticed(cache, EXPORTS, EXPORTS.most + 1, "a") == [EXPORTS.most + 1]
    now.seconds = EXPORTS.seconds - 1
    assert noticed(cache, EXPORTS, EXPORTS.most + 1, "a") == []
    now.seconds = EXPORTS.seconds + 1
    assert noticed(cache, EXPORTS, EXPORTS.most + 1, "a") == [EXPORTS.most + 1]


def test_threads_at_once_report_once() -> None:
    cache = MemoryCache()
    with ThreadPoolExecutor(8) as pool:
        told = pool.map(lambda _: goes_too_far(cache, DELETES, "a"), range(200))
    assert sum(told) == 1
