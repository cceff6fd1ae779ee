"""The pieces of a typed line: an issue, a time, a day, a tag, or a word of the comment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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
