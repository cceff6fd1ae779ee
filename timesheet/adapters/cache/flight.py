"""Single flight: concurrent callers who want the same value share one computation of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any

Enter = Callable[[], None]
"""Called before a longer wait for a value that somebody else is creating; may raise to refuse the wait."""

BRIEF_SECONDS = 0.05


def anybody() -> None:
    """Allow everybody to wait; the default."""


class Flights:
    """The values being computed now in this process, by key. Failures are shared too."""

    def __init__(self, enter: Enter = anybody) -> None:
        self._enter = enter
        self._lock = threading.Lock()
        self._making: dict[str, Future[Any]] = {}

    def share(self, key: str, make: Callable[[], Any]) -> Any:
        """Return the outcome of ``make``, run by the first of the concurrent callers."""
        with self._lock:
            shared = self._making.get(key)
            future: Future[Any] = shared or Future()
            self._making[key] = future
        if shared is not None:
            if not wait([shared], BRIEF_SECONDS).done:
                # A wait longer than this is a wait for Jira.
                self._enter()
            return shared.result()
        try:
            future.set_result(make())
        except BaseException as error:
            future.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._making[key]
        return future.result()
