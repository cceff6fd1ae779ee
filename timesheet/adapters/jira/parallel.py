"""Several calls to Jira at once: one bounded pool for the whole app."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from timesheet.adapters.jira.ratelimit import WIDE
from timesheet.domain.errors import TimesheetError

A = TypeVar("A")
R = TypeVar("R")


class Parallel:
    """Runs work in at most eight threads, each with the caller's context variables."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(WIDE, thread_name_prefix="jira")

    def each(self, work: Callable[[A], R], items: Sequence[A], width: int) -> Iterator[R | TimesheetError]:
        """Results in the order of ``items``, ``width`` at once; a domain error takes its result's place."""
        if len(items) == 1:
            yield _outcome(work, items[0])
            return
        futures: list[Future[R | TimesheetError]] = []
        for index in range(len(items)):
            while len(futures) < min(len(items), index + width):
                context = contextvars.copy_context()
                futures.append(self._pool.submit(context.run, _outcome, work, items[len(futures)]))
            yield futures[index].result()

    def close(self) -> None:
        """End the threads; waits for the calls under way."""
        self._pool.shutdown()


def _outcome(work: Callable[[A], R], item: A) -> R | TimesheetError:
    try:
        return work(item)
    except TimesheetError as error:
        return error
