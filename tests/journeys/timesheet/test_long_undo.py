"""A long undo whose progress or result arrives while somebody types or another dialog is open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from jira_emulator.model import Issue
from tests.journeys.support.sheet import HOUR, MON, Sheet
from tests.journeys.timesheet.test_copy import WEEK, WORKLOG, open_copy
from timesheet.web.worklog import at_once

# The field loses the focus, and an answer is shown before any timer runs.
LEAVE_AND_ANSWER = """(field) => {
    field.blur();
    const target = document.getElementById("quick-reading");
    window.htmx.swap({ text: "<p>Read</p>", sourceElement: field, target, swap: "innerHTML" });
}"""
DAYS = [MON - WEEK + timedelta(days=number) for number in range(3)]


@pytest.fixture
def copied(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> Issue:
    """Copy three worklogs; from then on a request undoes one of them, and the first one waits."""
    issue = sheet.work.issue("Much work")
    for day in DAYS:
        sheet.work.log(issue, day, HOUR)
    open_copy(sheet)
    sheet.frame.get_by_role("button", name="Copy 3:00").click()
    expect(sheet.frame.locator("#flags")).to_contain_text("3 worklogs logged, 3h in all.")
    expect(sheet.frame.locator("#dialog")).not_to_be_visible()
    monkeypatch.setattr(at_once, "AT_ONCE_SECONDS", 0.0)
    sheet.work.trouble("late", f"{WORKLOG}/*", method="DELETE", count=1)
    return issue


def undo(sheet: Sheet, by_key: bool) -> None:
    if by_key:
        sheet.press("Control+z")
    else:
        sheet.frame.locator("#flags").get_by_role("button", name="Undo").click()
    sheet.work.await_late()


def expect_undone(sheet: Sheet, issue: Issue) -> None:
    """Wait for the end of the undo, and redo it."""
    flags = sheet.frame.locator("#flags")
    expect(flags).to_contain_text("3 changes undone.")
    expect(sheet.frame.locator("#dialog")).not_to_be_visible()
    assert sorted(sheet.work.logged(issue)) == [(day, HOUR) for day in DAYS]
    flags.get_by_role("button", name="Redo").click()
    expect(sheet.row_total(issue)).to_have_text("3:00")


@pytest.mark.each_door
@pytest.mark.parametrize("by_key", [False, True], ids=["button", "key"])
def test_it_goes_on_after_the_dialog_that_was_opened_meanwhile(
    sheet: Sheet, copied: Issue, by_key: bool
) -> None:
    undo(sheet, by_key)
    sheet.frame.locator(".menu summary").click()
    sheet.frame.get_by_role("button", name="Log work …").click()
    dialog, comment = sheet.frame.locator("#dialog"), sheet.frame.get_by_label("Comment")
    comment.fill("Half typed")
    sheet.work.let_late_go()
    expect(sheet.frame.locator("#flags")).to_contain_text("The rest follows once you close this dialog")
    expect(sheet.row_total(copied)).to_have_text("2:00")
    expect(comment).to_have_value("Half typed")
    sheet.stay()
    dialog.get_by_role("button", name="Cancel").click()
    expect_undone(sheet, copied)


@pytest.mark.parametrize("by_key", [False, True], ids=["button", "key"])
def test_it_goes_on_after_the_field_in_which_somebody_types(
    sheet: Sheet, copied: Issue, by_key: bool
) -> None:
    undo(sheet, by_key)
    field = sheet.frame.get_by_label("Quick add")
    field.press_sequentially("Half typed")
    sheet.work.let_late_go()
    expect(sheet.frame.locator("#flags")).to_contain_text("or leave this field")
    expect(sheet.row_total(copied)).to_have_text("2:00")
    expect(field).to_be_focused()
    field.blur()
    expect_undone(sheet, copied)
    expect(field).to_have_value("Half typed")


def test_it_goes_on_although_an_answer_arrives_when_the_field_is_left(sheet: Sheet, copied: Issue) -> None:
    undo(sheet, by_key=True)
    field = sheet.frame.get_by_label("Quick add")
    field.press_sequentially("Half typed")
    sheet.work.let_late_go()
    expect(sheet.row_total(copied)).to_have_text("2:00")
    field.evaluate(LEAVE_AND_ANSWER)
    expect_undone(sheet, copied)
    expect(field).to_have_value("Half typed")


def test_its_result_is_shown_after_the_field_in_which_somebody_types(
    sheet: Sheet, copied: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_once, "AT_ONCE_SECONDS", 6.0)
    sheet.work.change(sheet.work.rows(copied)[-1], 2 * HOUR)
    undo(sheet, by_key=False)
    sheet.frame.get_by_label("Quick add").press_sequentially("Half typed")
    sheet.work.let_late_go()
    expect(sheet.frame.locator("#flags")).to_contain_text("2 changes undone.")
    expect(sheet.row_total(copied)).to_have_text("2:00")
    expect(sheet.frame.locator("#dialog")).not_to_be_visible()
    sheet.frame.get_by_label("Quick add").blur()
    expect(sheet.frame.locator("#verdicts")).to_contain_text(copied.key)
    sheet.frame.locator("#dialog").get_by_role("button", name="Close").click()
    expect(sheet.frame.locator("#dialog")).not_to_be_visible()
