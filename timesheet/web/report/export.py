"""Download a report as a file: the same rows, columns, filters, and figures as on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from babel import Locale
from flask import Blueprint, Response, jsonify, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import InvalidInput
from timesheet.domain.export_text import file_name
from timesheet.domain.message import message
from timesheet.domain.permission import Module
from timesheet.domain.report.file import (
    MOST_SHEET_ROWS,
    ColumnContent,
    FileColumn,
    FileKind,
    FlatTable,
    ValueKind,
)
from timesheet.domain.report.names import TOTAL
from timesheet.domain.report.table import ReportTerms, Table
from timesheet.domain.report.terms import AnyDimension, ColumnUnit, Dimension, Hours
from timesheet.services.ports.report_file import CsvFormat, ReportFile
from timesheet.services.report.awaited_job import ReportRequest
from timesheet.services.report.export import record_export
from timesheet.services.report.export_job import ExportJobs
from timesheet.services.report.report import Report
from timesheet.web.http.access import takes
from timesheet.web.http.catalog import Language
from timesheet.web.http.context import Context
from timesheet.web.http.csv_file import local_csv, taken_as
from timesheet.web.http.dependencies import dependencies
from timesheet.web.http.language import _, file_locale, language, localize, speaking, without_isolates
from timesheet.web.report.awaited_job import jobs_of
from timesheet.web.report.choice import ReportChoice, link_query
from timesheet.web.report.names import column_text, dimension_name, figure_text, label_text
from timesheet.web.report.printed import file_terms, printed_report, title_of
from timesheet.web.report.reader import ReportReader, TakesLong, report_reader

blueprint = Blueprint("report_file", __name__, url_prefix="/reports/file")

MIME = {
    FileKind.CSV: "text/csv",
    FileKind.JSON: "application/json",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.PDF: "application/pdf",
}
MOST_AT_ONCE = 20_000
"""The rows of a report whose file is sent at once; a job writes longer ones, with progress."""
SEPARATORS = ("delimiter", "decimal", "mark")
TOO_LONG = message(
    "This report has {count} rows, and a sheet of Excel has room for {most}. Choose CSV, or fewer levels of rows."
)
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
DECIMALS = {"point": ".", "comma": ","}


@blueprint.get("/csv")
@takes("session", "context", permission="viewer", module=Module.REPORTS, costly=True)
def download_csv() -> Response:
    """Return the report as CSV."""
    return _download(FileKind.CSV)


@blueprint.get("/json")
@takes("session", "context", permission="viewer", module=Module.REPORTS, costly=True)
def download_json() -> Response:
    """Return the report as JSON."""
    return _download(FileKind.JSON)


@blueprint.get("/csv/choices")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def choose_csv() -> str:
    """Show the separators of a CSV file to choose from, with those of the reader's locale chosen."""
    reader = report_reader()
    query = reader.choice(request.args).pairs("panel")
    return render_template(
        "report/_csv_choices.html",
        export_query=link_query(query),
        csv=_read_csv_format(request.args, reader),
    )


@blueprint.get("/xlsx")
@takes("session", "context", permission="viewer", module=Module.REPORTS, costly=True)
def download_xlsx() -> Response:
    """Return the report as an Excel workbook."""
    return _download(FileKind.XLSX)


@blueprint.get("/pdf")
@takes("session", "context", permission="viewer", module=Module.REPORTS, costly=True)
def download_pdf() -> Response:
    """Return the report as PDF."""
    return _download(FileKind.PDF)


def _download(kind: FileKind) -> Response:
    """Return the report as a file that is sent while it is written."""
    reader = report_reader()
    choice = reader.choice(request.args)
    try:
        report = reader.report(choice, comments=kind is not FileKind.PDF)
    except TakesLong:
        return _as_job(reader.context, choice, kind)
    if report.table.row_count > MOST_AT_ONCE:
        return _as_job(reader.context, choice, kind)
    parts = file_parts(reader, choice, report, kind, request.args)
    record_export(reader.context.stores, reader.context.recorder, report, kind)
    return taken_as(Response(_sent(language(), parts), mimetype=MIME[kind]), name_of(report.table, kind))


def _as_job(context: Context, choice: ReportChoice, kind: FileKind) -> Response:
    """Let a job write the file of a long report, and return where its progress is shown."""
    separators = [(name, request.args[name]) for name in SEPARATORS if name in request.args]
    job = jobs_of(context, ExportJobs).ask(
        context.jobs,
        ReportRequest(context.identity.account_id, (*choice.pairs("panel"), *separators), language().code),
        kind,
        context.recorder.download,
    )
    answer = jsonify(page=url_for("report_export_job.show_progress", export_id=job.id))
    answer.status_code = 202
    return answer


