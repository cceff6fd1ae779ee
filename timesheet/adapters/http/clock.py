"""Notice that the clock of this machine is wrong, by the time that Atlassian's servers write into their responses."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

from timesheet.domain.message import message

TOLERATED_SECONDS = 60
"""Atlassian refuses tokens from a clock that differs by more than this."""
AHEAD_OF_US = 75
"""Seconds by which the clock that signed a token may be ahead of the app's (docs/adr/0045)."""
WRONG_CLOCK = message(
    "The clock of the server on which Timesheet runs is wrong, so Jira refuses its calls. Whoever runs the server "
    "has to set the clock."
)
TOO_EARLY = message(
    "Timesheet cannot verify who you are, because the clock of a server on which it runs is wrong. Whoever runs the "
    "server has to set the clock."
)
"""The refusal of a token that is not valid yet. Reloading the page does not help, unlike with other refusals."""
TOO_LATE = message(
    "This page has been open for too long: reload it in Jira. If that does not help, the clock of the server on which "
    "Timesheet runs is wrong."
)
"""The refusal of a token that has expired. To a clock that is ahead, every token has."""


def clock_is_wrong(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> bool:
    """Return True if the time of a response differs so much from ``now``, in seconds since 1970, that tokens are
    refused. A response without a time proves nothing.
    """
    try:
        theirs = parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except (ValueError, TypeError, OverflowError):
        return False
    return abs(theirs - now()) > TOLERATED_SECONDS
