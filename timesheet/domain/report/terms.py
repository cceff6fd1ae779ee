"""The query of a report: whose time, which days, and its groups, columns, and figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.span import DateSpan

LONGEST_REPORT = 731
"""The longest range of a report in days: two years, one of them a leap year."""
MOST_LEVELS = 4
MOST_DAY_COLUMNS = 93
"""A quarter and a day; more columns cannot be read on any screen."""
STEPS = (5, 6, 10, 15, 30, 60)
"""The steps to which printed time can be rounded up, in minutes."""


class Hours(StrEnum):
    """How time is printed."""

    HM = "hm"
    DECIMAL = "decimal"
    DAYS = "days"


class Dimension(StrEnum):
    """The property by which rows are grouped."""

    PERSON = "person"
    LABEL = "label"
    TEAM = "team"
    ROLE = "role"
    PROJECT = "project"
    PARENT = "parent"
    ISSUE = "issue"
    TYPE = "type"
    STATUS = "status"
    COMPONENT = "component"
    DAY = "day"
    WEEKDAY = "weekday"
    ENTERED = "entered"
    WORKLOG = "worklog"


@dataclass(frozen=True, slots=True)
class AttributeDimension:
    """Rows by the value that worklogs have of one attribute."""

    attribute: Attribute

    @property
    def value(self) -> str:
        """Return a name that is the same in every language."""
        return f"{OF_ATTRIBUTE}{self.attribute.id}"

    def __str__(self) -> str:
        return self.value


OF_ATTRIBUTE = "attribute-"
"""The first part of the names of dimensions of attributes."""
AnyDimension: TypeAlias = Dimension | AttributeDimension


class Field(StrEnum):
    """The part of a worklog that decides to which row of a dimension it belongs.

    ATTRIBUTES is the place of all its values among the different ones that occur.
    """

    PERSON = "person"
    TEAM = "team"
    ISSUE = "issue"
    DAY = "day"
    WORKLOG = "worklog"
    ENTERED = "entered"
    ATTRIBUTES = "attributes"


FIELD_OF: Mapping[Dimension, Field] = MappingProxyType(
    {
        Dimension.PERSON: Field.PERSON,
        Dimension.LABEL: Field.PERSON,
        Dimension.ROLE: Field.PERSON,
        Dimension.TEAM: Field.TEAM,
        Dimension.PROJECT: Field.ISSUE,
        Dimension.PARENT: Field.ISSUE,
        Dimension.ISSUE: Field.ISSUE,
        Dimension.TYPE: Field.ISSUE,
        Dimension.STATUS: Field.ISSUE,
        Dimension.COMPONENT: Field.ISSUE,
        Dimension.DAY: Field.DAY,
        Dimension.WEEKDAY: Field.DAY,
        Dimension.ENTERED: Field.ENTERED,
        Dimension.WORKLOG: Field.WORKLOG,
    }
)


def field_of(dimension: AnyDimension) -> Field:
    """Return the field that decides about the rows of a dimension."""
    return FIELD_OF[dimension] if isinstance(dimension, Dimension) else Field.ATTRIBUTES


SUMS: frozenset[AnyDimension] = frozenset(
    {
        Dimension.PERSON,
        Dimension.LABEL,
        Dimension.TEAM,
        Dimension.ROLE,
        Dimension.PROJECT,
        Dimension.DAY,
        Dimension.WEEKDAY,
    }
)
"""The dimensions that show no more than sums; the others need *View worklogs* for the time of others."""
CLOSED_ROWS = frozenset({Dimension.PERSON, Dimension.LABEL, Dimension.ROLE, Dimension.TEAM})
"""The dimensions of figures as closed: a closing keeps one sum for each member of its team."""


class ColumnUnit(StrEnum):
    """The stretch of days that one column shows; NONE shows only the whole range."""

    NONE = "none"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class Figure(StrEnum):
    """The figure that a cell shows. PREVIOUS is the time spent in the range before, CHANGE the difference from it.

    In a report of figures as closed, SPENT is the time that closings recorded, NOW the current time, and
    SINCE is NOW minus SPENT. MISSING is the time by which people are below their capacity in a column; other
    columns do not compensate.
    """

    SPENT = "spent"
    CAPACITY = "capacity"
    DIFFERENCE = "difference"
    PERCENTAGE = "percentage"
    ESTIMATE = "estimate"
    REMAINING = "remaining"
    PREVIOUS = "previous"
    CHANGE = "change"
    MISSING = "missing"
    NOW = "now"
    SINCE = "since"


OF_CAPACITY = frozenset({Figure.CAPACITY, Figure.DIFFERENCE, Figure.PERCENTAGE, Figure.MISSING})
OF_CLOSING = frozenset({Figure.NOW, Figure.SINCE})
"""Figures that come with the time spent in a report of figures as closed, and are not chosen."""
OF_PREVIOUS = frozenset({Figure.PREVIOUS, Figure.CHANGE})
OF_WHOLE_RANGE = frozenset({Figure.ESTIMATE, Figure.REMAINING, *OF_PREVIOUS})
"""Figures that exist for the whole range only, not for its columns."""


class RoundingRule(StrEnum):
    """Which printed amounts are rounded up: none, those of the innermost rows, or those of the outermost."""

    NONE = "none"
    ROW = "row"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Rounding:
    """The rule that rounds printed time up to whole steps. The time that Jira stores never changes."""

    rule: RoundingRule = RoundingRule.NONE
    step_seconds: int = 900

    def up(self, seconds: int) -> int:
        """Return the seconds rounded up to a whole step; an amount of whole steps stays as it is."""
        if self.rule is RoundingRule.NONE:
            return seconds
        return -(-seconds // self.step_seconds) * self.step_seconds


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that keeps worklogs with one of these ``values``, ids of a dimension.

    An empty id means without a value, such as without parent. Of an attribute with texts, also what contains
    ``text``; of one with numbers, also what is from ``least`` to ``most``.
    """

    dimension: AnyDimension
    values: frozenset[str] = frozenset()
    text: str = ""
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """The days on which worklogs were entered; None leaves the range open on that side."""

    first: date | None = None
    last: date | None = None

    @property
    def limits(self) -> bool:
        """Return True if worklogs entered on some days are left out."""
        return self.first is not None or self.last is not None

    @property
    def ordinals(self) -> range:
        """Return the days as proleptic ordinals."""
        first, last = self.first or date.min, self.last or date.max
        return range(first.toordinal(), last.toordinal() + 1)


