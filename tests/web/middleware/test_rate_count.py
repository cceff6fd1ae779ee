"""Counts in memory: a window begins with the first request and expires, and expired ones are deleted."""

from __future__ import annotations

import threading

import pytest

from timesheet.web.middleware import rate_count
from timesheet.web.middleware.rate_count import CLEARED_EVERY, MemoryCounts


class Now:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Now:
    clock = Now()
    monkeypatch.setattr(rate_count, "time", clock)
    return clock


@pytest.fixture
def counts() -> MemoryCounts:
    return MemoryCounts()


def test_a_window_begins_with_the_first_and_ends(counts: MemoryCounts, now: Now) -> None:
    counts.add("earlier", 1)
    now.at += 30
    assert [counts.add("ana", 60) for _ in range(5)] == [1, 2, 3, 4, 5]
    assert counts.add("ben", 60) == 1
    assert counts.wait("ana") == 60
    now.at += 59
    assert (counts.add("ana", 60), counts.wait("ana")) == (6, 1)
    now.at += 1
    assert counts.wait("ana") == 0
    assert (counts.add("ana", 60), counts.wait("ana")) == (1, 60)


def test_who_was_never_counted_need_not_wait(counts: MemoryCounts) -> None:
    assert counts.wait("nobody") == 0


def test_what_has_ended_is_cleared_away(counts: MemoryCounts, now: Now) -> None:
    for number in range(500):
        counts.add(f"key-{number}", 30)
    counts.add("long", 3600)
    assert len(counts) == 501
    now.at += CLEARED_EVERY
    counts.add("new", 30)
    assert len(counts) == 2
    assert (counts.add("long", 3600), counts.add("new", 30)) == (2, 2)


def test_counting_starts_no_thread_and_loses_none(counts: MemoryCounts) -> None:
    before = threading.active_count()
    counts.add("alone", 60)
    assert threading.active_count() == before
    threads = [threading.Thread(target=lambda: [counts.add("all", 60) for _ in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts.add("all", 60) == 8 * 500 + 1
