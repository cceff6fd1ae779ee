"""A comment beside the time: a second field in the cell, by keyboard only, with slow answers and refusals."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time

import pytest
from playwright.sync_api import Frame, Locator, Page, expect

from jira_emulator.model import Issue
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.journey import settle
from tests.journeys.support.sheet import HOUR, MON, TUE, WED, Sheet
from tests.journeys.timesheet.test_typing import keep_answer, slow_app
from timesheet.domain.worklog.adf import adf_to_text


def comment(sheet: Sheet) -> Locator:
    return sheet.frame.get_by_role("textbox", name=re.compile("^Comment on"))


def comments(sheet: Sheet, issue: Issue) -> list[str]:
    """Return the comments of an issue's worklogs in Jira."""
    return [adf_to_text(row.comment) for row in sheet.work.rows(issue)]


@pytest.mark.each_door
def test_a_semicolon_begins_the_comment_and_enter_saves_both(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Commented"), sheet.work.issue("Below")
    sheet.open(issue, below)
    sheet.cell(issue, MON).click()
    keys = "1h30;fixed the parser"
    for key in keys:
        sheet.press(key)
    expect(comment(sheet)).to_be_focused()
    expect(comment(sheet)).to_have_value("fixed the parser")
    expect(sheet.input).to_have_value("1h30")
    sheet.press("Enter")
    expect(sheet.cell(below, MON)).to_be_focused()
    sheet.expect_cells([(issue, MON, "1:30")])
    expect(sheet.cell(issue, MON)).to_have_class(re.compile(r"\bc\b"))
    assert sheet.work.logged(issue) == [(MON, 90 * 60)]
    assert comments(sheet, issue) == ["fixed the parser"]
    sheet.press("ArrowUp")
    expect(sheet.frame.locator("#tooltip")).to_contain_text("fixed the parser")
    sheet.press("Control+z")
    expect(sheet.cell(issue, MON)).to_have_text("")


def test_a_semicolon_typed_for_a_colon_is_corrected_in_one_field(sheet: Sheet) -> None:
    issue = sheet.work.issue("An hour and a half")
    sheet.open(issue)
    sheet.cell(issue, MON).click()
    sheet.press(*"1;30", "Enter")
    sheet.cell(issue, MON).click()
    expect(sheet.frame.locator("#cell-problem")).to_contain_text("“1;30” can mean 1:30 or 1h; 30.")
    sheet.press("F2")
    expect(sheet.input).to_have_value("1; 30")
    expect(comment(sheet)).to_have_count(0)
    sheet.type("1:30")
    sheet.press("Enter")
    sheet.expect_cells([(issue, MON, "1:30")])
    assert sheet.work.logged(issue) == [(MON, 90 * 60)]
    assert comments(sheet, issue) == [""]


def test_a_tooltip_that_comes_late_is_not_shown_for_another_cell(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Hovered over"), sheet.work.issue("Below")
    for day, hours in ((MON, (8, 9)), (TUE, (14, 15))):
        for hour in hours:
            sheet.work.log(issue, day, HOUR, time(hour))
    sheet.open(below)
    tip = sheet.frame.locator("#tooltip")
    held = HeldRequests(sheet.journey, "/timesheet/tip")
    held.hold(sheet.cell(issue, MON).hover)
    sheet.cell(issue, TUE).hover()
    expect(tip).to_contain_text("14:00")
    expect(tip).to_be_visible()
    with sheet.journey.expect_answer("/timesheet/tip"):
        held.release()
    settle(sheet.frame)
    expect(tip).not_to_contain_text("08:00")
    expect(tip).to_contain_text("14:00")


def test_alt_enter_opens_the_comment_that_is_there(sheet: Sheet) -> None:
    issue = sheet.work.issue("Twice")
    sheet.open(issue)
    sheet.enter(issue, MON, "1;old words", "Tab")
    sheet.expect_cells([(issue, MON, "1:00")])
    sheet.press("ArrowLeft", "Alt+Enter")
    expect(comment(sheet)).to_have_value("old words")
    expect(comment(sheet)).to_be_focused()
    sheet.press("Tab")
    expect(sheet.cell(issue, TUE)).to_be_focused()
    sheet.work.forget_calls()
    sheet.press("ArrowLeft", "Enter", "Alt+Enter")
    expect(comment(sheet)).to_have_value("old words")
    sheet.press("Escape")
    expect(sheet.cell(issue, MON)).to_be_focused()
    assert sheet.work.writes() == []
    sheet.press(";")
    expect(comment(sheet)).to_have_value("old words")
    sheet.type("new words")
    sheet.press("Shift+Enter")
    sheet.type("second line")
    sheet.press("Shift+Tab")
    expect(sheet.input).to_be_focused()
    sheet.input.fill("2")
    sheet.press("Enter")
    sheet.expect_cells([(issue, MON, "2:00")])
    assert comments(sheet, issue) == ["new words\nsecond line"]
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]


def test_an_emptied_comment_is_removed_and_an_untouched_one_stays(sheet: Sheet) -> None:
    issue = sheet.work.issue("Emptied")
    sheet.open(issue)
    sheet.enter(issue, MON, "1;words")
    sheet.expect_cells([(issue, MON, "1:00")])
    sheet.enter(issue, MON, "2")
    sheet.expect_cells([(issue, MON, "2:00")])
    assert comments(sheet, issue) == ["words"]
    sheet.cell(issue, MON).click()
    sheet.press(";")
    expect(comment(sheet)).to_have_value("words")
    sheet.press("Delete", "Enter")
    expect(sheet.cell(issue, MON)).not_to_have_class(re.compile(r"\bc\b"))
    assert comments(sheet, issue) == [""]


def test_a_refused_comment_stays_with_its_time(sheet: Sheet) -> None:
    issue, closed = sheet.work.issue("Typo"), sheet.work.issue("Over and done")
    sheet.open(issue, closed)
    sheet.work.close(closed)
    sheet.enter(issue, MON, "1_30;the words", "Tab")
    expect(sheet.problem).to_contain_text("is not a duration")
    sheet.press("Alt+ArrowDown", "Enter")
    expect(sheet.input).to_have_value("1_30")
    expect(comment(sheet)).to_have_value("the words")
    sheet.press("Shift+Tab")
    sheet.input.fill("1:30")
    sheet.press("Enter")
    sheet.expect_cells([(issue, MON, "1:30")])
    assert comments(sheet, issue) == ["the words"]
    sheet.cell(issue, TUE).click()
    sheet.press(";")
    sheet.type("no time")
    sheet.press("Enter")
    expect(sheet.problem).to_contain_text("Type how long it took.")
    sheet.press("ArrowUp", "Escape")
    expect(sheet.cell(issue, TUE)).to_have_text("")
    sheet.enter(closed, WED, "1;why not")
    expect(sheet.problem).to_contain_text("is Closed")
    expect(sheet.cell(closed, WED)).to_have_text("1; why not")
    assert sheet.work.logged(closed) == []


def test_several_worklogs_open_their_list_instead(sheet: Sheet) -> None:
    issue = sheet.work.issue("Two")
    sheet.work.log(issue, MON, HOUR)
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.cell(issue, MON).click()
    sheet.press(";")
    expect(sheet.frame.locator("#cell-list")).to_be_visible()
    expect(comment(sheet)).to_have_count(0)


def test_comments_typed_fast_while_answers_are_slow_are_all_saved(sheet: Sheet) -> None:
    issue, other = sheet.work.issue("Fast"), sheet.work.issue("Faster")
    sheet.open(issue, other)
    slow_app(sheet)
    sheet.cell(issue, MON).click()
    for text in ("1;one", "2;two", "3;three"):
        sheet.type(text)
        sheet.press("Tab")
    sheet.type("4;fo")
    sheet.frame.evaluate("window.htmx.trigger(document.body, 'sheet-changed')")
    sheet.expect_cells([(issue, MON, "1:00"), (issue, TUE, "2:00"), (issue, WED, "3:00")])
    expect(comment(sheet)).to_be_focused()
    sheet.type("ur")
    sheet.press("Enter")
    expect(sheet.frame.locator("td.saving")).to_have_count(0)
    assert comments(sheet, issue) == ["one", "two", "three", "four"]


def test_a_comment_that_follows_in_the_same_cell_waits_for_the_first_answer(sheet: Sheet) -> None:
    issue = sheet.work.issue("Again")
    sheet.open(issue)
    slow_app(sheet)
    sheet.enter(issue, MON, "1", "Tab")
    sheet.press("Shift+Tab")
    sheet.type("2;words")
    sheet.press("Tab")
    sheet.expect_cells([(issue, MON, "2:00")])
    expect(sheet.frame.locator("td.saving")).to_have_count(0)
    assert comments(sheet, issue) == ["words"]
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]


