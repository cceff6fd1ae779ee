"""Adding an issue: what is offered before anybody types, in sections, by keyboard and at every width."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, Request, Route, expect

from jira_emulator.model import Issue
from tests.journeys.support.held_answer import hold_answer
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.sheet import HOUR, MON, TUE, WED, Sheet

Check = Callable[[Page | Frame], None]
OWN = "POST /rest/api/3/search/jql"
SWAPPED = """() => {
    window.swapped = new Promise((go) => document.addEventListener('htmx:finally:request', () => go(), { once: true }));
}"""


def prepare(sheet: Sheet) -> list[Issue]:
    """Return a pinned issue, one with time, one assigned and in progress, and one that was viewed."""
    pinned, logged, assigned, viewed = (sheet.work.issue(f"Work {n}") for n in range(4))
    sheet.work.log(logged, TUE, HOUR)
    site, account = sheet.work.stage.jira.site, sheet.work.person.account_id
    with site.lock:
        assigned.assignee = account
        site.viewed[account] = {viewed.id: site.now_ms()}
    sheet.open(pinned)
    sheet.cell(pinned, MON).click()
    sheet.press("p")
    expect(sheet.row(pinned).locator(".pin")).to_have_attribute("aria-pressed", "true")
    return [pinned, logged, assigned, viewed]


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 375)])
def test_issues_are_offered_in_sections_and_chosen_by_keys(
    sheet: Sheet, assert_accessible: Check, theme: str, width: int
) -> None:
    sheet.journey.choose_theme(theme)
    issues = prepare(sheet)
    sheet.page.set_viewport_size({"width": width, "height": 740})
    options = sheet.frame.locator("#found-issues [role=option]")
    sheet.work.forget_calls()
    sheet.add_box.focus()
    for name, issue in zip(
        ("Pinned", "Recent", "Assigned to you, in progress", "Updated or viewed recently"),
        issues,
        strict=True,
    ):
        group = sheet.frame.get_by_role("group", name=name, exact=True)
        expect(group.get_by_role("option").filter(has_text=issue.key)).to_have_count(1)
    expect(sheet.frame.locator(f"#found-{issues[0].id}")).to_have_attribute("aria-selected", "true")
    for issue in issues:
        expect(options.filter(has_text=f"{issue.key}Work")).to_have_count(1)
    assert sheet.work.calls() == [OWN]
    assert_accessible(sheet.frame)
    # From the last section back to the first one is one step, and the marked option is always one of the list.
    sheet.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    sheet.press("Escape")
    expect(options).to_have_count(0)
    sheet.type("Work 3")
    expect(sheet.frame.locator(f"#found-{issues[3].id}")).to_have_attribute("aria-selected", "true")
    sheet.press("Enter")
    expect(sheet.row(issues[3])).to_be_visible()


def test_what_is_known_is_offered_before_jira_answers(sheet: Sheet) -> None:
    pinned, logged, assigned, _viewed = prepare(sheet)
    requests = HeldRequests(sheet.journey, "all=1")
    requests.hold(sheet.add_box.focus)
    expect(sheet.frame.locator(f"#found-{pinned.id}")).to_be_visible()
    expect(sheet.frame.locator(f"#found-{logged.id}")).to_be_visible()
    sheet.press("ArrowDown")
    expect(sheet.frame.locator(f"#found-{logged.id}")).to_have_attribute("aria-selected", "true")
    requests.release()
    expect(sheet.frame.locator(f"#found-{assigned.id}")).to_be_visible()
    expect(sheet.frame.locator(f"#found-{logged.id}")).to_have_attribute("aria-selected", "true")


def test_the_list_stays_open_while_the_sheet_is_read_again(sheet: Sheet) -> None:
    *_others, viewed = prepare(sheet)
    sheet.add_box.focus()
    sheet.type(viewed.key)
    found = sheet.frame.locator(f"#found-{viewed.id}")
    expect(found).to_have_attribute("aria-selected", "true")
    with sheet.journey.expect_answer("/timesheet?"):
        sheet.read_again()
    expect(sheet.frame.locator("#sheet-again.htmx-request")).to_have_count(0)
    expect(found).to_have_attribute("aria-selected", "true")
    expect(sheet.add_box).to_have_attribute("aria-activedescendant", f"found-{viewed.id}")
    expect(sheet.add_box).to_have_value(viewed.key)
    sheet.press("Enter")
    expect(sheet.cell(viewed, WED)).to_be_focused()
    expect(sheet.frame.locator("#found-issues [role=option]")).to_have_count(0)
    expect(sheet.add_box).to_have_attribute("aria-expanded", "false")


@pytest.mark.each_door
def test_enter_before_the_answer_chooses_what_was_typed_and_not_what_was_offered_before(sheet: Sheet) -> None:
    pinned, _logged, _assigned, viewed = prepare(sheet)
    sheet.add_box.focus()
    expect(sheet.frame.locator(f"#found-{pinned.id}")).to_have_attribute("aria-selected", "true")
    requests = HeldRequests(sheet.journey, "text=")
    requests.hold(lambda: sheet.type(viewed.key))
    sheet.press("Enter")
    expect(sheet.frame.locator("#found-issues [aria-selected=true]")).to_have_count(0)
    expect(sheet.add_box).to_have_value(viewed.key)
    requests.release()
    expect(sheet.cell(viewed, WED)).to_be_focused()
    expect(sheet.add_box).to_have_value("")


def test_a_text_after_enter_is_chosen_by_another_enter(sheet: Sheet) -> None:
    _pinned, _logged, _assigned, viewed = prepare(sheet)
    sheet.add_box.focus()
    requests = HeldRequests(sheet.journey, "text=")
    requests.hold(lambda: sheet.type("Work"))
    sheet.press("Enter")
    sheet.type(" 3")
    requests.release()
    expect(sheet.frame.locator(f"#found-{viewed.id}")).to_have_attribute("aria-selected", "true")
    expect(sheet.row(viewed)).to_have_count(0)
    sheet.press("Enter")
    expect(sheet.row(viewed)).to_be_visible()


def test_arrow_up_marks_the_last_option_while_the_options_of_a_text_are_on_their_way(sheet: Sheet) -> None:
    pinned, _logged, _assigned, viewed = prepare(sheet)
    options = sheet.frame.locator("#found-issues [role=option]")
    sheet.add_box.focus()
    expect(sheet.frame.locator(f"#found-{pinned.id}")).to_have_attribute("aria-selected", "true")
    expect(sheet.frame.locator(f"#found-{viewed.id}")).to_be_visible()
    requests = HeldRequests(sheet.journey, "text=")
    requests.hold(lambda: sheet.type("Work"))
    expect(sheet.frame.locator("#found-issues [aria-selected=true]")).to_have_count(0)
    sheet.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    requests.release()


def test_escape_closes_the_list_and_then_returns_to_the_cell(sheet: Sheet) -> None:
    _pinned, logged, *_others = prepare(sheet)
    cell = sheet.cell(logged, TUE)
    cell.click()
    sheet.press("a")
    sheet.type("Work 3")
    options = sheet.frame.locator("#found-issues [role=option]")
    expect(options.first).to_have_attribute("aria-selected", "true")
    sheet.press("Escape")
    expect(options).to_have_count(0)
    expect(sheet.add_box).to_have_value("Work 3")
    expect(sheet.add_box).to_be_focused()
    sheet.press("Escape")
    expect(sheet.add_box).to_have_value("")
    expect(cell).to_be_focused()


def test_what_was_typed_comes_back_if_the_issue_cannot_be_added(sheet: Sheet) -> None:
    issue = sheet.work.issue("Not added at first")
    sheet.open()
    sheet.journey.allow("Failed to load resource|Failed to fetch")
    sheet.journey.cut_off("/rows")
    sheet.add_box.fill(issue.key)
    sheet.frame.locator(f"#found-{issue.id}").click()
    expect(sheet.frame.get_by_text("Timesheet could not be reached")).to_be_visible()
    expect(sheet.add_box).to_have_value(issue.key)
    sheet.journey.restore()
    sheet.add_box.press("End")
    sheet.type(" ")
    sheet.frame.locator(f"#found-{issue.id}").click()
    expect(sheet.row(issue)).to_be_visible()
    expect(sheet.add_box).to_have_value("")


def test_what_was_typed_comes_back_if_the_refusal_comes_after_the_box_was_left(sheet: Sheet) -> None:
    issue = sheet.work.issue("Refused late")
    sheet.open()
    door, adding = sheet.journey.door, list[Route]()

    def hold(route: Route, request: Request) -> None:
        if door.target(request)[1] == "/timesheet/rows":
            adding.append(route)
        else:
            route.fallback()

    sheet.journey.intercept(hold)
    sheet.add_box.fill(issue.key)
    sheet.frame.locator(f"#found-{issue.id}").click()
    sheet.press("Tab")
    expect(sheet.frame.locator("#found-issues [role=option]")).to_have_count(0)
    [route] = adding
    door.answer_in_place(route, 503, {"Content-Type": "text/html", "X-Request-Id": "r1"}, "<p>Try again</p>")
    expect(sheet.add_box).to_have_value(issue.key)


@pytest.mark.parametrize("key", ["Tab", "Escape"])
def test_issues_that_come_after_their_list_was_closed_are_not_shown(sheet: Sheet, key: str) -> None:
    sheet.open()
    options = sheet.frame.locator("#found-issues [role=option]")
    sheet.add_box.focus()
    expect(options.first).to_be_visible()
    let_go = hold_answer(sheet.journey, "/issues", lambda: sheet.type("P"))
    sheet.press(key)
    expect(options).to_have_count(0)
    sheet.frame.evaluate(SWAPPED)
    let_go()
    sheet.frame.evaluate("window.swapped")
    expect(options).to_have_count(0)
    expect(sheet.add_box).to_have_attribute("aria-expanded", "false")
    sheet.add_box.focus()
    if key == "Escape":
        sheet.press("Backspace")
    expect(options.first).to_be_visible()


@pytest.mark.each_door
def test_options_of_an_earlier_text_that_came_while_a_button_was_pressed_are_not_shown(sheet: Sheet) -> None:
    issue = sheet.work.issue("Found by its key")
    sheet.open(issue)
    held = HeldRequests(sheet.journey, "/issues?text=")
    sheet.title.hover()
    sheet.page.mouse.down()
    with sheet.journey.expect_answer("/issues?text="):
        sheet.press("a")
    held.hold(lambda: sheet.type(issue.key))
    sheet.page.mouse.up()
    held.release()
    expect(sheet.frame.locator(f"#found-{issue.id}")).to_have_attribute("aria-selected", "true")
