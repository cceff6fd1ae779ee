"""Text for files that a spreadsheet opens, and the names of such files."""

from __future__ import annotations

import re
import unicodedata

# Characters that a spreadsheet may read as the start of a formula; East Asian versions also read the wide
# forms.
FORMULA = frozenset("=+-@＝＋－＠")
ALLOWED_CONTROLS = frozenset("\t\n")
NO_TEXT = frozenset({"Cc", "Cs"})  # not shown
LONGEST_FILE_NAME = 80
_NOT_IN_A_FILE_NAME = re.compile(r"[^A-Za-z0-9_-]+")


def cell_text(text: str) -> str:
    """Return ``text`` for a text cell of CSV or XLSX so that no spreadsheet runs it as a formula (T45; OWASP,
    CSV injection).

    An apostrophe is put before anything that could start a formula, even after invisible characters. Control
    characters and unpaired surrogates, which no file format can contain, are removed. Numbers and dates
    belong in cells of their own type and must not be passed here. In CSV, quote every text, so no separator
    splits it.
    """
    clean = "".join(
        char for char in text if char in ALLOWED_CONTROLS or unicodedata.category(char) not in NO_TEXT
    )
    start = clean.lstrip("".join({char for char in clean if _is_blank(char)}))
    return f"'{clean}" if start[:1] in FORMULA or clean[:1] in ALLOWED_CONTROLS else clean


def file_name(title: str, extension: str) -> str:
    """Return a name for a download that needs no quoting in headers or file systems; ``export`` if nothing is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    stem = _NOT_IN_A_FILE_NAME.sub("-", plain)[:LONGEST_FILE_NAME].strip("-")
    return f"{stem or 'export'}.{extension}"


def _is_blank(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) == "Cf"  # not shown
