"""Files of comma-separated values, as spreadsheets of any country read them."""

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
"""Before the first line, where Excel would else not see that the file is UTF-8."""


def csv_row(cells: Sequence[Cell]) -> str:
    """A line of RFC 4180, every text quoted, so that no spreadsheet splits it at another separator."""
    held = StringIO()
    csv.writer(held, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n").writerow(cells)
    return held.getvalue()


def taken_as(answer: Response, name: str) -> Response:
    """The answer as a download of this name, which ``file_name`` has made."""
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
