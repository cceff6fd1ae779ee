"""Show the page of reports, the rows below a row, and the worklogs behind a cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from babel import Locale
from flask import Blueprint, Response, g, make_response, render_template, request
from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import InvalidInput, NotAllowed, NotFound, TimesheetError
from timesheet.domain.message import message
from timesheet.domain.permission import Module
from timesheet.domain.report.chart import chart_query, charts_of
from timesheet.domain.report.range import Preset
from timesheet.domain.report.reference import FILTER
from timesheet.domain.worklog.adf import adf_to_text
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.report.awaited_job import ReportRequest
from timesheet.services.report.cell_worklogs import read_cell_worklogs
from timesheet.services.report.facet import attribute_facets
from timesheet.services.report.limit import PEOPLE
from timesheet.services.report.reading_job import ReadingJobs
from timesheet.services.snapshot.team import Freshness
from timesheet.services.snapshot.worklog_right import forget_worklog_rights
from timesheet.services.team.overview import UnreadableScope
from timesheet.services.viewer.profile import prepare_profile
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.dates import date_and_time, full_date
from timesheet.web.http.errors import layer_sentence, status_of
from timesheet.web.http.fields import read_position
from timesheet.web.http.htmx import wants_fragment
from timesheet.web.http.language import language, localize, paint_first, printed_sum
from timesheet.web.http.refusal import note_refusal
from timesheet.web.report.awaited_job import jobs_of
from timesheet.web.report.choice import ReportChoice, is_bound, link_query
from timesheet.web.report.controls import FIELDS, chart_names, offered_attributes, render_report
from timesheet.web.report.drawing import Drawer
from timesheet.web.report.reader import ReportReader, TakesLong, report_reader
from timesheet.web.report.table import BETWEEN
from timesheet.web.worklog.attribute import attribute_words
from timesheet.web.worklog.bulk import selectable_worklogs

blueprint = Blueprint("report", __name__, url_prefix="/reports")
TOO_MUCH = message(
    "The time of this report is more than can be kept for a page. Choose a shorter range, fewer people, or a file."
)
TYPED_FILTERS = frozenset({"jql", "text", "entered"})
"""The fields of the list of filters in which something is typed."""


@blueprint.get("")
@takes("page", "session", "context", permission="viewer", module=Module.REPORTS)
def show_report() -> Response:
    """Show the page, which fetches the report, or the report for htmx. An error is shown in place of the report."""
    if not wants_fragment():
        paint_first()
        return make_response(render_template("report/page.html", query=_report_query(request.args)))
    context = current()
    prepare_profile(context)
    context.own_admin.prepare(context.jira.begin)
    reader = report_reader()
    try:
        choice = reader.choice(request.args)
    except InvalidInput as error:
        return _refused(reader, _readable(reader, request.args, error), error)
    except NotFound as error:
        return _refused(reader, reader.choice(MultiDict()), error, view_gone=True)
    return answer_report(
        reader, choice, refresh="refresh" in request.args, reading=request.args.get("reading", "")
    )


def answer_report(
    reader: ReportReader, choice: ReportChoice, *, refresh: bool = False, reading: str = ""
) -> Response:
    """Return the report, or in its place the sentence that says why it cannot be shown, or the progress of the job
    that reads it. ``reading`` names a job that has read it.
    """
    context = reader.context
    if refresh:
        forget_worklog_rights(context.viewer_context)
    read = jobs_of(context, ReadingJobs).take(reading, context.identity.account_id) if reading else None
    freshness = Freshness.CACHED if read else Freshness.NOW if refresh else Freshness.USUAL
    try:
        report = reader.report(choice, freshness)
    except (InvalidInput, NotAllowed, NotFound) as error:
        return _refused(reader, choice, error)
    except TakesLong:
        # The report may have changed meanwhile, because a team or a permission has changed.
        if read and read.again:
            return _refused(reader, choice, InvalidInput(TOO_MUCH))
        return _with_progress(reader, choice, refresh=refresh, again=read is not None)
    html = render_report(reader, choice, report)
    return make_response(
        html + render_template("report/_closed_oob.html") if "close" in request.args else html
    )


def _with_progress(reader: ReportReader, choice: ReportChoice, *, refresh: bool, again: bool) -> Response:
    """Let a job read the report, and return the page's controls with its progress in place of the table."""
    context = reader.context
    query = tuple(choice.pairs())
    reading = jobs_of(context, ReadingJobs).ask(
        context.jobs,
        ReportRequest(context.identity.account_id, query, language().code),
        key=context.reading_key,
        refresh=refresh,
        again=again,
    )
    return make_response(
        render_report(reader, choice, reading=reading, state=reading.state, reading_query=link_query(query))
    )


@blueprint.get("/chart")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def show_chart() -> str:
    """Show the charts of the report with the chosen one drawn, or folded if none is chosen."""
    reader = report_reader()
    choice = reader.choice(request.args)
    if choice.chart is None or choice.chart not in charts_of(choice.query):
        return render_template("report/_charts.html", drawing=None, **chart_names(choice))
    charted = reader.report(replace(choice, query=chart_query(choice.query, choice.chart)))
    today = reader.context.viewer_context.today
    page = read_position(request.args.get("chart-page"), 1)
    drawing = Drawer(charted.table, reader.locale, today, page).draw(choice.chart)
    return render_template("report/_charts.html", drawing=drawing, **chart_names(choice))


