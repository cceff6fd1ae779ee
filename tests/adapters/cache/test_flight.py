"""Values that several callers want at once: one of them makes it, and the others wait or give up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import fakeredis
import pytest

from tests.adapters.support.caches import box, shared
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.services.ports.cache import Cache
from timesheet.services.resilience.patience import Patience, TooSlow, with_patience


def test_ten_at_once_make_it_once(cache: Cache) -> None:
    made, inside, go = [], threading.Event(), threading.Event()

    def make() -> int:
        made.append(1)
        inside.set()
        assert go.wait(30)
        return len(made)

    with ThreadPoolExecutor(10) as pool:
        first = pool.submit(cache.get_or_create, "key", make, 60)
        assert inside.wait(30)
        others = [pool.submit(cache.get_or_create, "key", make, 60) for _ in range(9)]
        go.set()
        assert {future.result() for future in (first, *others)} == {1}
    assert cache.get_or_create("key", lambda: 99, 60) == 1


def test_one_at_a_time_has_its_turn_and_a_failure_ends_it(cache: Cache) -> None:
    inside, go, order = threading.Event(), threading.Event(), list[str]()

    def first() -> None:
        with cache.turn("key"):
            inside.set()
            assert go.wait(30)
            order.append("first")
            raise LookupError("no")

    def second() -> None:
        with cache.turn("key"):
            order.append("second")

    with ThreadPoolExecutor(2) as pool:
        failing = pool.submit(first)
        assert inside.wait(30)
        waiting = pool.submit(second)
        with cache.turn("another key"):
            order.append("another key")
        go.set()
        waiting.result(30)
        with pytest.raises(LookupError):
            failing.result(30)
    assert order == ["another key", "first", "second"]
    with cache.turn("key"):
        order.append("again")


def test_two_processes_take_turns() -> None:
    client, sealed = fakeredis.FakeRedis(), box()
    tries, order = list[float](), list[str]()
    theirs = shared(client, sealed)
    waiting = theirs.turn("key")
    waiting.__enter__()

    def let_go(seconds: float) -> None:
        tries.append(seconds)
        order.append("theirs")
        waiting.__exit__(None, None, None)

    with shared(client, sealed, sleep=let_go).turn("key"):
        order.append("ours")
    assert order == ["theirs", "ours"]
    assert len(tries) == 1


def test_two_processes_make_it_once() -> None:
    client, sealed, waited = fakeredis.FakeRedis(), box(), threading.Event()
    one, other = shared(client, sealed), shared(client, sealed, sleep=lambda _: waited.set())

    def make() -> str:
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(other.get_or_create, "key", lambda: "other", 60)
            assert waited.wait(30)
            results.append(future)
            one.put("key", "one", 60)
            return "one"

    results: list[Any] = []
    assert one.get_or_create("key", make, 60) == "one"
    assert results[0].result() == "one"


class Full(Exception):
    """Refuses every wait."""


@pytest.mark.parametrize("kind", ["memory", "redis"])
def test_whoever_would_wait_long_for_anothers_making_can_be_refused(kind: str) -> None:
    entered, inside, go = [], threading.Event(), threading.Event()

    def enter() -> None:
        entered.append(1)
        raise Full

    cache = MemoryCache(enter=enter) if kind == "memory" else shared(enter=enter)

    def make() -> int:
        inside.set()
        assert go.wait(30)
        return 1

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.get_or_create, "key", make, 60)
        assert inside.wait(30)
        with pytest.raises(Full):
            pool.submit(cache.get_or_create, "key", make, 60).result(30)
        go.set()
        assert first.result(30) == 1
    assert cache.get_or_create("key", make, 60) == 1
    assert entered == [1]


def test_whoever_waits_for_another_process_can_be_refused_too() -> None:
    client, sealed, waits = fakeredis.FakeRedis(), box(), list[float]()

    def enter() -> None:
        raise Full

    def make() -> int:
        with pytest.raises(Full):
            shared(client, sealed, sleep=waits.append, enter=enter).get_or_create("key", lambda: 2, 60)
        return 1

    assert shared(client, sealed).get_or_create("key", make, 60) == 1
    assert 0.05 <= sum(waits) <= 0.1


def test_what_one_caller_gives_up_another_makes(cache: Cache) -> None:
    begun, join = threading.Event(), threading.Event()

    def give_up() -> int:
        begun.set()
        join.wait(10)
        raise TooSlow

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(within, -1.0, cache, give_up)
        assert begun.wait(10)
        second = pool.submit(cache.get_or_create, "key", lambda: 2, 0)
        join.set()
        assert second.result(10) == 2
        assert isinstance(first.exception(10), TooSlow)


def test_nobody_waits_for_another_longer_than_they_may(cache: Cache) -> None:
    begun, end = threading.Event(), threading.Event()

    def make() -> int:
        begun.set()
        assert end.wait(10)
        return 1

    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(cache.get_or_create, "key", make, 0)
        assert begun.wait(10)
        waiting = pool.submit(within, 0.1, cache, lambda: 2)
        assert isinstance(waiting.exception(10), TooSlow)
        end.set()
        assert slow.result(10) == 1


def test_nobody_waits_for_their_turn_longer_than_they_may(cache: Cache) -> None:
    begun, end = threading.Event(), threading.Event()

    def take() -> None:
        with cache.turn("key"):
            begun.set()
            assert end.wait(10)

    def wait() -> None:
        with with_patience(Patience(time.monotonic() + 0.1)), cache.turn("key"):
            raise AssertionError("the turn is taken")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(take)
        assert begun.wait(10)
        assert isinstance(pool.submit(wait).exception(10), TooSlow)
        end.set()
        first.result(10)
    with cache.turn("key"):
        pass


def within(seconds: float, cache: Cache, make: Callable[[], int]) -> int:
    """Ask for a value as somebody who may wait for so many seconds."""
    with with_patience(Patience(time.monotonic() + seconds)):
        return cache.get_or_create("key", make, 0)
