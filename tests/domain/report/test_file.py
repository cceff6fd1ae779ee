"""The lines of a report's file add up to its total, whatever its rows are, and say which values they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from hypothesis import given

from tests.domain.report.test_pivot import FORMATS, HM, ROUNDINGS, ROWS, SPAN, UNITS, WORK, Work, pivot
from timesheet.domain.figures import Figures
from timesheet.domain.report.file import ColumnContent, FlatTable, ValueKind
from timesheet.domain.report.pivot import Pivot, table_columns
from timesheet.domain.report.range import columns_of
from timesheet.domain.report.table import Cell, Column, Label, ReportTerms, Row, Table
from timesheet.domain.report.terms import (
    NO_ROUNDING,
    AnyDimension,
    ColumnUnit,
    Dimension,
    Figure,
    Rounding,
    RoundingRule,
)

NOON = datetime(2024, 7, 1, 12, tzinfo=UTC)


def terms(rows: Sequence[AnyDimension], figures: tuple[Figure, ...], rounding: Rounding) -> ReportTerms:
    return ReportTerms(
        title="", teams=(), span=SPAN, previous=None, zone="UTC", rows=tuple(rows),
        column_unit=ColumnUnit.NONE, figures=figures, filters=(), rounding=rounding, requested_by="Ana",
        requested_at=NOON, read_at=NOON, complete=True,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class FakeTable:
    """Rows that are given. Implements Body as far as files need it."""

    rows_held: tuple[Row, ...]
    totals: tuple[Cell, ...]

    def rows(self) -> object:
        return iter(self.rows_held)


def flat(
    rows: Sequence[AnyDimension],
    body: Pivot | FakeTable,
    columns: tuple[Column, ...],
    figures: Figures = HM,
    of: tuple[Figure, ...] = (Figure.SPENT,),
    rounding: Rounding = NO_ROUNDING,
) -> FlatTable:
    table = Table(terms(rows, of, rounding), figures, columns, body, (), 0)  # type: ignore[arg-type]
    return FlatTable(table, lambda label: f"<{label.text}>")


# Days of the pivot's own tests are no dates, as the days of a report are.
@given(
    WORK,
    ROWS.filter(lambda rows: rows and not {Dimension.DAY, Dimension.ENTERED} & {*rows}),
    UNITS,
    FORMATS,
    ROUNDINGS,
)
def test_the_lines_add_up_to_the_total(
    work: list[Work], rows: Sequence[AnyDimension], unit: ColumnUnit, figures: Figures, rounding: Rounding
) -> None:
    columns = table_columns(columns_of(SPAN, unit, 0), [Figure.SPENT])
    found = flat(rows, pivot(work, rows, unit, figures, rounding), columns, figures, rounding=rounding)
    lines, total = list(found.rows()), found.total
    grouped = rounding.rule is RoundingRule.GROUP and len(rows) > 1
    assert found.every_level is grouped
    level = 1 if grouped else len(rows)
    for place, column in enumerate(found.columns):
        if column.column is not None:
            added = sum(int(str(line.values[place])) for line in lines if line.level == level)
            assert added == total.values[place]


def test_labels_have_columns_of_their_own() -> None:
    labels = (
        Label(Dimension.PERSON, "ana", "Ana"),
        Label(Dimension.PROJECT, "7", "Payments", "PAY"),
        Label(Dimension.ISSUE, "12", "PAY-12", "Refunds", "PAY-12"),
        Label(Dimension.DAY, "2024-06-03", "2024-06-03"),
        Label(Dimension.WORKLOG, "7", "7", "2024-06-05"),
    )
    rows = [label.dimension for label in labels]
    table = FakeTable((Row(labels, (Cell(60, 1),), 0),), (Cell(60, 1),))
    found = flat(rows, table, (Column(None, Figure.SPENT),))
    assert [column.name for column in found.columns] == [
        "person:text", "person:key", "project:detail", "project:text", "issue:text", "issue:detail",
        "day:day", "worklog:text", "worklog:entered", "total:spent:printed", "total:spent:exact",
    ]  # fmt: skip
    [line] = found.rows()
    assert line.values == (
        "<Ana>", "ana", "PAY", "<Payments>", "<PAY-12>", "Refunds", date(2024, 6, 3), "<7>", date(2024, 6, 5), 1, 60,
    )  # fmt: skip
    assert found.total.values == (None,) * 9 + (1, 60)


def test_each_worklog_has_its_comment_if_comments_were_read() -> None:
    rows = [Dimension.WORKLOG]
    of = Figure.SPENT
    lines = [Row((Label(Dimension.WORKLOG, key, key),), (Cell(60, 1),), 0) for key in ("7", "8")]
    body = FakeTable(tuple(lines), (Cell(120, 2),))
    table = Table(terms(rows, (of,), NO_ROUNDING), HM, (Column(None, of),), body, (), 2, comments={7: "Call"})  # type: ignore[arg-type]
    found = FlatTable(table, lambda label: label.text)
    assert [column.name for column in found.columns][:3] == [
        "worklog:text",
        "worklog:entered",
        "worklog:comment",
    ]
    assert [line.values[2] for line in found.rows()] == ["Call", None]
    assert found.total.values[2] is None


def test_rows_of_all_levels_come_if_a_figure_does_not_reach_the_innermost() -> None:
    person, issue = Label(Dimension.PERSON, "ana", "Ana"), Label(Dimension.ISSUE, "12", "PAY-12")
    part, none = Cell(75, 75), Cell(None, None)
    table = FakeTable((Row((person,), (part,), 1), Row((person, issue), (none,), 0)), (part,))
    of = (Figure.PERCENTAGE,)
    found = flat([Dimension.PERSON, Dimension.ISSUE], table, (Column(None, Figure.PERCENTAGE),), of=of)
    assert [(line.level, line.values[0], line.values[-1]) for line in found.rows()] == [
        (1, 1, 75),
        (2, 2, None),
    ]
    assert found.columns[0].part is ColumnContent.LEVEL
    assert found.columns[-1].kind is ValueKind.PERCENTAGE
    changed = flat([Dimension.DAY], table, (Column(None, Figure.CHANGE),), of=(Figure.CHANGE,))
    assert changed.every_level


def test_what_is_missing_has_a_line_for_each_person_above_their_days() -> None:
    person, day = Label(Dimension.PERSON, "ana", "Ana"), Label(Dimension.DAY, "2024-06-03", "2024-06-03")
    missing, none = Cell(3600, 60), Cell(None, None)
    table = FakeTable((Row((person,), (missing,), 1), Row((person, day), (none,), 0)), (missing,))
    column, of = Column(None, Figure.MISSING), (Figure.MISSING,)
    found = flat([Dimension.PERSON, Dimension.DAY], table, (column,), of=of)
    assert [(line.level, line.values[-1]) for line in found.rows()] == [(1, 3600), (2, None)]
