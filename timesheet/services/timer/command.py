"""Commands about a person's timer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from timesheet.services.command.fields import Fields
from timesheet.services.worklog.command import NO_ISSUE, ReadTracking, TimeEntry


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Start a timer on an issue."""

    issue_id: int

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.number("issue", NO_ISSUE))


@dataclass(frozen=True, slots=True)
class ChangeTimer:
    """Pause, resume, confirm, or discard the timer with this key: the one that the browser shows.

    ``next_issue_id`` is the issue whose timer waits for this one to end, and ``next_from`` when that was chosen, in
    milliseconds since 1970. ``measured`` are the seconds that the question before a discard showed.
    """

    key: str
    next_issue_id: int | None = None
    next_from: int | None = None
    measured: int | None = None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.text("key"), *_next(fields), _measured(fields))


@dataclass(frozen=True, slots=True)
class LogTimer:
    """Log the time of a timer, which its form may have changed. Its key is the timer's.

    The next timer is as in ``ChangeTimer``. ``measured`` are the seconds of the timer that the form showed.
    """

    entry: TimeEntry
    next_issue_id: int | None = None
    next_from: int | None = None
    measured: int | None = None

    @classmethod
    def read(cls, fields: Fields, tracking: ReadTracking) -> Self:
        return cls(TimeEntry.read(fields, tracking), *_next(fields), _measured(fields))


def _next(fields: Fields) -> tuple[int | None, int | None]:
    return fields.number_or_none("next", NO_ISSUE), fields.number_or_none("next_from", NO_ISSUE)


def _measured(fields: Fields) -> int | None:
    return fields.number_or_none("measured", NO_ISSUE)
