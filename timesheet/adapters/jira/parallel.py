"""Several calls to Jira at once: one bounded pool for the whole app, and of it only a part for one site."""

from __future__ import annotations

import contextvars
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from timesheet.adapters.jira.ratelimit import WIDE
from timesheet.domain.errors import TimesheetError

A = TypeVar("A")
R = TypeVar("R")

MOST = 4 * WIDE


class Threads:
    """The threads of the whole app, of which a site gets eight at most; the others are there when it hangs."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(MOST, thread_name_prefix="jira")
        self._lock = threading.Lock()
        self._busy: Counter[str] = Counter()

    def start(self, site: str, work: Callable[[], R]) -> Future[R] | None:
        """``work`` under way, with the caller's context variables; None where no thread is free for ``site``."""
        with self._lock:
            if self._busy[site] >= WIDE or self._busy.total() >= MOST:
                return None
            self._busy[site] += 1
        future = self._pool.submit(contextvars.copy_context().run, work)
        future.add_done_callback(lambda _: self._give_back(site))
        return future

    def close(self) -> None:
        """End the threads; waits for the calls under way."""
        self._pool.shutdown()

    def _give_back(self, site: str) -> None:
        with self._lock:
            self._busy[site] -= 1
            if not self._busy[site]:
                del self._busy[site]


class Parallel:
    """Runs the work of one site in several threads; where none is free for it the caller works himself."""

    def __init__(self, threads: Threads | None = None, site: str = "") -> None:
        self._threads = threads or Threads()
        self._site = site

    def each(self, work: Callable[[A], R], items: Sequence[A], width: int) -> Iterator[R | TimesheetError]:
        """Results in the order of ``items``, ``width`` at once; a domain error takes its result's place."""
        if len(items) == 1:
            yield _outcome(work, items[0])
            return
        futures: list[Future[R | TimesheetError]] = []
        for index in range(len(items)):
            while len(futures) < min(len(items), index + width):
                futures.append(self._started(work, items[len(futures)]))
            yield futures[index].result()

    def _started(self, work: Callable[[A], R], item: A) -> Future[R | TimesheetError]:
        future = self._threads.start(self._site, lambda: _outcome(work, item))
        if future is None:
            future = Future()
            future.set_result(_outcome(work, item))
        return future


def _outcome(work: Callable[[A], R], item: A) -> R | TimesheetError:
    try:
        return work(item)
    except TimesheetError as error:
        return error
