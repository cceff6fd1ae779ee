"""Comma-separated files that spreadsheets of any country can read."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias
from urllib.parse import quote

from babel import Locale
from flask import Response

from timesheet.services.ports.report_file import CsvFormat
from timesheet.web.http.dates import decimal_separator

CsvCell: TypeAlias = str | int | Decimal
"""Text that ``cell_text`` has made safe, or a number."""


def read_csv_mark(args: Mapping[str, str], locale: Locale) -> CsvFormat:
    """Return the format of a file: for Excel with its ``mark`` and the separators of the locale, else of RFC 4180."""
    return local_csv(locale, mark=True) if "mark" in args else CsvFormat()


def local_csv(locale: Locale, *, mark: bool, decimal: str = "") -> CsvFormat:
    """Return the separators that spreadsheets of a locale expect, or those that fit a chosen ``decimal`` separator."""
    decimal = decimal or decimal_separator(locale)
    return CsvFormat(";" if decimal == "," else ",", decimal, mark)


def csv_row(cells: Sequence[CsvCell], written: CsvFormat) -> str:
    """Return a line according to RFC 4180 with every text quoted, so no spreadsheet splits it at another separator."""
    return written.delimiter.join([_written(cell, written.decimal) for cell in cells]) + "\r\n"


def _written(cell: CsvCell, decimal: str) -> str:
    if isinstance(cell, str):
        quoted = cell.replace('"', '""')
        return f'"{quoted}"'
    return str(cell).replace(".", decimal)


def taken_as(answer: Response, name: str) -> Response:
    """Return the response as a download with this name, created by ``file_name``.

    A name with other letters is sent as RFC 6266 requires, beside one in ASCII.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lstrip("-")
    plain = f"export{plain}" if plain.startswith(".") else plain
    other = "" if plain == name else f"; filename*=UTF-8''{quote(name)}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{plain}"{other}'
    return answer
