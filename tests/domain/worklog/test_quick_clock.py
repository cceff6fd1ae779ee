"""Times of day and ranges of them, as people write them in the languages of the app."""

from __future__ import annotations

import pytest

from timesheet.domain.worklog.quick_clock import Range, Start, range_at, start_at


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("9am fixed", Start((9, 0), 1)),
        ("12:15 a.m. fixed", Start((0, 15), 2)),
        ("9 uhr 30 fixed", Start((9, 30), 3)),
        ("9.30 uhr", Start((9, 30), 2)),
        ("@ 9:15", Start((9, 15), 2)),
        ("午後2:30", Start((14, 30), 1)),
        ("0am", Start(None, 1)),
        ("@24", Start(None, 1)),
        ("9:30", None),
        ("9h", None),
        ("9.30", None),
        ("9am5", None),
        ("9 hours", None),
    ],
)
def test_a_time_of_day(text: str, start: Start | None) -> None:
    assert start_at(text.split(), halves=True) == start


def test_a_word_before_it_makes_a_duration_a_time_of_day() -> None:
    assert start_at(["9:30"], halves=True, introduced=True) == Start((9, 30), 1)
    assert start_at(["9h"], halves=True, introduced=True) is None
    assert start_at(["9", "h", "30"], halves=True, introduced=True, after_at=True) == Start((9, 30), 3)


def test_a_half_of_the_day_follows_a_space_in_english_only() -> None:
    assert start_at(["9", "am"], halves=False) is None
    assert start_at(["9am"], halves=False) == Start((9, 0), 1)


@pytest.mark.parametrize(
    ("text", "spread"),
    [
        ("9-10:30", Range(((9, 0), (10, 30)), 1, certain=True, introduced=False)),
        ("from 9 to 11 fixed", Range(((9, 0), (11, 0)), 4, certain=False, introduced=True)),
        ("9 - 11", Range(((9, 0), (11, 0)), 3, certain=False, introduced=False)),
        ("11pm-1", Range(((23, 0), (1, 0)), 1, certain=True, introduced=False)),
        ("13-5pm", Range(((13, 0), (17, 0)), 1, certain=True, introduced=False)),
        ("22:00-24:00", Range(((22, 0), (24, 0)), 1, certain=True, introduced=False)),
        ("9:00-25:00", Range(None, 1, certain=True, introduced=False)),
        ("2h 23-11", None),
        ("8h - 2 bugs", None),
        ("9 a 11", None),
        ("2026-11-24", None),
    ],
)
def test_a_range(text: str, spread: Range | None) -> None:
    assert range_at(text.split(), halves=True) == spread
