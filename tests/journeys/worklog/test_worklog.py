"""The worklog dialog and the list of a cell, in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time

import pytest
from playwright.sync_api import Frame, Locator, Page, expect

from jira_emulator.model import Issue
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.sheet import HOUR, MON, TUE, WED, Sheet
from timesheet.services.worklog.safeguard.lost_write import UNDER_WAY

Check = Callable[[Page | Frame], None]


def dialog(sheet: Sheet) -> Locator:
    return sheet.frame.locator("#dialog")


def open_new(sheet: Sheet) -> None:
    sheet.frame.locator("#sheet details.menu summary").click()
    sheet.frame.get_by_role("button", name="Log work …").click()
    expect(dialog(sheet)).to_be_visible()


def open_list(sheet: Sheet, issue: Issue, day: object) -> None:
    sheet.cell(issue, day).click()  # type: ignore[arg-type]
    sheet.press("Escape", "Shift+Enter")
    expect(sheet.frame.locator("#cell-list")).to_be_visible()


@pytest.mark.each_door
def test_work_is_logged_with_the_keyboard_alone(sheet: Sheet) -> None:
    issue = sheet.work.issue("Chart the coast", estimate=6 * HOUR)
    sheet.open()
    open_new(sheet)
    expect(dialog(sheet).get_by_label("Issue", exact=True)).to_be_focused()
    sheet.type(issue.key)
    expect(sheet.frame.locator(f"#choice-{issue.id}")).to_have_attribute("aria-selected", "true")
    sheet.press("Enter")
    expect(dialog(sheet).get_by_label("Time spent", exact=True)).to_be_focused()
    sheet.type("1,5")
    expect(sheet.frame.locator("#duration-echo")).to_have_text("1h 30m · 1.50 h")
    expect(sheet.frame.locator("#estimate-preview")).to_have_text("6h left → 4h 30m left")
    sheet.press("Tab")
    sheet.type("Looked around\n- north\n- south")
    sheet.press("Control+Enter")
    expect(dialog(sheet)).to_be_hidden()
    expect(sheet.live).to_have_text(
        f"1h 30m logged on {issue.key}, Wednesday, 13 March 2030. Remaining estimate: 4h 30m."
    )
    sheet.expect_cells([(issue, WED, "1:30")])
    [row] = sheet.work.rows(issue)
    assert (row.seconds, sheet.work.local(row).time()) == (5400, time(9))
    assert [block["type"] for block in (row.comment or {})["content"]] == ["paragraph", "bulletList"]


def test_what_is_typed_in_a_dialog_is_asked_about_before_a_reload_and_before_a_key_discards_it(
    sheet: Sheet, assert_accessible: Check
) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.open()
    open_new(sheet)
    sheet.type(issue.key)
    expect(sheet.frame.locator(f"#choice-{issue.id}")).to_have_attribute("aria-selected", "true")
    sheet.press("Escape")
    expect(sheet.frame.locator("#dialog-issues [role=option]")).to_have_count(0)
    expect(dialog(sheet)).to_be_visible()
    dialog(sheet).get_by_label("Comment").press_sequentially("Looked")
    sheet.stay()
    sheet.press("Escape")
    expect(sheet.frame.locator("#unsaved")).to_contain_text("Close it again to discard")
    assert_accessible(sheet.frame)
    sheet.type(" around")
    expect(sheet.frame.locator("#unsaved")).to_have_count(0)
    sheet.press("Escape", "Escape")
    expect(dialog(sheet)).to_be_hidden()
    open_new(sheet)
    dialog(sheet).get_by_label("Comment").focus()
    sheet.press("Escape")
    expect(dialog(sheet)).to_be_hidden()


@pytest.mark.parametrize("name", ["Delete …", "Discard this time …"])
def test_a_button_whose_question_would_replace_what_is_typed_asks_first(sheet: Sheet, name: str) -> None:
    issue = sheet.work.issue("Chart the coast")
    row = sheet.work.log(issue, WED, HOUR)
    sheet.open()
    if name == "Delete …":
        sheet.frame.get_by_role("button", name="List").click()
        sheet.frame.locator(f"#edit-{row.id}").click()
    else:
        sheet.cell(issue, WED).click()
        sheet.press("s")
        expect(sheet.frame.locator("#timer").get_by_role("timer")).to_be_visible()
        sheet.frame.locator("#timer").get_by_role("button", name="Stop").click()
    comment = dialog(sheet).get_by_label("Comment")
    comment.fill("Typed")
    button = dialog(sheet).get_by_role("button", name=name)
    button.click()
    expect(sheet.frame.locator("#unsaved")).to_contain_text("Press the button again to discard")
    expect(comment).to_have_value("Typed")
    button.click()
    expect(dialog(sheet).get_by_role("button", name="Keep it")).to_be_visible()


def test_bad_input_keeps_its_text_and_gets_the_focus(sheet: Sheet, assert_accessible: Check) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.open(issue)
    sheet.cell(issue, TUE).click()
    sheet.press("Escape", "Shift+Enter")
    spent = dialog(sheet).get_by_label("Time spent", exact=True)
    spent.fill("1:75")
    dialog(sheet).get_by_label("Comment").fill("kept")
    sheet.press("Control+Enter")
    expect(dialog(sheet).locator("#error-duration")).to_contain_text("at most 59 minutes")
    expect(spent).to_be_focused()
    expect(spent).to_have_value("1:75")
    expect(dialog(sheet).get_by_label("Comment")).to_have_value("kept")
    assert_accessible(sheet.frame)
    spent.fill("1:15")
    expect(dialog(sheet).locator("#error-duration")).to_have_count(0)
    expect(spent).not_to_have_attribute("aria-invalid", "true")
    expect(spent).to_have_attribute("aria-describedby", "duration-echo")
    expect(sheet.frame.locator("#duration-echo")).to_contain_text("1h 15m")
    sheet.press("Control+Enter")
    sheet.expect_cells([(issue, TUE, "1:15")])


def test_what_was_typed_survives_a_jira_that_does_not_answer(sheet: Sheet) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.open(issue)
    sheet.cell(issue, TUE).click()
    sheet.press("Escape", "Shift+Enter")
    dialog(sheet).get_by_label("Time spent", exact=True).fill("2h")
    sheet.work.trouble("status", path="/rest/api/3/issue/*", status=503, count=None)
    sheet.press("Control+Enter")
    expect(dialog(sheet).get_by_role("alert")).to_contain_text("Jira")
    expect(dialog(sheet).get_by_label("Time spent", exact=True)).to_have_value("2h")
    sheet.work.no_trouble()
    # It may have been a proxy that answered, with Jira still at the write.
    sheet.work.stage.cloud.cloud.clock.travel(UNDER_WAY.total_seconds())
    dialog(sheet).get_by_role("button", name="Log work").click()
    sheet.expect_cells([(issue, TUE, "2:00")])
    assert sheet.work.logged(issue) == [(TUE, 2 * HOUR)]


def test_the_way_the_estimate_moves_is_chosen(sheet: Sheet) -> None:
    issue = sheet.work.issue("Chart the coast", estimate=6 * HOUR)
    sheet.open(issue)
    sheet.cell(issue, WED).click()
    sheet.press("Escape", "Shift+Enter")
    dialog(sheet).get_by_label("Time spent", exact=True).fill("1h")
    new = dialog(sheet).get_by_label("New remaining estimate")
    expect(new).to_be_hidden()
    dialog(sheet).get_by_label("How to adjust it").select_option("Set to")
    new.fill("2h")
    expect(sheet.frame.locator("#estimate-preview")).to_have_text("6h left → 2h left")
    sheet.press("Control+Enter")
    sheet.expect_cells([(issue, WED, "1:00")])
    assert issue.remaining_estimate == 2 * HOUR


@pytest.mark.parametrize("button", ["Delete the worklog of", "Edit the worklog of", "Delete all"])
def test_a_button_of_the_list_used_right_after_a_time_was_typed_follows_it(sheet: Sheet, button: str) -> None:
    """Answers are slow: leaving the field saves it, and the button still has the version before."""
    issue = sheet.work.issue("Chart the coast")
    sheet.work.log(issue, MON, HOUR, time(9))
    sheet.work.log(issue, MON, 2 * HOUR, time(13))
    sheet.open()
    open_list(sheet, issue, MON)
    requests = HeldRequests(sheet.journey, "/worklogs/")
    if button == "Delete all":
        dialog(sheet).locator("summary", has_text="Delete all 2").click()
    first = sheet.frame.locator(".worklog").first
    first.get_by_label("Time spent from").click()
    sheet.press("Control+a")
    sheet.type("30m")
    used = dialog(sheet).get_by_role("button", name=button).first
    requests.hold(used.click)
    requests.release()
    if button.startswith("Edit"):
        expect(sheet.frame.locator("#worklog-duration")).to_have_value("30m")
        assert sheet.work.logged(issue) == [(MON, 1800), (MON, 2 * HOUR)]
    elif button == "Delete all":
        expect(dialog(sheet)).to_be_hidden()
        assert sheet.work.logged(issue) == []
    else:
        expect(sheet.frame.locator(".worklog")).to_have_count(1)
        assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]


def test_t34_the_list_edits_deletes_and_brings_back(sheet: Sheet, assert_accessible: Check) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.work.log(issue, MON, HOUR, time(9))
    sheet.work.log(issue, MON, 2 * HOUR, time(13))
    sheet.open()
    open_list(sheet, issue, MON)
    assert_accessible(sheet.frame)
    first = sheet.frame.locator(".worklog").first
    first.get_by_label("Time spent from").fill("30m")
    sheet.press("Enter")
    expect(sheet.frame.locator(".worklog-total b")).to_have_text("2h 30m")
    expect(sheet.cell(issue, MON)).to_contain_text("2:30")

    first.get_by_role("button", name="Delete").click()
    expect(sheet.frame.locator(".worklog")).to_have_count(1)
    expect(sheet.cell(issue, MON)).to_have_text("2:00")
    inside = sheet.frame.evaluate("document.getElementById('dialog').contains(document.activeElement)")
    assert inside, "the focus stays in the dialog"
    sheet.frame.locator("#cell-list").get_by_role("button", name="Undo").click()
    expect(sheet.frame.locator(".worklog")).to_have_count(2)
    assert sheet.work.logged(issue) == [(MON, 1800), (MON, 2 * HOUR)]

    dialog(sheet).locator("summary", has_text="Delete all 2").click()
    dialog(sheet).get_by_role("button", name="Delete all").click()
    expect(dialog(sheet)).to_be_hidden()
    expect(sheet.row(issue)).to_be_hidden()
    sheet.frame.locator("#flags").get_by_role("button", name="Undo").last.click()
    expect(sheet.cell(issue, MON)).to_contain_text("2:30")
    assert sheet.work.logged(issue) == [(MON, 1800), (MON, 2 * HOUR)]
    sheet.press("Control+y")
    expect(sheet.total).to_have_text("0:00")
    sheet.press("Control+z")
    expect(sheet.cell(issue, MON)).to_contain_text("2:30")


def test_a_worklog_moves_to_another_day_and_issue_in_the_dialog(sheet: Sheet) -> None:
    one, two = sheet.work.issue("Chart the coast"), sheet.work.issue("Chart the hills")
    sheet.work.log(one, MON, HOUR, time(14))
    sheet.open()
    open_list(sheet, one, MON)
    sheet.press("Enter")
    box = dialog(sheet).get_by_label("Issue", exact=True)
    expect(box).to_have_value(f"{one.key} Chart the coast")
    dialog(sheet).get_by_label("Date").fill(TUE.isoformat())
    # Words that name no issue do not mean the one that was there before.
    box.fill("far side of the moon")
    dialog(sheet).get_by_label("Comment").press("Control+Enter")
    expect(dialog(sheet)).to_contain_text("Choose an issue from the list.")
    assert sheet.work.logged(one) == [(MON, HOUR)]
    box.fill(two.key)
    sheet.frame.locator(f"#choice-{two.id}").click()
    sheet.press("Control+Enter")
    sheet.expect_cells([(two, TUE, "1:00")])
    assert (sheet.work.logged(one), sheet.work.logged(two)) == ([], [(TUE, HOUR)])
    assert sheet.work.local(sheet.work.rows(two)[0]).time() == time(14)


def test_what_was_typed_stays_while_jira_cannot_be_read(sheet: Sheet) -> None:
    issue = sheet.work.issue("Chart the coast")
    row = sheet.work.log(issue, MON, HOUR)
    sheet.open()
    open_list(sheet, issue, MON)
    sheet.press("Enter")
    comment = dialog(sheet).get_by_label("Comment")
    comment.fill("from the cape to the river")
    sheet.work.trouble("status", "/rest/*", status=503, count=None)
    ask_delete = dialog(sheet).get_by_role("button", name="Delete …")
    ask_delete.click()
    expect(sheet.frame.locator("#unsaved")).to_contain_text("Press the button again to discard")
    ask_delete.click()
    expect(dialog(sheet).locator("#worklog-problem")).not_to_be_empty()
    expect(comment).to_have_value("from the cape to the river")
    save = dialog(sheet).get_by_role("button", name="Save")
    save.click()
    expect(save).to_be_enabled()
    expect(save).to_be_focused()
    sheet.work.no_trouble()
    sheet.work.change(row, 3 * HOUR)
    sheet.press("Control+Enter")
    yours = dialog(sheet).get_by_role("row", name="Comment")
    expect(yours).to_contain_text("from the cape to the river")
    sheet.work.trouble("status", "/rest/*", status=503, count=None)
    dialog(sheet).get_by_role("button", name="Use what Jira has").click()
    expect(dialog(sheet).locator("#worklog-problem")).not_to_be_empty()
    expect(yours).to_contain_text("from the cape to the river")
    sheet.work.no_trouble()
    dialog(sheet).get_by_role("button", name="Replace it with mine").click()
    expect(dialog(sheet)).to_be_hidden()


@pytest.mark.parametrize(
    ("button", "seconds"), [("Replace it with mine", 2 * HOUR), ("Use what Jira has", 3 * HOUR)]
)
def test_t34_two_who_change_the_same_worklog_are_asked(
    sheet: Sheet, assert_accessible: Check, button: str, seconds: int
) -> None:
    issue = sheet.work.issue("Chart the coast")
    row = sheet.work.log(issue, MON, HOUR)
    sheet.open()
    open_list(sheet, issue, MON)
    sheet.press("Enter")
    dialog(sheet).get_by_label("Time spent", exact=True).fill("2h")
    sheet.work.change(row, 3 * HOUR)
    sheet.press("Control+Enter")
    expect(dialog(sheet).get_by_role("row", name="Time spent")).to_contain_text("3h2h")
    assert_accessible(sheet.frame)
    dialog(sheet).get_by_role("button", name=button).click()
    if button == "Use what Jira has":
        expect(dialog(sheet).get_by_label("Time spent", exact=True)).to_have_value("3h")
        dialog(sheet).get_by_role("button", name="Cancel").click()
    expect(dialog(sheet)).to_be_hidden()
    assert sheet.work.logged(issue) == [(MON, seconds)]


def test_t16_opening_and_saving_changes_nothing(sheet: Sheet) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    open_list(sheet, issue, MON)
    sheet.press("Enter")
    expect(dialog(sheet).get_by_label("Time spent", exact=True)).to_be_focused()
    sheet.work.forget_calls()
    sheet.press("Control+Enter")
    expect(sheet.live).to_have_text("Nothing was changed.")
    assert sheet.work.writes() == []


def test_an_answer_that_says_the_same_again_is_announced_again(sheet: Sheet) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    said = []
    for _ in range(2):
        open_list(sheet, issue, MON)
        sheet.press("Enter")
        expect(dialog(sheet).get_by_label("Time spent", exact=True)).to_be_focused()
        sheet.press("Control+Enter")
        expect(dialog(sheet)).to_be_hidden()
        expect(sheet.live).to_have_text("Nothing was changed.")
        said.append(sheet.live.text_content())
    assert said[0] != said[1], "an unchanged region is not announced"


def test_deleting_from_the_dialog_asks_about_the_estimate(sheet: Sheet, assert_accessible: Check) -> None:
    issue = sheet.work.issue("Chart the coast", estimate=6 * HOUR)
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    open_list(sheet, issue, MON)
    sheet.press("Enter")
    dialog(sheet).get_by_role("button", name="Delete …").click()
    expect(sheet.frame.locator("#estimate-preview")).to_have_text("5h left → 6h left")
    assert_accessible(sheet.frame)
    dialog(sheet).get_by_label("How to adjust it").select_option("Leave as it is")
    expect(sheet.frame.locator("#estimate-preview")).to_have_text("5h left, unchanged")
    dialog(sheet).get_by_role("button", name="Delete", exact=True).click()
    expect(dialog(sheet)).to_be_hidden()
    assert (sheet.work.logged(issue), issue.remaining_estimate) == ([], 5 * HOUR)


def test_the_form_is_accessible_and_fits_a_phone(sheet: Sheet, assert_accessible: Check) -> None:
    sheet.page.set_viewport_size({"width": 360, "height": 740})
    sheet.open()
    open_new(sheet)
    expect(sheet.frame.locator("#dialog-issues [role=option]").first).to_be_visible()
    assert_accessible(sheet.frame)
    wide = sheet.frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
    # One closes the list, and one the dialog with the tooltip of a name that is cut off.
    sheet.press("Escape", "Escape")
    expect(dialog(sheet)).to_be_hidden()


def test_cut_and_paste_moves_a_worklog_and_undo_moves_it_back(sheet: Sheet) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.work.log(issue, MON, HOUR, time(14))
    sheet.journey.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sheet.open()
    sheet.cell(issue, MON).click()
    sheet.press("Control+x")
    sheet.cell(issue, TUE).click()
    sheet.press("Control+v")
    sheet.expect_cells([(issue, MON, ""), (issue, TUE, "1:00")])
    expect(sheet.live).to_have_text(re.compile(r"1h moved to PAY-\d+, Tuesday, 12 March 2030\."))
    sheet.frame.locator("#flags").get_by_role("button", name="Undo").click()
    sheet.expect_cells([(issue, MON, "1:00"), (issue, TUE, "")])
    assert sheet.work.logged(issue) == [(MON, HOUR)]
