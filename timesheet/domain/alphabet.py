"""The order of names in lists."""

from __future__ import annotations

import unicodedata


def alphabetical(text: str) -> str:
    """Return a key that sorts texts as dictionaries do: upper with lower case, and accented letters with plain ones."""
    folded = text.casefold()
    if folded.isascii():
        return folded
    return "".join(char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char))
