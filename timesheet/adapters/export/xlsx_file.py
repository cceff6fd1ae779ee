"""Write a report as an Excel workbook (Office Open XML): one sheet of rows, and one with what the report covers.

The sheets are compressed while their rows are made, so a workbook of any length needs little memory and no
temporary file. Texts are inline, because a table of shared texts would have to be complete before the first row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from enum import IntEnum
from itertools import islice
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from timesheet.adapters.export.sink import Sink
from timesheet.domain.export_text import cell_text
from timesheet.domain.report.file import FileColumn, FileRow, Value, ValueKind
from timesheet.services.ports.report_file import ReportFile

ROWS_A_PART = 500
MOST_CACHED = 10_000
"""Texts that are remembered as cells; names repeat in many rows."""
LONGEST_TEXT = 32_767
ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""Excel shows _x0041_ as the letter A unless its first character is written so itself."""
LONGEST_NAME = 31
DAY_ZERO = date(1899, 12, 30).toordinal()
"""Excel counts days from here on, as far as its error about the year 1900 allows."""
MINUTES_AN_HOUR, MINUTES_A_DAY, HUNDREDTHS, THOUSANDTHS = 60, 1440, 100, 1000
NOT_IN_A_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class Style(IntEnum):
    """The places of the cells' formats; those of a total follow TOTAL_TEXT in the order of the others."""

    TEXT = 0
    HEAD = 1
    DATE = 2
    DURATION = 3
    DECIMAL = 4
    WHOLE = 5
    PERCENT = 6
    TOTAL_TEXT = 7
    WRAPPED = 13


TO_TOTAL = 6
STYLES = 14
STYLE_OF = {
    ValueKind.TEXT: Style.TEXT,
    ValueKind.DATE: Style.DATE,
    ValueKind.LEVEL: Style.WHOLE,
    ValueKind.MINUTES: Style.DURATION,
    # Excel shows a negative duration as ########.
    ValueKind.SIGNED_MINUTES: Style.DECIMAL,
    ValueKind.HUNDREDTHS: Style.DECIMAL,
    ValueKind.SECONDS: Style.WHOLE,
    ValueKind.PERCENTAGE: Style.PERCENT,
    ValueKind.ANSWER: Style.TEXT,
    ValueKind.NUMBER: Style.TEXT,
}
FORMATS = (14, 164, 2, 1, 165)
"""Number formats of date, duration, decimal, whole, and percentage; from 164 on they are our own."""


