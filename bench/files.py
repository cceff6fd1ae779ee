"""Benchmark the files of a report of 200,000 rows: seconds until all is written, bytes, and the memory of the process.

Each kind is written in a process of its own. Its memory is the peak of the process, with everything that it
imports. The other figure is the memory that the worklogs, the sums, and writing added.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from babel import Locale

from bench import analysis
from bench.measure import Figure
from timesheet.adapters.export.pdf_file import PdfPrinter
from timesheet.adapters.export.writers import REPORT_WRITERS
from timesheet.domain.figures import Figures
from timesheet.domain.report.file import FileKind, FlatTable
from timesheet.domain.report.pivot import Pivot, table_columns
from timesheet.domain.report.table import ReportTerms, Row, Table
from timesheet.domain.report.terms import NO_ROUNDING, ColumnUnit, Dimension
from timesheet.domain.report.terms import Figure as ReportFigure
from timesheet.services.ports.printed_file import PrintedReport, PrintedRow, Wording
from timesheet.services.ports.report_file import ReportFile
from timesheet.services.report.group import axis_in
from timesheet.web.report.names import label_text
from timesheet.web.report.table import printed_cell

ROWS = 200_000
LEVELS = (Dimension.PERSON, Dimension.ISSUE, Dimension.DAY, Dimension.WORKLOG)
TARGET = "≤ 30 s, ≤ 150 MB"
ENGLISH = Locale("en")
NOW = datetime(2026, 10, 1, tzinfo=UTC)


class Written(NamedTuple):
    """The measurements of one process."""

    seconds: float
    busy: float
    size: int
    megabytes: float
    added: float


def files() -> Iterator[Figure]:
    """Measure each kind of file with a line for each worklog."""
    for kind in FileKind:
        found = _in_own_process(kind)
        yield Figure(
            f"export: {ROWS:,} rows, {kind.value}, {found.megabytes:.0f} MB (+{found.added:.0f})",
            found.seconds * 1000,
            found.seconds * 1000,
            size=found.size,
            target=TARGET,
            busy_ms=found.busy * 1000,
            notes={"megabytes": found.megabytes, "added": found.added},
        )


def _in_own_process(kind: FileKind) -> Written:
    command = [sys.executable, "-m", "bench.files", kind.value]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, busy, size, megabytes, added = result.stdout.split()
    return Written(float(seconds), float(busy), int(size), float(megabytes), float(added))


def write(kind: FileKind) -> Written:
    """Write a file and discard its parts, like a server that sends them."""
    idle = _peak()
    table = _table()
    start, busy = time.perf_counter(), time.process_time()
    parts = (
        PdfPrinter().report(_printed(table)) if kind is FileKind.PDF else REPORT_WRITERS[kind](_file(table))
    )
    size = sum(map(len, parts))
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    return Written(seconds, busy, size, _peak(), _peak() - idle)


def _peak() -> float:
    """Return the peak memory of this process in megabytes; getrusage would include that of its parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _table() -> Table:
    """Return the report, which is computed before it is exported, as on the page."""
    made = analysis.quarter(ROWS)
    columns = table_columns((), [ReportFigure.SPENT])
    axes = [axis_in(level, made.grouping, [made.work]) for level in LEVELS]
    pivot = Pivot({ReportFigure.SPENT: made.work}, axes, (), columns, Figures())
    terms = ReportTerms(
        title="",
        teams=("Everybody",),
        span=analysis.QUARTER,
        previous=None,
        zone="UTC",
        rows=LEVELS,
        column_unit=ColumnUnit.NONE,
        figures=(ReportFigure.SPENT,),
        filters=(),
        rounding=NO_ROUNDING,
        requested_by="A lead",
        requested_at=NOW,
        read_at=NOW,
        complete=True,
    )
    return Table(terms, Figures(), columns, pivot, (), ROWS)


def _file(table: Table) -> ReportFile:
    flat = FlatTable(table, partial(label_text, locale=ENGLISH))
    heads = [column.name for column in flat.columns]
    return ReportFile(
        title="Time of everybody",
        sheets=("Report", "Covers"),
        table=flat,
        heads=heads,
        total="Total",
        terms=[("Range", "Q3")],
        problems=(),
        language="en",
        days=False,
    )


def _printed(table: Table) -> PrintedReport:
    def printed(row: Row) -> PrintedRow:
        cells = [printed_cell(row.cells[0], ReportFigure.SPENT, table.figures, ENGLISH)]
        return PrintedRow(row.level, f"{label_text(row.label, ENGLISH)} {row.label.detail}", cells)

    words = Wording("Time of everybody", "en", NOW, str, ", ".join)
    total = PrintedRow(0, "Total", [table.figures.show(table.totals[0].printed or 0)])
    return PrintedReport(
        wording=words,
        incomplete="",
        head="Rows",
        columns=["Spent"],
        rows=lambda: map(printed, table.rows()),
        totals=[total],
        terms_title="Covers",
        terms=[("Range", "Q3")],
        problems=(),
        continued=str,
    )


if __name__ == "__main__":
    print(*write(FileKind(sys.argv[1])))
