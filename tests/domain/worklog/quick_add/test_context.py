"""Decide what a piece of a line is because of the pieces around it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from timesheet.domain.identity import TimeTracking
from timesheet.domain.worklog.quick_add.context import pieces_in_context
from timesheet.domain.worklog.quick_add.day import DayWords
from timesheet.domain.worklog.quick_add.line import QuickLine, read_line
from timesheet.domain.worklog.quick_add.piece import Piece, PieceKind

TODAY = date(2026, 11, 26)  # a Thursday
WORDS = DayWords({"gestern": -1, "heute": 0, "morgen": 1}, {"montag": 0, "friday": 4})
SIGNED = replace(WORDS, hour_sign=True)


def read(text: str, words: DayWords = WORDS) -> QuickLine:
    return read_line(f"PAY-12 {text}", TimeTracking(True, 8 * 3600, 40 * 3600), TODAY, words)


@pytest.mark.parametrize(
    ("text", "start", "minutes"),
    [
        ("14h 1h30", time(14), 90),
        ("1h30 14h", time(14), 90),
        ("1h30 réunion 14h", time(14), 90),
        ("14h30 45min", time(14, 30), 45),
        ("45min 14h", time(14), 45),
        ("gestern 9h 2h", time(9), 120),
        ("14h 45min", None, 14 * 60 + 45),
        ("14h", None, 14 * 60),
        ("1h30 réunion de 8h", None, 90),
        ("2h support 24h", None, -1),
        ("9h 8h", None, -1),
        ("1h 2h", None, -1),
    ],
)
def test_an_hour_beside_a_time_spent_is_the_start(text: str, start: time | None, minutes: int) -> None:
    line = read(text, SIGNED)
    if minutes < 0:
        assert line.problem
    else:
        assert (line.start, line.seconds, line.problem) == (start, minutes * 60, "")


def test_only_some_languages_write_a_time_of_day_so() -> None:
    assert read("14h 1h30").problem.startswith("Hours are given twice.")


@pytest.mark.parametrize(
    ("text", "day", "comment"),
    [
        ("1h demo for Friday", TODAY, "demo for Friday"),
        ("1h Vorbereitung für morgen", TODAY, "Vorbereitung für morgen"),
        ("1h Bericht für gestern", date(2026, 11, 25), "Bericht"),
        ("1h for Friday", date(2026, 11, 20), ""),
        ("1h by Friday", TODAY, "by Friday"),
        ("1h until 31 December", TODAY, "until 31 December"),
        ("1h demo for Friday and Montag", TODAY, "demo for Friday and Montag"),
        ("1h heute Morgen Termin", TODAY, "Morgen Termin"),
        ("1h Montag morgen", date(2026, 11, 23), "morgen"),
        ("1h morgen Termin", date(2026, 11, 27), "Termin"),
    ],
)
def test_a_day_can_be_a_part_of_the_comment(text: str, day: date, comment: str) -> None:
    line = read(text)
    assert (line.day, line.comment, line.problem) == (day, comment, "")


@pytest.mark.parametrize(
    ("text", "hours", "comment"),
    [
        ("gestern 9-11", 2, ""),
        ("gestern 9-11 Review", 2, "Review"),
        ("gestern 9 - 11 Review", 2, "Review"),
        ("gestern 9 a 11 Review", 2, "Review"),
        ("gestern 2 a 3 Review", 2, "a 3 Review"),
        ("9-11", 2, ""),
        ("9-11 gestern", 2, ""),
        ("9-11 Review", 0, "9-11 Review"),
        ("9 - 11", 0, "9 - 11"),
        ("gestern 2-3", 0, "2-3"),
        ("gestern 23-11", 0, "23-11"),
        ("gestern 7-19", 12, ""),
        ("11-24", 0, "11-24"),
        ("gestern 9-75", 0, "9-75"),
        ("2 gestern 9-11", 2, "9-11"),
        ("1h gestern 9-11 Fehler", 1, "9-11 Fehler"),
        ("11-20 3", 3, "11-20"),
    ],
)
def test_two_numbers_are_times_of_day_if_they_can_be_nothing_else(
    text: str, hours: int, comment: str
) -> None:
    line = read(text)
    assert (line.seconds, line.comment, bool(line.problem)) == (hours * 3600, comment, hours == 0)


@pytest.mark.parametrize(
    "text",
    [
        "gestern 9-11 und 13-15",
        "gestern 9-11, 13-15 Review",
        "gestern 9-11 + 13-15 Review",
        "9-11 13-15",
        "9-11 13-15 Review",
    ],
)
def test_two_ranges_are_not_logged_as_one(text: str) -> None:
    assert str(read(text).problem).startswith("This line has two times spent, 9-11")


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("for 1h review", "review"),
        ("für 1h Review", "Review"),
        ("review for 1h", "review"),
        ("1h waited for 30m builds", "waited for 30m builds"),
        ("1h for review", "for review"),
    ],
)
def test_a_small_word_before_the_time_spent_only_introduces_it(text: str, comment: str) -> None:
    line = read(text)
    assert (line.seconds, line.comment, line.problem) == (3600, comment, "")


def test_a_number_of_days_beside_a_time_spent_is_a_day_of_the_month() -> None:
    assert (read("24日 1時間").day, read("24日 1時間").seconds) == (date(2026, 11, 24), 3600)
    assert (read("24日 9-11").day, read("24日 9-11").seconds) == (date(2026, 11, 24), 2 * 3600)
    assert (read("2日 確認 9-11").seconds, read("2日 確認 9-11").comment) == (16 * 3600, "確認 9-11")
    assert (read("2日").day, read("2日").seconds) == (TODAY, 16 * 3600)
    assert read("32日 1時間").problem.startswith("“32日” is not a date.")


def test_a_piece_between_words_of_the_comment_has_a_mark() -> None:
    word, spent = Piece(PieceKind.WORD, "x"), Piece(PieceKind.SPENT, "1h", "1h")
    assert pieces_in_context([word, spent, word], TODAY, WORDS) == [word, replace(spent, lone=True), word]
    assert pieces_in_context([spent, word], TODAY, WORDS) == [spent, word]
