from __future__ import annotations

from datetime import date

from timesheet.domain.expected import expected_in, expected_seconds, workload_of_site
from timesheet.domain.identity import TimeTracking
from timesheet.domain.span import DateSpan, month_of

EIGHT = workload_of_site(TimeTracking(True, 28800, 144000))


def test_june_2024_has_160_hours() -> None:
    assert expected_in(EIGHT, month_of(date(2024, 6, 1))) == 160 * 3600


def test_weekends_expect_nothing() -> None:
    days = DateSpan(date(2024, 6, 10), date(2024, 6, 16))
    assert [expected_seconds(EIGHT, day) for day in days] == [28800] * 5 + [0, 0]


def test_the_sites_day_counts() -> None:
    workload = workload_of_site(TimeTracking(True, 27000, 135000))
    assert expected_seconds(workload, date(2024, 6, 10)) == 27000


def test_t06_a_clock_change_moves_no_target() -> None:
    workload = workload_of_site(TimeTracking(True, 28800, 144000))
    assert expected_in(workload, DateSpan(date(2026, 3, 23), date(2026, 3, 29))) == 40 * 3600
    assert expected_in(workload, DateSpan(date(2026, 10, 19), date(2026, 10, 25))) == 40 * 3600
