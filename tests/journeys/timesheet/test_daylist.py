"""The list: everything day by day, edited in place, with the keyboard and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

import pytest
from playwright.sync_api import Frame, Locator, Page, expect

from jira_emulator.model import Issue
from tests.journeys.support.held_answer import hold_answer
from tests.journeys.support.journey import settle
from tests.journeys.support.sheet import HOUR, MON, TODAY, TUE, Sheet
from tests.processes.support.app_processes import wait_for


def open_list(sheet: Sheet) -> Sheet:
    sheet.open()
    sheet.frame.get_by_role("button", name="List").click()
    expect(sheet.frame.locator("#list-frame")).to_be_visible()
    return sheet


def test_a_duration_is_changed_in_its_line_and_escape_restores(sheet: Sheet) -> None:
    issue = sheet.work.issue("Listed")
    row = sheet.work.log(issue, MON, HOUR)
    open_list(sheet)
    field = sheet.frame.locator(f"#d{row.id}")
    field.fill("7")
    field.press("Escape")
    expect(field).to_have_value("1:00")
    sheet.type("1h 30m")
    field.press("Enter")
    expect(sheet.frame.locator(f"#head-{MON} b")).to_have_text("1:30")
    expect(field).to_have_value("1:30")
    expect(field).to_be_focused()
    assert sheet.work.logged(issue) == [(MON, 90 * 60)]
    assert sheet.work.writes() == ["PUT"]


def test_the_focus_stays_on_a_link_and_a_comment_when_the_list_is_read_again(sheet: Sheet) -> None:
    issue = sheet.work.issue("Linked")
    sheet.open(issue)
    sheet.enter(issue, MON, "1:00;A comment")
    sheet.expect_cells([(issue, MON, "1:00")])
    (row,) = sheet.work.rows(issue)
    sheet.frame.get_by_role("button", name="List").click()
    line, refresh = sheet.frame.locator(f"#w{row.id}"), sheet.frame.get_by_role("button", name="Refresh")
    for hours, place in ((2, line.get_by_role("link")), (3, line.locator("summary"))):
        place.focus()
        sheet.work.log(issue, MON, HOUR)
        refresh.dispatch_event("click")
        expect(sheet.frame.locator(f"#head-{MON} b")).to_have_text(f"{hours}:00")
        expect(place).to_be_focused()


def test_a_refused_text_stays_with_its_reason(sheet: Sheet) -> None:
    issue = sheet.work.issue("Refused")
    row = sheet.work.log(issue, MON, HOUR)
    open_list(sheet)
    field = sheet.frame.locator(f"#d{row.id}")
    field.fill("1:75")
    field.press("Enter")
    expect(sheet.frame.locator(f"#p{row.id}")).to_contain_text("at most 59 minutes")
    expect(field).to_have_value("1:75")
    expect(field).to_have_attribute("aria-invalid", "true")
    sheet.work.log(issue, MON, HOUR)
    sheet.frame.get_by_role("button", name="Refresh").click()
    expect(sheet.frame.locator(f"#head-{MON} b")).to_have_text("2:00")
    expect(field).to_have_value("1:75")
    expect(sheet.frame.locator(f"#p{row.id}")).to_contain_text("at most 59 minutes")
    sheet.frame.get_by_role("button", name="Next").click()
    expect(field).to_have_count(0)
    sheet.frame.get_by_role("button", name="Previous").click()
    expect(field).to_have_value("1:75")
    expect(sheet.frame.locator(f"#p{row.id}")).to_contain_text("at most 59 minutes")
    field.fill("1:30")
    field.press("Enter")
    expect(sheet.frame.locator(f"#head-{MON} b")).to_have_text("2:30")
    expect(sheet.frame.locator(f"#p{row.id}")).to_have_count(0)
    assert sorted(sheet.work.logged(issue)) == [(MON, HOUR), (MON, 90 * 60)]


def test_a_text_that_is_being_typed_stays_when_the_list_is_drawn_again(sheet: Sheet) -> None:
    issue = sheet.work.issue("Typed slowly")
    row = sheet.work.log(issue, MON, HOUR)
    open_list(sheet)
    field = sheet.frame.locator(f"#d{row.id}")
    field.fill("1:4")
    sheet.work.log(issue, MON, HOUR)
    sheet.frame.get_by_role("button", name="Refresh").dispatch_event("click")
    expect(sheet.frame.locator(f"#head-{MON} b")).to_have_text("2:00")
    expect(field).to_have_value("1:4")
    expect(field).to_be_focused()
    field.press("End")
    field.press("5")
    field.press("Enter")
    expect(sheet.frame.locator(f"#head-{MON} b")).to_have_text("2:45")
    assert sorted(sheet.work.logged(issue)) == [(MON, HOUR), (MON, 105 * 60)]


def test_a_text_that_is_typed_over_another_duration_does_not_replace_it_unseen(sheet: Sheet) -> None:
    issue = sheet.work.issue("Typed and changed")
    row = sheet.work.log(issue, MON, HOUR)
    open_list(sheet)
    field, head = sheet.frame.locator(f"#d{row.id}"), sheet.frame.locator(f"#head-{MON} b")
    field.fill("1:45")
    sheet.work.change(row, 3 * HOUR)
    sheet.read_again()
    expect(head).to_have_text("3:00")
    expect(field).to_have_value("1:45")
    field.press("Enter")
    expect(sheet.frame.locator(f"#p{row.id}")).to_be_visible()
    assert sheet.work.logged(issue) == [(MON, 3 * HOUR)]
    field.press("Enter")
    expect(head).to_have_text("1:45")
    assert sheet.work.logged(issue) == [(MON, 105 * 60)]


@pytest.mark.parametrize("key", ["Enter", "Tab"])
@pytest.mark.parametrize("place", ["list", "cell"])
def test_a_time_entered_while_the_one_before_is_saved_is_saved_afterward(
    sheet: Sheet, place: str, key: str
) -> None:
    issue = sheet.work.issue("Corrected at once")
    row = sheet.work.log(issue, MON, HOUR)
    if place == "list":
        field, shown = open_list(sheet).frame.locator(f"#d{row.id}"), "3:00"
    else:
        sheet.open().cell(issue, MON).click()
        sheet.press("Shift+Enter")
        field, shown = sheet.frame.locator(f"#duration-{row.id}"), "3h"
    field.fill("2h")
    let_go = hold_answer(
        sheet.journey,
        "/list/" if place == "list" else "/worklogs/",
        lambda: sheet.press("Enter"),
        method="POST",
    )
    field.fill("3h")
    sheet.press(key)
    let_go()
    expect(field).to_have_value(shown)
    sheet.read_again()
    expect(sheet.frame.locator("#range-progress, #lt").first).to_contain_text("3:00")
    assert sheet.work.logged(issue) == [(MON, 3 * HOUR)]
    assert sheet.work.writes() == ["PUT", "PUT"]


@pytest.mark.parametrize("place", ["list", "cell", "next row"])
def test_a_time_that_is_still_typed_when_another_is_saved_waits_until_its_field_is_left(
    sheet: Sheet, place: str
) -> None:
    issue = sheet.work.issue("Typed on")
    row = sheet.work.log(issue, MON, HOUR)
    other = sheet.work.log(issue, MON, HOUR, time(14)) if place == "next row" else row
    prefix = "d" if place == "list" else "duration-"
    if place == "list":
        open_list(sheet)
    else:
        sheet.open().cell(issue, MON).click()
        sheet.press("Escape", "Shift+Enter")
    field, next_field = (sheet.frame.locator(f"#{prefix}{each.id}") for each in (row, other))
    field.fill("2h")
    path = "/list/" if place == "list" else "/worklogs/"
    let_go = hold_answer(sheet.journey, path, lambda: sheet.press("Enter"), method="POST")
    next_field.focus()
    sheet.press("ControlOrMeta+A")
    sheet.type("3")
    replaced = next_field.element_handle()
    let_go()
    sheet.frame.wait_for_function("field => !field.isConnected", arg=replaced)
    sheet.type("0m")
    expect(next_field).to_have_value("30m")
    sheet.press("Tab")
    expect(next_field).to_have_value("0:30" if place == "list" else "30m")
    seconds = [2 * HOUR, HOUR // 2] if place == "next row" else [HOUR // 2]
    wait_for(lambda: sheet.work.logged(issue) == [(MON, each) for each in seconds])
    assert sheet.work.writes() == ["PUT", "PUT"]


def save_late(sheet: Sheet, issue: Issue) -> tuple[Locator, Callable[[], None]]:
    """Save two hours in the list of a cell with one; return the field, and a function that lets the answer come."""
    row = sheet.work.log(issue, MON, HOUR)
    sheet.open().cell(issue, MON).click()
    sheet.press("Escape", "Shift+Enter")
    field = sheet.frame.locator(f"#duration-{row.id}")
    field.fill("2h")
    return field, hold_answer(sheet.journey, "/worklogs/", lambda: sheet.press("Enter"), method="POST")


@pytest.mark.parametrize("typed_on", ["", "0m"])
def test_a_time_in_a_cell_that_was_typed_before_another_is_saved_is_saved_by_done(
    sheet: Sheet, typed_on: str
) -> None:
    issue = sheet.work.issue("Typed and closed")
    field, let_go = save_late(sheet, issue)
    sheet.press("ControlOrMeta+A")
    sheet.type("3")
    replaced = field.element_handle()
    let_go()
    sheet.frame.wait_for_function("field => !field.isConnected", arg=replaced)
    sheet.type(typed_on)
    sheet.frame.locator("#dialog").get_by_role("button", name="Done").click()
    seconds = HOUR // 2 if typed_on else 3 * HOUR
    wait_for(lambda: sheet.work.logged(issue) == [(MON, seconds)])


def test_a_time_in_a_cell_that_is_closed_before_its_turn_is_said_not_to_be_saved(sheet: Sheet) -> None:
    issue = sheet.work.issue("Closed too early")
    field, let_go = save_late(sheet, issue)
    field.fill("3h")
    sheet.frame.locator("#dialog").get_by_role("button", name="Done").click()
    expect(sheet.frame.locator("#dialog")).to_be_hidden()
    let_go()
    expect(sheet.frame.locator("#flags .problem")).to_contain_text(
        "What you entered while this was being saved is not saved."
    )
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]


@pytest.mark.each_door
@pytest.mark.parametrize("place", ["list", "cell"])
def test_a_time_entered_while_the_one_before_is_refused_stays_with_the_reason(
    sheet: Sheet, place: str
) -> None:
    issue = sheet.work.issue("Corrected elsewhere")
    row = sheet.work.log(issue, MON, HOUR)
    if place == "list":
        field, reason = open_list(sheet).frame.locator(f"#d{row.id}"), f"#p{row.id}"
    else:
        sheet.open().cell(issue, MON).click()
        sheet.press("Shift+Enter")
        field, reason = sheet.frame.locator(f"#duration-{row.id}"), "#worklog-problem"
    field.fill("2h")
    sheet.work.change(row, 5 * HOUR)
    path = "/list/" if place == "list" else "/worklogs/"
    let_go = hold_answer(sheet.journey, path, lambda: sheet.press("Enter"), method="POST")
    field.fill("3h")
    sheet.press("Tab")
    let_go()
    # Nobody has seen the five hours yet.
    expect(sheet.frame.locator(reason)).to_contain_text("it is 5:00 now")
    expect(field).to_have_value("3h")
    assert sheet.work.logged(issue) == [(MON, 5 * HOUR)]


def test_what_was_entered_for_a_worklog_that_is_gone_is_named_beside_the_reason(sheet: Sheet) -> None:
    issue = sheet.work.issue("Deleted elsewhere")
    row = sheet.work.log(issue, MON, HOUR)
    sheet.work.log(issue, MON, 2 * HOUR)
    sheet.open().cell(issue, MON).click()
    sheet.press("Enter")
    field = sheet.frame.locator(f"#duration-{row.id}")
    field.fill("2h")
    sheet.work.delete(row)
    let_go = hold_answer(sheet.journey, "/worklogs/", lambda: sheet.press("Enter"), method="POST")
    field.fill("3h")
    sheet.press("Tab")
    let_go()
    problem = sheet.frame.locator("#worklog-problem")
    expect(problem).to_contain_text("What you entered while this was being saved is not saved.")
    expect(problem).to_contain_text("no longer in Jira")


@pytest.mark.each_door
def test_without_a_network_the_text_stays_and_enter_tries_again(sheet: Sheet) -> None:
    issue = sheet.work.issue("Offline")
    row = sheet.work.log(issue, MON, HOUR)
    open_list(sheet)
    sheet.journey.allow("ERR_FAILED|Failed to fetch")
    sheet.journey.cut_off("/list/")
    field = sheet.frame.locator(f"#d{row.id}")
    field.fill("2")
    field.press("Enter")
    expect(sheet.frame.locator(".flag.problem")).to_contain_text("could not be reached")
    expect(field).to_have_value("2")
    sheet.journey.restore()
    field.press("Enter")
    expect(field).to_have_value("2:00")
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]


def test_a_line_is_deleted_and_undone(sheet: Sheet) -> None:
    issue = sheet.work.issue("Deleted")
    row = sheet.work.log(issue, TUE, HOUR)
    open_list(sheet)
    sheet.frame.locator(f"#delete-{row.id}").click()
    expect(sheet.frame.locator(f"#w{row.id}")).to_have_count(0)
    assert sheet.work.logged(issue) == []
    sheet.frame.get_by_role("button", name="Undo").click()
    expect(sheet.frame.locator(f"#day-{TUE} .line")).to_have_count(1)
    assert sheet.work.logged(issue) == [(TUE, HOUR)]


def test_a_line_whose_worklog_is_gone_already_leaves_the_list_with_a_message(sheet: Sheet) -> None:
    first, second = (sheet.work.log(sheet.work.issue("Deleted twice"), day, HOUR) for day in (MON, TUE))
    open_list(sheet)
    sheet.work.delete(first)
    sheet.frame.locator(f"#delete-{first.id}").press("Enter")
    expect(sheet.frame.locator("#flags .flag")).to_contain_text(
        "Nothing was deleted: the worklog is no longer"
    )
    expect(sheet.frame.locator(f"#w{first.id}")).to_have_count(0)
    expect(sheet.frame.locator(f"#delete-{second.id}")).to_be_focused()
    # The dialog was opened before somebody deleted the other one.
    sheet.frame.locator(f"#edit-{second.id}").click()
    expect(sheet.frame.locator("#ask-delete")).to_be_visible()
    sheet.work.delete(second)
    sheet.frame.locator("#ask-delete").click()
    expect(sheet.frame.locator("#worklog-form")).to_have_count(0)
    expect(sheet.frame.locator("#live")).to_contain_text("Nothing was deleted")
    expect(sheet.frame.locator(f"#w{second.id}")).to_have_count(0)


def test_a_deletion_by_keys_leads_to_the_next_line_and_a_refused_one_stays(sheet: Sheet) -> None:
    issue = sheet.work.issue("One after the other")
    first, second = (sheet.work.log(issue, day, HOUR) for day in (MON, TUE))
    suggest = hold_answer(sheet.journey, "/suggestions", lambda: open_list(sheet))
    sheet.work.trouble("status", f"/rest/api/3/issue/{issue.id}/worklog/*", status=503, count=None)
    deletion = sheet.frame.locator(f"#delete-{first.id}")
    refuse = hold_answer(sheet.journey, "/worklogs/", lambda: deletion.press("Enter"), method="POST")
    expect(deletion).to_be_disabled()
    # Another part that is inserted meanwhile leaves the focus to the button.
    suggest()
    expect(sheet.frame.locator("#suggestions [aria-busy='true']")).to_have_count(0)
    refuse()
    expect(sheet.frame.get_by_role("alert")).to_contain_text("Jira is not answering")
    expect(deletion).to_be_focused()
    sheet.work.no_trouble()
    sheet.press("Enter")
    expect(sheet.frame.locator(f"#w{first.id}")).to_have_count(0)
    expect(sheet.frame.locator(f"#delete-{second.id}")).to_be_focused()


def test_the_list_is_accessible_and_fits_a_phone(
    sheet: Sheet, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    issue = sheet.work.issue("A long summary that has to give way to the figures beside it on small screens")
    sheet.work.log(issue, MON, HOUR)
    sheet.work.log(issue, TODAY, 10 * HOUR, time(0))
    open_list(sheet)
    assert_accessible(sheet.frame)
    sheet.page.set_viewport_size({"width": 360, "height": 700})
    assert sheet.frame.locator("#list-frame").evaluate("e => e.scrollWidth <= e.clientWidth")


def test_a_press_on_a_duration_selects_it_wherever_the_browser_puts_the_caret(sheet: Sheet) -> None:
    issue = sheet.work.issue("Pressed")
    row = sheet.work.log(issue, MON, 150 * 60)
    open_list(sheet)
    # As Safari does.
    sheet.frame.evaluate("window.addEventListener('click', ({ target }) => target.setSelectionRange?.(1, 1))")
    field = sheet.frame.locator(f"#d{row.id}")
    field.click()
    # Before anybody could type.
    sheet.frame.wait_for_function(
        "field => field.selectionEnd - field.selectionStart === field.value.length",
        arg=field.element_handle(),
    )
    sheet.type("2")
    expect(field).to_have_value("2")
    field.click()
    sheet.type("h")
    expect(field).to_have_value("2h")
    sheet.press("Enter")
    expect(field).to_have_value("2:00")


def test_a_field_that_is_left_right_after_a_press_does_not_take_the_focus_back(sheet: Sheet) -> None:
    row = sheet.work.log(sheet.work.issue("Left"), MON, HOUR)
    open_list(sheet)
    link = sheet.frame.locator(f"#key-{row.id}")
    # By keys that come before the tasks of the click.
    link.evaluate("link => window.addEventListener('click', () => link.focus(), { once: true })")
    sheet.frame.locator(f"#d{row.id}").click()
    settle(sheet.frame)
    expect(link).to_be_focused()
