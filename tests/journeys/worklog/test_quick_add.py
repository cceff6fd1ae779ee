"""Quick add: lines in a field of the bar, by keyboard only, with slow answers, refusals, and lost answers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Locator, Page, expect

from jira_emulator.seeding.issues import CLOSED
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.sheet import HOUR, MON, TUE, WED, Sheet
from tests.journeys.timesheet.test_clipboard import paste as paste_copied
from tests.journeys.timesheet.test_typing import keep_answer
from timesheet.services.worklog.quick_add import MOST_LINES

ANNOUNCES = "element => element.closest('[aria-live]').ariaLive"
BROWSE = "https://anywhere.atlassian.net/browse/"


def field(sheet: Sheet) -> Locator:
    return sheet.frame.get_by_role("textbox", name="Quick add")


def reading(sheet: Sheet) -> Locator:
    return sheet.frame.locator("#quick-read")


def begin(sheet: Sheet) -> None:
    """Go to the field with the key of quick add."""
    sheet.grid.locator("td[tabindex]").focus()
    sheet.press("l")
    expect(field(sheet)).to_be_focused()


def paste(sheet: Sheet, text: str) -> None:
    """Paste into the field, as the clipboard's text."""
    field(sheet).evaluate(
        "(box, text) => { box.focus(); document.execCommand('insertText', false, text); }", text
    )


@pytest.mark.each_door
def test_a_line_is_understood_while_it_is_typed_and_logged_by_enter(sheet: Sheet) -> None:
    issue, other = sheet.work.issue("The parser"), sheet.work.issue("Something else")
    sheet.open(other)
    hint = sheet.frame.locator(".quick-box > .key-hint")
    expect(hint).to_have_text("L")
    begin(sheet)
    expect(hint).to_be_hidden()
    expect(reading(sheet)).to_contain_text("in any order")
    sheet.work.forget_calls()
    sheet.type(f"{issue.key} 1h30 yesterday 9:15 fixed the parser")
    expect(reading(sheet)).to_contain_text(issue.key)
    assert reading(sheet).get_by_text("The parser").first.evaluate(ANNOUNCES) == "polite"
    for part in (issue.key, "The parser", "1h 30m", "Tue", "12", "09:15", "fixed the parser"):
        expect(reading(sheet)).to_contain_text(part)
    assert sheet.work.writes() == []
    sheet.press("Enter")
    expect(field(sheet)).to_have_value("")
    expect(sheet.frame.locator("#flags")).to_contain_text(
        f"1h 30m logged on {issue.key}, Tuesday, 12 March 2030"
    )
    sheet.expect_cells([(issue, TUE, "1:30")])
    expect(field(sheet)).to_be_focused()
    expect(hint).to_be_hidden()
    # The help comes back, and is not announced instead of what was logged.
    expect(reading(sheet)).to_contain_text("in any order")
    expect(sheet.live).to_contain_text(f"1h 30m logged on {issue.key}")
    assert reading(sheet).get_by_text("in any order").evaluate(ANNOUNCES) == "off"
    assert sheet.work.logged(issue) == [(TUE, 90 * 60)]
    [row] = sheet.work.rows(issue)
    assert f"{sheet.work.local(row):%H:%M}" == "09:15"
    sheet.press("Escape")
    expect(sheet.cell(other, WED)).to_be_focused()
    was = sheet.work.logged(issue)
    sheet.press("Control+z")
    expect(sheet.row(issue)).to_have_count(0)
    assert sheet.work.logged(issue) == []
    sheet.press("Control+y")
    expect(sheet.row(issue)).to_have_count(1)
    assert sheet.work.logged(issue) == was
    sheet.press("Control+z")
    expect(sheet.row(issue)).to_have_count(0)


