"""Name the parts of a report as its page and its files show them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, get_day_names

from timesheet.domain.attribute.attribute import Kind
from timesheet.domain.report.names import (
    COLUMNS,
    DIMENSIONS,
    FIGURES,
    NO_VALUE,
    NOT_SET,
    RECORDED,
    TOTAL,
    WITHOUT,
)
from timesheet.domain.report.query import ReportQuery
from timesheet.domain.report.range import quarter_of
from timesheet.domain.report.table import Column, Label, ReportTerms
from timesheet.domain.report.terms import (
    AnyDimension,
    AttributeDimension,
    ColumnUnit,
    Dimension,
    Figure,
    Rounding,
    RoundingRule,
)
from timesheet.domain.span import DAYS_IN_WEEK, DateSpan, month_of
from timesheet.services.report.limit import ENTERED, JQL, LATE, PEOPLE, SHORT, TEXT
from timesheet.web.http.dates import (
    date_and_time,
    day_head,
    full_date,
    iso_week,
    local_number,
    medium_date,
    month_head,
)
from timesheet.web.http.language import _, _n, date_words, list_words, localize
from timesheet.web.team.choice import period_title


def dimension_name(dimension: AnyDimension) -> str:
    """Return the name of a dimension; for an attribute, its name."""
    if isinstance(dimension, Dimension):
        return localize(DIMENSIONS[dimension])
    name = localize(dimension.attribute.name)
    return _("{name} (retired)", name=name) if dimension.attribute.retired else name


def head_of_rows(query: ReportQuery) -> str:
    """Return the head of the column with the names of the rows: their levels, from the outer to the inner one."""
    return " › ".join(map(dimension_name, query.rows)) or localize(TOTAL)


def _without_text(dimension: AnyDimension) -> str:
    """Return the text for a missing value of a dimension."""
    return localize(WITHOUT.get(dimension, NO_VALUE) if isinstance(dimension, Dimension) else NOT_SET)


def label_text(label: Label, locale: Locale) -> str:
    """Return the head of a row: days, weekdays, and numbers in words of the locale, and a text for a missing value."""
    if not label.key:
        return _without_text(label.dimension)
    if isinstance(label.dimension, AttributeDimension):
        text = localize(label.text)
        return local_number(text, locale) if label.dimension.attribute.kind is Kind.NUMBER else text
    return _day_text(label, locale) or localize(label.text)


def _day_text(label: Label, locale: Locale) -> str:
    """Return a day or a weekday in words; empty for anything else, such as what an address names as a day."""
    with suppress(ValueError, KeyError):
        if label.dimension in (Dimension.DAY, Dimension.ENTERED):
            return full_date(date.fromisoformat(label.key), locale)
        if label.dimension is Dimension.WEEKDAY:
            return str(get_day_names("wide", locale=locale)[int(label.key)])
    return ""


def listed_text(label: Label, locale: Locale) -> str:
    """Return the name of a value in the list of a filter, which has no room for a date in words."""
    with suppress(ValueError):
        if label.dimension is Dimension.DAY:
            return medium_date(date.fromisoformat(label.key), locale)
    return label_text(label, locale)


def detail_text(label: Label, locale: Locale) -> str:
    """Return the rest of the head of a row: the summary of an issue, or when a worklog was entered."""
    if label.dimension is Dimension.WORKLOG and label.detail:
        return _("entered on {day}", day=full_date(date.fromisoformat(label.detail), locale))
    return label.detail


def figure_text(figure: Figure, terms: ReportTerms) -> str:
    """Return the name of a figure in a report."""
    names = FIGURES if terms.as_closed is None else {**FIGURES, **RECORDED}
    return localize(names[figure])


def span_text(span: DateSpan, unit: ColumnUnit, locale: Locale) -> str:
    """Return the days of a column as its head names them, shorter than in a sentence."""
    if unit is ColumnUnit.DAY:
        return day_head(span.first, locale)
    if unit is ColumnUnit.WEEK and len(span) == DAYS_IN_WEEK:
        year, week = iso_week(span)
        return _("{year}-W{week}", year=year, week=f"{week:02d}")
    if unit is ColumnUnit.MONTH and span == month_of(span.first):
        return month_head(span.first, locale)
    if unit is ColumnUnit.QUARTER and span == quarter_of(span.first):
        return str(format_skeleton("yQQQ", datetime.combine(span.first, time()), locale=locale))
    return period_title(span, locale)


def column_text(column: Column, unit: ColumnUnit, locale: Locale) -> str:
    """Return the head of a column without its figure."""
    return span_text(column.span, unit, locale) if column.span else localize(TOTAL)


def _rounding_name(rounding: Rounding) -> str:
    """Return how printed time is rounded, in words."""
    minutes = rounding.step_seconds // 60
    if rounding.rule is RoundingRule.ROW:
        return _n(
            "Each innermost row up to {count} minute", "Each innermost row up to {count} minutes", minutes
        )
    if rounding.rule is RoundingRule.GROUP:
        return _n(
            "Each outermost group up to {count} minute", "Each outermost group up to {count} minutes", minutes
        )
    return _("Not rounded")


def describe_terms(terms: ReportTerms, zone: ZoneInfo, locale: Locale) -> list[tuple[str, str]]:
    """Return the terms of a report as names and values in words, for a page and for the head of a file."""

    def at(instant: datetime) -> str:
        return _("{moment} ({zone})", moment=date_and_time(instant, zone, locale), zone=zone.key)

    previous = [(_("Compared with"), period_title(terms.previous, locale))] if terms.previous else []
    only = _("Only issues in the scope of {teams}", teams=list_words(list(terms.scoped)))
    scope = [(_("Scope"), only)] if terms.scoped else []
    return [
        *([(_("Report"), terms.title)] if terms.title else []),
        (_("Time of"), list_words(list(terms.teams)) if terms.teams else terms.requested_by),
        *scope,
        (_("Range"), period_title(terms.span, locale)),
        *previous,
        (
            _("Work dates"),
            _("In each person’s own time zone") if terms.teams else _("In {zone}", zone=terms.zone),
        ),
        (_("Days of entry"), _("In {zone}", zone=terms.zone)),
        (_("Rows"), list_words([dimension_name(one) for one in terms.rows]) or localize(TOTAL)),
        (_("Columns"), localize(COLUMNS[terms.column_unit])),
        (_("Figures"), list_words([figure_text(one, terms) for one in terms.figures])),
        *(filter_text(name, values, terms.attributes, locale) for name, values in terms.filters),
        (_("Rounding"), _rounding_name(terms.rounding)),
        *([(_("Closed periods"), closed_text(*terms.as_closed))] if terms.as_closed else []),
        (_("Requested by"), terms.requested_by),
        (_("Requested"), at(terms.requested_at)),
        (_("Read"), at(terms.read_at)),
        (_("Complete (except archived projects)"), _("Yes") if terms.complete else _("No")),
    ]


def closed_text(closed: int, periods: int) -> str:
    """Return how many periods of a report are shown as closed, in words."""
    return _n(
        "{closed} of {count} period is closed and shown as closed",
        "{closed} of {count} periods are closed and shown as closed",
        periods,
        closed=closed,
    )


def filter_text(
    name: str, values: Sequence[str], attributes: Sequence[AttributeDimension], locale: Locale
) -> tuple[str, str]:
    """Return a filter and its values, in words."""
    if name == LATE:
        return _("Only"), _("Entered or changed after closing")
    if name == SHORT:
        return _("Only"), _("People who logged less than expected in a week")
    if name == PEOPLE:
        return _("People"), list_words([localize(value) for value in values])
    if name == ENTERED:
        return _("Entered on"), _entered_text(*values)
    if name == TEXT:
        return _("Comment contains"), values[0]
    if name == JQL:
        return _("JQL"), values[0]
    dimension = next((one for one in attributes if one.value == name), None) or Dimension(name)
    words = [label_text(Label(dimension, value, value), locale) for value in values]
    return dimension_name(dimension), list_words(words)


def _entered_text(first: str, last: str) -> str:
    """Return the days on which worklogs were entered, in words; one of them may be empty."""
    words = [date_words(date.fromisoformat(day)) if day else "" for day in (first, last)]
    if not first:
        return _("until {last}", last=words[1])
    return (
        _("{first} to {last}", first=words[0], last=words[1])
        if last
        else _("from {first} on", first=words[0])
    )
