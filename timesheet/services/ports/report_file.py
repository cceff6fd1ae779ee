"""A protocol for writing reports as files. The texts of a file are already in its reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from timesheet.domain.report.file import FlatTable


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """The separators of a CSV file. ``mark`` puts a byte order mark first, by which Excel detects UTF-8."""

    delimiter: str = ","
    decimal: str = "."
    mark: bool = False

    @property
    def start(self) -> str:
        """Return what comes before the first line; empty without the mark."""
        return "\ufeff" if self.mark else ""


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A report to be written: its rows, the heads of its columns, and what it covers, as names and values.

    ``sheets`` names the parts of a workbook. ``problems`` say what could not be read. ``language`` is the tag of
    the language of the words. Its numbers are ``days`` or hours. ``answers`` are the words for no and yes.
    """

    title: str
    sheets: tuple[str, str]
    table: FlatTable
    heads: Sequence[str]
    total: str
    terms: Sequence[tuple[str, str]]
    problems: Sequence[str]
    language: str
    days: bool
    csv: CsvFormat = CsvFormat()
    answers: tuple[str, str] = ("no", "yes")


class FileWriter(Protocol):
    """Writes one kind of file."""

    def __call__(self, file: ReportFile) -> Iterator[bytes]:
        """Yield the file in parts while its rows are made, so that its length needs no memory."""
