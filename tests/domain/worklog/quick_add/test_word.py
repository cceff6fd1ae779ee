"""The pieces of a typed line: what each word is, and which words belong together."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.worklog.quick_add.day import DayWords
from timesheet.domain.worklog.quick_add.piece import Piece, PieceKind
from timesheet.domain.worklog.quick_add.word import first_hour, pieces_of

TODAY = date(2026, 11, 26)  # a Thursday
WORDS = DayWords({"yesterday": -1}, {"monday": 0}, month_first=True, halves=True)


def only(text: str, words: DayWords = WORDS) -> Piece:
    [piece] = pieces_of(text, TODAY, words)
    return piece


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("parser", PieceKind.WORD, None),
        ("pay-12", PieceKind.ISSUE, "pay-12"),
        ("(PAY-12)", PieceKind.ISSUE, "PAY-12"),
        ("https://x.atlassian.net/browse/pay-12?a=b", PieceKind.ISSUE, "PAY-12"),
        ("1h30", PieceKind.SPENT, "1h30"),
        ("90 min", PieceKind.SPENT, "90 min"),
        ("１.5", PieceKind.NUMBER, "１.5"),
        ("9:00", PieceKind.CLOCK, "9:00"),
        ("at 9:00", PieceKind.START, (9, 0)),
        ("@9", PieceKind.START, (9, 0)),
        ("9:30 pm", PieceKind.START, (21, 30)),
        ("9:30 Uhr", PieceKind.START, (9, 30)),
        ("12am", PieceKind.START, (0, 0)),
        ("13pm", PieceKind.START, None),
        ("9:00-10:30", PieceKind.RANGE, ((9, 0), (10, 30))),
        ("9:00 – 10:30", PieceKind.RANGE, ((9, 0), (10, 30))),
        ("von 9 bis 11", PieceKind.HOURS, ((9, 0), (11, 0))),
        ("9 - 11", PieceKind.WORD, None),
        ("1 1/2 h", PieceKind.SPENT, "1½h"),
        ("1 ½", PieceKind.NUMBER, "1½"),
        ("8:30 h", PieceKind.SPENT, "8:30"),
        ("#billable", PieceKind.TAG, "billable"),
        ("#kind=travel", PieceKind.TAG, "kind=travel"),
        ("＃種類：出張", PieceKind.TAG, "種類：出張"),
        ("yesterday", PieceKind.DAY, date(2026, 11, 25)),
        ("on Monday", PieceKind.DAY, date(2026, 11, 23)),
        ("31.2.", PieceKind.DAY, None),
    ],
)
def test_what_a_piece_is(text: str, kind: PieceKind, value: object) -> None:
    piece = only(text)
    assert (piece.kind, piece.value, piece.text) == (kind, value, text)


def test_half_a_day_is_written_in_some_languages_only() -> None:
    assert [piece.kind for piece in pieces_of("9:30 pm", TODAY, DayWords({}, {}))] == [
        PieceKind.CLOCK,
        PieceKind.WORD,
    ]


def test_a_piece_between_words_of_the_comment_has_a_mark() -> None:
    found = pieces_of("fixed 2 bugs 3", TODAY, WORDS)
    assert [piece.lone for piece in found] == [False, True, False, False]


def test_only_so_many_words_are_understood() -> None:
    found = pieces_of("1h " * 150, TODAY, WORDS)
    assert [piece.kind for piece in found] == [PieceKind.SPENT] * 100 + [PieceKind.WORD] * 50


@pytest.mark.parametrize(
    ("text", "clocks", "first"),
    [
        ("9:00-10:30", ((9, 0), (10, 30)), (9, 0)),
        ("22:00-24:00", ((22, 0), (24, 0)), (22, 0)),
        ("9:00-25:00", None, None),
        ("9:75-10", None, None),
    ],
)
def test_the_times_of_a_range(text: str, clocks: object, first: object) -> None:
    piece = only(text)
    assert (piece.value, first_hour(piece)) == (clocks, first)


@pytest.mark.parametrize(("text", "first"), [("9:05", (9, 5)), ("@7:30", (7, 30)), ("24:00", None)])
def test_the_first_hour_of_a_word_is_its_start(text: str, first: object) -> None:
    assert first_hour(only(text)) == first


@given(st.text(max_size=200))
def test_no_word_of_a_line_is_lost(text: str) -> None:
    assert " ".join(piece.text for piece in pieces_of(text, TODAY, WORDS)).split() == text.split()
