"""A finished report: columns, rows with labels and cells, totals, and what could not be read.

Screens, files, and charts are made from it; none of them computes a figure of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.attribute.values import AttributeValues
from timesheet.domain.figures import Figures
from timesheet.domain.report.terms import AnyDimension, AttributeDimension, ColumnUnit, Figure, Rounding
from timesheet.domain.span import DateSpan


@dataclass(frozen=True, slots=True)
class Label:
    """The head of a row. ``key`` is stable, ``text`` is for people.

    Both are empty for a missing value, such as the parent of an issue without one. ``detail`` is more text,
    such as the summary of an issue; ``issue_key`` links to an issue.
    """

    dimension: AnyDimension
    key: str
    text: str
    detail: str = ""
    issue_key: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One figure over some days. ``span`` is None for the whole range. ``key`` names it in links and for sorting."""

    span: DateSpan | None
    figure: Figure

    @property
    def key(self) -> str:
        """Return the first day, or ``total``, and the figure."""
        return f"{self.span.first.isoformat() if self.span else 'total'}:{self.figure.value}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: ``exact`` in seconds, ``printed`` in the printed units of the table's format.

    Percentages are in tenths of a percent. Both are None if the figure does not exist here.
    """

    exact: int | None
    printed: int | None


NO_FIGURE = Cell(None, None)


@dataclass(frozen=True, slots=True)
class Row:
    """One row, with the labels from the outermost to its own, and the number of rows one level below."""

    labels: tuple[Label, ...]
    cells: tuple[Cell, ...]
    children: int

    @property
    def level(self) -> int:
        """Return 0 for an outermost row."""
        return len(self.labels) - 1

    @property
    def label(self) -> Label:
        """Return the row's own label."""
        return self.labels[-1]

    @property
    def path(self) -> tuple[str, ...]:
        """Return the keys of the labels, which name the row in its report."""
        return tuple(label.key for label in self.labels)


@dataclass(frozen=True, slots=True)
class ReadProblem:
    """Something that could not be read. With ``absent``, time that exists is missing from the figures.

    ``settings_of`` is the id of the team whose settings the viewer may change to solve it. ``of_former`` is True if it
    is the time of former users.
    """

    what: str
    absent: bool
    settings_of: str = ""
    of_former: bool = False


@dataclass(frozen=True, slots=True)
class ReportTerms:
    """The settings and sources of a report, so that a figure on paper can be checked and repeated.

    ``teams`` are names, none for the viewer's own time. ``filters`` are a dimension, ``text``, ``jql``, or
    ``late``, each with what it is limited to. ``requested_at`` and ``read_at`` are timezone-aware; the latter is
    the oldest read that the figures come from. ``as_closed`` are the number of closed periods, whose figures are
    those of their closings, and the number of all periods, each counted for each team; None for figures as of now.
    ``attributes`` are those that rows or filters name. ``scoped`` are the teams of which only the issues in their scope
    count.
    """

    title: str
    teams: tuple[str, ...]
    span: DateSpan
    previous: DateSpan | None
    zone: str
    rows: tuple[AnyDimension, ...]
    column_unit: ColumnUnit
    figures: tuple[Figure, ...]
    filters: tuple[tuple[str, tuple[str, ...]], ...]
    rounding: Rounding
    requested_by: str
    requested_at: datetime
    read_at: datetime
    complete: bool
    as_closed: tuple[int, int] | None = None
    attributes: tuple[AttributeDimension, ...] = ()
    scoped: tuple[str, ...] = ()


class Body(Protocol):
    """The rows of a report."""

    @property
    def totals(self) -> Sequence[Cell]:
        """Return the cells of the total, one for each column."""

    @property
    def row_count(self) -> int:
        """Return the number of rows of all levels."""

    def rows(self) -> Iterator[Row]:
        """Yield all rows, each before the rows below it."""

    def below(self, path: Sequence[str]) -> Sequence[int]:
        """Return the numbers of the rows one level below a row; of the outermost ones for an empty path.

        Raise NotFound if there is no such row.
        """

    def row(self, level: int, number: int) -> Row:
        """Return one row by its level and number."""


@dataclass(frozen=True, slots=True)
class Table:
    """A report of ``count`` worklogs; ``figures`` is the format in which its cells are printed.

    If each worklog is a row, ``values`` are those of its ``attributes``, by its id. ``comments`` are texts by the ids
    of worklogs that have one; None unless they were read for a file. ``none_short`` says that nobody logged less than
    expected, in a report that is limited to such people.
    """

    terms: ReportTerms
    figures: Figures
    columns: tuple[Column, ...]
    body: Body
    problems: tuple[ReadProblem, ...]
    count: int
    attributes: tuple[Attribute, ...] = ()
    values: Mapping[int, AttributeValues] = field(default_factory=dict)
    none_short: bool = False
    comments: Mapping[int, str] | None = None

    @property
    def totals(self) -> Sequence[Cell]:
        """Return the cells of the total."""
        return self.body.totals

    @property
    def row_count(self) -> int:
        """Return the number of rows of all levels."""
        return self.body.row_count

    @property
    def empty(self) -> bool:
        """Return True if there is no time, and no other figure such as the capacity of a total without rows."""
        return not (self.count or self.row_count or any(cell.exact for cell in self.totals))

    def rows(self) -> Iterator[Row]:
        """Yield all rows, each before the rows below it; may be called again."""
        return self.body.rows()

    def top(self) -> Sequence[Row]:
        """Return the outermost rows."""
        return [self.body.row(0, number) for number in self.body.below(())]
