"""A whole week of work in three ways: by keyboard only, as a screen reader hears it, and by touch on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from playwright.sync_api import Frame, Locator, Page, expect

from jira_emulator.model import Issue
from tests.journeys.support.language import choose_language
from tests.journeys.support.sheet import FRI, HOUR, MON, SUN, THU, TUE, WED, Sheet

Check = Callable[[Page | Frame], None]
DAYS = (MON, TUE, WED, THU, FRI)
THUMB = 44


def expect_week(sheet: Sheet, issues: Iterable[Issue]) -> None:
    """Expect four hours on each day of each issue."""
    for issue in issues:
        sheet.expect_cells((issue, day, "4:00") for day in DAYS)
        assert sheet.work.logged(issue) == [(day, 4 * HOUR) for day in DAYS]


@pytest.mark.each_door
def test_a_week_by_keyboard_only(sheet: Sheet, assert_accessible: Check) -> None:
    issues = [sheet.work.issue("Build"), sheet.work.issue("Review", project="WEB")]
    sheet.open()
    sheet.frame.frame_element().focus()
    for issue in issues:
        sheet.press("a")
        sheet.type(issue.key)
        expect(sheet.frame.locator(f"#found-{issue.id}")).to_have_attribute("aria-selected", "true")
        sheet.press("Enter")
        expect(sheet.cell(issue, WED)).to_be_focused()
    sheet.press("ArrowUp", "Home")
    for _ in issues:
        for _ in DAYS:
            sheet.type("4")
            sheet.press("Tab")
        sheet.press("Tab", "Tab")
    expect_week(sheet, issues)
    expect(sheet.frame.locator("#range-progress")).to_contain_text("40:00 of 40:00")
    expect(sheet.frame.locator("#range-progress")).to_contain_text("16:00 over to date")
    assert_accessible(sheet.frame)


def announcement(sheet: Sheet) -> Locator:
    """Return what has the focus."""
    return sheet.frame.locator(":focus")


def test_a_week_as_a_screen_reader_hears_it(sheet: Sheet, assert_accessible: Check) -> None:
    issue = sheet.work.issue("Build")
    sheet.work.log(issue, MON, HOUR)
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    grid = sheet.frame.get_by_role("grid", name="11–17 Mar 2030")
    expect(grid.get_by_role("rowheader", name=f"{issue.key} Build")).to_be_visible()
    progress = sheet.frame.get_by_role("progressbar", name="Logged of expected")
    expect(progress).to_have_attribute("value", "5")
    sheet.frame.frame_element().focus()
    sheet.press("g", "Home")
    names = ("Tuesday, 12 March 2030", "Wednesday, 13 March 2030", "Thursday, 14 March 2030")
    expect(announcement(sheet)).to_have_role("gridcell")
    expect(announcement(sheet)).to_have_accessible_name(
        f"{issue.key}, Monday, 11 March 2030, 2:00, 2 worklogs"
    )
    for name, text in zip(names, ("6", "8", "7:30"), strict=True):
        sheet.press("ArrowRight")
        expect(announcement(sheet)).to_have_accessible_name(f"{issue.key}, {name}, empty")
        sheet.type(text)
        expect(announcement(sheet)).to_have_role("textbox")
        expect(announcement(sheet)).to_have_accessible_name(f"Time on {issue.key}, {name}")
        sheet.press("Enter")
        expect(sheet.live).to_contain_text(f"on {issue.key}, {name}")
        expect(announcement(sheet)).to_have_role("gridcell")
    sheet.press("ArrowRight")
    sheet.type("2x")
    sheet.press("Enter")
    expect(sheet.live).to_contain_text("not saved")
    expect(announcement(sheet)).to_have_accessible_name(f"{issue.key}, Friday, 15 March 2030, 2x, not saved")
    sheet.press("Escape")
    expect(announcement(sheet)).to_have_accessible_name(f"{issue.key}, Friday, 15 March 2030, empty")
    sheet.press("ArrowLeft")
    expect(announcement(sheet)).to_have_accessible_name(f"{issue.key}, {names[2]}, 7:30")
    expect(progress).to_have_attribute("value", "58")
    assert_accessible(sheet.frame)


def large(part: Locator) -> bool:
    box = part.bounding_box()
    return box is not None and min(box["width"], box["height"]) >= THUMB


@pytest.mark.browser_context_args(has_touch=True, viewport={"width": 375, "height": 740})
def test_a_week_by_touch_on_a_phone(sheet: Sheet, assert_accessible: Check) -> None:
    issues = [sheet.work.issue("Build"), sheet.work.issue("Review", project="WEB")]
    sheet.open(*issues)
    back, on = (sheet.frame.get_by_role("button", name=f"{way} day") for way in ("Previous", "Next"))
    shown = sheet.frame.locator("#day-shown")
    expect(shown).to_contain_text("Wednesday, 13 March 2030")
    expect(shown).to_contain_text("0:00 of 8:00")
    sheet.row(issues[0]).get_by_text("Build").tap()
    assert large(sheet.frame.get_by_role("button", name=f"Start a timer on {issues[0].key}"))
    expect(sheet.frame.locator("#timer-open")).to_be_visible()
    assert large(sheet.frame.locator("#quick-line"))
    back.tap()
    back.tap()
    assert all(map(large, (back, on, sheet.cell(issues[0], MON), sheet.frame.locator("#timer-open"))))
    for day in DAYS:
        for issue in issues:
            sheet.cell(issue, day).tap()
            expect(sheet.input).to_be_focused()
            sheet.type("4")
            sheet.press("Enter")
        expect(shown).to_contain_text("8:00 of 8:00")
        on.tap()
    assert_accessible(sheet.frame)
    on.tap()
    expect(shown).to_contain_text("Sunday, 17 March 2030")
    on.tap()
    expect(shown).to_contain_text("Monday, 18 March 2030")
    back.tap()
    expect(shown).to_contain_text("Sunday, 17 March 2030")
    expect(sheet.cell(issues[0], SUN)).to_be_visible()
    expect(sheet.cell(issues[0], FRI)).to_be_hidden()
    sheet.frame.get_by_role("button", name="All days").tap()
    expect(sheet.cell(issues[0], SUN)).to_be_visible()
    expect_week(sheet, issues)
    assert_accessible(sheet.frame)
    sheet.open()
    expect(sheet.frame.get_by_role("button", name="All days")).to_have_attribute("aria-pressed", "true")
    expect(sheet.frame.locator("#day-back")).to_be_hidden()
    sheet.frame.get_by_role("button", name="All days").tap()
    expect(sheet.frame.locator("#day-back")).to_be_visible()
    expect(sheet.cell(issues[0], MON)).to_be_hidden()


@pytest.mark.parametrize(("code", "width"), [("en", 1440), ("en", 1280), ("de", 1280), ("fr", 1024)])
def test_the_controls_of_the_bar_stay_in_place_in_other_weeks(sheet: Sheet, code: str, width: int) -> None:
    choose_language(sheet.work.stage, sheet.work.person, code)
    sheet.page.set_viewport_size({"width": width, "height": 740})
    sheet.work.log(sheet.work.issue("Mend the refund flow"), MON, 5 * HOUR)
    sheet.open()
    controls = [sheet.frame.locator(name) for name in ("#go-next", "#layout-grid", "#timer", "#quick-line")]
    places = [control.bounding_box() for control in controls]
    for key in ("j", "k"):
        with sheet.journey.expect_answer("/timesheet"):
            sheet.title.click()
            sheet.press(key)
        expect(sheet.frame.locator(".htmx-request")).to_have_count(0)
        assert [control.bounding_box() for control in controls] == places
