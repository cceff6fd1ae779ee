"""iCalendar files: written files can be read again, and an invalid file names the line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from timesheet.adapters.ical.files import MOST_SERIES, IcalFiles
from timesheet.domain.calendar.global_calendar import (
    MOST_DAYS,
    GlobalCalendar,
    NonWorkingDay,
    Part,
    in_calendar,
)
from timesheet.domain.calendar.legend import SYSTEM_LEGENDS
from timesheet.domain.errors import InvalidInput
from timesheet.domain.name import can_be_seen
from timesheet.services.ports.calendar import LARGEST_FILE
from timesheet.settings import ROOT

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FILES = IcalFiles()

# The library writes the two characters \N as a line break, which a title cannot hold. No title shows nothing.
titles = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=60).filter(
    lambda title: "\\N" not in title and can_be_seen(title)
)
some_days = st.lists(
    st.builds(
        NonWorkingDay,
        st.dates(date(1971, 1, 1), date(9998, 12, 30)),
        titles,
        st.sampled_from(["public-holiday", "vacation", "0" * 32]),
        st.sampled_from(Part),
    ),
    unique_by=lambda day: day.date,
    max_size=20,
)


def calendar(*days: NonWorkingDay) -> GlobalCalendar:
    return GlobalCalendar("c" * 32, "Bavaria, south", tuple(in_calendar(days)))


def file(*lines: str, name: str = "VEVENT") -> bytes:
    inside = [f"BEGIN:{name}", *lines, f"END:{name}"] if lines else []
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *inside, "END:VCALENDAR", ""]).encode()


def read(data: bytes, year: int = 2026) -> Sequence[NonWorkingDay]:
    return FILES.read(data, year)


def refused(data: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        read(data)
    assert caught.value.field == "file"
    return caught.value.sentence


@given(some_days)
def test_what_is_written_is_read_again(days: list[NonWorkingDay]) -> None:
    written = calendar(*days)
    assert tuple(in_calendar(read(FILES.write(written, SYSTEM_LEGENDS, NOW)))) == written.days


def test_a_file_says_what_other_programs_need() -> None:
    data = FILES.write(
        calendar(
            NonWorkingDay(date(2026, 12, 24), "Christmas Eve", "public-holiday", Part.AFTERNOON),
            NonWorkingDay(date(2026, 12, 25), "Christmas; Day, " + "x" * 80, "public-holiday"),
        ),
        SYSTEM_LEGENDS,
        NOW,
    )
    parsed = Calendar.from_ical(data)
    eve, day = parsed.walk("VEVENT")
    assert b"X-WR-CALNAME:Bavaria\\, south" in data.splitlines()
    assert {b"DTSTART:20261224T120000", b"DTEND:20261225T000000"} <= set(data.splitlines())
    assert eve["SUMMARY"] == "Christmas Eve"
    assert (day.decoded("DTSTART"), day.decoded("DTEND")) == (date(2026, 12, 25), date(2026, 12, 26))
    assert str(day["SUMMARY"]).startswith("Christmas; Day, x")
    assert eve["UID"] != day["UID"]
    assert max(map(len, data.split(b"\r\n"))) <= 75


def test_days_of_an_event_run_to_its_end_which_is_not_one_of_them() -> None:
    found = read(
        file("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227", "SUMMARY:Holi", " days\\, all")
    )
    assert [day.date.day for day in found] == [24, 25, 26]
    assert {day.title for day in found} == {"Holidays, all"}
    assert {(day.part, day.legend_id) for day in found} == {(Part.WHOLE, "")}


def whole_day(zone: str) -> tuple[str, str]:
    """Return the lines of a day from midnight to midnight in a zone."""
    return f"DTSTART;TZID={zone}:20201224T000000", f"DTEND;TZID={zone}:20201225T000000"


@pytest.mark.parametrize(
    ("lines", "parts"),
    [
        (("DTSTART;VALUE=DATE:20261224",), [(24, Part.WHOLE)]),
        (("DTSTART;VALUE=DATE:20261224", "DURATION:P2D"), [(24, Part.WHOLE), (25, Part.WHOLE)]),
        (("DTSTART:20261224T000000", "DTEND:20261224T120000"), [(24, Part.MORNING)]),
        (("DTSTART:20261224T120000", "DURATION:PT12H"), [(24, Part.AFTERNOON)]),
        (
            ("DTSTART;TZID=Europe/Berlin:20261224T120000", "DTEND;TZID=Europe/Berlin:20261226T120000"),
            [(24, Part.AFTERNOON), (25, Part.WHOLE), (26, Part.MORNING)],
        ),
        (("DTSTART:20261224T000000", "DTEND:20261225T000000"), [(24, Part.WHOLE)]),
        (("DTSTART;VALUE=DATE:20261224", "STATUS:CANCELLED"), []),
        (("DTSTART:20261224",), [(24, Part.WHOLE)]),
        (("DTSTART;value=date:20261224", "DTEND:20261226"), [(24, Part.WHOLE), (25, Part.WHOLE)]),
    ],
    ids=str,
)
def test_whole_and_half_days(lines: tuple[str, ...], parts: list[tuple[int, Part]]) -> None:
    assert [(day.date.day, day.part) for day in read(file(*lines))] == parts


@pytest.mark.parametrize(
    ("lines", "year", "days"),
    [
        (("DTSTART;VALUE=DATE:19701225", "RRULE:FREQ=YEARLY"), 1971, ["12-25"]),
        (("DTSTART;VALUE=DATE:19701225", "RRULE:FREQ=YEARLY"), 1969, []),
        (("DTSTART;VALUE=DATE:20200229", "RRULE:FREQ=YEARLY"), 2026, []),
        (("DTSTART;VALUE=DATE:20200229", "RRULE:FREQ=YEARLY"), 2028, ["02-29"]),
        (("DTSTART;VALUE=DATE:20201126", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"), 2026, ["11-26"]),
        (("DTSTART;VALUE=DATE:20250101", "RRULE:FREQ=YEARLY;UNTIL=20260101"), 2026, ["01-01"]),
        (("DTSTART;VALUE=DATE:20250101", "RRULE:FREQ=YEARLY;UNTIL=20260101"), 2027, []),
        (("DTSTART;VALUE=DATE:20250101", "RRULE:FREQ=YEARLY;COUNT=2"), 2027, []),
        (
            (
                "DTSTART;VALUE=DATE:20260807",
                "RRULE:FREQ=WEEKLY;COUNT=4",
                "EXDATE:20260814",
                "EXDATE:20260828",
            ),
            2026,
            ["08-07", "08-21"],
        ),
        (
            ("DTSTART;VALUE=DATE:20241231", "DTEND;VALUE=DATE:20250102", "RRULE:FREQ=YEARLY"),
            2026,
            ["01-01", "12-31"],
        ),
        ((*whole_day("Europe/Berlin"), "RRULE:FREQ=YEARLY;UNTIL=20261223T230000Z"), 2026, ["12-24"]),
        (
            (*whole_day("W. Europe Standard Time"), "RRULE:FREQ=YEARLY;UNTIL=20261223T230000Z"),
            2026,
            ["12-24"],
        ),
        ((*whole_day("America/Los_Angeles"), "RRULE:FREQ=YEARLY;UNTIL=20261224T075959Z"), 2026, []),
        ((*whole_day("Nowhere"), "RRULE:FREQ=YEARLY;UNTIL=20261224"), 2026, ["12-24"]),
    ],
    ids=str,
)
def test_events_that_repeat_are_read_for_one_year(lines: tuple[str, ...], year: int, days: list[str]) -> None:
    assert [f"{day.date:%m-%d}" for day in read(file(*lines), year)] == days


def test_half_days_repeat_as_half_days() -> None:
    eve = ("DTSTART:20201224T120000", "DTEND:20201225T000000", "RRULE:FREQ=YEARLY", "EXDATE:20251224T120000")
    assert [(day.date.day, day.part) for day in read(file(*eve))] == [(24, Part.AFTERNOON)]
    assert read(file(*eve), 2025) == ()


def test_a_line_may_be_folded_within_a_character() -> None:
    whole = file("DTSTART;VALUE=DATE:20270101", "SUMMARY:Año Nuevo")
    cut = whole.replace("ñ".encode(), b"\xc3\r\n \xb1")
    assert read(cut) == read(whole)
    with pytest.raises(InvalidInput, match=r"Line 5: This is not UTF-8"):
        read(cut.replace(b" \xb1", b" x"))


def test_what_is_not_an_event_is_passed_over() -> None:
    alarm = file("DTSTART;VALUE=DATE:20261224", "BEGIN:VALARM", "DTSTART:nonsense", "END:VALARM")
    assert [day.title for day in read(alarm)] == [""]
    unseen = file("DTSTART;VALUE=DATE:20261224", "SUMMARY:\u200b\u00ad")
    assert [day.title for day in read(unseen)] == [""]
    assert read(file("DUE:nonsense", name="VTODO")) == ()
    assert read(file()) == ()
    assert read(b"\xef\xbb\xbf" + file("DTSTART;VALUE=DATE:20261224").replace(b"\r\n", b"\n\n"))


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", 1, "ends before the calendar"),
        (b"hello", 1, "is not a line of a calendar"),
        (b"\n\nBEGIN:VEVENT\n", 3, "BEGIN:VCALENDAR"),
        (file("DTSTART;VALUE=DATE:20261301"), 4, "not a date"),
        (file("DTSTART;VALUE=DATE:20260229"), 4, "not a date"),
        (file("DTSTART:P1D"), 4, "not a date"),
        (file("DTSTART;VALUE=DATE:00010101"), 4, "1971"),
        (file("DTSTART:20261224T090000", "DTEND:20261224T100000"), 5, "before and after noon"),
        (file("DTSTART:20261224T000000Z", "DTEND:20261225T000000Z"), 4, "UTC"),
        (file("DTSTART:20261224T000000"), 4, "no end"),
        (file("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261224"), 5, "before it begins"),
        (file("DTSTART;VALUE=DATE:20261224", "DTEND:20261225T000000"), 5, "different kinds"),
        (file("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20281224"), 5, "longer than 366"),
        (file("DTSTART;VALUE=DATE:20261224", "DURATION:20261224"), 5, "not a duration"),
        (file("DTSTART;VALUE=DATE:20261224", "DURATION:P9999999D"), 5, "9998"),
        (file("DTSTART;VALUE=DATE:20261224", "DURATION:-P9999999D"), 5, "1971"),
        (file("DTSTART;VALUE=DATE:99981231", "DURATION:P2D"), 5, "9998"),
        (file("DTSTART;VALUE=DATE:20261224", "DURATION:P99999999999D"), 5, "not a date"),
        (file("SUMMARY:No day"), 3, "no DTSTART"),
        (file("DTSTART;VALUE=DATE:20261224", "RRULE:FREQ=HOURLY"), 5, "repetition"),
        (file("DTSTART;VALUE=DATE:20261224", "RRULE:FREQ=DAILY;COUNT=367"), 5, "repetition"),
        (file("DTSTART;VALUE=DATE:20261224", "RRULE:FREQ=YEARLY", "RDATE:20261226"), 6, "repetition"),
        (file("DTSTART;VALUE=DATE:20261224", "RRULE:FREQ=YEARLY", "EXRULE:FREQ=DAILY"), 6, "repetition"),
        (file("DTSTART;VALUE=DATE:20261224", *["RRULE:FREQ=YEARLY;BYMONTH=5"] * 2), 5, "repetition"),
        (file(*whole_day("Nowhere"), "RRULE:FREQ=YEARLY;UNTIL=20261223T230000Z"), 6, "repetition"),
        (file("DTSTART;VALUE=DATE:20261224", "RRULE:FREQ=YEARLY", "EXDATE:soon"), 6, "not a date"),
        (file("DTSTART;VALUE=DATE:20261224", "RECURRENCE-ID:20261225"), 5, "repetition"),
        (file("DTSTART;VALUE=DATE:20261224", "RECURRENCE-ID:20261224", "STATUS:CANCELLED"), 5, "repetition"),
        (file("DTSTART;VALUE=DATE:20261224", "what is this"), 5, "is not a line of a calendar"),
        (file("SUMMARY:~").replace(b"~", b"\xff"), 4, "UTF-8"),
        (file("DTSTART;VALUE=DATE:20261224").replace(b"END:VEVENT", b"END:VTODO"), 5, "does not close"),
        (
            file("DTSTART;VALUE=DATE:20261224").replace(b"END:VCALENDAR\r\n", b""),
            5,
            "ends before the calendar",
        ),
    ],
    ids=str,
)
def test_a_bad_file_names_the_line_and_counts_for_nothing(data: bytes, line: int, words: str) -> None:
    sentence = refused(data)
    assert sentence.startswith(f"Line {line}: ")
    assert words in sentence
    assert sentence.endswith("Nothing was imported.")


def test_a_file_has_a_largest_size_and_a_calendar_a_largest_number() -> None:
    assert "KiB" in refused(b"x" * (LARGEST_FILE + 1))
    event = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:{}\nDTEND;VALUE=DATE:{}\nEND:VEVENT\n"
    start, step = date(1980, 1, 1), timedelta(days=360)
    spans = [(start + n * step, start + (n + 1) * step) for n in range(MOST_DAYS // 360 + 1)]
    events = "".join(event.format(f"{first:%Y%m%d}", f"{last:%Y%m%d}") for first, last in spans)
    assert str(MOST_DAYS) in refused(f"BEGIN:VCALENDAR\n{events}END:VCALENDAR\n".encode())
    series = "BEGIN:VEVENT\nDTSTART:20261224\nRRULE:FREQ=YEARLY\nEND:VEVENT\n"
    most, more = (
        f"BEGIN:VCALENDAR\n{series * number}END:VCALENDAR\n".encode()
        for number in (MOST_SERIES, MOST_SERIES + 1)
    )
    assert len(read(most)) == MOST_SERIES
    assert f"at most {MOST_SERIES} events that repeat" in refused(more)


@pytest.mark.parametrize(
    "rule", ["FREQ=DAILY;COUNT=9;BYMONTH=2;BYMONTHDAY=30", "FREQ=WEEKLY;COUNT=9;BYDAY=MO,TU;BYSETPOS=9"]
)
def test_a_count_that_is_never_reached_is_not_looked_for_over_a_century(rule: str) -> None:
    """A hundred such series would take half a minute."""
    assert "repetition" in refused(file("DTSTART;VALUE=DATE:19000101", f"RRULE:{rule}"))
    assert not FILES.read(file("DTSTART;VALUE=DATE:19000101", "RRULE:FREQ=DAILY;COUNT=9;BYMONTH=2"), 2026)


@pytest.mark.parametrize(
    "rule", ["FREQ=MONTHLY;COUNT=9;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;COUNT=9;BYMONTH=2;BYMONTHDAY=30"]
)
def test_a_count_that_is_never_reached_is_not_looked_for_over_millennia(rule: str) -> None:
    data = file("DTSTART;VALUE=DATE:19710101", f"RRULE:{rule}")
    assert not FILES.read(data, 2026)
    with pytest.raises(InvalidInput, match="repetition"):
        FILES.read(data, 9998)


def test_a_series_that_ended_long_ago_has_no_day_in_the_last_year() -> None:
    for rule in ("MONTHLY;COUNT=366", "YEARLY;COUNT=366"):
        assert not FILES.read(file("DTSTART;VALUE=DATE:19710101", f"RRULE:FREQ={rule}"), 9998)


@given(st.binary(max_size=300), st.integers(0, 200))
def test_no_file_does_anything_but_be_read_or_refused(noise: bytes, at: int) -> None:
    whole = file("DTSTART;VALUE=DATE:20261224", "SUMMARY:Eve")
    for data in (noise, whole[:at] + noise + whole[at:]):
        with suppress(InvalidInput):
            assert all(day.title for day in read(data))


def test_the_library_is_always_loaded_as_a_whole() -> None:
    """Threads that begin with different modules of it, which import each other, may end with an error."""
    for module in (ROOT / "timesheet" / "adapters" / "ical").glob("*.py"):
        assert not re.search(r"^\s*(?:from|import) icalendar\.", module.read_text(), re.MULTILINE), module
