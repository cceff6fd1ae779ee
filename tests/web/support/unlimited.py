"""Turn off the limits of requests, for tests that send very many from one address."""

from __future__ import annotations

from dataclasses import replace

import pytest

from timesheet.web.middleware import failed_authentication
from timesheet.web.middleware import rate_limit as limits

MOST = 1_000_000


def lift_rate_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow any number of requests."""
    rates = tuple(replace(rate, most=f"{MOST} per minute") for rate in limits.RATE_LIMITS)
    monkeypatch.setattr(limits, "RATE_LIMITS", rates)


def lift_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check every token, however many were invalid before."""
    monkeypatch.setattr(failed_authentication, "MOST_A_MINUTE", MOST)
