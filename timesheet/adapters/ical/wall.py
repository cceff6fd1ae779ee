"""Times in a calendar file: in UTC, in a zone by its name, in a zone that the file describes, or in the viewer's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice
from typing import Protocol
from zoneinfo import ZoneInfo

from dateutil.rrule import MONTHLY, YEARLY

from timesheet.adapters.ical.rule import Unreadable, read_rule, repeated
from timesheet.domain.identifier import is_number
from timesheet.domain.jira_time import find_zone

FIRST_YEAR, LAST_YEAR = 1900, 2200
MOST_CHANGES, MOST_DATES = 60, 200
WALL = re.compile(r"(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})", re.ASCII)


class FileProperty(Protocol):
    """A property of a component, such as ``DTSTART;TZID=Europe/Berlin:20261127T090000``."""

    @property
    def params(self) -> Mapping[str, str]:
        """Return its parameters by name, such as ``TZID``."""

    @property
    def value(self) -> str:
        """Return the text after the colon."""


class FileComponent(Protocol):
    """A component of a calendar file (RFC 5545), such as a time zone."""

    @property
    def parts(self) -> Sequence[FileComponent]:
        """Return the components that this one contains."""

    @property
    def properties(self) -> Mapping[str, Sequence[FileProperty]]:
        """Return its properties by name."""

    def text(self, name: str) -> str:
        """Return the value of a property, empty without one."""


class Described(tzinfo):
    """A zone that a file describes by its changes; every readable change counts.

    ``check`` runs before each look at them, which may take a tenth of a second, and raises an error if time is up.
    """

    def __init__(self, part: FileComponent, check: Callable[[], None]) -> None:
        self._check = check
        self._changes = [found for change in part.parts[:MOST_CHANGES] for found in _changes(change)]
        if not self._changes:
            raise Unreadable

    def utcoffset(self, when: datetime | None) -> timedelta:
        """Return the offset at a wall time: that of the latest change before."""
        if when is None:
            return timedelta()
        self._check()
        wall = when.replace(tzinfo=None)
        latest = [(at, offset) for start, rule, offset in self._changes if (at := _latest(start, rule, wall))]
        return max(latest)[1] if latest else self._changes[0][2]

    def dst(self, when: datetime | None) -> timedelta:
        """Return no offset; the class of the standard library asks for it, and nobody uses it."""
        del when
        return timedelta()

    def tzname(self, when: datetime | None) -> str:
        """Return a name; the class of the standard library asks for it, and nobody shows it."""
        del when
        return "described"


class Zones:
    """The zones of one file. ``own`` is the zone of times without one; see Described for ``check``."""

    def __init__(self, own: ZoneInfo, described: Sequence[FileComponent], check: Callable[[], None]) -> None:
        self.own, self._check = own, check
        self._described = {part.text("TZID"): part for part in described}
        self._known: dict[str, tzinfo] = {}

    def find(self, name: str) -> tzinfo:
        """Return a zone by its name in the file."""
        if name not in self._known:
            self._known[name] = self._found(name)
        return self._known[name]

    def _found(self, name: str) -> tzinfo:
        from icalendar import timezone  # noqa: PLC0415

        place = timezone.windows_to_olson.WINDOWS_TO_OLSON.get(name, name)
        if "/" in place:
            names = (place, *("/".join(place.split("/")[-parts:]) for parts in (3, 2)))
            if zone := next(filter(None, map(find_zone, names)), None):
                return zone
        if part := self._described.get(name):
            try:
                return Described(part, self._check)
            except Unreadable:
                pass
        # A short name is the file's first: “EST” has no summer time, but what a file calls so often does.
        return find_zone(name) or self.own


def wall_of(value: str, params: Mapping[str, str], zones: Zones) -> tuple[datetime, tzinfo]:
    """Return the wall time that a property names, without a zone, and its zone. Raise Unreadable for any other text."""
    text = value.strip().upper().partition("/")[0]
    match = WALL.match(text)
    if match is None:
        raise Unreadable
    try:
        wall = datetime(*map(int, match.groups()))  # type: ignore[arg-type]  # noqa: DTZ001  (its zone is found below)
    except ValueError:
        raise Unreadable from None
    if text[15:] not in ("", "Z") or not FIRST_YEAR <= wall.year <= LAST_YEAR:
        raise Unreadable
    if text.endswith("Z"):
        return wall, UTC
    return wall, zones.find(params["TZID"]) if params.get("TZID") else zones.own


def moment_of(value: str, params: Mapping[str, str], zones: Zones) -> datetime:
    """Return the instant that a property names, in UTC. Raise Unreadable for any other text."""
    wall, zone = wall_of(value, params, zones)
    return instant_of(wall, zone)


def instant_of(wall: datetime, zone: tzinfo) -> datetime:
    """Return the instant of a wall time in a zone, in UTC. Raise Unreadable if it is outside the years that exist."""
    try:
        return wall.replace(tzinfo=zone).astimezone(UTC)
    except (OverflowError, ValueError):
        raise Unreadable from None


Change = tuple[datetime, str, timedelta]


def _changes(part: FileComponent) -> Iterator[Change]:
    """Yield a change with its rule, and the single times at which it happens too (RDATE; RFC 5545, 3.6.5)."""
    try:
        offset = _offset(part.text("TZOFFSETTO"))
        yield _wall(part.text("DTSTART")), part.text("RRULE"), offset
    except (ValueError, Unreadable):
        return
    dates = (value for line in part.properties.get("RDATE", ()) for value in line.value.split(","))
    for value in islice(dates, MOST_DATES):
        with suppress(ValueError):
            yield _wall(value), "", offset


def _wall(text: str) -> datetime:
    return datetime.strptime(text.strip()[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007  (a wall time)


def _offset(text: str) -> timedelta:
    sign, digits = text.strip()[:1], text.strip()[1:5]
    if sign not in ("+", "-") or len(digits) != 4 or not is_number(digits):
        raise Unreadable
    length = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if length >= timedelta(days=1):
        raise Unreadable
    return length if sign == "+" else -length


def _latest(start: datetime, rule: str, wall: datetime) -> datetime | None:
    """Return the latest time before ``wall`` at which a change happens; None before the first."""
    if start > wall:
        return None
    if not rule:
        return start
    try:
        read = read_rule(rule)
        if read.freq not in (YEARLY, MONTHLY) or read.interval != 1:
            return start
        near = (
            start.replace(year=max(start.year, wall.year - 1), day=1) if start.year < wall.year - 1 else start
        )
        found = list(repeated(read, near, min(wall, read.until or wall)))
    except (Unreadable, ValueError):
        return start
    return found[-1] if found else start
