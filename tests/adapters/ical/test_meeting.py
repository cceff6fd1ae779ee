"""Meetings of calendar files: what counts, when it is, how it repeats, and that no file raises or takes long."""

from __future__ import annotations

import time
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from timesheet.adapters.ical import meeting
from timesheet.adapters.ical.meeting import LONGEST_SECONDS, read_meetings
from timesheet.adapters.ical.rule import advanced, read_rule, repeated
from timesheet.domain.errors import InvalidInput
from timesheet.domain.span import DateSpan
from timesheet.domain.suggestion.suggestion import Meeting
from timesheet.services.ports.meeting import LARGEST_CALENDAR, MOST_MEETINGS

BERLIN = ZoneInfo("Europe/Berlin")
MON = date(2026, 11, 16)
WEEK = DateSpan(MON, MON + timedelta(days=6))
ONE_HOUR = ("DTSTART:20261116T090000Z", "DTEND:20261116T100000Z", "SUMMARY:Planning")


def event(*lines: str, uid: str = "a") -> str:
    return "\r\n".join(("BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"))


def calendar(*parts: str) -> bytes:
    return "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", "")).encode()


def found(*parts: str, span: DateSpan = WEEK, zone: ZoneInfo = BERLIN) -> list[Meeting]:
    return list(read_meetings(calendar(*parts), span, zone).meetings)


def starts(*lines: str, span: DateSpan = WEEK) -> list[str]:
    return [f"{one.started.astimezone(BERLIN):%a %H:%M}" for one in found(event(*lines), span=span)]


def test_a_meeting_has_its_start_its_length_and_its_title() -> None:
    (one,) = found(event(*ONE_HOUR))
    assert (one.started, one.seconds, one.title, one.keys) == (
        datetime(2026, 11, 16, 9, tzinfo=UTC),
        3600,
        "Planning",
        (),
    )
    assert read_meetings(calendar(event(*ONE_HOUR)), WEEK, BERLIN).meetings == [one]


@pytest.mark.parametrize(
    ("start", "seen"),
    [
        ("DTSTART:20261116T090000Z", "Mon 10:00"),
        ("DTSTART:20261116T090000", "Mon 09:00"),
        ("DTSTART;TZID=Europe/London:20261116T090000", "Mon 10:00"),
        ('DTSTART;TZID="America/New_York":20261116T090000', "Mon 15:00"),
        ("DTSTART;TZID=/softwarestudio.org/Europe/London:20261116T090000", "Mon 10:00"),
        ("DTSTART;TZID=/example.org/America/Argentina/Salta:20261116T090000", "Mon 13:00"),
        ("DTSTART;TZID=EST:20261116T090000", "Mon 15:00"),
        ("DTSTART;TZID=W. Europe Standard Time:20261116T090000", "Mon 09:00"),
        ("DTSTART;TZID=Nowhere:20261116T090000", "Mon 09:00"),
    ],
)
def test_zones_by_their_names(start: str, seen: str) -> None:
    assert starts(start, "DURATION:PT30M") == [seen]


