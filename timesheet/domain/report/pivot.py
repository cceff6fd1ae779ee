"""The engine of reports: it sums amounts into nested rows and columns so that everything adds up.

All cells and totals come from one list of amounts. Only innermost rows are printed by rounding; everything above
them adds up printed amounts, with the exact seconds kept beside. Groups are numbered, and their sums are kept in
dictionaries of numbers, because a report may have 100,000 worklogs and as many rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

from timesheet.domain.errors import NotFound
from timesheet.domain.figures import Figures
from timesheet.domain.lazy import lazy
from timesheet.domain.message import message
from timesheet.domain.report.table import NO_FIGURE, Cell, Column, Label, Row
from timesheet.domain.report.terms import (
    FIELD_OF,
    OF_WHOLE_RANGE,
    Dimension,
    Field,
    Figure,
    Rounding,
    RoundingRule,
)
from timesheet.domain.span import DateSpan

GONE = message("This group is not in the report any more. Reload the report.")
OF_PEOPLE = frozenset({Field.PERSON, Field.TEAM, Field.DAY})
ROUNDED = frozenset({Figure.SPENT, Figure.PREVIOUS})
ONCE = frozenset({Dimension.DAY, Dimension.WORKLOG})
"""Dimensions whose rows exist in one range only, so they cannot be compared with the range before."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One level of rows: ``index`` gives the place in ``labels`` by the value of the dimension's field.

    ``labels`` are in the order in which rows appear.
    """

    dimension: Dimension
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


def depth_of(figure: Figure, rows: Sequence[Dimension]) -> int:
    """Return on how many levels of rows a figure exists; 0 means in the total only.

    Capacity belongs to people and days, estimates to issues. Below, a figure would be counted several times.
    """
    if figure is Figure.CAPACITY:
        held = [FIELD_OF[one] in OF_PEOPLE for one in rows]
    elif figure is Figure.MISSING:
        held = [FIELD_OF[one] is Field.PERSON for one in rows]
    elif figure in (Figure.ESTIMATE, Figure.REMAINING):
        held = [FIELD_OF[one] is Field.ISSUE for one in rows]
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
        self._tree = _Tree(axes)
        levels = [axis.dimension for axis in axes]
        self._places = {span: place for place, span in enumerate(spans)}
        self._sums = {
            figure: _Sums(
                self._tree,
                facts,
                depth_of(figure, levels),
                () if figure in OF_WHOLE_RANGE else spans,
                figures,
                rounding if figure in ROUNDED else Rounding(),
            )
            for figure, facts in amounts.items()
        }

    @property
    def totals(self) -> Sequence[Cell]:
        """See Body."""
        return self._cells(0, 0)

    @property
    def row_count(self) -> int:
        """See Body."""
        return sum(map(len, self._tree.codes))

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
        below = self._tree.children(level + 1).get(number, ()) if level + 1 < len(self._axes) else ()
        return Row(tuple(reversed(labels)), tuple(self._cells(level + 1, number)), len(below))

    def _walk(self, level: int, parent: int) -> Iterator[Row]:
        for number in self._sorted(level, parent):
            yield self.row(level, number)
            if level + 1 < len(self._axes):
                yield from self._walk(level + 1, number)

    def _sorted(self, level: int, parent: int) -> Sequence[int]:
        if level >= len(self._axes):
            return ()
        numbers = sorted(
            self._tree.children(level).get(parent, ()), key=lambda one: self._tree.key(level, one)
        )
        column = self._sort
        if column is None:
            return numbers[::-1] if self._descending else numbers
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
            return self._less(Figure.CAPACITY, depth, node, bucket)
        if figure is Figure.CHANGE:
            return self._less(Figure.PREVIOUS, depth, node, bucket)
        if figure is Figure.PERCENTAGE:
            return self._part(depth, node, bucket)
        return self._amount(figure, depth, node, bucket)

    def _amount(self, figure: Figure, depth: int, node: int, bucket: int) -> Cell:
        sums = self._sums.get(figure)
        return sums.cell(depth, node, bucket) if sums else NO_FIGURE

    def _less(self, other: Figure, depth: int, node: int, bucket: int) -> Cell:
        """Return the time spent less another figure, so that it agrees with both as they are printed."""
        spent, base = (self._amount(one, depth, node, bucket) for one in (Figure.SPENT, other))
        if spent.exact is None or base.exact is None or spent.printed is None or base.printed is None:
            return NO_FIGURE
        return Cell(spent.exact - base.exact, spent.printed - base.printed)

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
    """Numbers the groups of each level in order of appearance. A group is its parent's number and its own key.

    Both are in one number, its code: the parent's number times the width of the axis, plus the key.
    """

    def __init__(self, axes: Sequence[Axis]) -> None:
        self._axes = axes
        self.widths = [max(1, len(axis.labels)) for axis in axes]
        self.codes: list[list[int]] = [[] for _ in axes]
        self._numbers: list[dict[int, int]] = [{} for _ in axes]

    def place(self, facts: Facts, depth: int) -> list[int]:
        """Return the number of each amount's group on level ``depth``; 0 for the total."""
        nodes = [0] * len(facts.seconds)
        for level in range(depth):
            axis, width = self._axes[level], self.widths[level]
            keys = map(axis.index.__getitem__, facts.fields[FIELD_OF[axis.dimension]])
            codes = [node * width + key for node, key in zip(nodes, keys, strict=True)]
            numbers, known = self._numbers[level], self.codes[level]
            for code in dict.fromkeys(codes):
                if code not in numbers:
                    numbers[code] = len(known)
                    known.append(code)
            nodes = [numbers[code] for code in codes]
        return nodes

    def groups_above(self, depth: int, level: int) -> Sequence[int]:
        """Return the number on level ``depth`` for each group of a ``level`` below it."""
        groups: Sequence[int] = range(len(self.codes[level - 1]) if level else 1)
        for place in range(level - 1, depth - 1, -1):
            codes, width = self.codes[place], self.widths[place]
            groups = [codes[number] // width for number in groups]
        return groups

    def parent(self, level: int, number: int) -> int:
        """Return the number of a group's parent on the level above."""
        return self.codes[level][number] // self.widths[level]

    def key(self, level: int, number: int) -> int:
        """Return the place of a group's label."""
        return self.codes[level][number] % self.widths[level]

    def children(self, level: int) -> Mapping[int, Sequence[int]]:
        """Return the groups of a level by the number of their parent."""
        return self._children[level]

    @lazy
    def _children(self) -> list[Mapping[int, Sequence[int]]]:
        found: list[Mapping[int, Sequence[int]]] = []
        for codes, width in zip(self.codes, self.widths, strict=True):
            below: dict[int, list[int]] = defaultdict(list)
            for number, code in enumerate(codes):
                below[code // width].append(number)
            found.append(below)
        return found


class _Sums:
    """One figure: exact and printed sums by level, group, and column; the last column is the whole range.

    The innermost level is summed at once, and every other one from it when it is first shown.
    """

    def __init__(
        self,
        tree: _Tree,
        facts: Facts,
        depth: int,
        spans: Sequence[DateSpan],
        figures: Figures,
        rounding: Rounding,
    ) -> None:
        self._tree, self._depth, self._figures, self._rounding = tree, depth, figures, rounding
        self._width = len(spans) + 1
        self._exact = {depth: self._innermost(facts, spans)}
        self._printed: dict[int, dict[int, int]] = {}

    def _innermost(self, facts: Facts, spans: Sequence[DateSpan]) -> dict[int, int]:
        width, sums = self._width, dict[int, int]()
        nodes = self._tree.place(facts, self._depth)
        for node, column, seconds in zip(nodes, _columns_of(facts, spans), facts.seconds, strict=True):
            code = node * width + column
            sums[code] = sums.get(code, 0) + seconds
        return self._with_whole(sums)

    def cell(self, depth: int, node: int, column: int) -> Cell:
        """Return a group's amount in a column, -1 for the whole range; nothing below the levels it exists on."""
        if depth > self._depth:
            return NO_FIGURE
        code = node * self._width + (column if column >= 0 else self._width - 1)
        return Cell(self._exact_at(depth).get(code, 0), self._printed_at(depth).get(code, 0))

    def _exact_at(self, depth: int) -> dict[int, int]:
        if depth not in self._exact:
            self._exact[depth] = self._above(depth, self._exact[self._depth], self._depth)
        return self._exact[depth]

    def _printed_at(self, depth: int) -> dict[int, int]:
        if depth not in self._printed:
            self._printed[depth] = self._print(depth)
        return self._printed[depth]

    def _print(self, depth: int) -> dict[int, int]:
        """Return printed amounts: the innermost ones rounded, or with groups to round the outermost, and sums above."""
        grouped = self._rounding.rule is RoundingRule.GROUP and self._depth > 1
        if depth == self._depth or (grouped and depth == 1):
            whole = self._rounding if not grouped or depth == 1 else Rounding()
            units, last = self._figures.units, self._width - 1
            amounts = self._exact_at(depth).items()
            cells = {
                code: units(whole.up(seconds))
                for code, seconds in amounts
                if not last or code % self._width != last
            }
            return self._with_whole(cells)
        level = 1 if grouped and depth == 0 else self._depth
        return self._above(depth, self._printed_at(level), level)

    def _above(self, depth: int, sums: Mapping[int, int], level: int) -> dict[int, int]:
        """Return the sums of a level by adding up those of a ``level`` below it."""
        width, groups = self._width, self._tree.groups_above(depth, level)
        above: dict[int, int] = {}
        for code, amount in sums.items():
            node, column = divmod(code, width)
            up = groups[node] * width + column
            above[up] = above.get(up, 0) + amount
        return above

    def _with_whole(self, sums: dict[int, int]) -> dict[int, int]:
        """Return the sums with that of each group's columns as its last column."""
        width, whole = self._width, dict[int, int]()
        if width == 1:
            return sums
        for code, amount in sums.items():
            last = code - code % width + width - 1
            whole[last] = whole.get(last, 0) + amount
        return sums | whole


def _columns_of(facts: Facts, spans: Sequence[DateSpan]) -> Sequence[int] | Iterator[int]:
    """Return the column of each amount, by its day."""
    if not spans:
        return repeat(0, len(facts.seconds))
    base = spans[0].first.toordinal()
    column_at = [column for column, span in enumerate(spans) for _ in range(len(span))]
    return [column_at[day - base] for day in facts.fields[Field.DAY]]
