"""Print a report: the cells of the screen, all rows, and what it covers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from babel import Locale

from timesheet.domain.attribute.values import displayed_values
from timesheet.domain.report.names import TOTAL
from timesheet.domain.report.table import Cell, Column, Label, Table
from timesheet.domain.report.terms import ColumnUnit, Dimension
from timesheet.services.ports.printed_file import PrintedReport, PrintedRow, Wording
from timesheet.services.report.report import Report
from timesheet.web.http.language import _, language, list_words, localize
from timesheet.web.report.names import (
    column_text,
    describe_terms,
    detail_text,
    figure_text,
    head_of_rows,
    label_text,
)
from timesheet.web.report.reader import ReportReader
from timesheet.web.report.table import exact_time, printed_cell
from timesheet.web.team.choice import period_title
from timesheet.web.worklog.attribute import value_words

SYMBOLS = "Zsym"  # not shown


def printed_report(reader: ReportReader, report: Report) -> PrintedReport:
    """Return the report for a printer, in the reader's language and locale."""
    table, locale = report.table, reader.locale
    return PrintedReport(
        wording=wording(reader, title_of(table, locale)),
        incomplete="" if table.terms.complete else _("Time is missing. The last page says what and why."),
        head=head_of_rows(report.query),
        columns=[_head(table, column, locale) for column in table.columns],
        rows=partial(_rows, table, locale),
        totals=_totals(table, locale),
        terms_title=_("What this report covers"),
        terms=file_terms(reader, report),
        problems=[localize(problem.what) for problem in table.problems],
        continued=lambda head: _("{row} (continued)", row=head),
    )


def wording(reader: ReportReader, title: str) -> Wording:
    """Return the texts that every printed file needs."""
    read = language()
    return Wording(
        title=title,
        language=read.tag,
        made_at=reader.context.clock(),
        script=lambda code: f"[{script_name(code, read.locale)}]",
        missing=lambda codes: _(
            "In [brackets]: text in a script that this file has no font for ({scripts}). "
            "It is complete in the other files and on the screen.",
            scripts=list_words([script_name(code, read.locale) for code in codes]),
        ),
    )


def script_name(code: str, locale: Locale) -> str:
    """Return the name of a script. CLDR has none for symbols in Brazilian Portuguese, but its code."""
    name = str(locale.scripts.get(code, code))
    return _("symbols") if name == SYMBOLS.lower() else name


def _head(table: Table, column: Column, locale: Locale) -> str:
    name, unit = figure_text(column.figure, table.terms), table.terms.column_unit
    if unit is ColumnUnit.NONE:
        return name
    when = column_text(column, unit, locale)
    return _("{figure}, {days}", figure=name, days=when) if len(table.terms.figures) > 1 else when


def _rows(table: Table, locale: Locale) -> Iterator[PrintedRow]:
    for row in table.rows():
        label = row.label
        text, detail = label_text(label, locale), detail_text(label, locale)
        head = f"{text} {detail}" if detail else text
        if label.dimension is Dimension.WORKLOG and (words := _value_words(table, label)):
            head = f"{head} {words}"
        yield PrintedRow(row.level, head, _cells(table, row.cells, locale))


def _value_words(table: Table, label: Label) -> str:
    """Return the attributes of the worklog of a row in words, nothing without any."""
    values = table.values.get(int(label.key), {})
    return list_words([value_words(one) for one in displayed_values(table.attributes, values)])


def _cells(table: Table, cells: Sequence[Cell], locale: Locale) -> Sequence[str]:
    return [
        printed_cell(cell, column.figure, table.figures, locale)
        for column, cell in zip(table.columns, cells, strict=True)
    ]


def _totals(table: Table, locale: Locale) -> Sequence[PrintedRow]:
    """Return the total and, if it is printed in rounded units, the exact time below it."""
    total = PrintedRow(0, localize(TOTAL), _cells(table, table.totals, locale))
    exact = [
        exact_time(cell, column.figure, table.figures)
        for column, cell in zip(table.columns, table.totals, strict=True)
    ]
    return [total, PrintedRow(0, _("Exact time"), exact)] if any(exact) else [total]


def title_of(table: Table, locale: Locale) -> str:
    """Return the title of a printed report: whose time, and when."""
    terms = table.terms
    whose = terms.title or list_words(list(terms.teams)) or terms.requested_by
    return _("Time of {whose}, {range}", whose=whose, range=period_title(terms.span, locale))


def file_terms(reader: ReportReader, report: Report) -> Sequence[tuple[str, str]]:
    """Return what the report covers, and the number of its worklogs, in words."""
    terms = describe_terms(report.table.terms, reader.context.profile().zone, reader.locale)
    return (
        *terms,
        (_("Worklogs"), str(report.table.count)),
        (_("Language"), language().locale.get_display_name() or language().tag),
    )
