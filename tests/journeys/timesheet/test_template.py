"""Save a day as a template, and log it again a week later by two keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Frame, Page, expect

from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.sheet import HOUR, MON, Sheet

WEEK = timedelta(days=7)


def save_monday(sheet: Sheet, name: str = "Monday") -> None:
    """Save the Monday of the shown week as a template."""
    sheet.frame.locator("#sheet .menu summary[title=More]").click()
    sheet.frame.get_by_role("button", name="Save as a template").click()
    dialog = sheet.frame.locator("#dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Day", exact=True).fill(MON.isoformat())
    dialog.get_by_label("The whole week").uncheck()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).not_to_be_visible()
    expect(sheet.frame.locator("#flags")).to_contain_text(f"The template {name} is saved.")


def test_monday_is_saved_and_logged_next_week_by_two_keys(
    sheet: Sheet, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    one, two, closed = (sheet.work.issue(name) for name in ("Standup", "Support", "Closed meanwhile"))
    for issue, hours in ((one, 1), (two, 2), (closed, 3)):
        sheet.work.log(issue, MON, hours * HOUR)
    sheet.open()
    save_monday(sheet)
    sheet.work.close(closed)
    sheet.work.trouble("status", f"/rest/api/3/issue/{two.id}/worklog", method="POST", status=403, count=None)
    # The key counts for the week that was asked for, although it is not shown yet.
    held = HeldRequests(sheet.journey, "/timesheet?")
    held.hold(lambda: sheet.frame.locator("#go-next").click())
    sheet.press("u")
    held.release()
    expect(sheet.grid).to_have_attribute("data-first", (MON + WEEK).isoformat())
    dialog = sheet.frame.locator("#dialog")
    expect(dialog.get_by_role("button", name="Apply template (3:00)")).to_be_focused()
    expect(dialog.locator("#verdicts")).to_contain_text(closed.key)
    assert_accessible(sheet.frame)
    sheet.press("Enter")
    expect(dialog.locator("#partly")).to_contain_text(two.key)
    expect(dialog).to_contain_text("Not everything was logged")
    assert sheet.work.logged(one) == [(MON, HOUR), (MON + WEEK, HOUR)]
    assert sheet.work.logged(two) == [(MON, 2 * HOUR)]
    assert sheet.work.logged(closed) == [(MON, 3 * HOUR)]
    dialog.get_by_role("button", name="Undo what was changed").click()
    expect(sheet.frame.locator("#flags")).to_contain_text("removed again")
    assert sheet.work.logged(one) == [(MON, HOUR)]


def test_templates_are_renamed_and_deleted_by_keys_on_a_narrow_screen(
    sheet: Sheet, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    sheet.work.log(sheet.work.issue("Standup"), MON, HOUR)
    sheet.open()
    save_monday(sheet)
    save_monday(sheet, "Other")
    sheet.page.set_viewport_size({"width": 375, "height": 700})
    sheet.press("u")
    dialog = sheet.frame.locator("#dialog")
    dialog.get_by_role("button", name="Rename, order, or delete").press("Enter")
    name = dialog.get_by_label("Name of Monday")
    name.fill("Standup day")
    dialog.get_by_role("button", name="Move Other up").press("Enter")
    expect(dialog.get_by_role("button", name="Move Other up")).to_be_disabled()
    dialog.get_by_role("button", name="Delete Other").press("Enter")
    expect(dialog.get_by_role("button", name="Undo")).to_be_focused()
    expect(name).to_have_value("Standup day")
    dialog.get_by_role("button", name="Close").press("Enter")
    expect(dialog.locator("#unsaved")).to_contain_text("This is not saved.")
    name.press("Enter")
    expect(dialog.get_by_role("button", name="Delete Standup day")).to_be_visible()
    assert_accessible(sheet.frame)
    assert dialog.evaluate("box => box.scrollWidth <= box.clientWidth")
    for role in ("textbox", "button"):
        for control in dialog.locator(".template-list").get_by_role(role).all():
            box = control.bounding_box()
            assert box is not None
            assert box["height"] >= 44
            assert box["width"] >= 44
    dialog.get_by_role("button", name="Delete Standup day").press("Enter")
    expect(dialog).to_contain_text("You have no template.")
    undo = dialog.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    assert_accessible(sheet.frame)
    undo.press("Enter")
    expect(dialog.get_by_role("button", name="Delete Standup day")).to_be_visible()
    expect(undo).to_have_count(0)
