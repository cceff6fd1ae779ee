"""Jira's timestamps, and the one conversion between instants and work dates.

Instants are timezone-aware; naive ones are refused. A work date is the date in the author's Jira time zone. A
start that a clock change skips moves forward, with a note; in the last hour of a day it moves back, because the day
counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import counted, message

START_OF_WORK = time(9, 0)
EARLIEST_DAY = date(1970, 1, 2)
LATEST_DAY = date(9999, 12, 28)
FIRST = message("The clocks go back on that day, so {start} occurs twice: the time begins at the first one.")
SECOND = message(
    "The clocks go back on that day, so {start} occurs twice: the time begins at the second one."
)
ZONES_APART = 2
"""The dates of one moment in two time zones are at most two days apart."""
QUARTER_SECONDS = 900
QUARTER_MS = QUARTER_SECONDS * 1000


@dataclass(frozen=True, slots=True)
class Start:
    """The instant at which work begins; ``repeated`` says that its hour occurs twice.

    ``note`` says how a clock change moved it, or which of the two it is.
    """

    instant: datetime
    note: str = ""
    repeated: bool = False

    @property
    def moved(self) -> bool:
        """Return True if a clock change skipped the time of day, so the work begins at another one."""
        return bool(self.note) and not self.repeated


def parse_instant(text: str) -> datetime:
    """Parse Jira's ``2021-01-17T12:34:00.000+0000`` into a UTC instant. Raise ValueError for a text without
    an offset.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("a timestamp without offset")
    return in_milliseconds(instant)


def in_milliseconds(instant: datetime) -> datetime:
    """Return an instant in UTC without anything finer than milliseconds, which is all that a form brings back."""
    return instant.astimezone(UTC).replace(microsecond=instant.microsecond // 1000 * 1000)


def format_instant(instant: datetime) -> str:
    """Format an instant in the only form Jira accepts: milliseconds, offset without a colon. Raise ValueError
    if it is naive.
    """
    if instant.tzinfo is None:
        raise ValueError("a datetime without zone is not an instant")
    utc = instant.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}+0000".rjust(28, "0")


def epoch_ms(instant: datetime) -> int:
    """Return milliseconds since 1970, as Jira's startedAfter and startedBefore require."""
    return round(instant.timestamp() * 1000)


def dates_of(instants: Iterable[int], zone: ZoneInfo) -> list[int]:
    """Return the date of each instant (epoch ms) in a zone as a proleptic ordinal.

    A quarter of an hour that has one date is looked up once. Until 2011, Newfoundland's clocks went back at a
    minute past midnight, so that a quarter began on one day and ended on the day before.
    """
    days = dict[int, int]()
    found = []
    for instant in instants:
        quarter = instant // QUARTER_MS
        if quarter not in days:
            days[quarter] = _only_date(quarter * QUARTER_SECONDS, zone)
        found.append(days[quarter] or datetime.fromtimestamp(instant // 1000, zone).toordinal())
    return found


def _only_date(second: int, zone: ZoneInfo) -> int:
    """Return the date of the quarter of an hour that begins at this second; 0 if it has two."""
    first, last = (
        datetime.fromtimestamp(at, zone).toordinal() for at in (second, second + QUARTER_SECONDS - 1)
    )
    return first if first == last else 0


def find_zone(name: object) -> ZoneInfo | None:
    """Return a zone by its IANA name; None if there is no zone of this name."""
    if not isinstance(name, str) or not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError, RecursionError):
        return None


def work_date(started: datetime, zone: ZoneInfo) -> date:
    """Return the date of ``started`` in the author's ``zone``. Raise ValueError if it is naive.

    A moment of the year 10000 or 0 there has the nearest date: whoever moves a worklog to it must not hide a change.
    """
    if started.tzinfo is None:
        raise ValueError("a datetime without zone has no work date")
    try:
        return started.astimezone(zone).date()
    except OverflowError:
        return date.max if started.year == MAXYEAR else date.min


def day_begin(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of ``day`` in ``zone``; where the clocks skip midnight or the day, the next one."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def day_end(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant of the day after the one that contains ``instant`` in ``zone``."""
    return day_begin(work_date(instant, zone) + timedelta(days=1), zone)


def started_at(day: date, clock: time, zone: ZoneInfo, fold: int = 0) -> Start:
    """Return ``clock`` on ``day`` in ``zone`` as an instant; ``fold`` 1 takes the second of a repeated hour.

    Raise InvalidInput for a day outside 1970 to 9999, or a day that the zone skipped entirely.
    """
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        raise InvalidInput(message("Jira accepts only days from 1970 on."), field="date")
    wall = datetime.combine(day, clock.replace(tzinfo=None, fold=0), zone)
    first, second = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    exists = first.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None)
    if exists:
        if first == second:
            return Start(first)
        which = SECOND if fold else FIRST
        return Start(second if fold else first, message(which, start=clock), repeated=True)
    # The second one is before the skipped hour: in Greenland, some days end at 23:00.
    moved = first.astimezone(zone)
    if moved.date() != day:
        moved = second.astimezone(zone)
    if moved.date() != day:
        raise InvalidInput(
            message("{day} does not exist in {zone}: the clocks skipped it.", day=day, zone=zone.key),
            field="date",
        )
    note = message(
        "The clocks skip {skipped} on that day: the time begins at {start}.",
        skipped=clock,
        start=moved.time(),
    )
    return Start(moved.astimezone(UTC), note)


def next_start(day: date, zone: ZoneInfo, others: Iterable[tuple[datetime, int]]) -> Start:
    """Return where new work on ``day`` begins: 09:00, or after the last of ``others`` (start, seconds)."""
    begin = started_at(day, START_OF_WORK, zone)
    ends = (started + timedelta(seconds=seconds) for started, seconds in others)
    latest = max((end.astimezone(UTC) for end in ends if work_date(end, zone) == day), default=begin.instant)
    if latest <= begin.instant:
        return begin
    minute = latest.replace(second=0, microsecond=0)
    upward = minute if minute == latest else minute + timedelta(minutes=1)
    # The last minute of a day has no next one on that day.
    return Start(upward if work_date(upward, zone) == day else minute)


def moved_note(count: int) -> str:
    """Return the sentence about so many worklogs whose time of day does not exist on their new day; empty for none."""
    if not count:
        return ""
    return counted(
        "{count} worklog begins at another time of day, because the clocks skip its own on the new day.",
        "{count} worklogs begin at another time of day, because the clocks skip theirs on the new day.",
        count,
    )


def moved_to(started: datetime, day: date, zone: ZoneInfo) -> Start:
    """Return the same time of day on another ``day``, in the same half of a repeated hour if there is one."""
    local = started.astimezone(zone)
    return started_at(day, local.time(), zone, local.fold)