def test_a_zone_that_the_file_describes() -> None:
    described = "\r\n".join(  # noqa: FLY002
        (
            "BEGIN:VTIMEZONE", "TZID:Own",
            "BEGIN:STANDARD", "DTSTART:16011028T030000", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
            "TZOFFSETFROM:+0100", "TZOFFSETTO:+0000", "END:STANDARD",
            "BEGIN:DAYLIGHT", "DTSTART:16010325T010000", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
            "TZOFFSETFROM:+0000", "TZOFFSETTO:+0100", "END:DAYLIGHT",
            "END:VTIMEZONE",
        )
    )  # fmt: skip
    winter = event("DTSTART;TZID=Own:20261116T090000", "DURATION:PT1H")
    summer = event("DTSTART;TZID=Own:20260716T090000", "DURATION:PT1H")
    (one,) = found(described, winter)
    assert one.started == datetime(2026, 11, 16, 9, tzinfo=UTC)
    july = DateSpan(date(2026, 7, 16), date(2026, 7, 16))
    (other,) = found(described, summer, span=july)
    assert other.started == datetime(2026, 7, 16, 8, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Office", "EST"])
def test_a_zone_that_the_file_describes_by_the_days_of_its_changes(name: str) -> None:
    described = "\r\n".join(
        (
            "BEGIN:VTIMEZONE", f"TZID:{name}",
            "BEGIN:STANDARD", "DTSTART:20241103T020000", "RDATE:20251102T020000",
            "RDATE:20261101T020000,20271107T020000",
            "TZOFFSETFROM:-0400", "TZOFFSETTO:-0500", "END:STANDARD",
            "BEGIN:DAYLIGHT", "DTSTART:20250309T020000", "RDATE:nonsense,20260308T020000",
            "TZOFFSETFROM:-0500", "TZOFFSETTO:-0400", "END:DAYLIGHT",
            "END:VTIMEZONE",
        )
    )  # fmt: skip
    for day, hour in ((date(2025, 7, 16), 13), (date(2026, 1, 16), 14), (date(2026, 7, 16), 13), (MON, 14)):
        lines = (f"DTSTART;TZID={name}:{day:%Y%m%d}T090000", "DURATION:PT1H")
        (one,) = found(described, event(*lines), span=DateSpan(day, day))
        assert (one.started.date(), one.started.hour) == (day, hour)


def test_the_wall_clock_stays_over_a_clock_change() -> None:
    span = DateSpan(date(2026, 10, 23), date(2026, 10, 26))
    lines = ("DTSTART;TZID=Europe/Berlin:20260101T090000", "DURATION:PT15M", "RRULE:FREQ=DAILY")
    assert starts(*lines, span=span) == ["Fri 09:00", "Sat 09:00", "Sun 09:00", "Mon 09:00"]


@pytest.mark.parametrize(
    ("rule", "seen"),
    [
        ("FREQ=DAILY;COUNT=2", ["Mon 09:00", "Tue 09:00"]),
        ("FREQ=DAILY;INTERVAL=3", ["Mon 09:00", "Thu 09:00", "Sun 09:00"]),
        ("FREQ=DAILY;UNTIL=20261118", ["Mon 09:00", "Tue 09:00", "Wed 09:00"]),
        ("FREQ=DAILY;UNTIL=20261118T080000Z", ["Mon 09:00", "Tue 09:00", "Wed 09:00"]),
        ("FREQ=DAILY;UNTIL=20261118T075959Z", ["Mon 09:00", "Tue 09:00"]),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", ["Mon 09:00", "Wed 09:00", "Fri 09:00"]),
        ("FREQ=WEEKLY;BYDAY=WE,FR", ["Mon 09:00", "Wed 09:00", "Fri 09:00"]),
        ("FREQ=MONTHLY;BYDAY=3MO", ["Mon 09:00"]),
        ("FREQ=YEARLY", ["Mon 09:00"]),
        ("FREQ=SECONDLY", []),
        ("FREQ=DAILY;INTERVAL=0", []),
        ("FREQ=DAILY;BYHOUR=9,10", []),
        ("FREQ=WEEKLY;BYDAY=XX", []),
        ("FREQ=MONTHLY;BYMONTHDAY=0", []),
        ("FREQ=DAILY;UNTIL=soon", []),
        ("FREQ=DAILY;COUNT=-1", []),
        ("nothing", []),
    ],
)
def test_a_repeated_meeting_is_seen_on_its_days(rule: str, seen: list[str]) -> None:
    assert starts("DTSTART;TZID=Europe/Berlin:20261116T090000", "DURATION:PT1H", f"RRULE:{rule}") == seen


@pytest.mark.parametrize(
    ("rule", "seen"),
    [
        ("FREQ=DAILY;INTERVAL=2", ["Tue 09:00", "Thu 09:00", "Sat 09:00"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", ["Tue 09:00"]),
        ("FREQ=WEEKLY;INTERVAL=4;BYDAY=TU", []),
        ("FREQ=WEEKLY;INTERVAL=3;BYDAY=TU,TH", ["Tue 09:00", "Thu 09:00"]),
        ("FREQ=DAILY;COUNT=10", []),
    ],
)
def test_a_series_that_began_long_ago_keeps_its_rhythm(rule: str, seen: list[str]) -> None:
    lines = ("DTSTART;TZID=Europe/Berlin:20240102T090000", "DURATION:PT1H", f"RRULE:{rule}")
    assert starts(*lines) == seen


def test_single_times_are_taken_out_and_added() -> None:
    lines = (
        "DTSTART;TZID=Europe/Berlin:20261116T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3",
        "EXDATE;TZID=Europe/Berlin:20261117T090000,nonsense", "RDATE;TZID=Europe/Berlin:20261119T150000",
    )  # fmt: skip
    assert starts(*lines) == ["Mon 09:00", "Wed 09:00", "Thu 15:00"]


def test_a_moved_or_canceled_repetition_replaces_its_own() -> None:
    series = event("DTSTART:20261116T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", "SUMMARY:S")
    moved = event("RECURRENCE-ID:20261117T080000Z", "DTSTART:20261117T130000Z", "DURATION:PT1H", "SUMMARY:M")
    gone = event(
        "RECURRENCE-ID:20261118T080000Z", "DTSTART:20261118T080000Z", "DURATION:PT1H", "STATUS:CANCELLED"
    )
    assert [(one.title, one.started.day) for one in found(series, moved, gone)] == [("S", 16), ("M", 17)]


@pytest.mark.parametrize(
    "more",
    [
        "STATUS:CANCELLED", "TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:FREE", "CLASS:PRIVATE",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:ann@example.com",
    ],
)  # fmt: skip
def test_canceled_free_private_and_declined_events_are_left_out(more: str) -> None:
    assert found(event(*ONE_HOUR, more)) == []


def test_among_several_people_the_calendars_owner_declines() -> None:
    people = (
        "ATTENDEE;PARTSTAT=DECLINED:mailto:ann@example.com",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bo@example.com",
    )
    assert found("X-WR-CALNAME:ann@example.com", event(*ONE_HOUR, *people)) == []
    assert len(found("X-WR-CALNAME:bo@example.com", event(*ONE_HOUR, *people))) == 1
    assert len(found(event(*ONE_HOUR, *people))) == 1


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART;VALUE=DATE:20261116", "DTEND;VALUE=DATE:20261117"),
        ("DTSTART:20261116T090000Z",),
        ("DTSTART:20261116T090000Z", "DTEND:20261116T090000Z"),
        ("DTSTART:20261116T090000Z", "DTEND:20261118T090000Z"),
        ("DTSTART:20261116T090000Z", "DURATION:P9999W"),
        ("DTSTART:20261116T09", "DURATION:PT1H"),
        ("DTSTART:00011116T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY"),
        ("DURATION:PT1H",),
    ],
)
def test_events_that_are_no_meeting(lines: tuple[str, ...]) -> None:
    assert found(event(*lines)) == []


@pytest.mark.parametrize(
    ("lines", "keys"),
    [
        (("SUMMARY:PAY-12 review",), ("PAY-12",)),
        (("SUMMARY:Review", "DESCRIPTION:see https://x.example/browse/OPS-3\\, please"), ("OPS-3",)),
        (("SUMMARY:Review", "LOCATION:Room A-1"), ()),
        (("SUMMARY:covid-19",), ()),
        (("SUMMARY:fold", " ed PAY-7"), ("PAY-7",)),
        (("DESCRIPTION:OPS-3\\, PAY-12", "SUMMARY:COVID-19 sync PAY-12"), ("COVID-19", "PAY-12", "OPS-3")),
        (("SUMMARY:" + " ".join(f"AB-{n}" for n in range(1, 9)),), ("AB-1", "AB-2", "AB-3", "AB-4", "AB-5")),
    ],
)
def test_the_issues_that_the_text_may_name(lines: tuple[str, ...], keys: tuple[str, ...]) -> None:
    (one,) = found(event("DTSTART:20261116T090000Z", "DURATION:PT1H", *lines))
    assert one.keys == keys


def test_alarms_in_an_event_are_not_the_event() -> None:
    alarm = ("BEGIN:VALARM", "SUMMARY:Alarm", "DURATION:PT5M", "END:VALARM")
    (one,) = found(event(*alarm, *ONE_HOUR))
    assert (one.title, one.seconds) == ("Planning", 3600)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 a zip file", b"hello", b"\xff\xfe\x00", b"<html>"])
def test_what_is_not_a_calendar_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="not a calendar file"):
        read_meetings(data, WEEK, BERLIN)


