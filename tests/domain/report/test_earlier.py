"""The time before is printed as the report of its own range prints it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given

from tests.domain.report.test_pivot import FORMATS, HM, ROUNDINGS, ROWS, SPAN, UNITS, WORK, Work, axis, facts
from timesheet.domain.figures import Figures
from timesheet.domain.report.pivot import Pivot, depth_of, table_columns
from timesheet.domain.report.range import columns_of
from timesheet.domain.report.table import NO_FIGURE, Cell
from timesheet.domain.report.terms import (
    AnyDimension,
    ColumnUnit,
    Dimension,
    Figure,
    Rounding,
    RoundingRule,
    field_of,
)


def compared(
    work: Sequence[Work],
    before: Sequence[Work],
    rows: Sequence[AnyDimension],
    unit: ColumnUnit,
    figures: Figures,
    rounding: Rounding,
) -> tuple[Pivot, Pivot]:
    """Return a report that is compared with the same days before, and the report of these."""
    now, earlier = facts(work), facts(before)
    spans = columns_of(SPAN, unit, 0)
    axes = [axis(one, [*now.fields[field_of(one)], *earlier.fields[field_of(one)]]) for one in rows]
    chosen = [Figure.SPENT, Figure.PREVIOUS, Figure.CHANGE]
    amounts = {Figure.SPENT: now, Figure.PREVIOUS: earlier}
    made = Pivot(amounts, axes, spans, table_columns((), chosen), figures, rounding, earlier=spans)
    alone = {Figure.SPENT: earlier}
    return made, Pivot(alone, axes, spans, table_columns(spans, [Figure.SPENT]), figures, rounding)


@given(WORK, WORK, ROWS, UNITS, FORMATS, ROUNDINGS)
def test_the_time_before_is_printed_as_the_report_of_that_range_prints_it(
    work: list[Work],
    before: list[Work],
    rows: list[Dimension],
    unit: ColumnUnit,
    figures: Figures,
    rounding: Rounding,
) -> None:
    made, alone = compared(work, before, rows, unit, figures, rounding)
    printed = {row.path: row.cells[-1] for row in alone.rows()} | {(): alone.totals[-1]}
    found = {row.path: row.cells for row in made.rows()} | {(): made.totals}
    for path, (spent, previous, change) in found.items():
        if previous is not NO_FIGURE:
            assert previous == printed.get(path, Cell(0, 0))
            assert change.printed == (spent.printed or 0) - (previous.printed or 0)
    depth = depth_of(Figure.PREVIOUS, rows)
    assert {path for path in printed if len(path) <= depth} <= found.keys()


@pytest.mark.parametrize(
    ("rows", "unit"), [([Dimension.PERSON], ColumnUnit.DAY), ([Dimension.DAY], ColumnUnit.NONE)]
)
def test_the_same_time_as_before_is_no_change_however_it_is_rounded(
    rows: list[AnyDimension], unit: ColumnUnit
) -> None:
    week = [(0, day, 0, 29_400) for day in range(5)]
    made, _ = compared(week, week, rows, unit, HM, Rounding(RoundingRule.ROW, 3600))
    spent, previous, change = made.totals
    assert (spent, change) == (previous, Cell(0, 0))
