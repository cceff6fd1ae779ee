"""The sheet shows the days that were chosen last, in whatever order the answers arrive."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.journey import Journey, settle
from tests.journeys.support.sheet import HOUR, MON, NOW, TUE, WED, Sheet
from tests.journeys.timesheet.test_clipboard import paste
from tests.journeys.timesheet.test_daylist import open_list

CHANGED = "window.htmx.trigger(document.body, 'sheet-changed')"
MIDNIGHT = datetime(2030, 3, 13, 23, tzinfo=UTC)
"""The instant at which Thursday begins in the person's time zone, Berlin."""
SHOWN, NEXT = "11–17 Mar 2030", "18–24 Mar 2030"
WATCH_TOTAL = """() => {
    window.totals = [];
    const note = () => {
        const { textContent } = document.getElementById('lt');
        if (textContent !== '2:00') window.totals.push(textContent);
    };
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
SHOW = """state => {
    Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
}"""
HOLD = """source => {
    window.released = new Promise((go) => { window.release = go; });
    document.addEventListener('htmx:config:request', (event) => {
        const { ctx } = event.detail;
        if (ctx.sourceElement.id !== source || window.held) return;
        window.held = ctx;
        const send = ctx.fetch ?? window.fetch.bind(window);
        ctx.fetch = (...given) => send(...given).finally(() => window.released);
    });
    document.addEventListener('htmx:finally:request', ({ detail }) => {
        if (detail.ctx === window.held) window.answered = true;
    });
}"""


def hold(sheet: Sheet, source: str) -> None:
    """Hold the answer to the next request of this element, which the app gets at once."""
    sheet.frame.evaluate(HOLD, source)


def expect_read(sheet: Sheet) -> AbstractContextManager[object]:
    """Wait for an answer with the sheet that the page does not read yet, so its body is unknown."""
    target = sheet.journey.door.target
    return sheet.page.expect_response(lambda answer: "/timesheet?" in target(answer.request)[1])


def release(sheet: Sheet) -> None:
    """Let the page have the answer, and wait until it is done with it."""
    sheet.frame.wait_for_function("() => window.held")
    sheet.frame.evaluate("window.release()")
    sheet.frame.wait_for_function("() => window.answered")


def go_on(sheet: Sheet) -> None:
    """Go to the next week."""
    sheet.title.click()
    sheet.press("j")


def test_an_older_reload_does_not_bring_the_week_before_back(sheet: Sheet) -> None:
    sheet.open(sheet.work.issue("Changed elsewhere"))
    hold(sheet, "sheet-again")
    sheet.frame.evaluate(CHANGED)
    go_on(sheet)
    expect(sheet.title).to_have_text(NEXT)
    release(sheet)
    expect(sheet.title).to_have_text(NEXT)


def test_a_row_that_is_pinned_on_the_way_to_another_week_is_pinned_there(sheet: Sheet) -> None:
    issue = sheet.work.issue("A late pin")
    sheet.open(issue)
    hold(sheet, "row-change")
    sheet.cell(issue, MON).click()
    sheet.press("p")
    go_on(sheet)
    release(sheet)
    expect(sheet.title).to_have_text(NEXT)
    expect(sheet.row(issue).locator(".pin")).to_have_attribute("aria-pressed", "true")


def test_a_row_that_is_pinned_after_the_step_to_another_week_is_pinned_there(sheet: Sheet) -> None:
    issue = sheet.work.issue("A later pin")
    sheet.open(issue)
    sheet.cell(issue, MON).click()
    requests = HeldRequests(sheet.journey, "/timesheet?")
    requests.hold(lambda: sheet.press("j"))
    with sheet.journey.expect_answer("/timesheet/rows"):
        sheet.press("p")
    requests.release()
    expect(sheet.title).to_have_text(NEXT)
    expect(sheet.row(issue).locator(".pin")).to_have_attribute("aria-pressed", "true")


def test_a_change_on_the_way_to_another_week_is_shown_there(sheet: Sheet) -> None:
    issue = sheet.work.issue("Changed on the way")
    sheet.open(issue)
    hold(sheet, "sheet-choice")
    go_on(sheet)
    sheet.frame.wait_for_function("() => window.held")
    expect(sheet.title).to_have_text(SHOWN)
    with sheet.journey.expect_answer("day=2030-03-18"):
        sheet.frame.evaluate(CHANGED)
        release(sheet)
    expect(sheet.title).to_have_text(NEXT)


def test_a_change_while_the_sheet_is_read_again_is_read_too(sheet: Sheet) -> None:
    sheet.open(sheet.work.issue("Two changes"))
    hold(sheet, "sheet-again")
    sheet.frame.evaluate(CHANGED)
    sheet.frame.wait_for_function("() => window.held")
    sheet.frame.evaluate(CHANGED)
    with sheet.journey.expect_answer("/timesheet?"):
        release(sheet)
    expect(sheet.title).to_have_text(SHOWN)


def test_what_a_week_brings_with_it_does_not_have_the_week_read_again(sheet: Sheet) -> None:
    sheet.work.log(sheet.work.issue("Next week"), MON + timedelta(days=7), HOUR)
    sheet.open()
    urls = sheet.journey.record_requests()
    with sheet.journey.expect_answer("/timesheet/row-locks"):
        go_on(sheet)
    with sheet.journey.expect_answer("/suggestions"):
        sheet.frame.get_by_role("button", name="Calendar").click()
    expect(sheet.frame.locator("#calendar.arranged")).to_be_visible()
    settle(sheet.frame)
    assert len([url for url in urls if "/timesheet?" in url]) == 2


def test_a_page_that_stays_on_the_screen_over_midnight_is_read_again(sheet: Sheet) -> None:
    issue = sheet.work.issue("Open overnight")
    clock = sheet.work.stage.cloud.cloud.clock
    clock.travel((MIDNIGHT - clock()).total_seconds() - 90)
    sheet.page.clock.install(time=MIDNIGHT - timedelta(seconds=90))
    sheet.open(issue)
    expect(sheet.grid.locator("th.now")).to_contain_text("13")
    sheet.cell(issue, MON).click()
    sheet.type("2")
    clock.travel(120)
    # It is midnight in the person's time zone, and not in the browser's.
    with sheet.journey.expect_answer("/timesheet?"):
        sheet.page.clock.run_for("02:00")
    expect(sheet.grid.locator("th.now")).to_contain_text("14")
    expect(sheet.input).to_have_value("2")
    expect(sheet.input).to_be_focused()
    sheet.press("Enter")
    sheet.expect_cells([(issue, MON, "2:00")])
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]


def test_a_page_to_which_somebody_comes_back_on_the_next_day_is_read_once(sheet: Sheet) -> None:
    issue = sheet.work.issue("Back in the morning")
    sheet.page.clock.install(time=MIDNIGHT)
    sheet.open(issue)
    urls = sheet.journey.record_requests()
    sheet.frame.evaluate(SHOW, "hidden")
    sheet.page.clock.run_for("24:00:00")
    with sheet.journey.expect_answer("/timesheet?"):
        sheet.frame.evaluate(SHOW, "visible")
        sheet.frame.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(sheet.frame.locator("#sheet-again.htmx-request")).to_have_count(0)
    settle(sheet.frame)
    assert len([url for url in urls if "/timesheet?" in url]) == 1


def test_what_was_read_before_a_save_does_not_take_the_saved_time_away(sheet: Sheet) -> None:
    issue = sheet.work.issue("Saved while the sheet was read")
    sheet.open(issue)
    hold(sheet, "sheet-again")
    with expect_read(sheet):
        sheet.frame.evaluate("window.htmx.trigger(document.body, 'changed-elsewhere')")
    sheet.enter(issue, MON, "2")
    expect(sheet.total).to_have_text("2:00")
    sheet.frame.evaluate(WATCH_TOTAL)
    with expect_read(sheet):
        release(sheet)
    sheet.expect_cells([(issue, MON, "2:00")])
    assert sheet.frame.evaluate("window.totals") == []


def test_what_was_read_before_a_line_of_the_list_was_saved_is_not_shown(sheet: Sheet) -> None:
    row = sheet.work.log(sheet.work.issue("Saved in the list"), MON, HOUR)
    open_list(sheet)
    hold(sheet, "sheet-again")
    with expect_read(sheet):
        sheet.frame.evaluate("window.htmx.trigger(document.body, 'changed-elsewhere')")
    field, head = sheet.frame.locator(f"#d{row.id}"), sheet.frame.locator(f"#head-{MON} b")
    field.fill("2")
    field.press("Enter")
    expect(head).to_have_text("2:00")
    with expect_read(sheet):
        release(sheet)
    expect(field).to_have_value("2:00")


def test_a_week_that_is_chosen_during_a_save_is_shown(sheet: Sheet) -> None:
    issue = sheet.work.issue("Saved on the way")
    sheet.open(issue)
    save = HeldRequests(sheet.journey, "/timesheet/cell")
    save.hold(lambda: sheet.enter(issue, MON, "2"))
    hold(sheet, "sheet-choice")
    go_on(sheet)
    sheet.frame.wait_for_function("() => window.held")
    with sheet.journey.expect_answer("/timesheet/cell"):
        save.release()
    release(sheet)
    expect(sheet.title).to_have_text(NEXT)
    sheet.press("k")
    expect(sheet.title).to_have_text(SHOWN)
    sheet.expect_cells([(issue, MON, "2:00")])


def test_a_look_at_the_timer_does_not_end_the_reading_of_other_days(sheet: Sheet) -> None:
    sheet.open(sheet.work.issue("Read beside the timer"))
    held = HeldRequests(sheet.journey, "/timesheet?")
    held.hold(sheet.frame.get_by_role("button", name="Next").click)
    with sheet.journey.expect_answer("/timer?"):
        sheet.frame.evaluate("() => window.htmx.trigger(document.body, 'timer-changed')")
    held.release()
    expect(sheet.title).to_have_text("18–24 Mar 2030")


def leave(sheet: Sheet, away: str) -> None:
    """Leave the page, whose clock is installed, and come back after this long."""
    assert sheet.work.stage.jira.flush_webhooks(), "the app does not know of the last change"
    sheet.frame.evaluate("window.dispatchEvent(new Event('blur'))")
    sheet.page.clock.run_for(away)
    sheet.frame.evaluate("window.dispatchEvent(new Event('focus'))")


def test_what_is_saved_in_one_tab_is_seen_in_the_other(sheet: Sheet, page: Page) -> None:
    issue = sheet.work.issue("In two tabs")
    sheet.work.log(issue, MON, HOUR)
    journey = Journey(page.context.new_page(), sheet.journey.stage, sheet.journey.person)
    sheet.open()
    other = Sheet(journey, sheet.work).open()
    other.cell(issue, MON).click()
    other.press("Shift+ArrowRight")
    sheet.work.forget_calls()
    sheet.enter(issue, TUE, "2")
    other.expect_cells([(issue, TUE, "2:00")])
    expect(other.total).to_have_text("3:00")
    expect(other.grid.locator("[aria-selected=true]")).to_have_count(2)
    expect(other.cell(issue, TUE)).to_be_focused()
    assert [call for call in sheet.work.calls() if "/search" in call] == []

    other.enter(issue, WED, "3")
    sheet.expect_cells([(issue, WED, "3:00")])
    other.press("Control+z")
    sheet.expect_cells([(issue, WED, "")])
    assert sheet.work.logged(issue) == [(MON, HOUR), (TUE, 2 * HOUR)]
    assert journey.unexpected() == []


@pytest.mark.each_door
def test_a_tab_keeps_its_layout_when_another_one_chooses_a_list(sheet: Sheet, page: Page) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.open(issue)
    other = Journey(page.context.new_page(), sheet.journey.stage, sheet.journey.person)
    open_list(Sheet(other, sheet.work))
    sheet.cell(issue, TUE).click()
    with sheet.journey.expect_answer("/timesheet?"):
        sheet.read_again()
    expect(sheet.cell(issue, TUE)).to_be_focused()
    sheet.press("j")
    expect(sheet.title).to_have_text(NEXT)
    expect(sheet.grid).to_be_visible()
    sheet.frame.get_by_role("button", name="Calendar").click()
    expect(sheet.frame.locator("#calendar")).to_be_visible()
    assert other.unexpected() == []


def test_somebody_who_comes_back_sees_what_was_logged_on_another_device(sheet: Sheet) -> None:
    issue = sheet.work.issue("On two devices")
    sheet.page.clock.install(time=NOW)
    sheet.open(issue)
    sheet.cell(issue, MON).click()
    sheet.work.log(issue, TUE, HOUR)
    urls = sheet.journey.record_requests()
    leave(sheet, "00:10")
    settle(sheet.frame)
    assert [url for url in urls if "/timesheet?" in url] == []
    with sheet.journey.expect_answer("/timesheet?"):
        leave(sheet, "00:31")
    sheet.expect_cells([(issue, TUE, "1:00")])
    expect(sheet.cell(issue, MON)).to_be_focused()


def test_a_machine_that_wakes_up_shows_what_was_logged_meanwhile(sheet: Sheet) -> None:
    issue = sheet.work.issue("Asleep")
    sheet.page.clock.install(time=NOW)
    sheet.open(issue)
    sheet.cell(issue, MON).click()
    sheet.type("2")
    sheet.work.log(issue, TUE, HOUR)
    urls = sheet.journey.record_requests()
    sheet.page.clock.run_for("02:00")
    settle(sheet.frame)
    assert [url for url in urls if "/timesheet?" in url] == []
    with sheet.journey.expect_answer("/timesheet?"):
        # The clock goes on without the page, as during sleep.
        sheet.page.clock.fast_forward("10:00")
    sheet.expect_cells([(issue, TUE, "1:00")])
    expect(sheet.input).to_have_value("2")
    expect(sheet.input).to_be_focused()


def test_a_text_that_is_typed_over_time_from_elsewhere_does_not_replace_it_unseen(sheet: Sheet) -> None:
    issue = sheet.work.issue("Typed and logged")
    sheet.page.clock.install(time=NOW)
    sheet.open(issue)
    sheet.cell(issue, MON).click()
    sheet.type("2")
    sheet.work.log(issue, MON, HOUR)
    with sheet.journey.expect_answer("/timesheet?"):
        leave(sheet, "00:31")
    expect(sheet.total).to_have_text("1:00")
    sheet.type(",5")
    expect(sheet.input).to_have_value("2,5")
    sheet.press("Enter")
    expect(sheet.problem).to_contain_text("1:00")
    assert sheet.work.logged(issue) == [(MON, HOUR)]
    sheet.cell(issue, MON).click()
    sheet.press("Enter", "Enter")
    sheet.expect_cells([(issue, MON, "2:30")])
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR + HOUR // 2)]
    # What is typed is the same as what was logged elsewhere, so it is seen, and the next text replaces it.
    sheet.cell(issue, MON).click()
    sheet.type("3")
    sheet.work.change(sheet.work.rows(issue)[0], 3 * HOUR)
    assert sheet.work.stage.jira.flush_webhooks()
    with sheet.journey.expect_answer("/timesheet?"):
        leave(sheet, "00:31")
    expect(sheet.total).to_have_text("3:00")
    sheet.type(":00")
    sheet.press("Enter")
    sheet.enter(issue, MON, "4")
    sheet.expect_cells([(issue, MON, "4:00")])
    assert sheet.work.logged(issue) == [(MON, 4 * HOUR)]


def test_a_field_that_was_only_opened_changes_nothing_that_was_logged_elsewhere(sheet: Sheet) -> None:
    issue = sheet.work.issue("Opened and changed")
    row = sheet.work.log(issue, MON, HOUR)
    sheet.page.clock.install(time=NOW)
    sheet.open()
    sheet.cell(issue, MON).click()
    sheet.press("F2")
    sheet.work.change(row, 2 * HOUR)
    with sheet.journey.expect_answer("/timesheet?"):
        leave(sheet, "00:31")
    expect(sheet.input).to_have_value("2:00")
    sheet.press("Enter")
    sheet.expect_cells([(issue, MON, "2:00")])
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]


def test_somebody_who_comes_back_before_the_network_sees_the_time_once_it_is_there(sheet: Sheet) -> None:
    issue = sheet.work.issue("Back before the network")
    sheet.page.clock.install(time=NOW)
    sheet.open(issue)
    sheet.journey.allow("Failed to load resource|htmx:error|Failed to fetch")
    sheet.page.context.set_offline(True)
    leave(sheet, "00:31")
    problem = sheet.frame.locator("#sheet-problem")
    expect(problem).to_contain_text("Timesheet could not be reached")
    sheet.work.log(issue, TUE, HOUR)
    assert sheet.work.stage.jira.flush_webhooks()
    with sheet.journey.expect_answer("/timesheet?"):
        sheet.page.context.set_offline(False)
    sheet.expect_cells([(issue, TUE, "1:00")])
    expect(problem).to_be_hidden()


def test_a_block_that_is_pasted_in_one_tab_is_read_once_in_the_other(sheet: Sheet, page: Page) -> None:
    issues = [sheet.work.issue(f"Pasted {n}") for n in range(3)]
    journey = Journey(page.context.new_page(), sheet.journey.stage, sheet.journey.person)
    sheet.open(*issues)
    other = Sheet(journey, sheet.work).open()
    urls = other.journey.record_requests()
    sheet.cell(issues[0], MON).click()
    paste(sheet, "1\t1\t1\n" * len(issues))
    other.expect_cells([(issue, WED, "1:00") for issue in issues])
    assert len([url for url in urls if "/timesheet?" in url]) == 1
    assert journey.unexpected() == []


def test_a_row_that_is_gone_elsewhere_stays_only_while_somebody_types_in_it(sheet: Sheet) -> None:
    gone, other = sheet.work.issue("Gone elsewhere"), sheet.work.issue("Beside it")
    row = sheet.work.log(gone, MON, HOUR)
    sheet.open(other)
    sheet.cell(gone, TUE).click()
    sheet.type("2")
    sheet.work.delete(row)
    sheet.work.log(other, MON, HOUR)
    assert sheet.work.stage.jira.flush_webhooks()
    sheet.frame.evaluate("window.htmx.trigger(document.body, 'changed-elsewhere')")
    expect(sheet.live).to_have_text("These days stay on the screen because you are typing.")
    expect(sheet.input).to_have_value("2")
    sheet.press("Escape")
    expect(sheet.row(gone)).to_have_count(0)
    sheet.expect_cells([(other, MON, "1:00")])


def test_a_total_never_contains_time_of_another_day_that_its_column_does_not_show(sheet: Sheet) -> None:
    issue = sheet.work.issue("Changed on another device")
    row = sheet.work.log(issue, MON, 5 * HOUR)
    sheet.open()
    sheet.work.change(row, HOUR)
    assert sheet.work.stage.jira.flush_webhooks()
    urls = sheet.journey.record_requests()
    sheet.enter(issue, TUE, "2")
    sheet.expect_cells([(issue, MON, "1:00"), (issue, TUE, "2:00")])
    expect(sheet.total).to_have_text("3:00")
    sheet.enter(issue, WED, "1")
    expect(sheet.total).to_have_text("4:00")
    assert len([url for url in urls if "/timesheet?" in url]) == 1, "nothing else changed elsewhere"


@pytest.mark.each_door
def test_the_focus_stays_on_its_day_when_time_moves_between_other_days(sheet: Sheet) -> None:
    """A morph takes the empty cell of the second day for the first, and the focused one for that of the second."""
    issue = sheet.work.issue("Moved on another device")
    row = sheet.work.log(issue, MON, 3 * HOUR)
    sheet.open()
    sheet.cell(issue, WED).click()
    sheet.work.delete(row)
    sheet.work.log(issue, TUE, 2 * HOUR)
    sheet.read_again()
    expect(sheet.cell(issue, TUE)).to_have_text("2:00")
    expect(sheet.cell(issue, WED)).to_be_focused()
    sheet.type("1")
    sheet.press("Enter")
    sheet.expect_cells([(issue, MON, ""), (issue, TUE, "2:00"), (issue, WED, "1:00")])
    assert sheet.work.logged(issue) == [(TUE, 2 * HOUR), (WED, HOUR)]


def test_the_focus_returns_to_its_day_in_a_browser_that_leaves_it_on_the_element(sheet: Sheet) -> None:
    """Chromium takes the focus from an element that loses its tabindex in a morph; not every browser does."""
    issue = sheet.work.issue("Looked at")
    sheet.open(issue)
    sheet.cell(issue, WED).click()
    sheet.cell(issue, TUE).evaluate(
        """td => {
            document.dispatchEvent(new CustomEvent("htmx:before:swap", {detail: {tasks: [], ctx: {}}}));
            td.tabIndex = 0;
            td.focus();
            document.dispatchEvent(new CustomEvent("htmx:after:swap", {detail: {ctx: {}}}));
        }"""
    )
    expect(sheet.cell(issue, WED)).to_be_focused()
