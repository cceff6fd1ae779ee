"""Single flight: concurrent callers who want the same value share one computation of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from typing import Any

from timesheet.services.resilience.patience import Ended, check_patience

Enter = Callable[[], None]
"""Called before a longer wait for a value that somebody else is creating; may raise to refuse the wait."""

BRIEF_SECONDS = 0.05
LOOK_SECONDS = 0.5
"""The pause after which somebody who waits checks whether they still may."""


def anybody() -> None:
    """Allow everybody to wait; the default."""


class Flights:
    """The values being computed now in this process, by key. Failures are shared too."""

    def __init__(self, enter: Enter = anybody) -> None:
        self._enter = enter
        self._lock = threading.Lock()
        self._making: dict[str, Future[Any]] = {}

    def share(self, key: str, make: Callable[[], Any]) -> Any:
        """Return the outcome of ``make``, run by the first of the concurrent callers.

        If that one gives up, another makes the value. Raise TooSlow or Stopped if this caller has to give up.
        """
        while True:
            try:
                return self._shared(key, make)
            except Ended:
                check_patience()

    def _shared(self, key: str, make: Callable[[], Any]) -> Any:
        with self._lock:
            shared = self._making.get(key)
            future: Future[Any] = shared or Future()
            self._making[key] = future
        if shared is not None:
            self._wait_for(shared)
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

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        """Let one caller at a time into the block with this key. Raise TooSlow or Stopped if one has to give up."""
        future: Future[Any] = Future()
        while True:
            with self._lock:
                before = self._making.setdefault(key, future)
            if before is future:
                break
            self._wait_for(before)
        try:
            yield
        finally:
            with self._lock:
                del self._making[key]
            future.set_result(None)

    def _wait_for(self, other: Future[Any]) -> None:
        """Wait for another caller. Raise TooSlow or Stopped if this one has to give up."""
        if not wait([other], BRIEF_SECONDS).done:
            # A wait longer than this is a wait for Jira.
            self._enter()
        while not wait([other], LOOK_SECONDS).done:
            check_patience()
