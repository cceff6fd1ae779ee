"""Show the page of reports, the rows below a row, and the worklogs behind a cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from babel import Locale
from flask import Blueprint, Response, g, make_response, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from timesheet.domain.attribute.attribute import number_text
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotAllowed, NotFound, TimesheetError
from timesheet.domain.figures import Figures
from timesheet.domain.identifier import is_number, read_id
from timesheet.domain.message import message
from timesheet.domain.period.period import period_of
from timesheet.domain.permission import Module
from timesheet.domain.report.chart import chart_query, charts_of
from timesheet.domain.report.group import Group
from timesheet.domain.report.names import CHARTS, COLUMNS, FIGURES, HOURS, PRESETS, ROUNDINGS, TOTAL
from timesheet.domain.report.range import Preset
from timesheet.domain.report.reference import EVERY_TEAM, FILTER, OWN
from timesheet.domain.report.table import Label
from timesheet.domain.report.terms import (
    MOST_LEVELS,
    OF_CLOSING,
    AttributeDimension,
    Dimension,
    Hours,
    ReportQuery,
    RoundingRule,
)
from timesheet.domain.report.view import ReportView
from timesheet.domain.worklog.adf import adf_to_text
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.report.behind import read_behind
from timesheet.services.report.facet import attribute_facets, facets, sees_worklogs
from timesheet.services.report.reading_job import ReadingJobs
from timesheet.services.report.report import (
    ENTERED,
    JQL,
    LATE,
    PEOPLE,
    SHORT,
    TEXT,
    Presentation,
    Report,
    read_report,
)
from timesheet.services.report.source import visible_teams
from timesheet.services.report.view import find_view, first_view, list_views, may_change
from timesheet.services.resilience.patience import Patience, TooSlow, with_patience
from timesheet.services.snapshot.own import prepare_profile
from timesheet.web.http.auth import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.dates import clock_time, date_and_time, decimal_separator, first_weekday, full_date
from timesheet.web.http.errors import status_of
from timesheet.web.http.htmx import wants_fragment
from timesheet.web.http.language import (
    duration_words,
    language,
    list_words,
    localize,
    paint_first,
    reader_locale,
)
from timesheet.web.http.refusal import note_refusal
from timesheet.web.http.viewer import figures_of, today_of, tracking_of
from timesheet.web.report.choice import (
    ENTERED_FIRST,
    ENTERED_LAST,
    ReportChoice,
    filter_pairs,
    gone_names,
    is_bound,
    kept_query,
    opened_query,
    read_choice,
    rounding_text,
)
from timesheet.web.report.drawing import Drawer
from timesheet.web.report.names import (
    closed_text,
    dimension_name,
    filter_text,
    label_text,
    range_text,
    said_terms,
)
from timesheet.web.report.table import BETWEEN, ReportTable
from timesheet.web.worklog.attribute import attribute_words
from timesheet.web.worklog.bulk import choosing_among

blueprint = Blueprint("report", __name__, url_prefix="/reports")

OFFERED = tuple(dimension for dimension in Dimension if dimension is not Dimension.WORKLOG)
"""What the page offers to group by; single worklogs are behind the cells, and in files."""
LONGEST_START = 6
EACH_WORKLOG = (Dimension.PERSON, Dimension.ISSUE, Dimension.DAY, Dimension.WORKLOG)
"""The rows of a file that lists single worklogs."""
BELOW_EXPECTED = "below-expected"
AT_ONCE_SECONDS = 8.0
"""How long a request reads; a job reads what takes longer. Calls through Forge end after 25 seconds."""
TAKES_LONG = message(
    "Reading this from Jira takes longer than a page can wait. Refresh the report: it is then read with its progress."
)
TOO_MUCH = message(
    "The time of this report is more than can be kept for a page. Choose a shorter range, fewer people, or a file."
)
FIELDS = {
    PEOPLE: ("label", "group"),
    "range": ("range", "first", "last", "go"),
    "filters": (FILTER,),
    "entered": (ENTERED_FIRST, ENTERED_LAST),
    ENTERED: (ENTERED_FIRST, ENTERED_LAST),
    "who": ("who", "label", "group"),
}
"""The fields of what has several, or others than its name."""
TYPED_FILTERS = frozenset({"jql", "text", "entered"})
"""The fields of the list of filters in which something is typed."""
READY_MADE = (
    ("by-project", message("Time by project"), (("rows", "project"), ("rows", "issue"), ("figure", "spent"))),
    (
        BELOW_EXPECTED,
        message("Who logged less than expected, by week"),
        (
            ("rows", "person"),
            ("columns", "week"),
            ("figure", "spent"),
            ("figure", "capacity"),
            ("figure", "missing"),
            ("sort", "-total:missing"),
            ("short", "1"),
        ),
    ),
    (
        "compared",
        message("Compared with the range before"),
        (
            ("rows", "project"),
            ("rows", "person"),
            ("figure", "spent"),
            ("figure", "previous"),
            ("figure", "change"),
        ),
    ),
)
"""Reports that many people need: a name, its text, and what it changes in the chosen report."""


@dataclass(eq=False)
class TakesLong(JiraUnavailable):
    """The time of a report takes longer to read than a request may wait."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A chosen filter; ``rest`` is the query of the report without it."""

    field: str
    title: str
    text: str
    rest: str


