"""Counts in memory: a window begins with the first request and expires, and expired ones are deleted."""

from __future__ import annotations

import threading

import pytest
from limits import RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from timesheet.web.middleware import rate_count as limit_count
from timesheet.web.middleware.rate_count import CLEARED_EVERY, SCHEME, MemoryCounts

THREE = RateLimitItemPerMinute(3)


class Now:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Now:
    clock = Now()
    monkeypatch.setattr(limit_count, "time", clock)
    return clock


@pytest.fixture
def counts() -> MemoryCounts:
    found = storage_from_string(f"{SCHEME}://")
    assert isinstance(found, MemoryCounts)
    return found


def test_a_window_lets_so_many_in_and_ends(counts: MemoryCounts, now: Now) -> None:
    limiter = FixedWindowRateLimiter(counts)
    counts.incr("earlier", 1)
    now.at += 30
    assert [limiter.hit(THREE, "ana") for _ in range(5)] == [True, True, True, False, False]
    assert limiter.hit(THREE, "ben")
    end = now.at + 60
    assert counts.get_expiry(THREE.key_for("ana")) == end
    now.at = end - 0.1
    assert not limiter.hit(THREE, "ana")
    now.at = end
    assert counts.get(THREE.key_for("ana")) == 0
    assert limiter.hit(THREE, "ana")
    assert counts.get(THREE.key_for("ana")) == 1


def test_what_has_ended_is_cleared_away(counts: MemoryCounts, now: Now) -> None:
    for number in range(500):
        counts.incr(f"key-{number}", 30)
    counts.incr("long", 3600, 2)
    now.at += CLEARED_EVERY
    counts.incr("new", 30)
    assert (counts.get("long"), counts.get("new"), counts.reset()) == (2, 1, 2)
    assert (counts.get("long"), counts.get_expiry("long"), counts.check()) == (0, now.at, True)


def test_one_key_is_forgotten_alone(counts: MemoryCounts) -> None:
    counts.incr("one", 60)
    counts.incr("other", 60)
    counts.clear("one")
    counts.clear("never counted")
    assert (counts.get("one"), counts.get("other")) == (0, 1)


def test_counting_starts_no_thread_and_loses_none(counts: MemoryCounts) -> None:
    before = threading.active_count()
    counts.incr("alone", 60)
    assert threading.active_count() == before
    threads = [
        threading.Thread(target=lambda: [counts.incr("all", 60) for _ in range(500)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts.get("all") == 8 * 500
