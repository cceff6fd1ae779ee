"""The clock that all emulated sites share and that can be moved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Now = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the machine's time in UTC."""
    return datetime.now(UTC)


class MovableClock:
    """Another clock's time plus an offset; calling it returns timezone-aware UTC time."""

    def __init__(self, base: Now = utc_now) -> None:
        self._base = base
        self._offset = timedelta()

    def __call__(self) -> datetime:
        return self._base() + self._offset

    def travel(self, seconds: float) -> None:
        """Move by ``seconds``, backward if negative."""
        self._offset += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Return to the original time."""
        self._offset = timedelta()
