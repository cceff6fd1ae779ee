"""Worklogs are chosen in the list and changed together, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Issue
from tests.journeys.support.sheet import FRI, HOUR, MON, TUE, WED, Sheet
from tests.journeys.worklog.test_attribute import ACTIVITY, REMOTE, TICKET, define
from timesheet.domain.attribute.values import PROPERTY


@pytest.mark.each_door
def test_a_range_moves_to_a_day_and_back(
    sheet: Sheet, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    issue, other = sheet.work.issue("Sort the mail"), sheet.work.issue("Answer it")
    for day, one in ((MON, issue), (MON, other), (TUE, issue)):
        sheet.work.log(one, day, HOUR)
    frame = open_list(sheet)
    boxes = frame.locator(".line input[name='chosen']")
    expect(boxes).to_have_count(3)
    whole = frame.locator(f"#day-{MON} [data-choose-day]")
    boxes.nth(0).click()
    assert whole.evaluate("box => box.indeterminate")
    boxes.nth(2).click(modifiers=["Shift"])
    expect(whole).to_be_checked()
    assert not whole.evaluate("box => box.indeterminate")
    expect(frame.locator("#selection output")).to_have_text("3 worklogs selected")
    assert_accessible(frame)
    frame.get_by_role("button", name="Move to a day …").click()
    dialog = frame.get_by_role("dialog")
    expect(dialog).to_contain_text("3 worklogs change, 3h in all.")
    assert_accessible(frame)
    dialog.get_by_label("Date").fill(FRI.isoformat())
    dialog.get_by_role("button", name="Move 3 worklogs").click()
    expect(frame.locator("#flags")).to_contain_text("3 worklogs moved.")
    expect(frame.locator(f"#day-{FRI} .line")).to_have_count(3)
    assert sorted(sheet.work.logged(issue)) == [(FRI, HOUR), (FRI, HOUR)]
    frame.locator("#flags").get_by_role("button", name="Undo").click()
    expect(frame.locator(f"#day-{MON} .line")).to_have_count(2)
    assert sorted(sheet.work.logged(issue)) == [(MON, HOUR), (TUE, HOUR)]
    moved = frame.locator("#flags")
    moved.get_by_role("button", name="Redo").click()
    expect(moved).to_contain_text("redone")
    assert sorted(sheet.work.logged(issue)) == [(FRI, HOUR), (FRI, HOUR)]
    sheet.press("Control+z")
    expect(moved).to_contain_text("undone")
    assert sorted(sheet.work.logged(issue)) == [(MON, HOUR), (TUE, HOUR)]


def test_a_day_moves_to_an_issue_with_the_keyboard_alone(sheet: Sheet) -> None:
    issue, other = sheet.work.issue("Wrong place"), sheet.work.issue("Right place")
    for day in (MON, TUE):
        sheet.work.log(issue, day, HOUR)
    frame, keyboard = open_list(sheet), sheet.page.keyboard
    frame.locator(f"#day-{MON} [data-choose-day]").focus()
    keyboard.press("Space")
    expect(frame.locator("#selection output")).to_have_text("1 worklog selected")
    frame.get_by_role("button", name="Move to an issue …").focus()
    keyboard.press("Enter")
    dialog = frame.get_by_role("dialog")
    expect(dialog.get_by_label("Issue", exact=True)).to_be_focused()
    keyboard.type(other.key)
    expect(frame.locator("#dialog-issues [role='option']").first).to_contain_text(other.key)
    keyboard.press("Enter")
    expect(dialog.get_by_label("Issue", exact=True)).to_have_value(f"{other.key} {other.summary}")
    dialog.get_by_role("button", name="Move 1 worklog").focus()
    keyboard.press("Enter")
    expect(frame.locator("#flags")).to_contain_text("1 worklog moved.")
    assert sheet.work.logged(issue) == [(TUE, HOUR)]
    assert sheet.work.logged(other) == [(MON, HOUR)]


def test_deleting_asks_and_names_what_stays(sheet: Sheet) -> None:
    issue = sheet.work.issue("Booked twice")
    for day in (MON, TUE):
        sheet.work.log(issue, day, HOUR)
    frame = open_list(sheet)
    boxes = frame.locator(".line input[name='chosen']")
    boxes.nth(0).check()
    boxes.nth(1).check()
    frame.locator("#selection-delete").click()
    dialog = frame.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Delete 2 worklogs").click()
    expect(frame.locator("#flags")).to_contain_text("2 worklogs deleted.")
    expect(frame.locator(".line")).to_have_count(0)
    assert sheet.work.logged(issue) == []


def test_the_focus_goes_to_the_heading_when_the_bar_disappears(sheet: Sheet) -> None:
    issue = sheet.work.issue("Booked twice")
    sheet.work.log(issue, MON, HOUR)
    frame, keyboard = open_list(sheet), sheet.page.keyboard
    frame.locator(".line input[name='chosen']").focus()
    keyboard.press("Space")
    frame.locator("#selection-delete").focus()
    keyboard.press("Enter")
    frame.get_by_role("dialog").get_by_role("button", name="Delete 1 worklog").focus()
    keyboard.press("Enter")
    expect(frame.locator("#selection")).to_be_hidden()
    expect(sheet.title).to_be_focused()


def test_a_worklog_that_changed_elsewhere_is_no_longer_chosen(sheet: Sheet) -> None:
    issue = sheet.work.issue("Changed meanwhile")
    changed = sheet.work.log(issue, MON, HOUR)
    sheet.work.log(issue, TUE, HOUR)
    frame = open_list(sheet)
    boxes = frame.locator(".line input[name='chosen']")
    for index in range(2):
        boxes.nth(index).check()
    sheet.work.change(changed, 2 * HOUR)
    sheet.read_again()
    expect(frame.locator("#selection output")).to_have_text("1 worklog selected")
    assert [boxes.nth(index).is_checked() for index in range(2)] == [False, True]


def test_on_a_phone_the_bar_and_its_buttons_fit(sheet: Sheet) -> None:
    sheet.page.set_viewport_size({"width": 375, "height": 700})
    sheet.work.log(sheet.work.issue("On the train"), MON, HOUR)
    frame = open_list(sheet)
    frame.locator(".line input[name='chosen']").check()
    expect(frame.locator("#selection")).to_be_visible()
    assert frame.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("width", [1024, 375])
def test_an_attribute_is_set_and_each_worklog_gets_its_own_value_back(
    sheet: Sheet, assert_accessible: Callable[[Page | Frame], None], width: int
) -> None:
    define(sheet, ACTIVITY, TICKET, REMOTE)
    issue = sheet.work.issue("Sort the mail")
    values = ({PROPERTY: {"activity": "d"}}, {PROPERTY: {"activity": "t"}}, None)
    rows = [
        sheet.work.log(issue, day, HOUR, properties=properties)
        for day, properties in zip((MON, TUE, WED), values, strict=True)
    ]
    sheet.page.set_viewport_size({"width": width, "height": 700})
    frame = open_list(sheet)
    for box in frame.locator(".line input[name='chosen']").all():
        box.check()
    frame.get_by_role("button", name="Set an attribute …").click()
    dialog = frame.get_by_role("dialog")
    dialog.get_by_label("Attribute").select_option(label="Activity")
    expect(dialog).to_contain_text("Clear the value of 2 worklogs")
    dialog.get_by_label("Activity").select_option(label="Test")
    expect(dialog).to_contain_text("It has this value already.")
    assert_accessible(frame)
    # Somebody deletes one of them meanwhile, and the button is clicked twice.
    sheet.work.delete(rows[2])
    dialog.get_by_role("button", name="Change 2 worklogs").dblclick()
    expect(dialog).to_contain_text("Some worklogs stay as they were")
    expect(dialog).to_contain_text("1 worklog changed. 1 worklog was not changed:")
    assert_accessible(frame)
    assert values_of(sheet, issue) == [{"activity": "t"}, {"activity": "t"}]
    dialog.get_by_role("button", name="Undo what was changed").click()
    expect(frame.locator("#flags")).to_contain_text("restored")
    assert values_of(sheet, issue) == [{"activity": "d"}, {"activity": "t"}]


def test_a_value_whose_answer_was_lost_is_there_and_goes_back_too(sheet: Sheet) -> None:
    define(sheet, TICKET)
    issue = sheet.work.issue("Sort the mail")
    sheet.work.log(issue, MON, HOUR)
    frame = open_list(sheet)
    frame.locator(".line input[name='chosen']").check()
    frame.get_by_role("button", name="Set an attribute …").click()
    dialog = frame.get_by_role("dialog")
    dialog.get_by_label("Ticket").fill("T-1")
    dialog.get_by_label("Ticket").blur()
    sheet.work.trouble("drop-after-write", "/rest/api/3/issue/*/worklog/*", method="PUT")
    dialog.get_by_role("button", name="Change 1 worklog").click()
    expect(frame.locator("#flags")).to_contain_text("1 worklog changed.")
    assert values_of(sheet, issue) == [{"ticket": "T-1"}]
    frame.locator("#flags").get_by_role("button", name="Undo").click()
    expect(frame.locator("#flags")).to_contain_text("restored")
    assert values_of(sheet, issue) == [{}]


def values_of(sheet: Sheet, issue: Issue) -> list[object]:
    rows = sorted(sheet.work.rows(issue), key=lambda row: row.started)
    return [(row.properties or {}).get(PROPERTY) for row in rows]


def open_list(sheet: Sheet) -> Frame:
    sheet.open()
    sheet.frame.get_by_role("button", name="List").click()
    expect(sheet.frame.locator("#list-frame")).to_be_visible()
    return sheet.frame
