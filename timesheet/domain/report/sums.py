"""Sum one figure of a report by group and column, exactly and as it is printed.

Only innermost sums are printed by rounding; everything above them adds up printed sums.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from timesheet.domain.figures import Figures
from timesheet.domain.report.group_tree import FactTable, GroupTree, zeros
from timesheet.domain.report.table import NO_FIGURE, Cell
from timesheet.domain.report.terms import (
    NO_ROUNDING,
    Field,
    Rounding,
    RoundingRule,
)
from timesheet.domain.span import DateSpan


@dataclass(frozen=True, slots=True)
class Amounts:
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


class Sums:
    """One figure: exact and printed sums by level, group, and column.

    The innermost level is summed at once, and every other one from it when it is first shown.
    """

    def __init__(
        self, tree: GroupTree, depth: int, innermost: Amounts, figures: Figures, rounding: Rounding
    ) -> None:
        self._tree, self._depth, self._figures, self._rounding = tree, depth, figures, rounding
        self._exact = {depth: innermost}
        self._printed: dict[int, Amounts] = {}

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

    def _exact_at(self, depth: int) -> Amounts:
        if depth not in self._exact:
            self._exact[depth] = self._above(depth, self._exact[self._depth], self._depth)
        return self._exact[depth]

    def _printed_at(self, depth: int) -> Amounts:
        if depth not in self._printed:
            self._printed[depth] = self._print(depth)
        return self._printed[depth]

    def _print(self, depth: int) -> Amounts:
        """Return printed amounts: the innermost ones rounded, or with groups to round the outermost, and sums above."""
        grouped = self._rounding.rule is RoundingRule.GROUP and self._depth > 1
        if depth == self._depth or (grouped and depth == 1):
            return self._units(depth, self._rounding if not grouped or depth == 1 else NO_ROUNDING)
        level = 1 if grouped and depth == 0 else self._depth
        return self._above(depth, self._printed_at(level), level)

    def _units(self, depth: int, rounding: Rounding) -> Amounts:
        """Return the printed units of a level's cells. The whole range adds them up, or has its own without columns."""
        exact, units, up = self._exact_at(depth), self._figures.units, rounding.up
        if not exact.width:
            return Amounts(array("q", (units(up(seconds)) for seconds in exact.whole)))
        printed = Amounts(zeros(len(exact.whole)), exact.width)
        width = exact.width
        printed.add(
            (code // width, code % width, units(up(seconds))) for code, seconds in exact.cells.items()
        )
        return printed

    def _above(self, depth: int, sums: Amounts, level: int) -> Amounts:
        """Return the sums of a level by adding up those of a ``level`` below it."""
        width = sums.width
        above = Amounts(zeros(self._tree.size(depth)), width)
        if not width and not depth:
            above.whole[0] = sum(sums.whole)
            return above
        groups = self._tree.groups_above(depth, level)
        if not width:
            for group, amount in zip(groups, sums.whole, strict=True):
                above.whole[group] += amount
        above.add((groups[code // width], code % width, amount) for code, amount in sums.cells.items())
        return above


def innermost_sums(size: int, groups: Sequence[int], facts: FactTable, spans: Sequence[DateSpan]) -> Amounts:
    """Return the sums of so many groups, each amount added to its group and to the column of its day."""
    sums = Amounts(zeros(size), len(spans))
    if not spans:
        for group, seconds in zip(groups, facts.seconds, strict=True):
            sums.whole[group] += seconds
        return sums
    sums.add(zip(groups, _columns_of(facts, spans), facts.seconds, strict=True))
    return sums


def _columns_of(facts: FactTable, spans: Sequence[DateSpan]) -> Sequence[int]:
    """Return the column of each amount, by its day."""
    base = spans[0].first.toordinal()
    column_at = [column for column, span in enumerate(spans) for _ in range(len(span))]
    return [column_at[day - base] for day in facts.fields[Field.DAY]]
