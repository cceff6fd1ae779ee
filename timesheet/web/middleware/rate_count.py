"""Request counts for rate limits: in the memory of one process, or shared by all while that is possible."""

from __future__ import annotations

from threading import Lock
from time import time
from typing import Protocol

CLEARED_EVERY = 60
NEVER_COUNTED = (0, 0.0)


class Counts(Protocol):
    """Counts that all processes share. Every answer is None while they cannot be reached."""

    def count(self, key: str, amount: int, seconds: float) -> int | None:
        """Count ``amount`` more in a window of ``seconds`` that begins with the first one; return the count."""

    def read(self, key: str) -> tuple[int, float] | None:
        """Return the count, and the seconds until its window ends."""


class MemoryCounts:
    """A count and the end of its window for each key; counting also deletes expired ones, once a minute."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, float]] = {}
        self._clear_at = 0.0
        self._lock = Lock()

    def add(self, key: str, seconds: float) -> int:
        """Count one more in a window of ``seconds`` that begins with the first one; return the count."""
        now = time()
        with self._lock:
            if now >= self._clear_at:
                self._clear(now)
            count, end = self._counts.get(key, NEVER_COUNTED)
            count, end = (count + 1, end) if end > now else (1, now + seconds)
            self._counts[key] = count, end
        return count

    def wait(self, key: str) -> float:
        """Return the seconds until the window ends, 0 if there is none."""
        return max(0.0, self._counts.get(key, NEVER_COUNTED)[1] - time())

    def __len__(self) -> int:
        """Return how many keys are in memory."""
        return len(self._counts)

    def _clear(self, now: float) -> None:
        self._clear_at = now + CLEARED_EVERY
        self._counts = {key: held for key, held in self._counts.items() if held[1] > now}


class SharedCounts(MemoryCounts):
    """Counts in ``shared``; while it cannot be reached, each process counts for itself."""

    def __init__(self, shared: Counts) -> None:
        super().__init__()
        self._shared = shared

    def add(self, key: str, seconds: float) -> int:
        """See MemoryCounts."""
        count = self._shared.count(key, 1, seconds)
        return super().add(key, seconds) if count is None else count

    def wait(self, key: str) -> float:
        """See MemoryCounts."""
        found = self._shared.read(key)
        return super().wait(key) if found is None else found[1]
