"""Blocks of cells: selected, copied, pasted from a spreadsheet, and moved."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from time import monotonic

import pytest
from playwright.sync_api import Request, Route, expect

from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.sheet import FRI, HOUR, MON, SAT, THU, TUE, WED, Sheet

KEPT = re.compile(r'\bkeep(=|",")1')
"""The field in a form, or in a form inside an envelope."""
MANY = "These are many changes at once. The rest is saved within a minute."
NOTE_SENTENCES = """() => {
    const live = document.getElementById('live');
    window.said = [];
    new MutationObserver(() => window.said.push(live.textContent)).observe(live, { childList: true });
}"""


def allow_clipboard(sheet: Sheet) -> None:
    sheet.page.context.grant_permissions(["clipboard-read", "clipboard-write"])


def paste(sheet: Sheet, text: str) -> None:
    """Paste text as a spreadsheet puts it on the clipboard, into the cell that has the focus."""
    sheet.frame.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData('text/plain', text);
            const paste = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
            document.activeElement.dispatchEvent(paste);
        }""",
        text,
    )


@pytest.mark.each_door
def test_a_block_is_chosen_with_shift_and_travels_by_the_clipboard(sheet: Sheet) -> None:
    allow_clipboard(sheet)
    one, two = sheet.work.issue("First"), sheet.work.issue("Second")
    for issue, day, seconds in ((one, MON, HOUR), (one, TUE, 90 * 60), (two, MON, 2 * HOUR)):
        sheet.work.log(issue, day, seconds)
    sheet.open()
    sheet.cell(one, MON).click()
    sheet.press("Shift+ArrowRight", "Shift+ArrowDown")
    total = sheet.frame.locator("#selection-sum")
    expect(total).to_have_text("Selected: 4:30 in 4 cells")
    expect(sheet.frame.locator("#live")).to_contain_text("Selected: 4:30 in 4 cells")
    # The press of the other button opens a menu for all of them.
    sheet.cell(two, MON).dispatch_event("pointerdown", {"button": 2, "bubbles": True})
    expect(sheet.grid.locator("[aria-selected=true]")).to_have_count(4)
    sheet.press("Control+c")
    sheet.cell(one, THU).click()
    expect(sheet.grid.locator("[aria-selected=true]")).to_have_count(0)
    expect(total).to_be_empty()
    sheet.press("Control+v")
    sheet.expect_cells([(one, THU, "1:00"), (one, FRI, "1:30"), (two, THU, "2:00"), (two, FRI, "")])
    expect(sheet.total).to_have_text("9:00")
    assert sheet.work.logged(one) == [(MON, HOUR), (TUE, 90 * 60), (THU, HOUR), (FRI, 90 * 60)]
    assert sheet.work.logged(two) == [(MON, 2 * HOUR), (THU, 2 * HOUR)]


def test_a_block_from_a_spreadsheet_lands_cell_by_cell(sheet: Sheet) -> None:
    one, two = sheet.work.issue("First"), sheet.work.issue("Second")
    sheet.work.log(two, TUE, HOUR)
    sheet.open(one, two)
    sheet.cell(one, MON).click()
    beyond = "\t".join(["9"] * 1234)
    paste(sheet, f"1,5\t0:45\tnonsense\r\n2\t -   \t30m\r\n{beyond}\r\n")
    sheet.expect_cells([(one, MON, "1:30"), (one, TUE, "0:45"), (one, WED, "nonsense")])
    sheet.expect_cells([(two, MON, "2:00"), (two, TUE, ""), (two, WED, "0:30")])
    expect(sheet.cell(one, WED)).to_have_class(re.compile("refused"))
    expect(sheet.frame.locator("td.refused")).to_have_count(1)
    expect(sheet.frame.locator(".flag.problem")).to_contain_text(
        "1,234 values were not pasted: there is no row"
    )
    expect(sheet.total).to_have_text("4:45")
    sheet.cell(one, WED).click()
    expect(sheet.problem).to_contain_text("“nonsense”")
    assert sheet.work.logged(one) == [(MON, 90 * 60), (TUE, 45 * 60)]
    assert sheet.work.logged(two) == [(MON, 2 * HOUR), (WED, 30 * 60)]


