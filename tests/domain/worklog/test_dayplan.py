"""Work placed by the wall clock, past midnight and across clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.errors import InvalidInput
from timesheet.domain.worklog.dayplan import (
    MINUTES,
    SHORTEST,
    ClockChange,
    Stretch,
    clock_change,
    seconds_until,
    stretch_of,
)
from timesheet.domain.worklog.overlap import side_by_side

BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def at(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def test_work_is_where_its_clock_says() -> None:
    assert stretch_of(at("2026-11-24T09:30"), 5400, date(2026, 11, 24), BERLIN) == Stretch(570, 660)


def test_t09_work_over_midnight_is_cut_and_stays_on_its_first_day() -> None:
    placed = stretch_of(at("2026-11-24T23:00"), 7200, date(2026, 11, 24), BERLIN)
    assert placed == Stretch(1380, 1440, cut=True)


def test_work_that_ends_at_midnight_is_not_cut() -> None:
    assert stretch_of(at("2026-11-24T22:00"), 7200, date(2026, 11, 24), BERLIN) == Stretch(1320, 1440)


def test_a_minute_of_work_is_still_tall_enough_to_be_seen_and_hit() -> None:
    assert stretch_of(at("2026-11-24T09:00"), 60, date(2026, 11, 24), BERLIN) == Stretch(540, 555)
    assert stretch_of(at("2026-11-24T23:59"), 60, date(2026, 11, 24), BERLIN) == Stretch(1425, 1440)


def test_t06_an_hour_over_the_skipped_hour_ends_by_the_clock_after_it() -> None:
    assert stretch_of(at("2026-03-29T01:30"), 3600, SPRING, BERLIN) == Stretch(90, 210)


def test_t06_an_hour_over_the_repeated_hour_never_ends_before_it_begins() -> None:
    placed = stretch_of(at("2026-10-25T02:30"), 3600, AUTUMN, BERLIN)
    assert placed == Stretch(150, 150 + SHORTEST)


@pytest.mark.parametrize(
    ("day", "zone", "change"),
    [
        (SPRING, "Europe/Berlin", ClockChange(skipped=(120, 180))),
        (AUTUMN, "Europe/Berlin", ClockChange(repeated=(120, 180))),
        (date(2026, 4, 5), "Australia/Lord_Howe", ClockChange(repeated=(90, 120))),
        (date(2026, 9, 5), "America/Santiago", ClockChange()),
        (date(2026, 9, 6), "America/Santiago", ClockChange(skipped=(0, 60))),
        (date(2011, 12, 30), "Pacific/Apia", ClockChange(skipped=(0, MINUTES))),
        (date(2026, 11, 24), "Europe/Berlin", ClockChange()),
        (SPRING, "UTC", ClockChange()),
    ],
)
def test_t06_skipped_and_repeated_hours(day: date, zone: str, change: ClockChange) -> None:
    assert clock_change(day, ZoneInfo(zone)) == change


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(60, 86400),
    st.sampled_from(["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]),
)
def test_every_stretch_is_inside_its_day_and_can_be_seen(started: datetime, seconds: int, name: str) -> None:
    zone = ZoneInfo(name)
    day = started.astimezone(zone).date()
    placed = stretch_of(started, seconds, day, zone)
    assert 0 <= placed.start <= placed.end - SHORTEST
    assert placed.end <= MINUTES
    if placed.cut:
        assert (started + timedelta(seconds=seconds)).astimezone(zone).date() > day


@given(
    st.sampled_from([SPRING, AUTUMN, date(2026, 11, 24)]),
    st.lists(st.tuples(st.integers(0, 22 * 60), st.integers(60, 36 * 3600)), max_size=20),
)
def test_blocks_of_a_day_of_any_length_stay_in_it_and_apart(day: date, drawn: list[tuple[int, int]]) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
    placed = [
        stretch_of(midnight + timedelta(minutes=minute), seconds, day, BERLIN) for minute, seconds in drawn
    ]
    assert all(0 <= one.start <= one.end - SHORTEST <= MINUTES - SHORTEST for one in placed)
    slots = side_by_side([(one.start, one.end) for one in placed])
    for (one, left), (other, right) in combinations(zip(placed, slots, strict=True), 2):
        apart = one.end <= other.start or other.end <= one.start
        assert apart or left.lane + left.width <= right.lane or right.lane + right.width <= left.lane


@pytest.mark.parametrize(
    ("start", "fold", "end", "minutes"),
    [
        ("2026-11-24T09:00", 0, 600, 60),
        ("2026-11-24T09:00", 0, 541, 1),
        ("2026-11-24T09:00", 0, 1980, 1440),
        ("2026-11-24T23:15", 0, 1470, 75),
        ("2026-03-29T01:00", 0, 240, 120),
        ("2026-03-29T01:00", 0, 150, 90),
        ("2026-10-25T01:00", 0, 240, 240),
        ("2026-10-25T01:00", 0, 150, 90),
        ("2026-10-25T02:30", 0, 120, 30),
        ("2026-10-25T02:30", 0, 150, 60),
        ("2026-10-25T02:30", 1, 180, 30),
        ("2026-10-25T00:00", 0, 1440, 1500),
    ],
)
def test_an_end_on_the_wall_clock_is_as_far_as_time_passes(
    start: str, fold: int, end: int, minutes: int
) -> None:
    started = at(start, fold=fold).astimezone(UTC)
    assert seconds_until(str(end), started, at(start).date(), BERLIN) == minutes * 60


@pytest.mark.parametrize("end", ["", "x", "²", "540", "1981", "10000", "9" * 12])
def test_an_end_that_is_not_after_the_start_or_a_day_later_is_refused(end: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        seconds_until(end, at("2026-11-24T09:00").astimezone(UTC), date(2026, 11, 24), BERLIN)
    assert refused.value.field == "end"