NO_DAYS = Entered()


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """Everything that decides what a report shows.

    Without teams, labels, and groups it is the viewer's own time. ``label_ids`` and ``group_ids`` (Jira groups that
    teams follow) limit it to people of the teams, by default of all teams of the viewer. ``late`` limits it to
    worklogs that were entered or changed after their period was closed, ``short`` to people who logged less than
    expected in one of its weeks, ``entered`` to worklogs that were entered from a first to a last day in the zone of
    the report, either open. ``as_closed`` shows closed periods as their closings recorded them. ``sort`` is the key of
    a column, empty for the natural order.
    """

    span: DateSpan
    team_ids: tuple[str, ...] = ()
    every_team: bool = False
    label_ids: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()
    rows: tuple[AnyDimension, ...] = (Dimension.ISSUE,)
    column_unit: ColumnUnit = ColumnUnit.NONE
    figures: tuple[Figure, ...] = (Figure.SPENT,)
    filters: tuple[Filter, ...] = ()
    text: str = ""
    jql: str = ""
    rounding: Rounding = Rounding()
    late: bool = False
    short: bool = False
    as_closed: bool = False
    entered: Entered = NO_DAYS
    sort: str = ""
    descending: bool = False

    @property
    def own(self) -> bool:
        """Return True for a report of the viewer's own time."""
        return not (self.team_ids or self.every_team or self.by_people)

    @property
    def by_people(self) -> bool:
        """Return True for a report that is limited to people by label or by Jira group."""
        return bool(self.label_ids or self.group_ids)

    @property
    def compares(self) -> bool:
        """Return True if the range before is read too."""
        return not OF_PREVIOUS.isdisjoint(self.figures)

    @property
    def plans(self) -> bool:
        """Return True if a figure depends on capacity."""
        return self.short or not OF_CAPACITY.isdisjoint(self.figures)

    @property
    def dimensions(self) -> frozenset[AnyDimension]:
        """Return what rows are grouped or limited by."""
        return frozenset((*self.rows, *(one.dimension for one in self.filters)))

    @property
    def filter_count(self) -> int:
        """Return the number of chosen filters, whether the report can be shown or not."""
        others = (self.by_people, self.text, self.jql, self.late, self.short, self.entered.limits)
        return len(self.filters) + sum(map(bool, others))

    @property
    def only_sums(self) -> bool:
        """Return True if the report shows nothing beyond sums of people and projects."""
        return self.dimensions <= SUMS and not (self.text or self.jql or self.entered.limits)

    @property
    def by_worklogs(self) -> bool:
        """Return True if a filter is about single worklogs or what Jira finds, beside those by groups."""
        return bool(self.text or self.jql or self.late or self.entered.limits)

    @property
    def shown_figures(self) -> tuple[Figure, ...]:
        """Return the figures of the columns: as closed, the time spent comes with the time now and the difference."""
        if not self.as_closed:
            return self.figures
        spent = (Figure.SPENT, Figure.NOW, Figure.SINCE)
        return tuple(shown for one in self.figures for shown in (spent if one is Figure.SPENT else (one,)))

    @property
    def dates_entry(self) -> bool:
        """Return True if it matters on which day worklogs were entered."""
        return self.entered.limits or not self.dimensions.isdisjoint({Dimension.ENTERED, Dimension.WORKLOG})

    @property
    def by_attributes(self) -> bool:
        """Return True if rows or filters depend on attributes, or if each worklog is shown with its own."""
        used = self.dimensions
        return Dimension.WORKLOG in used or any(isinstance(one, AttributeDimension) for one in used)


