"""Render a report: what can be chosen, the filters, the charts, the ready-made reports, and the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template
from werkzeug.datastructures import MultiDict

from timesheet.domain.alphabet import contains
from timesheet.domain.attribute.attribute import number_text
from timesheet.domain.message import message
from timesheet.domain.report.chart import charts_of, table_query
from timesheet.domain.report.group import Group
from timesheet.domain.report.names import CHARTS, COLUMNS, FIGURES, HOURS, PRESETS, ROUNDINGS
from timesheet.domain.report.query import MOST_LEVELS, ReportQuery
from timesheet.domain.report.reference import EVERY_TEAM, FILTER
from timesheet.domain.report.table import Label
from timesheet.domain.report.terms import (
    OF_CLOSING,
    OF_ISSUES,
    SUMS,
    AnyDimension,
    AttributeDimension,
    Dimension,
    RoundingRule,
)
from timesheet.domain.span import month_in
from timesheet.domain.team.team import Team
from timesheet.services.report.facet import Matches, facets, sees_worklogs
from timesheet.services.report.limit import ENTERED, JQL, LATE, PEOPLE, SHORT, TEXT
from timesheet.services.report.report import Report
from timesheet.services.report.source import shows_only_sums, visible_teams
from timesheet.services.report.view import TeamViews, Views, list_views, managed_teams, may_change
from timesheet.web.http.context import Context
from timesheet.web.http.dates import clock_time
from timesheet.web.http.language import _, list_words, localize
from timesheet.web.report.choice import (
    ENTERED_FIRST,
    ENTERED_LAST,
    ReportChoice,
    filter_pairs,
    link_query,
    rounding_text,
)
from timesheet.web.report.names import (
    closed_text,
    describe_terms,
    dimension_name,
    filter_text,
    head_of_rows,
    label_text,
    listed_text,
)
from timesheet.web.report.reader import ReportReader, changed_since
from timesheet.web.team.choice import period_title
from timesheet.web.worklog.attribute import typed_value

OFFERED = tuple(dimension for dimension in Dimension if dimension is not Dimension.WORKLOG)
"""The dimensions that the page offers to group by; single worklogs are behind the cells, and in files."""
EACH_WORKLOG = (Dimension.PERSON, Dimension.ISSUE, Dimension.DAY, Dimension.WORKLOG)
"""The rows of a file that lists single worklogs."""
BELOW_EXPECTED = "below-expected"
FIELDS = {
    PEOPLE: ("label", "group"),
    "range": ("range", "first", "last", "go"),
    "filters": (FILTER,),
    "entered": (ENTERED_FIRST, ENTERED_LAST),
    ENTERED: (ENTERED_FIRST, ENTERED_LAST),
    "who": ("who", "label", "group"),
}
"""The fields of what has several, or others than its name."""
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


@dataclass(frozen=True, slots=True)
class ReportFilterChip:
    """A chosen filter; ``rest`` is the query of the report without it."""

    field: str
    title: str
    text: str
    rest: str


def render_report(
    reader: ReportReader, choice: ReportChoice, report: Report | None = None, **more: object
) -> str:
    """Return the page's controls with the report, or without one if there is none to show."""
    report_values = {**_report_values(reader, report), **chart_names(choice)} if report else {}
    more = {
        "refusal": "",
        "layer": "",
        "mistyped": False,
        "settings_of": "",
        "view_gone": False,
        "reading": None,
        "wrong": "",
        "typed": {},
        **more,
    }
    return render_template(
        "report/_report.html", **{**_values(reader, choice, report), **report_values, **more}
    )


