"""A worklog as Jira stores it, and the one rule that gives its work date.

The work date is the date of ``started`` in the *author's* Jira time zone. It is computed once, when a worklog
is read, and never from a server's or a browser's zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from timesheet.domain.jira_time import work_date

MOST_SECONDS = 100 * 366 * 24 * 3600
"""Jira counts whole seconds without a limit. A typing error of some years must be shown, or nobody can correct it."""
UNSAVED = -1
"""The id of a worklog that is not in Jira yet."""
BY_START = attrgetter("started", "id")
"""The order in which a person's worklogs are shown."""


@dataclass(frozen=True, slots=True)
class Worklog:
    """One entry of time on one issue. ``started``, ``updated``, and ``created`` are timezone-aware instants.

    ``created`` is when it was entered; None if unknown, for example before the worklog is in Jira.
    ``properties`` are attached by apps, by key; None if they have not been read.
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
    created: datetime | None = field(default=None, compare=False)

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return what an audit event keeps of a worklog: the issue, the work date, and the seconds, but no text."""
        return {"issue": self.issue_id, "day": self.day.isoformat(), "seconds": self.seconds}


def counted_seconds(value: object) -> int:
    """Return the seconds of a worklog. Raise ValueError unless they are a whole number from zero to a century."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_SECONDS:
        raise ValueError("no duration that could be counted")
    return value


def dated(worklogs: Iterable[Worklog], zones: Mapping[str, ZoneInfo]) -> list[Worklog]:
    """Return the worklogs with work dates in the zones of their authors; without a known zone they stay as they are."""
    return [
        replace(one, day=work_date(one.started, zone)) if (zone := zones.get(one.author)) else one
        for one in worklogs
    ]