def test_a_cell_of_a_spreadsheet_with_quotes_and_lines_is_one_cell(sheet: Sheet) -> None:
    one, two = sheet.work.issue("First"), sheet.work.issue("Second")
    sheet.open(one, two)
    sheet.cell(one, MON).click()
    paste(sheet, '"1,5; said ""done"",\nand left"\t1:30\r\n"2"\t5"\r\n')
    sheet.expect_cells([(one, MON, "1:30"), (one, TUE, "1:30"), (two, MON, "2:00"), (two, TUE, '5"')])
    [row] = [row for row in sheet.work.rows(one) if sheet.work.local(row).date() == MON]
    assert 'said "done",' in str(row.comment)
    assert "and left" in str(row.comment)
    assert sheet.work.logged(two) == [(MON, 2 * HOUR)]


@pytest.mark.parametrize("keys", [False, True])
def test_a_column_of_sums_beside_the_days_is_left_out_with_a_message(sheet: Sheet, keys: bool) -> None:
    one, two = sheet.work.issue("First"), sheet.work.issue("Second")
    sheet.open(one, two)
    sheet.cell(one, MON).click()
    lines = [["1", "1:30", "2,25", "", "3", "7,75"], ["0:20", "-", "-", "0:20", "-", "0,67"]]
    heads = [[one.key], [two.key]] if keys else [[], []]
    paste(sheet, "\n".join("\t".join([*head, *line]) for head, line in zip(heads, lines, strict=True)))
    expect(sheet.frame.get_by_role("alert")).to_contain_text(
        "The last column was not pasted: it adds up the others."
    )
    sheet.expect_cells([(one, MON, "1:00"), (one, WED, "2:15"), (one, FRI, "3:00"), (one, SAT, "")])
    sheet.expect_cells([(two, MON, "0:20"), (two, THU, "0:20"), (two, SAT, "")])
    expect(sheet.total).to_have_text("8:25")


def test_time_on_a_day_off_is_pasted_if_it_may_be_no_sum(sheet: Sheet) -> None:
    one, two = sheet.work.issue("First"), sheet.work.issue("Second")
    sheet.open(one, two)
    sheet.cell(one, THU).click()
    paste(sheet, "1\t2\t3\n1\t2\t4")
    sheet.expect_cells([(one, SAT, "3:00"), (two, SAT, "4:00")])
    sheet.cell(one, FRI).click()
    paste(sheet, "2:30\t2:30")
    sheet.expect_cells([(one, FRI, "2:30"), (one, SAT, "2:30")])
    sheet.cell(two, MON).click()
    paste(sheet, "1\t2\t3")
    sheet.expect_cells([(two, MON, "1:00"), (two, TUE, "2:00"), (two, WED, "3:00")])
    expect(sheet.frame.get_by_role("alert")).to_have_count(0)


