"""Messages in the corner: they go by themselves, but not from under somebody who reads or uses them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.support.sheet import HOUR, MON, NOW, TUE, Sheet

# The page’s clock goes on meanwhile, so a short time leaves some seconds for a slow machine.
LONG_MS, SHORT_MS = 20_000, 5000
SHOW = """state => {
    Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
}"""


@pytest.fixture
def flag(sheet: Sheet) -> Locator:
    """Clear two cells, and return the message about it."""
    issue = sheet.work.issue("Cleared")
    for day in (MON, TUE):
        sheet.work.log(issue, day, HOUR)
    sheet.page.clock.install(time=NOW)
    sheet.open(issue)
    sheet.cell(issue, MON).click()
    sheet.press("Shift+ArrowRight", "Delete")
    found = sheet.frame.locator("#flags .flag").filter(has_text="2 cells saved.")
    expect(found).to_be_visible()
    return found


def test_a_message_stays_while_the_focus_or_the_pointer_is_in_it(sheet: Sheet, flag: Locator) -> None:
    mouse, clock = sheet.page.mouse, sheet.page.clock
    flag.get_by_role("button", name="Undo").focus()
    flag.hover()
    mouse.move(5, 5)
    clock.fast_forward(LONG_MS)
    expect(flag).to_be_visible()
    flag.hover()
    sheet.add_box.focus()
    clock.fast_forward(LONG_MS)
    expect(flag).to_be_visible()
    mouse.move(5, 5)
    clock.fast_forward(LONG_MS)
    expect(flag).to_have_count(0)


def test_a_message_waits_for_the_person_to_come_back_to_the_page(sheet: Sheet, flag: Locator) -> None:
    sheet.frame.evaluate(SHOW, "hidden")
    sheet.page.clock.fast_forward(LONG_MS)
    expect(flag).to_be_visible()
    sheet.frame.evaluate(SHOW, "visible")
    sheet.page.clock.fast_forward(SHORT_MS)
    expect(flag).to_be_visible()
    sheet.page.clock.fast_forward(SHORT_MS)
    expect(flag).to_have_count(0)


def test_a_message_waits_behind_a_dialog(sheet: Sheet, flag: Locator) -> None:
    sheet.title.click()
    sheet.press("?")
    expect(sheet.frame.get_by_role("dialog")).to_be_visible()
    sheet.page.clock.fast_forward(LONG_MS)
    sheet.press("Escape")
    expect(sheet.frame.get_by_role("dialog")).to_have_count(0)
    sheet.page.clock.fast_forward(SHORT_MS)
    expect(flag).to_be_visible()
    sheet.page.clock.fast_forward(SHORT_MS)
    expect(flag).to_have_count(0)


def test_an_error_beside_a_field_leaves_the_field_and_what_was_typed(sheet: Sheet) -> None:
    problem = '<section id="problem" class="problem" role="alert"><p>Too many requests.</p></section>'
    sheet.open(sheet.work.issue("Searched for"))
    for path in ("/issues", "/worklogs/echo"):
        sheet.journey.answer_in_place(path, 429, problem)
    sheet.add_box.click()
    for text in "SEA":
        with sheet.journey.expect_answer("/issues", status=429):
            sheet.type(text)
    expect(sheet.add_box).to_have_value("SEA")
    expect(sheet.frame.locator("#flags .problem")).to_have_text("Too many requests.")
    sheet.press("Escape")
    sheet.journey.answer_in_place("/copy", 429, problem)
    sheet.frame.locator("#copy-week").evaluate("button => button.click()")
    dialog = sheet.frame.get_by_role("dialog", name="Too many requests.")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    sheet.frame.locator("#new-worklog").evaluate("button => button.click()")
    spent = sheet.frame.get_by_label("Time spent")
    for text in ("1", "1h", "1h 30m"):
        with sheet.journey.expect_answer("/worklogs/echo", status=429):
            spent.fill(text)
    expect(spent).to_have_value("1h 30m")
    expect(sheet.frame.locator("#dialog .form-problem")).to_have_text("Too many requests.")
    sheet.journey.restore()
    spent.fill("2h")
    expect(sheet.frame.locator("#duration-echo")).to_have_text("2h · 2.00 h")
