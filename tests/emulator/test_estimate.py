"""Durations and the remaining estimate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jira_emulator.issue.estimate import (
    Adjustment,
    InvalidDurationError,
    after_create,
    after_delete,
    after_update,
    format_duration,
    parse_duration,
    whole_minutes,
)
from jira_emulator.model import TimeTracking

SITE = TimeTracking()
SHORT_DAYS = TimeTracking(hours_per_day=7.5, days_per_week=4, unit="hour")
seconds = st.integers(0, 10**7)


@pytest.mark.parametrize(
    ("text", "tracking", "expected"),
    [
        ("1h 30m", SITE, 5400),
        ("1h30m", SITE, 5400),
        ("1.5h", SITE, 5400),
        ("90", SITE, 5400),
        ("1w", SITE, 144_000),
        ("1d", SHORT_DAYS, 27_000),
        ("1w 1d", SHORT_DAYS, 135_000),
        ("2", SHORT_DAYS, 7200),
        ("0.01h", SITE, 60),
        ("0m", SITE, 0),
    ],
)
def test_t11_durations_follow_the_sites_settings(text: str, tracking: TimeTracking, expected: int) -> None:
    assert parse_duration(text, tracking) == expected


@pytest.mark.parametrize(
    "text", ["", " ", "h", "1x", "-1h", "1,5h", "1:30", "1h foo", "1h 30", "1e3m", "٣h x"]
)
def test_what_is_not_a_duration_is_refused(text: str) -> None:
    with pytest.raises(InvalidDurationError):
        parse_duration(text, SITE)


@given(st.integers(0, 10**6))
def test_a_written_duration_reads_back(minutes: int) -> None:
    for tracking in (SITE, SHORT_DAYS):
        assert parse_duration(format_duration(minutes * 60, tracking), tracking) == minutes * 60


@given(seconds)
def test_t17_rounding_to_minutes_is_idempotent(value: int) -> None:
    assert whole_minutes(whole_minutes(value)) == whole_minutes(value)
    assert abs(whole_minutes(value) - value) <= 30


@pytest.mark.parametrize(
    ("remaining", "adjustment", "expected"),
    [
        (7200, Adjustment(), 3600),
        (1800, Adjustment(), 0),
        (None, Adjustment(), 0),
        (7200, Adjustment("leave"), 7200),
        (None, Adjustment("leave"), None),
        (7200, Adjustment("new", 60), 60),
        (None, Adjustment("new", 60), 60),
        (7200, Adjustment("manual", 600), 6600),
        (300, Adjustment("manual", 600), 0),
        (None, Adjustment("manual", 600), 0),
    ],
)
def test_t31_logging_an_hour(remaining: int | None, adjustment: Adjustment, expected: int | None) -> None:
    assert after_create(remaining, 3600, adjustment) == expected


@pytest.mark.parametrize(
    ("remaining", "before", "after", "adjustment", "expected"),
    [
        (7200, 3600, 5400, Adjustment(), 5400),
        (7200, 5400, 3600, Adjustment(), 9000),
        (600, 0, 3600, Adjustment(), 0),
        (None, 3600, 5400, Adjustment(), 0),
        (None, 5400, 3600, Adjustment(), 1800),
        (None, 5400, 3600, Adjustment("leave"), None),
        (7200, 3600, 5400, Adjustment("leave"), 7200),
        (7200, 3600, 5400, Adjustment("new", 0), 0),
    ],
)
def test_t31_changing_applies_the_difference(
    remaining: int | None, before: int, after: int, adjustment: Adjustment, expected: int | None
) -> None:
    assert after_update(remaining, before, after, adjustment) == expected


def test_t31_deleting_gives_the_time_back() -> None:
    assert after_delete(600, 3600, Adjustment()) == 4200
    assert after_delete(600, 3600, Adjustment("manual", 60)) == 660
    assert after_delete(600, 3600, Adjustment("leave")) == 600
    assert after_delete(None, 3600, Adjustment()) == 3600
    assert after_delete(None, 3600, Adjustment("manual", 60)) == 60
    assert after_delete(None, 3600, Adjustment("leave")) is None


@given(seconds, seconds, st.sampled_from(("auto", "leave", "new", "manual")), seconds)
def test_t31_never_below_zero(remaining: int, spent: int, mode: str, amount: int) -> None:
    after = after_create(remaining, spent, Adjustment(mode, amount))
    assert after is not None
    assert after >= 0
