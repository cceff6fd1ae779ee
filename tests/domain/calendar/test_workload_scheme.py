from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from timesheet.domain.calendar.workload_scheme import (
    PRESETS,
    WEEKDAY_NAMES,
    DatedScheme,
    WorkloadScheme,
    checked_scheme,
    in_order,
    read_weekdays,
    with_scheme,
    with_stored_seconds,
)
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identity import TimeTracking

HOUR = 3600
SITE = TimeTracking(True, 27000, 135000)
FULL = WorkloadScheme("full", "Full time", (8 * HOUR,) * 5 + (0, 0))
ALWAYS = DatedScheme(None, "full")
JULY = DatedScheme(date(2024, 7, 1), "half")
AUGUST = DatedScheme(date(2024, 8, 1), "full")


def test_hours_are_typed_as_people_do() -> None:
    typed = ["8", "7.5", "7,5", "7:30", "1d", "  ", "0"]
    assert read_weekdays(typed, SITE) == (8 * HOUR, 27000, 27000, 27000, 27000, 0, 0)


@pytest.mark.parametrize("text", ["24", "24:00", "1440m"])
def test_a_day_may_be_full(text: str) -> None:
    assert read_weekdays([text, *[""] * 6], SITE)[0] == 24 * HOUR


@pytest.mark.parametrize("text", ["25", "24:01", "4d", "1w", "x", "-1", "1:75"])
def test_25_hours_a_day_and_what_is_not_a_duration_are_refused_at_their_day(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_weekdays(["8", "8", text, "8", "8", "", ""], SITE)
    assert refused.value.field == "weekday-2"


def test_the_day_that_is_too_long_is_named() -> None:
    with pytest.raises(InvalidInput, match="Sunday has 25h: a day has at most 24 hours"):
        read_weekdays([*[""] * 6, "25"], SITE)


@pytest.mark.parametrize("count", [0, 6, 8])
def test_a_week_has_seven_days(count: int) -> None:
    with pytest.raises(InvalidInput, match="seven days"):
        read_weekdays(["8"] * count, SITE)


def test_a_day_that_is_typed_as_it_is_shown_keeps_its_seconds() -> None:
    stored = replace(FULL, weekdays=(8 * HOUR + 29, 8 * HOUR + 29, 8 * HOUR - 30, 8 * HOUR, 0, 0, 29))
    typed = (8 * HOUR, 7 * HOUR, 8 * HOUR, 0, 0, HOUR, 0)
    assert with_stored_seconds(typed, stored) == (8 * HOUR + 29, 7 * HOUR, 8 * HOUR - 30, 0, 0, HOUR, 29)
    assert with_stored_seconds(typed, None) == typed


def test_the_week_is_the_sum_of_its_days() -> None:
    assert FULL.week == 40 * HOUR


def test_presets_are_schemes_that_can_be_saved() -> None:
    assert len({name for name, _ in PRESETS}) == len(PRESETS)
    for name, weekdays in PRESETS:
        made = WorkloadScheme("x", name, weekdays)
        assert checked_scheme(made, [FULL]) == made


def test_a_preset_has_the_hours_that_its_name_says() -> None:
    names = [str(name) for name in WEEKDAY_NAMES]
    for preset, weekdays in PRESETS:
        expected = [0] * 7
        if said := re.fullmatch(r"(\w+) to (\w+), ([\d.]+) hours", str(preset)):
            first, last = names.index(said[1]), names.index(said[2])
            for n in range((last - first) % 7 + 1):
                expected[(first + n) % 7] = int(float(said[3]) * HOUR)
        assert list(weekdays) == expected, preset
    assert [str(preset) for preset, weekdays in PRESETS if not any(weekdays)] == ["No working days"]


def test_a_scheme_is_cleaned_and_may_keep_its_name() -> None:
    assert checked_scheme(replace(FULL, name=" Full  time "), [FULL]) == FULL


@pytest.mark.parametrize(
    ("scheme", "field"),
    [
        (replace(FULL, name=""), "name"),
        (replace(FULL, id="other", name="full TIME"), "name"),
        (replace(FULL, weekdays=(0, 25 * HOUR, 0, 0, 0, 0, 0)), "weekday-1"),
        (replace(FULL, weekdays=(0, 0, 0, 0, 0, 0, -1)), "weekday-6"),
    ],
)
def test_a_bad_scheme_is_refused_at_its_field(scheme: WorkloadScheme, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_scheme(scheme, [FULL])
    assert refused.value.field == field


def test_another_scheme_holds_up_to_the_next_one() -> None:
    assert in_order([AUGUST, ALWAYS, JULY]) == [ALWAYS, JULY, AUGUST]
    assert with_scheme((AUGUST,), JULY.valid_from, "half") == (JULY, AUGUST)
    assert with_scheme((JULY, AUGUST), JULY.valid_from, "other") == (replace(JULY, scheme_id="other"), AUGUST)
    assert with_scheme((JULY,), None, "full") == (ALWAYS, JULY)
