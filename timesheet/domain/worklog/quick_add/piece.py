"""The pieces of a typed line, such as an issue, a time, or a word of the comment, and its words in one plain form."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from timesheet.domain.typed_text import plain_form, visible

LONGEST_WORD = 60
EARLIEST_BEGIN = 6
"""The first hour at which work is likely to begin: before it, “2h à 9h” is two hours."""


class PieceKind(StrEnum):
    """The kinds of pieces of a line."""

    WORD = "word"
    ISSUE = "issue"
    SPENT = "spent"
    SPOKEN = "spoken"
    """A time spent without digits, as in “half an hour”, if the line has no other."""
    COUNTED = "counted"
    """A time spent whose number is a word, as in “two hours”, if the line has no other time or number."""
    NUMBER = "number"
    CLOCK = "clock"
    START = "start"
    RANGE = "range"
    HOURS = "hours"
    """Two numbers that are times of day if the line has no other time: “von 9 bis 11”."""
    SPREAD = "spread"
    """Two such numbers without a word before them, as in “9-11”: times of day only beside a day or an issue."""
    DAY = "day"
    """A date, the two that the words can mean, or None if there is none."""
    STAMP = "stamp"
    """A date with a time of day, as in “2026-11-24T09:00”."""
    WEEK = "week"
    """A whole week, which is not a day. Next to a word of the comment it belongs to that."""
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Piece:
    """One or several words of a line as they were typed.

    ``value`` is that of its kind; ``lone``: it is surrounded by words of the comment.
    """

    kind: PieceKind
    text: str
    value: object = None
    count: int = 1
    lone: bool = False

    def as_word(self) -> Piece:
        """Return this piece as a word of the comment."""
        return replace(self, kind=PieceKind.WORD)


def bare_word(word: str) -> str:
    """Return a word without brackets and a final comma."""
    return word.rstrip(",、，。").strip("()[]<>（）").rstrip(",、，。")


def folded(word: str) -> str:
    """Return a word with digits and letters of all scripts in one plain form; fractions stay one character."""
    return plain_form("".join(c if c in "¼½¾" else unicodedata.normalize("NFKC", c) for c in visible(word)))


def piece_at(typed: Sequence[str], at: int, count: int, kind: PieceKind, value: object = None) -> Piece:
    """Return ``count`` words from a place on, as they were typed, as a piece."""
    return Piece(kind, " ".join(typed[at : at + count]), value, count)


def words_at(typed: Sequence[str], at: int, count: int) -> list[str]:
    """Return ``count`` words from a place on, in one plain form; empty ones after the end."""
    return [folded_at(typed, at + n) for n in range(count)]


def folded_at(typed: Sequence[str], at: int) -> str:
    """Return a word without brackets and a final comma, in one plain form; empty for a long one and where is none."""
    word = typed[at] if 0 <= at < len(typed) else ""
    return folded(bare_word(word)) if len(word) <= LONGEST_WORD else ""
