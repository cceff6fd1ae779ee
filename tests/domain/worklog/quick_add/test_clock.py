"""Times of day and ranges of them, as people write them in the languages of the app."""

from __future__ import annotations

import pytest

from timesheet.domain.worklog.quick_add.clock import NamedClock, NamedClocks, range_at, start_at


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("9am fixed", NamedClock((9, 0), 1)),
        ("12:15 a.m. fixed", NamedClock((0, 15), 2)),
        ("9 uhr 30 fixed", NamedClock((9, 30), 3)),
        ("9.30 uhr", NamedClock((9, 30), 2)),
        ("@ 9:15", NamedClock((9, 15), 2)),
        ("午後2:30", NamedClock((14, 30), 1)),
        ("0am", NamedClock(None, 1)),
        ("@24", NamedClock(None, 1)),
        ("9:30", None),
        ("9h", None),
        ("9.30", None),
        ("9am5", None),
        ("9 hours", None),
    ],
)
def test_a_time_of_day(text: str, start: NamedClock | None) -> None:
    assert start_at(text.split(), halves=True) == start


def test_a_word_before_it_makes_a_duration_a_time_of_day() -> None:
    assert start_at(["9:30"], halves=True, introduced=True) == NamedClock((9, 30), 1)
    assert start_at(["9h"], halves=True, introduced=True) is None
    assert start_at(["9", "h", "30"], halves=True, introduced=True, after_at=True) == NamedClock((9, 30), 3)


def test_a_half_of_the_day_follows_a_space_in_english_only() -> None:
    assert start_at(["9", "am"], halves=False) is None
    assert start_at(["9am"], halves=False) == NamedClock((9, 0), 1)


@pytest.mark.parametrize(
    ("text", "spread"),
    [
        ("9-10:30", NamedClocks(((9, 0), (10, 30)), 1, certain=True, introduced=False)),
        ("from 9 to 11 fixed", NamedClocks(((9, 0), (11, 0)), 4, certain=False, introduced=True)),
        ("9 - 11", NamedClocks(((9, 0), (11, 0)), 3, certain=False, introduced=False)),
        ("11pm-1", NamedClocks(((23, 0), (1, 0)), 1, certain=True, introduced=False)),
        ("13-5pm", NamedClocks(((13, 0), (17, 0)), 1, certain=True, introduced=False)),
        ("22:00-24:00", NamedClocks(((22, 0), (24, 0)), 1, certain=True, introduced=False)),
        ("9:00-25:00", NamedClocks(None, 1, certain=True, introduced=False)),
        ("2h 23-11", None),
        ("8h - 2 bugs", None),
        ("9 a 11", None),
        ("2026-11-24", None),
    ],
)
def test_a_range_of_clocks_is_read(text: str, spread: NamedClocks | None) -> None:
    assert range_at(text.split(), halves=True) == spread
