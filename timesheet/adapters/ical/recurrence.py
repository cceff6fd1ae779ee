"""The times of an event within some days: its start, its repetitions, and single ones that are added or removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta, tzinfo
from typing import Protocol

from timesheet.adapters.ical.rule import Unreadable, advanced, last_time, read_rule, repeated
from timesheet.adapters.ical.wall import FileProperty, Zones, instant_of, moment_of, wall_of
from timesheet.domain.span import DateSpan

MARGIN = timedelta(days=2)
MOST_DATES = 2000


class Event(Protocol):
    """An event of a calendar file."""

    @property
    def properties(self) -> Mapping[str, Sequence[FileProperty]]:
        """Return its properties by name."""

    def first(self, name: str) -> FileProperty | None:
        """Return the first property with a name."""


def occurrences(event: Event, zones: Zones, span: DateSpan) -> Iterator[datetime]:
    """Yield the instants at which an event starts around ``span``. Raise Unreadable."""
    line = event.first("DTSTART")
    if line is None:
        raise Unreadable
    start, zone = wall_of(line.value, line.params, zones)
    left_out = frozenset(_dates(event, "EXDATE", zones))
    first = datetime.combine(span.first, time()) - MARGIN
    last = datetime.combine(span.last, time()) + MARGIN
    for wall in _walls(event, start, zone, first, last):
        instant = instant_of(wall, zone)
        if instant not in left_out:
            yield instant
    yield from (one for one in _dates(event, "RDATE", zones) if one not in left_out)


def _walls(
    event: Event, start: datetime, zone: tzinfo, first: datetime, last: datetime
) -> Iterator[datetime]:
    line = event.first("RRULE")
    if line is None:
        yield start
        return
    rule = read_rule(line.value)
    until = last_time(rule, zone)
    end = min(last, until) if until else last
    if start >= first:
        yield start  # also if the rule does not name its day: calendars show an event on the day it begins
    for wall in repeated(*advanced(rule, start, first), end):
        if wall >= first:
            yield wall


def _dates(event: Event, name: str, zones: Zones) -> Iterator[datetime]:
    values = (
        (value, line.params) for line in event.properties.get(name, ()) for value in line.value.split(",")
    )
    for number, (value, params) in enumerate(values):
        if number >= MOST_DATES:
            return
        try:
            yield moment_of(value, params, zones)
        except Unreadable:
            continue