def test_a_block_is_pasted_from_the_first_selected_cell_and_one_value_into_all(sheet: Sheet) -> None:
    one, two = sheet.work.issue("First"), sheet.work.issue("Second")
    sheet.open(one, two)
    sheet.cell(one, MON).click()
    sheet.press("Shift+ArrowRight", "Shift+ArrowDown")
    paste(sheet, "1\t2\n3\t4")
    sheet.expect_cells([(one, MON, "1:00"), (one, TUE, "2:00"), (two, MON, "3:00"), (two, TUE, "4:00")])
    sheet.cell(two, FRI).click()
    sheet.press("Shift+ArrowUp", "Shift+ArrowLeft")
    paste(sheet, "30m")
    sheet.expect_cells([(issue, day, "0:30") for issue in (one, two) for day in (THU, FRI)])
    assert sheet.work.logged(two) == [(MON, 3 * HOUR), (TUE, 4 * HOUR), (THU, HOUR // 2), (FRI, HOUR // 2)]


def test_a_block_is_repeated_in_a_selection_that_is_a_multiple_of_it(sheet: Sheet) -> None:
    one, two, three = (sheet.work.issue(f"Row {n}") for n in range(3))
    sheet.open(one, two, three)
    top, middle, last = rows = sorted((one, two, three), key=lambda row: row.key)
    sheet.cell(top, MON).click()
    sheet.press("Shift+ArrowRight", "Shift+ArrowDown", "Shift+ArrowDown")
    paste(sheet, "1\t2")
    sheet.expect_cells([cell for row in rows for cell in ((row, MON, "1:00"), (row, TUE, "2:00"))])
    sheet.cell(top, WED).click()
    sheet.press("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown")
    paste(sheet, "3\t4")
    sheet.expect_cells([(top, WED, "3:00"), (top, THU, "4:00"), (top, FRI, ""), (middle, WED, "")])
    sheet.press("Control+z", "Control+z")
    sheet.expect_cells([(row, day, "") for row in rows for day in (MON, TUE, WED, THU)])
    assert sheet.work.logged(last) == []


def test_cells_of_another_week_are_not_selected(sheet: Sheet) -> None:
    issue, later = sheet.work.issue("First"), MON + timedelta(days=7)
    for day in (MON, TUE, later, later + timedelta(days=1)):
        sheet.work.log(issue, day, HOUR)
    sheet.open()
    sheet.cell(issue, MON).click()
    sheet.press("Shift+ArrowRight")
    sheet.work.log(sheet.work.issue("Meanwhile"), WED, HOUR)
    sheet.frame.get_by_role("button", name="Refresh").click()
    expect(sheet.total).to_have_text("3:00")
    expect(sheet.grid.locator("[aria-selected=true]")).to_have_count(2)
    sheet.cell(issue, MON).click()
    sheet.press("Shift+ArrowRight", "j")
    expect(sheet.title).to_have_text("18–24 Mar 2030")
    expect(sheet.grid.locator("[aria-selected=true]")).to_have_count(0)
    sheet.press("Delete")
    expect(sheet.total).to_have_text("1:00")
    assert sheet.work.logged(issue) == [(MON, HOUR), (TUE, HOUR), (later, HOUR)]


def test_a_block_is_copied_and_not_cut(sheet: Sheet) -> None:
    allow_clipboard(sheet)
    issue = sheet.work.issue("First")
    for day in (MON, TUE):
        sheet.work.log(issue, day, HOUR)
    sheet.open()
    sheet.cell(issue, MON).click()
    sheet.press("Shift+ArrowRight", "Control+x")
    expect(sheet.frame.locator(".flag.problem")).to_contain_text("Only a single cell can be cut.")
    sheet.cell(issue, THU).click()
    sheet.press("Control+v")
    sheet.expect_cells([(issue, day, "1:00") for day in (MON, TUE, THU, FRI)])
    assert sheet.work.logged(issue) == [(day, HOUR) for day in (MON, TUE, THU, FRI)]


def test_what_was_copied_elsewhere_after_a_cut_is_pasted(sheet: Sheet) -> None:
    allow_clipboard(sheet)
    issue = sheet.work.issue("First")
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.cell(issue, MON).click()
    sheet.press("Control+x")
    sheet.cell(issue, WED).click()
    paste(sheet, "2:15")
    sheet.expect_cells([(issue, MON, "1:00"), (issue, WED, "2:15")])
    assert sheet.work.logged(issue) == [(MON, HOUR), (WED, 2 * HOUR + 900)]


def test_cut_and_paste_moves_the_worklog_itself(sheet: Sheet) -> None:
    allow_clipboard(sheet)
    one, two = sheet.work.issue("From here", estimate=4 * HOUR), sheet.work.issue("To there")
    row = sheet.work.log(one, MON, HOUR)
    sheet.work.stage.jira.site.worklogs.replace(
        replace(row, comment={"type": "doc", "version": 1, "content": []})
    )
    sheet.open(two)
    sheet.cell(one, MON).click()
    sheet.press("Control+x")
    expect(sheet.cell(one, MON)).to_have_class(re.compile("cut"))
    sheet.press("Escape")
    expect(sheet.cell(one, MON)).not_to_have_class(re.compile("cut"))
    sheet.press("Control+x")
    sheet.cell(one, WED).click()
    sheet.press("Control+v")
    sheet.expect_cells([(one, WED, "1:00"), (one, MON, "")])
    assert [row.id for row in sheet.work.rows(one)] == [row.id]
    assert sheet.work.logged(one) == [(WED, HOUR)]
    expect(sheet.total).to_have_text("1:00")

    sheet.cell(one, WED).click()
    sheet.press("Control+x")
    sheet.cell(two, TUE).click()
    sheet.press("Control+v")
    expect(sheet.cell(two, TUE)).to_have_text("1:00")
    assert (sheet.work.logged(one), sheet.work.logged(two)) == ([], [(TUE, HOUR)])
    assert one.remaining_estimate == 4 * HOUR

    # What was moved is pasted again as a copy.
    sheet.cell(two, FRI).click()
    sheet.press("Control+v")
    sheet.expect_cells([(two, TUE, "1:00"), (two, FRI, "1:00")])
    assert sheet.work.logged(two) == [(TUE, HOUR), (FRI, HOUR)]


@pytest.mark.each_door
@pytest.mark.parametrize("arrives", [False, True], ids=["reaches nobody", "is lost on its way back"])
def test_a_cut_that_is_pasted_again_after_no_answer_is_still_moved(sheet: Sheet, arrives: bool) -> None:
    allow_clipboard(sheet)
    one, two = sheet.work.issue("First"), sheet.work.issue("Second")
    sheet.work.log(one, MON, HOUR)
    sheet.open(one, two)
    sheet.cell(one, MON).click()
    sheet.press("Control+x")
    sheet.journey.allow("Failed to load resource|htmx:error|Failed to fetch")
    (sheet.journey.lose_answers if arrives else sheet.journey.cut_off)("/worklogs/move")
    sheet.cell(two, TUE).click()
    sheet.press("Control+v")
    expect(sheet.frame.locator(".flag.problem")).to_contain_text("nothing is saved twice")
    assert sheet.work.logged(one) == ([] if arrives else [(MON, HOUR)])
    sheet.journey.restore()
    sheet.press("Control+v")
    expect(sheet.frame.locator("#flags")).to_contain_text("1h moved to")
    sheet.expect_cells([(one, MON, ""), (two, TUE, "1:00")])
    assert (sheet.work.logged(one), sheet.work.logged(two)) == ([], [(TUE, HOUR)])
    # From now on it is a text like any other.
    sheet.cell(two, WED).click()
    sheet.press("Control+v")
    sheet.expect_cells([(two, WED, "1:00")])
    assert sheet.work.logged(two) == [(TUE, HOUR), (WED, HOUR)]


def test_a_cut_that_was_refused_is_still_moved_and_not_copied(sheet: Sheet) -> None:
    allow_clipboard(sheet)
    one, two = sheet.work.issue("First"), sheet.work.issue("Closed meanwhile")
    sheet.work.log(one, MON, HOUR)
    sheet.open(one, two)
    sheet.cell(one, MON).click()
    sheet.press("Control+x")
    sheet.work.close(two)
    sheet.journey.allow("Failed to load resource")
    sheet.cell(two, TUE).click()
    sheet.press("Control+v")
    expect(sheet.frame.locator(".flag.problem")).to_contain_text("allows no changes of time")
    assert (sheet.work.logged(one), sheet.work.logged(two)) == ([(MON, HOUR)], [])
    sheet.cell(one, WED).click()
    sheet.press("Control+v")
    sheet.expect_cells([(one, MON, ""), (one, WED, "1:00")])
    assert sheet.work.logged(one) == [(WED, HOUR)]


def test_a_cut_that_is_pasted_twice_is_moved_once(sheet: Sheet) -> None:
    allow_clipboard(sheet)
    one, two = sheet.work.issue("First"), sheet.work.issue("Second")
    sheet.work.log(one, MON, HOUR)
    sheet.open(one, two)
    requests = HeldRequests(sheet.journey, "/worklogs/move")
    sheet.cell(one, MON).click()
    sheet.press("Control+x")
    sheet.cell(two, TUE).click()
    requests.hold(lambda: sheet.press("Control+v"))
    sheet.press("Control+v")
    requests.release()
    expect(sheet.frame.locator("#flags")).to_contain_text("1h moved to")
    sheet.expect_cells([(one, MON, ""), (two, TUE, "1:00")])
    assert (sheet.work.logged(one), sheet.work.logged(two)) == ([], [(TUE, HOUR)])


def test_escape_gives_up_a_cut(sheet: Sheet) -> None:
    allow_clipboard(sheet)
    issue = sheet.work.issue("Stay where you are")
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.cell(issue, MON).click()
    sheet.press("Control+x", "Escape")
    sheet.cell(issue, WED).click()
    sheet.press("Control+v")
    expect(sheet.cell(issue, WED)).to_have_text("1:00")
    expect(sheet.total).to_have_text("2:00")
    assert sheet.work.logged(issue) == [(MON, HOUR), (WED, HOUR)]


def test_t34_a_paste_over_several_worklogs_asks_for_their_list(sheet: Sheet) -> None:
    issue = sheet.work.issue("Two in one")
    sheet.work.log(issue, MON, HOUR)
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.cell(issue, MON).click()
    paste(sheet, "5")
    expect(sheet.problem).to_contain_text("This cell has 2 worklogs. Open the list to change one of them.")
    expect(sheet.cell(issue, MON)).to_have_text("5")
    sheet.press("Escape")
    expect(sheet.cell(issue, MON)).to_have_text("2:00, 2 worklogs")
    expect(sheet.total).to_have_text("2:00")
    assert sheet.work.logged(issue) == [(MON, HOUR), (MON, HOUR)]


def test_a_block_is_cleared_and_comes_back_as_one(sheet: Sheet) -> None:
    issue = sheet.work.issue("Away and back", estimate=90 * 60)
    for day in (MON, TUE):
        sheet.work.log(issue, day, HOUR)
    sheet.open()
    sheet.enter(issue, WED, "3")
    expect(sheet.total).to_have_text("5:00")
    sheet.cell(issue, MON).click()
    sheet.press("Shift+ArrowRight", "Delete")
    expect(sheet.total).to_have_text("3:00")
    flags = sheet.frame.locator("#flags .flag")
    expect(flags).to_have_count(1)
    expect(flags).to_contain_text("2 cells saved.")
    assert sheet.work.logged(issue) == [(WED, 3 * HOUR)]
    sheet.press("Control+z")
    expect(sheet.total).to_have_text("5:00")
    assert sheet.work.logged(issue) == [(MON, HOUR), (TUE, HOUR), (WED, 3 * HOUR)]
    expect(flags).to_have_count(1)
    expect(flags).to_contain_text("2 changes undone.")
    # A reload forgets nothing that can be undone, also if the row is gone with its time. Other pages do not undo it.
    sheet.press("Shift+ArrowRight", "Shift+ArrowRight", "Delete")
    expect(flags).to_contain_text("3 cells saved.")
    sheet.frame = sheet.journey.open("reports")
    sheet.frame.get_by_role("heading", name="No time in this range").click()
    sheet.press("Control+z")
    expect(sheet.frame.locator("#flags .flag")).to_contain_text("There is nothing to undo in this tab.")
    # While the page opens, it is not known yet whether it shows these days.
    held: list[Route] = []

    def hold(route: Route, request: Request) -> None:
        wanted = sheet.journey.door.target(request)[1].partition("?")[0] == "/timesheet"
        if wanted and request.resource_type == "fetch" and not held:
            held.append(route)
        else:
            route.fallback()

    sheet.journey.intercept(hold)
    sheet.frame = sheet.journey.open()
    sheet.title.click()
    sheet.press("Control+z")
    sheet.journey.wait_until(lambda: held)
    held[0].continue_()
    expect(sheet.total).to_have_text("5:00")
    sheet.press("Control+z")
    expect(sheet.total).to_have_text("2:00")
    assert sheet.work.logged(issue) == [(MON, HOUR), (TUE, HOUR)]
    sheet.press("Control+z")
    expect(sheet.frame.locator("#flags .flag")).to_contain_text("There is nothing to undo in this tab.")
    sheet.frame = sheet.journey.open()
    expect(sheet.total).to_have_text("2:00")
    sheet.title.click()
    sheet.press("Control+y")
    expect(sheet.total).to_have_text("5:00")


def test_after_a_reload_in_the_middle_of_an_undo_the_key_says_how_it_ended(sheet: Sheet) -> None:
    issue = sheet.work.issue("In the middle")
    sheet.open(issue)
    sheet.enter(issue, MON, "1")
    sheet.enter(issue, TUE, "2")
    expect(sheet.total).to_have_text("3:00")
    sheet.work.trouble("late", "/rest/api/3/issue/*", method="DELETE", count=None)
    undo = "/worklogs/undo"
    with sheet.page.expect_request(lambda request: sheet.journey.door.target(request)[1] == undo):
        sheet.press("Control+z")
    sheet.frame = sheet.journey.open()
    sheet.work.let_late_go()
    sheet.work.no_trouble()
    expect(sheet.grid).to_be_visible()
    sheet.title.click()
    sheet.press("Control+z")
    expect(sheet.live).to_contain_text("2h removed again")
    expect(sheet.total).to_have_text("1:00")
    assert sheet.work.logged(issue) == [(MON, HOUR)]
    sheet.press("Control+y")
    expect(sheet.total).to_have_text("3:00")
    assert sheet.work.logged(issue) == [(MON, HOUR), (TUE, 2 * HOUR)]


def test_a_pasted_block_is_undone_as_one_and_leaves_the_estimate_as_it_was(sheet: Sheet) -> None:
    one, two = sheet.work.issue("First", estimate=90 * 60), sheet.work.issue("Second")
    sheet.open(one, two)
    sheet.cell(one, MON).click()
    paste(sheet, "1\t1\t1\r\n2\t2\tnone\r\n")
    expect(sheet.total).to_have_text("7:00")
    expect(sheet.frame.locator("#flags .flag")).to_contain_text("5 of 6 cells saved.")
    expect(sheet.live).to_have_text("5 of 6 cells saved. Logged on these days: 7:00.")
    assert one.remaining_estimate == 0
    sheet.frame.get_by_role("button", name="Undo").click()
    expect(sheet.total).to_have_text("0:00")
    assert sheet.work.logged(one) == sheet.work.logged(two) == []
    assert (one.remaining_estimate, two.remaining_estimate) == (90 * 60, None)
    expect(sheet.cell(two, WED)).to_have_text("none")
    sheet.cell(two, WED).click()
    sheet.press("Escape", "Control+z")
    expect(sheet.frame.locator("#flags .flag")).to_have_count(1)
    assert sheet.work.logged(one) == []


@pytest.mark.parametrize(
    ("typed", "message"),
    [("4", "3 cells saved."), ("1", "3 cells saved."), ("4x", "2 of 3 cells saved.")],
    ids=["another text", "the text that is being saved", "a typo"],
)
def test_a_pasted_cell_that_is_overtaken_counts_as_saved_once_the_newer_text_is(
    sheet: Sheet, typed: str, message: str
) -> None:
    issue = sheet.work.issue("Overtaken")
    sheet.open(issue)
    held = HeldRequests(sheet.journey, "/timesheet/cell")
    held.hold(lambda: sheet.enter(issue, MON, "1"))
    paste(sheet, "2\t2\t60m")
    sheet.enter(issue, MON, typed)
    held.release()
    expect(sheet.frame.locator("#flags .flag p")).to_have_text(message)
    first = 4 if typed == "4" else 1
    assert sheet.work.logged(issue) == [(MON, first * HOUR), (TUE, 2 * HOUR), (WED, HOUR)]


def test_a_pasted_cell_that_is_corrected_while_others_are_being_saved_counts_as_saved(sheet: Sheet) -> None:
    one, two = sheet.work.issue("Saved slowly"), sheet.work.issue("With a typo")
    sheet.open(one, two)
    sheet.cell(one, MON).click()
    sheet.work.trouble("late", "/rest/api/3/issue/*/worklog", method="POST")
    paste(sheet, "2\n2x")
    expect(sheet.problem).not_to_be_empty()
    sheet.enter(two, MON, "3")
    sheet.expect_cells([(two, MON, "3:00")])
    sheet.work.let_late_go()
    expect(sheet.frame.locator("#flags .flag p")).to_have_text("2 cells saved.")
    assert (sheet.work.logged(one), sheet.work.logged(two)) == ([(MON, 2 * HOUR)], [(MON, 3 * HOUR)])
    sheet.cell(one, TUE).click()
    held = HeldRequests(sheet.journey, "/timesheet/cell")
    held.hold(lambda: paste(sheet, "2x\t6\n4"))
    sheet.enter(one, TUE, "5")
    held.release()
    expect(sheet.frame.locator("#flags .flag p")).to_have_text("3 cells saved.")


def test_a_pasted_cell_that_has_the_time_already_counts_as_saved(sheet: Sheet) -> None:
    issue = sheet.work.issue("Has it already")
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.cell(issue, MON).click()
    paste(sheet, "60m\t2")
    expect(sheet.frame.locator("#flags .flag p")).to_have_text("2 cells saved.")
    requests = sheet.journey.record_requests()
    paste(sheet, "1:00\t2:00\t3")
    sheet.expect_cells([(issue, WED, "3:00")])
    assert requests.count("/timesheet/cell") == 1, "a cell that has the text is saved again"
    # What was pasted is undone as a whole while one of its days is on the screen.
    sheet.frame.get_by_label("Show", exact=True).select_option("range")
    sheet.frame.get_by_label("First day").fill(TUE.isoformat())
    expect(sheet.title).to_have_text("12–17 Mar 2030")
    sheet.cell(issue, WED).click()
    sheet.press("Control+z", "Control+z")
    sheet.expect_cells([(issue, WED, ""), (issue, TUE, "")])
    assert sheet.work.logged(issue) == [(MON, HOUR)]


def test_the_rest_of_a_block_waits_until_the_server_takes_more_changes(sheet: Sheet) -> None:
    one, two, *others = (sheet.work.issue(f"Row {n}") for n in range(4))
    sheet.open(one, two, *others)
    sheet.journey.answer_in_place("/timesheet/cell", 429, "Too many changes", {"Retry-After": "1"}, times=4)
    sent, underway, most = dict[str | None, list[float]](), 0, 0

    def count(request: Request, change: int) -> None:
        nonlocal underway, most
        if sheet.journey.door.target(request)[1] != "/timesheet/cell":
            return
        if change > 0:
            sent.setdefault(request.post_data, []).append(monotonic())
        underway += change
        most = max(most, underway)

    sheet.page.on("request", lambda request: count(request, 1))
    sheet.page.on("response", lambda response: count(response.request, -1))
    sheet.frame.evaluate(NOTE_SENTENCES)
    sheet.cell(one, MON).click()
    paste(sheet, "1\t2\r\n3\t4\r\n5\r\n6\r\n")
    expect(sheet.frame.locator("#flags .flag")).to_have_text(MANY)
    expect(sheet.frame.locator("#flags .flag")).to_contain_text("6 cells saved.")
    sheet.expect_cells([(one, MON, "1:00"), (one, TUE, "2:00"), (two, MON, "3:00"), (two, TUE, "4:00")])
    assert most == 3, "more saves at once, or fewer"
    waits = [later - sooner for times in sent.values() for sooner, later in pairwise(times)]
    assert len(waits) == 4
    assert min(waits) > 0.5, "a save was sent again before the server takes it"
    said = [text.strip() for text in sheet.frame.evaluate("window.said")]
    assert said.count(MANY) == 2, "not each of the two waits is announced once"
    assert [text for text in said if text and text != MANY] == ["6 cells saved. Logged on these days: 21:00."]
    expect(sheet.frame.locator("td.refused")).to_have_count(0)
    assert sheet.work.logged(one) == [(MON, HOUR), (TUE, 2 * HOUR)]
    assert sheet.work.logged(two) == [(MON, 3 * HOUR), (TUE, 4 * HOUR)]


def test_a_cell_that_waits_for_the_server_keeps_its_text_while_the_sheet_is_read(sheet: Sheet) -> None:
    issue = sheet.work.issue("Sent twice")
    sheet.open(issue)
    held = HeldRequests(sheet.journey, "/timesheet/cell")
    sheet.journey.answer_in_place("/timesheet/cell", 429, "Too many changes", {"Retry-After": "1"}, times=1)
    held.hold(lambda: sheet.enter(issue, MON, "2"))
    sheet.work.log(sheet.work.issue("Meanwhile"), TUE, HOUR)
    sheet.read_again()
    expect(sheet.total).to_have_text("1:00")
    cell = sheet.cell(issue, MON)
    expect(cell).to_have_text("2")
    expect(cell).to_have_attribute("aria-busy", "true")
    held.release()
    sheet.expect_cells([(issue, MON, "2:00")])
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]


@pytest.mark.parametrize("status", [429, 503])
def test_an_undo_that_the_server_does_not_take_now_is_still_offered(sheet: Sheet, status: int) -> None:
    issue = sheet.work.issue("Undone later")
    sheet.open(issue)
    sheet.cell(issue, MON).click()
    paste(sheet, "1\t2")
    button = sheet.frame.get_by_role("button", name="Undo")
    expect(button).to_be_visible()
    sheet.journey.answer_in_place("/worklogs/undo", status, "<p>Not at the moment</p>", times=2)
    button.click()
    expect(sheet.frame.locator("#flags")).to_contain_text("Not at the moment")
    expect(button).to_be_enabled()
    button.click()
    expect(sheet.frame.get_by_text("Not at the moment")).to_have_count(2)
    sheet.cell(issue, MON).click()
    sheet.press("Control+z")
    expect(sheet.frame.locator("#flags")).to_contain_text("2 changes undone.")
    assert sheet.work.logged(issue) == []


def test_the_first_cells_of_a_long_paste_stay_undoable(sheet: Sheet) -> None:
    issue = sheet.work.issue("Saved for long")
    sheet.open(issue)
    held = HeldRequests(sheet.journey, "/timesheet/cell")
    sheet.cell(issue, MON).click()
    held.hold(lambda: paste(sheet, "1\t2"))
    sheet.stay()
    # Only the clock is put forward, because the timers end requests.
    sheet.page.clock.set_fixed_time(datetime.now(UTC) + timedelta(minutes=6))
    asked = sheet.journey.door.target
    with sheet.page.expect_request(lambda request: asked(request)[1] == "/worklogs/undo") as kept:
        held.release()
    assert KEPT.search(kept.value.post_data or "")
    expect(sheet.frame.locator("#flags .flag")).to_contain_text("2 cells saved.")
    sheet.frame.get_by_role("button", name="Undo").click()
    expect(sheet.total).to_have_text("0:00")
    assert sheet.work.logged(issue) == []


def test_undo_waits_for_what_is_being_saved(sheet: Sheet) -> None:
    issue = sheet.work.issue("Undone at once")
    sheet.open(issue)
    sheet.work.trouble("late", "/rest/api/3/issue/*/worklog", method="POST")
    sheet.enter(issue, MON, "2", "Tab")
    sheet.press("Control+z")
    expect(sheet.live).to_contain_text("undone after that")
    sheet.work.let_late_go()
    expect(sheet.frame.locator("#flags .flag")).to_contain_text("2h removed again")
    expect(sheet.total).to_have_text("0:00")
    assert sheet.work.logged(issue) == []


def test_the_menu_of_the_browser_offers_to_copy_a_cell_but_not_a_heading(sheet: Sheet) -> None:
    issue = sheet.work.issue("In the menu")
    sheet.open(issue)
    # Browsers ask the page only while a person acts.
    sheet.frame.evaluate(
        """document.addEventListener('keydown', () => {
            document.body.dataset.offered = ['copy', 'cut'].filter((one) => document.queryCommandEnabled(one));
        })"""
    )
    offered = sheet.frame.locator("body")
    sheet.cell(issue, MON).click()
    sheet.press("ArrowRight")
    expect(offered).to_have_attribute("data-offered", "copy,cut")
    sheet.frame.get_by_role("button", name="Refresh").focus()
    sheet.press("Shift")
    expect(offered).to_have_attribute("data-offered", "")