def test_several_lines_are_pasted_and_what_failed_stays_with_its_reason(sheet: Sheet) -> None:
    one, two = sheet.work.issue("First"), sheet.work.issue("Second")
    done = sheet.work.issue("Over and done", status=CLOSED)
    sheet.open(one)
    begin(sheet)
    failing = f"{done.key} 1h"
    lines = [f"{one.key} 1h monday", "no idea", f"{BROWSE}{two.key} 2h tuesday reviewed", failing]
    paste(sheet, "\n".join(lines))
    expect(sheet.frame.locator(".quick-line")).to_have_count(4)
    expect(sheet.frame.locator(".quick-line.wrong")).to_have_count(2)
    expect(sheet.frame.locator(".quick-line.wrong").first).to_contain_text("names no issue and no time spent")
    expect(sheet.frame.locator(".quick-line.wrong").last).to_contain_text(f"{done.key} is Closed")
    assert sheet.work.writes() == []
    sheet.press("Enter")
    expect(field(sheet)).to_have_value(f"no idea\n{failing}")
    expect(sheet.frame.locator("#flags")).to_contain_text("2 of 4 lines logged.")
    expect(sheet.frame.locator(".quick-line.wrong")).to_have_count(2)
    expect(sheet.frame.locator(".quick-line").last).to_contain_text(f"{done.key} is Closed")
    sheet.expect_cells([(one, MON, "1:00"), (two, TUE, "2:00")])
    assert (sheet.work.logged(one), sheet.work.logged(two)) == ([(MON, HOUR)], [(TUE, 2 * HOUR)])
    expect(field(sheet)).to_be_focused()
    sheet.press("Enter")
    expect(field(sheet)).to_have_value(f"no idea\n{failing}")
    assert (sheet.work.logged(one), sheet.work.logged(two)) == ([(MON, HOUR)], [(TUE, 2 * HOUR)])
    sheet.press("Escape", "Control+z")
    expect(sheet.total).to_have_text("0:00")
    assert (sheet.work.logged(one), sheet.work.logged(two)) == ([], [])
    sheet.press("Control+y")
    expect(sheet.total).not_to_have_text("0:00")
    sheet.press("Control+z")
    expect(sheet.total).to_have_text("0:00")


def test_lines_of_a_spreadsheet_beyond_those_logged_at_once_wait_for_the_next_enter(sheet: Sheet) -> None:
    issue = sheet.work.issue("Copied")
    sheet.open(issue)
    bar = sheet.frame.locator("#quick-add")
    expect(bar).to_have_attribute("data-most", str(MOST_LINES))
    bar.evaluate("bar => bar.dataset.most = 2")
    field(sheet).focus()
    rest = f"{issue.key}\t2030-03-12\t1\tlast"
    first = f'{issue.key}\t2030-03-11\t1,5\t"said ""no""\r\ntwice; 2h"'
    paste_copied(sheet, f"{first}\r\nTotal\t\t1,5\r\n{rest}")
    expect(field(sheet)).to_have_value(
        f'{issue.key}\t2030-03-11\t1,5\tsaid "no" twice; 2h\nTotal\t\t1,5\n{rest}'
    )
    expect(sheet.frame.locator(".quick-line")).to_have_count(3)
    sheet.press("Enter")
    expect(sheet.frame.locator("#flags")).to_contain_text("1 of 2 lines logged.")
    expect(field(sheet)).to_have_value(f"Total\t\t1,5\n{rest}")
    assert sheet.work.logged(issue) == [(MON, 90 * 60)]
    sheet.press("Enter")
    expect(field(sheet)).to_have_value("Total\t\t1,5")
    sheet.expect_cells([(issue, MON, "1:30"), (issue, TUE, "1:00")])


