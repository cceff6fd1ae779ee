"""Counts of requests in the memory of one process, for the paces.

The library's own store starts a thread for nearly every request, to throw away what has expired.
"""

from __future__ import annotations

from threading import Lock
from time import time

from limits.storage import Storage

SCHEME = "process-memory"
CLEARED_EVERY = 60
NEVER_COUNTED = (0, 0.0)


class MemoryCounts(Storage):
    """A count and the end of its window for each key; whoever counts clears away what has ended, once a minute."""

    STORAGE_SCHEME: list[str] | None = [SCHEME]  # noqa: RUF012  (the library declares it so)

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: float | str | bool):
        super().__init__(uri, wrap_exceptions, **options)
        self._counts: dict[str, tuple[int, float]] = {}
        self._clear_at = 0.0
        self._lock = Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What trouble with the store looks like; there is none."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count ``amount`` more in a window of ``expiry`` seconds that the first one opens; how many there are."""
        now = time()
        with self._lock:
            if now >= self._clear_at:
                self._clear(now)
            count, end = self._counts.get(key, NEVER_COUNTED)
            count, end = (count + amount, end) if end > now else (amount, now + expiry)
            self._counts[key] = count, end
        return count

    def get(self, key: str) -> int:
        """How many there are in the window."""
        count, end = self._counts.get(key, NEVER_COUNTED)
        return count if end > time() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in epoch seconds; now where there is none."""
        return self._counts.get(key, (0, time()))[1]

    def check(self) -> bool:
        """Memory is always there."""
        return True

    def reset(self) -> int:
        """Forget all; how many keys there were."""
        with self._lock:
            found = len(self._counts)
            self._counts.clear()
        return found

    def clear(self, key: str) -> None:
        """Forget one key."""
        with self._lock:
            self._counts.pop(key, None)

    def _clear(self, now: float) -> None:
        self._clear_at = now + CLEARED_EVERY
        self._counts = {key: held for key, held in self._counts.items() if held[1] > now}
