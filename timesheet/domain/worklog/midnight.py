"""Time that passes midnight, and its parts by day.

Instants are timezone-aware, and all arithmetic is in UTC, so a clock change adds and loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from timesheet.domain.jira_time import day_end, work_date


def crosses_midnight(started: datetime, seconds: int, zone: ZoneInfo) -> bool:
    """Return True if a stretch of time ends after the day in ``zone`` on which it begins."""
    return started.astimezone(UTC) + timedelta(seconds=seconds) > day_end(started, zone)


def days_later(started: datetime, seconds: int, zone: ZoneInfo) -> int:
    """Return how many days after its first one a stretch of time ends; an end at midnight belongs to the day before."""
    if not crosses_midnight(started, seconds, zone):
        return 0
    last = started.astimezone(UTC) + timedelta(seconds=seconds - 1)
    return max(1, (work_date(last, zone) - work_date(started, zone)).days)


def split_by_day(
    started: datetime, seconds: int, zone: ZoneInfo, pauses: timedelta = timedelta(0)
) -> Iterator[tuple[datetime, int]]:
    """Return the parts of a stretch of time by the days in ``zone``: the start and the seconds of each, in order.

    ``pauses`` is how long it was interrupted on its first day, which leaves less time until midnight. Pauses that are
    longer than that day do not count.
    """
    begin = started.astimezone(UTC)
    counted = begin + pauses if begin + pauses < day_end(begin, zone) else begin
    end = counted + timedelta(seconds=seconds)
    while counted < end:
        until = min(end, day_end(counted, zone))
        yield begin, round((until - counted).total_seconds())
        begin = counted = until
