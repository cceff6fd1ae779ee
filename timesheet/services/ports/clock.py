"""The clock of the app, which tests replace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the current time, timezone-aware in UTC."""


def utc_now() -> datetime:
    """Return the current time in UTC; this is the clock of the running app."""
    return datetime.now(UTC)
