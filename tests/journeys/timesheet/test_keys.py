"""Typing into the grid like in a spreadsheet: what is saved, where the focus goes, and what undoes it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import partial

import pytest
from playwright.sync_api import Locator, expect

from jira_emulator.model import Issue
from tests.journeys.support.held_answer import hold_answer
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.journey import settle
from tests.journeys.support.sheet import FRI, HOUR, MON, SAT, SUN, THU, TUE, WED, Sheet

FORMS = ("1.5", "1,5", "1:30", "90m", "1h30", "1h 30m", "1 h 30 min", "1½", "1.5h", "1 Std 30 Minuten")


def test_t13_every_form_of_an_hour_and_a_half_is_the_same_worklog(sheet: Sheet) -> None:
    issues = [sheet.work.issue(f"Form {form}") for form in FORMS]
    sheet.open(*issues)
    sheet.cell(issues[0], MON).click()
    for form in FORMS:
        sheet.press("Enter")
        sheet.type(form)
        sheet.press("Enter")
    sheet.expect_cells((issue, MON, "1:30") for issue in issues)
    assert [sheet.work.logged(issue) for issue in issues] == [[(MON, 90 * 60)]] * len(FORMS)
    expect(sheet.day_total(MON)).to_have_text("15:00")


def test_enter_goes_down_tab_goes_right_arrows_move_and_escape_restores(sheet: Sheet) -> None:
    one, two = sheet.work.issue("First"), sheet.work.issue("Second")
    sheet.work.log(one, MON, HOUR)
    sheet.open(two)
    sheet.enter(one, MON, "2")
    expect(sheet.cell(two, MON)).to_be_focused()
    sheet.type("3")
    sheet.press("Tab")
    expect(sheet.cell(two, TUE)).to_be_focused()
    sheet.press("ArrowUp")
    expect(sheet.cell(one, TUE)).to_be_focused()
    sheet.press("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft")
    expect(sheet.cell(two, WED)).to_be_focused()
    sheet.press("Home")
    expect(sheet.cell(two, MON)).to_be_focused()
    sheet.press("End", "Control+ArrowUp")
    expect(sheet.cell(one, MON + timedelta(days=6))).to_be_focused()
    sheet.expect_cells([(one, MON, "2:00"), (two, MON, "3:00")])

    sheet.enter(one, TUE, "1", "Tab")
    sheet.press("Tab", "Shift+Tab", "Tab")
    sheet.type("4")
    sheet.press("Enter")
    expect(sheet.cell(two, TUE)).to_be_focused()
    sheet.expect_cells([(one, TUE, "1:00"), (one, THU, "4:00")])
    for way, column in (("ArrowRight", THU), ("a", WED)):
        sheet.cell(one, TUE).click()
        sheet.press("Tab", way)
        if way == "a":
            sheet.press("Escape", "Escape")
            expect(sheet.cell(one, WED)).to_be_focused()
        sheet.type("5")
        sheet.press("Enter")
        expect(sheet.cell(two, column)).to_be_focused()
    sheet.expect_cells([(one, WED, "5:00"), (one, THU, "5:00")])

    sheet.work.forget_calls()
    sheet.cell(one, MON).click()
    sheet.type("9")
    expect(sheet.input).to_have_value("9")
    sheet.press("Escape")
    expect(sheet.cell(one, MON)).to_have_text("2:00")
    expect(sheet.cell(one, MON)).to_be_focused()
    assert sheet.work.calls() == []


def test_a_cell_is_edited_in_place_by_f2_enter_and_double_click(sheet: Sheet) -> None:
    issue = sheet.work.issue("In place")
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.cell(issue, MON).click()
    for key in ("F2", "Enter"):
        sheet.press(key)
        expect(sheet.input).to_have_value("1:00")
        sheet.press("Escape")
    sheet.press("Control+5")
    expect(sheet.input).to_have_count(0)
    sheet.cell(issue, MON).dblclick()
    expect(sheet.input).to_have_value("1:00")
    sheet.input.dblclick()
    expect(sheet.input).to_have_count(1)
    sheet.press("End")
    sheet.type(" h")
    sheet.press("Backspace", "Backspace", "Backspace", "5", "Enter")
    expect(sheet.cell(issue, MON)).to_have_class("saved")
    expect(sheet.cell(issue, MON)).to_have_text("1:05")
    assert sheet.work.logged(issue) == [(MON, 65 * 60)]


def test_t16_what_is_typed_again_unchanged_sends_nothing(sheet: Sheet) -> None:
    issue, other = sheet.work.issue("Unchanged"), sheet.work.issue("Beside it")
    row = sheet.work.log(issue, MON, 90 * 60)
    sheet.open(other)
    sheet.work.forget_calls()
    sheet.cell(issue, MON).click()
    sheet.press("F2", "Enter")
    sheet.enter(issue, MON, "1:30")
    with sheet.journey.expect_answer("/timesheet/cell"):
        sheet.enter(issue, MON, "1.5")
    expect(sheet.cell(issue, MON)).to_have_class("saved")
    assert sheet.work.writes() == []
    assert sheet.work.rows(issue) == [row]


def test_t32_a_double_enter_and_a_double_click_write_once(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Once"), sheet.work.issue("Below")
    sheet.open(issue, below)
    sheet.work.forget_calls()
    sheet.cell(issue, MON).click()
    sheet.type("2")
    sheet.press("Enter", "Enter")
    sheet.cell(issue, MON).dblclick()
    sheet.press("Enter")
    expect(sheet.cell(issue, MON)).to_have_text("2:00")
    expect(sheet.cell(issue, MON)).not_to_have_attribute("aria-busy", "true")
    assert sheet.work.writes() == ["POST"]
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]


def test_a_second_value_typed_before_the_first_answer_is_the_one_that_stays(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Quick hands"), sheet.work.issue("Below")
    sheet.open(issue, below)
    sheet.work.trouble("late", "/rest/api/3/issue/*/worklog", method="POST")
    sheet.enter(issue, MON, "2")
    expect(sheet.cell(issue, MON)).to_have_attribute("aria-busy", "true")
    sheet.enter(issue, MON, "3")
    sheet.work.let_late_go()
    expect(sheet.cell(issue, MON)).to_have_text("3:00")
    expect(sheet.cell(issue, MON)).not_to_have_attribute("aria-busy", "true")
    assert sheet.work.logged(issue) == [(MON, 3 * HOUR)]
    expect(sheet.total).to_have_text("3:00")


@pytest.mark.each_door
def test_delete_clears_and_control_z_brings_back(sheet: Sheet) -> None:
    issue = sheet.work.issue("Back and forth")
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.cell(issue, MON).click()
    sheet.press("Delete")
    expect(sheet.live).to_contain_text("Removed the time")
    expect(sheet.cell(issue, MON)).to_have_text("")
    expect(sheet.cell(issue, MON)).to_be_focused()
    assert sheet.work.logged(issue) == []
    expect(sheet.total).to_have_text("0:00")
    sheet.press("Control+z")
    expect(sheet.total).to_have_text("1:00")
    assert sheet.work.logged(issue) == [(MON, HOUR)]

    sheet.enter(issue, MON, "4")
    expect(sheet.total).to_have_text("4:00")
    sheet.press("Control+z")
    expect(sheet.total).to_have_text("1:00")
    assert sheet.work.logged(issue) == [(MON, HOUR)]


def test_each_step_counts_even_before_the_answers(sheet: Sheet) -> None:
    issue = sheet.work.issue("On the way")
    sheet.open(issue)
    sheet.cell(issue, MON).click()
    requests = HeldRequests(sheet.journey, "/timesheet?")
    requests.hold(lambda: sheet.press("j"))
    # A week that is not shown on the way, so that it means that all steps are done.
    sheet.press("j", "k", "k", "k")
    requests.release()
    expect(sheet.title).to_have_text("4–10 Mar 2030")
    requests.hold(lambda: sheet.press("j"))
    sheet.press("j", "t")
    expect(sheet.title).to_have_text("11–17 Mar 2030")
    requests.release()
    expect(sheet.frame.locator("#sheet-choice.htmx-request")).to_have_count(0)
    expect(sheet.title).to_have_text("11–17 Mar 2030")


@pytest.mark.each_door
def test_each_choice_counts_even_before_the_answers(sheet: Sheet) -> None:
    sheet.open(sheet.work.issue("On the way"))
    requests = HeldRequests(sheet.journey, "/timesheet?")
    as_list = sheet.frame.locator("#layout-list")
    requests.hold(as_list.click)
    sheet.press("m", "j")
    requests.release()
    expect(sheet.title).to_have_text("April 2030")
    expect(as_list).to_have_attribute("aria-pressed", "true")
    requests.hold(lambda: sheet.press("j"))
    sheet.press("w", "k")
    requests.release()
    expect(sheet.title).to_have_text("22–28 Apr 2030")
    requests.hold(lambda: sheet.press("t"))
    sheet.frame.get_by_label("Show", exact=True).select_option("two-weeks")
    requests.release()
    expect(sheet.title).to_have_text("11–24 Mar 2030")
    expect(as_list).to_have_attribute("aria-pressed", "true")


def test_of_two_layouts_chosen_before_an_answer_only_the_last_one_is_shown(sheet: Sheet) -> None:
    issue = sheet.work.issue("On the way")
    sheet.open(issue)
    sheet.cell(issue, MON).click()
    requests = HeldRequests(sheet.journey, "/timesheet?")
    sent = sheet.journey.record_requests()
    as_list, as_grid = sheet.frame.locator("#layout-list"), sheet.frame.locator("#layout-grid")
    requests.hold(lambda: sheet.press("j"))
    as_list.click()
    as_grid.click()
    requests.release()
    expect(sheet.title).to_have_text("18–24 Mar 2030")
    expect(sheet.frame.locator("#sheet-choice.htmx-request")).to_have_count(0)
    expect(as_grid).to_have_attribute("aria-pressed", "true")
    assert not [target for target in sent if "layout=list" in target]
    # A step after the choice is one of the list, so both are applied.
    requests.hold(lambda: sheet.press("j"))
    as_list.click()
    sheet.press("k")
    as_grid.click()
    requests.release()
    expect(sheet.title).to_have_text("18–24 Mar 2030")
    expect(sheet.frame.locator("#sheet-choice.htmx-request")).to_have_count(0)
    expect(as_grid).to_have_attribute("aria-pressed", "true")
    assert [target for target in sent if "layout=list" in target]


@pytest.mark.each_door
def test_each_key_undoes_or_redoes_one_more_save_even_before_the_answers(sheet: Sheet) -> None:
    issue, other = sheet.work.issue("Too much"), sheet.work.issue("Of everything")
    sheet.open(issue, other)
    sheet.work.trouble("slow", "/rest/api/3/issue/*", seconds=0.2, count=None)
    sheet.enter(issue, MON, "1")
    sheet.enter(issue, MON, "2")
    # The last value is the one that is on its way, so only the first one is sent.
    for text in ("3", "5", "3"):
        sheet.enter(other, TUE, text)
    sheet.enter(other, WED, "4")
    sheet.press(*["Control+z"] * 6)
    expect(sheet.live).to_contain_text("1h removed again")
    sheet.expect_cells([(issue, MON, ""), (other, TUE, ""), (other, WED, "")])
    assert sheet.work.logged(issue) == sheet.work.logged(other) == []
    everything = [(issue, MON, "2:00"), (other, TUE, "3:00"), (other, WED, "4:00")]
    sheet.press(*["Control+y"] * 6)
    sheet.expect_cells(everything)
    sheet.press(
        "Control+z", "Control+y", "Control+z", "Control+Shift+z", "Control+z", "Control+z", "Control+y"
    )
    sheet.expect_cells([(issue, MON, "2:00"), (other, TUE, "3:00"), (other, WED, "")])
    expect(sheet.live).to_contain_text("3h restored")
    # Something new ends what could be redone.
    sheet.press("Control+z")
    button = sheet.frame.get_by_role("button", name="Redo")
    expect(button).to_be_visible()
    sheet.enter(issue, FRI, "1")
    expect(button).to_have_count(0)
    sheet.press("Control+y")
    expect(sheet.live).to_contain_text("There is nothing to redo in this tab.")
    sheet.expect_cells([(issue, FRI, "1:00"), (other, WED, "")])
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR), (FRI, HOUR)]


def open_two_worklogs(sheet: Sheet) -> Issue:
    """Open the timesheet of an issue with an hour and half an hour on Monday."""
    issue = sheet.work.issue("Twice a day")
    sheet.work.log(issue, MON, HOUR)
    sheet.work.log(issue, MON, 30 * 60)
    sheet.open()
    return issue


def test_t34_a_cell_with_several_worklogs_opens_their_list(sheet: Sheet) -> None:
    issue = open_two_worklogs(sheet)
    cell, dialog = sheet.cell(issue, MON), sheet.frame.locator("#dialog")
    expect(cell).to_contain_text("1:30")
    expect(cell.locator("sup")).to_contain_text("2 worklogs")
    cell.click()
    for key in ("Enter", "Delete", "5", "Shift+Enter"):
        sheet.press(key)
        expect(dialog).to_be_visible()
        expect(dialog.get_by_role("listitem")).to_have_count(2)
        sheet.press("Escape")
        expect(dialog).to_be_hidden()
        expect(cell).to_be_focused()
    assert sheet.work.logged(issue) == [(MON, HOUR), (MON, 30 * 60)]
    # Who does not wait for the list is not interrupted by it.
    another = sheet.frame.get_by_role("button", name="Next")
    for key in ("", "Escape", "ArrowRight"):
        cell.click()
        let_go = hold_answer(sheet.journey, "/worklogs/cell", lambda: sheet.press("Shift+Enter"))
        if key:
            sheet.press(key)
        else:
            another.focus()
        let_go()
        expect(cell).not_to_have_class(re.compile("htmx-request"))
        expect(dialog).to_be_hidden()
    expect(sheet.cell(issue, TUE)).to_be_focused()


@pytest.mark.each_door
@pytest.mark.parametrize("answer", ["at once", "after the text", "after a pause"])
def test_what_is_typed_over_several_worklogs_is_offered_as_new_time(sheet: Sheet, answer: str) -> None:
    issue = open_two_worklogs(sheet)
    cell, dialog = sheet.cell(issue, MON), sheet.frame.locator("#dialog")
    cell.click()
    if answer == "at once":
        sheet.press("1")
    else:
        let_go = hold_answer(sheet.journey, "/worklogs/cell", lambda: sheet.press("1"))
        if answer == "after the text":
            sheet.type("h9")
        else:
            sheet.page.wait_for_timeout(800)  # longer than somebody who types does without looking
        let_go()
    expect(dialog).to_be_visible()
    if answer != "after the text":
        sheet.type("h9")
    sheet.press("Backspace")
    sheet.type("15; reviewed")
    sheet.press("Enter")
    more = dialog.get_by_role("button", name="Log more time: 1h15", exact=True)
    expect(more).to_be_focused()
    expect(dialog.get_by_role("textbox").first).to_have_value("1h")
    sheet.page.wait_for_timeout(800)  # longer than somebody who types does without looking
    sheet.press("Enter")
    expect(dialog.get_by_label("Time spent", exact=True)).to_have_value("1h15")
    expect(dialog.get_by_label("Comment", exact=True)).to_have_value("reviewed")
    sheet.press("Enter")
    expect(cell).to_contain_text("2:45")
    expect(cell).to_be_focused()
    assert sheet.work.logged(issue) == [(MON, HOUR), (MON, 30 * 60), (MON, 75 * 60)]


def test_escape_in_the_list_of_a_cell_takes_back_one_thing_at_a_time(sheet: Sheet) -> None:
    issue = open_two_worklogs(sheet)
    cell, dialog = sheet.cell(issue, MON), sheet.frame.locator("#dialog")
    cell.click()
    sheet.press("Enter")
    field = dialog.get_by_role("textbox").first
    expect(field).to_be_focused()
    before = field.input_value()
    sheet.type("5")
    sheet.press("Escape")
    expect(field).to_have_value(before)
    expect(dialog).to_be_visible()
    dialog.get_by_text("Delete all 2").click()
    expect(dialog.locator("#delete-all-worklogs")).to_be_visible()
    sheet.press("Escape")
    expect(dialog.locator("#delete-all-worklogs")).to_be_hidden()
    expect(dialog).to_be_visible()
    sheet.press("Escape")
    expect(dialog).to_be_hidden()
    expect(cell).to_be_focused()
    assert sheet.work.logged(issue) == [(MON, HOUR), (MON, 30 * 60)]


def test_a_time_that_is_saved_by_closing_the_list_is_said_with_its_undo(sheet: Sheet) -> None:
    issue = open_two_worklogs(sheet)
    sheet.cell(issue, MON).click()
    sheet.press("Enter")
    dialog = sheet.frame.locator("#dialog")
    dialog.get_by_role("textbox").first.fill("2h")
    dialog.get_by_role("button", name="Done").click()
    expect(sheet.frame.locator("#flags")).to_contain_text("2h saved")
    expect(dialog).to_be_hidden()
    expect(sheet.cell(issue, MON)).to_contain_text("2:30")
    sheet.frame.locator("#flags").get_by_role("button", name="Undo").click()
    expect(sheet.cell(issue, MON)).to_contain_text("1:30")
    assert sorted(sheet.work.logged(issue)) == [(MON, 30 * 60), (MON, HOUR)]


def test_shift_enter_opens_the_list_of_one_and_the_form_for_none(sheet: Sheet) -> None:
    issue = sheet.work.issue("One a day")
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    dialog = sheet.frame.get_by_role("dialog")
    sheet.cell(issue, MON).click()
    sheet.press("Shift+Enter")
    expect(dialog.get_by_role("heading")).to_contain_text(issue.key)
    sheet.press("Escape", "ArrowRight")
    expect(sheet.cell(issue, TUE)).to_be_focused()
    sheet.press("Shift+Enter")
    expect(dialog.get_by_role("combobox", name="Issue")).to_have_value(f"{issue.key} One a day")
    expect(dialog.get_by_label("Date")).to_have_value(TUE.isoformat())
    sheet.press("Escape")
    expect(dialog).to_be_hidden()
    expect(sheet.cell(issue, TUE)).to_be_focused()


def test_escape_then_tab_leaves_the_grid(sheet: Sheet) -> None:
    issue = sheet.work.issue("No trap")
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.cell(issue, FRI).click()
    sheet.press("Tab")
    expect(sheet.cell(issue, SAT)).to_be_focused()
    sheet.press("Escape", "Tab")
    expect(sheet.add_box).to_be_focused()
    sheet.press("Shift+Tab")
    expect(sheet.cell(issue, SAT)).to_be_focused()
    sheet.press("Tab")
    expect(sheet.cell(issue, SUN)).to_be_focused()
    sheet.press("Escape", "Shift+Tab")
    assert sheet.frame.evaluate("document.activeElement.closest('#rows td') === null")


def test_page_keys_move_through_time(sheet: Sheet) -> None:
    issue = sheet.work.issue("Keys of the page")
    other = sheet.work.issue("Work of a month")
    for one in (issue, other):
        sheet.work.log(one, MON, HOUR)
    sheet.open()
    this_week = sheet.title.inner_text()
    sheet.cell(issue, MON).click()
    for key, back in (("j", "k"), ("]", "[")):
        sheet.press(key)
        expect(sheet.title).not_to_have_text(this_week)
        sheet.press(back)
        expect(sheet.title).to_have_text(this_week)
    sheet.press("k")
    expect(sheet.title).not_to_have_text(this_week)
    sheet.press("t")
    expect(sheet.title).to_have_text(this_week)
    sheet.press("m")
    expect(sheet.title).to_have_text("March 2030")
    # A day of another week has no cell in the week: the focus stays in its row and goes to today.
    sheet.cell(other, WED + timedelta(days=15)).click()
    sheet.press("w")
    expect(sheet.title).to_have_text(this_week)
    expect(sheet.cell(other, WED)).to_be_focused()
    sheet.cell(issue, MON).click()
    hint = sheet.frame.locator(".add-issue > .key-hint")
    expect(hint).to_be_visible()
    sheet.press("a")
    expect(sheet.add_box).to_be_focused()
    expect(hint).to_be_hidden()
    # Before the list is open, Escape leaves the box.
    expect(sheet.add_box).to_have_attribute("aria-expanded", "true")
    sheet.press("Escape")
    sheet.type("w")
    expect(sheet.add_box).to_have_value("w")
    sheet.press("Backspace", "Escape", "Shift+Tab", "g")
    expect(sheet.cell(issue, MON)).to_be_focused()
    sheet.press("?")
    expect(sheet.frame.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    sheet.press("Escape")
    expect(sheet.cell(issue, MON)).to_be_focused()


def test_keys_with_letters_work_on_keyboards_of_other_scripts_and_brackets_on_the_mac(sheet: Sheet) -> None:
    issue = sheet.work.issue("Typed in Kyiv")
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    this_week = sheet.title.inner_text()

    def press(key: str, code: str, **more: bool) -> None:
        event = {"key": key, "code": code, "bubbles": True, "cancelable": True, **more}
        sheet.frame.evaluate(
            "event => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', event))", event
        )

    sheet.enter(issue, TUE, "2")
    sheet.expect_cells([(issue, TUE, "2:00")])
    press("я", "KeyZ", ctrlKey=True)
    sheet.expect_cells([(issue, TUE, "")])
    sheet.cell(issue, MON).click()
    press("ф", "KeyA", metaKey=True)
    expect(sheet.frame.locator("td[aria-selected]").nth(6)).to_be_attached()
    for key, code in (("о", "KeyJ"), ("л", "KeyK"), ("]", "Digit6"), ("[", "Digit5")):
        press(key, code, altKey=code.startswith("Digit"))
        if key in "о]":
            expect(sheet.title).not_to_have_text(this_week)
        else:
            expect(sheet.title).to_have_text(this_week)


def test_a_row_that_was_added_before_does_not_take_the_focus_from_add_issue(sheet: Sheet) -> None:
    sheet.open(sheet.work.issue("Added before"))
    sheet.add_box.click()
    expect(sheet.frame.locator("#found-issues li").first).to_be_visible()
    expect(sheet.frame.locator("#found-issues [hx-trigger='load']")).to_have_count(0)
    expect(sheet.add_box).to_be_focused()


def test_cells_are_filled_down_and_reached_by_page_and_by_end(sheet: Sheet) -> None:
    issues = sorted((sheet.work.issue(f"Row {n}") for n in range(4)), key=lambda issue: issue.key)
    first, second, third, last = issues
    sheet.open(*issues)
    sheet.enter(first, MON, "1:30", "Tab")
    sheet.type("2")
    sheet.press("Enter", "ArrowUp", "ArrowLeft")
    sheet.expect_cells([(first, MON, "1:30"), (first, TUE, "2:00")])
    sheet.press("Shift+ArrowRight", "Shift+ArrowDown", "Shift+ArrowDown", "Control+d")
    sheet.expect_cells(
        [(row, day, text) for row in (second, third) for day, text in ((MON, "1:30"), (TUE, "2:00"))]
    )
    sheet.press("Control+z")
    sheet.expect_cells([(row, day, "") for row in (second, third) for day in (MON, TUE)])
    sheet.cell(second, MON).click()
    sheet.press("Control+d")
    sheet.expect_cells([(second, MON, "1:30")])
    assert sheet.work.logged(third) == []
    sheet.press("Shift+ArrowRight", "Shift+ArrowRight", "Control+d")
    sheet.expect_cells([(second, day, "1:30") for day in (MON, TUE, WED)])
    assert sheet.work.logged(third) == []

    sheet.cell(second, MON).click()
    sheet.press("PageDown")
    expect(sheet.cell(last, MON)).to_be_focused()
    sheet.press("PageUp")
    expect(sheet.cell(first, MON)).to_be_focused()
    sheet.press("Shift+End")
    expect(sheet.grid.locator("[aria-selected=true]")).to_have_count(7)
    sheet.press("Control+End")
    expect(sheet.cell(last, SUN)).to_be_focused()
    sheet.press("Control+Home")
    expect(sheet.cell(first, MON)).to_be_focused()


def test_control_a_selects_the_cells_and_in_a_field_its_text(sheet: Sheet) -> None:
    issues = sorted((sheet.work.issue(f"Chosen {n}") for n in range(2)), key=lambda issue: issue.key)
    first, last = issues
    sheet.open(*issues)
    sheet.enter(first, MON, "1", "Tab")
    sheet.type("2")
    sheet.press("Control+a")
    sheet.type("3")
    sheet.press("Enter")
    sheet.expect_cells([(first, MON, "1:00"), (first, TUE, "3:00")])
    selected = sheet.grid.locator("[aria-selected=true]")
    expect(selected).to_have_count(0)
    sheet.press("Control+a")
    expect(selected).to_have_count(14)
    expect(sheet.cell(first, MON)).to_be_focused()
    assert sheet.frame.evaluate("getSelection().toString()") == ""
    sheet.press("Delete")
    sheet.expect_cells([(first, MON, ""), (first, TUE, ""), (last, MON, "")])
    assert sheet.work.logged(first) == []


def test_dragging_selects_a_block_also_beyond_the_cells_on_the_screen(sheet: Sheet) -> None:
    issues = sorted((sheet.work.issue(f"Row {n:02}") for n in range(30)), key=lambda issue: issue.key)
    sheet.open(*issues)
    saves = HeldRequests(sheet.journey, "/timesheet/cell")
    for issue, day in ((issues[0], TUE), (issues[1], WED)):
        saves.hold(partial(sheet.enter, issue, day, "1"))
    selected, mouse = sheet.grid.locator("[aria-selected=true]"), sheet.page.mouse

    def at(issue: Issue, day: date) -> tuple[float, float]:
        box = sheet.cell(issue, day).bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    mouse.move(*at(issues[2], THU))
    mouse.down()
    mouse.move(*at(issues[1], WED))
    mouse.move(*at(issues[0], TUE))
    expect(selected).to_have_count(9)
    expect(sheet.cell(issues[0], TUE)).to_be_focused()
    # Both answers wait for the release.
    for _ in range(2):
        with sheet.journey.expect_answer("/timesheet/cell"):
            saves.release_first()
    settle(sheet.frame)
    mouse.up()
    sheet.expect_cells([(issues[0], TUE, "1:00"), (issues[1], WED, "1:00")])
    expect(sheet.cell(issues[0], TUE)).to_be_focused()
    mouse.move(*at(issues[2], FRI))
    expect(selected).to_have_count(9)
    assert sheet.frame.evaluate("getSelection().toString()") == ""
    sheet.press("Delete")
    sheet.expect_cells([(issues[0], TUE, ""), (issues[1], WED, "")])
    # Over the totals below, the block grows while the rows scroll.
    mouse.move(*at(issues[0], MON))
    mouse.down()
    below = sheet.day_total(TUE).bounding_box()
    assert below
    mouse.move(below["x"] + 5, below["y"] + 5)
    expect(sheet.cell(issues[-1], TUE)).to_be_focused()
    expect(selected).to_have_count(60)
    mouse.up()
    expect(sheet.cell(issues[-1], TUE)).to_be_in_viewport()
    sheet.cell(issues[-1], TUE).dblclick()
    expect(sheet.grid.get_by_role("textbox")).to_be_focused()


def test_the_keys_undo_and_redo_nothing_on_days_that_are_not_on_the_screen(sheet: Sheet) -> None:
    issue = sheet.work.issue("Saved in the week before")
    sheet.open(issue)
    sheet.enter(issue, MON, "1")
    expect(sheet.total).to_have_text("1:00")
    for key, said, text in (
        ("Control+z", "The last save was on other days: go there to undo it.", ""),
        ("Control+y", "The last undo was on other days: go there to redo it.", "1:00"),
    ):
        before = sheet.work.logged(issue)
        sheet.press("j")
        expect(sheet.title).to_have_text("18–24 Mar 2030")
        sheet.press(key)
        expect(sheet.live).to_contain_text(said)
        assert sheet.work.logged(issue) == before
        sheet.press("k")
        expect(sheet.title).to_have_text("11–17 Mar 2030")
        sheet.press(key)
        sheet.expect_cells([(issue, MON, text)])
    assert sheet.work.logged(issue) == [(MON, HOUR)]


def test_saves_on_one_issue_follow_each_other_and_others_do_not_wait(sheet: Sheet) -> None:
    issue, other = sheet.work.issue("One after the other"), sheet.work.issue("Beside it")
    sheet.open(issue, other)
    held = HeldRequests(sheet.journey, "/timesheet/cell")
    held.hold(lambda: sheet.enter(issue, MON, "1"))
    sheet.enter(issue, TUE, "2")
    sheet.enter(other, MON, "3")
    sheet.enter(other, TUE, "4")
    sheet.expect_cells([(other, MON, "3:00"), (other, TUE, "4:00")])
    expect(sheet.cell(issue, TUE)).to_have_attribute("aria-busy", "true")
    assert sheet.work.logged(issue) == []
    held.release()
    sheet.expect_cells([(issue, MON, "1:00"), (issue, TUE, "2:00")])
    assert sheet.work.logged(issue) == [(MON, HOUR), (TUE, 2 * HOUR)]


def test_after_undo_and_redo_by_their_button_the_keyboard_is_in_the_grid_again(sheet: Sheet) -> None:
    issue = sheet.work.issue("Mend the refund flow")
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.enter(issue, TUE, "2")
    sheet.expect_cells([(issue, TUE, "2:00")])
    sheet.cell(issue, MON).click()
    sheet.press("Delete")
    sheet.expect_cells([(issue, MON, "")])
    sheet.frame.get_by_role("button", name="Undo").click()
    sheet.expect_cells([(issue, MON, "1:00")])
    expect(sheet.cell(issue, MON)).to_be_focused()
    sheet.frame.get_by_role("button", name="Redo").click()
    sheet.expect_cells([(issue, MON, "")])
    expect(sheet.cell(issue, MON)).to_be_focused()
    sheet.frame.get_by_role("button", name="Undo").click()
    sheet.expect_cells([(issue, MON, "1:00")])
    sheet.press("ArrowRight")
    expect(sheet.cell(issue, TUE)).to_be_focused()
    sheet.press("Control+z")
    sheet.expect_cells([(issue, TUE, "")])
    sheet.press("Control+y", "Control+y")
    sheet.expect_cells([(issue, MON, ""), (issue, TUE, "2:00")])
    sheet.press("Control+z")
    sheet.expect_cells([(issue, MON, "1:00"), (issue, TUE, "2:00")])
    assert sheet.work.logged(issue) == [(MON, HOUR), (TUE, 2 * HOUR)]


def test_y_goes_to_the_next_day_with_less_time_than_expected_also_of_another_week(sheet: Sheet) -> None:
    issue, other = sheet.work.issue("Filled"), sheet.work.issue("Other")
    last_friday = MON - timedelta(days=3)
    for offset in range(28):
        day = WED - timedelta(days=offset)
        sheet.work.log(issue, day, HOUR if day in (TUE, last_friday) else 8 * HOUR)
    sheet.open(issue, other)
    sheet.cell(other, MON).click()
    sheet.press("y")
    expect(sheet.cell(other, TUE)).to_be_focused()
    expect(sheet.live).to_contain_text("Tuesday, 12 March 2030: 1h of 8h")
    sheet.press("y")
    expect(sheet.title).to_contain_text("4–10 Mar 2030")
    expect(sheet.cell(other, last_friday)).to_be_focused()
    expect(sheet.live).to_contain_text("Friday, 8 March 2030: 1h of 8h")
    sheet.type("7")
    sheet.press("y")
    # In the field of a cell it is a letter.
    expect(sheet.input).to_have_value("7y")
    sheet.press("Escape")
    sheet.work.log(issue, TUE, 7 * HOUR)
    sheet.work.log(issue, last_friday, 7 * HOUR)
    sheet.read_again()
    expect(sheet.cell(issue, last_friday)).to_contain_text("8:00")
    sheet.press("y")
    flag = sheet.frame.locator(".flag")
    expect(flag).to_contain_text("No day of the last four weeks up to today has less time than expected.")
    expect(sheet.cell(other, last_friday)).to_be_focused()


def test_who_goes_on_does_not_wait_for_the_day_that_was_asked_for(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Empty"), sheet.work.issue("Below")
    sheet.open(issue, below)
    sheet.cell(issue, MON).click()
    held = HeldRequests(sheet.journey, "/timesheet/gap")
    held.hold(lambda: sheet.press("y"))
    sheet.press("ArrowDown")
    with sheet.journey.expect_answer("/timesheet/gap"):
        held.release()
    settle(sheet.frame)
    expect(sheet.cell(below, MON)).to_be_focused()
    sheet.press("y")
    expect(sheet.cell(below, TUE)).to_be_focused()


def test_a_search_for_the_next_day_that_takes_long_is_said_until_it_ends(sheet: Sheet) -> None:
    issue = sheet.work.issue("Empty")
    sheet.open(issue)
    sheet.cell(issue, MON).click()
    held = HeldRequests(sheet.journey, "/timesheet/gap")
    held.hold(lambda: sheet.press("y"))
    flag = sheet.frame.locator(".flag")
    expect(flag).to_contain_text("Looking for the next day with less time than expected.")
    expect(sheet.live).to_contain_text("Looking for the next day")
    held.release()
    expect(sheet.cell(issue, TUE)).to_be_focused()
    expect(flag).to_have_count(0)


POINTER = """([kind, type, id, buttons, row, column]) => {
    const at = document.getElementById(row).cells[column + 1].getBoundingClientRect();
    const [clientX, clientY] = [at.left + at.width / 2, at.top + at.height / 2];
    const where = { clientX, clientY, pointerId: id, pointerType: type, buttons, button: 0 };
    const target = document.elementFromPoint(clientX, clientY);
    target.dispatchEvent(new PointerEvent(kind, { ...where, bubbles: true, cancelable: true }));
}"""
MOUSE_ID, FINGER_ID = 1, 7


def middle_of(cell: Locator) -> tuple[float, float]:
    box = cell.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_drag_follows_one_mouse_while_its_button_is_down(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Dragged"), sheet.work.issue("Below")
    sheet.open(issue, below)
    selected, mouse = sheet.grid.locator("[aria-selected=true]"), sheet.page.mouse

    def point(kind: str, pointer: str, number: int, buttons: int, row: Issue, day: date) -> None:
        sheet.frame.evaluate(POINTER, [kind, pointer, number, buttons, f"r{row.id}", sheet.column(day)])

    x, y = middle_of(sheet.cell(issue, MON))
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 3, y + 3)
    # The hand trembled, and another pointer moved.
    expect(selected).to_have_count(0)
    point("pointermove", "mouse", FINGER_ID, 1, below, TUE)
    expect(selected).to_have_count(0)
    # The button was released outside of the window.
    point("pointermove", "mouse", MOUSE_ID, 0, issue, MON)
    mouse.move(*middle_of(sheet.cell(below, TUE)))
    expect(selected).to_have_count(0)
    mouse.up()
    # A finger scrolls.
    point("pointerdown", "touch", FINGER_ID, 1, issue, MON)
    point("pointermove", "touch", FINGER_ID, 1, below, TUE)
    expect(selected).to_have_count(0)
    expect(sheet.cell(issue, MON)).to_be_focused()


def test_a_drag_beside_the_cells_leads_toward_the_pointer_and_not_past_it(sheet: Sheet) -> None:
    issue, other = sheet.work.issue("Above"), sheet.work.issue("In another project", "WEB")
    sheet.open(issue, other)
    sheet.frame.get_by_role("combobox", name="Group by").select_option("project")
    group = sheet.frame.locator("#rows tr:not([id^=r])").nth(1)
    expect(group).to_be_visible()
    selected, mouse = sheet.grid.locator("[aria-selected=true]"), sheet.page.mouse
    first, last = sorted((issue, other), key=lambda one: (sheet.row(one).bounding_box() or {"y": 0})["y"])
    x, y = middle_of(sheet.cell(first, SUN))
    mouse.move(x, y)
    mouse.down()
    _, between = middle_of(group)
    mouse.move(x, between)
    expect(sheet.cell(first, SUN)).to_be_focused()
    expect(selected).to_have_count(0)
    # Below the last row and after the last day, only the row can change.
    mouse.move(*middle_of(sheet.total))
    expect(sheet.cell(last, SUN)).to_be_focused()
    expect(selected).to_have_count(2)
    mouse.up()


def test_after_another_field_enter_goes_straight_down(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Tabbed"), sheet.work.issue("Below")
    sheet.open(issue, below)
    sheet.cell(issue, MON).click()
    sheet.press("Tab", "a")
    # The first Escape closes the list, which opens when its answer arrives.
    expect(sheet.add_box).to_have_attribute("aria-expanded", "true")
    sheet.press("Escape", "Escape")
    expect(sheet.cell(issue, TUE)).to_be_focused()
    sheet.press("1", "Enter")
    expect(sheet.cell(below, TUE)).to_be_focused()


def test_the_day_of_a_month_stays_in_focus_in_the_next_one(sheet: Sheet) -> None:
    issue = sheet.work.issue("Every month")
    sheet.open(issue)
    sheet.cell(issue, MON).click()
    sheet.press("m")
    expect(sheet.title).to_contain_text("March 2030")
    sheet.cell(issue, MON).click()
    sheet.press("j")
    expect(sheet.title).to_contain_text("April 2030")
    expect(sheet.cell(issue, MON.replace(month=4))).to_be_focused()
