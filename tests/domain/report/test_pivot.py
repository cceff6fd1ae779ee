"""The pivot: any rows, any columns, and any part of the worklogs add up to the whole, printed and exact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.errors import NotFound
from timesheet.domain.figures import Figures
from timesheet.domain.report.group import Group, axis_of
from timesheet.domain.report.group_tree import Axis, FactTable
from timesheet.domain.report.pivot import Pivot, depth_of, table_columns
from timesheet.domain.report.range import columns_of
from timesheet.domain.report.table import NO_FIGURE, Cell, Row
from timesheet.domain.report.terms import (
    BY_NAME,
    NO_ROUNDING,
    AnyDimension,
    ColumnUnit,
    Dimension,
    Field,
    Figure,
    Rounding,
    RoundingRule,
    SortOrder,
    field_of,
)
from timesheet.domain.span import DateSpan

FIRST = date(2024, 6, 3)
SPAN = DateSpan(FIRST, FIRST + timedelta(days=20))
HM, DECIMAL, DAYS = Figures(), Figures(decimal=True), Figures(decimal=True, whole=27_000)
PEOPLE, ISSUES, TEAMS = 4, 5, 3
Work = tuple[int, int, int, int]
"""A person, a day of the range, an issue, and seconds."""

WORK = st.lists(
    st.tuples(
        st.integers(0, PEOPLE - 1), st.integers(0, 20), st.integers(0, ISSUES - 1), st.integers(1, 90_000)
    ),
    max_size=40,
)
ROWS = st.lists(
    st.sampled_from([one for one in Dimension if one is not Dimension.WORKLOG]), max_size=4, unique=True
)
UNITS = st.sampled_from(ColumnUnit)
FORMATS = st.sampled_from([HM, DECIMAL, DAYS])
ROUNDINGS = st.builds(Rounding, st.sampled_from(RoundingRule), st.sampled_from([300, 900, 3600]))


def facts(work: Sequence[Work]) -> FactTable:
    fields: Mapping[Field, list[int]] = {
        Field.PERSON: [person for person, _, _, _ in work],
        Field.DAY: [FIRST.toordinal() + day for _, day, _, _ in work],
        Field.ISSUE: [issue for _, _, issue, _ in work],
        Field.TEAM: [person % TEAMS for person, _, _, _ in work],
        Field.WORKLOG: list(range(len(work))),
        Field.ENTERED: [FIRST.toordinal() + day + issue for _, day, issue, _ in work],
    }
    return FactTable(fields, [seconds for _, _, _, seconds in work])


def axis(dimension: AnyDimension, values: Sequence[int]) -> Axis:
    """Return rows in which some values share a group, some have two, and some have none."""
    spread = {
        Field.DAY: 3, Field.PERSON: 3, Field.TEAM: 2, Field.ISSUE: 4, Field.WORKLOG: 9, Field.ENTERED: 5,
    }[field_of(dimension)]  # fmt: skip
    groups = {
        value: [Group(f"{n}", f"{dimension} {n}") for n in range(value % spread) if n != 1]
        for value in values
    }
    return axis_of(dimension, groups)


def pivot(
    work: Sequence[Work],
    rows: Sequence[AnyDimension],
    unit: ColumnUnit = ColumnUnit.NONE,
    figures: Figures = HM,
    rounding: Rounding = NO_ROUNDING,
    **more: object,
) -> Pivot:
    amounts = facts(work)
    spans = columns_of(SPAN, unit, 0)
    axes = [axis(dimension, amounts.fields[field_of(dimension)]) for dimension in rows]
    columns = table_columns(spans, [Figure.SPENT])
    return Pivot({Figure.SPENT: amounts}, axes, spans, columns, figures, rounding, **more)  # type: ignore[arg-type]


def sums(rows: Sequence[Sequence[Cell]]) -> list[tuple[int, int]]:
    """Return the exact and the printed sum of each column."""
    return [
        (sum(cell.exact or 0 for cell in column), sum(cell.printed or 0 for cell in column))
        for column in zip(*rows, strict=True)
    ]


def pairs(cells: Sequence[Cell]) -> list[tuple[int | None, int | None]]:
    return [(cell.exact, cell.printed) for cell in cells]


@given(WORK, ROWS, UNITS, FORMATS, ROUNDINGS)
def test_t05_rows_columns_and_the_total_agree(
    work: list[Work], rows: list[Dimension], unit: ColumnUnit, figures: Figures, rounding: Rounding
) -> None:
    made = pivot(work, rows, unit, figures, rounding)
    assert made.totals[-1].exact == sum(seconds for _, _, _, seconds in work)
    below: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in made.rows():
        below[row.path[:-1]].append(row)
    grouped = rounding.rule is RoundingRule.GROUP and len(rows) > 1
    for parent in [None, *made.rows()]:
        children = below[parent.path if parent else ()]
        cells = parent.cells if parent else made.totals
        if children:
            expected = sums([row.cells for row in children])
            rounded = grouped and parent is not None and parent.level == 0
            shown = [one[0] for one in pairs(cells)] if rounded else pairs(cells)
            assert shown == ([one[0] for one in expected] if rounded else expected)
        if len(cells) > 1:
            assert sum(cell.exact or 0 for cell in cells[:-1]) == cells[-1].exact
            assert sum(cell.printed or 0 for cell in cells[:-1]) == cells[-1].printed


@given(WORK, ROWS, UNITS, st.lists(st.booleans(), min_size=40, max_size=40))
def test_two_parts_of_the_worklogs_sum_to_the_whole(
    work: list[Work], rows: list[Dimension], unit: ColumnUnit, kept: list[bool]
) -> None:
    parts = [[one for one, here in zip(work, kept, strict=False) if here is part] for part in (True, False)]
    whole = pivot(work, rows, unit).totals
    halves = [pivot(part, rows, unit).totals for part in parts]
    assert [cell.exact for cell in whole] == [exact for exact, _ in sums(halves)]


@given(WORK, ROWS, ROWS)
def test_the_total_does_not_depend_on_the_rows(
    work: list[Work], rows: list[Dimension], others: list[Dimension]
) -> None:
    assert [cell.exact for cell in pivot(work, rows).totals] == [
        cell.exact for cell in pivot(work, others).totals
    ]


@given(WORK, st.permutations([Dimension.PERSON, Dimension.ISSUE, Dimension.DAY]))
def test_innermost_rows_are_the_same_in_any_order_of_levels(work: list[Work], rows: list[Dimension]) -> None:
    def leaves(order: Sequence[Dimension]) -> dict[frozenset[tuple[AnyDimension, str]], int | None]:
        return {
            frozenset((label.dimension, label.key) for label in row.labels): row.cells[0].exact
            for row in pivot(work, order).rows()
            if row.children == 0
        }

    assert leaves(rows) == leaves([Dimension.PERSON, Dimension.ISSUE, Dimension.DAY])


@given(WORK, ROWS.filter(bool))
def test_every_row_is_found_again_by_its_path(work: list[Work], rows: list[Dimension]) -> None:
    made = pivot(work, rows)
    every = list(made.rows())
    assert len(every) == made.row_count
    assert len({row.path for row in every}) == len(every)
    for row in every:
        numbers = made.below(row.path[:-1])
        assert row in [made.row(row.level, number) for number in numbers]
        assert len(made.below(row.path)) == row.children
    with pytest.raises(NotFound):
        made.below(["no such group"])


@given(WORK, st.booleans())
def test_sorting_orders_each_level_and_changes_no_figure(work: list[Work], descending: bool) -> None:
    rows = [Dimension.PERSON, Dimension.ISSUE]
    plain, ordered = pivot(work, rows), pivot(work, rows, order=SortOrder("total:spent", descending))
    assert sorted(row.path for row in plain.rows()) == sorted(row.path for row in ordered.rows())
    top = [ordered.row(0, number).cells[0].exact or 0 for number in ordered.below(())]
    assert top == sorted(top, reverse=descending)


def test_rows_descend_by_their_labels_without_a_column() -> None:
    made = pivot(
        [(0, 0, 0, 60), (1, 0, 1, 60), (2, 0, 2, 60)], [Dimension.PERSON], order=SortOrder(descending=True)
    )
    other = pivot([(0, 0, 0, 60), (1, 0, 1, 60), (2, 0, 2, 60)], [Dimension.PERSON])
    assert [row.path for row in made.rows()] == [row.path for row in other.rows()][::-1]


def test_a_column_that_is_gone_sorts_nothing() -> None:
    work = [(0, 0, 0, 60), (1, 0, 1, 60), (2, 0, 2, 60)]
    made = pivot(work, [Dimension.PERSON], order=SortOrder("2020-01-06:spent", descending=True))
    assert list(made.rows()) == list(pivot(work, [Dimension.PERSON]).rows())


@given(st.integers(0, 10**6), ROUNDINGS)
def test_t17_rounding_twice_is_rounding_once(seconds: int, rounding: Rounding) -> None:
    assert rounding.up(rounding.up(seconds)) == rounding.up(seconds)
    assert 0 <= rounding.up(seconds) - seconds < rounding.step_seconds


def test_t18_rows_and_groups_round_differently() -> None:
    work = [(3, 0, 3, 300), (3, 1, 2, 300)]
    rows = [Dimension.PERSON, Dimension.ISSUE]
    half = 1800
    by_row = pivot(work, rows, rounding=Rounding(RoundingRule.ROW, half))
    by_group = pivot(work, rows, rounding=Rounding(RoundingRule.GROUP, half))
    assert by_row.totals == [Cell(600, 60)]
    assert by_group.totals == [Cell(600, 30)]
    assert [row.cells[0].printed for row in by_group.rows()] == [30, 5, 5]


def test_t15_twenty_minutes_three_times_print_their_sum() -> None:
    work = [(3, 0, 0, 1200), (3, 0, 2, 1200), (3, 0, 3, 1200)]
    assert pivot(work, [Dimension.ISSUE], figures=DECIMAL).totals == [Cell(3600, 99)]


def report(
    figures: Sequence[Figure],
    rows: Sequence[AnyDimension],
    unit: ColumnUnit = ColumnUnit.NONE,
    order: SortOrder = BY_NAME,
    also: Sequence[Work] = (),
) -> Pivot:
    """Return three people with 8 hours a day in the first five days, and some time of two of them."""
    work = facts([(0, 0, 0, 36_000), (0, 1, 1, 3600), (1, 0, 0, 7200), *also])
    days = [(person, day) for person in range(3) for day in range(5)]
    capacity = FactTable(
        {
            Field.PERSON: [person for person, _ in days],
            Field.DAY: [FIRST.toordinal() + day for _, day in days],
            Field.TEAM: [0] * len(days),
        },
        [28_800] * len(days),
    )
    estimates = FactTable({Field.ISSUE: [0, 1]}, [72_000, 3600])
    before = facts([(0, 3, 0, 3600)])
    amounts = {
        Figure.SPENT: work,
        Figure.CAPACITY: capacity,
        Figure.ESTIMATE: estimates,
        Figure.PREVIOUS: before,
    }
    spans = columns_of(SPAN, unit, 0)
    names = {field: f"{field} {{}}" for field in Field}
    axes = []
    for dimension in rows:
        field = field_of(dimension)
        values = {value for amount in amounts.values() for value in amount.fields.get(field, ())}
        groups = {value: [Group(str(value), names[field].format(value))] for value in values}
        axes.append(axis_of(dimension, groups))
    return Pivot(amounts, axes, spans, table_columns(spans, figures), HM, order=order)


@pytest.mark.parametrize(
    ("descending", "people"), [(False, ["2", "1", "0", "3", "4"]), (True, ["0", "1", "2", "3", "4"])]
)
def test_rows_without_the_figure_that_sorts_come_last_in_the_order_of_their_names(
    descending: bool, people: list[str]
) -> None:
    order = SortOrder("total:percentage", descending)
    without_capacity = [(4, 0, 1, 60), (3, 0, 1, 60), (3, 0, 0, 7200)]
    figures, rows = [Figure.SPENT, Figure.PERCENTAGE], [Dimension.PERSON, Dimension.ISSUE]
    made = report(figures, rows, order=order, also=without_capacity)
    paths = [row.path for row in made.rows()]
    assert [path[0] for path in paths if len(path) == 1] == people
    assert [path[1] for path in paths if path[0] == "3" and len(path) == 2] == ["0", "1"]


@pytest.mark.parametrize("descending", [False, True])
def test_rows_keep_the_order_of_their_names_on_levels_without_the_figure_that_sorts(descending: bool) -> None:
    order = SortOrder("total:capacity", descending)
    made = report([Figure.SPENT, Figure.CAPACITY], [Dimension.PERSON, Dimension.ISSUE], order=order)
    issues = [row.path[1] for row in made.rows() if row.path[0] == "0" and len(row.path) == 2]
    assert issues == ["0", "1"]


@pytest.mark.parametrize(
    ("seconds", "printed"),
    [(215, 1), (216, 2), (71, 0), (72, 1), (144_000 * 3 + 72, 3001), (43_200_071, 300_000)],
)
def test_percentages_are_rounded_half_up_to_a_tenth(seconds: int, printed: int) -> None:
    made = report([Figure.PERCENTAGE], [Dimension.PERSON], also=[(2, 0, 0, seconds)])
    assert next(row for row in made.rows() if row.path == ("2",)).cells == (Cell(printed, printed),)


def test_capacity_is_beside_people_and_not_below_them() -> None:
    figures = [Figure.SPENT, Figure.CAPACITY, Figure.DIFFERENCE, Figure.PERCENTAGE]
    made = report(figures, [Dimension.PERSON, Dimension.ISSUE])
    rows = {row.path: list(row.cells) for row in made.rows()}
    assert rows["0",] == [Cell(39_600, 660), Cell(144_000, 2400), Cell(-104_400, -1740), Cell(275, 275)]
    assert rows["0", "1"] == [Cell(3600, 60), NO_FIGURE, NO_FIGURE, NO_FIGURE]
    assert rows["2",] == [Cell(0, 0), Cell(144_000, 2400), Cell(-144_000, -2400), Cell(0, 0)]
    assert made.totals[1] == Cell(432_000, 7200)


def test_without_capacity_there_is_no_percentage() -> None:
    made = report([Figure.PERCENTAGE], [], ColumnUnit.WEEK)
    assert [cell.exact for cell in made.totals] == [108, None, None, 108]


def test_estimates_count_each_issue_once_and_have_no_columns() -> None:
    made = report([Figure.SPENT, Figure.ESTIMATE], [Dimension.ISSUE, Dimension.PERSON], ColumnUnit.WEEK)
    assert [column.key for column in made._columns][-2:] == ["total:spent", "total:estimate"]
    assert {row.path: row.cells[-1] for row in made.rows()} == {
        ("0",): Cell(72_000, 1200),
        ("0", "0"): NO_FIGURE,
        ("0", "1"): NO_FIGURE,
        ("1",): Cell(3600, 60),
        ("1", "0"): NO_FIGURE,
    }
    assert made.totals[-1] == Cell(75_600, 1260)


def test_the_range_before_is_compared_by_the_same_rows() -> None:
    made = report([Figure.SPENT, Figure.PREVIOUS, Figure.CHANGE], [Dimension.PERSON])
    assert [tuple(row.cells) for row in made.rows()][:2] == [
        (Cell(39_600, 660), Cell(3600, 60), Cell(36_000, 600)),
        (Cell(7200, 120), Cell(0, 0), Cell(7200, 120)),
    ]


@pytest.mark.parametrize(
    ("figure", "rows", "depth"),
    [
        (Figure.SPENT, [Dimension.ISSUE, Dimension.DAY], 2),
        (Figure.CAPACITY, [Dimension.TEAM, Dimension.PERSON, Dimension.PROJECT], 2),
        (Figure.CAPACITY, [Dimension.PROJECT, Dimension.PERSON], 0),
        (Figure.CAPACITY, [], 0),
        (Figure.MISSING, [Dimension.LABEL, Dimension.TEAM, Dimension.PERSON, Dimension.DAY], 3),
        (Figure.REMAINING, [Dimension.PARENT, Dimension.ISSUE], 2),
        (Figure.ESTIMATE, [Dimension.ISSUE, Dimension.PERSON], 1),
        (Figure.PREVIOUS, [Dimension.PERSON, Dimension.WEEKDAY, Dimension.DAY], 2),
    ],
)
def test_figures_exist_where_they_count_once(figure: Figure, rows: list[Dimension], depth: int) -> None:
    assert depth_of(figure, rows) == depth