def test_a_comment_stays_with_a_time_that_is_corrected_before_it_is_saved(sheet: Sheet) -> None:
    issue = sheet.work.issue("Corrected")
    sheet.open(issue)
    let_go = keep_answer(sheet, "/timesheet/cell")
    for text in ("1", "2;words", "3"):
        sheet.enter(issue, MON, text)
    let_go()
    sheet.expect_cells([(issue, MON, "3:00")])
    assert comments(sheet, issue) == ["words"]


@pytest.mark.parametrize("answer", ["refused", "none"])
def test_a_comment_stays_with_a_time_that_is_corrected_before_its_save_fails(
    sheet: Sheet, answer: str
) -> None:
    issue = sheet.work.issue("Corrected")
    sheet.open(issue)
    sheet.journey.allow("htmx:error|Failed to fetch|Failed to load resource")
    requests = HeldRequests(sheet.journey, "/timesheet/cell")
    requests.hold(lambda: sheet.enter(issue, MON, "1_30;words" if answer == "refused" else "2;words"))
    sheet.enter(issue, MON, "3")
    if answer == "refused":
        requests.release()
    else:
        requests.lose()
        expect(sheet.problem).to_contain_text("so this may not be saved")
        sheet.press("Control+Enter")
    sheet.expect_cells([(issue, MON, "3:00")])
    expect(sheet.frame.locator("td.saving")).to_have_count(0)
    assert comments(sheet, issue) == ["words"]
    assert sheet.work.logged(issue) == [(MON, 3 * HOUR)]


