"""Check whether something responds, without blocking the caller if it is silent."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Lock, Thread


class TimedCheck:
    """Checks in a thread of its own, one at a time; other callers wait for the same check, at most ``seconds``."""

    def __init__(self, ask: Callable[[], bool], seconds: float) -> None:
        self._ask, self._seconds = ask, seconds
        self._lock = Lock()
        self._under_way: _Check | None = None

    def succeeds(self) -> bool:
        """Return True if the check succeeded in time."""
        with self._lock:
            if self._under_way is None or self._under_way.done.is_set():
                self._under_way = _Check()
                Thread(target=self._run, args=(self._under_way,), daemon=True).start()
            check = self._under_way
        return check.done.wait(self._seconds) and check.answer

    def wait(self) -> None:
        """Return when no check is under way."""
        with self._lock:
            check = self._under_way
        if check:
            check.done.wait()

    def _run(self, check: _Check) -> None:
        try:
            check.answer = self._ask()
        finally:
            check.done.set()


class _Check:
    def __init__(self) -> None:
        self.done, self.answer = Event(), False