def _values(reader: ReportReader, choice: ReportChoice, report: Report | None) -> Mapping[str, Any]:
    """Return the names that the controls use."""
    context, query = reader.context, choice.query
    teams, view = visible_teams(context.team_context), reader.view(choice)
    month = month_in(query.span, context.viewer_context.today)
    return {
        **_offers(reader, choice, report),
        "choice": choice,
        "query": query,
        "choice_query": link_query(choice.pairs()),
        "title": period_title(query.span, reader.locale),
        "signed_month": (f"{month.first:%Y-%m}", period_title(month, reader.locale)),
        "teams": teams,
        "views": _offered_views(reader, teams),
        "view": view,
        "view_changed": view is not None and changed_since(view, choice),
        "may_change": view is not None and may_change(context.team_context, view),
        "gone": list_words([localize(name) for name in choice.gone]),
        "name_of": dimension_name,
        "number_of": lambda attribute, bound: (
            "" if bound is None else typed_value(attribute, number_text(bound))
        ),
        "filter_pairs": filter_pairs,
        "rounding": rounding_text(query.rounding),
        "levels": [*query.rows, ""][:MOST_LEVELS],
        "head_of_rows": head_of_rows(query),
        "chips": _chips(reader, choice, report) if report else (),
        "no_group": Group("", ""),
        "words_of": lambda dimension, group: label_text(
            Label(dimension, group.id, group.text), reader.locale
        ),
        "listed_text_of": lambda dimension, group: listed_text(
            Label(dimension, group.id, group.text), reader.locale
        ),
        "with_text": sees_worklogs(report) if report else query.by_worklogs,
        **_export_queries(choice, report),
        "figures_text": list_words([localize(FIGURES[one]) for one in query.figures]),
    }


def _offers(reader: ReportReader, choice: ReportChoice, report: Report | None) -> Mapping[str, Any]:
    """Return what can be chosen, besides teams and views."""
    query, only_sums = choice.query, shows_only_sums(reader.context.team_context, choice.query)
    attributes = offered_attributes(reader.context, query)
    return {
        "presets": PRESETS,
        "dimensions": {
            one: dimension_name(one)
            for one in (*OFFERED, *attributes)
            if not only_sums or one in SUMS or one in query.rows
        },
        "column_units": COLUMNS,
        "figure_names": {
            one: text
            for one, text in FIGURES.items()
            if one not in OF_CLOSING and (not only_sums or one not in OF_ISSUES or one in query.figures)
        },
        "hours": HOURS,
        "roundings": ROUNDINGS,
        "ready_made": _ready_made(reader, choice),
        "facets": facets(report, attributes, _matches(reader, choice)) if report and choice.panel else (),
        "finds": dict(choice.finds),
    }


def _matches(reader: ReportReader, choice: ReportChoice) -> Matches:
    """Return what finds a group in a long list of a filter: the text that is typed there, in what the list shows."""
    finds = dict(choice.finds)

    def matches(dimension: AnyDimension, group: Group) -> bool:
        typed = finds.get(str(dimension))
        if not typed:
            return True
        label = Label(dimension, group.id, group.text)
        listed, words = listed_text(label, reader.locale), label_text(label, reader.locale)
        return contains(f"{listed} {words} {group.detail}", typed)

    return matches


def _chips(reader: ReportReader, choice: ReportChoice, report: Report) -> Sequence[ReportFilterChip]:
    """Return the chosen filters and the rounding, each with the query of the report without it."""
    found = []
    for name, values in report.table.terms.filters:
        field = name if name in (TEXT, JQL, LATE, SHORT, PEOPLE, ENTERED) else f"{FILTER}{name}"
        title, text = filter_text(name, values, report.table.terms.attributes, reader.locale)
        found.append(
            ReportFilterChip(field, title, text, link_query(choice.pairs(*FIELDS.get(field, (field,)))))
        )
    rounding = choice.query.rounding
    if rounding.rule is not RoundingRule.NONE:
        text = localize(ROUNDINGS[rounding_text(rounding)])
        found.append(ReportFilterChip("rounding", _("Rounding"), text, link_query(choice.pairs("rounding"))))
    return found


def _export_queries(choice: ReportChoice, report: Report | None) -> Mapping[str, str]:
    """Return the queries of the report as a file: as it is shown, and with each worklog if the viewer may see them."""
    if report is None:
        return {"export_query": "", "worklog_query": ""}
    each = [("rows", one.value) for one in EACH_WORKLOG]
    return {
        "export_query": link_query(choice.pairs("panel")),
        "worklog_query": link_query(
            [*choice.pairs("panel", "rows", "sort", "figure", "columns", "closed"), *each]
        )
        if sees_worklogs(report)
        else "",
    }