def test_a_file_that_is_cut_off_is_refused() -> None:
    """Without this, the meetings that did not arrive would be missing without a word."""
    whole = calendar(event(*ONE_HOUR), event(*ONE_HOUR, uid="b")).rstrip()
    for length in range(len("BEGIN:VCALENDAR"), len(whole)):
        with pytest.raises(InvalidInput, match="ends before the calendar does"):
            read_meetings(whole[:length], WEEK, BERLIN)
    assert len(read_meetings(whole, WEEK, BERLIN).meetings) == 2
    with pytest.raises(InvalidInput, match="ends before the calendar does"):
        read_meetings(whole + b"\n" + whole[:-1], WEEK, BERLIN)


def test_a_file_of_ten_megabytes_is_refused_at_once() -> None:
    data = b"BEGIN:VCALENDAR\r\n" + b"x" * (10 * 1024 * 1024)
    began = time.thread_time()
    with pytest.raises(InvalidInput, match="larger than"):
        read_meetings(data, WEEK, BERLIN)
    assert time.thread_time() - began < 0.5


ENDLESS = ("DTSTART:19000101T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")


def test_reading_stops_when_it_takes_too_long() -> None:
    clock = count()
    many = [event(*ONE_HOUR, uid=str(number)) for number in range(9)]
    read = read_meetings(calendar(*many), WEEK, BERLIN, lambda: float(next(clock)))
    assert read.cut
    assert len(read.meetings) == LONGEST_SECONDS


