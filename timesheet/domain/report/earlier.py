"""The time spent in the range before a report's, as the report of that range prints it."""

from __future__ import annotations

from collections.abc import Sequence

from timesheet.domain.figures import Figures
from timesheet.domain.report.group_tree import Axis, FactTable, GroupTree
from timesheet.domain.report.sums import Sums, innermost_sums
from timesheet.domain.report.terms import Rounding
from timesheet.domain.span import DateSpan


class EarlierReport:
    """Time with the same rows, and with the columns ``spans`` of its own range.

    A figure that is compared with time rounded by row and column has to be rounded by row and column too.
    """

    def __init__(
        self,
        facts: FactTable,
        axes: Sequence[Axis],
        spans: Sequence[DateSpan],
        figures: Figures,
        rounding: Rounding,
    ) -> None:
        self._tree, depth = GroupTree(axes), len(axes)
        [groups] = self._tree.place([(facts, depth)])
        sums = innermost_sums(self._tree.size(depth), groups, facts, spans)
        self._sums = Sums(self._tree, depth, sums, figures, rounding)

    def printed(self, tree: GroupTree, depth: int, node: int) -> int:
        """Return what is printed for a group of another ``tree`` with these axes; 0 if it has no time here."""
        place = self._place(tree, depth, node)
        return 0 if place < 0 else self._sums.cell(depth, place, -1).printed or 0

    def _place(self, tree: GroupTree, depth: int, node: int) -> int:
        if not depth:
            return 0
        parent = self._place(tree, depth - 1, tree.parent(depth - 1, node))
        return parent if parent < 0 else self._tree.find(depth - 1, parent, tree.key(depth - 1, node))
