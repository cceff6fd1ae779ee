from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from tests.domain.support.sheets import build_sheet
from tests.domain.worklog.test_sheet import EXPECTED, ISSUES, MONDAY, WEEK, worklog
from timesheet.domain.errors import InvalidInput
from timesheet.domain.figures import Figures
from timesheet.domain.period.closed_day import ClosedDay, ClosedDays
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Team
from timesheet.domain.worklog.adf import text_to_adf
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.worklog.safeguard.seen import SeenWorklog, read_seen, seen_mark
from timesheet.web.http.dates import ColumnHead
from timesheet.web.timesheet.columns import columns_of
from timesheet.web.timesheet.difference import Total
from timesheet.web.timesheet.grid import Grid, SpanProgress
from timesheet.web.timesheet.grid_row import RowMarks, grid_rows, issue_type

HM, DECIMAL = Figures(), Figures(decimal=True)


def grid(*worklogs: Worklog, figures: Figures = HM, today: date = WEEK.last) -> Grid:
    return Grid(build_sheet(worklogs, ISSUES, WEEK, EXPECTED), figures, today)


def test_what_a_browser_saw_comes_back_as_it_went() -> None:
    seen = replace(worklog(7, 0, MONDAY), updated=datetime(2026, 11, 16, 9, 0, 0, 123000, UTC))
    assert read_seen(seen_mark(seen)) == SeenWorklog(7, seen.updated)


@pytest.mark.parametrize(
    "mark", ["", "7", "7.", ".5", "x.5", "7.x", "7.5.5", "-7.5", "7.1e3", "٣.5", "1" * 19 + ".5"]
)
def test_a_mark_of_another_shape_is_refused(mark: str) -> None:
    with pytest.raises(InvalidInput):
        read_seen(mark)


def test_a_cell_shows_its_worklog_its_comment_and_that_there_are_others() -> None:
    plain, other = worklog(1, 0, MONDAY), replace(worklog(2, 1, MONDAY), comment=text_to_adf("words"))
    two = (worklog(3, 2, MONDAY), worklog(4, 2, MONDAY, hour=12))
    rows = {row.row.issue.id: str(row.cells) for row in grid(plain, other, *two).rows()}
    assert rows[0].startswith(f"<td data-w={seen_mark(plain)}>1:00<td>")
    assert rows[1].startswith("<td class=c data-w=")
    assert rows[2].startswith("<td data-n=2>2:00<span class=sr-only>, </span><sup>2")


def test_a_comment_that_was_removed_leaves_no_mark() -> None:
    removed = replace(worklog(1, 0, MONDAY), comment=text_to_adf(""))
    [row] = grid(removed).rows()[:1]
    assert str(row.cells).startswith(f"<td data-w={seen_mark(removed)}>1:00")


def test_what_people_wrote_is_text_in_a_row(app: Flask) -> None:
    hostile = replace(ISSUES[0], key='"K-1', summary="<b>S</b>", type_name="<i>'T'")
    [row] = Grid(build_sheet([worklog(1, 0, MONDAY)], {0: hostile}, WEEK, EXPECTED), HM, WEEK.last).rows()
    with app.test_request_context():
        html = str(grid_rows([row], 'https://acme.example"x', RowMarks()))
    assert html.startswith('<tr id="r0"><th scope="row" class="p1"><button type="button" class="pin"')
    assert '<i class="type task" title="&lt;i&gt;&#39;T&#39;"></i>' in html
    assert (
        '<a href="https://acme.example&#34;x/browse/&#34;K-1" target="_blank" rel="noopener">&#34;K-1</a>'
        in html
    )
    assert "</a>&lt;b&gt;S&lt;/b&gt;</th><td data-w=" in html
    assert html.endswith('<td class="s" id="s0">1:00</tr>')
    mirrored = row._replace(row=row.row._replace(issue=replace(hostile, summary="שיפור <b> - phase 2")))
    with app.test_request_context():
        html = str(grid_rows([mirrored], "", RowMarks()))
    assert "</a><bdi>שיפור &lt;b&gt; - phase 2</bdi></th>" in html
    done = row._replace(row=row.row._replace(issue=replace(hostile, done=True, type_name="Bug")))
    with app.test_request_context():
        html = str(grid_rows([done], "", RowMarks((0,), {0})))
    assert html.startswith('<tr id="r0"><th scope="row" class="done p1" draggable=true><button')
    assert '<i class="type bug"' in html
    assert 'aria-pressed="true"' in html
    assert 'class="unkeep"' in html


@pytest.mark.parametrize(
    ("name", "kind", "drawn"),
    [("Fehler", "bug", "bug"), ("Bug", "story", "story"), ("Epic", "", "epic"), ("Fehler", "", "task")],
)
def test_a_type_is_drawn_as_what_it_is_in_every_language(name: str, kind: str, drawn: str) -> None:
    assert issue_type(replace(ISSUES[0], type_name=name, type_kind=kind)) == drawn


def test_closed_cells_are_read_only_be_they_empty_or_not() -> None:
    closed = ClosedDays({MONDAY: (ClosedDay(Team("alpha", "Alpha", "lead", "scheme"), WEEK),)})
    sheet = build_sheet(
        [worklog(1, 0, MONDAY), worklog(2, 0, WEEK.last), worklog(3, 1, WEEK.last)], ISSUES, WEEK, EXPECTED
    )
    printed = Grid(sheet, HM, WEEK.last, closed)
    full, empty = (row.cells.split("<td") for row in printed.rows())
    assert [cell.startswith(" class=k aria-readonly=true") for cell in full[1:]] == [True] + [False] * 6
    assert empty[1] == " class=k aria-readonly=true>"
    assert printed.cell_at(sheet.rows[1], 0) == "<td class=k aria-readonly=true></td>"
    assert printed.cell_at(sheet.rows[1], 1) == "<td></td>"
    assert printed.cell_at(sheet.rows[0], 6).startswith("<td data-w=2.")


