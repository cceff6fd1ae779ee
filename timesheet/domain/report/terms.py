"""The terms of a report: what rows, columns, and cells can show, and how printed time is rounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from timesheet.domain.attribute.attribute import Attribute

ROUNDING_STEPS = (5, 6, 10, 15, 30, 60)
"""The steps to which printed time can be rounded up, in minutes."""


class Hours(StrEnum):
    """The format in which time is printed."""

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
"""The part that decides for each dimension, in the order in which a report offers the dimensions to limit it."""


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
SIGNED = frozenset({Figure.DIFFERENCE, Figure.CHANGE, Figure.SINCE})
"""The figures that may be negative."""
OF_CLOSING = frozenset({Figure.NOW, Figure.SINCE})
"""Figures that come with the time spent in a report of figures as closed, and are not chosen."""
OF_ISSUES = frozenset({Figure.ESTIMATE, Figure.REMAINING})
OF_PREVIOUS = frozenset({Figure.PREVIOUS, Figure.CHANGE})
OF_WHOLE_RANGE = OF_ISSUES | OF_PREVIOUS
"""Figures that exist for the whole range only, not for its columns."""


class RoundingRule(StrEnum):
    """The printed amounts that are rounded up: none, those of the innermost rows, or those of the outermost."""

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


NO_ROUNDING = Rounding()


@dataclass(frozen=True, slots=True)
class SortOrder:
    """The order of rows: by the column with the key ``column``, or by their names without one."""

    column: str = ""
    descending: bool = False

    def __str__(self) -> str:
        """Return it as addresses have it, such as ``-total:spent``."""
        return f"-{self.column}" if self.descending else self.column


BY_NAME = SortOrder()


def read_order(text: str) -> SortOrder:
    """Return the order that an address has; any text is a key, because a column may be gone from a report."""
    return SortOrder(text.removeprefix("-"), text.startswith("-"))
