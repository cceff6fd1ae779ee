"""Days and times of day that come as text."""

from __future__ import annotations

from datetime import date, time

import pytest

from timesheet.domain.day_text import read_clock, read_date
from timesheet.domain.errors import InvalidInput


@pytest.mark.parametrize("text", ["2026-11-24", " 2026-11-24 ", "20261124"])
def test_an_iso_date_is_read(text: str) -> None:
    assert read_date(text) == date(2026, 11, 24)


@pytest.mark.parametrize(
    "text", ["", "x", "24.11.2026", "2026-02-30", "2026-11-24T00:00", "1970-12-31", "9999-01-01"]
)
def test_anything_else_is_refused_for_its_field(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_date(text, "joined")
    assert refused.value.field == "joined"


@pytest.mark.parametrize("text", ["1971-01-01", "9998-12-31"])
def test_the_first_and_the_last_year_can_be_used(text: str) -> None:
    assert read_date(text).isoformat() == text


@pytest.mark.parametrize(
    ("text", "clock"), [("09:30", time(9, 30)), (" 0:05 ", time(0, 5)), ("23:59", time(23, 59))]
)
def test_a_time_of_day_is_read(text: str, clock: time) -> None:
    assert read_clock(text) == clock


@pytest.mark.parametrize("text", ["", "24:00", "9", "9:60", "nine", "09:30:00"])
def test_what_is_not_a_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_clock(text)
    assert refused.value.field == "start"
