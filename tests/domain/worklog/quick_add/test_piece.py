"""The words of a typed line in one plain form."""

from __future__ import annotations

import pytest

from timesheet.domain.worklog.quick_add.piece import (
    LONGEST_WORD,
    Piece,
    PieceKind,
    bare_word,
    folded,
    folded_at,
    piece_at,
    words_at,
)

TYPED = "PAY-12 (１Ｈ30), “Für” 半".split()


@pytest.mark.parametrize(
    ("word", "bare"), [("(PAY-12),", "PAY-12"), ("<9:00>", "9:00"), ("（火）", "火"), ("1h:", "1h:")]
)
def test_a_word_has_no_brackets_and_no_final_comma(word: str, bare: str) -> None:
    assert bare_word(word) == bare


@pytest.mark.parametrize(
    ("word", "plain"), [("１ｈ３０", "1h30"), ("½", "½"), ("FÜR", "für"), ("1時間半", "1時間30分")]
)
def test_letters_and_digits_of_all_scripts_have_one_form(word: str, plain: str) -> None:
    assert folded(word) == plain


def test_words_near_a_place() -> None:
    assert words_at(TYPED, 1, 4) == ["1h30", "“für”", "半", ""]
    assert folded_at(["x" * (LONGEST_WORD + 1)], 0) == ""
    assert folded_at(TYPED, -1) == ""


def test_a_piece_has_its_words_as_they_were_typed_and_can_become_a_word_of_the_comment() -> None:
    piece = piece_at(TYPED, 0, 2, PieceKind.START, (1, 30))
    assert piece == Piece(PieceKind.START, "PAY-12 (１Ｈ30),", (1, 30), 2)
    assert piece.as_word() == Piece(PieceKind.WORD, "PAY-12 (１Ｈ30),", (1, 30), 2)
