"""Recognize times spent with units, with fractions, and in words: “1h30”, “1 1/2 h”, “two hours”, “half an hour”."""

from __future__ import annotations

import re
from collections.abc import Sequence

from timesheet.domain.duration import UNITS
from timesheet.domain.worklog.quick_add.piece import (
    EARLIEST_BEGIN,
    Piece,
    PieceKind,
    folded_at,
    piece_at,
    words_at,
)
from timesheet.domain.worklog.quick_add.vocabulary import (
    AGO,
    AT_OR_TO,
    NOT_SPENT_AFTER,
    NUMBERS,
    PLURAL_UNITS,
    SPOKEN,
    UNTIL,
)

LONGEST_SPOKEN = 3
_A_HALF = ("and", "a", "half")
_SPENT = re.compile(r"[\d.,:¼½¾]+[^\W\d_¼½¾]+\.?(?:[\d.,¼½¾]+[^\W\d_¼½¾]+\.?)*\d{0,2}")
_FRACTION = re.compile(r"(?:(\d{1,3}) )?([¼½¾]|1/2|[13]/4)(?: ?([^\W\d_]+)\.?)?(?= |$)")
_AND_A_HALF_HOUR = re.compile(r"(\d{1,3}) and a half hours?(?= |$)")  # not shown
_ASCII_FRACTIONS = {"1/2": "½", "1/4": "¼", "3/4": "¾"}
_LETTERS = re.compile(r"[^\W\d_¼½¾]+")


def spoken_at(typed: Sequence[str], at: int) -> Piece | None:
    """Return a time spent without digits, as in “half an hour”."""
    words = [word.replace("’", "'") for word in words_at(typed, at, LONGEST_SPOKEN)]
    for count in range(LONGEST_SPOKEN, 0, -1):
        if value := SPOKEN.get(" ".join(words[:count])):
            return piece_at(typed, at, count, PieceKind.SPOKEN, value)
    return _counted(typed, at)


def _counted(typed: Sequence[str], at: int) -> Piece | None:
    """Return a time spent whose number is a word, as in “two hours” and “zweieinhalb Stunden”."""
    number = NUMBERS.get(folded_at(typed, at))
    if number is None:
        return None
    halved = words_at(typed, at + 1, 3) == list(_A_HALF)
    count = 2 + len(_A_HALF) * halved
    unit = folded_at(typed, at + count - 1).rstrip(".:")
    before, after = folded_at(typed, at - 1), folded_at(typed, at + count)
    ended = number >= EARLIEST_BEGIN and after in UNTIL | AT_OR_TO
    if unit not in PLURAL_UNITS or before in NOT_SPENT_AFTER or after in AGO or ended:
        return None
    value = f"{number + 0.5 if halved else number} {unit}"
    return piece_at(typed, at, count, PieceKind.COUNTED, value)


def fraction_at(typed: Sequence[str], at: int) -> Piece | None:
    """Return a number with a fraction: “1 ½”, and with a unit of time also “1 1/2 h” and “1 and a half hours”."""
    if whole := _AND_A_HALF_HOUR.match(" ".join(words_at(typed, at, 5))):
        return piece_at(typed, at, 5, PieceKind.SPENT, f"{whole[1]}.5h")
    found = _FRACTION.match(" ".join(words_at(typed, at, 3)))
    if not found:
        return None
    number, unit = (found[1] or "") + _ASCII_FRACTIONS.get(found[2], found[2]), found[3]
    if unit in UNITS:
        count = found.group().count(" ") + 1
        return piece_at(typed, at, count, PieceKind.SPENT, number + unit)
    alone = found[1] and found[2] in "¼½¾" and (not unit or found.group().count(" ") > 1)
    return piece_at(typed, at, 2, PieceKind.NUMBER, number) if alone else None


def is_spent(plain: str) -> bool:
    """Return True if a word in its plain form is a time with units, as in “1h30” and “2d4h”."""
    units = _LETTERS.findall(plain)
    return bool(units) and all(unit in UNITS for unit in units) and _SPENT.fullmatch(plain) is not None
