from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.domain.support.sheets import build_sheet
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.sheet import Day, issue_order, lay_out
from timesheet.domain.worklog.worklog import Worklog

MONDAY = date(2026, 11, 16)
WEEK = DateSpan(MONDAY, MONDAY + timedelta(days=6))
EXPECTED = [28_800] * 5 + [0, 0]


def issue(issue_id: int, key: str) -> Issue:
    project = key.partition("-")[0]
    return Issue(issue_id, key, f"Work on {key}", 1, project, f"The {project} project", "Task", "Open", False)


ISSUES = {n: issue(n, key) for n, key in enumerate(("PAY-9", "PAY-10", "OPS-2", "WEB-1"))}


def worklog(worklog_id: int, issue_id: int, day: date, seconds: int = 3600, hour: int = 9) -> Worklog:
    started = datetime.combine(day, time(hour), UTC)
    return Worklog(worklog_id, issue_id, "ada", day, started, seconds, started)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(ISSUES)),
            st.dates(MONDAY - timedelta(days=3), WEEK.last + timedelta(days=3)),
            st.integers(1, 90_000),
        ),
        max_size=40,
    )
)
def test_t05_sums_across_and_down_come_from_one_list(entries: list[tuple[int, date, int]]) -> None:
    worklogs = [worklog(n, issue_id, day, seconds) for n, (issue_id, day, seconds) in enumerate(entries)]
    sheet = build_sheet(worklogs, ISSUES, WEEK, EXPECTED)
    across, down = sum(row.seconds for row in sheet.rows), sum(sheet.logged(n) for n in range(7))
    assert across == down == sum(seconds for _, day, seconds in entries if day in WEEK)


def test_rows_are_sorted_by_project_and_number_not_by_letter() -> None:
    worklogs = [worklog(n, n, MONDAY) for n in ISSUES]
    sheet = build_sheet(worklogs, ISSUES, WEEK, EXPECTED)
    assert [row.issue.key for row in sheet.rows] == ["OPS-2", "PAY-9", "PAY-10", "WEB-1"]
    assert [(group.project_key, len(group.rows)) for group in sheet.groups] == [
        ("OPS", 1),
        ("PAY", 2),
        ("WEB", 1),
    ]


def test_several_worklogs_in_a_cell_are_in_order_of_their_start() -> None:
    late, early = worklog(1, 0, MONDAY, 600, hour=15), worklog(2, 0, MONDAY, 1200, hour=8)
    [row] = build_sheet([late, early], ISSUES, WEEK, EXPECTED).rows
    assert row.cells[0] is not None
    assert row.cells[0].worklogs == (early, late)
    assert row.cells[0].seconds == 1800
    assert row.cells[1:] == (None,) * 6


def test_an_added_issue_gets_a_row_without_time_once() -> None:
    sheet = build_sheet([worklog(1, 0, MONDAY)], ISSUES, WEEK, EXPECTED, [ISSUES[0], ISSUES[2]])
    assert [(row.issue.key, row.seconds) for row in sheet.rows] == [("OPS-2", 0), ("PAY-9", 3600)]


def test_days_know_what_is_expected_of_them() -> None:
    sheet = build_sheet([], ISSUES, WEEK, EXPECTED)
    assert [day.working for day in sheet.days] == [True] * 5 + [False] * 2
    assert sheet.span == WEEK
    assert sheet.row(0) is None
    assert sheet.groups == ()


def test_columns_are_found_by_day() -> None:
    sheet = build_sheet([], ISSUES, WEEK, EXPECTED)
    assert (sheet.column(MONDAY), sheet.column(WEEK.last)) == (0, 6)
    assert sheet.column(MONDAY - timedelta(days=1)) is None
    assert sheet.column(WEEK.last + timedelta(days=1)) is None


def test_a_key_without_a_number_has_a_place_too() -> None:
    odd = replace(ISSUES[0], key="PAY")
    assert sorted([ISSUES[0], odd], key=issue_order) == [odd, ISSUES[0]]
    assert issue_order(odd) == ("PAY", 0, "PAY")


def test_what_falls_outside_gives_no_row() -> None:
    days = (MONDAY - timedelta(days=1), WEEK.last + timedelta(days=1))
    assert build_sheet([worklog(n, 0, day) for n, day in enumerate(days)], ISSUES, WEEK, EXPECTED).rows == ()