def offered_attributes(context: Context, query: ReportQuery) -> Sequence[AttributeDimension]:
    """Return the attributes to group and limit by: those that worklogs may have, and those that are chosen already.

    Retired ones come last. Worklogs may have values of them, which only Jira knows.
    """
    used = context.viewer_context.attributes.used()
    every = sorted(context.stores.attributes.all(), key=lambda attribute: attribute.retired)
    return [one for one in map(AttributeDimension, every) if used or one in query.dimensions]


def chart_names(choice: ReportChoice) -> Mapping[str, Any]:
    """Return the names that the charts below the table use: each with its query, which folds the chosen one."""
    offered = charts_of(choice.query)
    chosen = choice.chart if choice.chart in offered else None
    rest = choice.pairs("chart")
    tabled = choice.query if chosen is None else table_query(choice.query, chosen)
    shown = replace(choice.query, order=tabled.order) == tabled
    return {
        "charts": [
            (
                chart,
                CHARTS[chart],
                link_query([*rest, *([] if chart is chosen else [("chart", chart.value)])]),
            )
            for chart in offered
        ],
        "chart": chosen,
        "chart_query": link_query(choice.pairs()),
        "table_query": "" if shown else link_query(replace(choice, query=tabled).pairs()),
        "unrounded": choice.query.rounding.rule is not RoundingRule.NONE,
    }


def _offered_views(reader: ReportReader, teams: Sequence[Team]) -> Views:
    """Return the views that the viewer can open, and those that they may change whether they can be shown or not."""
    found = list_views(reader.context.team_context, teams)
    managed = {team.id for team in managed_teams(reader.context.team_context)} if found.teams else set()
    of_teams = [
        TeamViews(one.team, [view for view in one.views if one.team.id in managed or reader.may_open(view)])
        for one in found.teams
    ]
    return Views(found.own, [one for one in of_teams if one.views])


def _ready_made(reader: ReportReader, choice: ReportChoice) -> Sequence[tuple[str, str, str]]:
    """Return the name, the text, and the query of each ready-made report for the chosen time and range.

    What the viewer may not see is not offered. *Who logged less than expected* is about teams, and ends today.
    """
    plain = ("rows", "columns", "figure", "sort", "short", "closed")
    query, today = choice.query, reader.context.viewer_context.today
    found = []
    for name, text, pairs in READY_MADE:
        query_pairs = choice.pairs(*plain)
        if name == BELOW_EXPECTED:
            query_pairs = choice.pairs(*plain, *(("who",) if query.own else ()))
            query_pairs += [("who", EVERY_TEAM)] if query.own else []
            if query.span.first <= today < query.span.last:
                days = [
                    ("range", "custom"),
                    ("first", query.span.first.isoformat()),
                    ("last", today.isoformat()),
                ]
                query_pairs = [
                    pair for pair in query_pairs if pair[0] not in ("range", "first", "last")
                ] + days
        asked = [*query_pairs, *pairs]
        if reader.may_show(reader.choice(MultiDict(asked)).query):
            found.append((name, text, link_query(asked)))
    return found


def _report_values(reader: ReportReader, report: Report) -> Mapping[str, Any]:
    """Return the names that the table and the line below it use."""
    profile, table = reader.context.profile(), report.table
    return {
        "table": reader.table(report),
        "report": table,
        "caption": period_title(table.terms.span, reader.locale),
        "problems": [problem for problem in table.problems if problem.absent],
        "notes": [localize(problem.what) for problem in table.problems if not problem.absent],
        "read_at": clock_time(report.source.read_at, profile.zone, reader.locale),
        "zone_name": profile.zone.key,
        "terms": describe_terms(table.terms, profile.zone, reader.locale),
        "drawing": None,
        "closed": closed_text(*table.terms.as_closed) if table.terms.as_closed else "",
    }
