from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.calendar.global_calendar import (
    BOTH_HALVES,
    MOST_DAYS,
    GlobalCalendar,
    Merge,
    NonWorkingDay,
    Part,
    checked_calendar,
    copied_to,
    merge,
    merged,
    part_of,
)
from timesheet.domain.calendar.legend import SYSTEM_LEGENDS
from timesheet.domain.errors import InvalidInput

WHOLE, MORNING, AFTERNOON = Part


def day(text: str, title: str = "Feast", part: Part = WHOLE, legend: str = "public-holiday") -> NonWorkingDay:
    return NonWorkingDay(date.fromisoformat(text), title, legend, part)


def calendar(*days: NonWorkingDay, name: str = "Germany") -> GlobalCalendar:
    return GlobalCalendar("de", name, days)


def test_two_different_halves_make_a_whole_day_and_the_same_one_a_half() -> None:
    assert MORNING.halves | AFTERNOON.halves == WHOLE.halves == BOTH_HALVES
    assert MORNING.halves | MORNING.halves == MORNING.halves
    assert [part_of(part.halves) for part in Part] == list(Part)


# --- what a calendar may hold


def test_a_calendar_is_cleaned_and_its_days_put_in_order() -> None:
    halves = day("2024-12-24", "Eve", AFTERNOON), day("2024-12-24", "Shift", MORNING)
    typed = calendar(day("2024-12-25"), *halves, day("2024-01-01", " New  Year "), name=" Germany ")
    assert checked_calendar(typed, [calendar()], SYSTEM_LEGENDS) == calendar(
        day("2024-01-01", "New Year"), halves[1], halves[0], day("2024-12-25")
    )


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (calendar(name=" "), "name"),
        (calendar(name="FRANCE"), "name"),
        (calendar(day("2024-01-01"), day("2024-01-01", "Again")), "days"),
        (calendar(day("2024-01-01", part=MORNING), day("2024-01-01", "Again")), "days"),
        (calendar(day("2024-01-01", part=MORNING), day("2024-01-01", part=MORNING)), "days"),
        (calendar(day("2024-01-01", "")), "title"),
        (calendar(day("2024-01-01", "x" * 101)), "title"),
        (calendar(day("2024-01-01", legend="unclassified")), "legend"),
        (calendar(day("2024-01-01", legend="out-of-team")), "legend"),
        (calendar(day("2024-01-01", legend="gone")), "legend"),
    ],
)
def test_a_bad_calendar_is_refused_at_its_field(bad: GlobalCalendar, field: str) -> None:
    france = GlobalCalendar("fr", "France")
    with pytest.raises(InvalidInput) as refused:
        checked_calendar(bad, [france], SYSTEM_LEGENDS)
    assert refused.value.field == field


def test_a_day_that_is_there_twice_is_named() -> None:
    with pytest.raises(InvalidInput, match="1 January 2024 is in the calendar twice"):
        checked_calendar(calendar(day("2024-01-01"), day("2024-01-01")), [], SYSTEM_LEGENDS)


def test_a_calendar_ends_somewhere() -> None:
    days = (
        NonWorkingDay(date(2000, 1, 1) + timedelta(days=n), "Feast", "public-holiday")
        for n in range(MOST_DAYS + 1)
    )
    with pytest.raises(InvalidInput, match="at most 5000 days"):
        checked_calendar(calendar(*days), [], SYSTEM_LEGENDS)


def test_a_day_whose_legend_was_deleted_stays_while_others_change() -> None:
    kept = day("2024-01-01", legend="unclassified")
    changed = calendar(kept, day("2024-01-02"))
    assert checked_calendar(changed, [], SYSTEM_LEGENDS, stored=[kept]) == changed
    with pytest.raises(InvalidInput):
        checked_calendar(calendar(replace(kept, title="Other")), [], SYSTEM_LEGENDS, stored=[kept])


# --- adding a list of days


def test_a_merge_says_what_is_new_what_is_there_and_what_differs() -> None:
    current = [day("2024-01-01"), day("2024-05-01"), day("2024-12-24", "Eve", AFTERNOON)]
    offered = [
        day("2024-01-01"),
        day("2024-05-01", "Labour Day"),
        day("2024-12-24", "Shift", MORNING),
        day("2024-12-25"),
        day("2024-12-25"),
        day("2024-12-25", "Christmas"),
    ]
    assert merge(current, offered) == Merge(
        added=(offered[2], offered[3]),
        same=(offered[0], offered[4]),
        conflicting=((current[1], offered[1]), (offered[3], offered[5])),
    )


def test_a_merge_adds_and_replaces_only_the_chosen_days() -> None:
    current = [day("2024-12-24", "Eve", AFTERNOON), day("2024-05-01"), day("2024-12-24", "Shift", MORNING)]
    offered = [day("2024-12-24", "Christmas Eve"), day("2024-05-01", "Labour Day"), day("2024-01-01")]
    preview = merge(current, offered)
    assert merged(current, preview) == (offered[2], current[1], current[2], current[0])
    assert merged(current, preview, {date(2024, 12, 24)}) == (offered[2], current[1], offered[0])


OFFERED = st.lists(
    st.builds(
        NonWorkingDay,
        st.dates(date(2024, 1, 1), date(2024, 1, 6)),
        st.sampled_from(["One", "Two"]),
        st.just("public-holiday"),
        st.sampled_from(Part),
    ),
    max_size=8,
)


@given(OFFERED, OFFERED, st.sets(st.dates(date(2024, 1, 1), date(2024, 1, 6))))
def test_a_merge_never_makes_a_calendar_that_cannot_be_saved(
    current: list[NonWorkingDay], offered: list[NonWorkingDay], replacing: set[date]
) -> None:
    there = merged([], merge([], current))
    preview = merge(there, offered)
    days = merged(there, preview, replacing)
    assert checked_calendar(calendar(*days), [], SYSTEM_LEGENDS).days == days
    assert len(preview.added) + len(preview.same) + len(preview.conflicting) == len(offered)
    assert merged(there, merge(there, there)) == there
    if not replacing:
        assert set(there) <= set(days)


def test_copying_leaves_29_february_out_of_a_year_without_it() -> None:
    days = [day("2024-02-29", "Leap"), day("2024-12-25", "Christmas"), day("2023-12-26")]
    assert copied_to(days, 2024, 2025) == ((day("2025-12-25", "Christmas"),), (days[0],))
    assert copied_to(days, 2024, 2028) == ((day("2028-02-29", "Leap"), day("2028-12-25", "Christmas")), ())
