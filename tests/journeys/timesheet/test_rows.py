"""Rows that stay: pinned with the star or a key, ordered by keys and by dragging, added until they are removed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Issue
from jira_emulator.seeding.issues import CLOSED
from tests.journeys.support.held_answer import hold_answer
from tests.journeys.support.sheet import FRI, HOUR, MON, TODAY, TUE, Sheet

Check = Callable[[Page | Frame], None]


def expect_order(sheet: Sheet, *issues: Issue) -> None:
    expect(sheet.frame.locator("#rows tr[id^=r] th a")).to_have_text([issue.key for issue in issues])


def test_rows_are_pinned_ordered_and_unpinned_by_keys(sheet: Sheet, assert_accessible: Check) -> None:
    one, two, three = (sheet.work.issue(f"Row {name}") for name in ("one", "two", "three"))
    sheet.open(one, two, three)
    sheet.title.click()
    sheet.press("g")
    # It cuts, and does not remove the row.
    sheet.press("Control+x")
    sheet.press("ArrowDown", "ArrowDown", "p")
    expect_order(sheet, three, one, two)
    expect(sheet.cell(three, TODAY)).to_be_focused()
    sheet.press("ArrowDown", "ArrowDown", "p")
    expect_order(sheet, three, two, one)
    sheet.press("Alt+Shift+ArrowUp")
    expect_order(sheet, two, three, one)
    expect(sheet.cell(two, TODAY)).to_be_focused()
    sheet.press("Alt+Shift+ArrowUp", "Alt+Shift+ArrowDown")
    expect_order(sheet, three, two, one)
    assert_accessible(sheet.frame)
    sheet.open()
    expect_order(sheet, three, two, one)
    sheet.title.click()
    sheet.press("g")
    sheet.press("p")
    expect_order(sheet, two, one, three)
    expect(sheet.cell(three, TODAY)).to_be_focused()
    sheet.press("x")
    expect_order(sheet, two, one)
    sheet.title.click()
    sheet.press("g")
    expect(sheet.cell(one, TODAY)).to_be_focused()
    sheet.press("ArrowUp")
    sheet.type("2")
    sheet.press("Enter")
    sheet.expect_cells([(two, TODAY, "2:00")])
    expect_order(sheet, two, one)


def test_an_unpinned_row_under_the_pointer_has_its_own_button_that_removes_it(sheet: Sheet) -> None:
    one, two = sheet.work.issue("Row one"), sheet.work.issue("Row two")
    sheet.open(one, two)
    for issue, pinned in ((one, "true"), (two, "true"), (one, "false")):
        # The pointer stays where it is, and the row may move away from it.
        sheet.cell(issue, TUE).click()
        expect(sheet.row(issue).locator(".start-timer")).to_have_count(1)
        sheet.press("p")
        expect(sheet.row(issue).locator(".pin")).to_have_attribute("aria-pressed", pinned)
    expect_order(sheet, two, one)
    expect(sheet.row(two).locator(".unkeep")).to_have_count(0)
    expect(sheet.row(one).locator(".unkeep")).to_have_attribute("title", "Remove this row")
    requests = sheet.journey.record_requests()
    sheet.row(one).hover()
    sheet.row(one).locator(".unkeep").click()
    expect(sheet.row(one)).to_have_count(0)
    assert not any(path.startswith("/timer") for path in requests), "a timer was started"


def test_what_keys_do_to_a_row_is_announced(sheet: Sheet) -> None:
    one, two = sheet.work.issue("Row one"), sheet.work.issue("Row two")
    sheet.open(one, two)
    for issue, key, sentence in (
        (one, "p", "is pinned: 1 of 1."),
        (two, "p", "is pinned: 2 of 2."),
        (two, "Alt+Shift+ArrowUp", "is pinned: 1 of 2."),
        (two, "p", "is no longer pinned."),
    ):
        sheet.cell(issue, TUE).click()
        sheet.press(key)
        expect(sheet.live).to_have_text(f"{issue.key} {sentence}")
    sheet.press("x")
    expect(sheet.live).to_have_text(f"The row of {two.key} is removed.")


def test_a_row_that_cannot_be_removed_says_why(sheet: Sheet) -> None:
    logged, pinned = sheet.work.issue("Row one"), sheet.work.issue("Row two")
    sheet.open(logged, pinned)
    sheet.cell(logged, TUE).click()
    sheet.type("1")
    sheet.press("Enter")
    sheet.expect_cells([(logged, TUE, "1:00")])
    sheet.cell(pinned, TUE).click()
    sheet.press("p")
    expect(sheet.row(pinned).locator(".pin")).to_have_attribute("aria-pressed", "true")
    for issue, sentence in (
        (pinned, "This row stays because it is pinned. P unpins it."),
        (logged, "Only a row that you added and that has no time can be removed."),
    ):
        sheet.cell(issue, TUE).click()
        sheet.press("x")
        expect(sheet.live).to_have_text(sentence)
        expect(sheet.row(issue)).to_have_count(1)


def test_the_focus_goes_to_the_row_that_takes_the_place_of_a_removed_one(sheet: Sheet) -> None:
    one, two, three = (sheet.work.issue(f"Row {name}") for name in ("one", "two", "three"))
    sheet.open(one, two, three)
    sheet.cell(two, FRI).click()
    sheet.press("x")
    expect(sheet.row(two)).to_have_count(0)
    expect(sheet.cell(three, FRI)).to_be_focused()
    sheet.press("x")
    expect(sheet.row(three)).to_have_count(0)
    expect(sheet.cell(one, FRI)).to_be_focused()


def test_a_pinned_row_is_dragged_to_another_place(sheet: Sheet) -> None:
    issues = [sheet.work.issue(f"Row {number}") for number in range(4)]
    sheet.open(*issues)
    for issue in issues[:3]:
        sheet.row(issue).hover()
        sheet.row(issue).get_by_role("button", name="Pin this row").click()
        expect(sheet.row(issue).locator(".pin")).to_have_attribute("aria-pressed", "true")
    expect_order(sheet, *issues)
    head = sheet.row(issues[2]).locator("th")
    head.drag_to(
        sheet.row(issues[0]).locator("th"),
        source_position={"x": 150, "y": 12},
        target_position={"x": 150, "y": 3},
    )
    expect_order(sheet, issues[2], issues[0], issues[1], issues[3])
    sheet.row(issues[2]).locator("th").drag_to(
        sheet.row(issues[3]).locator("th"),
        source_position={"x": 150, "y": 12},
        target_position={"x": 150, "y": 12},
    )
    expect_order(sheet, issues[2], issues[0], issues[1], issues[3])


def test_the_second_week_begins_with_the_rows_of_the_first(sheet: Sheet) -> None:
    """The person logs on two of three issues; a week later all three and the pinned one have a row."""
    pinned, logged, other, added = (sheet.work.issue(f"Work {n}") for n in range(4))
    sheet.work.log(logged, FRI, HOUR)
    sheet.work.log(other, MON, HOUR)
    sheet.open(pinned, added)
    sheet.cell(pinned, TUE).click()
    sheet.press("p")
    expect_order(sheet, pinned, logged, other, added)
    sheet.work.stage.cloud.cloud.clock.travel(7 * 24 * HOUR)
    sheet.open()
    expect(sheet.title).to_have_text("18–24 Mar 2030")
    expect_order(sheet, pinned, logged, other, added)
    expect(sheet.total).to_have_text("0:00")
    sheet.enter(logged, TODAY + timedelta(days=7), "1:30")
    sheet.expect_cells([(logged, TODAY + timedelta(days=7), "1:30")])
    sheet.frame.get_by_title("More").click()
    sheet.frame.get_by_role("button", name="Hide the rows of last week").click()
    expect_order(sheet, pinned, logged, added)


def test_a_thumb_pins_and_removes_rows(sheet: Sheet, assert_accessible: Check) -> None:
    one, two = sheet.work.issue("Row one"), sheet.work.issue("A second row with a rather long summary")
    sheet.page.set_viewport_size({"width": 375, "height": 740})
    sheet.open(one, two)
    pin = sheet.row(two).get_by_role("button", name="Pin this row")
    remove = sheet.row(two).get_by_role("button", name="Remove this row")
    for button in (pin, remove):
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
    # Beside all days the names need the room.
    all_days, key = sheet.frame.get_by_role("button", name="All days"), sheet.row(two).locator("th a")
    all_days.click()
    expect(remove).not_to_be_visible()
    shown = key.evaluate(
        "key => key.getBoundingClientRect().right < key.closest('th').getBoundingClientRect().right"
    )
    assert shown, "the key is cut off"
    all_days.click()
    pin.click()
    expect_order(sheet, two, one)
    assert_accessible(sheet.frame)
    sheet.row(one).get_by_role("button", name="Remove this row").click()
    expect_order(sheet, two)


def test_a_row_added_while_locks_of_others_are_read_says_so_too(sheet: Sheet) -> None:
    closed = sheet.work.issue("Closed", status=CLOSED)
    sheet.work.log(sheet.work.issue("There before"), MON, HOUR)
    let_go = hold_answer(sheet.journey, "/timesheet/row-locks", lambda: sheet.open(closed))
    let_go()
    expect(sheet.row(closed)).to_have_attribute("data-locked", re.compile("is Closed"))


def test_time_that_a_person_may_not_change_says_so_before_anybody_types(
    sheet: Sheet, assert_accessible: Check
) -> None:
    issue = sheet.work.issue("Mine for good", project="WEB")
    sheet.work.log(issue, MON, HOUR)
    scheme = issue.project.scheme
    issue.project.scheme = replace(
        scheme, grants={**scheme.grants, "EDIT_OWN_WORKLOGS": (), "EDIT_ALL_WORKLOGS": ()}
    )
    sheet.open(issue)
    reason = "You need “Edit own worklogs” in WEB. A project admin can grant it."
    expect(sheet.row(issue)).to_have_attribute("data-fixed", reason)
    assert_accessible(sheet.frame)
    sheet.work.forget_calls()
    sheet.cell(issue, MON).click()
    with sheet.journey.expect_answer("/timesheet/row-locks"):
        sheet.type("2")
    expect(sheet.problem).to_contain_text(reason)
    expect(sheet.input).to_have_count(0)
    assert sheet.work.writes() == []
    sheet.press("ArrowRight")
    sheet.type("3")
    sheet.press("Enter")
    expect(sheet.cell(issue, TUE)).to_have_text("3:00")
    sheet.cell(issue, MON).click()
    issue.project.scheme = scheme
    sheet.type("2")
    expect(sheet.frame.locator("#flags")).to_contain_text(f"You can change your time on {issue.key} now.")
    expect(sheet.frame.locator("[data-fixed]")).to_have_count(0)
    sheet.type("2")
    sheet.press("Enter")
    expect(sheet.cell(issue, MON)).to_have_text("2:00")


def test_time_that_a_person_may_only_delete_can_be_cleared(sheet: Sheet) -> None:
    issue, kept = sheet.work.issue("To clear", project="WEB"), sheet.work.issue("To keep", project="PAY")
    for one, verb in ((issue, "EDIT"), (kept, "DELETE")):
        sheet.work.log(one, MON, HOUR)
        scheme = one.project.scheme
        lacking = {f"{verb}_OWN_WORKLOGS": (), f"{verb}_ALL_WORKLOGS": ()}
        one.project.scheme = replace(scheme, grants={**scheme.grants, **lacking})
    sheet.open(issue, kept)
    reason = "You need “Delete own worklogs” in PAY. A project admin can grant it."
    expect(sheet.row(kept)).to_have_attribute("data-kept", reason)
    sheet.cell(issue, MON).click()
    sheet.press("Delete")
    expect(sheet.cell(issue, MON)).to_have_text("")
    sheet.cell(kept, MON).click()
    sheet.press("Delete")
    expect(sheet.problem).to_contain_text(reason)
    expect(sheet.cell(kept, MON)).to_have_text("1:00")
    sheet.type("2")
    sheet.press("Enter")
    expect(sheet.cell(kept, MON)).to_have_text("2:00")


def test_a_row_that_takes_no_time_says_so_before_anybody_types(
    sheet: Sheet, assert_accessible: Check
) -> None:
    open_one, closed = sheet.work.issue("Still open"), sheet.work.issue("Closed", status=CLOSED)
    barred = sheet.work.issue("Only to look at", project="WEB")
    sheet.work.log(barred, MON, HOUR)
    scheme = barred.project.scheme
    barred.project.scheme = replace(scheme, grants={**scheme.grants, "WORK_ON_ISSUES": ()})
    sheet.open(open_one, closed, barred)
    reason = f"{closed.key} is Closed: its workflow allows no changes of time there."
    expect(sheet.row(closed)).to_have_attribute("data-locked", reason)
    expect(sheet.row(closed).get_by_role("rowheader")).to_have_accessible_name(
        f"{reason} Task {closed.key} Closed"
    )
    expect(sheet.row(barred).get_by_title("You need “Work on issues” in WEB")).to_be_visible()
    assert_accessible(sheet.frame)
    sheet.work.forget_calls()
    sheet.cell(closed, TUE).click()
    with sheet.journey.expect_answer("/timesheet/row-locks"):
        sheet.type("2")
    expect(sheet.problem).to_contain_text(reason)
    expect(sheet.input).to_have_count(0)
    sheet.press("ArrowDown")
    expect(sheet.cell(barred, TUE)).to_be_focused()
    with sheet.journey.expect_answer("/timesheet/row-locks"):
        sheet.type("2")
    expect(sheet.problem).to_contain_text("A project admin can grant it.")
    expect(sheet.input).to_have_count(0)
    assert sheet.work.writes() == []
    barred.project.scheme = scheme
    sheet.press("Escape")
    sheet.type("2")
    expect(sheet.frame.locator("#flags")).to_contain_text(f"You can log time on {barred.key} now.")
    expect(sheet.frame.locator(f"#r{barred.id}[data-locked]")).to_have_count(0)
    expect(sheet.problem).to_be_empty()
    sheet.press("Enter")
    sheet.type("3")
    sheet.press("Enter")
    sheet.expect_cells([(barred, TUE, "3:00")])
    sheet.enter(barred, MON, "2")
    sheet.expect_cells([(barred, MON, "2:00")])
    sheet.enter(open_one, TUE, "1")
    sheet.expect_cells([(open_one, TUE, "1:00")])
    start = sheet.frame.locator(".start-timer")
    sheet.row(open_one).hover()
    expect(start).to_be_visible()
    sheet.row(closed).hover()
    expect(start).to_have_count(0)
    sheet.cell(closed, TUE).click()
    sheet.press("s")
    expect(sheet.frame.locator("#flags")).to_contain_text(reason)
    expect(sheet.frame.locator("#timer-stop")).to_have_count(0)


def test_the_sheet_asks_again_what_jira_allows_once_the_answer_is_too_old(sheet: Sheet) -> None:
    barred = sheet.work.issue("Only to look at soon", project="WEB")
    sheet.open(barred)
    asks = sheet.frame.locator("[id^=row-locks-]")
    expect(asks).to_have_count(0)
    scheme = barred.project.scheme
    barred.project.scheme = replace(scheme, grants={**scheme.grants, "WORK_ON_ISSUES": ()})
    sheet.work.stage.cloud.cloud.clock.travel(601)
    sheet.frame.locator("#sheet").dispatch_event("outdated")
    expect(sheet.row(barred)).to_have_attribute("data-locked", re.compile("You need “Work on issues”"))
    expect(asks).to_have_count(0)


def test_enter_on_a_refused_text_in_a_row_that_was_closed_since_says_why_and_keeps_it(sheet: Sheet) -> None:
    issue = sheet.work.issue("Closed since")
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.enter(issue, TUE, "2 hours or so")
    expect(sheet.cell(issue, TUE)).to_have_class(re.compile("refused"))
    sheet.work.close(issue)
    sheet.work.stage.jira.control("POST", "search", {"catchUp": True})
    sheet.frame.get_by_role("button", name="Refresh").first.click()
    reason = f"{issue.key} is Closed: its workflow allows no changes of time there."
    expect(sheet.row(issue)).to_have_attribute("data-locked", reason)
    expect(sheet.cell(issue, TUE)).to_have_text("2 hours or so")
    sheet.cell(issue, TUE).click()
    sheet.press("Enter")
    expect(sheet.problem).to_contain_text(reason)
    expect(sheet.input).to_have_count(0)
    expect(sheet.cell(issue, TUE)).to_have_text("2 hours or so")
    sheet.press("Escape")
    expect(sheet.cell(issue, TUE)).to_have_text("")
    assert sheet.work.logged(issue) == [(MON, HOUR)]


@pytest.mark.parametrize("why", ["closed", "several"])
def test_a_text_in_a_cell_that_takes_none_is_no_shortcut(sheet: Sheet, why: str) -> None:
    issue = sheet.work.issue("Takes no text")
    for _ in range(2):
        sheet.work.log(issue, MON, HOUR)
    if why == "closed":
        sheet.work.close(issue)
    sheet.open()
    if why == "closed":
        expect(sheet.row(issue)).to_have_attribute("data-locked", re.compile("is Closed"))
    day = TUE if why == "closed" else MON
    sheet.cell(issue, day).click()
    title = sheet.title.inner_text()
    sheet.type("45m")
    if why == "closed":
        expect(sheet.problem).to_contain_text("is Closed")
        expect(sheet.cell(issue, day)).to_be_focused()
    else:
        dialog = sheet.frame.get_by_role("dialog")
        dialog.get_by_role("button", name="Close").click()
        expect(dialog).to_have_count(0)
    sheet.press("Escape")
    expect(sheet.title).to_have_text(title)
    expect(sheet.cell(issue, day)).to_be_focused()
    sheet.press("m")
    expect(sheet.title).not_to_have_text(title)
    assert sheet.work.logged(issue) == [(MON, HOUR), (MON, HOUR)]


def test_the_rest_of_a_text_is_not_typed_into_the_list_that_opens_meanwhile(sheet: Sheet) -> None:
    issue = sheet.work.issue("Takes no text")
    for _ in range(2):
        sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.cell(issue, MON).click()
    sheet.frame.evaluate("performance.now = () => 1000")
    sheet.type("4")
    dialog = sheet.frame.get_by_role("dialog")
    first = dialog.get_by_label("Time spent from").first
    expect(dialog.get_by_role("button", name="Log more time: 4", exact=True)).to_be_focused()
    sheet.type("5m")
    sheet.press("Enter")
    expect(dialog.get_by_role("button", name="Log more time: 45m", exact=True)).to_be_focused()
    expect(first).to_have_value("1h")
    sheet.frame.evaluate("performance.now = () => 2000")
    first.select_text()
    sheet.type("45m")
    expect(first).to_have_value("45m")
    assert sheet.work.logged(issue) == [(MON, HOUR), (MON, HOUR)]


def test_a_refused_text_goes_with_its_row_and_says_so(sheet: Sheet) -> None:
    issue = sheet.work.issue("Removed")
    sheet.open(issue)
    sheet.enter(issue, MON, "1_30", "Tab")
    expect(sheet.cell(issue, MON)).to_have_class(re.compile("refused"))
    sheet.press("x")
    expect(sheet.row(issue)).to_have_count(0)
    expect(sheet.frame.locator("#flags .problem")).to_contain_text(
        f"Time on {issue.key}, Monday, 11 March 2030: “1_30” was not saved, and its row is gone."
    )
    expect(sheet.problem).to_be_empty()
    sheet.page.reload()
    sheet.frame = sheet.journey.frame()
    expect(sheet.grid).to_be_visible()