def file_parts(
    reader: ReportReader, choice: ReportChoice, report: Report, kind: FileKind, args: MultiDict[str, str]
) -> Iterator[bytes]:
    """Return the parts of a report's file, which are written when they are requested.

    Raise InvalidInput for a workbook with more rows than a sheet has.
    """
    files = dependencies().files
    if kind is FileKind.PDF:
        return files.printer.report(printed_report(reader, report))
    if kind is FileKind.XLSX and report.table.row_count > MOST_SHEET_ROWS:
        raise InvalidInput(message(TOO_LONG, count=report.table.row_count, most=MOST_SHEET_ROWS))
    return files.report_writers[kind](report_file(reader, choice, report, args))


def _sent(reader: Language, parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the parts of a file, each made in the language of the ``reader`` although the request is over."""
    while True:
        with speaking(reader):
            part = next(parts, None)
        if part is None:
            return
        yield part


def report_file(
    reader: ReportReader, choice: ReportChoice, report: Report, args: MultiDict[str, str]
) -> ReportFile:
    """Return the report for a file writer, in the reader's language and locale."""
    table, locale = report.table, reader.locale
    flat = FlatTable(table, partial(label_text, locale=locale))
    days = choice.hours is Hours.DAYS
    return ReportFile(
        title=without_isolates(title_of(table, locale)),
        sheets=(_("Report"), _("What this report covers")),
        table=flat,
        heads=[without_isolates(head) for head in _heads(table, flat.columns, locale, days=days)],
        total=localize(TOTAL),
        terms=[(name, without_isolates(value)) for name, value in file_terms(reader, report)],
        problems=[without_isolates(localize(problem.what)) for problem in table.problems],
        language=language().tag,
        days=days,
        csv=_read_csv_format(args, reader),
        answers=(_("no"), _("yes")),
    )


def _read_csv_format(args: MultiDict[str, str], reader: ReportReader) -> CsvFormat:
    """Return the chosen separators; by default those of the reader's locale, which its spreadsheets expect."""
    locale = file_locale(reader.context.profile().locale)
    fitting = local_csv(locale, mark="mark" in args, decimal=DECIMALS.get(args.get("decimal", ""), ""))
    return replace(fitting, delimiter=DELIMITERS.get(args.get("delimiter", ""), fitting.delimiter))


def name_of(table: Table, kind: FileKind) -> str:
    """Return the name of a report's file; it says if each worklog has a row and if something is missing."""
    terms = table.terms
    whose = terms.title or " ".join(terms.teams) or terms.requested_by
    what = _("Worklogs") if Dimension.WORKLOG in terms.rows else ""
    return file_name(whose, kind.value, f"{terms.span.first} {terms.span.last} {what} {note_of(terms)}")


def note_of(terms: ReportTerms) -> str:
    """Return the end of a file's name that says whether something is missing from the file."""
    return "" if terms.complete else _("incomplete")


def _heads(table: Table, columns: Sequence[FileColumn], locale: Locale, *, days: bool) -> Sequence[str]:
    return [
        _cell_head(table, column, locale, days=days)
        if column.column
        else _label_head(column, table.terms.zone)
        for column in columns
    ]


def _label_head(column: FileColumn, zone: str) -> str:
    """Return the head of a column that has a part of a row's label."""
    if column.dimension is None:
        return _("Level")
    special: Mapping[tuple[AnyDimension, ColumnContent], str] = {
        (Dimension.PERSON, ColumnContent.KEY): _("Account id"),
        (Dimension.PROJECT, ColumnContent.DETAIL): _("Project key"),
        (Dimension.ISSUE, ColumnContent.DETAIL): _("Summary"),
        (Dimension.PARENT, ColumnContent.DETAIL): _("Summary of the parent"),
        (Dimension.DAY, ColumnContent.DAY): _("Date (in the person’s own time zone)"),
        (Dimension.ENTERED, ColumnContent.DAY): _("Entered on ({zone})", zone=zone),
        (Dimension.WORKLOG, ColumnContent.ENTERED): _("Entered on ({zone})", zone=zone),
        (Dimension.WORKLOG, ColumnContent.COMMENT): _("Comment"),
    }
    return special.get((column.dimension, column.part), dimension_name(column.dimension))


def _cell_head(table: Table, column: FileColumn, locale: Locale, *, days: bool) -> str:
    """Return the head of a column of numbers, with its days and its unit."""
    if column.column is None:
        return ""
    name = figure_text(column.column.figure, table.terms)
    if table.terms.column_unit is not ColumnUnit.NONE:
        when = column_text(column.column, table.terms.column_unit, locale)
        name = _("{figure}, {days}", figure=name, days=when)
    if column.kind is ValueKind.SECONDS:
        return _("{figure} (seconds)", figure=name)
    if column.kind is ValueKind.PERCENTAGE:
        return _("{figure} (%)", figure=name)
    return _("{figure} (days)", figure=name) if days else _("{figure} (hours)", figure=name)
