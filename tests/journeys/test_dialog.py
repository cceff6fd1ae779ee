"""The dialog: what closes it, and what does not."""

from __future__ import annotations

from playwright.sync_api import expect

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
