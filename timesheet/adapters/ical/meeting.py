"""Read meetings from any iCalendar file, in bounded time: only events of some days, with their repetitions there."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from timesheet.adapters.ical.recurrence import occurrences
from timesheet.adapters.ical.rule import Unreadable
from timesheet.adapters.ical.wall import Zones, moment_of
from timesheet.domain.errors import InvalidInput
from timesheet.domain.jira_time import work_date
from timesheet.domain.message import message
from timesheet.domain.span import DateSpan
from timesheet.domain.suggestion.suggestion import Meeting
from timesheet.services.ports.meeting import LARGEST_CALENDAR, MOST_MEETINGS, TOO_LARGE, MeetingsRead

LONGEST_SECONDS = 2.0
LONGEST_MEETING = timedelta(days=1)
SOME_DAYS = 2
MOST_TEXT, LONGEST_TITLE, MOST_KEYS = 10_000, 200, 5
MOST_LINES = 400_000
"""More than the largest file has, whose lines have some twenty characters; each line takes time to be read."""
TOO_MANY_LINES = message("The file has more than {most} lines. Export fewer days.", most=MOST_LINES)
NO_CALENDAR = message("This is not a calendar file (.ics). Nothing was read.")
CALENDAR = re.compile(rb"(BEGIN|END) *: *VCALENDAR", re.IGNORECASE)
CUT_OFF = message("The file ends before the calendar does, so a part of it is missing. Nothing was read.")
FOLD = re.compile(rb"\n[ \t]")
UNTIL = re.compile(r"UNTIL=(\d{8})", re.IGNORECASE)
KEY = re.compile(r"\b[A-Z][A-Z0-9_]{1,31}-[1-9][0-9]{0,9}\b")
USED = frozenset(
    "ATTENDEE CLASS DESCRIPTION DTEND DTSTART DURATION EXDATE LOCATION RDATE RECURRENCE-ID RRULE STATUS SUMMARY TRANSP "
    "TZID TZOFFSETFROM TZOFFSETTO UID X-MICROSOFT-CDO-BUSYSTATUS X-WR-CALNAME".split()
)
LINE = re.compile(rf"^ *({'|'.join(sorted(USED))}|BEGIN|END) *([;:].*)$", re.IGNORECASE | re.MULTILINE)
QUOTED = re.compile(r'((?:[^":]|"[^"]*")*+):')
DURATION = re.compile(
    r"\+?P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?"
)


@dataclass(frozen=True, slots=True)
class Property:
    """One line: what is written before the colon, and its value."""

    head: str
    value: str

    @property
    def params(self) -> dict[str, str]:
        """Return the parameters by name, in capitals; parsed when requested, because few lines need them."""
        pairs = (part.partition("=") for part in self.head.split(";")[1:])
        return {name.strip().upper(): value.strip('" ') for name, _, value in pairs}


@dataclass(slots=True)
class FilePart:
    """A part of a file, with its properties by name and the parts in it."""

    name: str
    properties: dict[str, list[Property]] = field(default_factory=dict)
    parts: list[FilePart] = field(default_factory=list)

    def first(self, name: str) -> Property | None:
        """Return the first property with a name."""
        return next(iter(self.properties.get(name, ())), None)

    def text(self, name: str) -> str:
        """Return the value of a property, empty without one."""
        found = self.first(name)
        return found.value if found else ""


@dataclass(frozen=True, slots=True)
class MeetingOccurrence:
    """One event at one time."""

    uid: str
    started: datetime
    seconds: int
    event: FilePart


class OutOfTime(Exception):
    """The time for reading is up."""


def read_meetings(
    data: bytes, span: DateSpan, zone: ZoneInfo, clock: Callable[[], float] = time.monotonic
) -> MeetingsRead:
    """See MeetingReader; ``clock`` gives seconds."""
    if len(data) > LARGEST_CALENDAR:
        raise InvalidInput(TOO_LARGE, field="file")
    end = clock() + LONGEST_SECONDS

    def check() -> None:
        if clock() > end:
            raise OutOfTime

    whole = _parsed(_decoded(_checked_lines(data)))
    zones = Zones(zone, [part for part in whole.parts if part.name == "VTIMEZONE"], check)
    owner = whole.text("X-WR-CALNAME").strip().casefold()
    days = _around(span)
    events = [part for part in whole.parts if part.name == "VEVENT" and _may_be_near(part, days)]
    found, cut, unread = list[Meeting](), False, 0
    try:
        moved = _moved(events, zones)
        for event in events:
            check()
            if len(found) >= MOST_MEETINGS:
                cut = True
                break
            try:
                found += _meetings(event, moved, zones, span, owner)
            except Unreadable:
                unread += 1
    except OutOfTime:
        cut = True
    ordered = sorted(found, key=lambda one: (one.started, one.id))
    return MeetingsRead(ordered[:MOST_MEETINGS], cut or len(ordered) > MOST_MEETINGS, unread)


def _checked_lines(data: bytes) -> bytes:
    """Return the unfolded lines of a file. Raise InvalidInput if it is no whole calendar, or has too many lines."""
    if b"BEGIN:VCALENDAR" not in data[:4096].upper():
        raise InvalidInput(NO_CALENDAR, field="file")
    lines = _unfolded(data)
    if lines.count(b"\n") > MOST_LINES:
        raise InvalidInput(TOO_MANY_LINES, field="file")
    if CALENDAR.findall(lines)[-1].upper() != b"END":
        raise InvalidInput(CUT_OFF, field="file")
    return lines


def _meetings(
    event: FilePart, moved: frozenset[tuple[str, datetime]], zones: Zones, span: DateSpan, owner: str
) -> Iterator[Meeting]:
    if not _counts(event, owner):
        return
    uid = event.text("UID")
    alone = event.first("RECURRENCE-ID") is not None
    length = _length(event, zones)
    starts = [_start(event, zones)] if alone else occurrences(event, zones, span)
    for started in dict.fromkeys(starts):
        if work_date(started, zones.own) in span and (alone or (uid, started) not in moved):
            yield _meeting(MeetingOccurrence(uid, started, length, event))


def _around(span: DateSpan) -> tuple[str, str]:
    """Return the days of a span, with some more for other zones, as a file writes them."""
    wider = span.padded(SOME_DAYS)
    return f"{wider.first:%Y%m%d}", f"{wider.last:%Y%m%d}"


def _may_be_near(event: FilePart, days: tuple[str, str]) -> bool:
    """Return False for an event that cannot start on these days, by the dates as they are written.

    In a file of several years, this leaves few events whose times have to be parsed.
    """
    first, last = days
    start, moved = event.text("DTSTART").strip()[:8], event.text("RECURRENCE-ID").strip()[:8]
    if moved:
        return first <= start <= last or first <= moved <= last
    if "RDATE" in event.properties:
        return True
    if "RRULE" not in event.properties:
        return first <= start <= last
    until = UNTIL.search(event.text("RRULE"))
    return start <= last and (until is None or until[1] >= first)


def _meeting(found: MeetingOccurrence) -> Meeting:
    summary = _unescaped(found.event.text("SUMMARY"))
    others = (_unescaped(found.event.text(name)) for name in ("LOCATION", "DESCRIPTION"))
    keys = dict.fromkeys(match.group() for text in (summary, *others) for match in KEY.finditer(text))
    number = sha256(f"{found.uid}\n{found.started.isoformat()}".encode(errors="replace")).hexdigest()[:32]
    title = " ".join(summary.split())[:LONGEST_TITLE]
    return Meeting(number, found.started, found.seconds, title or "–", tuple(keys)[:MOST_KEYS])


def _moved(events: Sequence[FilePart], zones: Zones) -> frozenset[tuple[str, datetime]]:
    """Return the repetitions that have an event of their own, or are canceled by one."""
    found = set()
    for event in events:
        if line := event.first("RECURRENCE-ID"):
            try:
                found.add((event.text("UID"), moment_of(line.value, line.params, zones)))
            except Unreadable:
                continue
    return frozenset(found)


def _counts(event: FilePart, owner: str) -> bool:
    """Return True unless an event is canceled, free, private, declined, or without a time of day."""
    start = event.first("DTSTART")
    if start is None or "T" not in start.value.upper():
        return False
    if event.text("STATUS").upper() == "CANCELLED" or event.text("TRANSP").upper() == "TRANSPARENT":
        return False
    if event.text("X-MICROSOFT-CDO-BUSYSTATUS").upper() in ("FREE", "OOF"):
        return False
    if event.text("CLASS").upper() in ("PRIVATE", "CONFIDENTIAL"):
        return False
    return not _declined(event.properties.get("ATTENDEE", []), owner)


def _declined(people: Sequence[Property], owner: str) -> bool:
    """Return True if the owner of the calendar declined: the person in its name, or the only attendee."""
    own = [one for one in people if owner and owner in one.value.casefold()] or (
        list(people) if len(people) == 1 else []
    )
    return any(one.params.get("PARTSTAT", "").upper() == "DECLINED" for one in own)


def _start(event: FilePart, zones: Zones) -> datetime:
    line = event.first("DTSTART")
    if line is None:
        raise Unreadable
    return moment_of(line.value, line.params, zones)


def _length(event: FilePart, zones: Zones) -> int:
    """Return how long an event takes, in seconds. Raise Unreadable for none, or more than a day."""
    start, line = _start(event, zones), event.first("DTEND")
    if line is not None:
        length = moment_of(line.value, line.params, zones) - start
    else:
        match = DURATION.fullmatch(event.text("DURATION").strip().upper())
        if match is None:
            raise Unreadable
        weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not timedelta(minutes=1) <= length <= LONGEST_MEETING:
        raise Unreadable
    return int(length.total_seconds())


def _unescaped(text: str) -> str:
    return re.sub(r"\\([nN,;\\])", lambda m: " " if m[1] in "nN" else m[1], text[:MOST_TEXT])


def _unfolded(data: bytes) -> bytes:
    """Return the lines as they were before they were folded, which may have cut a character in two (RFC 5545, 3.1)."""
    return FOLD.sub(b"", data.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))


def _decoded(lines: bytes) -> str:
    """Return the text of lines in UTF-8; those in no UTF-8 are in the encoding of older calendar programs."""
    try:
        return lines.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "\n".join(map(_decoded_line, lines.split(b"\n")))


def _decoded_line(line: bytes) -> str:
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return line.decode("windows-1252", errors="replace")


def _parsed(text: str) -> FilePart:
    """Return the calendars of a file as one, with the properties that are used, without lines that cannot be read."""
    whole = FilePart("VCALENDAR")
    open_parts = [whole]
    for line in LINE.finditer(text):
        name = line[1].upper()
        if name == "BEGIN":
            kind = line[2].partition(":")[2].strip().upper()
            part = whole if kind == "VCALENDAR" else FilePart(kind)
            if part is not whole:
                open_parts[-1].parts.append(part)
            open_parts.append(part)
        elif name == "END":
            if len(open_parts) > 1:
                open_parts.pop()
        elif read := _property(line[2]):
            open_parts[-1].properties.setdefault(name, []).append(read)
    return whole


def _property(rest: str) -> Property | None:
    """Return a line by what follows its name; a colon between quotes does not begin the value."""
    head, colon, value = rest.partition(":")
    if colon and '"' not in head:
        return Property(head, value)
    match = QUOTED.match(rest, 0, MOST_TEXT)
    return Property(match[1], rest[match.end() :]) if match else None
