from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.errors import InvalidInput
from timesheet.domain.jira_time import (
    dates_of,
    day_begin,
    day_end,
    epoch_ms,
    find_zone,
    format_instant,
    moved_to,
    next_start,
    parse_instant,
    started_at,
    work_date,
)
from timesheet.domain.span import week_of

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
AUCKLAND = ZoneInfo("Pacific/Auckland")
APIA, BEIRUT = ZoneInfo("Pacific/Apia"), ZoneInfo("Asia/Beirut")
ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/Sao_Paulo",
     "Asia/Singapore", "Pacific/Pago_Pago", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Beirut"]
).map(ZoneInfo)  # fmt: skip
INSTANTS = st.integers(31_536_000_000, 3_786_912_000_000).map(
    lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us * 1000 + 7)
)


def test_t01_the_one_form_jira_takes() -> None:
    cet = timezone(timedelta(hours=1))
    assert format_instant(datetime(2024, 1, 1, 9, tzinfo=UTC)) == "2024-01-01T09:00:00.000+0000"
    assert format_instant(datetime(2024, 1, 1, 9, 0, 0, 123456, cet)) == "2024-01-01T08:00:00.123+0000"


@given(INSTANTS)
def test_t01_an_instant_is_read_as_it_was_written(instant: datetime) -> None:
    to_the_ms = instant.replace(microsecond=instant.microsecond // 1000 * 1000)
    assert parse_instant(format_instant(instant)) == to_the_ms
    assert len(format_instant(instant)) == 28
    assert epoch_ms(to_the_ms) == round(to_the_ms.timestamp() * 1000)


def test_t01_naive_times_are_refused() -> None:
    naive = datetime(2024, 1, 1, 9)  # noqa: DTZ001
    with pytest.raises(ValueError, match="zone"):
        format_instant(naive)
    with pytest.raises(ValueError, match="zone"):
        work_date(naive, BERLIN)
    for text in ("2024-01-01T09:00:00.000", "", "yesterday", "2024-13-01T09:00:00.000+0000"):
        with pytest.raises(ValueError, match=r"."):
            parse_instant(text)


@pytest.mark.parametrize(
    ("text", "zone", "day"),
    [
        ("9999-12-31T23:59:59.999+0000", BERLIN, date.max),
        ("9999-12-31T23:59:59.999+0000", NEW_YORK, date.max),
        ("9999-12-31T03:00:00.000+0000", NEW_YORK, date(9999, 12, 30)),
        ("0001-01-01T00:00:00.000+0000", NEW_YORK, date.min),
        ("0001-01-01T00:00:00.000+0000", BERLIN, date.min),
    ],
)
def test_a_moment_whose_year_does_not_exist_in_a_zone_has_the_nearest_date(
    text: str, zone: ZoneInfo, day: date
) -> None:
    assert work_date(parse_instant(text), zone) == day


def test_t02_the_day_is_the_authors() -> None:
    instant = parse_instant("2024-06-10T23:30:00.000+0000")
    assert work_date(instant, BERLIN) == date(2024, 6, 11)
    assert work_date(instant, NEW_YORK) == date(2024, 6, 10)
    assert work_date(instant, AUCKLAND) == date(2024, 6, 11)


@given(st.dates(date(1971, 1, 1), date(2090, 1, 1)), st.times(), ZONES, st.integers(0, 1))
def test_t02_t06_a_start_falls_on_its_day(day: date, clock: time, zone: ZoneInfo, fold: int) -> None:
    start = started_at(day, clock, zone, fold)
    assert work_date(start.instant, zone) == day
    local = start.instant.astimezone(zone)
    assert (local.time() == clock.replace(fold=0)) == (start.note == "")
    assert start.note == "" or local.time() > clock


def test_t03_work_begins_at_nine_not_at_midnight() -> None:
    assert next_start(date(2024, 6, 10), BERLIN, []).instant == datetime(2024, 6, 10, 7, tzinfo=UTC)


def test_t03_work_begins_after_what_is_there() -> None:
    day = date(2024, 6, 10)
    others = [(datetime(2024, 6, 10, 7, tzinfo=UTC), 5400), (datetime(2024, 6, 10, 6, tzinfo=UTC), 3600)]
    assert next_start(day, BERLIN, others).instant == datetime(2024, 6, 10, 8, 30, tzinfo=UTC)
    early = [(datetime(2024, 6, 9, 22, tzinfo=UTC), 3600)]
    assert next_start(day, BERLIN, early).instant == datetime(2024, 6, 10, 7, tzinfo=UTC)
    odd = [(datetime(2024, 6, 10, 7, 0, 30, tzinfo=UTC), 60)]
    assert next_start(day, BERLIN, odd).instant == datetime(2024, 6, 10, 7, 2, tzinfo=UTC)


def test_t09_work_past_midnight_does_not_push_the_next_start_into_the_next_day() -> None:
    day = date(2024, 6, 10)
    late = [(datetime(2024, 6, 10, 21, tzinfo=UTC), 4 * 3600)]
    assert next_start(day, BERLIN, late).instant == datetime(2024, 6, 10, 7, tzinfo=UTC)
    assert work_date(late[0][0], BERLIN) == day


def test_t03_rounding_up_the_seconds_of_the_last_work_does_not_lead_into_the_next_day() -> None:
    day = date(2024, 6, 10)
    until_just_before_midnight = [(datetime(2024, 6, 10, 21, 0, 30, tzinfo=UTC), 59 * 60)]
    start = next_start(day, BERLIN, until_just_before_midnight)
    assert start.instant == datetime(2024, 6, 10, 21, 59, tzinfo=UTC)
    assert work_date(start.instant, BERLIN) == day


@pytest.mark.parametrize(
    ("clock", "hour"), [(time(0, 30), 0), (time(12, 0), 12), (time(12, 30), 12), (time(12, 57), 12)]
)
def test_t04_noon_and_midnight(clock: time, hour: int) -> None:
    start = started_at(date(2024, 6, 10), clock, BERLIN)
    local = start.instant.astimezone(BERLIN)
    assert (local.hour, local.minute) == (hour, clock.minute)


def test_t06_a_time_that_does_not_exist_moves_forward_and_says_so() -> None:
    start = started_at(date(2026, 3, 29), time(2, 30), BERLIN)
    assert start.instant == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert start.note == "The clocks skip 02:30 on that day: the time begins at 03:30."


def test_t06_a_repeated_hour_has_a_choice() -> None:
    first = started_at(date(2026, 10, 25), time(2, 30), BERLIN)
    second = started_at(date(2026, 10, 25), time(2, 30), BERLIN, fold=1)
    assert first.repeated
    assert second.repeated
    assert first.note == (
        "The clocks go back on that day, so 02:30 occurs twice: the time begins at the first one."
    )
    assert second.note == (
        "The clocks go back on that day, so 02:30 occurs twice: the time begins at the second one."
    )
    assert second.instant - first.instant == timedelta(hours=1)
    assert not started_at(date(2026, 10, 25), time(9), BERLIN, fold=1).repeated


@pytest.mark.parametrize("name", ["America/Nuuk", "America/Scoresbysund"])
def test_t06_a_start_in_a_skipped_last_hour_stays_on_its_day(name: str) -> None:
    day, zone = date(2026, 3, 28), ZoneInfo(name)
    start = started_at(day, time(23, 15), zone)
    assert start.instant.astimezone(zone).isoformat()[:16] == "2026-03-28T22:15"
    assert start.note == "The clocks skip 23:15 on that day: the time begins at 22:15."
    assert moved_to(datetime(2026, 3, 21, 23, 15, tzinfo=zone), day, zone) == start


def test_t06_a_day_that_a_zone_skipped_is_refused() -> None:
    with pytest.raises(InvalidInput, match="does not exist in Pacific/Apia"):
        started_at(date(2011, 12, 30), time(9), ZoneInfo("Pacific/Apia"))


def test_t06_moving_to_another_day_keeps_the_time_of_day() -> None:
    winter = datetime(2026, 3, 27, 8, 15, tzinfo=UTC)
    moved = moved_to(winter, date(2026, 3, 30), BERLIN)
    assert moved.instant == datetime(2026, 3, 30, 7, 15, tzinfo=UTC)
    assert moved_to(winter, date(2026, 3, 27), BERLIN).instant == winter
    later_half = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert moved_to(later_half, date(2026, 10, 25), BERLIN).instant == later_half


@pytest.mark.parametrize("day", [date(1970, 1, 2), date(9999, 12, 28)])
def test_the_first_and_the_last_day_are_accepted(day: date) -> None:
    assert work_date(started_at(day, time(9), BERLIN).instant, BERLIN) == day


@pytest.mark.parametrize("day", [date(1970, 1, 1), date(1969, 12, 31), date(1, 1, 1), date(9999, 12, 29)])
def test_days_jira_does_not_know_are_refused(day: date) -> None:
    with pytest.raises(InvalidInput):
        started_at(day, time(9), BERLIN)


@pytest.mark.parametrize("start", range(7))
@given(day=st.dates(date(1971, 1, 1), date(2090, 1, 1)))
def test_t08_a_week_begins_on_the_chosen_day(day: date, start: int) -> None:
    week = week_of(day, start)
    assert day in week
    assert len(week) == 7
    assert week.first.weekday() == start


@pytest.mark.parametrize("offset", range(7))
def test_t08_the_turn_of_the_year(offset: int) -> None:
    day = date(2025, 12, 29) + timedelta(days=offset)
    assert week_of(day, 0).first == date(2025, 12, 29)
    assert week_of(day, 0).first.isocalendar()[:2] == (2026, 1)


@given(st.lists(INSTANTS, max_size=20), ZONES)
def test_many_dates_at_once_are_those_of_each_instant(instants: list[datetime], zone: ZoneInfo) -> None:
    found = dates_of([epoch_ms(instant) for instant in instants], zone)
    # An instant is rounded to the millisecond, which may be the first of the next day.
    rounded = [datetime.fromtimestamp(epoch_ms(instant) / 1000, zone) for instant in instants]
    assert found == [instant.toordinal() for instant in rounded]


@pytest.mark.parametrize(
    ("zone", "changed"),
    [
        ("America/St_Johns", datetime(2010, 11, 7, 2, 31, tzinfo=UTC)),
        ("America/Moncton", datetime(2006, 10, 29, 3, 1, tzinfo=UTC)),
        ("Africa/Monrovia", datetime(1972, 1, 7, 0, 44, 30, tzinfo=UTC)),
    ],
)
def test_t06_a_quarter_of_an_hour_can_have_two_dates(zone: str, changed: datetime) -> None:
    instants = [changed + timedelta(seconds=seconds) for seconds in range(-1200, 1200, 20)]
    found = dates_of([epoch_ms(instant) for instant in instants], ZoneInfo(zone))
    assert found == [work_date(instant, ZoneInfo(zone)).toordinal() for instant in instants]


def test_a_day_ends_where_the_next_one_begins() -> None:
    spring = datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert day_end(spring, BERLIN) == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert day_end(spring - timedelta(seconds=1), BERLIN) == spring


@pytest.mark.parametrize("name", ["", "Mars/Phobos", "../etc/passwd", None, 1, "/absolute", "a/" * 2000])
def test_what_is_no_zone_is_none(name: object) -> None:
    assert find_zone(name) is None


def test_a_zone_is_found_by_its_name() -> None:
    assert find_zone("Europe/Berlin") == BERLIN


@pytest.mark.parametrize(
    ("zone", "day", "begin"),
    [
        (BERLIN, date(2026, 11, 16), datetime(2026, 11, 15, 23, tzinfo=UTC)),
        (BEIRUT, date(2024, 3, 31), datetime(2024, 3, 30, 22, tzinfo=UTC)),
        (APIA, date(2011, 12, 30), datetime(2011, 12, 30, 10, tzinfo=UTC)),
        (APIA, date(2011, 12, 31), datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_a_day_begins_where_the_clocks_have_its_first_moment(
    zone: ZoneInfo, day: date, begin: datetime
) -> None:
    assert day_begin(day, zone) == begin
