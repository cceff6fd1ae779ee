"""The day that words of a typed line name, and how many words it takes."""

from __future__ import annotations

from datetime import date

import pytest

from timesheet.domain.worklog.quick_day import DayWords, NamedDay, day_at

TODAY = date(2026, 11, 26)  # a Thursday
ENGLISH = DayWords(
    {"yesterday": -1}, {"monday": 0, "thursday": 3}, {"nov": 11, "february": 2}, month_first=True, halves=True
)
JAPANESE = DayWords({}, {"月": 0, "月曜日": 0, "火": 1}, month_first=True)
SPANISH = DayWords({"ayer": -1}, {"lunes": 0}, {"noviembre": 11})


@pytest.mark.parametrize(
    ("words", "typed", "named"),
    [
        (ENGLISH, "yesterday", NamedDay(date(2026, 11, 25))),
        (ENGLISH, "thursday fixed", NamedDay(TODAY)),
        (ENGLISH, "monday", NamedDay(date(2026, 11, 23))),
        (ENGLISH, "Nov 3, 2025 fixed", NamedDay(date(2025, 11, 3), 3)),
        (ENGLISH, "3rd Nov fixed", NamedDay(date(2026, 11, 3), 2)),
        (ENGLISH, "1/12", NamedDay(date(2027, 1, 12))),
        (SPANISH, "1/12", NamedDay(date(2026, 12, 1))),
        (SPANISH, "3 de noviembre de 2025 y más", NamedDay(date(2025, 11, 3), 5)),
        (SPANISH, "noviembre 3", None),
        (ENGLISH, "February 30", NamedDay(None, 2)),
        (ENGLISH, "2026-02-30", NamedDay(None)),
        (ENGLISH, "november", None),
        (ENGLISH, "3 parsers", None),
        (ENGLISH, "Monday Nov 2 fixed", NamedDay(date(2026, 11, 2), 3)),
        (ENGLISH, "11/2 (Monday) fixed", NamedDay(date(2026, 11, 2), 2)),
        (ENGLISH, "monday 2026-11-03", NamedDay(date(2026, 11, 23))),
        (ENGLISH, "monday monday", NamedDay(date(2026, 11, 23))),
        (JAPANESE, "11月2日(月)", NamedDay(date(2026, 11, 2))),
        (JAPANESE, "11月2日（月曜日）", NamedDay(date(2026, 11, 2))),
        (JAPANESE, "11月2日(火)", NamedDay(None)),
    ],
)
def test_words_name_a_day(words: DayWords, typed: str, named: NamedDay | None) -> None:
    parts = typed.split()
    assert day_at(parts, 0, parts[0], TODAY, words) == named
