"""The names of the parts of a report: what it groups and limits by, its figures, columns, ranges, and charts."""

from __future__ import annotations

from collections.abc import Mapping

from timesheet.domain.message import in_context, message
from timesheet.domain.report.chart import Chart
from timesheet.domain.report.range import Preset
from timesheet.domain.report.terms import ROUNDING_STEPS, ColumnUnit, Dimension, Figure, Hours

DIMENSIONS: Mapping[Dimension, str] = {
    Dimension.PERSON: message("Person"),
    Dimension.LABEL: message("User label"),
    Dimension.TEAM: message("Team"),
    Dimension.ROLE: message("Role"),
    Dimension.PROJECT: message("Project"),
    Dimension.PARENT: message("Parent"),
    Dimension.ISSUE: message("Issue"),
    Dimension.TYPE: message("Issue type"),
    Dimension.STATUS: message("Status"),
    Dimension.COMPONENT: message("Component"),
    Dimension.DAY: message("Work date"),
    Dimension.WEEKDAY: message("Weekday"),
    Dimension.ENTERED: message("Entered on"),
    Dimension.WORKLOG: message("Worklog"),
}
WITHOUT: Mapping[Dimension, str] = {
    Dimension.LABEL: message("No label"),
    Dimension.TEAM: message("No team"),
    Dimension.ROLE: message("No role"),
    Dimension.PARENT: message("No parent"),
    Dimension.TYPE: message("Unknown issue type"),
    Dimension.STATUS: message("Unknown status"),
    Dimension.COMPONENT: message("No component"),
}
FIGURES: Mapping[Figure, str] = {
    Figure.SPENT: message("Spent"),
    Figure.CAPACITY: message("Capacity"),
    Figure.DIFFERENCE: message("Difference"),
    Figure.PERCENTAGE: message("Percentage"),
    Figure.ESTIMATE: message("Estimate"),
    Figure.REMAINING: message("Remaining"),
    Figure.PREVIOUS: message("Previous"),
    Figure.CHANGE: message("Change"),
    Figure.MISSING: message("Missing"),
    Figure.NOW: message("Spent now"),
    Figure.SINCE: message("Since closing"),
}
RECORDED: Mapping[Figure, str] = {
    Figure.SPENT: message("Spent as closed"),
    Figure.CAPACITY: message("Capacity as closed"),
}
"""The names of figures that are those of closings in a report of figures as closed."""
COLUMNS: Mapping[ColumnUnit, str] = {
    ColumnUnit.NONE: message("Total only"),
    ColumnUnit.DAY: in_context("a column for each day", "Days"),
    ColumnUnit.WEEK: message("Weeks"),
    ColumnUnit.MONTH: message("Months"),
    ColumnUnit.QUARTER: message("Quarters"),
}
PRESETS: Mapping[Preset, str] = {
    Preset.TODAY: message("Today"),
    Preset.YESTERDAY: message("Yesterday"),
    Preset.THIS_WEEK: message("This week"),
    Preset.LAST_WEEK: message("Last week"),
    Preset.THIS_MONTH: message("This month"),
    Preset.LAST_MONTH: message("Last month"),
    Preset.THIS_QUARTER: message("This quarter"),
    Preset.LAST_QUARTER: message("Last quarter"),
    Preset.THIS_YEAR: message("This year"),
    Preset.LAST_YEAR: message("Last year"),
    Preset.PERIOD: message("Current period"),
    Preset.LAST_PERIOD: message("Last period"),
    Preset.CUSTOM: message("Custom range"),
}
HOURS: Mapping[Hours, str] = {
    Hours.HM: message("Hours and minutes"),
    Hours.DECIMAL: message("Decimal hours"),
    Hours.DAYS: in_context("time is shown in days", "Days"),
}
TOTAL = message("Total")
ROUNDINGS: Mapping[str, str] = {
    "": message("Not rounded"),
    **{f"row-{step}": message("Rows up to {minutes} min", minutes=step) for step in ROUNDING_STEPS},
    **{f"group-{step}": message("Groups up to {minutes} min", minutes=step) for step in ROUNDING_STEPS},
}
NO_VALUE, NOT_SET = in_context("worklogs without a value", "None"), message("Not set")
CHARTS: Mapping[Chart, str] = {
    Chart.PEOPLE: message("People"),
    Chart.LOAD: message("Load"),
    Chart.BURN: message("Progress"),
    Chart.SHARE: message("Shares"),
    Chart.TREND: message("Trend"),
}