@dataclass(frozen=True, slots=True)
class Asking:
    """What the page needs besides a report: the viewer's language, day, and format of time."""

    context: Context
    locale: Locale
    week_start: int

    def choice(self, args: MultiDict[str, str]) -> ReportChoice:
        """Return the report that a query asks for. Raise InvalidInput for one that cannot be asked.

        A link that names a view or a team and no rows opens the view, or the view that the team's report opens with.
        """
        kept = None if "rows" in args else self._view(args)
        return self._read(args) if kept is None else self._opened(kept, args)

    def _read(self, args: MultiDict[str, str]) -> ReportChoice:
        context = self.context
        today = today_of(context, context.profile())
        rule, recorded = context.stores.periods.rule_and_spans()
        attributes = context.stores.attributes.all()
        return read_choice(
            args, today, self.week_start, lambda day: period_of(rule, day, recorded), attributes
        )

    def _view(self, args: MultiDict[str, str]) -> ReportView | None:
        context, who = self.context.team_context, args.get("who", "")
        if args.get("view"):
            return find_view(context, read_id(args["view"], "view"))
        return first_view(context, read_id(who, "who")) if who not in ("", OWN, EVERY_TEAM) else None

    def _opened(self, view: ReportView, args: MultiDict[str, str]) -> ReportChoice:
        """Return a view with what the link changes in it, except for its people."""
        kept, changed = opened_query(view), [name for name in args if name not in ("view", "who")]
        rest = [pair for pair in kept.items(multi=True) if pair[0] not in changed]
        more = [(name, value) for name in changed for value in args.getlist(name)]
        return replace(
            self._read(MultiDict([*rest, *more])), gone=gone_names(kept, self.context.stores.attributes.all())
        )

    def view(self, choice: ReportChoice) -> ReportView | None:
        """Return the saved view that a report was opened with, unless it is gone."""
        if not choice.view:
            return None
        try:
            return find_view(self.context.team_context, choice.view)
        except NotFound:
            return None

    def figures(self, hours: Hours | None) -> Figures:
        """Return the format of time: a chosen one, or the person's."""
        separator = decimal_separator(self.locale)
        if hours is None:
            return figures_of(self.context, self.context.profile())
        if hours is Hours.DAYS:
            return Figures(decimal=True, separator=separator, whole=tracking_of(self.context).day_seconds)
        return Figures(hours is Hours.DECIMAL, separator)

    def report(
        self, choice: ReportChoice, *, refresh: bool = False, as_read: bool = False, at_once: bool = True
    ) -> Report:
        """Read the report; ``as_read`` uses what a job has just read for it.

        ``at_once``: raise TakesLong if that takes longer than a request may wait.
        """
        if not at_once:
            return self._report(choice, refresh=refresh, as_read=as_read)
        try:
            with with_patience(Patience(monotonic() + AT_ONCE_SECONDS)):
                return self._report(choice, refresh=refresh, as_read=as_read)
        except TooSlow as error:
            raise TakesLong(TAKES_LONG, status=503) from error

    def _report(self, choice: ReportChoice, *, refresh: bool, as_read: bool) -> Report:
        context, view = self.context, self.view(choice)
        title = view.name if view and not changed_since(view, choice) else ""
        return read_report(
            context.team_context,
            context.viewer_context,
            context.jira,
            choice.query,
            Presentation(self.figures(choice.hours), self.week_start, tracking_of(context), title),
            refresh=refresh,
            as_read=as_read,
        )

    def table(self, report: Report) -> ReportTable:
        """Return the report's table as HTML."""
        query = report.query
        return ReportTable(
            report.table,
            self.locale,
            g.site.base_url,
            query.sort,
            descending=query.descending,
            sheet=_sheet_of(report),
        )


