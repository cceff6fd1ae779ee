"""The quarter that docs/reports.md computes by hand."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from timesheet.domain.figures import Figures
from timesheet.domain.report.group import Group, axis_of
from timesheet.domain.report.group_tree import FactTable
from timesheet.domain.report.pivot import Pivot, table_columns
from timesheet.domain.report.range import columns_of
from timesheet.domain.report.table import Cell
from timesheet.domain.report.terms import ColumnUnit, Dimension, Field, Figure, Rounding, RoundingRule
from timesheet.domain.span import DateSpan

PAGE = Path(__file__).parents[3] / "docs" / "reports.md"
QUARTER = DateSpan(date(2024, 4, 1), date(2024, 6, 30))
HALF_HOUR = 1800
WORK = [
    ("Ann", "PAY-1", date(2024, 4, 2), 16_200),
    ("Ann", "PAY-1", date(2024, 4, 30), 7200),
    ("Ann", "PAY-1", date(2024, 5, 15), 26_400),
    ("Ann", "PAY-1", date(2024, 6, 28), 28_800),
    ("Bo", "PAY-1", date(2024, 4, 1), 4200),
    ("Bo", "OPS-2", date(2024, 4, 30), 600),
    ("Bo", "OPS-2", date(2024, 5, 31), 1200),
    ("Bo", "OPS-2", date(2024, 6, 1), 1200),
    ("Bo", "OPS-2", date(2024, 6, 30), 1200),
]
PEOPLE, ISSUES = ["Ann", "Bo"], ["OPS-2", "PAY-1"]


def tables() -> list[dict[str, list[str]]]:
    """Return the page's tables with figures, each as the cells of a row by its name."""
    blocks = re.findall(r"\| \| April.*?\n((?:\|.*\n)+)", PAGE.read_text(encoding="utf-8"))
    rows = [
        [cell.strip(" *") for cell in line.split("|")[1:-1]]
        for block in blocks
        for line in block.splitlines()
    ]
    named = [row for row in rows if not row[0].startswith("---")]
    return [{row[0]: row[1:] for row in named[start : start + 3]} for start in range(0, len(named), 3)]


def report(figures: Figures, rounding: Rounding) -> Pivot:
    facts = FactTable(
        {
            Field.PERSON: [PEOPLE.index(person) for person, _, _, _ in WORK],
            Field.ISSUE: [ISSUES.index(issue) for _, issue, _, _ in WORK],
            Field.DAY: [day.toordinal() for _, _, day, _ in WORK],
        },
        [seconds for _, _, _, seconds in WORK],
    )
    axes = [
        axis_of(dimension, {place: [Group(name, name)] for place, name in enumerate(names)})
        for dimension, names in ((Dimension.PERSON, PEOPLE), (Dimension.ISSUE, ISSUES))
    ]
    spans = columns_of(QUARTER, ColumnUnit.MONTH, 0)
    columns = table_columns(spans, [Figure.SPENT])
    return Pivot({Figure.SPENT: facts}, axes, spans, columns, figures, rounding)


@pytest.mark.parametrize(
    ("number", "figures", "rule"),
    [
        (0, Figures(), RoundingRule.NONE),
        (1, Figures(decimal=True), RoundingRule.NONE),
        (2, Figures(), RoundingRule.ROW),
        (3, Figures(), RoundingRule.GROUP),
    ],
)
def test_a_quarter_is_as_it_was_computed_by_hand(number: int, figures: Figures, rule: RoundingRule) -> None:
    made = report(figures, Rounding(rule, HALF_HOUR))

    def printed(cells: list[Cell]) -> list[str]:
        return [figures.show(cell.printed or 0) for cell in cells]

    shown = {row.label.text: printed(list(row.cells)) for row in made.rows() if row.level == 0}
    shown["Total"] = printed(list(made.totals))
    assert shown == tables()[number]
    assert made.totals[-1].exact == sum(seconds for _, _, _, seconds in WORK)
