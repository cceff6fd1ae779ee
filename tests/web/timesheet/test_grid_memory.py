"""A grid is printed again only as far as something on it changed, and looks as if it had been printed anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.domain.worklog.test_sheet import ISSUES, MONDAY, WEEK, worklog
from timesheet.domain.figures import Figures
from timesheet.domain.period.closed_day import ALL_OPEN, ClosedDay, ClosedDays
from timesheet.domain.team.team import Team
from timesheet.domain.worklog.sheet import Day
from timesheet.web.timesheet.grid import Grid
from timesheet.web.timesheet.grid_memory import Content, GridMemory

CLOSED = ClosedDays({MONDAY: (ClosedDay(Team("alpha", "Alpha", "lead", "scheme"), WEEK),)}, {})
ENTRY = st.tuples(st.integers(1, 8), st.sampled_from(list(ISSUES)), st.integers(0, 6), st.integers(1, 40_000))


def content(entries: list[tuple[int, int, int, int]]) -> Content:
    worklogs = (
        worklog(number, issue_id, MONDAY + timedelta(days=day), seconds)
        for number, issue_id, day, seconds in {entry[0]: entry for entry in entries}.values()
    )
    days = tuple(Day(day, 28_800) for day in WEEK)
    return Content(tuple(worklogs), ISSUES, days, (), Figures(), MONDAY, ALL_OPEN)


def printed(grid: Grid) -> tuple[object, ...]:
    return (
        *(grid.rows(), grid.groups(), grid.logged_cells, grid.expected_cells, grid.to_date_cells),
        *(grid.difference_cells, grid.total_logged, grid.total_difference),
    )


@given(
    st.lists(
        st.tuples(st.lists(ENTRY, max_size=8), st.booleans(), st.booleans(), st.integers(0, 6)),
        min_size=2,
        max_size=4,
    )
)
def test_whatever_was_shown_before_a_grid_is_printed_as_if_it_were_the_first(
    looks: list[tuple[list[tuple[int, int, int, int]], bool, bool, int]],
) -> None:
    memory = GridMemory()
    for entries, decimal, closed, today in looks:
        shown = replace(
            content(entries),
            figures=Figures(decimal),
            closed=CLOSED if closed else ALL_OPEN,
            today=MONDAY + timedelta(days=today),
        )
        assert printed(memory.grid_of("ada", shown)) == printed(GridMemory().grid_of("ada", shown))


def test_an_unchanged_grid_is_the_same_and_a_save_prints_one_row() -> None:
    memory, before = GridMemory(), content([(1, 0, 0, 3600), (2, 1, 1, 3600)])
    grid = memory.grid_of("ada", before)
    first = {row.row.issue.id: row for row in grid.rows()}
    assert memory.grid_of("ada", content([(1, 0, 0, 3600), (2, 1, 1, 3600)])) is grid
    after = memory.grid_of("ada", content([(1, 0, 0, 7200), (2, 1, 1, 3600)]))
    then = {row.row.issue.id: row for row in after.rows()}
    assert then[1] is first[1]
    assert then[0].total.text == "2:00"


def test_nobody_sees_the_grid_of_another_and_the_memory_is_bounded() -> None:
    memory, shown = GridMemory(most=2), content([(1, 0, 0, 3600)])
    grid = memory.grid_of("ada", shown)
    assert memory.grid_of("bo", shown) is not grid
    assert memory.grid_of("ada", shown) is grid
    memory.grid_of("cy", shown)
    memory.grid_of("di", shown)
    assert memory.grid_of("ada", shown) is not grid
