"""Text on its way out into files that a spreadsheet opens, and the names of such files."""

from __future__ import annotations

import re
import unicodedata

# What a spreadsheet may take for the start of a formula; the wide forms are read as the plain ones in East Asia.
FORMULA = frozenset("=+-@＝＋－＠")
KEPT = frozenset("\t\n")
LONGEST_FILE_NAME = 80
_NOT_IN_A_FILE_NAME = re.compile(r"[^A-Za-z0-9_-]+")


def cell_text(text: str) -> str:
    """``text`` for a text cell of CSV or XLSX, which no spreadsheet runs as a formula (T45; OWASP, CSV injection).

    An apostrophe goes before what could start one, whatever invisible characters stand in front of it. Control
    characters and halves of characters, which no file format can hold, are left out. Numbers and dates are for
    cells of their own type and must not come here; in CSV, quote every text, so that no separator splits it.
    """
    held = "".join(char for char in text if char in KEPT or unicodedata.category(char) not in {"Cc", "Cs"})
    start = held.lstrip("".join({char for char in held if _is_blank(char)}))
    return f"'{held}" if start[:1] in FORMULA or held[:1] in KEPT else held


def file_name(title: str, extension: str) -> str:
    """A name for a download that needs no quoting in any header or file system; ``export`` when nothing is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    stem = _NOT_IN_A_FILE_NAME.sub("-", plain)[:LONGEST_FILE_NAME].strip("-")
    return f"{stem or 'export'}.{extension}"


def _is_blank(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) == "Cf"
