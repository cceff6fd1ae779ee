"""Comma-separated files that spreadsheets of any country can read."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from decimal import Decimal
from io import StringIO
from typing import TypeAlias

from flask import Response

Cell: TypeAlias = str | int | Decimal
"""Text that ``cell_text`` has made safe, or a number."""

BYTE_ORDER_MARK = "\ufeff"
"""Put before the first line, because Excel would not detect UTF-8 otherwise."""


def csv_row(cells: Sequence[Cell]) -> str:
    """Return a line according to RFC 4180 with every text quoted, so no spreadsheet splits it at another separator."""
    buffer = StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


def taken_as(answer: Response, name: str) -> Response:
    """Return the response as a download with this name, created by ``file_name``."""
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
