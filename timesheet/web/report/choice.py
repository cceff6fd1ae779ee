"""Read a report from the query of an address, and write it back: a link to a report is its query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from timesheet.domain.attribute.attribute import Attribute, Kind, number_text, read_value
from timesheet.domain.day_text import read_date
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identifier import is_id, read_account_id, read_group_id, read_id
from timesheet.domain.message import message
from timesheet.domain.report.attribute import choosable
from timesheet.domain.report.chart import Chart
from timesheet.domain.report.group import BETWEEN
from timesheet.domain.report.query import Entered, Filter, ReportQuery
from timesheet.domain.report.range import ONE_DAY, PeriodOf, Preset, around, preset_span
from timesheet.domain.report.reference import (
    EVERY_TEAM,
    FILTER,
    HAS,
    LEAST,
    MOST,
    NONE,
    OF_PEOPLE,
    OWN,
    limited_by,
)
from timesheet.domain.report.terms import (
    NO_ROUNDING,
    OF_ATTRIBUTE,
    OF_CLOSING,
    ROUNDING_STEPS,
    AnyDimension,
    AttributeDimension,
    ColumnUnit,
    Dimension,
    Figure,
    Hours,
    Rounding,
    RoundingRule,
    read_order,
)
from timesheet.domain.report.view import ReportView
from timesheet.domain.span import DateSpan

MOST_TEAMS = 50
MOST_VALUES = 500
LONGEST_VALUE = 400
LONGEST_TEXT = 200
LONGEST_JQL = 2000
FIND = "find-"
"""What precedes the name of a filter in the name of the field that searches its long list."""
ENTERED_FIRST, ENTERED_LAST = "entered-first", "entered-last"
GONE_ATTRIBUTE = message("a deleted attribute")
GONE_VALUE = message("an unknown value of “{attribute}”")
FIRST_ROWS: tuple[AnyDimension, ...] = (Dimension.PROJECT, Dimension.ISSUE)

Choice = TypeVar("Choice", bound=StrEnum | AttributeDimension)
Default = TypeVar("Default")


@dataclass(frozen=True, slots=True)
class ReportChoice:
    """A report and how its page shows it. ``preset`` named its range, with the ranges before and after.

    ``hours`` is None for the person's setting. ``panel`` is True while the list of filters is open; ``chart`` is drawn
    below the table. ``view`` is the id of the saved view that it was opened with; ``gone`` are the names in that view,
    or else in the link, that reports do not have. ``finds`` are the texts for which long lists of filters are searched,
    by the dimension of the list; a link has none of them.
    """

    query: ReportQuery
    preset: Preset
    previous: DateSpan
    next: DateSpan
    hours: Hours | None = None
    panel: bool = False
    chart: Chart | None = None
    view: str = ""
    gone: tuple[str, ...] = ()
    finds: tuple[tuple[str, str], ...] = ()

    @property
    def who(self) -> str:
        """Return the chosen time: the viewer's own, of every team, of one team, or of several."""
        if self.query.own:
            return OWN
        if not self.query.team_ids:
            return EVERY_TEAM
        return BETWEEN.join(self.query.team_ids)

    def pairs(self, *without: str) -> list[tuple[str, str]]:
        """Return the query of a link to this report, without the fields whose names begin with one of these."""
        query = self.query
        found = [
            ("who", self.who),
            *(("label", id_) for id_ in query.label_ids),
            *(("group", id_) for id_ in query.group_ids),
            ("range", self.preset.value),
            ("first", query.span.first.isoformat()),
            ("last", query.span.last.isoformat()),
            *(("rows", name) for name in [one.value for one in query.rows] or [NONE]),
            ("columns", query.column_unit.value),
            *(("figure", one.value) for one in query.figures),
            *(pair for one in query.filters for pair in filter_pairs(one)),
            ("text", query.text),
            ("jql", query.jql),
            ("late", "1" if query.late else ""),
            (ENTERED_FIRST, query.entered.first.isoformat() if query.entered.first else ""),
            (ENTERED_LAST, query.entered.last.isoformat() if query.entered.last else ""),
            ("short", "1" if query.short else ""),
            ("closed", "1" if query.as_closed else ""),
            ("rounding", rounding_text(query.rounding)),
            ("hours", self.hours.value if self.hours else ""),
            ("sort", str(query.order)),
            ("panel", "1" if self.panel else ""),
            ("chart", self.chart.value if self.chart else ""),
            ("view", self.view),
        ]
        return [(name, value) for name, value in found if value and not name.startswith(without)]


