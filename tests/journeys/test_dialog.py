"""The dialog: what closes it, and what does not."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.support.held_answer import hold_answer
from tests.journeys.support.sheet import HOUR, MON, Sheet


def test_a_click_beside_the_dialog_closes_it_but_not_a_text_that_is_selected_up_to_there(
    sheet: Sheet,
) -> None:
    issue = sheet.work.issue("Beside")
    sheet.work.log(issue, MON, HOUR)
    sheet.open(issue)
    sheet.cell(issue, MON).click()
    sheet.press("Shift+Enter")
    dialog = sheet.frame.locator("#dialog")
    title, around = dialog.locator("h2").first.bounding_box(), dialog.bounding_box()
    assert title
    assert around
    mouse, height, beside = sheet.page.mouse, title["y"] + title["height"] / 2, around["x"] - 30
    mouse.move(title["x"] + 20, height)
    mouse.down()
    mouse.move(beside, height, steps=4)
    mouse.up()
    expect(dialog).to_be_visible()
    assert sheet.frame.evaluate("String(getSelection())")
    mouse.click(beside, height)
    expect(dialog).to_be_hidden()


def test_a_dialog_that_opens_or_closes_takes_no_focus_from_jira_around_the_page(sheet: Sheet) -> None:
    issue = sheet.work.issue("Meanwhile in Jira")
    sheet.open(issue)
    dialog = sheet.frame.locator("#dialog")
    search = sheet.page.get_by_role("searchbox", name="Search issues")
    sheet.cell(issue, MON).click()
    let_open = hold_answer(sheet.journey, "/worklogs", lambda: sheet.press("Shift+Enter"))
    search.click()
    let_open()
    expect(dialog).to_be_visible()
    sheet.type("cra")
    expect(search).to_have_value("cra")
    duration = dialog.get_by_role("textbox", name="Time spent")
    duration.click()
    with sheet.journey.expect_answer("/worklogs/echo"):
        sheet.type("1h")
    expect(dialog.locator("#duration-echo")).to_contain_text("1h")
    # An echo of the time spent may still be under way.
    let_close = hold_answer(sheet.journey, "/worklogs", lambda: sheet.press("Control+Enter"), method="POST")
    search.click()
    let_close()
    expect(dialog).to_be_hidden()
    sheet.press("End")
    sheet.type("sh")
    expect(search).to_have_value("crash")
    sheet.expect_cells([(issue, MON, "1:00")])
    sheet.frame.evaluate("window.focus()")
    expect(sheet.cell(issue, MON)).to_be_focused()


def test_what_is_refused_late_is_said_to_whoever_types_and_opens_its_dialog_afterward(sheet: Sheet) -> None:
    sheet.open()
    sheet.frame.locator(".menu summary").click()
    sheet.frame.get_by_role("button", name="Log work …").click()
    dialog, quick_add = sheet.frame.locator("#dialog"), sheet.frame.get_by_label("Quick add")
    dialog.get_by_label("Comment").fill("A long story")
    save = dialog.get_by_role("button", name="Log work")
    let_come = hold_answer(sheet.journey, "/worklogs", save.click, method="POST")
    dialog.get_by_role("button", name="Cancel").click()
    quick_add.press_sequentially("Half typed")
    let_come()
    expect(sheet.frame.locator("#flags")).to_contain_text("“Log work” is not saved.")
    expect(dialog).not_to_be_visible()
    expect(quick_add).to_have_value("Half typed")
    quick_add.blur()
    expect(dialog.get_by_label("Comment")).to_have_value("A long story")


def test_what_fails_after_its_dialog_was_closed_is_said(sheet: Sheet) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.work.log(issue, MON, HOUR)
    sheet.open(issue)
    sheet.frame.get_by_role("button", name="List").click()
    sheet.frame.locator(".line").get_by_role("button", name="Edit").click()
    dialog = sheet.frame.locator("#dialog")
    dialog.get_by_label("Comment").fill("A long story")
    sheet.work.trouble("status", "/rest/api/3/issue/*/worklog/*", method="PUT", status=503, count=None)
    save = dialog.get_by_role("button", name="Save")
    let_come = hold_answer(sheet.journey, "/worklogs", save.click, method="POST")
    dialog.get_by_role("button", name="Cancel").click()
    let_come()
    expect(sheet.frame.locator("#flags")).to_contain_text("the change may or may not be saved.")
    expect(dialog).not_to_be_visible()
