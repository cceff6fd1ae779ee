"""Time that passes midnight, whatever clocks do, and its parts by day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given

from tests.domain.support.instants import INSTANTS, LENGTHS, ZONES
from timesheet.domain.jira_time import day_end, work_date
from timesheet.domain.worklog.midnight import crosses_midnight, days_later, split_by_day

BERLIN = ZoneInfo("Europe/Berlin")


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


def test_t13_time_over_midnight_counts_on_both_days() -> None:
    started = datetime(2026, 11, 16, 23, tzinfo=BERLIN)
    midnight = datetime(2026, 11, 16, 23, tzinfo=UTC)
    assert list(split_by_day(started, 2 * 3600, BERLIN)) == [(started, 3600), (midnight, 3600)]
    assert day_end(started, BERLIN) == midnight


def test_t13_time_until_midnight_stays_on_its_day() -> None:
    started = datetime(2026, 11, 16, 23, tzinfo=BERLIN)
    assert not crosses_midnight(started, 3600, BERLIN)
    assert crosses_midnight(started, 3601, BERLIN)


def test_t13_pauses_until_midnight_do_not_count() -> None:
    started = datetime(2026, 11, 16, 23, tzinfo=BERLIN)
    midnight = datetime(2026, 11, 16, 23, tzinfo=UTC)
    parts = [(started, 3600), (midnight, 1800)]
    assert list(split_by_day(started, 5400, BERLIN, timedelta(hours=1))) == parts
    assert list(split_by_day(started, 1800, BERLIN, timedelta(minutes=59))) == [
        (started, 60),
        (midnight, 1740),
    ]


@given(INSTANTS, LENGTHS, ZONES)
def test_t09_time_crosses_midnight_if_it_can_be_split(
    started: datetime, seconds: int, zone: ZoneInfo
) -> None:
    parts = list(split_by_day(started.astimezone(zone), seconds, zone))
    assert crosses_midnight(started.astimezone(zone), seconds, zone) is (len(parts) > 1)


def test_t09_time_ends_days_later_and_an_end_at_midnight_belongs_to_the_day_before() -> None:
    started = datetime(2026, 11, 16, 9, tzinfo=BERLIN)
    ends = [days_later(started, hours * 3600, BERLIN) for hours in (1, 15, 16, 39, 40, 15 + 365 * 24 + 1)]
    assert ends == [0, 0, 1, 1, 2, 366]
