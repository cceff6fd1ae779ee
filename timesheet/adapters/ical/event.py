"""One event of an iCalendar file as days off: whole days, or the half before or after noon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from timesheet.adapters.ical.contentline import ContentLine, trouble
from timesheet.adapters.ical.rule import Rule, Unreadable, advanced, last_time, read_rule, repeated
from timesheet.adapters.ical.wall import Zones
from timesheet.domain.calendar.global_calendar import NonWorkingDay, Part
from timesheet.domain.message import message
from timesheet.domain.name import can_be_seen

LEGEND = "X-TIMESHEET-LEGEND"
LONGEST_DAYS = 366
ONE_DAY, NOON = timedelta(days=1), timedelta(hours=12)
NO_ZONE = ZoneInfo.no_cache("UTC")
FIRST_SERIES, FIRST_YEAR = 1900, 1971
"""The first years in which an event that repeats may begin, and in which a calendar has days."""
YEARS = message("The year is not between 1971 and 9998.")
UNREADABLE = message("This repetition cannot be read: export each day as an event of its own.")
HALVES_ONLY = message("Only whole days and the halves before and after noon can be days off.")


def days_of(begin: ContentLine, lines: Mapping[str, ContentLine], year: int) -> Iterator[NonWorkingDay]:
    """Yield the days of an event whose ``lines`` are given by name, or those of its repetitions that are in ``year``.

    Raise InvalidInput that names the wrong line.
    """
    for name in ("RDATE", "EXRULE", "RECURRENCE-ID"):
        if name in lines:
            raise trouble(lines[name].number, UNREADABLE)
    start_line = lines.get("DTSTART")
    if start_line is None:
        raise trouble(begin.number, message("This event has no DTSTART."))
    start = _moment(start_line)
    end_line, end = _end(lines, start_line, start)
    title, legend_id = _text(lines.get("SUMMARY")), _text(lines.get(LEGEND))
    for first in _starts(lines, start_line, start, end, year):
        for day, part in _parts(first, first + (end - start), end_line):
            if "RRULE" in lines and day.year != year:
                continue
            if day.year < FIRST_YEAR:
                raise trouble(start_line.number, YEARS)
            yield NonWorkingDay(day, title if can_be_seen(title) else "", legend_id, part)


def _starts(
    lines: Mapping[str, ContentLine], start_line: ContentLine, start: datetime, end: datetime, year: int
) -> Sequence[datetime]:
    """Return the start of an event, or of its repetitions that reach into a year, without those that are left out."""
    line = lines.get("RRULE")
    if line is None:
        return [start]
    try:
        rule = read_rule(line.value)
        if rule.count and rule.count > LONGEST_DAYS:
            raise Unreadable
        first, last = datetime(year, 1, 1), datetime(year, 12, 31, 12)  # noqa: DTZ001  (wall times)
        first -= min(end - start, LONGEST_DAYS * ONE_DAY)  # a repetition may have begun in the year before
        times = list(repeated(*advanced(rule, start, first), min(last, _until(rule, start_line) or last)))
    except Unreadable:
        raise trouble(line.number, UNREADABLE) from None
    exdate = lines.get("EXDATE")
    values = exdate.value.split(",") if exdate else ()
    left_out = {_moment(replace(exdate, value=value)) for value in values if exdate}
    # Calendars show an event on the day it begins, also if its rule does not name this day.
    return sorted({time for time in (start, *times) if first < time <= last} - left_out)


def _until(rule: Rule, start_line: ContentLine) -> datetime | None:
    """Return the last time of a rule by the wall clock of the event. Raise Unreadable if its zone is unknown."""
    name = start_line.params.get("TZID")
    if not name:
        return rule.until
    zone = Zones(NO_ZONE, (), lambda: None).find(name)
    if rule.utc and zone is NO_ZONE:
        raise Unreadable
    return last_time(rule, zone)


def _end(
    lines: Mapping[str, ContentLine], start_line: ContentLine, start: datetime
) -> tuple[ContentLine, datetime]:
    """Return the end of an event, exclusive: as written, or after the day that it begins on."""
    if "DTEND" in lines:
        line = lines["DTEND"]
        if _is_date(line) != _is_date(start_line):
            raise trouble(line.number, message("DTSTART and DTEND are of different kinds."))
        return line, _moment(line)
    if "DURATION" in lines:
        return lines["DURATION"], _after(start, lines["DURATION"])
    return start_line, start + (ONE_DAY if _is_date(start_line) else timedelta())


def _is_date(line: ContentLine) -> bool:
    """Return True for a date. The value says so, because many programs leave out the parameter ``VALUE=DATE``."""
    return not isinstance(_parsed(line), datetime)


def _parts(start: datetime, end: datetime, line: ContentLine) -> Iterator[tuple[date, Part]]:
    if end <= start:
        raise trouble(line.number, message("This event ends before it begins, or has no end."))
    if end - start > LONGEST_DAYS * ONE_DAY:
        raise trouble(
            line.number, message("This event is longer than {longest_days} days.", longest_days=LONGEST_DAYS)
        )
    if any((moment - _midnight(moment)) % NOON for moment in (start, end)):
        raise trouble(line.number, HALVES_ONLY)
    day = _midnight(start)
    while day < end:
        morning, afternoon = start <= day, end >= day + ONE_DAY
        yield day.date(), Part.WHOLE if morning and afternoon else Part.MORNING if morning else Part.AFTERNOON
        day += ONE_DAY


def _moment(line: ContentLine) -> datetime:
    """Return a date or a time of day by the wall clock, whatever the zone."""
    value = _parsed(line)
    if isinstance(value, datetime):
        if line.value.endswith("Z"):
            raise trouble(line.number, message("A time in UTC falls on different days in different places."))
        moment = value.replace(tzinfo=None)
    elif isinstance(value, date):
        moment = datetime.combine(value, datetime.min.time())
    else:
        raise trouble(line.number, message("“{value}” is not a date.", value=line.value[:40]))
    return _in_years(moment, line)


def _in_years(moment: datetime, line: ContentLine) -> datetime:
    if not FIRST_SERIES <= moment.year <= 9998:
        raise trouble(line.number, YEARS)
    return moment


def _after(start: datetime, line: ContentLine) -> datetime:
    try:
        return _in_years(start + _duration(line), line)
    except OverflowError:
        raise trouble(line.number, YEARS) from None


def _duration(line: ContentLine) -> timedelta:
    value = _parsed(line)
    if not isinstance(value, timedelta):
        raise trouble(line.number, message("“{value}” is not a duration.", value=line.value[:40]))
    return value


def _parsed(line: ContentLine) -> Any:
    from icalendar import vDDDTypes  # noqa: PLC0415

    try:
        return vDDDTypes.from_ical(line.value)  # type: ignore[no-untyped-call]
    except (ValueError, OverflowError):
        raise trouble(line.number, message("“{value}” is not a date.", value=line.value[:40])) from None


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _text(line: ContentLine | None) -> str:
    from icalendar import vText  # noqa: PLC0415

    return "" if line is None else " ".join(vText.from_ical(line.value).split())
