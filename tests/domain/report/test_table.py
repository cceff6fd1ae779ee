"""A finished report names its columns and rows, and hands out what its rows are."""

from __future__ import annotations

from datetime import date

from timesheet.domain.report.table import Cell, Column, Label, Row
from timesheet.domain.report.terms import Dimension, Figure
from timesheet.domain.span import DateSpan


def test_columns_have_stable_keys() -> None:
    assert Column(None, Figure.SPENT).key == "total:spent"
    june = DateSpan(date(2024, 6, 1), date(2024, 6, 30))
    assert Column(june, Figure.CAPACITY).key == "2024-06-01:capacity"


def test_a_row_is_named_by_the_keys_of_its_labels() -> None:
    labels = Label(Dimension.PERSON, "ana", "Ana"), Label(Dimension.PARENT, "", "")
    row = Row(labels, (Cell(60, 1),), 0)
    assert (row.level, row.label, row.path) == (1, labels[1], ("ana", ""))
