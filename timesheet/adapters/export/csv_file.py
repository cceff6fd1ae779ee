"""Write a report as CSV: numbers without quotes, every text quoted and harmless, and its terms at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain, islice

from timesheet.domain.attribute.attribute import number_text
from timesheet.domain.export_text import cell_text
from timesheet.domain.report.file import FileRow, Value, ValueKind
from timesheet.services.ports.report_file import CsvFormat, ReportFile

LINES_A_PART = 500
MOST_CACHED = 10_000
"""Texts that are remembered as they are written; names repeat in many lines."""
END = "\r\n"
PLACES = 4
"""Decimal places of hours, enough for whole seconds."""
MINUTES, HUNDREDTHS, TENTHS = 60, 100, 10


def write_csv(file: ReportFile) -> Iterator[bytes]:
    """Yield the heads, one line a row, the total, and after an empty line what the report covers. See FileWriter."""
    lines = _Lines(file)
    yield f"{file.csv.start}{lines.head()}".encode()
    yield from _in_parts(chain(map(lines.row, file.table.rows()), (lines.total(), END), lines.terms()))


def _in_parts(lines: Iterable[str]) -> Iterator[bytes]:
    remaining = iter(lines)
    while part := "".join(islice(remaining, LINES_A_PART)):
        yield part.encode()


class _Lines:
    """Formats the lines of one file."""

    def __init__(self, file: ReportFile) -> None:
        self._file, self._format = file, file.csv
        self._kinds = [column.kind for column in file.table.columns]
        self._cached: dict[str, str] = {}

    def head(self) -> str:
        return self._joined(map(self._text, self._file.heads))

    def row(self, row: FileRow) -> str:
        return self._joined(map(self._value, self._kinds, row.values))

    def total(self) -> str:
        """Return the line of the total."""
        values = [self._value(*pair) for pair in zip(self._kinds, self._file.table.total.values, strict=True)]
        if (place := self._file.table.total_place) is not None:
            values[place] = self._text(self._file.total)
        return self._joined(values)

    def terms(self) -> Iterator[str]:
        for name, value in self._file.terms:
            yield self._joined((self._text(name), self._text(value)))
        for problem in self._file.problems:
            yield self._joined((self._text(problem),))

    def _joined(self, cells: Iterable[str]) -> str:
        return self._format.delimiter.join(cells) + END

    def _value(self, kind: ValueKind, value: Value) -> str:
        if value is None:
            return ""
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, bool):
            return self._text(self._file.answers[value])
        return self._text(value) if isinstance(value, str) else number(kind, value, self._format)

    def _text(self, text: str) -> str:
        cached = self._cached.get(text)
        if cached is None:
            if len(self._cached) >= MOST_CACHED:
                self._cached.clear()
            quoted = cell_text(text).replace('"', '""')
            cached = self._cached[text] = f'"{quoted}"'
        return cached


def number(kind: ValueKind, value: float, written: CsvFormat) -> str:
    """Return a number: hours, days, and percentages with decimals, seconds and levels whole."""
    if kind in (ValueKind.MINUTES, ValueKind.SIGNED_MINUTES):
        text = f"{value / MINUTES:.{PLACES}f}"
    elif kind is ValueKind.HUNDREDTHS:
        text = f"{value / HUNDREDTHS:.2f}"
    elif kind is ValueKind.PERCENTAGE:
        text = f"{value / TENTHS:.1f}"
    elif kind is ValueKind.NUMBER:
        return number_text(value).replace(".", written.decimal)
    else:
        return str(value)
    return _short(text).replace(".", written.decimal)


def _short(text: str) -> str:
    return text.rstrip("0").rstrip(".")