def test_what_cannot_be_read_is_counted() -> None:
    every_second = event(*ONE_HOUR, "RRULE:FREQ=SECONDLY", uid="1")
    no_time = event("DTSTART:20261116T250000Z", uid="2")
    canceled = event(*ONE_HOUR, "RRULE:FREQ=SECONDLY", "STATUS:CANCELLED", uid="3")
    read = read_meetings(calendar(every_second, no_time, canceled, event(*ONE_HOUR, uid="4")), WEEK, BERLIN)
    assert (len(read.meetings), read.cut, read.unread) == (1, False, 2)


def full_of(rule: str) -> bytes:
    one = event("DTSTART:19000101T090000Z", "DURATION:PT1H", f"RRULE:{rule}")
    return calendar(*[one] * (LARGEST_CALENDAR // (len(one) + 3)))


@pytest.mark.parametrize("rule", ["FREQ=DAILY", "FREQ=YEARLY;BYDAY=MO", ENDLESS[2].removeprefix("RRULE:")])
def test_the_largest_file_of_endless_series_is_read_in_bounded_time(rule: str) -> None:
    data = full_of(rule)
    began = time.thread_time()
    read = read_meetings(data, WEEK, BERLIN)
    assert time.thread_time() - began < 12, "alone on the machine: about two seconds"
    assert read.cut
    assert len(read.meetings) <= MOST_MEETINGS


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYSETPOS=5",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
        "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=1MO,2MO;BYSETPOS=300",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    ],
)
def test_a_day_that_never_comes_is_not_looked_for_until_the_year_9999(rule: str) -> None:
    began = time.thread_time()
    read = read_meetings(calendar(event(*ONE_HOUR, f"RRULE:{rule}")), WEEK, BERLIN)
    assert time.thread_time() - began < 0.2
    assert [one.started.date() for one in read.meetings] == [MON]
    assert not read.unread


