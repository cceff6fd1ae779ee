"""Texts that could not be saved are saved later: by a key, by a button, and automatically."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from jira_emulator.model import Issue
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.sheet import HOUR, MON, THU, TUE, WED, Sheet
from tests.journeys.timesheet.test_clipboard import paste

SAVE = "/timesheet/cell"
QUICK = """() => {
    const set = window.setTimeout;
    window.setTimeout = (act, after) => set(act, after > 0 && after % 30_000 === 0 ? 100 : after);
}"""
BY_HAND = """() => {
    const set = window.setTimeout;
    const waits = (window.waits = []);
    window.setTimeout = (act, after) =>
        after > 0 && after % 30_000 === 0 ? -waits.push(act) : set(act, after);
}"""
LOST = "Failed to load resource|htmx:error|Failed to fetch"


def cut_off(sheet: Sheet) -> None:
    sheet.journey.allow(LOST)
    sheet.journey.cut_off(SAVE)


def pass_time(sheet: Sheet) -> None:
    """Let the wait end that has begun, if one has."""
    sheet.frame.evaluate("window.waits.splice(0).forEach((act) => act())")


def expect_refused(sheet: Sheet, count: int) -> None:
    expect(sheet.frame.locator("td.refused")).to_have_count(count)
    expect(sheet.frame.locator("td.saving")).to_have_count(0)


def open_with_refused(sheet: Sheet, summary: str) -> Issue:
    """Open a sheet on which one hour of Monday is refused, saves get no answer, and waits end by ``pass_time``."""
    issue = sheet.work.issue(summary)
    sheet.open(issue)
    sheet.frame.evaluate(BY_HAND)
    cut_off(sheet)
    sheet.enter(issue, MON, "1")
    expect_refused(sheet, 1)
    return issue


def test_the_sum_of_a_selection_is_shown_again_after_a_lost_answer(sheet: Sheet) -> None:
    issue = sheet.work.issue("First")
    sheet.work.log(issue, MON, HOUR)
    sheet.work.log(issue, TUE, HOUR)
    sheet.open()
    sheet.frame.evaluate(BY_HAND)
    sheet.journey.allow(LOST)
    held, total = HeldRequests(sheet.journey, SAVE), sheet.frame.locator("#selection-sum")
    held.hold(lambda: sheet.enter(issue, MON, "3"))
    sheet.cell(issue, MON).click()
    sheet.press("Shift+ArrowRight")
    expect(total).to_be_empty()
    held.lose()
    expect_refused(sheet, 1)
    # The time that is in Jira.
    expect(total).to_have_text("Selected: 2:00 in 2 cells")


@pytest.mark.each_door
@pytest.mark.parametrize("by", ["key", "button"])
def test_all_cells_are_saved_again_at_once_and_each_has_its_undo(sheet: Sheet, by: str) -> None:
    one, two = sheet.work.issue("First"), sheet.work.issue("Second")
    sheet.open(one, two)
    cut_off(sheet)
    sheet.enter(one, MON, "1")
    sheet.enter(two, MON, "2")
    sheet.enter(two, TUE, "2x")
    expect_refused(sheet, 3)
    sheet.cell(one, WED).click()
    paste(sheet, "3\t4")
    expect_refused(sheet, 5)
    expect(sheet.problem).to_contain_text("saved automatically as soon as possible")
    sheet.journey.restore()
    if by == "key":
        sheet.press("Control+Enter")
    else:
        sheet.problem.get_by_role("button", name="Save again now").click()
    sheet.expect_cells([(one, MON, "1:00"), (two, MON, "2:00"), (one, WED, "3:00"), (one, THU, "4:00")])
    # Beside the block, which says it itself.
    expect(sheet.frame.locator("#flags .flag p")).to_have_text("2 cells saved.")
    expect_refused(sheet, 1)
    expect(sheet.problem).to_contain_text("is not a unit of time")
    expect(sheet.problem).not_to_contain_text("automatically")
    expect(sheet.cell(one, WED)).to_be_focused()
    expect(sheet.total).to_have_text("10:00")
    sheet.press("Control+z")
    expect(sheet.total).to_have_text("3:00")
    assert sheet.work.logged(one) == [(MON, HOUR)]
    assert sheet.work.logged(two) == [(MON, 2 * HOUR)]


@pytest.mark.parametrize("event", ["the network is back", "a while has passed"])
def test_cells_are_saved_automatically_once_the_server_is_reached(sheet: Sheet, event: str) -> None:
    one, two = sheet.work.issue("First"), sheet.work.issue("Second")
    sheet.open(one, two)
    cut_off(sheet)
    if event == "a while has passed":
        sheet.frame.evaluate(QUICK)
    sheet.enter(one, MON, "1")
    sheet.enter(two, TUE, "2")
    sheet.enter(one, WED, "3")
    if event == "the network is back":
        expect_refused(sheet, 3)
    sheet.journey.restore()
    if event == "the network is back":
        sheet.frame.evaluate("window.dispatchEvent(new Event('online'))")
    sheet.expect_cells([(one, MON, "1:00"), (two, TUE, "2:00"), (one, WED, "3:00")])
    expect_refused(sheet, 0)
    expect(sheet.problem).to_be_empty()
    expect(sheet.total).to_have_text("6:00")
    assert sheet.work.logged(one) == [(MON, HOUR), (WED, 3 * HOUR)]
    assert sheet.work.logged(two) == [(TUE, 2 * HOUR)]


def test_what_was_logged_elsewhere_meanwhile_is_not_replaced(sheet: Sheet) -> None:
    issue = sheet.work.issue("Logged elsewhere")
    sheet.open(issue)
    cut_off(sheet)
    sheet.enter(issue, MON, "1")
    sheet.enter(issue, TUE, "2")
    expect_refused(sheet, 2)
    sheet.work.log(issue, MON, 3 * HOUR)
    assert sheet.work.stage.jira.flush_webhooks()
    sheet.journey.restore()
    save = HeldRequests(sheet.journey, "/timesheet/cell")
    save.hold(lambda: sheet.press("Control+Enter"))
    sheet.enter(issue, MON, "5")
    save.release()
    sheet.expect_cells([(issue, TUE, "2:00")])
    expect_refused(sheet, 1)
    expect(sheet.problem).to_contain_text("it is 3:00 now")
    expect(sheet.cell(issue, MON)).to_have_text("5")
    assert sheet.work.logged(issue) == [(MON, 3 * HOUR), (TUE, 2 * HOUR)]


def test_cells_of_other_days_are_saved_again_too(sheet: Sheet) -> None:
    issue = sheet.work.issue("On other days")
    sheet.open(issue)
    cut_off(sheet)
    sheet.enter(issue, MON, "1")
    sheet.enter(issue, TUE, "2")
    expect_refused(sheet, 2)
    sheet.press("j")
    expect(sheet.title).to_have_text("18–24 Mar 2030")
    sheet.journey.restore()
    sheet.press("Control+Enter")
    expect(sheet.frame.locator("#flags .flag p")).to_have_text("2 cells saved.")
    assert sheet.work.logged(issue) == [(MON, HOUR), (TUE, 2 * HOUR)]
    sheet.press("k")
    expect(sheet.title).to_have_text("11–17 Mar 2030")
    sheet.expect_cells([(issue, MON, "1:00"), (issue, TUE, "2:00")])
    expect(sheet.total).to_have_text("3:00")


@pytest.mark.parametrize("again", [False, True], ids=["late", "again"])
def test_a_list_shows_what_is_saved_while_it_is_on_the_screen(sheet: Sheet, *, again: bool) -> None:
    issue = sheet.work.issue("Saved behind the list")
    sheet.open(issue)
    if again:
        cut_off(sheet)
        sheet.enter(issue, MON, "1")
        expect_refused(sheet, 1)
    else:
        held = HeldRequests(sheet.journey, SAVE)
        held.hold(lambda: sheet.enter(issue, MON, "1"))
    sheet.frame.locator("#layout-list").click()
    days = sheet.frame.locator("#list-frame")
    expect(days).to_contain_text("0:00 of 8:00")
    if again:
        sheet.journey.restore()
        sheet.press("Control+Enter")
    else:
        held.release()
    expect(days).to_contain_text("1:00 of 8:00")
    assert sheet.work.logged(issue) == [(MON, HOUR)]


@pytest.mark.each_door
def test_a_cell_that_waited_for_its_turn_says_that_nothing_was_reached(sheet: Sheet) -> None:
    issue = sheet.work.issue("Waited in vain")
    sheet.open(issue)
    sheet.frame.evaluate(BY_HAND)
    cut_off(sheet)
    sheet.journey.answer_in_place(SAVE, 429, "Too many changes", {"Retry-After": "1"}, times=1)
    sheet.enter(issue, MON, "1")
    expect_refused(sheet, 1)
    expect(sheet.problem).to_contain_text("so this may not be saved")
    sheet.journey.restore()
    pass_time(sheet)
    sheet.expect_cells([(issue, MON, "1:00")])
    assert sheet.work.logged(issue) == [(MON, HOUR)]


def test_a_wait_after_which_nothing_is_left_is_not_the_last_one(sheet: Sheet) -> None:
    issue = open_with_refused(sheet, "Refused twice")
    sheet.journey.restore()
    sheet.cell(issue, MON).click()
    sheet.press("Enter", "Enter")
    sheet.expect_cells([(issue, MON, "1:00")])
    expect_refused(sheet, 0)
    pass_time(sheet)
    cut_off(sheet)
    sheet.enter(issue, TUE, "2")
    expect_refused(sheet, 1)
    sheet.press("Control+z")
    sheet.expect_cells([(issue, MON, "")])
    sheet.journey.restore()
    pass_time(sheet)
    sheet.expect_cells([(issue, TUE, "2:00")])
    expect_refused(sheet, 0)
    # Nobody did anything since the undo.
    sheet.press("Control+y")
    sheet.expect_cells([(issue, MON, "1:00")])
    assert sheet.work.logged(issue) == [(MON, HOUR), (TUE, 2 * HOUR)]


def test_the_same_refusal_is_not_announced_again_but_another_one_is(sheet: Sheet) -> None:
    issue = open_with_refused(sheet, "Refused behind another week")
    sheet.press("j")
    expect(sheet.title).to_have_text("18–24 Mar 2030")
    flags = sheet.frame.locator("#flags .flag")
    sheet.frame.evaluate("document.addEventListener('grid:refused', () => { window.refused = true; })")
    pass_time(sheet)
    sheet.frame.wait_for_function("window.refused")
    assert flags.count() == 0
    sheet.work.log(issue, MON, 3 * HOUR)
    assert sheet.work.stage.jira.flush_webhooks()
    sheet.journey.restore()
    pass_time(sheet)
    expect(flags).to_contain_text("it is 3:00 now")
    assert sheet.work.logged(issue) == [(MON, 3 * HOUR)]


def test_a_text_that_somebody_types_over_another_attempt_is_announced(sheet: Sheet) -> None:
    issue = open_with_refused(sheet, "Typed meanwhile")
    sheet.journey.restore()
    held = HeldRequests(sheet.journey, SAVE)
    held.hold(lambda: pass_time(sheet))
    sheet.enter(issue, MON, "2")
    sheet.journey.lose_answers(SAVE)
    sheet.frame.evaluate("document.getElementById('live').replaceChildren()")
    held.release()
    expect_refused(sheet, 1)
    # It may be saved, so nobody says that it is not.
    expect(sheet.live).to_contain_text("2030: Timesheet could not be reached, so this may not be saved.")


def test_the_key_saves_what_was_refused_until_a_permission_was_granted(sheet: Sheet) -> None:
    issue = sheet.work.issue("Granted meanwhile")
    sheet.open(issue)
    sheet.journey.answer_in_place(SAVE, 403, "<p>You need “Work on issues” in PAY.</p>", times=2)
    sheet.journey.allow("status of 404")
    sheet.journey.answer_in_place(SAVE, 404, "<p>You may not see this issue.</p>", times=1)
    for day in (MON, TUE):
        sheet.enter(issue, day, "1")
    expect_refused(sheet, 2)
    expect(sheet.problem).to_contain_text("You need “Work on issues” in PAY.")
    sheet.press("Control+Enter")
    sheet.expect_cells([(issue, TUE, "1:00")])
    expect_refused(sheet, 1)
    sheet.press("Control+Enter")
    sheet.expect_cells([(issue, MON, "1:00")])
    expect_refused(sheet, 0)
    assert sheet.work.logged(issue) == [(MON, HOUR), (TUE, HOUR)]