def _styles() -> str:
    plain = "".join(f'<xf numFmtId="{one}" fontId="0" applyNumberFormat="1"/>' for one in FORMATS)
    bold = "".join(
        f'<xf numFmtId="{one}" fontId="1" borderId="1" applyNumberFormat="1" applyFont="1" applyBorder="1"/>'
        for one in (0, *FORMATS)
    )
    wrap = '<alignment vertical="top" wrapText="1"/>'
    return (
        f'{HEAD}<styleSheet xmlns="{MAIN}">'
        '<numFmts count="2"><numFmt numFmtId="164" formatCode="[h]:mm"/>'
        '<numFmt numFmtId="165" formatCode="0.0%"/></numFmts>'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
        '<border><left/><right/><top style="thin"/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0"/></cellStyleXfs>'
        f'<cellXfs count="{STYLES}"><xf numFmtId="0" fontId="0"/>'
        f'<xf numFmtId="0" fontId="1" applyFont="1" applyAlignment="1">{wrap}</xf>{plain}{bold}'
        f'<xf numFmtId="0" fontId="0" applyAlignment="1">{wrap}</xf></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _relations(*targets: tuple[str, str]) -> str:
    inner = "".join(
        f'<Relationship Id="rId{place}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(targets, 1)
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'{HEAD}<Relationships xmlns="{space}">{inner}</Relationships>'


def _content_types() -> str:
    parts = (
        ("workbook", "sheet.main"),
        ("worksheets/sheet1", "worksheet"),
        ("worksheets/sheet2", "worksheet"),
        ("styles", "styles"),
    )
    inner = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{TYPES}.{kind}+xml"/>' for part, kind in parts
    )
    space = "http://schemas.openxmlformats.org/package/2006/content-types"
    return (
        f'{HEAD}<Types xmlns="{space}"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{inner}</Types>"
    )


def _workbook(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name="{_attribute(name)}" sheetId="{place}" r:id="rId{place}"/>'
        for place, name in enumerate(names, 1)
    )
    return f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets></workbook>'


def write_xlsx(file: ReportFile) -> Iterator[bytes]:
    """Yield a workbook whose first sheet has rows of real numbers and dates below a frozen head. See FileWriter."""
    sink = Sink()
    names = sheet_names(file.sheets)
    with ZipFile(sink, "w", ZIP_DEFLATED, compresslevel=1) as packed:
        for name, text in (
            ("[Content_Types].xml", _content_types()),
            ("_rels/.rels", _relations(("officeDocument", "xl/workbook.xml"))),
            ("xl/workbook.xml", _workbook(names)),
            (
                "xl/_rels/workbook.xml.rels",
                _relations(
                    ("worksheet", "worksheets/sheet1.xml"),
                    ("worksheet", "worksheets/sheet2.xml"),
                    ("styles", "styles.xml"),
                ),
            ),
            ("xl/styles.xml", _styles()),
            ("xl/worksheets/sheet2.xml", _terms(file)),
        ):
            packed.writestr(name, text)
            yield sink.taken()
        with packed.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for part in _rows(file):
                sheet.write(part.encode())
                yield sink.taken()
    yield sink.taken()


def sheet_names(names: tuple[str, str]) -> tuple[str, str]:
    """Return valid names for sheets; Excel compares them without case."""
    first, second = (name.translate(NOT_IN_A_NAME)[:LONGEST_NAME].strip(" '") for name in names)
    return first, second if first.lower() != second.lower() else f"{second[: LONGEST_NAME - 2]} 2"


def _rows(file: ReportFile) -> Iterator[str]:
    """Yield the first sheet in parts: head, rows, and total, with a filter over head and rows."""
    table, kinds = file.table, [column.kind for column in file.table.columns]
    cells = _Cells(kinds)
    frozen = sum(column.column is None for column in table.columns)
    corner = f"{letters(frozen)}2"
    split = f' xSplit="{frozen}"' if frozen else ""
    pane = "bottomRight" if frozen else "bottomLeft"
    widths = "".join(
        f'<col min="{place}" max="{place}" width="{_width(column)}" customWidth="1"/>'
        for place, column in enumerate(table.columns, 1)
    )
    yield (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetPr><outlinePr summaryBelow="0"/></sheetPr>'
        f'<sheetViews><sheetView workbookViewId="0"><pane{split} ySplit="1" topLeftCell="{corner}" '
        f'activePane="{pane}" state="frozen"/></sheetView></sheetViews><cols>{widths}</cols><sheetData>'
        f"{cells.head(file.heads)}"
    )
    number, rows = 1, table.rows()
    while part := [cells.row(row, every_level=table.every_level) for row in islice(rows, ROWS_A_PART)]:
        number += len(part)
        yield "".join(part)
    last = f"{letters(len(kinds) - 1)}{number}"
    total = cells.total(table.total, file.total, table.total_place)
    yield f'{total}</sheetData><autoFilter ref="A1:{last}"/></worksheet>'


def _width(column: FileColumn) -> int:
    if column.kind is ValueKind.TEXT:
        return 28
    return 16 if column.kind in (ValueKind.SECONDS, ValueKind.DATE) else 12


class _Cells:
    """Makes the rows of a sheet. Cells are without addresses: they follow one another."""

    def __init__(self, kinds: Sequence[ValueKind]) -> None:
        self._kinds = kinds
        self._styles = [int(STYLE_OF[kind]) for kind in kinds]
        self._cached: dict[str, str] = {}

    def head(self, heads: Sequence[str]) -> str:
        return f"<row>{''.join(text_cell(head, Style.HEAD) for head in heads)}</row>"

    def row(self, row: FileRow, *, every_level: bool) -> str:
        outline = ""
        if every_level and row.level > 1:
            outline = f' outlineLevel="{row.level - 1}"'
        return f"<row{outline}>{''.join(map(self._cell, self._kinds, self._styles, row.values))}</row>"

    def total(self, row: FileRow, name: str, place: int | None) -> str:
        styles = [style + TO_TOTAL if style else int(Style.TOTAL_TEXT) for style in self._styles]
        cells = list(map(self._cell, self._kinds, styles, row.values))
        if place is not None:
            cells[place] = text_cell(name, Style.TOTAL_TEXT)
        return f"<row>{''.join(cells)}</row>"

    def _cell(self, kind: ValueKind, style: int, value: Value) -> str:
        if value is None:
            return f'<c s="{style}"/>'
        if isinstance(value, bool):
            return f'<c s="{style}" t="b"><v>{int(value)}</v></c>'
        if isinstance(value, str):
            cached = self._cached.get(value)
            if cached is None:
                if len(self._cached) >= MOST_CACHED:
                    self._cached.clear()
                cached = self._cached[value] = text_cell(value, Style.TEXT)
            return cached
        return f'<c s="{style}"><v>{number(kind, value)}</v></c>'


def number(kind: ValueKind, value: float | date) -> float:
    """Return a value as Excel counts: dates and durations in days, percentages as parts of one.

    Time that may be negative is in hours.
    """
    if isinstance(value, date):
        return value.toordinal() - DAY_ZERO
    if kind is ValueKind.MINUTES:
        return value / MINUTES_A_DAY
    if kind is ValueKind.SIGNED_MINUTES:
        return value / MINUTES_AN_HOUR
    if kind is ValueKind.HUNDREDTHS:
        return value / HUNDREDTHS
    return value / THOUSANDTHS if kind is ValueKind.PERCENTAGE else value


def text_cell(text: str, style: Style) -> str:
    """Return a cell of harmless text that keeps its spaces; a longer one than Excel takes is cut."""
    escaped = escape(ESCAPE.sub("_x005F_", _cut(cell_text(text))))
    return f'<c s="{int(style)}" t="inlineStr"><is><t xml:space="preserve">{escaped}</t></is></c>'


def _cut(text: str) -> str:
    """Return as much of a text as Excel takes, which counts most emoji as two characters."""
    if 2 * len(text) <= LONGEST_TEXT:
        return text
    return text.encode("utf-16-le")[: 2 * LONGEST_TEXT].decode("utf-16-le", "ignore")


def letters(place: int) -> str:
    """Return the letters of a column: A for 0, AA for 26."""
    found = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def _terms(file: ReportFile) -> str:
    """Return the second sheet: what the report covers, and what could not be read."""
    rows = [text_cell(file.title, Style.HEAD)]
    rows += [f"{text_cell(name, Style.HEAD)}{text_cell(value, Style.WRAPPED)}" for name, value in file.terms]
    rows += [text_cell(problem, Style.WRAPPED) for problem in file.problems]
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><cols><col min="1" max="1" width="32" customWidth="1"/>'
        '<col min="2" max="2" width="72" customWidth="1"/></cols>'
        f"<sheetData>{''.join(f'<row>{row}</row>' for row in rows)}</sheetData></worksheet>"
    )


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})
