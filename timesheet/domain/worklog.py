"""A worklog as Jira keeps it, and the one rule that gives it a work date.

The work date is the date of ``started`` in the *author's* Jira time zone. It is
computed once, when a worklog is read, and never from a server's or a browser's zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

MOST_SECONDS = 366 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Worklog:
    """One entry of time on one issue. ``started`` and ``updated`` are aware instants.

    ``properties`` are what apps have attached to it, by key; None as long as nobody read them.
    """

    id: int
    issue_id: int
    author: str
    day: date
    started: datetime
    seconds: int
    updated: datetime
    comment: Mapping[str, Any] | None = None
    restricted: bool = False
    properties: Mapping[str, Any] | None = field(default=None, compare=False)


def counted_seconds(value: object) -> int:
    """The seconds of a worklog; ValueError for what is no whole number from nothing up to a year."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_SECONDS:
        raise ValueError("no duration that could be counted")
    return value
