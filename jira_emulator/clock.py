"""The clock that all emulated sites share, and that may be moved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Now = Callable[[], datetime]


def utc_now() -> datetime:
    """The machine's time in UTC."""
    return datetime.now(UTC)


class MovableClock:
    """Another clock's time plus an offset; calling it gives aware UTC time."""

    def __init__(self, base: Now = utc_now) -> None:
        self._base = base
        self._offset = timedelta()

    def __call__(self) -> datetime:
        return self._base() + self._offset

    def travel(self, seconds: float) -> None:
        """Move by ``seconds``, back when negative."""
        self._offset += timedelta(seconds=seconds)

    def come_home(self) -> None:
        """Undo all travel."""
        self._offset = timedelta()
