"""Attributes while time is logged: in the dialog, as a mark in the grid, and where one is required."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.journeys.support.held_answer import hold_answer
from tests.journeys.support.sheet import FRI, HOUR, MON, SAT, TUE, WED, Sheet
from tests.journeys.support.team_stage import stores_of
from tests.journeys.timesheet.test_clipboard import allow_clipboard
from timesheet.domain.attribute.attribute import BUILT_IN, Attribute, Kind, Option
from timesheet.domain.attribute.values import PROPERTY

Check = Callable[[Page | Frame], None]
ACTIVITY = Attribute(
    "activity", "Activity", Kind.SELECT, everywhere=True, options=(Option("d", "Design"), Option("t", "Test"))
)
REMOTE = Attribute("remote", "Remote", Kind.TOGGLE, everywhere=True)
TICKET = Attribute("ticket", "Ticket", Kind.TEXT, everywhere=True)


def define(sheet: Sheet, *attributes: Attribute) -> None:
    with stores_of(sheet.work.stage) as stores:
        for one in attributes:
            stores.attributes.save(one)


@pytest.mark.each_door
def test_attributes_are_chosen_with_the_keyboard_and_marked_in_the_grid(sheet: Sheet) -> None:
    define(sheet, ACTIVITY, REMOTE, replace(BUILT_IN[0], everywhere=True, default="yes"))
    issue = sheet.work.issue("Chart the coast")
    sheet.open(issue)
    sheet.enter(issue, MON, "1")
    sheet.expect_cells([(issue, MON, "1:00")])
    sheet.cell(issue, TUE).click()
    sheet.press("Escape", "Shift+Enter")
    dialog = sheet.frame.locator("#dialog")
    dialog.get_by_label("Time spent", exact=True).fill("2")
    expect(dialog.get_by_label("Billable")).to_be_checked()
    dialog.get_by_label("Billable").press("Space")
    dialog.get_by_label("Activity").select_option(label="Test")
    dialog.get_by_role("switch", name="Remote").press("Space")
    sheet.press("Control+Enter")
    expect(dialog).to_be_hidden()
    sheet.expect_cells([(issue, MON, "1:00"), (issue, TUE, "2:00")])
    monday, tuesday = sorted(sheet.work.rows(issue), key=lambda row: row.started)
    assert (monday.properties or {})[PROPERTY] == {"billable": True}
    assert (tuesday.properties or {})[PROPERTY] == {"activity": "t", "remote": True}
    for day in (MON, TUE):
        expect(sheet.cell(issue, day)).to_have_class("a")
    tip = sheet.frame.locator("#tooltip")
    sheet.cell(issue, MON).hover()
    expect(tip).to_contain_text("Billable")
    sheet.cell(issue, MON).click()
    sheet.press("ArrowRight")
    expect(tip).to_contain_text("Activity: Test and Remote")


@pytest.mark.parametrize("width", [1024, 375])
def test_the_dialog_with_attributes_is_accessible(sheet: Sheet, width: int, assert_accessible: Check) -> None:
    define(sheet, ACTIVITY, REMOTE, replace(TICKET, required=True), replace(BUILT_IN[0], everywhere=True))
    issue = sheet.work.issue("Chart the coast")
    values = {PROPERTY: {"activity": "gone", "remote": True}}
    row = sheet.work.log(issue, WED, HOUR, properties=values)
    sheet.page.set_viewport_size({"width": width, "height": 800})
    sheet.open(issue)
    # A dialog takes the focus only from its own page.
    sheet.frame.evaluate("window.focus()")
    sheet.frame.evaluate(f"htmx.ajax('GET', '/worklogs/{issue.id}/{row.id}', '#dialog')")
    dialog = sheet.frame.locator("#dialog")
    expect(dialog.get_by_label("Activity")).to_have_value("gone")
    sheet.press("Control+Enter")
    expect(dialog.locator("#error-attribute-ticket")).to_have_text("“Ticket” is required.")
    expect(dialog.get_by_label("Ticket")).to_be_focused()
    refused, foot = (
        dialog.locator(part).bounding_box() for part in ("#error-attribute-ticket", ".dialog-foot")
    )
    assert refused
    assert foot
    assert refused["y"] + refused["height"] <= foot["y"], "the error is behind the buttons"
    assert_accessible(sheet.frame)
    sheet.type("PAY-1")
    sheet.press("Control+Enter")
    expect(dialog).to_be_hidden()
    assert (sheet.work.rows(issue)[0].properties or {})[PROPERTY] == {
        "activity": "gone",
        "remote": True,
        "ticket": "PAY-1",
    }


def test_a_cell_says_what_is_required_and_keeps_what_was_typed(sheet: Sheet) -> None:
    define(sheet, replace(TICKET, required=True))
    issue = sheet.work.issue("Chart the coast")
    sheet.open(issue)
    sheet.enter(issue, MON, "1")
    expect(sheet.problem).to_contain_text(
        "“Ticket” is required. Log this time in the dialog, which asks for it."
    )
    assert sheet.work.rows(issue) == []
    expect(sheet.cell(issue, MON)).to_contain_text("1")


def test_the_dialog_takes_over_what_a_cell_could_not_save(sheet: Sheet) -> None:
    define(sheet, replace(TICKET, required=True))
    issue = sheet.work.issue("Chart the coast")
    sheet.open(issue)
    for day in (MON, TUE):
        sheet.enter(issue, day, "1h15; with Ben")
        expect(sheet.cell(issue, day)).to_have_class("refused")
    dialog = sheet.frame.locator("#dialog")
    sheet.cell(issue, MON).click()
    sheet.press("Shift+Enter")
    expect(dialog.get_by_label("Time spent", exact=True)).to_have_value("1h15")
    sheet.press("Escape")
    expect(dialog).to_be_hidden()
    expect(sheet.cell(issue, MON)).to_have_text("1h15; with Ben")
    sheet.press("Shift+Enter")
    expect(dialog.get_by_label("Comment", exact=True)).to_have_value("with Ben")
    sheet.press("Control+Enter")
    expect(dialog.locator("#error-attribute-ticket")).to_be_visible()
    dialog.get_by_label("Ticket").fill("PAY-1")
    dialog.get_by_label("Date").fill(WED.isoformat())
    sheet.press("Control+Enter")
    expect(dialog).to_be_hidden()
    sheet.expect_cells([(issue, MON, ""), (issue, WED, "1:15")])
    expect(sheet.cell(issue, MON)).not_to_have_class("refused")
    expect(sheet.cell(issue, TUE)).to_have_class("refused")
    assert sheet.work.logged(issue) == [(WED, 75 * 60)]


def test_a_cell_is_not_marked_once_a_dialog_that_was_closed_has_logged_its_text(sheet: Sheet) -> None:
    define(sheet, replace(TICKET, required=True))
    issue = sheet.work.issue("Chart the coast")
    sheet.open(issue)
    sheet.enter(issue, MON, "1h15")
    expect(sheet.cell(issue, MON)).to_have_class("refused")
    dialog = sheet.frame.locator("#dialog")
    sheet.cell(issue, MON).click()
    sheet.press("Shift+Enter")
    dialog.get_by_label("Ticket").fill("PAY-1")
    let_go = hold_answer(sheet.journey, "/worklogs", lambda: sheet.press("Control+Enter"), method="POST")
    sheet.press("Escape")
    expect(dialog.locator("#unsaved")).to_be_visible()
    sheet.press("Escape")
    expect(dialog).to_be_hidden()
    let_go()
    sheet.expect_cells([(issue, MON, "1:15")])
    expect(sheet.cell(issue, MON)).not_to_have_class("refused")
    assert sheet.work.logged(issue) == [(MON, 75 * 60)]


@pytest.mark.parametrize("edited", [False, True])
def test_a_button_beside_a_cell_opens_the_dialog_that_asks_for_what_is_required(
    sheet: Sheet, *, edited: bool
) -> None:
    define(sheet, replace(TICKET, required=True))
    issue = sheet.work.issue("Chart the coast")
    sheet.open(issue)
    sheet.enter(issue, MON, "1h15")
    expect(sheet.cell(issue, MON)).to_have_class("refused")
    if edited:
        sheet.cell(issue, MON).dblclick()
        sheet.type("2h")
    sheet.problem.get_by_role("button", name="Open the dialog").click()
    dialog = sheet.frame.locator("#dialog")
    expect(dialog.get_by_label("Time spent", exact=True)).to_have_value("2h" if edited else "1h15")
    dialog.get_by_label("Ticket").fill("PAY-1")
    sheet.press("Control+Enter")
    expect(dialog).to_be_hidden()
    sheet.expect_cells([(issue, MON, "2:00" if edited else "1:15")])
    expect(sheet.cell(issue, MON)).not_to_have_class("refused")
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR if edited else 75 * 60)]


def test_the_keys_of_the_dialog_are_named_only_where_they_open_it_for_the_refused_cell(sheet: Sheet) -> None:
    define(sheet, replace(TICKET, required=True))
    one, below = sheet.work.issue("Chart the coast"), sheet.work.issue("Chart the sea")
    sheet.open(one, below)
    sheet.enter(one, MON, "1h15")
    keys = sheet.problem.get_by_text("Shift")
    expect(sheet.problem.get_by_role("button", name="Open the dialog")).to_be_visible()
    expect(sheet.cell(below, MON)).to_be_focused()
    expect(keys).to_be_hidden()
    assert "Shift" not in (sheet.live.text_content() or "")
    sheet.press("Alt+ArrowDown")
    expect(sheet.cell(one, MON)).to_be_focused()
    expect(keys).to_be_visible()
    sheet.press("Shift+Enter")
    expect(sheet.frame.locator("#dialog").get_by_label("Time spent", exact=True)).to_have_value("1h15")


@pytest.mark.browser_context_args(has_touch=True, is_mobile=True, viewport={"width": 375, "height": 740})
def test_a_thumb_opens_the_dialog_that_asks_for_what_is_required(sheet: Sheet) -> None:
    define(sheet, replace(TICKET, required=True))
    issue = sheet.work.issue("Chart the coast")
    sheet.open(issue)
    sheet.cell(issue, WED).tap()
    sheet.type("1h")
    sheet.press("Enter")
    button = sheet.problem.get_by_role("button", name="Open the dialog")
    expect(button).to_be_visible()
    size = button.bounding_box()
    assert size
    assert size["height"] >= 44
    button.tap()
    expect(sheet.frame.locator("#dialog").get_by_label("Time spent", exact=True)).to_have_value("1h")


def test_copied_cells_bring_their_attributes_and_say_where_they_cannot(sheet: Sheet) -> None:
    define(sheet, ACTIVITY, REMOTE)
    allow_clipboard(sheet)
    one, two = sheet.work.issue("Chart the coast"), sheet.work.issue("Sound the bay")
    values = {PROPERTY: {"activity": "t", "remote": True}}
    sheet.work.log(one, MON, HOUR, properties=values)
    sheet.work.log(two, MON, 2 * HOUR)
    sheet.open()
    sheet.cell(one, MON).click()
    sheet.press("Shift+ArrowDown", "Control+c")
    sheet.cell(one, TUE).click()
    sheet.press("Control+v")
    sheet.expect_cells([(one, TUE, "1:00"), (two, TUE, "2:00")])
    expect(sheet.cell(one, TUE)).to_have_class("a saved")
    [_, copied] = sorted(sheet.work.rows(one), key=lambda row: row.started)
    assert copied.properties is not None
    assert copied.properties[PROPERTY] == values[PROPERTY]
    [_, plain] = sorted(sheet.work.rows(two), key=lambda row: row.started)
    assert PROPERTY not in (plain.properties or {})
    with stores_of(sheet.work.stage) as stores:
        known = next(found for found in stores.attributes.all() if found.id == "activity")
        stores.attributes.save(
            replace(known, options=(Option("d", "Design"), Option("t", "Test", removed=True)))
        )
    sheet.cell(one, WED).click()
    sheet.press("Control+v")
    sheet.expect_cells([(one, WED, "1:00"), (two, WED, "2:00")])
    expect(sheet.frame.locator("td.refused")).to_have_count(1)
    sheet.cell(one, WED).click()
    expect(sheet.problem).to_contain_text(
        "“Activity” no longer has the option “Test”. Choose another in the dialog."
    )
    assert sheet.work.logged(one) == [(MON, HOUR), (TUE, HOUR)]
    assert sheet.work.logged(two) == [(MON, 2 * HOUR), (TUE, 2 * HOUR), (WED, 2 * HOUR)]
    # The time of several worklogs has the attributes of none of them.
    for hour in (9, 11):
        sheet.work.log(one, FRI, HOUR, time(hour), properties=values)
    sheet.read_again()
    expect(sheet.cell(one, FRI)).to_contain_text("2:00")
    sheet.cell(one, FRI).click()
    sheet.press("Control+c", "ArrowRight", "Control+v")
    sheet.expect_cells([(one, SAT, "2:00")])
    expect(sheet.cell(one, SAT)).to_have_class("saved")


def test_many_attributes_in_the_list_leave_the_time_its_place(sheet: Sheet) -> None:
    define(sheet, ACTIVITY, REMOTE, TICKET, replace(BUILT_IN[0], everywhere=True))
    values = {PROPERTY: {"activity": "d", "remote": True, "ticket": "PAY-1", "billable": True}}
    sheet.work.log(sheet.work.issue("Chart the coast"), WED, HOUR, properties=values)
    sheet.page.set_viewport_size({"width": 1024, "height": 700})
    sheet.open()
    sheet.frame.locator("#layout-list").click()
    tags = sheet.frame.locator(".line .attribute-tag")
    time = sheet.frame.locator(".line-duration input[name=value]")
    expect(tags).to_have_count(4)
    ends = [box["x"] + box["width"] for tag in tags.all() if (box := tag.bounding_box())]
    place = time.bounding_box()
    assert place
    assert max(ends) <= place["x"]


@pytest.mark.parametrize("width", [1024, 375])
def test_durations_of_the_list_are_aligned_although_a_locked_line_has_fewer_buttons(
    sheet: Sheet, width: int
) -> None:
    sheet.work.log(sheet.work.issue("Chart the coast"), MON, HOUR)
    sheet.work.log(sheet.work.issue("Sound the bay", project="OPS"), TUE, HOUR)
    sheet.page.set_viewport_size({"width": width, "height": 700})
    sheet.open()
    sheet.frame.locator("#layout-list").click()
    durations = sheet.frame.locator(".line .line-duration")
    expect(durations).to_have_count(2)
    expect(sheet.frame.locator(".line .closed-why")).to_have_count(1)
    assert len({box["x"] + box["width"] for one in durations.all() if (box := one.bounding_box())}) == 1
