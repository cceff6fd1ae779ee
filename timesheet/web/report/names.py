"""The names of what a report is made of, as its page and its files show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_day_names

from timesheet.domain.report_range import Preset
from timesheet.domain.report_table import Column, Label, ReportTerms
from timesheet.domain.report_terms import ColumnUnit, Dimension, Figure, Rounding, RoundingRule
from timesheet.domain.span import DateSpan, View, month_of
from timesheet.web.http.dates import date_and_time, day_head, full_date, iso_week, span_title
from timesheet.web.report.choice import STEPS, Hours

DIMENSIONS: Mapping[Dimension, str] = {
    Dimension.PERSON: "Person",
    Dimension.LABEL: "User label",
    Dimension.TEAM: "Team",
    Dimension.ROLE: "Role",
    Dimension.PROJECT: "Project",
    Dimension.PARENT: "Parent",
    Dimension.ISSUE: "Issue",
    Dimension.TYPE: "Issue type",
    Dimension.STATUS: "Status",
    Dimension.COMPONENT: "Component",
    Dimension.DAY: "Work date",
    Dimension.WEEKDAY: "Weekday",
    Dimension.WORKLOG: "Worklog",
}
WITHOUT: Mapping[Dimension, str] = {
    Dimension.LABEL: "No label",
    Dimension.TEAM: "No team",
    Dimension.ROLE: "No role",
    Dimension.PARENT: "No parent",
    Dimension.COMPONENT: "No component",
}
FIGURES: Mapping[Figure, str] = {
    Figure.SPENT: "Spent",
    Figure.CAPACITY: "Capacity",
    Figure.DIFFERENCE: "Difference",
    Figure.PERCENTAGE: "Percentage",
    Figure.ESTIMATE: "Estimate",
    Figure.REMAINING: "Remaining",
    Figure.PREVIOUS: "Previous",
    Figure.CHANGE: "Change",
}
COLUMNS: Mapping[ColumnUnit, str] = {
    ColumnUnit.NONE: "Total only",
    ColumnUnit.DAY: "Days",
    ColumnUnit.WEEK: "Weeks",
    ColumnUnit.MONTH: "Months",
    ColumnUnit.QUARTER: "Quarters",
}
PRESETS: Mapping[Preset, str] = {
    Preset.TODAY: "Today",
    Preset.YESTERDAY: "Yesterday",
    Preset.THIS_WEEK: "This week",
    Preset.LAST_WEEK: "Last week",
    Preset.THIS_MONTH: "This month",
    Preset.LAST_MONTH: "Last month",
    Preset.THIS_QUARTER: "This quarter",
    Preset.LAST_QUARTER: "Last quarter",
    Preset.THIS_YEAR: "This year",
    Preset.PERIOD: "Current period",
    Preset.CUSTOM: "Custom range",
}
HOURS: Mapping[Hours, str] = {
    Hours.HM: "Hours and minutes",
    Hours.DECIMAL: "Decimal hours",
    Hours.DAYS: "Days",
}
TOTAL = "Total"
ROUNDINGS: Mapping[str, str] = {
    "": "Not rounded",
    **{f"row-{step}": f"Rows up to {step} min" for step in STEPS},
    **{f"group-{step}": f"Groups up to {step} min" for step in STEPS},
}
DAYS_IN_WEEK = 7


def label_text(label: Label, locale: Locale) -> str:
    """Return the head of a row: days and weekdays in words, and what stands for a missing value."""
    if not label.key:
        return WITHOUT.get(label.dimension, "None")
    if label.dimension is Dimension.DAY:
        return full_date(date.fromisoformat(label.key), locale)
    if label.dimension is Dimension.WEEKDAY:
        return str(get_day_names("wide", locale=locale)[int(label.key)])
    return label.text


def span_text(span: DateSpan, unit: ColumnUnit, locale: Locale) -> str:
    """Return the days of a column as its head names them, shorter than in a sentence."""
    if unit is ColumnUnit.DAY:
        return day_head(span.first, locale)
    if unit is ColumnUnit.WEEK and len(span) == DAYS_IN_WEEK:
        return str(format_date(span.first, _week_pattern(span), locale=locale))
    if unit is ColumnUnit.MONTH and span == month_of(span.first):
        return str(format_date(span.first, "LLL yyyy", locale=locale))
    if unit is ColumnUnit.QUARTER and span.last == month_of(span.last).last and span.first.day == 1:
        return str(format_date(span.first, "QQQ yyyy", locale=locale))
    return range_text(span, locale)


def _week_pattern(span: DateSpan) -> str:
    year, week = iso_week(span)
    return f"'{year}-W{week:02d}'"


def range_text(span: DateSpan, locale: Locale) -> str:
    """Return a range of days in words: a month by its name, otherwise its first and last day."""
    return span_title(View.MONTH if span == month_of(span.first) else View.RANGE, span, locale)


def column_text(column: Column, unit: ColumnUnit, locale: Locale) -> str:
    """Return the head of a column without its figure."""
    return span_text(column.span, unit, locale) if column.span else TOTAL


def rounding_name(rounding: Rounding) -> str:
    """Return how printed time is rounded, in words."""
    minutes = rounding.step_seconds // 60
    if rounding.rule is RoundingRule.ROW:
        return f"Each innermost row up to {minutes} minutes"
    if rounding.rule is RoundingRule.GROUP:
        return f"Each outermost group up to {minutes} minutes"
    return "None"


def said_terms(terms: ReportTerms, zone: ZoneInfo, locale: Locale) -> list[tuple[str, str]]:
    """Return what was asked and read, as names and values in words, for a page and for the head of a file."""

    def at(instant: datetime | None) -> str:
        return f"{date_and_time(instant, zone, locale)} ({zone.key})" if instant else "nothing was read"

    names = {
        **{one.value: text for one, text in DIMENSIONS.items()},
        "text": "Comment contains",
        "jql": "JQL",
    }
    filters = [(names[name], ", ".join(values) or "None") for name, values in terms.filters if name != "late"]
    late = [("Only", "entered or changed after closing")] if dict(terms.filters).get("late") else []
    previous = [("Compared with", range_text(terms.previous, locale))] if terms.previous else []
    return [
        *([("Report", terms.title)] if terms.title else []),
        ("Time of", ", ".join(terms.teams) or terms.asked_by),
        ("Range", range_text(terms.span, locale)),
        *previous,
        ("Work dates", "in each person’s own time zone"),
        ("Rows", ", ".join(DIMENSIONS[one] for one in terms.rows) or TOTAL),
        ("Columns", COLUMNS[terms.column_unit]),
        ("Figures", ", ".join(FIGURES[one] for one in terms.figures)),
        *filters,
        *late,
        ("Rounded", rounding_name(terms.rounding)),
        ("Asked by", terms.asked_by),
        ("Asked", at(terms.asked_at)),
        ("Read", at(terms.read_at)),
        ("Complete", "yes" if terms.complete else "no"),
    ]
