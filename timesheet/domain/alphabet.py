"""The order of names in lists, and how searches compare texts."""

from __future__ import annotations

import re
import unicodedata
from typing import Protocol

NOT_TAKEN_APART = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)
"""Letters that Unicode does not take apart into a plain one and an accent."""
HIRAGANA = {katakana: katakana - 0x60 for katakana in range(0x30A1, 0x30F7)}
"""The other syllables of Japanese for those that are the same in a dictionary."""


_NUMBER = re.compile(r"\d+")
_DIGITS = 20
"""The number of digits to which numbers are filled up before they are compared."""


def alphabetical(text: str) -> str:
    """Return a key that sorts texts as dictionaries do: upper with lower case, and accented letters with plain ones.

    Numbers within a text are in the order of their values, so that “Team 2” comes before “Team 10”.
    """
    return _NUMBER.sub(lambda number: number[0].zfill(_DIGITS), plain(text))


def plain(text: str) -> str:
    """Return a text in lower case, without accents, and with one kind of Japanese syllables, as texts are compared."""
    folded = text.casefold()
    if folded.isascii():
        return folded
    parts = unicodedata.normalize("NFKD", folded.translate(NOT_TAKEN_APART))
    return "".join(char for char in parts if not unicodedata.combining(char)).translate(HIRAGANA)


class Named(Protocol):
    """Anything with a name and an id."""

    @property
    def id(self) -> str:
        """Return the id."""

    @property
    def name(self) -> str:
        """Return the name."""


def name_order(one: Named) -> tuple[str, str]:
    """Return a key that sorts by name, and equal names always in the same order."""
    return alphabetical(one.name), one.id


def contains(text: str, part: str) -> bool:
    """Return True if a text contains another, whatever their case and accents: “sud” is found in “Süd”."""
    return plain(part) in plain(text)
