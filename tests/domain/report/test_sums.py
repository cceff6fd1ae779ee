"""The sums of one figure: each level adds up the one below, and only innermost sums are rounded."""

from __future__ import annotations

from datetime import date

import pytest

from timesheet.domain.figures import Figures
from timesheet.domain.report.group_tree import Axis, FactTable, GroupTree
from timesheet.domain.report.sums import Sums, innermost_sums
from timesheet.domain.report.table import NO_FIGURE, Cell, Label
from timesheet.domain.report.terms import NO_ROUNDING, Dimension, Field, Rounding, RoundingRule
from timesheet.domain.span import DateSpan

MONDAY = date(2024, 6, 3)
DAYS = [DateSpan(MONDAY, MONDAY), DateSpan(date(2024, 6, 4), date(2024, 6, 5))]
MINUTE = 60
# Two people; the first one has two issues, and one of them on two days.
WORK = [(0, 0, 0, 20), (0, 0, 1, 20), (0, 1, 0, 20), (1, 1, 2, 50)]


def sums(spans: list[DateSpan], rounding: Rounding = NO_ROUNDING) -> Sums:
    facts = FactTable(
        {
            Field.PERSON: [person for person, _, _, _ in WORK],
            Field.ISSUE: [issue for _, issue, _, _ in WORK],
            Field.DAY: [MONDAY.toordinal() + day for _, _, day, _ in WORK],
        },
        [minutes * MINUTE for _, _, _, minutes in WORK],
    )
    axes = [
        Axis(dimension, {0: 0, 1: 1}, [Label(dimension, "a", "A"), Label(dimension, "b", "B")])
        for dimension in (Dimension.PERSON, Dimension.ISSUE)
    ]
    tree = GroupTree(axes)
    [groups] = tree.place([(facts, 2)])
    return Sums(tree, 2, innermost_sums(tree.size(2), groups, facts, spans), Figures(), rounding)


def minutes(cell: Cell) -> tuple[int, int]:
    """Return the exact and the printed amount in minutes."""
    assert cell.exact is not None
    assert cell.printed is not None
    return cell.exact // MINUTE, cell.printed


@pytest.mark.parametrize("spans", [[], DAYS], ids=["whole", "days"])
def test_each_level_adds_up_the_one_below(spans: list[DateSpan]) -> None:
    found = sums(spans)
    assert [minutes(found.cell(2, group, -1)) for group in range(3)] == [(40, 40), (20, 20), (50, 50)]
    assert [minutes(found.cell(1, group, -1)) for group in range(2)] == [(60, 60), (50, 50)]
    assert minutes(found.cell(0, 0, -1)) == (110, 110)


def test_the_columns_add_up_to_the_whole_range() -> None:
    found = sums(DAYS)
    assert [minutes(found.cell(1, 0, column)) for column in (0, 1, -1)] == [(40, 40), (20, 20), (60, 60)]
    assert [minutes(found.cell(0, 0, column)) for column in (0, 1, -1)] == [(40, 40), (70, 70), (110, 110)]
    assert [list(found.exact(2, range(3), column)) for column in (0, 1, -1)] == [
        [20 * MINUTE, 20 * MINUTE, 0],
        [20 * MINUTE, 0, 50 * MINUTE],
        [40 * MINUTE, 20 * MINUTE, 50 * MINUTE],
    ]


def test_only_innermost_cells_are_rounded() -> None:
    found = sums(DAYS, Rounding(RoundingRule.ROW, 900))
    assert [minutes(found.cell(2, 0, column)) for column in (0, 1, -1)] == [(20, 30), (20, 30), (40, 60)]
    assert minutes(found.cell(1, 0, -1)) == (60, 90)
    assert minutes(found.cell(0, 0, -1)) == (110, 150)


def test_or_the_groups_are_rounded_and_what_is_below_is_not() -> None:
    found = sums(DAYS, Rounding(RoundingRule.GROUP, 900))
    assert minutes(found.cell(2, 0, -1)) == (40, 40)
    assert [minutes(found.cell(1, 0, column)) for column in (0, 1, -1)] == [(40, 45), (20, 30), (60, 75)]
    assert minutes(found.cell(0, 0, -1)) == (110, 135)


def test_below_its_depth_a_figure_does_not_exist() -> None:
    found = sums([])
    assert found.exists_on(2)
    assert not found.exists_on(3)
    assert found.cell(3, 0, -1) == NO_FIGURE