def test_a_time_in_a_cell_that_was_cleared_before_it_is_saved_has_no_earlier_comment(sheet: Sheet) -> None:
    issue = sheet.work.issue("Cleared")
    sheet.open(issue)
    let_go = keep_answer(sheet, "/timesheet/cell")
    sheet.enter(issue, MON, "4;words")
    sheet.press("Delete")
    sheet.enter(issue, MON, "5")
    let_go()
    sheet.expect_cells([(issue, MON, "5:00")])
    assert comments(sheet, issue) == [""]
    assert sheet.work.logged(issue) == [(MON, 5 * HOUR)]


def test_the_field_fits_and_is_accessible(
    sheet: Sheet, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    issue = sheet.work.issue("Looks")
    sheet.page.set_viewport_size({"width": 375, "height": 800})
    sheet.open(issue)
    sheet.cell(issue, WED).click()
    sheet.type("1;fixed the parser")
    expect(comment(sheet)).to_be_in_viewport(ratio=1)
    assert_accessible(sheet.frame)


def test_a_field_that_grows_stays_in_the_frame_and_beside_the_reason(sheet: Sheet) -> None:
    issues = [sheet.work.issue(f"Row {number}") for number in range(20)]
    sheet.page.set_viewport_size({"width": 1024, "height": 500})
    sheet.open(*issues)
    low = sheet.cell(issues[-1], WED)
    low.scroll_into_view_if_needed()
    sheet.enter(issues[-1], WED, "2x")
    expect(sheet.problem).to_contain_text("is not a unit of time")
    low.click()
    sheet.type("2;a comment")
    for _ in range(5):
        sheet.press("Shift+Enter")
        sheet.type("another line")
    expect(comment(sheet)).to_be_in_viewport(ratio=1)
    field, reason, cell = (part.bounding_box() for part in (comment(sheet), sheet.problem, low))
    assert field
    assert reason
    assert cell
    for top, below in ((field, reason), (reason, field), (field, cell), (cell, field)):
        if top["y"] <= below["y"]:
            assert top["y"] + top["height"] <= below["y"] + 1


def test_an_empty_comment_offers_the_last_one_on_the_issue(sheet: Sheet) -> None:
    issue, other = sheet.work.issue("Goes on"), sheet.work.issue("New")
    sheet.open(issue, other)
    sheet.enter(issue, MON, "1;fixed the parser")
    sheet.expect_cells([(issue, MON, "1:00")])
    sheet.cell(issue, TUE).click()
    sheet.press("2", ";")
    expect(comment(sheet)).to_have_attribute("placeholder", "↓ fixed the parser")
    expect(sheet.live).to_contain_text("Arrow down uses the last comment: fixed the parser")
    expect(comment(sheet)).to_have_value("")
    sheet.press("ArrowDown")
    expect(comment(sheet)).to_have_value("fixed the parser")
    sheet.type(" again")
    # In a text, the arrow moves the cursor.
    sheet.press("ArrowDown")
    expect(comment(sheet)).to_have_value("fixed the parser again")
    sheet.press("Enter")
    sheet.expect_cells([(issue, TUE, "2:00")])
    assert comments(sheet, issue) == ["fixed the parser", "fixed the parser again"]
    sheet.cell(issue, WED).click()
    sheet.press("1", ";")
    expect(comment(sheet)).to_have_attribute("placeholder", "↓ fixed the parser again")
    sheet.press("Enter")
    sheet.expect_cells([(issue, WED, "1:00")])
    assert comments(sheet, issue)[-1] == ""
    sheet.cell(other, WED).click()
    sheet.press("1", ";", "ArrowDown")
    expect(comment(sheet)).to_have_value("")
    expect(comment(sheet)).to_be_focused()


def test_the_form_of_a_new_worklog_offers_the_last_comment(sheet: Sheet) -> None:
    issue = sheet.work.issue("Goes on")
    sheet.open(issue)
    sheet.enter(issue, MON, "1;fixed the parser")
    sheet.expect_cells([(issue, MON, "1:00")])
    sheet.cell(issue, TUE).click()
    sheet.press("Shift+Enter")
    offer = sheet.frame.get_by_role("button", name="Use the last comment: fixed the parser")
    field = sheet.frame.get_by_role("textbox", name="Comment")
    expect(field).to_have_value("")
    offer.click()
    expect(field).to_have_value("fixed the parser")
    expect(field).to_be_focused()
    expect(offer).to_be_hidden()
    sheet.press("Escape")
    expect(sheet.frame.locator("#unsaved")).to_contain_text("Close it again to discard")
    sheet.frame.get_by_role("textbox", name="Time spent").fill("2h")
    sheet.press("Control+Enter")
    sheet.expect_cells([(issue, TUE, "2:00")])
    assert comments(sheet, issue) == ["fixed the parser", "fixed the parser"]


@pytest.mark.parametrize("key", ["Enter", "F2"])
def test_a_semicolon_after_the_key_that_edits_a_time_keeps_it(sheet: Sheet, key: str) -> None:
    issue = sheet.work.issue("Goes on")
    sheet.open(issue)
    sheet.enter(issue, MON, "1:30;fixed the parser")
    sheet.expect_cells([(issue, MON, "1:30")])
    sheet.cell(issue, MON).click()
    sheet.press(key, ";")
    expect(comment(sheet)).to_have_value("fixed the parser")
    expect(comment(sheet)).to_be_focused()
    sheet.type("read the logs")
    sheet.press("Enter")
    sheet.expect_cells([(issue, MON, "1:30")])
    assert comments(sheet, issue) == ["read the logs"]


def test_a_long_last_comment_is_cut_and_the_field_keeps_its_width(sheet: Sheet) -> None:
    issue = sheet.work.issue("Goes on")
    sheet.open(issue)
    sheet.enter(issue, MON, "1;" + "read the logs of the nightly import " * 8)
    sheet.expect_cells([(issue, MON, "1:00")])
    sheet.cell(issue, TUE).click()
    sheet.press("Shift+Enter")
    form = sheet.frame.locator("#worklog-form .dialog-body")
    expect(form.get_by_role("button", name="Use the last comment: read the logs")).to_be_visible()
    assert form.evaluate("body => body.scrollWidth <= body.clientWidth")


def test_a_comment_that_is_typed_already_gets_no_offer(sheet: Sheet) -> None:
    issue = sheet.work.issue("Goes on")
    sheet.open(issue)
    sheet.enter(issue, MON, "1;fixed the parser")
    sheet.expect_cells([(issue, MON, "1:00")])
    sheet.cell(issue, TUE).click()
    held = HeldRequests(sheet.journey, "/timesheet/tip")
    held.hold(lambda: sheet.press("2", ";"))
    sheet.type("read")
    with sheet.journey.expect_answer("/timesheet/tip"):
        held.release()
    settle(sheet.frame)
    expect(comment(sheet)).not_to_have_attribute("placeholder", re.compile("."))
    expect(sheet.live).not_to_contain_text("Arrow down")
    expect(comment(sheet)).to_have_value("read")
