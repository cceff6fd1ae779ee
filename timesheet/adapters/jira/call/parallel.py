"""Make several calls to Jira at once: one bounded pool for the whole app, and only a part of it for one site."""

from __future__ import annotations

import contextvars
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeVar

from timesheet.adapters.jira.call.ratelimit import WIDE
from timesheet.domain.errors import TimesheetError

A = TypeVar("A")
R = TypeVar("R")

MOST = 4 * WIDE


class Threads:
    """The threads of the whole app, of which a site gets at most eight; the others stay available if it hangs."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(MOST, thread_name_prefix="jira")
        self._lock = threading.Lock()
        self._busy: Counter[str] = Counter()

    def start(self, site: str, work: Callable[..., R], *args: Any) -> Future[R] | None:
        """Start ``work`` with the caller's context variables; return None if no thread is free for ``site``."""
        with self._lock:
            if self._busy[site] >= WIDE or self._busy.total() >= MOST:
                return None
            self._busy[site] += 1
        future = self._pool.submit(contextvars.copy_context().run, work, *args)
        future.add_done_callback(lambda _: self._give_back(site))
        return future

    def close(self) -> None:
        """End the threads, after the calls in progress."""
        self._pool.shutdown()

    def _give_back(self, site: str) -> None:
        with self._lock:
            self._busy[site] -= 1
            if not self._busy[site]:
                del self._busy[site]


@dataclass(eq=False)
class Parallel:
    """Runs the work of one site in several threads; if none is free for it, the caller does the work."""

    _threads: Threads = field(default_factory=Threads)
    _site: str = ""

    def each(self, work: Callable[[A], R], items: Sequence[A], width: int) -> Iterator[R | TimesheetError]:
        """Yield results in the order of ``items``, ``width`` at once; a domain error replaces its result."""
        if len(items) == 1:
            yield _outcome(work, items[0])
            return
        futures: list[Future[R | TimesheetError]] = []
        for index in range(len(items)):
            while len(futures) < min(len(items), index + width):
                futures.append(self._started(work, items[len(futures)]))
            yield futures[index].result()

    def flow(self, width: Callable[[], int]) -> Flow:
        """Return a flow of calls whose responses may lead to further calls."""
        return Flow(self, width)

    def start(self, work: Callable[..., R], *args: Any) -> Future[R] | None:
        """Start ``work``, which must not wait for other work of these threads; return None if none is free."""
        return self._threads.start(self._site, work, *args)

    def _started(self, work: Callable[[A], R], item: A) -> Future[R | TimesheetError]:
        future = self.start(_outcome, work, item)
        if future is None:
            future = Future()
            future.set_result(_outcome(work, item))
        return future


class _Step(NamedTuple):
    work: Callable[[], Any]
    then: Callable[[Any], None]


class Flow:
    """Calls in progress for one caller, who handles the responses one by one in their own thread as they arrive.

    ``width`` is asked before each call how many may run at once. A single call needs no other thread, and if
    none is free, the caller does the work.
    """

    def __init__(self, parallel: Parallel, width: Callable[[], int]) -> None:
        self._parallel, self._width = parallel, width
        self._next: deque[_Step] = deque()
        self._later: deque[_Step] = deque()
        self._running: dict[Future[Any], Callable[[Any], None]] = {}
        self._done: SimpleQueue[Future[Any]] = SimpleQueue()
        self._idle: deque[Callable[[], None]] = deque()

    def add(
        self, work: Callable[[], R], then: Callable[[R | TimesheetError], None], *, later: bool = False
    ) -> None:
        """Run ``work`` and pass its result, or its domain error, to ``then``.

        ``later``: run it only if nothing else waits, for work without further calls.
        """
        (self._later if later else self._next).append(_Step(work, then))
        if self._running:
            self._fill()

    def when_idle(self, do: Callable[[], None]) -> None:
        """Let the caller do something while no response waits for them, so it delays no call."""
        self._idle.append(do)

    def run(self) -> None:
        """Run all work and what follows from it; raise what a ``then`` raises, and drop the rest."""
        try:
            while self._running or self._next or self._later or self._idle:
                self._advance()
        finally:
            for future in self._running:
                future.cancel()

    def _advance(self) -> None:
        if self._idle and self._done.empty():
            self._idle.popleft()()
            return
        if self._running or len(self._next) + len(self._later) > 1:
            self._fill()
        if self._running:
            future = self._done.get()
            self._running.pop(future)(future.result())
        else:
            step = self._waiting().popleft()
            step.then(_outcome(_call, step.work))

    def _fill(self) -> None:
        width = self._width()
        while (waiting := self._waiting()) and len(self._running) < width:
            future = self._parallel.start(_outcome, _call, waiting[0].work)
            if future is None:
                return
            self._running[future] = waiting.popleft().then
            future.add_done_callback(self._done.put)

    def _waiting(self) -> deque[_Step]:
        return self._next or self._later


def _call(work: Callable[[], R]) -> R:
    return work()


def _outcome(work: Callable[[A], R], item: A) -> R | TimesheetError:
    try:
        return work(item)
    except TimesheetError as error:
        return error
