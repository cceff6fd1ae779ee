"""Request counts for rate limits: in the memory of one process, or shared by all while that is possible.

The library's memory store starts a thread for nearly every request to delete expired counts, and with its
server store requests would wait for a server that is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from time import time
from typing import Protocol

from limits.storage import Storage

SCHEME, SHARED_SCHEME = "process-memory", "shared-counts"
CLEARED_EVERY = 60
NEVER_COUNTED = (0, 0.0)


class Counts(Protocol):
    """Counts that all processes share. Every answer is None while they cannot be reached."""

    def count(self, windows: Sequence[tuple[str, float]], amount: int) -> Sequence[int] | None:
        """Count ``amount`` more of each key, in a window of so many seconds that begins with the first one.

        Return the counts.
        """

    def read(self, key: str) -> tuple[int, float] | None:
        """Return the count, and the seconds until its window ends."""


class MemoryCounts(Storage):
    """A count and the end of its window for each key; counting also deletes expired ones, once a minute."""

    STORAGE_SCHEME: list[str] | None = [SCHEME]  # noqa: RUF012  (the library declares it so)

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: float | str | bool):
        super().__init__(uri, wrap_exceptions, **options)
        self._counts: dict[str, tuple[int, float]] = {}
        self._clear_at = 0.0
        self._lock = Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return the exceptions of the store; there are none."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count ``amount`` more in a window of ``expiry`` seconds that begins with the first one; return the count."""
        [count] = self.count_each([(key, expiry)], amount)
        return count

    def count_each(self, windows: Sequence[tuple[str, float]], amount: int = 1) -> Sequence[int]:
        """Count ``amount`` more of each key, in a window of so many seconds that begins with the first one."""
        now, counts = time(), list[int]()
        with self._lock:
            if now >= self._clear_at:
                self._clear(now)
            for key, seconds in windows:
                count, end = self._counts.get(key, NEVER_COUNTED)
                count, end = (count + amount, end) if end > now else (amount, now + seconds)
                self._counts[key] = count, end
                counts.append(count)
        return counts

    def get(self, key: str) -> int:
        """Return the count in the window."""
        count, end = self._counts.get(key, NEVER_COUNTED)
        return count if end > time() else 0

    def get_expiry(self, key: str) -> float:
        """Return when the window ends, in epoch seconds; now if there is none."""
        return self._counts.get(key, (0, time()))[1]

    def check(self) -> bool:
        """Return True, because memory is always available."""
        return True

    def reset(self) -> int:
        """Delete all counts; return how many keys there were."""
        with self._lock:
            found = len(self._counts)
            self._counts.clear()
        return found

    def clear(self, key: str) -> None:
        """Delete one key."""
        with self._lock:
            self._counts.pop(key, None)

    def _clear(self, now: float) -> None:
        self._clear_at = now + CLEARED_EVERY
        self._counts = {key: count for key, count in self._counts.items() if count[1] > now}


class SharedCounts(MemoryCounts):
    """Counts in ``shared``; while it cannot be reached, each process counts for itself."""

    STORAGE_SCHEME: list[str] | None = [SHARED_SCHEME]  # noqa: RUF012  (the library declares it so)

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, *, shared: Counts):
        super().__init__(uri, wrap_exceptions)
        self._shared = shared

    def count_each(self, windows: Sequence[tuple[str, float]], amount: int = 1) -> Sequence[int]:
        """See MemoryCounts; they are counted together."""
        counts = self._shared.count(windows, amount)
        return super().count_each(windows, amount) if counts is None else counts

    def get(self, key: str) -> int:
        """See MemoryCounts."""
        found = self._shared.read(key)
        return super().get(key) if found is None else found[0]

    def get_expiry(self, key: str) -> float:
        """See MemoryCounts."""
        found = self._shared.read(key)
        return super().get_expiry(key) if found is None else time() + found[1]
