"""Text as people type and paste it, in one form."""

from __future__ import annotations

import unicodedata


def visible(text: str) -> str:
    """Return a text without characters that nobody sees, which Arabic dates and pasted text contain."""
    return "".join(char for char in text if unicodedata.category(char) != "Cf")  # not shown


def plain_form(normal: str) -> str:
    """Return a normalized text in lower case, with plain digits, and with 30 minutes for a half in Japanese."""
    folded = normal.casefold().replace("時間半", "時間30分").replace("時半", "時30分")
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in folded)
