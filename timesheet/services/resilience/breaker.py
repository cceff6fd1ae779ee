"""A circuit breaker: after several calls in a row without a response, further calls fail immediately."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from timesheet.services.resilience.bulkhead import TurnedAway, ignore_refusal

IN_A_ROW = 3
REST_SECONDS = 5.0
NO_ANSWER = "silent"


@dataclass(slots=True)
class _Silence:
    times: int = 0
    until: float = 0.0


class Breaker:
    """The servers that do not respond, by name. While one is silent, a single call every few seconds tests it."""

    def __init__(
        self, turned_away: TurnedAway = ignore_refusal, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._turned_away, self._now = turned_away, now
        self._silent: dict[str, _Silence] = {}
        self._lock = threading.Lock()

    def rest(self, server: str) -> float:
        """Return the seconds for which ``server`` must not be called; 0 if the caller may call it now and should."""
        if server not in self._silent:
            return 0.0
        with self._lock:
            silence, now = self._silent.get(server), self._now()
            if silence is None or silence.times < IN_A_ROW:
                return 0.0
            left = silence.until - now
            if left <= 0:
                silence.until = now + REST_SECONDS
                return 0.0
        self._turned_away(NO_ANSWER)
        return left

    def answered(self, server: str) -> None:
        """Record a response, so everybody may call the server again."""
        if server in self._silent:
            with self._lock:
                self._silent.pop(server, None)

    def unanswered(self, server: str) -> None:
        """Record a call that timed out.

        The rest starts with the call that makes the server count as silent. What times out later does not prolong
        it: such a call was sent before, and the server may have recovered since.
        """
        with self._lock:
            silence = self._silent.setdefault(server, _Silence())
            silence.times += 1
            if silence.times == IN_A_ROW:
                silence.until = self._now() + REST_SECONDS
