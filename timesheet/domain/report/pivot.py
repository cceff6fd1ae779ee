"""The engine of reports: it sums amounts into nested rows and columns so that everything adds up.

All cells and totals come from one list of amounts. Only innermost rows are printed by rounding; everything
above them adds up printed amounts, and the exact seconds are kept too. Groups are numbered, and their sums
are kept in arrays of numbers, because a report may have 200,000 worklogs and as many rows.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from timesheet.domain.errors import NotFound
from timesheet.domain.figures import Figures
from timesheet.domain.message import message
from timesheet.domain.report.table import NO_FIGURE, Cell, Column, Label, Row
from timesheet.domain.report.terms import (
    OF_WHOLE_RANGE,
    AnyDimension,
    Dimension,
    Field,
    Figure,
    Rounding,
    RoundingRule,
    field_of,
)
from timesheet.domain.span import DateSpan

GONE = message("This group is not in the report any more. Reload the report.")
OF_PEOPLE = frozenset({Field.PERSON, Field.TEAM, Field.DAY})
ROUNDED = frozenset({Figure.SPENT, Figure.PREVIOUS, Figure.NOW})
ONCE: frozenset[AnyDimension] = frozenset({Dimension.DAY, Dimension.WORKLOG})
"""Dimensions whose rows exist in one range only, so they cannot be compared with the range before."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One level of rows: ``index`` gives the place in ``labels`` by the value of the dimension's field.

    ``labels`` are in the order in which rows appear.
    """

    dimension: AnyDimension
    index: Mapping[int, int]
    labels: Sequence[Label]


@dataclass(frozen=True, slots=True)
class Facts:
    """Amounts of seconds, each with the values of its fields; all sequences have the same length.

    Days are proleptic ordinals; the values of other fields are numbers that the axes know.
    """

    fields: Mapping[Field, Sequence[int]]
    seconds: Sequence[int]


NOTHING = Facts(dict.fromkeys(Field, ()), ())


def depth_of(figure: Figure, rows: Sequence[AnyDimension]) -> int:
    """Return on how many levels of rows a figure exists; 0 means in the total only.

    Capacity belongs to people and days, estimates to issues. Below, a figure would be counted several times.
    """
    if figure is Figure.CAPACITY:
        held = [field_of(one) in OF_PEOPLE for one in rows]
    elif figure is Figure.MISSING:
        held = [field_of(one) is Field.PERSON for one in rows]
    elif figure in (Figure.ESTIMATE, Figure.REMAINING):
        held = [field_of(one) is Field.ISSUE for one in rows]
    elif figure is Figure.PREVIOUS:
        held = [one not in ONCE for one in rows]
    else:
        return len(rows)
    return held.index(False) if False in held else len(rows)


def table_columns(spans: Sequence[DateSpan], figures: Sequence[Figure]) -> tuple[Column, ...]:
    """Return the columns: the figures of each span, and then those of the whole range."""
    parts = (Column(span, figure) for span in spans for figure in figures if figure not in OF_WHOLE_RANGE)
    return (*parts, *(Column(None, figure) for figure in figures))


class Pivot:
    """The rows of a report. Implements Body.

    ``amounts`` are by figure: SPENT and what the wanted columns need beside it. ``sort`` is the key of a column.
    """

    def __init__(
        self,
        amounts: Mapping[Figure, Facts],
        axes: Sequence[Axis],
        spans: Sequence[DateSpan],
        columns: Sequence[Column],
        figures: Figures,
        rounding: Rounding = Rounding(),  # noqa: B008 - an immutable value
        sort: str = "",
        *,
        descending: bool = False,
    ) -> None:
        self._axes, self._columns = axes, columns
        self._sort = next((column for column in columns if column.key == sort), None)
        self._descending = descending
        self._tree = tree = _Tree(axes)
        levels = [axis.dimension for axis in axes]
        depths = [depth_of(figure, levels) for figure in amounts]
        groups = tree.place(list(zip(amounts.values(), depths, strict=True)))
        self._places = {span: place for place, span in enumerate(spans)}
        self._sums = {
            figure: _Sums(
                tree,
                depth,
                _innermost(tree.size(depth), nodes, facts, () if figure in OF_WHOLE_RANGE else spans),
                figures,
                rounding if figure in ROUNDED else Rounding(),
            )
            for (figure, facts), depth, nodes in zip(amounts.items(), depths, groups, strict=True)
        }

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
            held = sums.exact(level + 1, numbers, bucket)
            return sorted(
                numbers, key=dict(zip(numbers, held, strict=True)).__getitem__, reverse=self._descending
            )
        values = {number: self._cell(level + 1, number, column).exact for number in numbers}
        known = sorted(
            (number for number in numbers if values[number] is not None),
            key=lambda number: values[number] or 0,
            reverse=self._descending,
        )
        return [*known, *(number for number in numbers if values[number] is None)]

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
        return sums.cell(depth, node, bucket) if sums else NO_FIGURE

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


class _Tree:
    """Numbers the groups of each level by their parents, and below one parent in the order of their labels.

    Parent and label are in one number, the group's code: the parent's number times the width of the axis, plus the
    label's place. A level is the sorted array of its codes, so the groups below a parent follow each other.
    """

    def __init__(self, axes: Sequence[Axis]) -> None:
        self._axes = axes
        self._widths = [max(1, len(axis.labels)) for axis in axes]
        self._codes: list[array[int]] = []
        self._above: dict[tuple[int, int], Sequence[int]] = {}

    def place(self, amounts: Sequence[tuple[Facts, int]]) -> Sequence[Sequence[int]]:
        """Number the groups of all amounts, each down to its depth; return the group of each of them."""
        groups: list[Sequence[int]] = [_zeros(len(facts.seconds)) for facts, _ in amounts]
        for level, axis in enumerate(self._axes):
            here = [place for place, (_, depth) in enumerate(amounts) if depth > level]
            for place in here:
                groups[place] = self._coded(level, axis, amounts[place][0], groups[place])
            known = array("q", sorted({code for place in here for code in groups[place]}))
            numbers = dict(zip(known, count(), strict=False))
            for place in here:
                groups[place] = array("q", map(numbers.__getitem__, groups[place]))
            self._codes.append(known)
        return groups

    def _coded(self, level: int, axis: Axis, facts: Facts, parents: Sequence[int]) -> array[int]:
        width, keys = self._widths[level], map(axis.index.__getitem__, facts.fields[field_of(axis.dimension)])
        return array("q", (parent * width + key for parent, key in zip(parents, keys, strict=True)))

    def size(self, depth: int) -> int:
        """Return the number of groups on level ``depth``; 1 for the total."""
        return len(self._codes[depth - 1]) if depth else 1

    def groups_above(self, depth: int, level: int) -> Sequence[int]:
        """Return the number on level ``depth`` for each group of a ``level`` below it."""
        if depth == level:
            return range(self.size(level))
        known = self._above.get((depth, level))
        if known is None:
            parents = [code // self._widths[depth] for code in self._codes[depth]]
            known = [parents[group] for group in self.groups_above(depth + 1, level)]
            self._above[depth, level] = known
        return known

    def parent(self, level: int, number: int) -> int:
        """Return the number of a group's parent on the level above."""
        return self._codes[level][number] // self._widths[level]

    def key(self, level: int, number: int) -> int:
        """Return the place of a group's label."""
        return self._codes[level][number] % self._widths[level]

    def children(self, level: int, parent: int) -> Sequence[int]:
        """Return the groups of a level below a parent, in the order of their labels."""
        codes, width = self._codes[level], self._widths[level]
        first = bisect_left(codes, parent * width)
        return range(first, bisect_left(codes, (parent + 1) * width, first))


