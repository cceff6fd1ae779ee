"""Download a person's month as a sheet to sign: one's own, or that of a member whose worklogs the viewer may see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from babel import Locale
from flask import Blueprint, Response, render_template, request

from timesheet.domain.day_text import read_date
from timesheet.domain.export_text import file_name
from timesheet.domain.identifier import read_account_id, read_id
from timesheet.domain.permission import Module, TeamAction
from timesheet.domain.person import by_name
from timesheet.domain.report.names import FIGURES, TOTAL
from timesheet.domain.report.table import Table
from timesheet.domain.report.terms import Figure
from timesheet.domain.span import month_of
from timesheet.services.ports.printed_file import SignedDay, SigningSheet
from timesheet.services.report.report import Presentation
from timesheet.services.report.signing import MonthDay, SheetOwner, SignedMonth, read_month, record_month
from timesheet.services.team.overview import members_in, visible_members
from timesheet.services.viewer.team_context import open_team
from timesheet.web.http.access import takes
from timesheet.web.http.csv_file import taken_as
from timesheet.web.http.dates import date_and_time, day_head
from timesheet.web.http.dependencies import dependencies
from timesheet.web.http.language import _, localize
from timesheet.web.report.export import note_of
from timesheet.web.report.printed import wording
from timesheet.web.report.reader import ReportReader, report_reader
from timesheet.web.report.table import exact_time, printed_cell
from timesheet.web.team.choice import period_title

blueprint = Blueprint("signing_sheet", __name__)


@blueprint.get("/timesheet/sheet")
@takes("session", "context", permission="viewer", module=(Module.TIMESHEET, Module.REPORTS), costly=True)
def download_own() -> Response:
    """Return the viewer's own month."""
    reader = report_reader()
    return _sheet(reader, SheetOwner(reader.context.identity.account_id))


@blueprint.get("/reports/file/sheet")
@takes("session", "context", permission="viewer", module=Module.REPORTS, costly=True)
def download_of_member() -> Response:
    """Return the month of a team's member."""
    person = read_account_id(request.args.get("person", ""), "person")
    return _sheet(report_reader(), SheetOwner(person, read_id(request.args.get("team", ""), "team")))


@blueprint.get("/reports/file/sheet/choices")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def choose_member() -> str:
    """Show the members of a team whose month may be printed."""
    reader = report_reader()
    context, team_id = reader.context.team_context, read_id(request.args.get("team", ""), "team")
    opened = open_team(context, team_id, TeamAction.SEE_SUMS)
    month = month_of(_month(reader))
    ids = [member.account_id for member in members_in(visible_members(context, opened), month)]
    people = sorted(context.people(ids).values(), key=by_name)
    return render_template(
        "report/_sheet_choices.html",
        team=opened.team,
        people=[person for person in people if opened.sees_worklogs_of(person.account_id)],
        month=f"{month.first:%Y-%m}",
    )


def _month(reader: ReportReader) -> date:
    """Return a day of the requested month, or today. Raise InvalidInput for an invalid month."""
    text = request.args.get("month", "")
    return read_date(f"{text[:7]}-01", "month") if text else reader.context.team_context.today


def _sheet(reader: ReportReader, owner: SheetOwner) -> Response:
    context = reader.context
    day = _month(reader)
    presentation = Presentation(reader.figures(None), reader.week_start, context.viewer_context.tracking)
    month = read_month(context.team_context, context.viewer_context, context.jira, owner, day, presentation)
    record_month(context.stores, context.recorder, month)
    file = dependencies().files.printer.sheet(signing_sheet(reader, month))
    span = month.report.query.span
    note = note_of(month.report.table.terms)
    name = file_name(str(month.person), "pdf", f"{span.first:%Y-%m} {note}")
    return taken_as(Response(file, mimetype="application/pdf"), name)


def signing_sheet(reader: ReportReader, month: SignedMonth) -> SigningSheet:
    """Return the month for a printer, in the reader's language and locale."""
    table, locale = month.report.table, reader.locale
    title = _(
        "Timesheet of {person}, {month}", person=month.person, month=period_title(table.terms.span, locale)
    )
    return SigningSheet(
        wording=wording(reader, title),
        facts=_facts(reader, month),
        heads=(
            _("Day"),
            _("Issue"),
            localize(FIGURES[Figure.SPENT]),
            _("Expected"),
            _("Note"),
        ),
        days=[_day(reader, month, day) for day in month.days],
        totals=_totals(table, locale),
        signers=(month.person, month.lead or _("Approved by")),
        date_and_signature=_("Date, signature"),
        notes=[localize(problem.what) for problem in table.problems],
    )


def _totals(table: Table, locale: Locale) -> Sequence[tuple[str, str, str]]:
    """Return the total and, if it is printed in rounded units, the exact time below it."""
    spent, expected = (
        printed_cell(cell, Figure.SPENT, table.figures, locale) or "0" for cell in table.totals
    )
    exact_spent, exact_expected = (exact_time(cell, Figure.SPENT, table.figures) for cell in table.totals)
    total = (localize(TOTAL), spent, expected)
    exact = (_("Exact time"), exact_spent, exact_expected)
    return [total, exact] if exact_spent or exact_expected else [total]


def _facts(reader: ReportReader, month: SignedMonth) -> list[tuple[str, str]]:
    terms, zone, locale = month.report.table.terms, reader.context.profile().zone, reader.locale
    read = _("{moment} ({zone})", moment=date_and_time(terms.read_at, zone, locale), zone=zone.key)
    return [
        (_("Person"), month.person),
        (_("Account id"), month.owner.account_id),
        (_("Range"), period_title(terms.span, locale)),
        *([(_("Team"), month.team)] if month.team else []),
        (_("Work dates"), _("In {zone}", zone=month.zone)),
        (_("Requested by"), terms.requested_by),
        (_("Read"), read),
        (_("Complete (except archived projects)"), _("Yes") if terms.complete else _("No")),
    ]


def _day(reader: ReportReader, month: SignedMonth, day: MonthDay) -> SignedDay:
    figures, locale = month.report.table.figures, reader.locale
    lines = [
        (f"{label.text} {label.detail}".strip(), printed_cell(cell, Figure.SPENT, figures, locale))
        for label, cell in day.issues
    ]
    return SignedDay(
        day_head(day.day, locale),
        lines,
        printed_cell(day.spent, Figure.SPENT, figures, locale),
        printed_cell(day.expected, Figure.CAPACITY, figures, locale),
        localize(day.reason),
    )
