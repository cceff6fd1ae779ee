"""Log that something stopped answering, and that it is back: once each, however often and wherever it is tried."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

import structlog

from timesheet.domain.errors import DatabaseBusy

log = structlog.stdlib.get_logger("timesheet.job")


class Outage:
    """A server's outage, as all threads of a process see it; ``name`` begins its lines in the log.

    Threads ask at the same time, so an answer counts only if it was asked for after the outage began, and a failure
    only if nobody got an answer since it was asked for.
    """

    def __init__(self, name: str, timer: Callable[[], float] = monotonic) -> None:
        self._timer = timer
        self._away, self._back = f"{name}_away", f"{name}_back"
        self._since: float | None = None
        self._answered_at = float("-inf")
        self._lock = threading.Lock()

    def now(self) -> float:
        """Return the seconds of the timer at which a call is sent, to be passed on with its result."""
        return self._timer()

    def failed(self, sent_at: float, error: Exception) -> None:
        """Record that there was no answer, and why."""
        with self._lock:
            if self._since is not None or sent_at < self._answered_at:
                return
            self._since = self._timer()
        # A database may be full, too busy, or out of reach; the texts of other errors quote addresses.
        why = (
            {"sentence": error.sentence, "cause": str(error.__cause__)}
            if isinstance(error, DatabaseBusy)
            else {}
        )
        log.warning(self._away, kind=type(error).__name__, **why)

    def answered(self, sent_at: float) -> None:
        """Record that there was an answer."""
        with self._lock:
            now, since = self._timer(), self._since
            if since is not None and sent_at < since:
                return
            self._since, self._answered_at = None, now
        if since is not None:
            log.warning(self._back, seconds=round(now - since, 1))