@pytest.mark.parametrize(
    ("hours", "today", "progress"),
    [
        (4, MONDAY, SpanProgress("4:00", "40:00", 10, "4:00", "under")),
        (8, MONDAY, SpanProgress("8:00", "40:00", 20, "0:00", "met")),
        (41, MONDAY, SpanProgress("41:00", "40:00", 100, "33:00", "over")),
        (4, MONDAY - timedelta(days=1), SpanProgress("4:00", "40:00", 10, "0:00", "")),
        (41, MONDAY - timedelta(days=1), SpanProgress("41:00", "40:00", 100, "1:00", "over")),
    ],
)
def test_the_whole_span_is_compared_with_what_is_expected_to_date(
    hours: int, today: date, progress: SpanProgress
) -> None:
    assert grid(worklog(1, 0, MONDAY, hours * 3600), today=today).progress == progress


def test_without_expected_time_there_is_none_to_compare_with() -> None:
    weekend = DateSpan(WEEK.last - timedelta(days=1), WEEK.last)
    nothing = build_sheet([], ISSUES, weekend, [0, 0])
    assert Grid(nothing, HM, WEEK.last).progress == SpanProgress("0:00", "", 0, "0:00", "")
    some = build_sheet([worklog(1, 0, WEEK.last, 3600)], ISSUES, weekend, [0, 0])
    assert Grid(some, HM, WEEK.last).progress == SpanProgress("1:00", "", 0, "1:00", "over")


def test_t05_printed_sums_agree_in_every_direction() -> None:
    twenty = [worklog(n, issue_id, MONDAY + timedelta(days=day), 1200) for n, (issue_id, day) in enumerate(
        (i, d) for i in range(3) for d in range(3)
    )]  # fmt: skip
    printed = grid(*twenty, figures=DECIMAL)
    thrice = Total("0.99", exactly="exactly 1:00:00")
    assert [row.total for row in printed.rows()] == [thrice] * 3
    assert [printed.logged(n)._replace(mark="") for n in range(3)] == [thrice] * 3
    [one, *_] = printed.groups()
    assert one.days[:4] == (*[Total("0.33")._replace(exactly="exactly 0:20:00")] * 3, Total(""))
    assert printed.total_logged == Total("2.97", exactly="exactly 3:00:00")


def test_t15_a_sum_of_rounded_expected_times_has_the_exact_one_beside_it() -> None:
    # Half a day of 7:45, as on a day with half a holiday.
    expected, today = [13_950] * 4 + [27_900] + [0] * 2, MONDAY + timedelta(days=2)
    printed = Grid(build_sheet([], ISSUES, WEEK, expected), HM, today)
    half, whole, none = '<td title="exactly 3:52:30">3:53', "<td>7:45", "<td>–" * 2
    assert printed.expected_cells == half * 4 + whole + none
    assert printed.to_date_cells == half * 3 + "<td>" * 4
    assert printed.total_expected == Total("23:17", exactly="exactly 23:15:00")
    assert printed.total_to_date == Total("11:39", exactly="exactly 11:37:30")
    assert grid().total_expected == Total("40:00")


def test_differences_are_over_or_under_and_expect_nothing_yet_of_days_to_come() -> None:
    worklogs = (
        worklog(1, 0, MONDAY, 9 * 3600),
        worklog(2, 0, MONDAY + timedelta(days=1), 8 * 3600),
        worklog(3, 0, MONDAY + timedelta(days=2), 3600),
        worklog(4, 0, MONDAY + timedelta(days=4), 3600),
        worklog(5, 0, WEEK.last, 3600),
    )
    printed = grid(*worklogs, today=MONDAY + timedelta(days=2))
    shown = [(printed.difference(n).text, printed.difference(n).mark) for n in range(7)]
    assert shown == [
        ("+1:00", "over"),
        ("✓", "met"),
        ("−7:00", "under"),
        ("", ""),
        ("+1:00", ""),
        ("", ""),
        ("+1:00", "over"),
    ]
    assert printed.total_difference.text == "−4:00"


def test_the_bar_shows_tenths_of_what_is_expected() -> None:
    printed = grid(worklog(1, 0, MONDAY, 4 * 3600), worklog(2, 0, MONDAY + timedelta(days=1), 20 * 3600))
    assert [printed.logged(n).mark for n in range(3)] == ["bar-cell b5", "bar-cell b10", ""]


def test_an_empty_sheet_has_a_foot_too() -> None:
    printed = grid()
    assert printed.total_logged.text == "0:00"
    assert printed.logged_cells.count("<td") == printed.difference_cells.count("<td") == 7
    assert printed.expected_cells.count("8:00") == 5


def test_a_group_sums_its_rows() -> None:
    printed = grid(worklog(1, 0, MONDAY), worklog(2, 1, MONDAY), worklog(3, 2, MONDAY))
    [ops, pay] = printed.groups()
    assert (ops.days[0].text, pay.days[0].text, pay.total.text) == ("1:00", "2:00", "2:00")
    assert printed.sums_of_group(pay.rows[0].row) == replace(pay, rows=())


def test_names_of_days_are_escaped() -> None:
    columns = columns_of((ColumnHead("<b>", '"', 'a "name"', "off"),))
    assert "&lt;b&gt;" in columns.heads
    assert re.search(r'title="a &#34;name&#34;"', columns.heads)
