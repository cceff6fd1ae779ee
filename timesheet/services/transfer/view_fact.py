"""Describe a saved view in words: each setting of its report, as the Reports page names it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from urllib.parse import parse_qsl

from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.calendar.workload_scheme import WEEKDAY_NAMES
from timesheet.domain.identifier import is_number
from timesheet.domain.message import message
from timesheet.domain.report import names as words
from timesheet.domain.report.attribute import filter_words
from timesheet.domain.report.group import BETWEEN
from timesheet.domain.report.query import Filter
from timesheet.domain.report.reference import (
    EVERY_TEAM,
    FILTER,
    GROUP,
    HAS,
    LEAST,
    MOST,
    NONE,
    OWN,
    Find,
    groups_named,
    limited_by,
)
from timesheet.domain.report.terms import OF_ATTRIBUTE, AttributeDimension, Dimension
from timesheet.domain.report.view import ReportView
from timesheet.services.transfer.fact import Fact, Facts, ObjectNames

OF_PROJECTS = f"{FILTER}{Dimension.PROJECT.value}"
SETTINGS: Mapping[str, str] = {
    "who": message("Time of"),
    "label": message("User label"),
    "range": message("Range"),
    "first": message("First day"),
    "last": message("Last day"),
    "rows": message("Rows"),
    "columns": message("Columns"),
    "figure": message("Figures"),
    "text": message("Comment contains"),
    "jql": message("JQL"),
    "late": message("Only"),
    "short": message("Only"),
    "entered-first": message("Entered on or after"),
    "entered-last": message("Entered on or before"),
    "closed": message("Closed periods"),
    "rounding": message("Rounding"),
    "hours": message("Format of time"),
    "chart": message("Charts"),
    "sort": message("Sorted by"),
}
PLAIN: Mapping[str, Mapping[str, str]] = {
    "range": {one.value: name for one, name in words.PRESETS.items()},
    "columns": {one.value: name for one, name in words.COLUMNS.items()},
    "figure": {one.value: name for one, name in words.FIGURES.items()},
    "late": {"1": message("Entered or changed after closing")},
    "short": {"1": message("People who logged less than expected in a week")},
    "closed": {"1": message("Closed periods as closed")},
    "rounding": words.ROUNDINGS,
    "hours": {one.value: name for one, name in words.HOURS.items()},
    "chart": {one.value: name for one, name in words.CHARTS.items()},
}
"""The settings with a fixed set of values, and their names."""
DIMENSIONS: Mapping[str, str] = {one.value: name for one, name in words.DIMENSIONS.items()}


def of_view(view: ReportView, names: ObjectNames) -> Facts:
    """Return the facts of a saved view of a team.

    Unknown values are shown as they are in the view: ids of issues, and codes of another version.
    """
    groups = tuple(sorted(groups_named(view.query)))
    projects = tuple(sorted({int(one) for one in _projects(view.query) if is_number(one)}))
    return {
        message("Name"): Fact(view.name, view.name),
        message("Report"): Fact(view.query, texts=tuple(_settings(view.query, names))),
        message("Groups"): Fact(" ".join(groups), groups=groups),
        message("Projects"): Fact(" ".join(map(str, projects)), projects=projects),
        message("People"): Fact(" ".join(sorted(view.people)), people=tuple(sorted(view.people))),
        message("The team’s report opens with this view"): Fact("yes", message("yes"))
        if view.default
        else Fact("no", message("no")),
    }


def _projects(query: str) -> Iterable[str]:
    return (part for name, value in parse_qsl(query) if name == OF_PROJECTS for part in value.split(BETWEEN))


def _settings(query: str, names: ObjectNames) -> Iterable[str]:
    """Yield each setting with its values; groups and projects, whose names Jira knows, are facts of their own."""
    settings: dict[str, list[str]] = {}
    limits: dict[str, Filter] = {}
    for name, value in parse_qsl(query):
        parts = value.split(BETWEEN) if name in ("who", "label") or name.startswith(FILTER) else [value]
        if name == GROUP:
            continue
        attribute, last = _attribute(name, names)
        if attribute:
            before = limits.get(attribute.id) or Filter(AttributeDimension(attribute))
            limits[attribute.id] = _limited(before, last, value, parts)
        elif name != OF_PROJECTS or NONE in parts:
            chosen = [NONE] if name == OF_PROJECTS else parts
            settings.setdefault(name, []).extend(_word(name, part, names) for part in chosen)
    for name, values in settings.items():
        yield _setting(_label(name), values)
    for limit in limits.values():
        if isinstance(limit.dimension, AttributeDimension):
            attribute = limit.dimension.attribute
            values = [one or words.NOT_SET for one in filter_words(limit, attribute)]
            yield _setting(attribute.name, values)


def _setting(label: str, values: Sequence[str]) -> str:
    return message("{setting}: {value}", setting=label, value=tuple(values))


def _label(name: str) -> str:
    return SETTINGS.get(name) or DIMENSIONS.get(name.removeprefix(FILTER), name)


def _attribute(name: str, names: ObjectNames) -> tuple[Attribute | None, str]:
    """Return the attribute that a field limits, and the last part of its name."""
    if not name.startswith(f"{FILTER}{OF_ATTRIBUTE}"):
        return None, ""
    dimension, last = limited_by(name)
    return names.attributes.get(dimension.removeprefix(OF_ATTRIBUTE)), last


def _limited(limit: Filter, last: str, value: str, parts: Sequence[str]) -> Filter:
    values, text, least, most = limit.values, limit.text, limit.least, limit.most
    if last == HAS:
        text = value
    elif last == LEAST:
        least = _number(value)
    elif last == MOST:
        most = _number(value)
    else:
        values |= {"" if part == NONE else part for part in parts}
    return Filter(limit.dimension, values, text, least, most)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _word(name: str, value: str, names: ObjectNames) -> str:
    """Return a value in words; unchanged if it is unknown."""
    if value == NONE and name == "rows":
        return words.TOTAL
    if value == NONE and name.startswith(FILTER):
        return _without(name)
    return PLAIN.get(name, {}).get(value) or _finder(name, names)(value) or value


def _without(name: str) -> str:
    dimension = next((one for one in Dimension if name == f"{FILTER}{one.value}"), None)
    return words.WITHOUT.get(dimension, words.NO_VALUE) if dimension else words.NO_VALUE


def _finder(name: str, names: ObjectNames) -> Find:
    """Return a function that finds the name of a value of a field."""
    teams = {**names.teams, OWN: message("My time"), EVERY_TEAM: message("All my teams")}
    finders: Mapping[str, Find] = {
        "who": teams.get,
        "label": names.labels.get,
        f"{FILTER}{Dimension.TEAM.value}": names.teams.get,
        f"{FILTER}{Dimension.LABEL.value}": names.labels.get,
        f"{FILTER}{Dimension.ROLE.value}": names.roles.get,
        f"{FILTER}{Dimension.WEEKDAY.value}": dict(zip("0123456", WEEKDAY_NAMES, strict=True)).get,
        "rows": lambda value: DIMENSIONS.get(value) or names.attribute(value.removeprefix(OF_ATTRIBUTE)),
        "sort": _order,
        **dict.fromkeys(("first", "last", "entered-first", "entered-last"), _day),
    }
    return finders.get(name, lambda _: None)


def _day(text: str) -> str | None:
    try:
        return message("{day}", day=date.fromisoformat(text))
    except ValueError:
        return None


def _order(text: str) -> str | None:
    """Return the column by which rows are sorted, such as ``-total:spent``, in words."""
    days, _, figure = text.removeprefix("-").partition(":")
    name = PLAIN["figure"].get(figure)
    if not name:
        return None
    column = words.TOTAL if days == "total" else _day(days) or days
    if text.startswith("-"):
        return message("{figure} ({column}), largest first", figure=name, column=column)
    return message("{figure} ({column}), smallest first", figure=name, column=column)
