"""A wrong clock of this machine is noticed by the time of Atlassian's responses."""

from __future__ import annotations

import pytest

from timesheet.adapters.http.clock import clock_is_wrong

NOW = 1_764_511_200.0
"""30 November 2025, 14:00 in UTC."""


@pytest.mark.parametrize(
    ("date", "wrong"),
    [
        ("Sun, 30 Nov 2025 14:00:00 GMT", False),
        ("Sun, 30 Nov 2025 14:01:00 GMT", False),
        ("Sun, 30 Nov 2025 14:01:01 GMT", True),
        ("Sun, 30 Nov 2025 13:50:00 GMT", True),
        ("yesterday", False),
        ("Sun, 99 Nov 2025 13:50:00 GMT", False),
        ("Sun, 30 Nov 99999999999 13:50:00 GMT", False),
    ],
)
def test_a_clock_that_differs_by_more_than_a_minute_is_wrong(date: str, wrong: bool) -> None:
    assert clock_is_wrong({"Date": date}, lambda: NOW) is wrong


def test_a_response_without_a_time_proves_nothing() -> None:
    assert not clock_is_wrong({}, lambda: NOW)
