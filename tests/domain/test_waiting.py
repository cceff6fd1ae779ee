"""Waiting times in words."""

from __future__ import annotations

import pytest

from timesheet.domain.waiting import format_wait


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second"),
        (2, "2 seconds"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (121, "3 minutes"),
        (3362, "57 minutes"),
        (3541, "1 hour"),
        (3600, "1 hour"),
        (3660, "1 hour and 1 minute"),
        (9000, "2 hours and 30 minutes"),
    ],
)
def test_a_wait_is_said_as_people_say_it(seconds: int, words: str) -> None:
    assert format_wait(seconds) == words
