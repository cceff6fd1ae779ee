"""A report as a flat file: one line for each innermost row, with typed values instead of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from timesheet.domain.attribute.attribute import Attribute, Kind
from timesheet.domain.attribute.values import displayed_values
from timesheet.domain.report.pivot import depth_of
from timesheet.domain.report.table import Cell, Column, Label, Table
from timesheet.domain.report.terms import (
    OF_CAPACITY,
    SIGNED,
    AnyDimension,
    AttributeDimension,
    Dimension,
    Figure,
    RoundingRule,
)

MOST_SHEET_ROWS = 1_048_574
"""The rows of a sheet that Excel opens, without head and total."""

Value: TypeAlias = "str | int | float | date | None"
"""The value of a cell of a file; a bool is an answer, yes or no."""


class FileKind(StrEnum):
    """The kinds of files; each value is the file's extension."""

    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"
    PDF = "pdf"


class ValueKind(StrEnum):
    """The type of the values in a column of a file.

    MINUTES and HUNDREDTHS are printed time: whole minutes, or hundredths of an hour or a day. SIGNED_MINUTES may be
    negative. SECONDS is exact time. PERCENTAGE is in tenths of a percent. ANSWER and NUMBER are values of attributes.
    """

    TEXT = "text"
    DATE = "date"
    LEVEL = "level"
    MINUTES = "minutes"
    SIGNED_MINUTES = "signed minutes"
    HUNDREDTHS = "hundredths"
    SECONDS = "seconds"
    PERCENTAGE = "percentage"
    ANSWER = "answer"
    NUMBER = "number"


class ColumnContent(StrEnum):
    """A column's part of a row's label, of its worklog's comment or attributes, or of one cell of the report."""

    LEVEL = "level"
    TEXT = "text"
    KEY = "key"
    DETAIL = "detail"
    DAY = "day"
    ENTERED = "entered"
    COMMENT = "comment"
    VALUE = "value"
    PRINTED = "printed"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class FileColumn:
    """One column of a file: of a ``dimension``, or of a ``column`` of the report, or neither for the level."""

    part: ColumnContent
    kind: ValueKind
    dimension: AnyDimension | None = None
    column: Column | None = None

    @property
    def name(self) -> str:
        """Return a name that is the same in every language."""
        if self.column is not None:
            return f"{self.column.key}:{self.part.value}"
        return f"{self.dimension.value}:{self.part.value}" if self.dimension else self.part.value


@dataclass(frozen=True, slots=True)
class FileRow:
    """One line; level 0 is the total, 1 an outermost row. ``values`` are one for each column."""

    level: int
    values: tuple[Value, ...]


PARTS: Mapping[AnyDimension, tuple[ColumnContent, ...]] = MappingProxyType(
    {
        Dimension.PERSON: (ColumnContent.TEXT, ColumnContent.KEY),
        Dimension.PROJECT: (ColumnContent.DETAIL, ColumnContent.TEXT),
        Dimension.PARENT: (ColumnContent.TEXT, ColumnContent.DETAIL),
        Dimension.ISSUE: (ColumnContent.TEXT, ColumnContent.DETAIL),
        Dimension.DAY: (ColumnContent.DAY,),
        Dimension.ENTERED: (ColumnContent.DAY,),
        Dimension.WORKLOG: (ColumnContent.TEXT, ColumnContent.ENTERED),
    }
)
"""The parts of a label that a file has; of other dimensions only its text."""
VALUE_KINDS: Mapping[Kind, ValueKind] = MappingProxyType(
    {Kind.CHECKBOX: ValueKind.ANSWER, Kind.TOGGLE: ValueKind.ANSWER, Kind.NUMBER: ValueKind.NUMBER}
)


