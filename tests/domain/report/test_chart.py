"""The charts of a report: which ones fit, what they are drawn from, and where their marks are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.report.chart import (
    FULL,
    Bar,
    Chart,
    Scale,
    bar,
    chart_query,
    charts_of,
    filled,
    scale,
    shared_by,
    slots,
)
from timesheet.domain.report.query import LONGEST_REPORT, Filter, ReportQuery, check_query
from timesheet.domain.report.range import columns_of
from timesheet.domain.report.terms import (
    BY_NAME,
    NO_ROUNDING,
    ColumnUnit,
    Dimension,
    Figure,
    Rounding,
    RoundingRule,
    SortOrder,
)
from timesheet.domain.span import DateSpan

HOUR = 3600
FIRST = date(2026, 1, 1)
AMOUNTS = st.integers(0, 10**8)


def days(number: int) -> DateSpan:
    return DateSpan(FIRST, FIRST + timedelta(days=number - 1))


TEAM = ReportQuery(days(31), team_ids=("a",))


def test_a_team_has_all_charts_and_one_person_none_of_people() -> None:
    assert charts_of(TEAM) == tuple(Chart)
    assert charts_of(ReportQuery(days(31))) == (Chart.BURN, Chart.SHARE, Chart.TREND)
    assert charts_of(ReportQuery(days(1))) == (Chart.SHARE,)


def test_a_chart_shows_the_same_time_without_rounding_and_order() -> None:
    kept = Filter(Dimension.PROJECT, frozenset({"1"}))
    query = replace(
        TEAM,
        filters=(kept,),
        text="x",
        rounding=Rounding(RoundingRule.ROW),
        order=SortOrder("total:spent", descending=True),
        figures=(Figure.SPENT, Figure.PREVIOUS),
    )
    drawn = chart_query(query, Chart.PEOPLE)
    assert (drawn.filters, drawn.text, drawn.team_ids, drawn.span) == ((kept,), "x", ("a",), TEAM.span)
    assert (drawn.rounding, drawn.order) == (NO_ROUNDING, BY_NAME)
    assert drawn.figures == (Figure.SPENT, Figure.CAPACITY)
    assert not drawn.compares


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((), Dimension.PROJECT),
        ((Dimension.PERSON, Dimension.ISSUE), Dimension.PROJECT),
        ((Dimension.PERSON, Dimension.TYPE, Dimension.STATUS), Dimension.TYPE),
        ((Dimension.TEAM,), Dimension.TEAM),
    ],
)
def test_shares_are_of_what_the_rows_are_about(rows: tuple[Dimension, ...], expected: Dimension) -> None:
    query = replace(TEAM, rows=rows)
    assert shared_by(query) is expected
    share = chart_query(query, Chart.SHARE)
    assert (share.rows, share.order) == ((expected,), SortOrder("total:spent", descending=True))
    assert share.figures == (Figure.SPENT,)


@pytest.mark.parametrize(
    ("chart", "number", "unit"),
    [
        (Chart.LOAD, 31, ColumnUnit.DAY),
        (Chart.LOAD, 32, ColumnUnit.WEEK),
        (Chart.LOAD, 371, ColumnUnit.WEEK),
        (Chart.LOAD, 372, ColumnUnit.MONTH),
        (Chart.TREND, 14, ColumnUnit.DAY),
        (Chart.TREND, 31, ColumnUnit.WEEK),
        (Chart.TREND, 113, ColumnUnit.MONTH),
        (Chart.BURN, 93, ColumnUnit.DAY),
        (Chart.BURN, 94, ColumnUnit.WEEK),
        (Chart.PEOPLE, 31, ColumnUnit.NONE),
    ],
)
def test_columns_are_as_small_as_they_can_be(chart: Chart, number: int, unit: ColumnUnit) -> None:
    assert chart_query(replace(TEAM, span=days(number)), chart).column_unit is unit


@given(st.integers(1, LONGEST_REPORT), st.sampled_from(Chart))
def test_every_report_can_be_drawn(number: int, chart: Chart) -> None:
    query = chart_query(replace(TEAM, span=days(number)), chart)
    check_query(query)
    assert len(columns_of(query.span, query.column_unit, 0)) <= 106


@pytest.mark.parametrize(
    ("most", "top", "steps"),
    [
        (0, 900, 1),
        (900, 900, 1),
        (8 * HOUR, 8 * HOUR, 4),
        (9 * HOUR, 12 * HOUR, 3),
        (161 * HOUR, 240 * HOUR, 3),
    ],
)
def test_axes_end_at_a_round_number_of_hours(most: int, top: int, steps: int) -> None:
    axis = scale(most)
    assert (axis.top, len(axis.steps)) == (top, steps)


@given(AMOUNTS)
def test_an_axis_holds_its_amount_in_four_steps(most: int) -> None:
    axis = scale(most)
    assert most <= axis.top
    assert 1 <= len(axis.steps) <= 4
    assert axis.steps[-1] == axis.top
    assert axis.top <= max(900, 2 * most)


@pytest.mark.parametrize(
    ("spent", "capacity", "expected"),
    [
        (0, 0, Bar(0, 0, 0)),
        (4, 8, Bar(400, 0, 800)),
        (8, 4, Bar(400, 400, 400)),
        (8, 0, Bar(0, 800, 0)),
        (8, None, Bar(800, 0, None)),
    ],
)
def test_a_bar_ends_at_its_capacity_and_goes_on_beyond(
    spent: int, capacity: int | None, expected: Bar
) -> None:
    found = bar(spent, capacity, Scale(10, (10,)))
    assert found == expected
    assert found.whole == spent * 100


@pytest.mark.parametrize(
    ("spent", "capacity", "expected"),
    [(0, 8, 0), (0, 0, 0), (4, 8, 500), (1, 9000, 1), (9, 8, FULL), (1, 0, FULL)],
)
def test_a_day_fills_up_to_its_capacity(spent: int, capacity: int, expected: int) -> None:
    assert filled(spent, capacity) == expected


@given(st.integers(0, 200), st.integers(1, 12))
def test_slots_fill_the_drawing_and_few_have_heads(number: int, heads: int) -> None:
    found = slots(number, heads)
    assert len(found) == number
    assert sum(slot.width for slot in found) == (FULL if number else 0)
    assert all(slot.start <= slot.middle <= slot.start + slot.width for slot in found)
    assert all(one.start + one.width == two.start for one, two in pairwise(found))
    assert sum(slot.headed for slot in found) <= heads
    assert not found or found[0].headed