@pytest.mark.parametrize("name", ["EXDATE", "RDATE", "RECURRENCE-ID"])
def test_a_zone_that_changes_often_is_not_asked_without_end(name: str) -> None:
    """Each look at such a zone takes a tenth of a second, and one event may have thousands of times."""
    change = (
        "BEGIN:STANDARD", "DTSTART:19700131T000000", "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU",
        "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "END:STANDARD",
    )  # fmt: skip
    zone = "\r\n".join(("BEGIN:VTIMEZONE", "TZID:Own", *change * 60, "END:VTIMEZONE"))
    times = ",".join(["20261116T090000"] * (1 if name == "RECURRENCE-ID" else 300))
    start = "DTSTART;TZID=Own:20261116T090000"
    one = event(start, "DURATION:PT1H", f"{name};TZID=Own:{times}")
    began = time.thread_time()
    read = read_meetings(calendar(zone, *[one] * 300), WEEK, BERLIN)
    assert time.thread_time() - began < 12, "alone on the machine: about two seconds"
    assert read.cut


def test_places_are_counted_in_the_whole_week() -> None:
    rule = read_rule("FREQ=WEEKLY;WKST=TH;BYDAY=WE,TH,FR;BYSETPOS=1,-1")
    start = datetime(2024, 6, 4)  # noqa: DTZ001  (a Tuesday)
    found = [at.day for at in repeated(rule, start, start + timedelta(days=9))]
    assert found == [5, 6, 12, 13]


def test_a_file_of_nothing_but_short_lines_is_refused() -> None:
    """Each of them, if it is no UTF-8, would be decoded alone."""
    with pytest.raises(InvalidInput, match="more than 400000 lines"):
        read_meetings(b"BEGIN:VCALENDAR\n" + b"\xff\n" * 400_001, WEEK, BERLIN)
    lines = b"BEGIN:VCALENDAR\r\n" + b"\n" * 399_999 + b"END:VCALENDAR"
    assert read_meetings(lines, WEEK, BERLIN).meetings == []


