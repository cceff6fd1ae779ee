"""A day by the wall clock: where work is placed, and which hours a clock change skips or repeats.

Minutes count from midnight on the wall clock of one zone, 0 to 1440. Work belongs to the day it starts on and
is cut at midnight. An effect of a clock change on the length is stated, never hidden by moving entries.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from timesheet.domain.duration import MINUTE
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identifier import is_number
from timesheet.domain.message import message

MINUTES = 1440
STEP = 15
SHORTEST = 15


@dataclass(frozen=True, slots=True)
class Stretch:
    """A block from ``start`` to ``end`` in minutes; ``cut`` is True if the work continues after midnight."""

    start: int
    end: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class ClockChange:
    """The effect of a clock change on a day's wall clock: hours that are skipped or repeated."""

    skipped: tuple[int, int] | None = None
    repeated: tuple[int, int] | None = None


def stretch_of(started: datetime, seconds: int, day: date, zone: ZoneInfo) -> Stretch:
    """Return the position on ``day`` of work that began at the instant ``started``, at least SHORTEST minutes tall."""
    ended = (started.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(zone)
    start = _minute(started.astimezone(zone).time())
    cut = ended.date() > day and ended.time() != time(0)
    end = MINUTES if ended.date() > day else _minute(ended.time())
    visible_end = max(end, start + SHORTEST)
    return Stretch(min(start, MINUTES - SHORTEST), min(visible_end, MINUTES), cut)


def seconds_until(end: str, started: datetime, day: date, zone: ZoneInfo) -> int:
    """Return the seconds that pass from the instant ``started`` to the minute ``end`` on the wall clock of ``day``.

    An end that occurs twice is the first one after the start; one that is skipped moves forward, as a start does.
    Raise InvalidInput for an end that is not after the start, or more than a day after it.
    """
    minute = int(end) if is_number(end, 4) else 0
    wall = datetime.combine(day, time(0), zone) + timedelta(minutes=minute)
    first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    seconds = ((first if first > started else second) - started) // timedelta(seconds=1)
    if seconds < MINUTE or wall - started.astimezone(zone) > timedelta(days=1):
        raise InvalidInput(message("A block must be between a minute and a day long."), field="end")
    return seconds


@lru_cache(maxsize=2048)
def clock_change(day: date, zone: ZoneInfo) -> ClockChange:
    """Return the hours of ``day`` that are skipped or repeated in ``zone``; None on nearly every day."""
    midnight = datetime.combine(day, time(0), zone)
    if midnight.utcoffset() == (midnight + timedelta(days=1)).utcoffset():
        return ClockChange()
    return ClockChange(skipped=_where(midnight, operator.lt), repeated=_where(midnight, operator.gt))


def _where(midnight: datetime, matches: Callable[[timedelta, timedelta], bool]) -> tuple[int, int] | None:
    walls = ((minute, midnight + timedelta(minutes=minute)) for minute in range(0, MINUTES, STEP))
    found = [minute for minute, wall in walls if matches(*_offsets(wall))]
    return (found[0], found[-1] + STEP) if found else None


def _offsets(wall: datetime) -> tuple[timedelta, timedelta]:
    """Return the UTC offsets just before and after; they differ only where the wall clock jumps."""
    return wall.replace(fold=0).utcoffset() or timedelta(), wall.replace(fold=1).utcoffset() or timedelta()


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
