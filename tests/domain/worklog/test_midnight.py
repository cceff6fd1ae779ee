"""Where days begin and end, whatever clocks do, and the parts of a time by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.jira_time import work_date
from timesheet.domain.worklog.midnight import crosses_midnight, day_begin, day_end, split_by_day

BERLIN, APIA, BEIRUT = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Apia"), ZoneInfo("Asia/Beirut")
NOON = datetime(2026, 11, 16, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)
ZONES = st.sampled_from(
    [
        *("Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Beirut", "Asia/Kathmandu"),
        *("America/Havana", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Cairo", "Antarctica/Troll"),
    ]
).map(ZoneInfo)
INSTANTS = st.datetimes(datetime(2001, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda instant: instant.replace(microsecond=0)
)
LENGTHS = st.integers(1, 40 * 3600)


@given(INSTANTS, LENGTHS.map(lambda seconds: seconds * 3), ZONES, LENGTHS)
def test_parts_are_whole_and_each_within_a_day(
    started: datetime, seconds: int, zone: ZoneInfo, pause: int
) -> None:
    pauses = timedelta(seconds=pause)
    parts = list(split_by_day(started.astimezone(zone), seconds, zone, pauses))
    assert sum(length for _, length in parts) == seconds
    assert parts[0][0] == started
    for number, ((begin, length), (after, _)) in enumerate(pairwise(parts)):
        free = pauses if number == 0 and begin + pauses < day_end(begin, zone) else timedelta(0)
        assert begin + free + timedelta(seconds=length) == after
        assert work_date(after, zone) > work_date(begin, zone)
    for begin, length in parts:
        end = begin + timedelta(seconds=length, microseconds=-1)
        assert work_date(begin, zone) == work_date(end, zone)
        assert length > 0


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


def test_t13_time_over_midnight_counts_on_both_days() -> None:
    started = datetime(2026, 11, 16, 23, tzinfo=BERLIN)
    midnight = datetime(2026, 11, 16, 23, tzinfo=UTC)
    assert list(split_by_day(started, 2 * 3600, BERLIN)) == [(started, 3600), (midnight, 3600)]
    assert day_end(started, BERLIN) == midnight


@given(INSTANTS, LENGTHS, ZONES)
def test_t09_time_crosses_midnight_if_it_can_be_split(
    started: datetime, seconds: int, zone: ZoneInfo
) -> None:
    parts = list(split_by_day(started.astimezone(zone), seconds, zone))
    assert crosses_midnight(started.astimezone(zone), seconds, zone) is (len(parts) > 1)