@blueprint.get("/rows")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def show_rows() -> str:
    """Show the rows below a row of the report, or more of those that did not fit."""
    reader = report_reader()
    report = reader.report(reader.choice(request.args))
    return reader.table(report).rows(_row(), read_position(request.args.get("start"), 0))


@blueprint.get("/worklogs")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def show_worklogs() -> str:
    """Show the worklogs behind a cell."""
    reader, args = report_reader(), request.args
    context, choice = reader.context, reader.choice(args)
    report = reader.report(choice)
    found = read_cell_worklogs(context.viewer_context, context.jira, report, _row(), args.get("column", ""))
    worklogs = [entry.worklog for entry in found.entries]
    issues = {entry.issue.id: entry.issue for entry in found.entries}
    attributes = context.stores.attributes.all()
    figures, zone = report.table.figures, context.profile().zone
    return render_template(
        "report/_worklogs.html",
        found=found,
        selectable=selectable_worklogs(context.viewer_context, worklogs, issues),
        entries=[
            (
                entry,
                full_date(entry.worklog.day, reader.locale),
                printed_sum(figures, [entry.worklog.seconds]),
                adf_to_text(entry.worklog.comment),
                _entered(entry.worklog, zone, reader.locale),
                attribute_words(attributes, entry.worklog),
            )
            for entry in found.entries
        ],
        total=printed_sum(figures, found.seconds),
        as_closed=choice.query.as_closed,
        site_url=g.site.display_url,
        zone_name=zone.key,
    )


def _entered(worklog: Worklog, zone: ZoneInfo, locale: Locale) -> str:
    """Return when a worklog was entered, in the zone of the report."""
    return date_and_time(worklog.created or worklog.updated, zone, locale)


def _row() -> Sequence[str]:
    """Return the row that a request is about, by the keys of its labels; nothing for the whole report."""
    return request.args["row"].split(BETWEEN) if "row" in request.args else ()


def _report_query(args: MultiDict[str, str]) -> str:
    """Return the query of the report that Jira's page was opened with; one parameter of Jira's address holds it."""
    return urlencode([pair for pair in parse_qsl(args.get("report", "")) if pair[0] != "jwt"])


def _readable(reader: ReportReader, args: MultiDict[str, str], error: InvalidInput) -> ReportChoice:
    """Return the report in a query without each field that cannot be read, the first of which the error names."""
    rest = _without(args, error.field)
    if len(rest) == len(args):
        # A saved view has it. The view stays chosen, so that it can be changed or deleted.
        view = reader.named_view(args)
        if view is None:
            raise error
        return replace(reader.choice(MultiDict()), view=view.id)
    try:
        return reader.choice(rest)
    except InvalidInput as another:
        return _readable(reader, rest, another)


def _refused(
    reader: ReportReader, choice: ReportChoice, error: TimesheetError, *, view_gone: bool = False
) -> Response:
    """Return the page's controls, with the error's sentence in place of the table, so that people can change them.

    What was typed is kept, and the list of filters is open if it has the field that is wrong. ``view_gone``: a button
    leads to the report without the view.
    """
    wrong = error.field if isinstance(error, InvalidInput) else ""
    settings_of = error.settings_of if isinstance(error, UnreadableScope) else ""
    typed = {}
    if wrong == "range" and "first" in request.args:
        choice = replace(choice, preset=Preset.CUSTOM)
        typed = {name: request.args.get(name, "") for name in ("first", "last")}
    more: dict[str, object] = {}
    if is_bound(wrong):
        typed = {name: text for name, text in request.args.items() if is_bound(name)}
        more["facets"] = attribute_facets(choice.query, offered_attributes(reader.context, choice.query))
    if (wrong in TYPED_FILTERS or is_bound(wrong)) and request.args.get("filters") != "0":
        choice = replace(choice, panel=True)
    html = render_report(
        reader,
        choice,
        None,
        refusal=localize(error.sentence),
        layer=localize(layer_sentence(error.layer)) if isinstance(error, NotAllowed) else "",
        mistyped=isinstance(error, InvalidInput),
        wrong=wrong,
        typed=typed,
        settings_of=settings_of,
        view_gone=view_gone,
        **more,
    )
    note_refusal(error)
    return make_response(html, status_of(error))


def _without(args: MultiDict[str, str], field: str) -> MultiDict[str, str]:
    """Return the query without its unreadable parts, so that everything else keeps the chosen values."""
    names = {
        "range": ("range", "first", "last", "go"),
        "filters": (FILTER,),
        "entered": FIELDS["entered"],
        "who": ("who", *FIELDS[PEOPLE]),
    }.get(field, (field,))
    return MultiDict([pair for pair in args.items(multi=True) if not pair[0].startswith(names)])