def link_query(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the query of an address. The values of a filter share one field there, so that the address holds more."""
    values = dict[str, list[str]]()
    for name, value in (listed := list(pairs)):
        values.setdefault(name, []).append(value)
    limits = {name: BETWEEN.join(values[name]) for name in values if name.startswith(FILTER)}
    rest = [pair for pair in listed if pair[0] not in limits]
    return urlencode([*rest, *limits.items()])


def stored_query(choice: ReportChoice) -> tuple[str, frozenset[str]]:
    """Return the query of a report as a saved view keeps it, and the people of its filter, which are kept apart.

    A named range stays relative to the day on which the view is opened. Raise InvalidInput for an invalid account id.
    """
    days = () if choice.preset is Preset.CUSTOM else ("first", "last")
    named = next((one for one in choice.query.filters if one.dimension is Dimension.PERSON), None)
    people = (read_account_id(who, "filters") for who in (named.values if named else ()))
    return urlencode(choice.pairs("view", "panel", OF_PEOPLE, *days)), frozenset(people)


def opened_query(view: ReportView) -> MultiDict[str, str]:
    """Return the query of a saved view."""
    people = [(OF_PEOPLE, who) for who in sorted(view.people)]
    return MultiDict([*parse_qsl(view.query), *people, ("view", view.id)])


def gone_names(args: MultiDict[str, str], attributes: Sequence[Attribute]) -> tuple[str, ...]:
    """Return the names in a saved view or a link that reports do not have, as written there.

    An attribute that no longer exists has no name.
    """
    dimensions = _values(_dimensions_of(attributes))
    limited = [(dimensions, limited_by(name)[0]) for name in args if name.startswith(FILTER)]
    rows = [(dimensions, name) for name in args.getlist("rows") if name != NONE]
    figures = [(_values(Figure), name) for name in args.getlist("figure")]
    columns = [(_values(ColumnUnit), name) for name in args.getlist("columns")]
    ranges = [(_values(Preset), name) for name in args.getlist("range")]
    named = (*rows, *columns, *figures, *limited, *ranges)
    removed = [name for known, name in named if name and name not in known]
    names = [GONE_ATTRIBUTE if name.startswith(OF_ATTRIBUTE) else name for name in removed]
    return tuple(dict.fromkeys([*names, *_gone_values(args, attributes)]))


def _gone_values(args: MultiDict[str, str], attributes: Sequence[Attribute]) -> Sequence[str]:
    """Return a text for each attribute that is limited to values which it does not have; these are left out."""
    return [
        message(GONE_VALUE, attribute=one.name)
        for one in attributes
        if not _chosen_ids(args, AttributeDimension(one)) <= choosable(one)
    ]


def _dimensions_of(attributes: Iterable[Attribute]) -> Sequence[AnyDimension]:
    """Return everything that rows can be grouped and limited by."""
    return [*Dimension, *map(AttributeDimension, attributes)]


def _values(choices: Iterable[AnyDimension | StrEnum]) -> frozenset[str]:
    return frozenset(str(choice.value) for choice in choices)


def filter_pairs(one: Filter) -> Sequence[tuple[str, str]]:
    """Return a filter as fields of a form, without empty ones."""
    name = f"{FILTER}{one.dimension.value}"
    bounds = [(LEAST, one.least), (MOST, one.most)]
    return [
        *((name, value or NONE) for value in sorted(one.values)),
        *([(f"{name}{HAS}", one.text)] if one.text else []),
        *((f"{name}{last}", number_text(bound)) for last, bound in bounds if bound is not None),
    ]


def read_choice(
    args: MultiDict[str, str],
    today: date,
    week_start: int,
    period_of: PeriodOf,
    attributes: Sequence[Attribute] = (),
) -> ReportChoice:
    """Return the report in a query; by default the viewer's own month. Raise InvalidInput for invalid values.

    ``attributes`` are all of the site; others are left out like everything that reports do not know.
    """
    dimensions = _dimensions_of(attributes)
    preset, span = _range(args, today, week_start, period_of)
    label_ids = tuple(read_id(id_, "who") for id_ in dict.fromkeys(args.getlist("label")))
    group_ids = tuple(read_group_id(id_, "who") for id_ in dict.fromkeys(args.getlist("group")))
    who = BETWEEN.join(args.getlist("who")) or (EVERY_TEAM if label_ids or group_ids else OWN)
    if len(label_ids) + len(group_ids) > MOST_VALUES:
        raise InvalidInput(
            message("Choose at most {most} values in a filter.", most=MOST_VALUES), field="who"
        )
    query = ReportQuery(
        span=span,
        team_ids=_teams(who),
        every_team=who == EVERY_TEAM,
        label_ids=label_ids if who != OWN else (),
        group_ids=group_ids if who != OWN else (),
        rows=_rows(args, dimensions),
        column_unit=_one(ColumnUnit, args.get("columns", ""), ColumnUnit.NONE),
        figures=_figures(args),
        filters=_filters(args, dimensions),
        text=args.get("text", "").strip()[:LONGEST_TEXT],
        jql=_jql(args.get("jql", "")),
        rounding=_rounding(args.get("rounding", "")),
        late=args.get("late") == "1",
        short=args.get("short") == "1",
        as_closed=args.get("closed") == "1",
        entered=Entered(_day(args, ENTERED_FIRST), _day(args, ENTERED_LAST)),
        order=read_order(args["by"] if "by" in args else args.get("sort", "")),
    )
    panel = (args.get("filters") or args.get("panel", "")) == "1"
    chart = _one(Chart, args.get("chart", ""), None)
    view = args.get("view", "")
    before, after = around(span, period_of)
    hours = _one(Hours, args.get("hours", ""), None)
    return ReportChoice(
        query=query,
        preset=preset,
        previous=before,
        next=after,
        hours=hours,
        panel=panel,
        chart=chart,
        view=view if is_id(view) else "",
        finds=tuple(
            (name.removeprefix(FIND), text.strip()[:LONGEST_TEXT])
            for name, text in args.items()
            if name.startswith(FIND)
        ),
    )


def _range(
    args: MultiDict[str, str], today: date, week_start: int, period_of: PeriodOf
) -> tuple[Preset, DateSpan]:
    """Return the range: the one to which an arrow leads, a named one, or the typed days."""
    if go := args.get("go"):
        first, _, last = go.partition(BETWEEN)
        return Preset.CUSTOM, _span(first, last)
    preset = _one(Preset, args.get("range", ""), Preset.THIS_MONTH)
    if preset is Preset.CUSTOM and args.get("first"):
        return preset, _span(args["first"], args.get("last") or args["first"])
    period = period_of(today)
    before = period_of(period.first - ONE_DAY)
    return preset, preset_span(preset, today, week_start, period, before)


def _span(first: str, last: str) -> DateSpan:
    start, end = read_date(first, "range"), read_date(last, "range")
    if end < start:
        raise InvalidInput(message("The range ends before it begins. Swap its two days."), field="range")
    return DateSpan(start, end)


def _day(args: MultiDict[str, str], name: str) -> date | None:
    return read_date(args[name], "entered") if args.get(name) else None


def _teams(who: str) -> tuple[str, ...]:
    if who in (OWN, EVERY_TEAM, ""):
        return ()
    ids = tuple(dict.fromkeys(read_id(part, "who") for part in who.split(BETWEEN)))
    if len(ids) > MOST_TEAMS:
        raise InvalidInput(
            message("Choose at most {most} teams, or all of them.", most=MOST_TEAMS), field="who"
        )
    return ids


def _rows(args: MultiDict[str, str], dimensions: Sequence[AnyDimension]) -> tuple[AnyDimension, ...]:
    return tuple(_known(dimensions, args.getlist("rows"))) if "rows" in args else FIRST_ROWS


def _figures(args: MultiDict[str, str]) -> tuple[Figure, ...]:
    chosen = [one for one in _known(Figure, args.getlist("figure")) if one not in OF_CLOSING]
    return tuple(chosen) or (Figure.SPENT,)


def _filters(args: MultiDict[str, str], dimensions: Sequence[AnyDimension]) -> tuple[Filter, ...]:
    """Return the filters. A value may be several ids of one name; ``none`` means without a value."""
    found = list[Filter]()
    for dimension in dimensions:
        ids = _chosen_ids(args, dimension)
        if len(ids) > MOST_VALUES:
            raise InvalidInput(
                message("Choose at most {most} values in a filter.", most=MOST_VALUES), field="filters"
            )
        limit = Filter(dimension, ids)
        if isinstance(dimension, AttributeDimension):
            limit = _by_value(
                args, replace(limit, values=ids & choosable(dimension.attribute)), dimension.attribute
            )
        if limit != Filter(dimension):
            found.append(limit)
    return tuple(found)


def _chosen_ids(args: MultiDict[str, str], dimension: AnyDimension) -> frozenset[str]:
    values = [value for value in args.getlist(f"{FILTER}{dimension.value}") if value]
    # A name that many projects have, such as that of a status, is a long value. Half an id would be another one.
    parts = [part for value in values for part in value.split(BETWEEN)]
    return frozenset("" if part == NONE else part[:LONGEST_VALUE] for part in parts)


def is_bound(field: str) -> bool:
    """Return True for a field with the smallest or the largest number of an attribute."""
    return field.startswith(FILTER) and limited_by(field)[1] in (LEAST, MOST)


def _by_value(args: MultiDict[str, str], limit: Filter, attribute: Attribute) -> Filter:
    """Return a filter by an attribute with the wanted text or numbers. Raise InvalidInput for bad numbers."""
    name = f"{FILTER}{limit.dimension.value}"
    if attribute.kind is Kind.TEXT:
        return replace(limit, text=args.get(f"{name}{HAS}", "").strip()[:LONGEST_TEXT])
    if attribute.kind is not Kind.NUMBER:
        return limit
    least, most = (_bound(attribute, args, f"{name}{last}") for last in (LEAST, MOST))
    if least is not None and most is not None and least > most:
        raise InvalidInput(
            message("The smallest “{name}” is above the largest. Swap the two.", name=attribute.name),
            field=f"{name}{MOST}",
        )
    return replace(limit, least=least, most=most)


def _bound(attribute: Attribute, args: MultiDict[str, str], field: str) -> float | None:
    try:
        value = read_value(attribute, args.get(field, ""))
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field=field) from None
    return float(value) if isinstance(value, int | float) else None


def _jql(text: str) -> str:
    if len(text) > LONGEST_JQL:
        raise InvalidInput(
            message("JQL can have at most {most} characters here.", most=LONGEST_JQL), field="jql"
        )
    return text.strip()


def rounding_text(rounding: Rounding) -> str:
    """Return a rounding as its field holds it, empty for none."""
    if rounding.rule is RoundingRule.NONE:
        return ""
    return f"{rounding.rule.value}-{rounding.step_seconds // 60}"


def _rounding(text: str) -> Rounding:
    rule, _, minutes = text.partition("-")
    chosen = _one(RoundingRule, rule, RoundingRule.NONE)
    if chosen is RoundingRule.NONE or minutes not in map(str, ROUNDING_STEPS):
        return NO_ROUNDING
    return Rounding(chosen, int(minutes) * 60)


def _known(choices: Iterable[Choice], names: Iterable[str]) -> Sequence[Choice]:
    """Return those that exist, each once; unknown names, as in an old link, are left out."""
    by_value = {str(choice.value): choice for choice in choices}
    return [by_value[name] for name in dict.fromkeys(names) if name in by_value]


def _one(choices: Iterable[Choice], name: str, default: Default) -> Choice | Default:
    return next((choice for choice in choices if choice.value == name), default)
