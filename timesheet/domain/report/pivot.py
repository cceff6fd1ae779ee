"""The engine of reports: it sums amounts into nested rows and columns so that everything adds up.

All cells and totals come from one list of amounts. Only innermost rows are printed by rounding; everything
above them adds up printed amounts, and the exact seconds are kept too. The groups are in ``group_tree.py``, and
what each of them sums up to is in ``sums.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from timesheet.domain.errors import NotFound
from timesheet.domain.figures import Figures
from timesheet.domain.message import message
from timesheet.domain.report.earlier import EarlierReport
from timesheet.domain.report.group_tree import Axis, FactTable, GroupTree
from timesheet.domain.report.sums import Sums, innermost_sums
from timesheet.domain.report.table import NO_FIGURE, Cell, Column, Label, Row
from timesheet.domain.report.terms import (
    BY_NAME,
    NO_ROUNDING,
    OF_ISSUES,
    OF_WHOLE_RANGE,
    AnyDimension,
    Dimension,
    Field,
    Figure,
    Rounding,
    SortOrder,
    field_of,
)
from timesheet.domain.span import DateSpan

GONE = message("This group is no longer in the report. Reload the report.")
OF_PEOPLE = frozenset({Field.PERSON, Field.TEAM, Field.DAY})
ROUNDED = frozenset({Figure.SPENT, Figure.NOW})
ONCE: frozenset[AnyDimension] = frozenset({Dimension.DAY, Dimension.WORKLOG})
"""Dimensions whose rows exist in one range only, so they cannot be compared with the range before."""


def depth_of(figure: Figure, rows: Sequence[AnyDimension]) -> int:
    """Return on how many levels of rows a figure exists; 0 means in the total only.

    Capacity belongs to people and days, what is missing of it to people, and estimates to issues. Below, a figure
    would be counted several times.
    """
    if figure is Figure.CAPACITY:
        exists = [field_of(one) in OF_PEOPLE for one in rows]
    elif figure is Figure.MISSING:
        exists = [field_of(one) in {Field.PERSON, Field.TEAM} for one in rows]
    elif figure in OF_ISSUES:
        exists = [field_of(one) is Field.ISSUE for one in rows]
    elif figure is Figure.PREVIOUS:
        exists = [one not in ONCE for one in rows]
    else:
        return len(rows)
    return exists.index(False) if False in exists else len(rows)


def table_columns(spans: Sequence[DateSpan], figures: Sequence[Figure]) -> tuple[Column, ...]:
    """Return the columns: the figures of each span, and then those of the whole range."""
    parts = (Column(span, figure) for span in spans for figure in figures if figure not in OF_WHOLE_RANGE)
    return (*parts, *(Column(None, figure) for figure in figures))


class Pivot:
    """The rows of a report. Implements Body.

    ``amounts`` are by figure: SPENT and what the wanted columns need beside it. ``earlier`` are the columns of the
    range before, for PREVIOUS. If the report no longer has the column of its ``order``, the rows are in that of their
    names.
    """

    def __init__(
        self,
        amounts: Mapping[Figure, FactTable],
        axes: Sequence[Axis],
        spans: Sequence[DateSpan],
        columns: Sequence[Column],
        figures: Figures,
        rounding: Rounding = NO_ROUNDING,
        order: SortOrder = BY_NAME,
        *,
        earlier: Sequence[DateSpan] = (),
    ) -> None:
        self._axes, self._columns = axes, columns
        self._sort = next((column for column in columns if column.key == order.column), None)
        # A saved view may name a day that its range no longer has; the order of names reversed would explain nothing.
        self._descending = order.descending and (self._sort is not None or not order.column)
        self._tree = tree = GroupTree(axes)
        levels = [axis.dimension for axis in axes]
        depths = [depth_of(figure, levels) for figure in amounts]
        groups = tree.place(list(zip(amounts.values(), depths, strict=True)))
        self._places = {span: place for place, span in enumerate(spans)}
        self._sums = {
            figure: Sums(
                tree,
                depth,
                innermost_sums(tree.size(depth), nodes, facts, () if figure in OF_WHOLE_RANGE else spans),
                figures,
                rounding if figure in ROUNDED else NO_ROUNDING,
            )
            for (figure, facts), depth, nodes in zip(amounts.items(), depths, groups, strict=True)
        }
        before = amounts.get(Figure.PREVIOUS)
        self._earlier = EarlierReport(before, axes, earlier, figures, rounding) if before else None

    @property
    def totals(self) -> Sequence[Cell]:
        """See Body."""
        return self._cells(0, 0)

    @property
    def row_count(self) -> int:
        """See Body."""
        return sum(map(self._tree.size, range(1, len(self._axes) + 1)))

    def rows(self) -> Iterator[Row]:
        """See Body."""
        return self._walk(0, 0) if self._axes else iter(())

    def below(self, path: Sequence[str]) -> Sequence[int]:
        """See Body."""
        node = 0
        for level, key in enumerate(path):
            node = next(
                (number for number in self._sorted(level, node) if self._label(level, number).key == key), -1
            )
            if node < 0:
                raise NotFound(GONE)
        return self._sorted(len(path), node)

    def row(self, level: int, number: int) -> Row:
        """See Body."""
        labels, node = list[Label](), number
        for place in range(level, -1, -1):
            labels.append(self._label(place, node))
            node = self._tree.parent(place, node)
        below = len(self._tree.children(level + 1, number)) if level + 1 < len(self._axes) else 0
        return Row(tuple(reversed(labels)), tuple(self._cells(level + 1, number)), below)

    def _walk(self, level: int, parent: int) -> Iterator[Row]:
        for number in self._sorted(level, parent):
            yield self.row(level, number)
            if level + 1 < len(self._axes):
                yield from self._walk(level + 1, number)

    def _sorted(self, level: int, parent: int) -> Sequence[int]:
        if level >= len(self._axes):
            return ()
        numbers = self._tree.children(level, parent)
        column = self._sort
        if column is None:
            return numbers[::-1] if self._descending else numbers
        sums, bucket = self._sums.get(column.figure), self._places[column.span] if column.span else -1
        if sums and sums.exists_on(level + 1):
            # Only some of very many rows are shown, so the others get no cells.
            amounts = sums.exact(level + 1, numbers, bucket)
            return sorted(
                numbers, key=dict(zip(numbers, amounts, strict=True)).__getitem__, reverse=self._descending
            )
        values = {number: self._cell(level + 1, number, column).exact for number in numbers}
        with_value = sorted(
            (number for number in numbers if values[number] is not None),
            key=lambda number: values[number] or 0,
            reverse=self._descending,
        )
        return [*with_value, *(number for number in numbers if values[number] is None)]

    def _label(self, level: int, number: int) -> Label:
        return self._axes[level].labels[self._tree.key(level, number)]

    def _cells(self, depth: int, node: int) -> list[Cell]:
        return [self._cell(depth, node, column) for column in self._columns]

    def _cell(self, depth: int, node: int, column: Column) -> Cell:
        figure, bucket = column.figure, self._places[column.span] if column.span else -1
        if figure is Figure.DIFFERENCE:
            return self._less(Figure.SPENT, Figure.CAPACITY, depth, node, bucket)
        if figure is Figure.CHANGE:
            return self._less(Figure.SPENT, Figure.PREVIOUS, depth, node, bucket)
        if figure is Figure.SINCE:
            return self._less(Figure.NOW, Figure.SPENT, depth, node, bucket)
        if figure is Figure.PERCENTAGE:
            return self._part(depth, node, bucket)
        return self._amount(figure, depth, node, bucket)

    def _amount(self, figure: Figure, depth: int, node: int, bucket: int) -> Cell:
        sums = self._sums.get(figure)
        cell = sums.cell(depth, node, bucket) if sums else NO_FIGURE
        if figure is not Figure.PREVIOUS or cell is NO_FIGURE or self._earlier is None:
            return cell
        return Cell(cell.exact, self._earlier.printed(self._tree, depth, node))

    def _less(self, figure: Figure, other: Figure, depth: int, node: int, bucket: int) -> Cell:
        """Return one figure minus another, so that the result agrees with both as they are printed."""
        whole, base = (self._amount(one, depth, node, bucket) for one in (figure, other))
        if whole.exact is None or base.exact is None or whole.printed is None or base.printed is None:
            return NO_FIGURE
        return Cell(whole.exact - base.exact, whole.printed - base.printed)

    def _part(self, depth: int, node: int, bucket: int) -> Cell:
        """Return the time spent as a part of the capacity; nothing without capacity."""
        spent, base = (
            self._amount(one, depth, node, bucket).exact for one in (Figure.SPENT, Figure.CAPACITY)
        )
        if spent is None or not base:
            return NO_FIGURE
        part = (spent * 2000 + base) // (2 * base)
        return Cell(part, part)
