"""Times spent with units, with fractions, and in words."""

from __future__ import annotations

import pytest

from timesheet.domain.worklog.quick_add.piece import Piece, PieceKind
from timesheet.domain.worklog.quick_add.spent import fraction_at, is_spent, spoken_at


@pytest.mark.parametrize(
    ("text", "kind", "value", "count"),
    [
        ("half an hour late", PieceKind.SPOKEN, "30m", 3),
        ("un quart d’heure", PieceKind.SPOKEN, "15m", 3),
        ("media hora", PieceKind.SPOKEN, "30m", 2),
        ("two hours", PieceKind.COUNTED, "2 hours", 2),
        ("two and a half hours", PieceKind.COUNTED, "2.5 hours", 5),
        ("anderthalb Stunden", PieceKind.COUNTED, "1.5 stunden", 2),
        ("seven hours late", PieceKind.COUNTED, "7 hours", 2),
    ],
)
def test_a_time_in_words(text: str, kind: PieceKind, value: str, count: int) -> None:
    typed = text.split()
    assert spoken_at(typed, 0) == Piece(kind, " ".join(typed[:count]), value, count)


@pytest.mark.parametrize(
    "text", ["five minute break", "two hours ago", "seven hours to nine", "half a page", "deux bugs", "hour"]
)
def test_words_that_are_no_time_spent(text: str) -> None:
    assert spoken_at(text.split(), 0) is None


def test_a_word_before_a_number_can_say_that_it_is_no_time_spent() -> None:
    assert spoken_at("vers deux heures".split(), 1) is None


@pytest.mark.parametrize(
    ("text", "kind", "value", "count"),
    [
        ("1 ½", PieceKind.NUMBER, "1½", 2),
        ("1 ½ fixed", PieceKind.NUMBER, "1½", 2),
        ("1 1/2 h", PieceKind.SPENT, "1½h", 3),
        ("3/4 h", PieceKind.SPENT, "¾h", 2),
        ("1 and a half hours", PieceKind.SPENT, "1.5h", 5),
    ],
)
def test_a_number_with_a_fraction(text: str, kind: PieceKind, value: str, count: int) -> None:
    typed = text.split()
    assert fraction_at(typed, 0) == Piece(kind, " ".join(typed[:count]), value, count)


@pytest.mark.parametrize("text", ["1/2 page", "1 1/2 pages", "1/3 h", "2 h", "½ bug", "1 ½x"])
def test_other_numbers_have_no_fraction_of_an_hour(text: str) -> None:
    assert fraction_at(text.split(), 0) is None


def test_a_word_with_units() -> None:
    assert is_spent("1h30")
    assert is_spent("2d4h")
    assert not is_spent("4x4")
    assert not is_spent("30")
