"""Share one read between the thread that begins it and the one that needs its result."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import TypeVar

from timesheet.domain.errors import TimesheetError

T = TypeVar("T")


def once(read: Callable[[], T]) -> Callable[[], T]:
    """Return a function that reads at its first call, and has the same result or error whenever it is called.

    A call of another thread waits for the read.
    """
    lock, outcome = Lock(), Future[T]()

    def get() -> T:
        with lock:
            if not outcome.done():
                try:
                    outcome.set_result(read())
                except TimesheetError as error:
                    outcome.set_exception(error)
        return outcome.result()

    return get