class FlatTable:
    """The lines of a report's file.

    With a figure that does not exist in the innermost rows, such as the capacity of issues, or with rounded groups,
    the rows of all levels are lines, each with its level, so that nothing is left out and lines of one level add up.
    ``text_of`` gives the words for a label.
    """

    def __init__(self, table: Table, text_of: Callable[[Label], str]) -> None:
        self._table, self._text_of = table, text_of
        self.terms = table.terms
        rows = table.terms.rows
        grouped = table.terms.rounding.rule is RoundingRule.GROUP and len(rows) > 1
        self.every_level = grouped or any(
            depth_of(_base(one), rows) < len(rows) for one in table.terms.figures
        )
        self.columns = tuple(self._columns())

    def rows(self) -> Iterator[FileRow]:
        """Yield the lines without the total."""
        for row in self._table.rows():
            if self.every_level or not row.children:
                yield FileRow(row.level + 1, self._values(row.labels, row.cells))

    @property
    def total(self) -> FileRow:
        """Return the line of the total."""
        return FileRow(0, self._values((), self._table.totals))

    @property
    def total_place(self) -> int | None:
        """Return the place of the column that names the total, the first one of labels; None without rows."""
        return next((place for place, column in enumerate(self.columns) if column.dimension), None)

    def _columns(self) -> Iterator[FileColumn]:
        if self.every_level:
            yield FileColumn(ColumnContent.LEVEL, ValueKind.LEVEL)
        for dimension in self._table.terms.rows:
            for part in PARTS.get(dimension, (ColumnContent.TEXT,)):
                kind = (
                    ValueKind.DATE if part in (ColumnContent.DAY, ColumnContent.ENTERED) else ValueKind.TEXT
                )
                yield FileColumn(part, kind, dimension)
            if dimension is Dimension.WORKLOG:
                if self._table.comments is not None:
                    yield FileColumn(ColumnContent.COMMENT, ValueKind.TEXT, dimension)
                for attribute in self._table.attributes:
                    kind = VALUE_KINDS.get(attribute.kind, ValueKind.TEXT)
                    yield FileColumn(ColumnContent.VALUE, kind, AttributeDimension(attribute))
        for column in self._table.columns:
            if column.figure is Figure.PERCENTAGE:
                yield FileColumn(ColumnContent.PRINTED, ValueKind.PERCENTAGE, column=column)
            else:
                yield FileColumn(ColumnContent.PRINTED, self._printed_kind(column.figure), column=column)
                yield FileColumn(ColumnContent.EXACT, ValueKind.SECONDS, column=column)

    def _printed_kind(self, figure: Figure) -> ValueKind:
        if self._table.figures.decimal:
            return ValueKind.HUNDREDTHS
        return ValueKind.SIGNED_MINUTES if figure in SIGNED else ValueKind.MINUTES

    def _values(self, labels: Sequence[Label], cells: Sequence[Cell]) -> tuple[Value, ...]:
        by_dimension = {label.dimension: label for label in labels}
        found: list[Value] = []
        for column in self.columns:
            if column.column is not None:
                break
            found.append(
                len(labels) if column.part is ColumnContent.LEVEL else self._head(column, by_dimension)
            )
        for table_column, cell in zip(self._table.columns, cells, strict=True):
            found.append(cell.printed)
            if table_column.figure is not Figure.PERCENTAGE:
                found.append(cell.exact)
        return tuple(found)

    def _head(self, column: FileColumn, labels: Mapping[AnyDimension, Label]) -> Value:
        """Return the part of a label that a line shows; nothing if its row has no such level."""
        if column.part is ColumnContent.VALUE and isinstance(column.dimension, AttributeDimension):
            worklog = labels.get(Dimension.WORKLOG)
            return self._value(column.dimension.attribute, worklog.key) if worklog else None
        label = labels.get(column.dimension) if column.dimension else None
        if label is None:
            return None
        if column.part is ColumnContent.DAY:
            return date.fromisoformat(label.key)
        if column.part is ColumnContent.ENTERED:
            return date.fromisoformat(label.detail) if label.detail else None
        if column.part is ColumnContent.COMMENT:
            return (self._table.comments or {}).get(int(label.key))
        if column.part is ColumnContent.KEY:
            return label.key
        return label.detail if column.part is ColumnContent.DETAIL else self._text_of(label)

    def _value(self, attribute: Attribute, worklog: str) -> Value:
        """Return the value that a worklog has of an attribute; an option by its name."""
        values = self._table.values.get(int(worklog), {})
        value = values.get(attribute.id)
        if attribute.kind.answers:
            return value is True
        if value is None or (attribute.kind is Kind.NUMBER and not isinstance(value, bool | str)):
            return value
        return displayed_values([attribute], values)[0].text


def _base(figure: Figure) -> Figure:
    """Return the figure on which the existence of another depends.

    What is missing exists on fewer levels than the capacity: days do not have it.
    """
    if figure in OF_CAPACITY - {Figure.MISSING}:
        return Figure.CAPACITY
    return Figure.PREVIOUS if figure is Figure.CHANGE else figure