def _sheet_of(report: Report) -> Callable[[str], str]:
    """Return the address of a person's days in a team where the viewer sees their worklogs; empty without one."""
    homes: dict[str, str] = {}
    for part in report.source.parts:
        for member in part.members:
            if part.opened.sees_worklogs_of(member.account_id):
                homes.setdefault(member.account_id, part.opened.team.id)
    return lambda account_id: (
        url_for(
            "team_overview.show_overview",
            team_id=homes[account_id],
            period=report.query.span.first,
            tab="timesheet",
            person=account_id,
        )
        if account_id in homes
        else ""
    )


def asking() -> Asking:
    """Return the values that the page needs for this request."""
    context = current()
    locale = reader_locale(context.profile().locale)
    return Asking(context, locale, first_weekday(context.site_settings.week_start, locale))


@blueprint.get("")
@takes("page", "session", "context", permission="viewer", module=Module.REPORTS)
def show_report() -> Response:
    """Show the page, which fetches the report, or the report for htmx. An error is shown in place of the report."""
    if not wants_fragment():
        paint_first()
        return make_response(render_template("report/page.html", query=_asked(request.args)))
    context = current()
    prepare_profile(context.jira, context.cache, context.identity)
    context.own_admin.prepare(context.jira.begin)
    asked = asking()
    try:
        choice = asked.choice(request.args)
    except InvalidInput as error:
        return _refused(asked, _readable(asked, request.args, error), error)
    except NotFound as error:
        return _refused(asked, asked.choice(MultiDict()), error)
    return answer_report(
        asked, choice, refresh="refresh" in request.args, reading=request.args.get("reading", "")
    )


def answer_report(
    asked: Asking, choice: ReportChoice, *, refresh: bool = False, reading: str = ""
) -> Response:
    """Return the report, or in its place the sentence that says why it cannot be shown, or the progress of the job
    that reads it. ``reading`` names a job that has read it.
    """
    context = asked.context
    read = readings_of(context).take(reading, context.identity.account_id) if reading else None
    try:
        report = asked.report(choice, refresh=refresh and not read, as_read=read is not None)
    except (InvalidInput, NotAllowed, NotFound) as error:
        return _refused(asked, choice, error)
    except TakesLong:
        # The report may have changed meanwhile, because a team or a permission has changed.
        if read and read.again:
            return _refused(asked, choice, InvalidInput(TOO_MUCH))
        return _with_progress(asked, choice, refresh=refresh, again=read is not None)
    html = _render(asked, choice, report)
    return make_response(
        html + render_template("report/_closed_oob.html") if "close" in request.args else html
    )


def readings_of(context: Context) -> ReadingJobs:
    """Return the readings of the viewer's site."""
    return ReadingJobs(context.cache, context.site.key, context.clock)


