"""Limit how long one request works on many worklogs before it answers with its progress."""

from __future__ import annotations

import time
from collections.abc import Callable

AT_ONCE_SECONDS = 6.0
"""Its progress is seen, and Forge's limit of 25 seconds is far away."""


def after(seconds: float) -> Callable[[], bool]:
    """Return a function that returns True once so many seconds have passed."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end
