"""Print reports and signing sheets as PDF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from math import ceil

from timesheet.adapters.export.pdf_paper import HEADING, LEADING, MARGIN, Paper
from timesheet.services.ports.printed_file import PrintedReport, PrintedRow, SignedDay, SigningSheet

HEAD_WIDTH, COLUMN_WIDTH, GAP = 230.0, 52.0, 6.0
"""The heads of the rows have at least this width, and all that the columns leave."""
WIDEST_COLUMN = 80.0
"""A column has room for the longest word of the heads, up to this width."""
INDENT = 10.0
MOST_UPRIGHT = 5
"""The most columns of a page in portrait; with more, it is in landscape."""
PAGES_A_PART = 20
DATE_WIDTH, TIME_WIDTH, NOTE_WIDTH = 88.0, 52.0, 110.0
SIGNATURE_WIDTH = 220.0


class PdfPrinter:
    """Implements Printer."""

    def report(self, report: PrintedReport) -> Iterator[bytes]:
        """See Printer."""
        return _ReportPages(report).parts()

    def sheet(self, sheet: SigningSheet) -> bytes:
        """See Printer."""
        return _SheetPages(sheet).file()


class _ReportPages:
    """Prints one report. Columns that do not fit on a page are printed on further pages, with the rows repeated."""

    def __init__(self, report: PrintedReport) -> None:
        self._report = report
        self._paper = Paper(report.wording, landscape=len(report.columns) > MOST_UPRIGHT)
        words = chain.from_iterable(head.split() for head in report.columns)
        longest = max((self._paper.width_of(word, bold=True) for word in words), default=0)
        self._column = min(WIDEST_COLUMN, max(COLUMN_WIDTH, longest + GAP))
        fitting = max(1, int((self._paper.inner - HEAD_WIDTH) // self._column))
        count = len(report.columns)
        if count <= fitting:
            self._column = min(WIDEST_COLUMN, (self._paper.inner - HEAD_WIDTH) / max(1, count))
        self._head = self._paper.inner - min(count, fitting) * self._column
        self._path: list[str] = []
        self._blocks = [slice(start, start + fitting) for start in range(0, count, fitting)]

    def parts(self) -> Iterator[bytes]:
        paper, document = self._paper, self._paper.document
        for block in self._blocks:
            self._path.clear()
            self._begin(block)
            pages_written = document.pages
            for row in self._report.rows():
                self._row(row, block)
                if document.pages >= pages_written + PAGES_A_PART:
                    pages_written = document.pages
                    yield document.taken()
            for total in self._report.totals:
                self._row(total, block, bold=True)
            paper.end_page()
        self._terms()
        paper.end_page()
        paper.close()
        yield document.taken()

    def _begin(self, block: slice) -> None:
        """Print the title and the heads of the columns at the top of a page."""
        paper, report = self._paper, self._report
        for line in paper.wrapped(report.wording.title, paper.inner, bold=True, size=HEADING):
            paper.put(MARGIN, line, size=HEADING, bold=True)
            paper.down(1.4)
        if report.incomplete and not paper.document.pages:
            _notes(paper, [report.incomplete])
            paper.down(0.4)
        heads = [paper.wrapped(head, self._column - GAP, bold=True) for head in report.columns[block]]
        head = paper.wrapped(report.head, self._head - GAP, bold=True)
        for number in range(max(map(len, [head, *heads]))):
            paper.put(MARGIN, _line(head, number), bold=True)
            for place, lines in enumerate(heads):
                paper.put_right(self._edge(place), _line(lines, number), bold=True)
            paper.down()
        paper.rule(LEADING - 3, gray=0.3)

    def _row(self, row: PrintedRow, block: slice, *, bold: bool = False) -> None:
        paper, indent = self._paper, INDENT * row.level
        lines = paper.wrapped(row.head, self._head - GAP - indent, bold=bold)
        if not paper.room(len(lines)):
            paper.end_page()
            self._begin(block)
            self._continue(row.level)
        self._path[row.level :] = [row.head]
        if bold:
            paper.rule(LEADING - 3, gray=0.3)
        for number, line in enumerate(lines or [""]):
            paper.put(MARGIN + indent, line, bold=bold)
            if number == 0:
                for place, cell in enumerate(row.cells[block]):
                    paper.put_right(self._edge(place), cell, bold=bold)
            paper.down()

    def _continue(self, level: int) -> None:
        """Print the heads of the rows above a row of this level, which are on an earlier page."""
        paper = self._paper
        for outer, head in enumerate(self._path[:level]):
            indent = INDENT * outer
            for line in paper.wrapped(self._report.continued(head), self._head - GAP - indent):
                paper.put(MARGIN + indent, line)
                paper.down()

    def _edge(self, place: int) -> float:
        """Return where the numbers of a column end."""
        return MARGIN + self._head + (place + 1) * self._column

    def _terms(self) -> None:
        """Print on a separate page what the report covers, what is missing, and which scripts have no font."""
        paper, report = self._paper, self._report
        paper.put(MARGIN, report.terms_title, size=HEADING, bold=True)
        paper.down(1.8)
        for name, value in report.terms:
            _pair(paper, name, value)
        _notes(paper, report.problems)
        missing = sorted(paper.typesetter.missing)
        if missing:
            _notes(paper, [report.wording.missing(missing)])


class _SheetPages:
    """Prints the days of one person, with places to sign at the end."""

    def __init__(self, sheet: SigningSheet) -> None:
        self._sheet = sheet
        self._paper = Paper(sheet.wording)
        date_head, _, _, _, note_head = sheet.heads
        self._note_width = self._widest(note_head, (day.note for day in sheet.days), NOTE_WIDTH)
        self._note = self._paper.width - MARGIN - self._note_width
        self._expected = self._note - 2 * GAP
        self._spent = self._expected - TIME_WIDTH
        self._time = self._spent - TIME_WIDTH
        self._issues = (
            MARGIN + self._widest(date_head, (day.date for day in sheet.days), DATE_WIDTH) + 2 * GAP
        )

    def _widest(self, head: str, texts: Iterable[str], most: float) -> float:
        """Return the width of the longest of these texts, at most ``most``, so that issues get what is left."""
        paper = self._paper
        return min(most, ceil(max([paper.width_of(head, bold=True), *map(paper.width_of, texts)])))

    def file(self) -> bytes:
        paper, sheet = self._paper, self._sheet
        paper.put(MARGIN, sheet.wording.title, size=HEADING, bold=True)
        paper.down(1.8)
        for name, value in sheet.facts:
            _pair(paper, name, value)
        paper.down()
        self._heads()
        for day in sheet.days:
            self._day(day)
        self._fit(1 + len(sheet.totals))
        paper.rule(LEADING - 3, gray=0.3)
        for name, spent, expected in sheet.totals:
            paper.put(MARGIN, name, bold=True)
            paper.put_right(self._spent, spent, bold=True)
            paper.put_right(self._expected, expected, bold=True)
            paper.down()
        paper.down()
        _notes(paper, sheet.notes)
        missing = sorted(paper.typesetter.missing)
        if missing:
            _notes(paper, [sheet.wording.missing(missing)])
        self._signatures()
        paper.end_page()
        paper.close()
        return paper.document.taken()

    def _heads(self) -> None:
        paper = self._paper
        day, issue, spent, expected, note = self._sheet.heads
        paper.put(MARGIN, day, bold=True)
        paper.put(self._issues, issue, bold=True)
        paper.put_right(self._spent, spent, bold=True)
        paper.put_right(self._expected, expected, bold=True)
        paper.put(self._note, note, bold=True)
        paper.down()
        paper.rule(LEADING - 3, gray=0.3)

    def _fit(self, lines: float) -> bool:
        """Begin a page if the current one has no room for so many lines, and return whether it did."""
        if self._paper.room(lines):
            return False
        self._paper.end_page()
        self._heads()
        return True

    def _day(self, day: SignedDay) -> None:
        """Print a day: its date with its sum, and each issue, whose lines stay together.

        The date is printed again where a page begins within the day.
        """
        paper = self._paper
        notes = paper.wrapped(day.note, self._note_width) if day.note else []
        issues = [paper.wrapped(text, self._time - self._issues - TIME_WIDTH) for text, _ in day.lines]
        work = [
            (line, time if number == 0 else "", len(lines) - number)
            for lines, (_, time) in zip(issues, day.lines, strict=True)
            for number, line in enumerate(lines)
        ]
        self._fit(max(1 + min(1, len(work)), *map(len, issues[:1]), 0))
        paper.rule(LEADING - 3, gray=0.85)
        paper.put(MARGIN, day.date)
        for number in range(max(1, len(work), len(notes))):
            text, time, left = work[number] if number < len(work) else ("", "", 1)
            if number and self._fit(left):
                paper.put(MARGIN, day.date)
            paper.put(self._issues, text)
            paper.put_right(self._time, time)
            if number == 0:
                paper.put_right(self._spent, day.spent, bold=True)
                paper.put_right(self._expected, day.expected)
            paper.put(self._note, _line(notes, number))
            paper.down()

    def _signatures(self) -> None:
        """Print the places to sign side by side, all on one page."""
        paper, sheet = self._paper, self._sheet
        if not paper.room(6):
            paper.end_page()
        paper.down(4)
        top = paper.y
        for place, signer in enumerate(sheet.signers):
            x = MARGIN + place * (paper.inner - SIGNATURE_WIDTH)
            paper.y = top
            paper.rule(LEADING - 2, gray=0.0, first=x, last=x + SIGNATURE_WIDTH)
            for line in chain(paper.wrapped(signer, SIGNATURE_WIDTH), [sheet.date_and_signature]):
                paper.put(x, line)
                paper.down()


def _pair(paper: Paper, name: str, value: str) -> None:
    names = paper.wrapped(name, 130, bold=True)
    values = paper.wrapped(value, paper.inner - 140)
    for number in range(max(len(names), len(values))):
        if not paper.room(1):
            paper.end_page()
        paper.put(MARGIN, _line(names, number), bold=True)
        paper.put(MARGIN + 140, _line(values, number))
        paper.down()


def _notes(paper: Paper, notes: Sequence[str]) -> None:
    for note in notes:
        for line in paper.wrapped(note, paper.inner):
            if not paper.room(1):
                paper.end_page()
            paper.put(MARGIN, line)
            paper.down()


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number] if number < len(lines) else ""
