"""Text for files that a spreadsheet opens, and the names of such files."""

from __future__ import annotations

import re
import unicodedata

# Characters that a spreadsheet may read as the start of a formula; East Asian versions also read the wide
# forms.
FORMULA = frozenset("=+-@＝＋－＠")
ALLOWED_CONTROLS = frozenset("\t\n")
NO_TEXT = frozenset({"Cc", "Cs"})  # not shown
NOT_IN_XML = frozenset("\ufffe\uffff")
LONGEST_TITLE = 40
"""Characters; with the rest and an extension this stays below the 255 bytes of file systems in every script."""
IN_A_FILE_NAME = "LMN"  # letters, their marks, digits


def cell_text(text: str) -> str:
    """Return ``text`` for a text cell of CSV or XLSX so that no spreadsheet runs it as a formula (T45; OWASP,
    CSV injection).

    An apostrophe is put before anything that could start a formula, even after invisible characters. Control
    characters, unpaired surrogates, and the two noncharacters that XML forbids, which make a file unreadable, are
    removed. Numbers and dates belong in cells of their own type and must not be passed here. In CSV, quote every
    text, so no separator splits it.
    """
    clean = "".join(char for char in text if char in ALLOWED_CONTROLS or _is_text(char))
    start = clean.lstrip("".join({char for char in clean if _is_blank(char)}))
    return f"'{clean}" if start[:1] in FORMULA or clean[:1] in ALLOWED_CONTROLS else clean


def file_name(title: str, extension: str, rest: str = "") -> str:
    """Return a name for a download: letters and digits of any script, joined by hyphens; ``export`` if none is left.

    A long title is cut, the rest never, which says what the file covers and whether it is complete.
    """
    stem = "-".join(part for part in (_stem(title)[:LONGEST_TITLE].strip("-"), _stem(rest)) if part)
    return f"{stem or 'export'}.{extension}"


def _stem(text: str) -> str:
    kept = (
        char if char in "-_" or unicodedata.category(char)[0] in IN_A_FILE_NAME else " "
        for char in unicodedata.normalize("NFKC", text)
    )
    return re.sub(r"[\s-]+", "-", "".join(kept)).strip("-")


def _is_text(char: str) -> bool:
    return unicodedata.category(char) not in NO_TEXT and char not in NOT_IN_XML


def _is_blank(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) == "Cf"  # not shown