def test_a_row_is_found_by_its_issue() -> None:
    sheet = build_sheet([worklog(1, 0, MONDAY), worklog(2, 1, MONDAY)], ISSUES, WEEK, EXPECTED)
    assert [sheet.row(issue_id) for issue_id in (0, 1, 2)] == [sheet.rows[0], sheet.rows[1], None]


def test_an_issue_that_is_there_is_not_taken_from_those_added() -> None:
    older = replace(ISSUES[0], summary="As it was called before")
    [row] = build_sheet([worklog(1, 0, MONDAY)], ISSUES, WEEK, EXPECTED, [older]).rows
    assert row.issue == ISSUES[0]


def test_a_second_that_is_expected_makes_a_working_day() -> None:
    assert [Day(MONDAY, seconds).working for seconds in (0, 1)] == [False, True]


def test_each_day_has_what_is_expected_of_it_or_nothing_is_laid_out() -> None:
    with pytest.raises(ValueError, match="shorter"):
        build_sheet([], ISSUES, WEEK, EXPECTED[:6])


def test_time_on_an_issue_that_is_not_known_yet_counts_under_its_id() -> None:
    sheet = build_sheet([worklog(1, 0, MONDAY), worklog(2, 99, MONDAY)], ISSUES, WEEK, EXPECTED)
    assert [(row.issue.key, row.issue.loading, row.seconds) for row in sheet.rows] == [
        ("99", True, 3600),
        ("PAY-9", False, 3600),
    ]
    assert sheet.logged(0) == 7200


ENTRIES = st.dictionaries(
    st.integers(1, 12),
    st.tuples(
        st.sampled_from(list(ISSUES)),
        st.dates(MONDAY - timedelta(days=2), WEEK.last + timedelta(days=2)),
        st.integers(1, 3),
    ),
    max_size=12,
)
DAYS = tuple(Day(day, 0) for day in WEEK)
NEXT = tuple(Day(day + timedelta(days=7), 0) for day in WEEK)
PINS = st.lists(st.sampled_from(list(ISSUES)), unique=True, max_size=2).map(tuple)
RENAMED = replace(ISSUES[1], summary="New")
MOVED = replace(issue(1, "WEB-7"), summary=ISSUES[1].summary)


@given(
    first=ENTRIES,
    then=ENTRIES,
    now=st.sampled_from([ISSUES[1], RENAMED, MOVED]),
    earlier=st.sampled_from([DAYS, NEXT, DAYS + NEXT]),
    pins=st.tuples(PINS, PINS),
)
@example({1: (1, MONDAY, 1)}, {1: (1, MONDAY, 1)}, MOVED, DAYS, ((), ())).via(
    "another place among the same rows"
)
@example({1: (1, MONDAY, 1)}, {1: (1, MONDAY, 1)}, ISSUES[1], DAYS + NEXT, ((), ())).via("fewer days")
@example({1: (1, MONDAY, 1)}, {1: (1, MONDAY, 1)}, ISSUES[1], DAYS, ((), (1,))).via("pinned since")
def test_a_sheet_with_rows_of_an_earlier_one_is_the_sheet(
    first: dict[int, tuple[int, date, int]],
    then: dict[int, tuple[int, date, int]],
    now: Issue,
    earlier: tuple[Day, ...],
    pins: tuple[tuple[int, ...], tuple[int, ...]],
) -> None:
    worklogs = [worklog(n, *entry) for n, entry in then.items()]
    was, pinned = pins
    added = [ISSUES[0], ISSUES[3]]
    before = lay_out([worklog(n, *entry) for n, entry in first.items()], ISSUES, earlier, added, pinned=was)
    issues = {**ISSUES, 1: now}
    assert lay_out(worklogs, issues, DAYS, added, before, pinned) == lay_out(
        worklogs, issues, DAYS, added, pinned=pinned
    )


def test_rows_on_which_nothing_changed_are_taken_over() -> None:
    worklogs = [worklog(n, n, MONDAY) for n in ISSUES]
    before = lay_out(worklogs, ISSUES, DAYS)
    after = lay_out([*worklogs, worklog(9, 1, WEEK.last)], ISSUES, DAYS, before=before)
    taken = [row.issue.id for row in after.rows if row is before.row(row.issue.id)]
    assert sorted(taken) == [0, 2, 3]
    assert [row.seconds for row in after.rows if row.issue.id == 1] == [2 * 3600]
