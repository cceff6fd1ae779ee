"""Read and write global calendars as iCalendar files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from timesheet.adapters.ical.contentline import ContentLine, read_lines, trouble
from timesheet.adapters.ical.event import LEGEND, NOON, days_of
from timesheet.domain.calendar.global_calendar import MOST_DAYS, GlobalCalendar, NonWorkingDay, Part
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.name import LONGEST_NAME
from timesheet.services.ports.calendar import LARGEST_FILE

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT = "-//Open Timesheet//Global calendars//EN"
VEVENT = "VEVENT"
MOST_SERIES = 100
"""Each takes time to be read."""


class IcalFiles:
    """Implements CalendarFiles."""

    def read(self, data: bytes, year: int) -> Sequence[NonWorkingDay]:
        """See CalendarFiles; canceled events do not count."""
        if len(data) > LARGEST_FILE:
            raise InvalidInput(
                message("The file is larger than {most} KiB.", most=LARGEST_FILE // 1024), field="file"
            )
        days: list[NonWorkingDay] = []
        open_parts: list[ContentLine] = []
        lines: dict[str, ContentLine] = {}
        series = 0
        last = ContentLine(1, "", {}, "")
        for last in read_lines(data):
            if not open_parts and (last.name, last.value.upper()) != ("BEGIN", "VCALENDAR"):
                raise trouble(last.number, message("A calendar must begin with BEGIN:VCALENDAR."))
            if last.name == "BEGIN":
                open_parts.append(last)
                lines = {} if last.value.upper() == VEVENT else lines
            elif last.name == "END":
                begin = _closed(open_parts, last)
                if begin.value.upper() == VEVENT and _counts(lines):
                    series += "RRULE" in lines
                    days += days_of(begin, lines, year)
                    _check_number(days, series, last)
            elif open_parts[-1].value.upper() == VEVENT:
                lines[last.name] = _added(lines.get(last.name), last)
        if open_parts or not last.name:
            raise trouble(last.number, message("The file ends before the calendar does."))
        return tuple(replace(day, title=day.title[:LONGEST_NAME]) for day in days)

    def write(self, calendar: GlobalCalendar, legends: Iterable[Legend], now: datetime) -> bytes:
        """See CalendarFiles; half days are events without a zone from or until noon."""
        from icalendar import Calendar, vText  # noqa: PLC0415

        titles = {legend.id: legend.title for legend in legends}
        file = Calendar()
        file.add("prodid", PRODUCT)
        file.add("version", "2.0")
        file.add("x-wr-calname", vText(calendar.name))
        for day in calendar.days:
            file.add_component(_event(calendar.id, day, titles.get(day.legend_id, ""), now))
        return bytes(file.to_ical())


def _closed(open_parts: list[ContentLine], end: ContentLine) -> ContentLine:
    begin = open_parts.pop()
    if begin.value.upper() != end.value.upper():
        raise trouble(
            end.number,
            message("END:{end} does not close BEGIN:{begin}.", end=end.value[:40], begin=begin.value[:40]),
        )
    return begin


def _added(known: ContentLine | None, line: ContentLine) -> ContentLine:
    """Return what an event has under a name: its first line, or the days that all of its EXDATE lines leave out.

    Two rules become an empty one, which cannot be read: the days of one of them would be missing.
    """
    if known is None:
        return line
    if line.name == "EXDATE":
        return replace(known, value=f"{known.value},{line.value}")
    return replace(known, value="") if line.name == "RRULE" else known


def _counts(lines: dict[str, ContentLine]) -> bool:
    """Return False for a canceled event. A canceled day of one that repeats is no event: that day would stay."""
    canceled = "STATUS" in lines and lines["STATUS"].value.upper() == "CANCELLED"
    return not canceled or "RECURRENCE-ID" in lines


def _check_number(days: list[NonWorkingDay], series: int, line: ContentLine) -> None:
    if series > MOST_SERIES:
        raise trouble(
            line.number, message("A file can have at most {most} events that repeat.", most=MOST_SERIES)
        )
    if len(days) > MOST_DAYS:
        raise trouble(
            line.number, message("A calendar can have at most {most_days} days.", most_days=MOST_DAYS)
        )


def _event(calendar_id: str, day: NonWorkingDay, legend: str, now: datetime) -> Event:
    from icalendar import Event  # noqa: PLC0415

    event = Event()
    event.add("uid", f"{day.date.isoformat()}-{day.part.value}-{calendar_id}")
    event.add("dtstamp", now)
    midnight = datetime.combine(day.date, datetime.min.time())
    if day.part is Part.WHOLE:
        event.add("dtstart", day.date)
        event.add("dtend", day.date + timedelta(days=1))
    else:
        start = midnight if day.part is Part.MORNING else midnight + NOON
        event.add("dtstart", start)
        event.add("dtend", start + NOON)
    event.add("summary", day.title)
    event.add("transp", "TRANSPARENT")
    if legend:
        event.add("categories", [legend])
    event.add(LEGEND, day.legend_id)
    return event
