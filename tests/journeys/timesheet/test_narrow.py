"""From 360 pixels up: one day at a time, nothing cut off, and everything within reach of a thumb."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import Frame, Page, ViewportSize, expect

from jira_emulator.model import Issue
from tests.journeys.support.sheet import FRI, HOUR, MON, TODAY, TUE, WED, Sheet
from timesheet.domain.language import ACCENTED

SMALL: ViewportSize = {"width": 360, "height": 740}
SIZES = """targets => targets.map(target => {
    const { width, height } = target.getBoundingClientRect();
    return [width, height];
})"""


def overflow(frame: Frame) -> int:
    """Return by how many pixels the page is wider than its frame."""
    return int(frame.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def test_a_selection_keeps_to_the_day_that_is_shown(sheet: Sheet) -> None:
    first, second = (sheet.work.issue(summary) for summary in ("First", "Second"))
    for issue in (first, second):
        sheet.work.log(issue, MON, HOUR)
        sheet.work.log(issue, WED, 2 * HOUR)
    sheet.open()
    sheet.cell(first, MON).click()
    sheet.press("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown")
    selected = sheet.grid.locator("[aria-selected=true]")
    expect(selected).to_have_count(6)
    sheet.page.set_viewport_size(SMALL)
    total = sheet.frame.locator("#selection-sum")
    expect(total).to_have_text("Selected: 4:00 in 2 cells")
    sheet.press("Shift+ArrowLeft")
    expect(sheet.cell(second, TUE)).to_be_visible()
    expect(selected).to_have_count(2)
    expect(total).to_have_text("Selected: 0:00 in 2 cells")
    sheet.frame.get_by_role("group", name="Day").get_by_role("button").first.click()
    expect(total).to_have_text("Selected: 2:00 in 2 cells")
    expect(sheet.cell(first, MON)).to_have_attribute("aria-selected", "true")


@pytest.mark.each_door
def test_one_day_at_a_time_with_large_targets(
    sheet: Sheet, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    sheet.page.set_viewport_size(SMALL)
    issue = sheet.work.issue(
        "A summary that is far too long to fit on the small screen of a telephone in one line"
    )
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    strip = sheet.frame.get_by_role("group", name="Day").get_by_role("button")
    expect(strip).to_have_count(7)
    expect(strip.nth(2)).to_have_attribute("aria-pressed", "true")
    expect(sheet.cell(issue, TODAY)).to_be_visible()
    expect(sheet.cell(issue, MON)).to_be_hidden()
    strip.first.click()
    expect(sheet.cell(issue, MON)).to_be_visible()
    expect(sheet.cell(issue, WED)).to_be_hidden()
    box = sheet.cell(issue, MON).bounding_box()
    assert box is not None
    assert box["height"] >= 44
    sheet.cell(issue, MON).click()
    sheet.type("2")
    sheet.press("Enter")
    expect(sheet.cell(issue, MON)).to_have_text("2:00")
    expect(sheet.day_total(MON)).to_be_visible()
    expect(sheet.day_total(MON)).to_have_text("2:00")
    for total in (sheet.row_total(issue), sheet.total):
        assert "Σ" in total.evaluate("total => getComputedStyle(total, '::before').content")
    assert overflow(sheet.frame) <= 0
    assert_accessible(sheet.frame)
    sheet.frame.get_by_role("button", name="List").click()
    targets = sheet.frame.locator(
        "#sheet :is(.line-actions .button, .line-duration input, .list-head .button, .line-choice)"
    )
    expect(targets.first).to_be_visible()
    assert [size for size in targets.evaluate_all(SIZES) if 0 < min(size) < 44] == []
    assert overflow(sheet.frame) <= 0
    sheet.frame.locator("summary[title=More]").click()
    items = sheet.frame.locator("#sheet .menu[open] .menu-items > *")
    expect(items.first).to_be_visible()
    assert [size for size in items.evaluate_all(SIZES) if 0 < min(size) < 44] == []


def test_arrows_bring_the_day_into_view_that_they_go_to(sheet: Sheet) -> None:
    sheet.page.set_viewport_size(SMALL)
    issue = sheet.work.issue("By keyboard on a small screen")
    sheet.open(issue)
    sheet.cell(issue, TODAY).click()
    sheet.press("ArrowLeft", "ArrowLeft")
    expect(sheet.cell(issue, MON)).to_be_visible()
    expect(sheet.cell(issue, MON)).to_be_focused()
    sheet.type("1")
    sheet.press("Tab")
    expect(sheet.cell(issue, MON)).to_have_text("1:00")
    assert sheet.work.logged(issue) == [(MON, HOUR)]


def test_answers_leave_the_rows_in_view_that_one_works_on(sheet: Sheet) -> None:
    sheet.page.set_viewport_size(SMALL)
    issues = [sheet.work.issue(f"One of many rows: {number}") for number in range(12)]
    sheet.open(*issues)
    strip = sheet.frame.get_by_role("group", name="Day")
    last = sheet.cell(issues[-1], TODAY)
    last.scroll_into_view_if_needed()
    last.click()
    sheet.type("1:30")
    sheet.press("Enter")
    expect(last).to_have_text("1:30")
    expect(last).to_be_in_viewport(ratio=1)
    expect(strip).not_to_be_in_viewport()
    sheet.add_box.click()
    sheet.type("many")
    found = sheet.frame.locator("#found-issues [role=option]").first
    expect(found).to_be_in_viewport(ratio=1)
    expect(sheet.add_box).to_be_in_viewport(ratio=1)
    expect(strip).not_to_be_in_viewport()
    # The answer to all that was typed may still replace the list.
    sheet.frame.wait_for_function(
        "id => { const { x, y, height } = document.getElementById(id)?.getBoundingClientRect() ?? {};"
        " return height && document.elementFromPoint(x + 9, y + height / 2).closest('[id]').id === id; }",
        arg=f"found-{issues[-1].id}",
    )


@pytest.mark.parametrize("width", [360, 640, 1280, 1920])
@pytest.mark.parametrize("view", ["week", "month"])
def test_nothing_sticks_out_at_any_width(sheet: Sheet, width: int, view: str) -> None:
    sheet.page.set_viewport_size({"width": width, "height": 800})
    issue = sheet.work.issue("Wide and narrow")
    sheet.work.log(issue, TODAY, HOUR)
    sheet.open()
    sheet.frame.get_by_label("Show", exact=True).select_option(view)
    expect(sheet.title).to_have_text("11–17 Mar 2030" if view == "week" else "March 2030")
    expect(sheet.cell(issue, TODAY)).to_be_visible()
    assert overflow(sheet.frame) <= 0
    expect(sheet.total).to_be_in_viewport()
    sheet.cell(issue, TODAY).click()
    expect(sheet.cell(issue, TODAY)).to_be_focused()
    expect(sheet.cell(issue, TODAY)).to_be_in_viewport(ratio=0.9)


def test_text_of_twice_the_size_fits_into_the_window(sheet: Sheet) -> None:
    """The setting of a browser, not its zoom: sizes in pixels stay as they are."""
    session = sheet.page.context.new_cdp_session(sheet.page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    issue = sheet.work.issue("Read from afar")
    sheet.work.log(issue, TODAY, HOUR)
    sheet.open()
    for control in ("#quick-line", "#add-issue"):
        expect(sheet.frame.locator(control)).to_have_css("font-size", re.compile("28px|32px"))
    for view, title in (("month", "March 2030"), ("range", "Mar 2030"), ("week", "11–17 Mar 2030")):
        sheet.frame.get_by_label("Show", exact=True).select_option(view)
        expect(sheet.title).to_contain_text(title)
        assert overflow(sheet.frame) <= 0, view
        for shown in sheet.frame.locator("#sheet-choice :is(button, select):visible").all():
            expect(shown).to_be_in_viewport(ratio=1)
    frame = sheet.journey.open("reports")
    expect(frame.locator("#report-table")).to_be_visible()
    assert overflow(frame) <= 0
    links = frame.locator(".navigation-link").evaluate_all(
        "links => links.map((link) => link.scrollWidth - link.clientWidth)"
    )
    assert links
    assert max(links) <= 0, "their icons would be above each other"


def test_a_title_keeps_its_room_beside_longer_words(sheet: Sheet) -> None:
    sheet.page.set_viewport_size(SMALL)
    sheet.work.person.locale = ACCENTED
    sheet.open()
    title = sheet.frame.get_by_role("heading", level=1)
    expect(title).to_be_visible()
    assert title.evaluate("title => title.scrollWidth <= title.clientWidth")
    assert title.evaluate("title => title.clientHeight < 2 * parseFloat(getComputedStyle(title).lineHeight)")
    assert overflow(sheet.frame) <= 0


def test_the_day_that_was_shown_is_in_view_among_all_days(sheet: Sheet) -> None:
    sheet.page.set_viewport_size(SMALL)
    issue = sheet.work.issue("Seen in one week")
    sheet.work.log(issue, FRI, HOUR)
    sheet.open()
    sheet.frame.get_by_role("group", name="Day").get_by_role("button").nth(4).click()
    expect(sheet.cell(issue, FRI)).to_be_visible()
    sheet.frame.locator("#all-days").click()
    expect(sheet.cell(issue, FRI)).to_be_in_viewport(ratio=1)
    covered = sheet.cell(issue, FRI).evaluate(
        "cell => { const { x, y, width, height } = cell.getBoundingClientRect();"
        " return document.elementFromPoint(x + width / 2, y + height / 2) !== cell; }"
    )
    assert not covered


def test_the_heads_of_all_days_stay_above_rows_that_scroll(sheet: Sheet) -> None:
    sheet.page.set_viewport_size({"width": 375, "height": 740})
    issues = [sheet.work.issue(f"Row {number}") for number in range(20)]
    sheet.open(*issues)
    sheet.frame.locator("#all-days").click()
    sheet.frame.locator(".grid-frame").evaluate("frame => { frame.scrollTop = 400; }")
    head = sheet.grid.locator("thead th.now")
    # What is drawn there is the head itself, and nothing over it.
    assert head.evaluate(
        """head => {
            const { left, top, width, height } = head.getBoundingClientRect();
            return head.contains(document.elementFromPoint(left + width / 2, top + height / 2));
        }"""
    )


@pytest.mark.browser_context_args(has_touch=True, is_mobile=True, viewport={"width": 1024, "height": 740})
def test_a_touch_screen_is_offered_no_keys_and_no_dragging(sheet: Sheet) -> None:
    sheet.open()
    frame = sheet.frame
    frame.get_by_role("textbox", name="Quick add").tap()
    expect(frame.get_by_text("logs it. Everything after")).to_be_visible()
    shown = frame.locator("body").inner_text()
    placeholders = frame.locator("[placeholder]").evaluate_all("all => all.map(one => one.placeholder)")
    assert [text for text in ("Shift", "shortcuts") if text in shown] == []
    assert [text for text in placeholders if "(" in text] == []
    expect(frame.locator("kbd.key-hint:visible")).to_have_count(0)
    frame.get_by_role("button", name="Calendar", exact=True).tap()
    expect(frame.locator("#empty")).to_be_visible()
    assert "Drag" not in frame.locator("#empty").inner_text()
    expect(frame.get_by_text("on a day, then an issue.")).to_be_visible()


@pytest.mark.browser_context_args(has_touch=True, is_mobile=True, viewport={"width": 375, "height": 740})
@pytest.mark.each_door
def test_a_tap_on_a_low_row_edits_this_row(sheet: Sheet) -> None:
    """To scroll to a cell while a finger is on it would let the click meet another row."""
    issues = [sheet.work.issue(f"Number {n}") for n in range(20)]
    sheet.open(*issues)
    for n in range(3):
        issue, x, y = low_cell(sheet, issues)
        sheet.page.touchscreen.tap(x, y)
        expect(sheet.input).to_have_attribute("aria-label", re.compile(rf"\b{issue.key}\b"))
        sheet.type(str(n + 1))
        sheet.press("Enter")
        expect(sheet.cell(issue, TODAY)).to_have_text(f"{n + 1}:00")


@pytest.mark.browser_context_args(viewport={"width": 1280, "height": 560})
def test_a_click_on_a_low_row_selects_one_cell_and_a_double_click_edits_it(sheet: Sheet) -> None:
    issues = [sheet.work.issue(f"Number {n}") for n in range(20)]
    sheet.open(*issues)
    issue, x, y = low_cell(sheet, issues)
    sheet.page.mouse.move(x, y)
    sheet.page.mouse.down()
    sheet.page.mouse.move(x + 1, y)
    sheet.page.mouse.up()
    expect(sheet.cell(issue, TODAY)).to_be_focused()
    expect(sheet.grid.locator("[aria-selected=true]")).to_have_count(0)
    sheet.page.mouse.dblclick(x, y)
    expect(sheet.input).to_have_attribute("aria-label", re.compile(rf"\b{issue.key}\b"))


def low_cell(sheet: Sheet, issues: Sequence[Issue]) -> tuple[Issue, float, float]:
    """Return the lowest issue whose cell of today can be pressed near its lower edge, and where."""
    found = None
    for issue in issues:
        box = sheet.cell(issue, TODAY).bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] - 4
        frame = sheet.page.locator("iframe").bounding_box()
        assert frame is not None
        pressed = sheet.frame.evaluate(
            "([x, y]) => document.elementFromPoint(x, y)?.closest('tr')?.id", [x - frame["x"], y - frame["y"]]
        )
        found = (issue, x, y) if pressed == f"r{issue.id}" else found
    assert found is not None
    return found