def _with_progress(asked: Asking, choice: ReportChoice, *, refresh: bool, again: bool) -> Response:
    """Let a job read the report, and return the page's controls with its progress in place of the table."""
    context = asked.context
    query = tuple(choice.pairs())
    reading = readings_of(context).ask(
        context.jobs, context.identity.account_id, query, language().code, refresh=refresh, again=again
    )
    return make_response(
        _render(asked, choice, reading=reading, state=reading.state, reading_query=urlencode(query))
    )


def changed_since(view: ReportView, choice: ReportChoice) -> bool:
    """Return True if a report differs from the view that it was opened with."""
    return kept_query(choice) != (view.query, view.people)


@blueprint.get("/chart")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def show_chart() -> str:
    """Show the charts of the report with the chosen one drawn, or folded if none is chosen."""
    asked = asking()
    choice = asked.choice(request.args)
    if choice.chart is None or choice.chart not in charts_of(choice.query):
        return render_template("report/_charts.html", drawing=None, **_charts(choice))
    drawn = asked.report(replace(choice, query=chart_query(choice.query, choice.chart)))
    today = today_of(asked.context, asked.context.profile())
    page = request.args.get("chart-page", "")
    number = int(page) if is_number(page, 4) else 1
    drawing = Drawer(drawn.table, asked.locale, today, number).draw(choice.chart)
    return render_template("report/_charts.html", drawing=drawing, **_charts(choice))


@blueprint.get("/rows")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def show_rows() -> str:
    """Show the rows below a row of the report, or more of those that did not fit."""
    asked = asking()
    report = asked.report(asked.choice(request.args))
    start = request.args.get("start", "")
    return asked.table(report).rows(_row(), int(start) if is_number(start, LONGEST_START) else 0)


@blueprint.get("/worklogs")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def show_worklogs() -> str:
    """Show the worklogs behind a cell."""
    asked, args = asking(), request.args
    context, choice = asked.context, asked.choice(args)
    report = asked.report(choice)
    behind = read_behind(context.viewer_context, context.jira, report, _row(), args.get("column", ""))
    figures, profile = report.table.figures, context.profile()
    attributes = context.stores.attributes.all()
    issues = {entry.issue.id: entry.issue for entry in behind.entries}
    return render_template(
        "report/_worklogs.html",
        behind=behind,
        choosing=choosing_among(context.viewer_context, [entry.worklog for entry in behind.entries], issues),
        entries=[
            (entry, full_date(entry.worklog.day, asked.locale), duration_words(entry.worklog.seconds),
             adf_to_text(entry.worklog.comment), _entered(entry.worklog, profile.zone, asked.locale),
             attribute_words(attributes, entry.worklog))
            for entry in behind.entries
        ],
        total=figures.show(figures.units(behind.seconds)),
        as_closed=choice.query.as_closed,
        site_url=g.site.base_url,
        zone_name=profile.zone.key,
    )  # fmt: skip


def _entered(worklog: Worklog, zone: ZoneInfo, locale: Locale) -> str:
    """Return when a worklog was entered, in the zone of the report."""
    return date_and_time(worklog.created or worklog.updated, zone, locale)


def _row() -> Sequence[str]:
    """Return the row that a request is about, by the keys of its labels; nothing for the whole report."""
    return request.args["row"].split(BETWEEN) if "row" in request.args else ()


def _asked(args: MultiDict[str, str]) -> str:
    """Return the query of the report that Jira's page was opened with; one parameter of Jira's address holds it."""
    return urlencode([pair for pair in parse_qsl(args.get("report", "")) if pair[0] != "jwt"])


def _readable(asked: Asking, args: MultiDict[str, str], error: InvalidInput) -> ReportChoice:
    """Return the report in a query without each field that cannot be read, the first of which the error names."""
    rest = _without(args, error.field)
    if len(rest) == len(args):
        raise error
    try:
        return asked.choice(rest)
    except InvalidInput as another:
        return _readable(asked, rest, another)