@dataclass(frozen=True, slots=True)
class _Amounts:
    """The sums of one level: of the whole range by group, and of each column by group times ``width`` plus column."""

    whole: array[int]
    width: int = 0
    cells: dict[int, int] = field(default_factory=dict)

    def add(self, amounts: Iterable[tuple[int, int, int]]) -> None:
        """Add amounts, each with its group and column, to this column of the group, and to its whole range."""
        cells, whole, width = self.cells, self.whole, self.width
        known = cells.get
        for group, column, amount in amounts:
            code = group * width + column
            cells[code] = known(code, 0) + amount
            whole[group] += amount


class _Sums:
    """One figure: exact and printed sums by level, group, and column.

    The innermost level is summed at once, and every other one from it when it is first shown.
    """

    def __init__(
        self, tree: _Tree, depth: int, innermost: _Amounts, figures: Figures, rounding: Rounding
    ) -> None:
        self._tree, self._depth, self._figures, self._rounding = tree, depth, figures, rounding
        self._exact = {depth: innermost}
        self._printed: dict[int, _Amounts] = {}

    def cell(self, depth: int, node: int, column: int) -> Cell:
        """Return a group's amount in a column, -1 for the whole range; nothing below the levels it exists on."""
        if not self.exists_on(depth):
            return NO_FIGURE
        exact, printed = self._exact_at(depth), self._printed_at(depth)
        if column < 0:
            return Cell(exact.whole[node], printed.whole[node])
        code = node * exact.width + column
        return Cell(exact.cells.get(code, 0), printed.cells.get(code, 0))

    def exists_on(self, depth: int) -> bool:
        """Return True if the figure exists on a level."""
        return depth <= self._depth

    def exact(self, depth: int, nodes: Sequence[int], column: int) -> Sequence[int]:
        """Return the exact amounts of groups in a column, -1 for the whole range."""
        exact = self._exact_at(depth)
        if column < 0:
            return [exact.whole[node] for node in nodes]
        return [exact.cells.get(node * exact.width + column, 0) for node in nodes]

    def _exact_at(self, depth: int) -> _Amounts:
        if depth not in self._exact:
            self._exact[depth] = self._above(depth, self._exact[self._depth], self._depth)
        return self._exact[depth]

    def _printed_at(self, depth: int) -> _Amounts:
        if depth not in self._printed:
            self._printed[depth] = self._print(depth)
        return self._printed[depth]

    def _print(self, depth: int) -> _Amounts:
        """Return printed amounts: the innermost ones rounded, or with groups to round the outermost, and sums above."""
        grouped = self._rounding.rule is RoundingRule.GROUP and self._depth > 1
        if depth == self._depth or (grouped and depth == 1):
            return self._units(depth, self._rounding if not grouped or depth == 1 else Rounding())
        level = 1 if grouped and depth == 0 else self._depth
        return self._above(depth, self._printed_at(level), level)

    def _units(self, depth: int, rounding: Rounding) -> _Amounts:
        """Return the printed units of a level's cells. The whole range adds them up, or has its own without columns."""
        exact, units, up = self._exact_at(depth), self._figures.units, rounding.up
        if not exact.width:
            return _Amounts(array("q", (units(up(seconds)) for seconds in exact.whole)))
        printed = _Amounts(_zeros(len(exact.whole)), exact.width)
        width = exact.width
        printed.add(
            (code // width, code % width, units(up(seconds))) for code, seconds in exact.cells.items()
        )
        return printed

    def _above(self, depth: int, sums: _Amounts, level: int) -> _Amounts:
        """Return the sums of a level by adding up those of a ``level`` below it."""
        width = sums.width
        above = _Amounts(_zeros(self._tree.size(depth)), width)
        if not width and not depth:
            above.whole[0] = sum(sums.whole)
            return above
        groups = self._tree.groups_above(depth, level)
        if not width:
            for group, amount in zip(groups, sums.whole, strict=True):
                above.whole[group] += amount
        above.add((groups[code // width], code % width, amount) for code, amount in sums.cells.items())
        return above


def _zeros(length: int) -> array[int]:
    return array("q", bytes(8 * length))


def _innermost(size: int, groups: Sequence[int], facts: Facts, spans: Sequence[DateSpan]) -> _Amounts:
    """Return the sums of so many groups, each amount added to its group and to the column of its day."""
    sums = _Amounts(_zeros(size), len(spans))
    if not spans:
        for group, seconds in zip(groups, facts.seconds, strict=True):
            sums.whole[group] += seconds
        return sums
    sums.add(zip(groups, _columns_of(facts, spans), facts.seconds, strict=True))
    return sums


def _columns_of(facts: Facts, spans: Sequence[DateSpan]) -> Sequence[int]:
    """Return the column of each amount, by its day."""
    base = spans[0].first.toordinal()
    column_at = [column for column, span in enumerate(spans) for _ in range(len(span))]
    return [column_at[day - base] for day in facts.fields[Field.DAY]]
