"""Computed once for each object, without blocking other objects."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from timesheet.domain.lazy import lazy


class Slow:
    """An object whose answer takes as long as ``go`` says."""

    def __init__(self, go: threading.Event) -> None:
        self.go, self.inside, self.times = go, threading.Event(), 0

    @lazy
    def answer(self) -> int:
        """Return the answer."""
        self.inside.set()
        assert self.go.wait(30)
        self.times += 1
        return self.times


def test_it_is_worked_out_once() -> None:
    go = threading.Event()
    go.set()
    slow = Slow(go)
    assert (slow.answer, slow.answer, slow.times) == (1, 1, 1)
    assert Slow.answer.__doc__ == "Return the answer."


def test_one_that_takes_long_holds_up_no_other() -> None:
    slow, fast = Slow(threading.Event()), Slow(threading.Event())
    fast.go.set()
    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(lambda: slow.answer)
        assert slow.inside.wait(30)
        try:
            assert pool.submit(lambda: fast.answer).result(30) == 1
        finally:
            slow.go.set()
        assert waiting.result(30) == 1
