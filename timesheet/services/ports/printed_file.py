"""Protocols for printing a report, and the days of one person to sign. All texts are in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts that every printed file needs.

    ``language`` is its tag. ``script`` names a script (ISO 15924) that no font has, as it replaces a text
    in it, and ``missing`` says which of them a file has.
    """

    title: str
    language: str
    made_at: datetime
    script: Callable[[str], str]
    missing: Callable[[Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """One row. Level 0 is outermost."""

    level: int
    head: str
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class PrintedReport:
    """A report to be printed. ``rows`` may be called again, for columns that do not fit beside the others.

    ``totals`` are the total and, if it is printed in rounded units, the exact time. ``incomplete`` says above the
    first rows that time is missing, which the ``problems`` at the end name; empty if none is. ``continued`` is the head
    of a row whose inner rows go on on another page.
    """

    wording: Wording
    incomplete: str
    head: str
    columns: Sequence[str]
    rows: Callable[[], Iterator[PrintedRow]]
    totals: Sequence[PrintedRow]
    terms_title: str
    terms: Sequence[tuple[str, str]]
    problems: Sequence[str]
    continued: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class SignedDay:
    """One day: its date, what was worked on and for how long, the sum, what is expected, and a note such as a leave."""

    date: str
    lines: Sequence[tuple[str, str]]
    spent: str
    expected: str
    note: str


@dataclass(frozen=True, slots=True)
class SigningSheet:
    """The days of one person to sign.

    ``facts`` are names and values above the days; ``totals`` are the total and, if it is printed in rounded units, the
    exact time, each with its name, the time spent, and the expected time; ``signers`` are the people who sign below.
    """

    wording: Wording
    facts: Sequence[tuple[str, str]]
    heads: tuple[str, str, str, str, str]
    days: Sequence[SignedDay]
    totals: Sequence[tuple[str, str, str]]
    signers: Sequence[str]
    date_and_signature: str
    notes: Sequence[str]


class Printer(Protocol):
    """Prints files for paper."""

    def report(self, report: PrintedReport) -> Iterator[bytes]:
        """Yield a report in parts while its pages are made."""

    def sheet(self, sheet: SigningSheet) -> bytes:
        """Return the days of one person with places to sign."""