def test_an_issue_that_is_closed_between_its_reading_and_enter_keeps_the_line_with_the_reason(
    sheet: Sheet, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    issue = sheet.work.issue("Closed in between")
    sheet.open(issue)
    begin(sheet)
    sheet.type(f"{issue.key} 1h")
    expect(reading(sheet)).to_contain_text("Closed in between")
    expect(sheet.frame.locator(".quick-line.wrong")).to_have_count(0)
    sheet.work.close(issue)
    for _ in range(2):
        sheet.press("Enter")
        expect(field(sheet)).to_have_value(f"{issue.key} 1h")
        expect(sheet.frame.locator(".quick-line.wrong")).to_contain_text(f"{issue.key} is Closed")
        expect(sheet.frame.locator("#quick-sent > li")).to_have_count(0)
    assert_accessible(sheet.frame)
    assert sheet.work.logged(issue) == []


def test_the_next_line_can_be_typed_while_the_first_one_is_being_logged(sheet: Sheet) -> None:
    issue = sheet.work.issue("Slow")
    sheet.open(issue)
    sheet.work.trouble("late", "/rest/api/3/issue/*/worklog", method="POST")
    begin(sheet)
    sheet.type(f"{issue.key} 1h monday")
    sheet.press("Enter")
    expect(sheet.frame.locator("#quick-sent")).to_contain_text("1h monday")
    sheet.type(f"{issue.key} 2h tue")
    sheet.work.let_late_go()
    expect(sheet.cell(issue, MON)).to_have_text("1:00")
    expect(field(sheet)).to_have_value(f"{issue.key} 2h tue")
    expect(field(sheet)).to_be_focused()
    expect(sheet.frame.locator(".quick-line")).to_be_visible()
    sheet.type("sday")
    sheet.press("Enter")
    sheet.expect_cells([(issue, MON, "1:00"), (issue, TUE, "2:00")])
    expect(sheet.frame.locator("#quick-sent > li")).to_have_count(0)
    assert sheet.work.logged(issue) == [(MON, HOUR), (TUE, 2 * HOUR)]


def test_what_comes_back_does_not_move_what_is_being_typed(sheet: Sheet) -> None:
    sheet.open(sheet.work.issue("Row"))
    begin(sheet)
    sheet.type("ABC-1 1h")
    let_go = keep_answer(sheet, "/quick-add")
    sheet.press("Enter")
    sheet.stay()
    sheet.type("PAY-1 2")
    let_go()
    expect(field(sheet)).to_have_value("ABC-1 1h\nPAY-1 2")
    sheet.type("h")
    expect(field(sheet)).to_have_value("ABC-1 1h\nPAY-1 2h")
    expect(sheet.live).to_contain_text("Not logged: “ABC-1 1h”. There is no issue ABC-1")


@pytest.mark.each_door
def test_a_lost_answer_is_found_by_the_next_enter_and_logs_once(sheet: Sheet) -> None:
    issue = sheet.work.issue("Lost on the way")
    sheet.open(issue)
    sheet.journey.allow("Failed to load resource|htmx:error|Failed to fetch")
    begin(sheet)
    sheet.type(f"{issue.key} 1h monday")
    expect(reading(sheet)).to_contain_text("1h")
    sheet.journey.lose_answers("/quick-add")
    sheet.press("Enter")
    expect(field(sheet)).to_have_value(f"{issue.key} 1h monday")
    # It may be logged, so nobody says that it is not.
    expect(sheet.live).to_have_text(re.compile(f"^{issue.key} .*: Timesheet could not be reached"))
    assert sheet.work.logged(issue) == [(MON, HOUR)]
    sheet.journey.restore()
    # A line that is corrected is still the same line, after a mistake too.
    sheet.press("End")
    sheet.type(" #x")
    sheet.press("Enter")
    expect(sheet.frame.locator(".quick-line.wrong")).to_contain_text("There is no attribute")
    sheet.press("Backspace", "Backspace", "Backspace")
    sheet.type("; corrected")
    sheet.press("Enter")
    expect(field(sheet)).to_have_value("")
    sheet.expect_cells([(issue, MON, "1:00")])
    assert sheet.work.logged(issue) == [(MON, HOUR)]


def test_a_sheet_that_arrives_leaves_the_field_alone(sheet: Sheet) -> None:
    sheet.open(sheet.work.issue("Row"))
    begin(sheet)
    sheet.type("PAY-1 1h")
    sheet.frame.evaluate("window.htmx.trigger(document.body, 'sheet-changed')")
    sheet.frame.evaluate("document.getElementById('refresh').click()")
    expect(sheet.frame.locator("#sheet")).not_to_have_class("htmx-request")
    sheet.type(" more")
    expect(field(sheet)).to_have_value("PAY-1 1h more")
    expect(field(sheet)).to_be_focused()


def test_quick_add_works_in_every_layout_and_language(sheet: Sheet) -> None:
    sheet.journey.person.locale = "de_DE"
    issue = sheet.work.issue("Der Parser")
    sheet.frame = sheet.journey.open()
    sheet.frame.get_by_role("button", name="Liste").click()
    expect(sheet.frame.locator("#list-frame")).to_be_visible()
    sheet.page.keyboard.press("l")
    sheet.type(f"Parser repariert {issue.key} gestern 1 Std. 30 Min. um 9:00 Uhr")
    for part in ("1 Std. 30 Min.", "Dienstag, 12. März 2030", "09:00", "Parser repariert"):
        expect(reading(sheet)).to_contain_text(part)
    sheet.press("Enter")
    expect(sheet.frame.locator(".list-day").filter(has_text="12. März")).to_contain_text("1:30")
    assert sheet.work.logged(issue) == [(TUE, 90 * 60)]


@pytest.mark.parametrize("width", [1024, 375])
def test_the_field_and_its_reading_are_accessible_and_fit(
    sheet: Sheet, assert_accessible: Callable[[Page | Frame], None], width: int
) -> None:
    issue = sheet.work.issue(
        "A summary that is quite a bit longer than a narrow screen has room for, twice over"
    )
    sheet.page.set_viewport_size({"width": width, "height": 800})
    sheet.open(issue)
    field(sheet).click()
    paste(sheet, f"{issue.key} 1h30 yesterday 9:15 fixed the parser\n{issue.key} no time\n{'word' * 60}")
    expect(sheet.frame.locator(".quick-line")).to_have_count(3)
    assert_accessible(sheet.frame)
    assert sheet.frame.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    box = sheet.frame.locator(".quick-box").bounding_box()
    assert box is not None
    frame = sheet.frame.frame_element().bounding_box()
    assert frame is not None
    assert frame["x"] <= box["x"]
    assert box["x"] + box["width"] <= frame["x"] + frame["width"]
    # What is kept for later covers nothing of the bar.
    field(sheet).blur()
    covered = sheet.frame.evaluate(
        """() => [...document.querySelectorAll('.sheet-bar :is(button, select, summary)')]
            .filter((one) => one.checkVisibility() && !one.closest('.menu-items')).filter((one) => {
                const { x, y, width, height } = one.getBoundingClientRect();
                return !one.contains(document.elementFromPoint(x + width / 2, y + height / 2));
            }).map((one) => one.id)"""
    )
    assert covered == []
    assert field(sheet).evaluate("field => field.clientHeight") <= (32 if width > 640 else 44)


def test_an_answer_takes_no_focus_from_jira_around_the_page(sheet: Sheet) -> None:
    issue = sheet.work.issue("The parser")
    sheet.open(issue)
    begin(sheet)
    requests = HeldRequests(sheet.journey, "/quick-add/lines")
    requests.hold(lambda: sheet.type(f"{issue.key} 1h"))
    search = sheet.page.get_by_role("searchbox", name="Search issues")
    search.click()
    requests.release()
    expect(reading(sheet)).to_contain_text("The parser")
    sheet.page.keyboard.type("crash")
    expect(search).to_have_value("crash")
    expect(field(sheet)).to_have_value(f"{issue.key} 1h")


@pytest.mark.parametrize("width", [1280, 1024])
def test_the_tab_key_takes_the_bar_in_the_order_it_is_seen(sheet: Sheet, width: int) -> None:
    sheet.page.set_viewport_size({"width": width, "height": 740})
    sheet.open()
    found = sheet.frame.evaluate(
        """() => [...document.querySelectorAll('.sheet-bar :is(button, select, textarea, summary, a)')]
            .filter((one) => one.checkVisibility() && !one.closest('.menu-items')).map((one) => {
                const { left, top, height } = one.getBoundingClientRect();
                return [Math.round((top + height / 2) / 24), left, one.id];
            })"""
    )
    assert [one[2] for one in found].index("layout-grid") < [one[2] for one in found].index("quick-line")
    assert found == sorted(found, key=lambda one: (one[0], one[1]))