def test_a_large_file_takes_bounded_memory() -> None:
    data = full_of("FREQ=DAILY;COUNT=1")[: LARGEST_CALENDAR // 4] + b"\r\nEND:VCALENDAR"
    tracemalloc.start()
    read_meetings(data, WEEK, BERLIN)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 40 * 1024 * 1024


LINES = st.one_of(
    st.sampled_from(
        [
            "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTIMEZONE", "END:VTIMEZONE", "BEGIN:STANDARD", "END:STANDARD",
            "BEGIN:VCALENDAR", "END:VCALENDAR", "UID:a", "TZID:Own", *ONE_HOUR, *ENDLESS, "STATUS:CANCELLED",
            "DTSTART;TZID=Own:20261116T090000", "DTSTART:99991231T235959", "DTEND:21991231T235959Z",
            "TZOFFSETTO:+0100", "TZOFFSETTO:-9999", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
            "RECURRENCE-ID:20261116T090000Z", "RDATE:20261117T090000Z/PT1H", "DTSTART:16010101T000000",
        ]
    ),
    st.builds("RRULE:FREQ={};{}={}".format, st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
              st.sampled_from(["COUNT", "UNTIL", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYSETPOS", "BYWEEKNO", "WKST"]),
              st.sampled_from(["0", "1", "-1", "5", "53", "99999", "MO", "-1SU", "20261120", "20261120T090000Z", ""])),
    st.builds("{}:{}".format, st.sampled_from(["DTSTART", "DTEND", "DURATION", "EXDATE"]), st.text(max_size=20)),
    st.text(max_size=40),
)  # fmt: skip


@given(st.lists(LINES, max_size=40))
@example(["BEGIN:VEVENT", "UID:a", *ENDLESS, "END:VEVENT"])
def test_any_lines_are_read_without_an_error_and_within_bounds(lines: list[str]) -> None:
    read = read_meetings(calendar(*lines), WEEK, BERLIN)
    assert len(read.meetings) <= MOST_MEETINGS
    assert all(one.started.astimezone(BERLIN).date() in WEEK for one in read.meetings)
    assert all(60 <= one.seconds <= 86400 for one in read.meetings)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_calendar_or_refused(data: bytes) -> None:
    # Another calendar that begins and does not end is refused.
    assume(b"BEGIN:VCALENDAR" not in data.upper())
    assert list(read_meetings(calendar() + data, WEEK, BERLIN).meetings) == []
    with pytest.raises(InvalidInput):
        read_meetings(data, WEEK, BERLIN)


FREQUENCY_PARTS = st.sampled_from(
    [
        "",
        ";BYDAY=2TU",
        ";BYDAY=MO,-1FR",
        ";BYMONTHDAY=-1",
        ";BYMONTHDAY=15,31",
        ";BYMONTH=3,11",
        ";BYSETPOS=1;BYDAY=MO,TU",
    ]
)


@given(
    freq=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    parts=FREQUENCY_PARTS,
    interval=st.integers(1, 5),
    start=st.datetimes(datetime(2015, 1, 1), datetime(2026, 1, 1)).map(lambda at: at.replace(microsecond=0)),  # noqa: DTZ001
    near=st.datetimes(datetime(2020, 1, 1), datetime(2026, 1, 1)),  # noqa: DTZ001
)
def test_a_later_start_repeats_as_the_first_one_does(
    freq: str, parts: str, interval: int, start: datetime, near: datetime
) -> None:
    rule, end = read_rule(f"FREQ={freq};INTERVAL={interval}{parts}"), near + timedelta(days=60)
    whole = [at for at in repeated(rule, start, end) if at >= near]
    later, begin = advanced(rule, start, near)
    assert begin <= max(near, start)
    assert [at for at in repeated(later, begin, end) if at >= near] == whole


def test_of_years_of_events_only_those_around_the_days_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    counts = meeting._counts

    def noted(event: meeting.FilePart, owner: str) -> bool:
        looked.append(event.text("UID"))
        return counts(event, owner)

    monkeypatch.setattr(meeting, "_counts", noted)
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range(3000)]
    single = "".join(
        f"BEGIN:VEVENT\nUID:{day}\nDTSTART:{day:%Y%m%d}T100000Z\nDURATION:PT1H\nSUMMARY:Talk\nEND:VEVENT\n"
        for day in days
    )
    over = (
        "BEGIN:VEVENT\nUID:over\nDTSTART:20200101T100000Z\nDURATION:PT1H\n"
        "RRULE:FREQ=DAILY;UNTIL=20210101T000000Z\nEND:VEVENT\n"
    )
    file = f"BEGIN:VCALENDAR\n{single}{over}END:VCALENDAR\n".encode()
    read = read_meetings(file, WEEK, BERLIN)
    assert len(read.meetings) == 7
    assert len(looked) == 11
    assert "over" not in looked


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
def test_the_encoding_of_older_programs_is_read_line_by_line(encoding: str) -> None:
    start, *rest = (
        calendar(event(*ONE_HOUR[:2], "SUMMARY:Rückblick – Größe")).decode().splitlines(keepends=True)
    )
    data = start.encode(encoding) + "".join(rest).encode(encoding.removesuffix("-sig"))
    other = calendar(event(*ONE_HOUR[:2], "SUMMARY:日本 – Größe", uid="b"))
    titles = [one.title for one in read_meetings(data + other, WEEK, BERLIN).meetings]
    assert sorted(titles) == ["Rückblick – Größe", "日本 – Größe"]


@pytest.mark.parametrize("fold", [b"\n ", b"\r\n ", b"\r\n\t"])
def test_a_line_may_be_folded_within_a_character(fold: bytes) -> None:
    whole = calendar(event(*ONE_HOUR[:2], "SUMMARY:Año Nuevo"))
    cut = whole.replace("ñ".encode(), b"\xc3" + fold + b"\xb1")
    assert [one.title for one in read_meetings(cut, WEEK, BERLIN).meetings] == ["Año Nuevo"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(end: str) -> None:
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:a", "DTSTART:20261116T100000Z", "DURATION:PT1H",
             "SUMMARY:One", " more", "END:VEVENT", "END:VCALENDAR"]  # fmt: skip
    read = read_meetings(end.join(lines).encode(), WEEK, BERLIN)
    assert [one.title for one in read.meetings] == ["Onemore"]
