"""Days with more worklogs than the list and the calendar show at once."""

from __future__ import annotations

from datetime import time

import pytest
from playwright.sync_api import expect

from jira_emulator.model import Issue
from tests.journeys.support.sheet import MON, TUE, Sheet

MOST, EACH = 16, 20


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("timesheet.web.timesheet.daylist.MOST_LINES", MOST)
    monkeypatch.setattr("timesheet.web.timesheet.calendar.MOST_BLOCKS", MOST)


def open_layout(sheet: Sheet, layout: str) -> Issue:
    issue = sheet.work.issue("Often")
    for day in (MON, TUE):
        for number in range(EACH):
            sheet.work.log(issue, day, 600, time(8 + number // 4, number % 4 * 15))
    sheet.open()
    sheet.frame.get_by_role("button", name=layout).click()
    expect(sheet.frame.locator(f"#rest-{MON}")).to_be_visible()
    return issue


@pytest.mark.parametrize(("layout", "kind"), [("List", ".line"), ("Calendar", ".block")])
def test_a_day_shows_its_other_worklogs_and_goes_on_with_the_first_of_them(
    sheet: Sheet, layout: str, kind: str
) -> None:
    issue = open_layout(sheet, layout)
    monday, tuesday = (sheet.frame.locator(f"#day-{day}") for day in (MON, TUE))
    expect(monday.locator(kind)).to_have_count(MOST // 2)
    rest = monday.get_by_role("button", name="Show 12 more worklogs")
    rest.press("Enter")
    expect(monday.locator(kind)).to_have_count(EACH)
    focused = monday.locator(kind).nth(MOST // 2)
    expect(focused.locator("input.line-box") if kind == ".line" else focused).to_be_focused()
    expect(tuesday.locator(kind)).to_have_count(MOST // 2)
    sheet.work.log(issue, MON, 600, time(16))
    sheet.frame.get_by_role("button", name="Refresh").click()
    expect(monday.locator(kind)).to_have_count(EACH + 1)


def test_all_worklogs_of_a_day_are_chosen_with_those_that_were_not_shown(sheet: Sheet) -> None:
    open_layout(sheet, "List")
    monday = sheet.frame.locator(f"#day-{MON}")
    monday.get_by_role("checkbox", name="Select all worklogs of").click()
    expect(sheet.frame.locator("#selection output")).to_have_text(f"{EACH} worklogs selected")
    expect(monday.locator("[data-choose-day]")).to_be_checked()
    expect(monday.locator("[data-choose-day]")).to_be_focused()


def test_a_day_is_not_chosen_as_a_whole_while_worklogs_are_not_shown(sheet: Sheet) -> None:
    open_layout(sheet, "List")
    monday = sheet.frame.locator(f"#day-{MON}")
    boxes = monday.locator("input[name=chosen]")
    boxes.first.check()
    boxes.last.click(modifiers=["Shift"])
    expect(sheet.frame.locator("#selection output")).to_have_text(f"{MOST // 2} worklogs selected")
    expect(monday.locator("[data-choose-day]")).not_to_be_checked()


@pytest.mark.parametrize(("layout", "kind"), [("List", ".line"), ("Calendar", ".block")])
def test_paper_has_all_worklogs(sheet: Sheet, layout: str, kind: str) -> None:
    open_layout(sheet, layout)
    sheet.frame.evaluate(
        """kind => { window.print = () => {
            document.body.dataset.printed = document.querySelectorAll(kind).length; } }""",
        kind,
    )
    sheet.frame.locator("summary[title='More']").click()
    sheet.frame.get_by_role("button", name="Print").click()
    expect(sheet.frame.locator("body")).to_have_attribute("data-printed", str(2 * EACH))


@pytest.mark.parametrize("width", [375, 1024, 1700])
def test_the_heads_of_a_month_have_room_for_it(sheet: Sheet, width: int) -> None:
    open_layout(sheet, "Calendar")
    sheet.frame.locator("#sheet-choice [name=view]").select_option("month")
    expect(sheet.frame.locator(".calendar-head")).to_have_count(31)
    sheet.page.set_viewport_size({"width": width, "height": 800})
    heads = sheet.frame.locator(".calendar-head", has=sheet.frame.locator("[data-rest]"))
    assert heads.evaluate_all("all => all.map(one => one.scrollWidth <= one.clientWidth)") == [True, True]
