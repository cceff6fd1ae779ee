"""The day that words of a typed line name, and how many words it takes."""

from __future__ import annotations

from datetime import date

import pytest

from timesheet.domain.worklog.quick_add.day import DayWords, NamedDay, day_at

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


TURNED = DayWords(
    {},
    {"monday": 0, "thursday": 3, "friday": 4, "sunday": 6, "lundi": 0, "vendredi": 4, "金曜日": 4},
    offsets={"last": -1, "this": 0, "next": 1, "dernier": -1, "dernière": -1, "次": 1},
    weeks={"week": None, "semaine": None, "先週": -1},
    after_weekday=frozenset({"dernier", "dernière"}),
)


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("last friday fixed", NamedDay(date(2026, 11, 20), 2)),
        ("the last Friday,", NamedDay(date(2026, 11, 20), 3)),
        ("last thursday", NamedDay(date(2026, 11, 19), 2)),
        ("last monday", NamedDay(None, 2, either=(date(2026, 11, 16), date(2026, 11, 23)))),
        ("next monday", NamedDay(date(2026, 11, 30), 2)),
        ("next friday", NamedDay(None, 2, either=(date(2026, 11, 27), date(2026, 12, 4)))),
        ("this thursday", NamedDay(TODAY, 2)),
        ("this friday", NamedDay(None, 2, either=(date(2026, 11, 20), date(2026, 11, 27)))),
        ("monday last week", NamedDay(date(2026, 11, 16), 3)),
        ("last week monday fixed", NamedDay(date(2026, 11, 16), 3)),
        ("monday of this week", NamedDay(date(2026, 11, 23), 4)),
        ("sunday last week", NamedDay(None, 3, either=(date(2026, 11, 15), date(2026, 11, 22)))),
        ("lundi de la semaine dernière", NamedDay(date(2026, 11, 16), 5)),
        ("vendredi dernier", NamedDay(date(2026, 11, 20), 2)),
        ("先週の金曜日", NamedDay(date(2026, 11, 20))),
        ("先週の 金曜日", NamedDay(date(2026, 11, 20), 2)),
        ("次の金曜日", NamedDay(None, 1, either=(date(2026, 11, 27), date(2026, 12, 4)))),
        ("last week", NamedDay(None, 2, week=True)),
        ("先週", NamedDay(None, week=True)),
        ("monday next steps", NamedDay(date(2026, 11, 23))),
        ("friday this", NamedDay(date(2026, 11, 20))),
        ("last bug", None),
        ("week friday", None),
        ("the friday", None),
    ],
)
def test_words_name_a_day_of_another_week(typed: str, named: NamedDay | None) -> None:
    parts = typed.split()
    assert day_at(parts, 0, parts[0], TODAY, TURNED) == named
