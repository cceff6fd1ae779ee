"""Calls side by side: bounded by site, so that one that hangs leaves the others theirs."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from timesheet.adapters.jira.parallel import MOST, Parallel, Threads
from timesheet.adapters.jira.ratelimit import WIDE
from timesheet.domain.errors import NotFound


@pytest.fixture
def threads() -> Iterator[Threads]:
    made = Threads()
    yield made
    made.close()


def hang(threads: Threads, site: str, go: threading.Event) -> int:
    """As many calls as ``site`` gets threads for, all of which wait; how many that are."""
    count = 0
    while threads.start(site, lambda: go.wait(20)) is not None:
        count += 1
    return count


def test_results_come_in_order_and_errors_take_their_places(threads: Threads) -> None:
    def work(number: int) -> int:
        if number == 3:
            raise NotFound("gone")
        return number * 10

    results = list(Parallel(threads, "one").each(work, range(20), 8))
    assert [result for result in results if isinstance(result, int)] == [n * 10 for n in range(20) if n != 3]
    assert isinstance(results[3], NotFound)


def test_a_site_that_hangs_holds_its_own_threads_only(threads: Threads) -> None:
    go = threading.Event()
    try:
        assert hang(threads, "one", go) == WIDE
        names = list(Parallel(threads, "two").each(lambda _: threading.current_thread().name, range(20), 8))
        assert all(name.startswith("jira") for name in map(str, names))
    finally:
        go.set()


def test_where_no_thread_is_free_the_caller_works_himself(threads: Threads) -> None:
    go = threading.Event()
    try:
        assert sum(hang(threads, str(site), go) for site in range(MOST // WIDE + 1)) == MOST
        names = list(Parallel(threads, "more").each(lambda _: threading.current_thread().name, range(3), 8))
        assert names == [threading.current_thread().name] * 3
    finally:
        go.set()


def test_threads_are_given_back(threads: Threads) -> None:
    for _ in range(3):
        assert len(list(Parallel(threads, "one").each(str, range(50), WIDE))) == 50
    threads.close()
    assert not threads._busy
