"""Limit how long one request works on many worklogs before it answers with its progress."""

from __future__ import annotations

import time
from collections.abc import Callable

AT_ONCE_SECONDS = 6.0
"""Its progress is seen, and Forge's limit of 25 seconds is far away."""


def time_limit() -> Callable[[], bool]:
    """Return a function that returns True once AT_ONCE_SECONDS have passed."""
    end = time.monotonic() + AT_ONCE_SECONDS
    return lambda: time.monotonic() >= end
