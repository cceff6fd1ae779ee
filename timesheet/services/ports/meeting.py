"""The protocol for reading meetings from a person's calendar file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from timesheet.domain.message import message
from timesheet.domain.span import DateSpan
from timesheet.domain.suggestion.suggestion import Meeting

LARGEST_CALENDAR = 4 * 1024 * 1024
TOO_LARGE = message(
    "The file is larger than {most} MiB. Export only the days that you need. Nothing was read.",
    most=LARGEST_CALENDAR // 1024 // 1024,
)
MOST_MEETINGS = 300


@dataclass(frozen=True, slots=True)
class MeetingsRead:
    """The meetings of a file in some days. ``cut``: there are more, or reading them took too long.

    ``unread`` is how many events may start on these days and cannot be read.
    """

    meetings: Sequence[Meeting]
    cut: bool = False
    unread: int = 0


class MeetingReader(Protocol):
    """Reads the meetings of an iCalendar file."""

    def __call__(self, data: bytes, span: DateSpan, zone: ZoneInfo) -> MeetingsRead:
        """Return the meetings that start in ``span`` (days in ``zone``), in order, at most MOST_MEETINGS.

        Events without a time of day, canceled, declined, free, and private ones are not meetings. An unreadable event
        is left out and counted. Raise InvalidInput for a file that is not a calendar, cut off, or larger than
        LARGEST_CALENDAR.
        """
