"""Typing fast while responses are slow: every value is saved where it was typed, and no keystroke is lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from jira_emulator.model import Issue
from tests.journeys.support.held_answer import hold_answer
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.journey import settle
from tests.journeys.support.sheet import FRI, HOUR, MON, THU, TUE, WED, Sheet

WORKLOG = "/rest/api/3/issue/*/worklog"
REFUSED = re.compile("refused")
TYPO = "“1_30” is not a duration."


def slow_requests(sheet: Sheet, milliseconds: int, *, path: str = "", method: str = "") -> None:
    """Delay the requests of this method, and whose address contains ``path``, on the way to the app."""
    sheet.frame.evaluate(
        """({ wait, path, method }) => document.addEventListener('htmx:config:request', (event) => {
            const { ctx } = event.detail;
            if (!ctx.request.action.includes(path) || (method && ctx.request.method !== method)) return;
            const send = ctx.fetch;
            ctx.fetch = (...given) => new Promise((go) => setTimeout(go, wait)).then(() => send(...given));
        })""",
        {"wait": milliseconds, "path": path, "method": method},
    )


def slow_app(sheet: Sheet) -> None:
    """Delay the save of every cell on the way to the app."""
    slow_requests(sheet, 400, path="/timesheet/cell", method="POST")


def keep_answer(sheet: Sheet, path: str) -> Callable[[], None]:
    """Keep the next answer for a change at ``path`` from the page; return what lets it go once it is there."""
    sheet.frame.evaluate(
        """path => document.addEventListener('htmx:config:request', function keep({ detail: { ctx } }) {
            if (ctx.request.method !== 'POST' || !ctx.request.action.endsWith(path)) return;
            document.removeEventListener('htmx:config:request', keep);
            const send = ctx.fetch;
            ctx.fetch = async (...given) => {
                const answer = await send(...given);
                await new Promise((go) => { window.letGo = go; });
                return answer;
            };
        })""",
        path,
    )

    def let_go() -> None:
        sheet.frame.wait_for_function("() => window.letGo !== undefined")
        sheet.frame.evaluate("window.letGo()")

    return let_go


def expect_marked(sheet: Sheet, issue: Issue) -> None:
    cell = sheet.cell(issue, MON)
    expect(cell).to_have_class(REFUSED)
    expect(cell).to_have_text("1_30")
    expect(sheet.problem).to_contain_text(TYPO)


def test_a_typo_in_a_fast_row_stays_in_its_cell(sheet: Sheet) -> None:
    issue = sheet.work.issue("A fast row")
    sheet.open(issue)
    sheet.cell(issue, MON).click()
    for text in ("1_30", "2", "3", "4"):
        sheet.type(text)
        sheet.press("Tab")
    sheet.expect_cells([(issue, TUE, "2:00"), (issue, WED, "3:00"), (issue, THU, "4:00")])
    expect_marked(sheet, issue)
    expect(sheet.cell(issue, FRI)).to_be_focused()
    expect(sheet.problem).to_contain_text("Alt ↓ goes to this cell.")
    assert sheet.work.logged(issue) == [(TUE, 2 * HOUR), (WED, 3 * HOUR), (THU, 4 * HOUR)]
    sheet.press("Alt+ArrowDown")
    expect(sheet.cell(issue, MON)).to_be_focused()
    expect(sheet.live).to_contain_text(TYPO)
    sheet.press("Enter")
    expect(sheet.input).to_have_value("1_30")
    expect(sheet.input).to_have_attribute("aria-invalid", "true")
    sheet.input.fill("1:30")
    sheet.press("Tab")
    expect(sheet.cell(issue, MON)).to_have_text("1:30")
    expect(sheet.problem).to_be_empty()
    expect(sheet.total).to_have_text("10:30")


@pytest.fixture(params=["app", "jira"])
def refusal(request: pytest.FixtureRequest) -> tuple[bool, str, str]:
    """Return whether Jira closes the issue, what is typed on it, and why the app or Jira refuses that."""
    if request.param == "app":
        return False, "1_30", TYPO
    return True, "1", "its workflow allows no changes of time there"


def open_with(sheet: Sheet, *issues: Issue, close: bool) -> None:
    """Open the sheet with these issues, and close the first one when it is too late to lock its row."""
    sheet.open()
    with sheet.journey.expect_answer("/timesheet/row-locks"):
        sheet.show(*issues)
    if close:
        sheet.work.close(issues[0])


@pytest.mark.parametrize("moment", ["before the next key", "in the next cell", "at the Tab"])
def test_a_refusal_at_any_moment_takes_no_key_away(
    sheet: Sheet, moment: str, refusal: tuple[bool, str, str]
) -> None:
    close, text, sentence = refusal
    issue = sheet.work.issue("Refused")
    open_with(sheet, issue, close=close)
    slow_app(sheet)
    sheet.enter(issue, MON, text, "Tab")
    if moment == "in the next cell":
        sheet.type("2")
    elif moment == "at the Tab":
        sheet.press("Tab", "Tab", "Shift+Tab")
    expect(sheet.problem).to_contain_text(sentence)
    expect(sheet.live).to_contain_text(sentence)
    if moment == "in the next cell":
        expect(sheet.input).to_be_focused()
        sheet.type(":30")
        expect(sheet.input).to_have_value("2:30")
        sheet.press("Escape")
    expect(sheet.cell(issue, WED if moment == "at the Tab" else TUE)).to_be_focused()
    expect(sheet.cell(issue, MON)).to_have_class(REFUSED)
    expect(sheet.cell(issue, MON)).to_have_text(text)
    assert sheet.work.logged(issue) == []


def test_a_refusal_in_the_cell_that_is_typed_in_again_leaves_the_field(
    sheet: Sheet, refusal: tuple[bool, str, str]
) -> None:
    close, text, _ = refusal
    issue = sheet.work.issue("Refused")
    open_with(sheet, issue, close=close)
    slow_app(sheet)
    sheet.enter(issue, MON, text, "Tab")
    sheet.press("Shift+Tab")
    sheet.type("1")
    sheet.input.evaluate("input => { input.dataset.same = ''; }")
    expect(sheet.cell(issue, MON)).to_have_class(REFUSED)
    expect(sheet.input).to_have_attribute("data-same", "")
    expect(sheet.input).to_be_focused()
    sheet.type("5m")
    expect(sheet.input).to_have_value("15m")
    sheet.press("Escape")
    expect(sheet.cell(issue, MON)).to_have_text("")
    expect(sheet.problem).to_be_empty()


def test_a_refusal_two_cells_on_leaves_what_is_typed_where_it_is(
    sheet: Sheet, refusal: tuple[bool, str, str]
) -> None:
    close, text, _ = refusal
    issue, other = sheet.work.issue("Refused"), sheet.work.issue("Goes on")
    open_with(sheet, issue, other, close=close)
    slow_app(sheet)
    sheet.enter(issue, MON, text, "Tab")
    sheet.press("ArrowDown")
    sheet.type("3")
    sheet.press("Tab")
    sheet.type("4")
    expect(sheet.cell(issue, MON)).to_have_class(REFUSED)
    expect(sheet.input).to_have_value("4")
    sheet.press("Enter")
    sheet.expect_cells([(other, TUE, "3:00"), (other, WED, "4:00")])
    assert sheet.work.logged(other) == [(TUE, 3 * HOUR), (WED, 4 * HOUR)]
    assert sheet.work.logged(issue) == []


def test_an_answer_changes_a_cell_around_the_field_of_who_types_in_it(sheet: Sheet) -> None:
    issue = sheet.work.issue("Again")
    sheet.open(issue)
    slow_app(sheet)
    sheet.enter(issue, MON, "1", "Tab")
    sheet.press("Shift+Tab")
    sheet.type("2")
    sheet.input.evaluate("input => { input.dataset.same = ''; }")
    expect(sheet.cell(issue, MON)).not_to_have_attribute("aria-busy", "true")
    expect(sheet.cell(issue, MON)).to_have_attribute("data-w", re.compile(r"\d"))
    expect(sheet.input).to_have_attribute("data-same", "")
    expect(sheet.input).to_be_focused()
    sheet.press("Tab")
    sheet.expect_cells([(issue, MON, "2:00")])
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]


def test_an_older_answer_leaves_the_newer_totals(sheet: Sheet) -> None:
    issue, other = sheet.work.issue("Sooner"), sheet.work.issue("Later")
    sheet.open(issue, other)
    let_go = keep_answer(sheet, "/timesheet/cell")
    sheet.enter(issue, MON, "1")
    sheet.frame.wait_for_function("() => window.letGo !== undefined")
    sheet.enter(other, MON, "2")
    expect(sheet.total).to_have_text("3:00")
    let_go()
    sheet.expect_cells([(issue, MON, "1:00"), (other, MON, "2:00")])
    expect(sheet.day_total(MON)).to_have_text("3:00")
    expect(sheet.total).to_have_text("3:00")


def test_a_value_that_follows_a_typo_in_the_same_cell_is_sent(sheet: Sheet) -> None:
    issue = sheet.work.issue("Corrected at once")
    sheet.open(issue)
    slow_app(sheet)
    sheet.enter(issue, MON, "1_30", "Tab")
    sheet.press("Shift+Tab")
    sheet.type("1:30")
    sheet.press("Tab")
    sheet.expect_cells([(issue, MON, "1:30")])
    expect(sheet.frame.locator("td.refused")).to_have_count(0)
    assert sheet.work.logged(issue) == [(MON, 90 * 60)]
    # Over the time that is there now.
    sheet.enter(issue, MON, "2_0", "Tab")
    sheet.press("Shift+Tab")
    sheet.type("120m")
    sheet.press("Tab")
    sheet.expect_cells([(issue, MON, "2:00")])
    assert sheet.work.logged(issue) == [(MON, 120 * 60)]
    # The other way round, Escape leads back to what was saved first.
    sheet.enter(issue, MON, "90m", "Tab")
    sheet.press("Shift+Tab")
    sheet.type("3_0")
    sheet.press("Tab")
    expect(sheet.cell(issue, MON)).to_have_class(REFUSED)
    sheet.press("Shift+Tab", "Escape")
    expect(sheet.cell(issue, MON)).to_have_text("1:30")
    assert sheet.work.logged(issue) == [(MON, 90 * 60)]


def test_a_cell_that_was_cleared_on_the_way_to_a_month_takes_new_time_there(sheet: Sheet) -> None:
    issue = sheet.work.issue("Cleared and typed again")
    sheet.work.log(issue, MON, HOUR)
    sheet.open(issue)
    held = HeldRequests(sheet.journey, "/timesheet")
    sheet.cell(issue, MON).click()
    held.hold(lambda: sheet.press("Delete"))
    sheet.press("m")
    expect(sheet.title).to_have_text("March 2030")
    # The month is read again after the answer, but not yet.
    held.hold(held.release_first)
    sheet.enter(issue, MON, "2")
    expect(sheet.live).to_contain_text("Saved 2h")
    held.release()
    sheet.expect_cells([(issue, MON, "2:00")])
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]


@pytest.mark.parametrize(("before", "cleared"), [(False, False), (True, False), (True, True)])
def test_a_time_typed_over_one_that_is_being_undone_is_saved(
    sheet: Sheet, *, before: bool, cleared: bool
) -> None:
    issue = sheet.work.issue("Undone and typed again")
    if before:
        sheet.work.log(issue, MON, HOUR)
    sheet.open(issue)
    if cleared:
        sheet.cell(issue, MON).click()
        sheet.press("Delete")
        sheet.expect_cells([(issue, MON, "")])
    else:
        sheet.enter(issue, MON, "3")
        sheet.expect_cells([(issue, MON, "3:00")])
    let_go = keep_answer(sheet, "/worklogs/undo")
    sheet.press("Control+z")
    sheet.frame.wait_for_function("() => window.letGo !== undefined")
    sheet.enter(issue, MON, "2")
    let_go()
    sheet.expect_cells([(issue, MON, "2:00")])
    expect(sheet.frame.locator("td.refused")).to_have_count(0)
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]
    sheet.press("Control+z")
    expect(sheet.cell(issue, MON)).to_have_text("1:00" if before else "")
    assert sheet.work.logged(issue) == ([(MON, HOUR)] if before else [])


@pytest.mark.each_door
@pytest.mark.parametrize(
    ("keys", "left"),
    [("zy", 3), ("zz", 0), ("zzyy", 3), ("zzy", 1)],
)
def test_a_time_is_typed_over_what_all_unanswered_undos_leave(sheet: Sheet, keys: str, left: int) -> None:
    issue = sheet.work.issue("Undone, redone, and typed again")
    sheet.open(issue)
    for text in ("1", "3"):
        sheet.enter(issue, MON, text)
        sheet.expect_cells([(issue, MON, f"{text}:00")])
    held = HeldRequests(sheet.journey, "/worklogs/undo")
    held.hold(lambda: sheet.press("Control+z"))
    sheet.press(*[f"Control+{key}" for key in keys[1:]])
    sheet.enter(issue, MON, "2")
    settle(sheet.frame)
    held.release()
    sheet.expect_cells([(issue, MON, "2:00")])
    expect(sheet.live).to_contain_text("Saved 2h")
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]
    sheet.press("Control+z")
    expect(sheet.cell(issue, MON)).to_have_text(f"{left}:00" if left else "")
    assert sheet.work.logged(issue) == ([(MON, left * HOUR)] if left else [])


def test_a_refused_text_gives_way_to_the_time_that_was_read_while_it_was_sent(sheet: Sheet) -> None:
    issue = sheet.work.issue("Changed meanwhile")
    row = sheet.work.log(issue, MON, HOUR)
    sheet.open()
    requests = HeldRequests(sheet.journey, "/timesheet/cell")
    requests.hold(lambda: sheet.enter(issue, MON, "1_30", "Tab"))
    sheet.work.change(row, 3 * HOUR)
    sheet.read_again()
    expect(sheet.day_total(MON)).to_have_text("3:00")
    expect(sheet.cell(issue, MON)).to_have_text("1_30")
    requests.release()
    expect_marked(sheet, issue)
    sheet.press("Shift+Tab", "Escape")
    expect(sheet.problem).to_be_empty()
    expect(sheet.cell(issue, MON)).to_have_text("3:00")


def test_a_sentence_that_is_said_again_is_announced_again(sheet: Sheet) -> None:
    one, two = sheet.work.issue("First"), sheet.work.issue("Second")
    sheet.open(one, two)
    sheet.cell(one, FRI).click()
    said = []
    for _ in range(3):
        sheet.press("Alt+ArrowDown")
        expect(sheet.live).to_contain_text("No cell is marked")
        said.append(sheet.live.text_content())
    assert said[0] != said[1] != said[2], "an unchanged region is not announced"


def test_a_key_leads_from_one_marked_cell_to_the_next(sheet: Sheet) -> None:
    one, two = sheet.work.issue("First"), sheet.work.issue("Second")
    sheet.open(one, two)
    sheet.cell(one, FRI).click()
    sheet.press("?")
    expect(sheet.frame.locator("#keys")).to_contain_text("next cell that was not saved")
    sheet.press("Escape")
    sheet.cell(one, FRI).click()
    sheet.press("Alt+ArrowDown")
    expect(sheet.live).to_contain_text("No cell is marked")
    sheet.cell(one, MON).click()
    sheet.type("9x")
    sheet.press("Tab")
    expect(sheet.frame.locator("td.refused")).to_have_count(1)
    sheet.cell(two, WED).click()
    sheet.type("8x")
    sheet.press("Tab")
    expect(sheet.frame.locator("td.refused")).to_have_count(2)
    expect(sheet.problem).to_contain_text("2 cells are not saved")
    sheet.press("Alt+ArrowDown")
    expect(sheet.cell(one, MON)).to_be_focused()
    sheet.press("Alt+ArrowDown")
    expect(sheet.cell(two, WED)).to_be_focused()
    sheet.cell(two, FRI).click()
    sheet.type("7")
    sheet.press("Alt+ArrowDown")
    sheet.expect_cells([(two, FRI, "7:00")])
    expect(sheet.cell(one, MON)).to_be_focused()


def ask_for_list(sheet: Sheet) -> tuple[Issue, Callable[[], None]]:
    """Ask for the list of a cell, and go on to the next cell; return the issue, and what lets the list come."""
    issue = sheet.work.issue("Late list")
    sheet.work.log(issue, MON, HOUR)
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.cell(issue, MON).click()
    let_come = hold_answer(sheet.journey, "/worklogs/cell", lambda: sheet.press("Shift+Enter"))
    sheet.press("Tab")
    return issue, let_come


def test_a_dialog_that_comes_late_does_not_open_over_somebody_who_types(sheet: Sheet) -> None:
    issue, let_come = ask_for_list(sheet)
    sheet.type("1")
    let_come()
    expect(sheet.live).to_contain_text("stays closed because you are typing")
    sheet.type("5m")
    sheet.press("Enter")
    sheet.expect_cells([(issue, TUE, "0:15")])
    expect(sheet.frame.locator("#dialog")).not_to_be_visible()


def test_a_text_is_saved_when_its_field_is_left_after_a_dialog_came_late(sheet: Sheet) -> None:
    issue, let_come = ask_for_list(sheet)
    sheet.type("15m")
    let_come()
    expect(sheet.live).to_contain_text("stays closed because you are typing")
    sheet.frame.locator(".cell-input").blur()
    sheet.expect_cells([(issue, TUE, "0:15")])


def test_a_time_may_begin_with_any_sign_or_digit(sheet: Sheet) -> None:
    issue = sheet.work.issue("Signs and digits")
    sheet.open(issue)
    sheet.enter(issue, MON, ":30")
    sheet.enter(issue, TUE, "-2")
    expect(sheet.problem).to_contain_text("A duration cannot be negative.")
    expect(sheet.cell(issue, TUE)).to_have_class(REFUSED)
    for day, key in ((WED, "½"), (THU, "٢")):
        sheet.cell(issue, day).click()
        sheet.frame.evaluate(
            """(key) => document.activeElement.dispatchEvent(
                new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))""",
            key,
        )
        sheet.press("Enter")
    sheet.expect_cells([(issue, MON, "0:30"), (issue, WED, "0:30"), (issue, THU, "2:00")])
    assert sheet.work.logged(issue) == [(MON, HOUR // 2), (WED, HOUR // 2), (THU, 2 * HOUR)]


def test_more_than_a_day_is_saved_with_a_warning(sheet: Sheet) -> None:
    issue = sheet.work.issue("Too long a day")
    sheet.open(issue)
    sheet.enter(issue, MON, "25")
    flag = sheet.frame.locator("#flags .flag")
    expect(flag).to_contain_text("That makes 25h on one day.")
    expect(flag).to_have_class(re.compile("warning"))
    expect(flag.locator(".icon-warning")).to_be_visible()
    expect(flag.locator(".icon-success")).to_have_count(0)
    expect(sheet.live).to_contain_text("That makes 25h on one day.")
    assert sheet.work.logged(issue) == [(MON, 25 * HOUR)]


def test_what_is_typed_and_not_saved_is_not_lost_by_reloading(sheet: Sheet) -> None:
    issue = sheet.work.issue("Typed")
    sheet.work.log(issue, MON, HOUR)
    sheet.open(issue)
    sheet.cell(issue, MON).click()
    sheet.type("2:15")
    sheet.stay()
    sheet.press("Enter")
    expect(sheet.cell(issue, MON)).to_have_text("2:15")
    sheet.cell(issue, MON).click()
    sheet.type(";Only a comment")
    sheet.stay()
    sheet.press("Escape")
    sheet.enter(issue, TUE, "2 nothings")
    expect(sheet.cell(issue, TUE)).to_have_class(re.compile("refused"))
    sheet.stay()
    sheet.cell(issue, TUE).click()
    sheet.press("Escape")
    sheet.frame.get_by_role("button", name="List").click()
    line = sheet.frame.locator(".line-duration input[data-was]")
    line.fill("3:30")
    sheet.stay()
    line.press("Enter")
    expect(line).to_have_attribute("data-was", "3:30")


def test_what_is_typed_into_a_form_while_it_is_refused_stays(sheet: Sheet) -> None:
    issue = sheet.work.issue("Typed on")
    sheet.open(issue)
    sheet.cell(issue, TUE).click()
    sheet.press("Shift+Enter")
    dialog = sheet.frame.locator("#dialog")
    dialog.get_by_label("Time spent", exact=True).fill("1:75")
    comment = dialog.get_by_label("Comment")
    comment.fill("one")
    slow_requests(sheet, 500, method="POST")
    sheet.press("Control+Enter")
    sheet.type(" and two")
    expect(dialog.locator("#error-duration")).to_contain_text("at most 59 minutes")
    expect(comment).to_have_value("one and two")
    expect(comment).to_be_focused()


def test_what_is_typed_into_a_line_while_it_is_saved_stays(sheet: Sheet) -> None:
    issue = sheet.work.issue("Typed on in the list")
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.frame.get_by_role("button", name="List").click()
    line = sheet.frame.get_by_label(re.compile("^Time on"))
    line.fill("2")
    slow_requests(sheet, 500, method="POST")
    sheet.press("Enter")
    sheet.type("5m")
    expect(sheet.frame.locator(".list-day").filter(has=line)).to_contain_text("2:00")
    expect(line).to_have_value("25m")
    expect(line).to_be_focused()
    sheet.press("Enter")
    expect(line).to_have_value("0:25")
    assert sheet.work.logged(issue) == [(MON, 25 * 60)]


def test_a_line_shows_what_was_saved_after_a_dialog_came_late(sheet: Sheet) -> None:
    issue = sheet.work.issue("Late dialog in the list")
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.frame.get_by_role("button", name="List").click()
    line = sheet.frame.get_by_label(re.compile("^Time on"))
    slow_requests(sheet, 500, method="GET")
    sheet.frame.locator(".line").get_by_role("button", name=re.compile("^Edit")).click()
    line.fill("2")
    expect(sheet.live).to_contain_text("stays closed because you are typing")
    sheet.type("5m")
    sheet.press("Enter")
    expect(line).to_have_value("0:25")
    assert sheet.work.logged(issue) == [(MON, 25 * 60)]
