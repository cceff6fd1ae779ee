"""Menus, keys, and tooltips: everything can be reached and read without a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, expect

from jira_emulator.issue.estimate import Adjustment
from jira_emulator.issue.worklog import WorklogInput, update_worklog
from jira_emulator.model import WorklogRow
from tests.journeys.support.language import choose_language
from tests.journeys.support.sheet import HOUR, MON, TUE, Sheet
from tests.journeys.support.team_stage import make_team
from timesheet.domain.language import MIRRORED


def focused(frame: Frame) -> str:
    return str(frame.evaluate("document.activeElement.id"))


@pytest.mark.each_door
def test_arrows_home_end_and_letters_move_in_a_menu(sheet: Sheet) -> None:
    sheet.open()
    summary = sheet.frame.locator("#sheet summary[title=More]")
    items = sheet.frame.locator("#sheet .menu-items :is(button, a):visible")
    summary.focus()
    sheet.press("ArrowDown")
    expect(items.first).to_be_focused()
    sheet.press("ArrowDown")
    expect(items.nth(1)).to_be_focused()
    sheet.press("End")
    expect(items.last).to_be_focused()
    sheet.press("ArrowDown")
    expect(items.first).to_be_focused()
    sheet.press("ArrowUp")
    expect(items.last).to_be_focused()
    sheet.press("Home")
    expect(items.first).to_be_focused()
    sheet.type("l")
    assert focused(sheet.frame) == "new-worklog"
    sheet.type("og")
    assert focused(sheet.frame) == "new-worklog"
    sheet.press("Escape")
    expect(summary).to_be_focused()
    expect(items).to_have_count(0)
    expect(sheet.title).to_have_text("11–17 Mar 2030")
    sheet.press("ArrowUp")
    expect(items.last).to_be_focused()
    sheet.press("Tab")
    expect(items).to_have_count(0)


@pytest.mark.parametrize(
    ("module", "ready", "part"),
    [
        ("my-timesheet", "#grid", "Grid"),
        ("teams", "#teams", "Everywhere"),
        ("availability", "#months", "Year"),
        ("my-history", "#audit", "Everywhere"),
    ],
)
def test_the_question_mark_shows_each_pages_own_keys(
    sheet: Sheet, module: str, ready: str, part: str
) -> None:
    frame = sheet.journey.open(module)
    expect(frame.locator(ready)).to_be_visible()
    frame.locator("h1").first.click()
    sheet.press("?")
    keys = frame.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys.get_by_role("heading", name="Keyboard shortcuts")).to_be_in_viewport(ratio=1)
    expect(keys.get_by_role("heading", name=part, exact=True)).to_be_visible()
    expect(keys.get_by_role("heading", name="Grid", exact=True)).to_have_count(int(part == "Grid"))
    sheet.press("Escape")
    expect(keys).to_be_hidden()
    frame.locator("[data-help]:visible").first.click()
    expect(keys).to_be_visible()


def test_the_keys_of_a_team_go_to_other_periods(sheet: Sheet) -> None:
    team = make_team(sheet.work.stage, "Payments", sheet.work.person)
    frame = sheet.journey.open("teams", team=team.id)
    expect(frame.locator("#period-title")).to_have_text("March 2030")
    frame.locator("#overview-title").click()
    sheet.press("j")
    expect(frame.locator("#period-title")).to_have_text("April 2030")
    sheet.press("k")
    expect(frame.locator("#period-title")).to_have_text("March 2030")


def comment(sheet: Sheet, row: WorklogRow, text: str) -> None:
    site = sheet.work.stage.jira.site
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    given = WorklogInput(comment={"version": 1, "type": "doc", "content": [paragraph]})
    with site.lock:
        update_worklog(site, site.issues[row.issue_id], row, row.author, given, Adjustment())


def test_a_tooltip_explains_the_marks_of_a_cell(sheet: Sheet) -> None:
    issue = sheet.work.issue("Marked")
    comment(sheet, sheet.work.log(issue, MON, HOUR), "With Ben about refunds")
    for _ in range(2):
        sheet.work.log(issue, TUE, HOUR)
    sheet.open()
    tip = sheet.frame.get_by_role("tooltip")
    sheet.title.click()
    sheet.cell(issue, MON).hover()
    expect(tip).to_contain_text("With Ben about refunds")
    tip.hover()
    expect(tip).to_be_visible()
    sheet.press("Escape")
    expect(tip).to_be_hidden()
    sheet.cell(issue, MON).click()
    sheet.press("ArrowRight")
    expect(tip).to_contain_text("09:00–10:00")
    expect(sheet.cell(issue, TUE)).to_be_focused()
    expect(sheet.cell(issue, TUE)).to_have_attribute("aria-describedby", "tooltip")
    sheet.press("ArrowRight")
    expect(tip).to_be_hidden()
    expect(sheet.cell(issue, TUE)).not_to_have_attribute("aria-describedby", "tooltip")


def test_a_press_on_a_tooltip_is_meant_for_what_it_covers(sheet: Sheet) -> None:
    issues = [sheet.work.issue(f"Work {n}") for n in range(6)]
    for issue in (issues[0], *issues):
        sheet.work.log(issue, MON, HOUR)
    sheet.open()
    tip = sheet.frame.get_by_role("tooltip")
    sheet.cell(issues[0], MON).hover()
    expect(tip).to_be_visible()
    at, covered = tip.bounding_box(), sheet.cell(issues[1], MON).bounding_box()
    assert at
    assert covered
    # In the middle of the cell if the tooltip covers it, otherwise at the beginning of the tooltip, in the next row.
    x, y = covered["x"] + covered["width"] / 2, max(covered["y"] + covered["height"] / 2, at["y"] + 3)
    assert at["y"] < y < at["y"] + at["height"]
    sheet.journey.page.mouse.click(x, y)
    expect(tip).to_be_hidden()
    expect(sheet.cell(issues[1], MON)).to_be_focused()
    sheet.type("2")
    sheet.press("Enter")
    sheet.expect_cells([(issues[1], MON, "2:00")])


def test_a_tooltip_gives_the_whole_of_what_is_cut_off_and_nothing_else(sheet: Sheet) -> None:
    long = "A summary that goes on and on until no column of any screen has room for all of it, and then some more"
    issue, short = sheet.work.issue(long), sheet.work.issue("Short")
    for one in (issue, short):
        sheet.work.log(one, MON, HOUR)
    sheet.open()
    tip = sheet.frame.get_by_role("tooltip")
    sheet.row(issue).locator("th a").focus()
    sheet.press("Shift+Tab", "Tab")
    expect(tip).to_have_text(f"{issue.key} {long}")
    sheet.press("Escape")
    expect(sheet.frame.locator("main #tooltip")).to_have_count(1)
    sheet.row(issue).locator("th").hover()
    expect(tip).to_have_text(f"{issue.key} {long}")
    sheet.title.hover()
    expect(tip).to_be_hidden()
    sheet.row(short).locator("th").hover()
    expect(tip).to_be_hidden()


def test_a_tooltip_explains_a_field_that_the_keyboard_reaches(sheet: Sheet) -> None:
    row = sheet.work.log(sheet.work.issue("Short"), MON, HOUR + 30)
    sheet.open()
    sheet.frame.locator("#layout-list").click()
    field, tip = sheet.frame.locator(f"#d{row.id}"), sheet.frame.locator("#tooltip")
    field.click()
    sheet.press("Tab", "Shift+Tab")
    expect(field).to_be_focused()
    expect(tip).to_have_text("exactly 1:00:30")
    sheet.type("1:75")
    expect(tip).to_be_hidden()
    sheet.press("Enter")
    expect(field).to_have_attribute("aria-describedby", f"p{row.id}")
    sheet.press("Tab", "Shift+Tab")
    expect(tip).to_have_text("exactly 1:00:30")
    expect(field).to_have_attribute("aria-describedby", f"p{row.id} tooltip")
    sheet.press("Tab")
    expect(field).to_have_attribute("aria-describedby", f"p{row.id}")


def test_the_fields_of_a_menu_are_reached_by_keyboard(sheet: Sheet) -> None:
    sheet.work.log(sheet.work.issue("Mend the refund flow"), MON, HOUR)
    frame = sheet.journey.open("reports")
    expect(frame.locator("#report-table tfoot td")).to_have_text("1:00")
    menu = frame.locator("#figures-menu")
    menu.locator("summary").focus()
    sheet.press("ArrowDown")
    expect(menu.get_by_role("checkbox", name="Spent")).to_be_focused()
    sheet.type("ca")
    expect(menu.get_by_role("checkbox", name="Capacity")).to_be_focused()
    sheet.press("Space")
    expect(frame.locator("#report-table thead")).to_contain_text("Capacity")
    expect(menu.get_by_role("checkbox", name="Capacity")).to_be_focused()
    sheet.press("End")
    rounding = menu.get_by_role("combobox", name="Rounding")
    expect(rounding).to_be_focused()
    sheet.press("Shift+Tab")
    expect(menu.get_by_role("combobox", name="Format of time")).to_be_focused()
    sheet.press("Tab")
    expect(rounding).to_be_focused()
    sheet.press("ArrowDown")
    expect(frame.locator("#report-chips")).to_contain_text("Rounding: Rows up to 5 min")
    expect(rounding).to_be_focused()
    sheet.press("Tab")
    expect(rounding).to_be_hidden()
    frame.locator("#chip-rounding").click()
    expect(frame.locator("#report-chips")).to_have_count(0)


def test_the_text_of_a_menus_field_chooses_it_and_leaves_the_menu_open(sheet: Sheet) -> None:
    sheet.work.log(sheet.work.issue("Mend the refund flow"), MON, HOUR)
    frame = sheet.journey.open("reports")
    expect(frame.locator("#report-table tfoot td")).to_have_text("1:00")
    menu = frame.locator("#figures-menu")
    menu.locator("summary").click()
    for name in ("Capacity", "Difference"):
        menu.locator("label").get_by_text(name, exact=True).click(position={"x": 60, "y": 12})
        expect(menu.get_by_role("checkbox", name=name)).to_be_checked()
        expect(frame.locator("#report-table thead")).to_contain_text(name)
        expect(menu.get_by_role("checkbox", name="Spent")).to_be_visible()
    frame.locator("#report-title").click()
    expect(menu.get_by_role("checkbox", name="Spent")).to_be_hidden()


@pytest.mark.parametrize(("code", "width"), [("de", 1280), ("fr", 1280), ("en", 1024)])
def test_the_settings_of_a_report_take_one_line_of_a_common_window(
    sheet: Sheet, code: str, width: int
) -> None:
    team = make_team(sheet.work.stage, "Payments", sheet.work.person)
    choose_language(sheet.work.stage, sheet.work.person, code)
    sheet.page.set_viewport_size({"width": width, "height": 800})
    frame = sheet.journey.open("reports")
    frame.locator("#choose-who").select_option(team.id)
    expect(frame.locator("#choose-closed")).to_be_attached()
    shape = frame.locator(".report-shape").evaluate("shape => shape.getBoundingClientRect().height")
    button = frame.locator("#toggle-filters").evaluate("button => button.getBoundingClientRect().height")
    assert shape < 2 * button


@pytest.mark.parametrize("width", [375, 1024])
@pytest.mark.parametrize("code", ["de", MIRRORED])
def test_a_menu_at_the_edge_of_a_window_is_within_it(sheet: Sheet, code: str, width: int) -> None:
    choose_language(sheet.work.stage, sheet.work.person, code)
    sheet.page.set_viewport_size({"width": width, "height": 740})
    sheet.work.log(sheet.work.issue("Mend the refund flow"), MON, HOUR)
    frame = sheet.journey.open("reports")
    expect(frame.locator("#report-table tfoot td")).to_be_visible()
    if width < 700:
        frame.locator("#shape-switch summary").click()
    for menu in ("#figures-menu", "#export-menu", "#views-menu"):
        frame.locator(f"{menu} summary").click()
        items = frame.locator(f"{menu} .menu-items")
        expect(items).to_be_in_viewport(ratio=1)
        assert frame.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_menu_stays_within_the_window_when_a_choice_brings_it_again(sheet: Sheet) -> None:
    sheet.page.set_viewport_size({"width": 375, "height": 740})
    sheet.work.log(sheet.work.issue("Mend the refund flow"), MON, HOUR)
    frame = sheet.journey.open("reports")
    frame.locator("#shape-switch summary").click()
    menu = frame.locator("#figures-menu")
    menu.locator("summary").click()
    menu.locator(".menu-items").evaluate("items => { items.scrollTop = 60; }")
    menu.get_by_role("checkbox", name="Estimate", exact=True).check()
    expect(frame.locator("#report-table thead")).to_contain_text("Estimate")
    expect(menu.locator(".menu-items")).to_be_in_viewport(ratio=1)
    assert menu.locator(".menu-items").evaluate("items => items.scrollTop") == 60


@pytest.mark.browser_context_args(has_touch=True, is_mobile=True, viewport={"width": 375, "height": 740})
def test_a_tap_beside_an_open_menu_only_closes_it(sheet: Sheet) -> None:
    issue = sheet.work.issue("Beneath the menu")
    sheet.open(issue)
    menu = sheet.frame.locator("details.menu", has=sheet.frame.locator("#copy-week"))
    star = sheet.row(issue).get_by_role("button", name="Pin")
    menu.locator("summary").tap()
    expect(menu.locator(".menu-items")).to_be_visible()
    star.tap()
    expect(menu.locator(".menu-items")).to_be_hidden()
    expect(star).to_have_attribute("aria-pressed", "false")
    star.tap()
    expect(star).to_have_attribute("aria-pressed", "true")


def test_a_menu_that_is_longer_than_the_window_scrolls(sheet: Sheet) -> None:
    sheet.page.set_viewport_size({"width": 375, "height": 600})
    sheet.open()
    menu = sheet.frame.locator("details.menu", has=sheet.frame.locator("#copy-week"))
    menu.locator("summary").click()
    expect(menu.locator(".menu-items")).to_be_in_viewport(ratio=1)
    sheet.press("End")
    expect(menu.get_by_role("button", name="Keyboard shortcuts")).to_be_in_viewport(ratio=1)