def _refused(asked: Asking, choice: ReportChoice, error: TimesheetError) -> Response:
    """Return the page's controls, with the error's sentence in place of the table, so that people can change them.

    What was typed is kept, and the list of filters is open if it has the field that is wrong.
    """
    wrong = error.field if isinstance(error, InvalidInput) else ""
    typed = {}
    if wrong == "range" and "first" in request.args:
        choice = replace(choice, preset=Preset.CUSTOM)
        typed = {name: request.args.get(name, "") for name in ("first", "last")}
    more: dict[str, object] = {}
    if is_bound(wrong):
        typed = {name: text for name, text in request.args.items() if is_bound(name)}
        more["facets"] = attribute_facets(choice.query, offered_attributes(asked.context, choice.query))
    if (wrong in TYPED_FILTERS or is_bound(wrong)) and request.args.get("filters") != "0":
        choice = replace(choice, panel=True)
    html = _render(asked, choice, None, refusal=localize(error.sentence), wrong=wrong, typed=typed, **more)
    note_refusal(error)
    return make_response(html, status_of(error))


def _render(asked: Asking, choice: ReportChoice, report: Report | None = None, **more: object) -> str:
    shown = {**_shown(asked, report), **_charts(choice)} if report else {}
    more = {"refusal": "", "reading": None, "wrong": "", "typed": {}, **more}
    return render_template("report/_report.html", **{**_values(asked, choice, report), **shown, **more})


def export_queries(choice: ReportChoice, report: Report | None) -> Mapping[str, str]:
    """Return the queries of the report as a file: as it is shown, and with each worklog if the viewer may see them."""
    if report is None:
        return {"export_query": "", "worklog_query": ""}
    each = [("rows", one.value) for one in EACH_WORKLOG]
    return {
        "export_query": urlencode(choice.pairs("panel")),
        "worklog_query": urlencode(
            [*choice.pairs("panel", "rows", "sort", "figure", "columns", "closed"), *each]
        )
        if sees_worklogs(report)
        else "",
    }


def _chips(asked: Asking, choice: ReportChoice, report: Report) -> Sequence[Chip]:
    """Return the chosen filters, each with the query of the report without it."""
    found = []
    for name, values in report.table.terms.filters:
        field = name if name in (TEXT, JQL, LATE, SHORT, PEOPLE, ENTERED) else f"{FILTER}{name}"
        title, text = filter_text(name, _worded(asked, name, values), report.table.terms.attributes)
        found.append(Chip(field, title, text, urlencode(choice.pairs(*FIELDS.get(field, (field,))))))
    return found


def _worded(asked: Asking, name: str, values: Sequence[str]) -> Sequence[str]:
    """Return the values of a filter in words."""
    if name != Dimension.WEEKDAY.value:
        return values
    return [label_text(Label(Dimension.WEEKDAY, value, value), asked.locale) for value in values]


def _without(args: MultiDict[str, str], field: str) -> MultiDict[str, str]:
    """Return the query without its unreadable parts, so that everything else keeps the chosen values."""
    names = {
        "range": ("range", "first", "last", "go"),
        "filters": (FILTER,),
        "entered": FIELDS["entered"],
        "who": ("who", *FIELDS[PEOPLE]),
    }.get(field, (field,))
    return MultiDict([pair for pair in args.items(multi=True) if not pair[0].startswith(names)])