def checked_query(query: ReportQuery) -> ReportQuery:
    """Return the query if a report can show it. Raise InvalidInput with a sentence for the field that is wrong."""
    days = len(query.span)
    if days > LONGEST_REPORT:
        raise InvalidInput(
            message(
                "{first} to {last} is {days} days. A report covers at most two years: choose a shorter range.",
                first=query.span.first,
                last=query.span.last,
                days=days,
            ),
            field="range",
        )
    if query.column_unit is ColumnUnit.DAY and days > MOST_DAY_COLUMNS:
        raise InvalidInput(
            message(
                "{days} days do not fit as columns, at most {most} do. Choose weeks or months.",
                days=days,
                most=MOST_DAY_COLUMNS,
            ),
            field="columns",
        )
    if len(set(query.rows)) != len(query.rows) or len(query.rows) > MOST_LEVELS:
        raise InvalidInput(
            message("Rows can have at most {most} levels, each a different one.", most=MOST_LEVELS),
            field="rows",
        )
    if query.entered.first and query.entered.last and query.entered.last < query.entered.first:
        raise InvalidInput(
            message("The days of “Entered on” end before they begin. Swap the two days."), field="entered"
        )
    if query.as_closed:
        _check_as_closed(query)
    if not query.figures:
        raise InvalidInput(message("Choose at least one figure."), field="figures")
    return query


def _check_as_closed(query: ReportQuery) -> None:
    """Raise InvalidInput for what closings do not record."""
    used = {*query.rows, *(one.dimension for one in query.filters)}
    if query.own:
        sentence = message("Your own time has no closing. Choose a team to see figures as closed.")
    elif not used <= CLOSED_ROWS or query.by_worklogs:
        sentence = message(
            "A closing keeps one sum for each member, so figures as closed are grouped and filtered only by person, "
            "user label, role, and team. Remove the other rows and filters, or show closed periods as of now."
        )
    elif query.compares or query.short:
        sentence = message(
            "Figures as closed cannot be compared with another range or limited to people below "
            "their expected time. Remove these choices, or show closed periods as of now."
        )
    else:
        return
    raise InvalidInput(sentence, field="closed")
