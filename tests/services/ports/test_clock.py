"""The clock of the running app."""

from __future__ import annotations

from datetime import UTC

from timesheet.services.ports.clock import utc_now


def test_the_time_is_in_utc_and_goes_on() -> None:
    first = utc_now()
    assert first.tzinfo is UTC
    assert utc_now() >= first