def _values(asked: Asking, choice: ReportChoice, report: Report | None) -> Mapping[str, Any]:
    """Return the names that the controls use."""
    context, query = asked.context, choice.query
    teams, view = visible_teams(context.team_context), asked.view(choice)
    attributes = offered_attributes(context, query)
    return {
        "choice": choice,
        "query": query,
        "choice_query": urlencode(choice.pairs()),
        "title": range_text(query.span, asked.locale),
        "teams": teams,
        "views": list_views(context.team_context, teams),
        "view": view,
        "view_changed": view is not None and changed_since(view, choice),
        "may_change": view is not None and may_change(context.team_context, view),
        "gone": list_words([localize(name) for name in choice.gone]),
        "presets": PRESETS,
        "dimensions": {one: dimension_name(one) for one in (*OFFERED, *attributes)},
        "name_of": dimension_name,
        "number_of": lambda bound: "" if bound is None else number_text(bound),
        "filter_pairs": filter_pairs,
        "column_units": COLUMNS,
        "figure_names": {one: text for one, text in FIGURES.items() if one not in OF_CLOSING},
        "hours": HOURS,
        "roundings": ROUNDINGS,
        "rounding": rounding_text(query.rounding),
        "levels": [*query.rows, ""][:MOST_LEVELS],
        "head_of_rows": list_words([dimension_name(one) for one in query.rows]) or localize(TOTAL),
        "ready_made": _ready_made(asked, choice),
        "chips": _chips(asked, choice, report) if report else (),
        "facets": facets(report, attributes) if report and choice.panel else (),
        "no_group": Group("", ""),
        "words_of": lambda dimension, group: label_text(Label(dimension, group.id, group.text), asked.locale),
        "with_text": sees_worklogs(report) if report else query.by_worklogs,
        **export_queries(choice, report),
        "figures_text": list_words([localize(FIGURES[one]) for one in query.figures]),
    }


def offered_attributes(context: Context, query: ReportQuery) -> Sequence[AttributeDimension]:
    """Return the attributes to group and limit by: those that worklogs may have, and those that are chosen already."""
    used = context.viewer_context.attributes.used()
    every = map(AttributeDimension, context.stores.attributes.all())
    return [one for one in every if one in query.dimensions or (used and not one.attribute.retired)]


def _charts(choice: ReportChoice) -> Mapping[str, Any]:
    """Return the names that the charts below the table use: each with its query, which folds the chosen one."""
    offered = charts_of(choice.query)
    chosen = choice.chart if choice.chart in offered else None
    rest = choice.pairs("chart")
    return {
        "charts": [
            (chart, CHARTS[chart], urlencode([*rest, *([] if chart is chosen else [("chart", chart.value)])]))
            for chart in offered
        ],
        "chart": chosen,
        "chart_query": urlencode(choice.pairs()),
        "unrounded": choice.query.rounding.rule is not RoundingRule.NONE,
    }


def _ready_made(asked: Asking, choice: ReportChoice) -> Sequence[tuple[str, str, str]]:
    """Return the name, the text, and the query of each ready-made report for the chosen time and range.

    *Who logged less than expected* is about teams, and ends today.
    """
    plain = ("rows", "columns", "figure", "sort", "short", "closed")
    query, today = choice.query, today_of(asked.context, asked.context.profile())
    found = []
    for name, text, pairs in READY_MADE:
        kept = choice.pairs(*plain)
        if name == BELOW_EXPECTED:
            kept = choice.pairs(*plain, *(("who",) if query.own else ()))
            kept += [("who", EVERY_TEAM)] if query.own else []
            if query.span.first <= today < query.span.last:
                days = [
                    ("range", "custom"),
                    ("first", query.span.first.isoformat()),
                    ("last", today.isoformat()),
                ]
                kept = [pair for pair in kept if pair[0] not in ("range", "first", "last")] + days
        found.append((name, text, urlencode([*kept, *pairs])))
    return found


def _shown(asked: Asking, report: Report) -> Mapping[str, Any]:
    """Return the names that the table and the line below it use."""
    profile, table = asked.context.profile(), report.table
    return {
        "table": asked.table(report),
        "report": table,
        "caption": range_text(table.terms.span, asked.locale),
        "problems": [localize(problem.what) for problem in table.problems if problem.absent],
        "notes": [localize(problem.what) for problem in table.problems if not problem.absent],
        "read_at": clock_time(report.source.read_at, profile.zone, asked.locale),
        "zone_name": profile.zone.key,
        "terms": said_terms(table.terms, profile.zone, asked.locale),
        "drawing": None,
        "closed": closed_text(*table.terms.as_closed) if table.terms.as_closed else "",
    }
