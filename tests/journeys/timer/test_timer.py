"""The timer in My Timesheet and in the panel of an issue: by keys, in two tabs, narrow, and forgotten."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

import pytest
from playwright.sync_api import Browser, FloatRect, Frame, Locator, Page, expect

from jira_emulator.issue.issue import delete_issue
from jira_emulator.seeding.issues import CLOSED
from tests.journeys.conftest import Journey
from tests.journeys.support.held_answer import click_during, hold_answer
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.sheet import HOUR, MON, NOW, THU, WED, Sheet, Work
from tests.journeys.worklog.test_panel import fitted

Check = Callable[[Page | Frame], None]


def bar(frame: Frame) -> Locator:
    return frame.locator("#timer")


def pass_time(work: Work, seconds: float) -> None:
    """Let time pass for the app and for Jira."""
    work.stage.cloud.cloud.clock.travel(seconds)


def look_again(frame: Frame) -> None:
    """Let the page ask what the timer does, as when somebody comes back to it."""
    frame.evaluate("() => window.htmx.trigger(document.body, 'timer-changed')")


def outdate(frame: Frame) -> None:
    """Let the page read its figures again, as after a change."""
    frame.evaluate("() => window.htmx.trigger(document.body, 'sheet-changed')")


@pytest.mark.parametrize("width", [1440, 1024, 375])
def test_nothing_moves_when_the_timer_comes(sheet: Sheet, width: int) -> None:
    sheet.page.set_viewport_size({"width": width, "height": 740})
    held = HeldRequests(sheet.journey, "/timer?")
    held.hold(sheet.open)
    quick_add = sheet.frame.get_by_label("Quick add")
    before = quick_add.bounding_box()
    held.release()
    expect(sheet.frame.locator("#timer-open")).to_be_visible()
    assert quick_add.bounding_box() == before


def test_nothing_moves_in_the_panel_when_the_timer_comes(journey: Journey, work: Work) -> None:
    held, opened = HeldRequests(journey, "/timer?"), list[Frame]()
    held.hold(lambda: opened.append(journey.open_panel(work.issue("Chart the coast").key)))
    [frame] = opened
    log = frame.locator("#panel").get_by_role("button", name="Log work")
    before = log.bounding_box()
    held.release()
    expect(frame.locator("#timer-here")).to_be_visible()
    assert log.bounding_box() == before


def test_the_key_counts_before_the_timer_is_read(sheet: Sheet) -> None:
    issue, other = sheet.work.issue("Chart the coast"), sheet.work.issue("Somewhere else")
    held = HeldRequests(sheet.journey, "/timer?")
    held.hold(lambda: sheet.open(issue, other))
    sheet.cell(issue, WED).click()
    sheet.press("s")
    sheet.cell(other, WED).click()
    held.release()
    expect(bar(sheet.frame)).to_contain_text(issue.key)
    expect(sheet.cell(other, WED)).to_be_focused()


@pytest.mark.each_door
def test_a_timer_is_started_paused_stopped_and_logged_by_keys(sheet: Sheet, assert_accessible: Check) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.open(issue)
    timer = bar(sheet.frame)
    expect(timer.get_by_role("button", name="Start timer")).to_be_visible()
    sheet.cell(issue, WED).click()
    sheet.press("s")
    expect(timer).to_contain_text(issue.key)
    expect(timer.get_by_role("timer")).to_have_text(re.compile(r"0:00:0\d"))
    expect(sheet.cell(issue, WED)).to_be_focused()
    expect(sheet.live).to_have_text(f"The timer on {issue.key} is running.")
    assert_accessible(sheet.frame)

    pass_time(sheet.work, 1.5 * HOUR)
    sheet.frame = sheet.journey.open()
    timer = bar(sheet.frame)
    expect(timer.get_by_role("timer")).to_have_text(re.compile(r"1:30:\d\d"))
    title = sheet.frame.title()
    assert title.startswith(f"▶ 1:30 · {issue.key} · ")
    counted = timer.get_by_role("timer").inner_text()
    sheet.work.forget_calls()
    expect(timer.get_by_role("timer")).not_to_have_text(counted)
    assert sheet.work.calls() == [], "it counts without requests"

    sheet.frame.get_by_role("button", name="Today").press("s")
    expect(sheet.frame.get_by_label("Time spent", exact=True)).to_be_focused()
    expect(sheet.frame.get_by_label("Time spent", exact=True)).to_have_value("1h 30m")
    expect(sheet.frame.locator("#measured")).to_contain_text("Measured 1:30:")
    expect(timer).to_contain_text("Paused")
    assert_accessible(sheet.frame)
    sheet.press("Control+Enter")
    expect(timer.get_by_role("button", name="Start timer")).to_be_visible()
    sheet.expect_cells([(issue, WED, "1:30")])
    assert sheet.work.logged(issue) == [(WED, 90 * 60)]
    assert sheet.work.local(sheet.work.rows(issue)[0]).hour == 11
    expect(sheet.frame.locator("#dialog")).not_to_be_visible()


@pytest.mark.only_door("forge", reason="only Forge lets an app name the window")
def test_the_window_shows_the_running_time(sheet: Sheet) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.open(issue)
    sheet.cell(issue, WED).click()
    sheet.press("s")
    expect(sheet.journey.page).to_have_title(re.compile(rf"^▶ 0:00 · {issue.key} · My Timesheet"))
    bar(sheet.frame).get_by_role("button", name="Pause").click()
    expect(sheet.journey.page).to_have_title(re.compile(rf"^⏸ 0:00 · {issue.key} · My Timesheet"))
    bar(sheet.frame).get_by_role("button", name="Stop").click()
    sheet.frame.get_by_role("button", name="Discard this time …").click()
    sheet.frame.get_by_role("button", name="Discard", exact=True).click()
    expect(sheet.journey.page).to_have_title(re.compile("^My Timesheet"))


def test_an_issue_that_takes_no_time_is_refused_in_the_dialog(sheet: Sheet) -> None:
    issue = sheet.work.issue("Closed since yesterday", status=CLOSED)
    sheet.open()
    sheet.frame.locator("#timer-open").click()
    search = sheet.frame.get_by_role("dialog").get_by_role("combobox", name="Issue")
    search.fill(issue.key)
    sheet.frame.locator(f"#time-{issue.id}").click()
    expect(sheet.frame.get_by_role("dialog").get_by_role("alert")).to_contain_text(f"{issue.key} is Closed")
    expect(sheet.frame.locator("#flags .flag")).to_have_count(0)
    expect(search).to_have_value(issue.key)
    search.fill("")
    expect(search).to_be_focused()


@pytest.mark.each_door
def test_the_panel_of_an_issue_has_the_same_timer(sheet: Sheet, assert_accessible: Check) -> None:
    journey, work = sheet.journey, sheet.work
    issue, other = work.issue("Chart the coast"), work.issue("Repair the lighthouse")
    sheet.open(issue)
    sheet.cell(issue, WED).click()
    sheet.press("s")
    expect(bar(sheet.frame)).to_contain_text(issue.key)
    pass_time(work, HOUR)

    frame = journey.open_panel(other.key)
    expect(bar(frame)).to_contain_text(issue.key)
    assert_accessible(frame)
    bar(frame).get_by_role("button", name="Start here").click()
    form = frame.locator("#panel-form")
    expect(form.locator("#measured")).to_contain_text(
        f"The timer on {other.key} starts when this time is logged or discarded."
    )
    expect(form.get_by_label("Time spent", exact=True)).to_be_focused()
    assert_accessible(frame)
    journey.page.keyboard.press("Control+Enter")
    expect(form).to_be_empty()
    assert work.logged(issue) == [(WED, HOUR)]
    expect(bar(frame)).not_to_contain_text(issue.key)
    expect(bar(frame).get_by_role("button", name="Pause")).to_be_visible()

    bar(frame).get_by_role("button", name="Discard the timer").click()
    expect(frame.get_by_role("heading", name="Discard this time?")).to_be_visible()
    frame.get_by_role("button", name="Discard", exact=True).click()
    expect(form).to_be_empty()
    # Without the question the frame is shorter, and Jira's page moves a moment later.
    fitted(frame)
    bar(frame).get_by_role("button", name="Start timer").click()
    expect(bar(frame).get_by_role("timer")).to_be_visible()
    assert_accessible(frame)
    assert work.logged(other) == []


@pytest.mark.each_door
def test_a_button_is_clicked_while_its_part_of_the_page_is_read_again(sheet: Sheet) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.work.log(issue, MON, HOUR)
    frame = sheet.journey.open_panel(issue.key)
    bar(frame).get_by_role("button", name="Start timer").click()
    pause = bar(frame).get_by_role("button", name="Pause")
    expect(pause).to_be_visible()
    let_go = hold_answer(sheet.journey, "/timer", lambda: look_again(frame))
    click_during(pause, let_go)
    expect(bar(frame)).to_contain_text("Paused")
    let_go = hold_answer(sheet.journey, "/timer", lambda: look_again(frame))
    click_during(bar(frame).get_by_role("button", name="Resume"), let_go)
    expect(pause).to_be_visible()

    form = frame.locator("#panel-form")
    let_go = hold_answer(sheet.journey, "/issue-panel", lambda: outdate(frame))
    click_during(frame.locator("#panel").get_by_role("button", name="1:00"), let_go)
    expect(form.get_by_label("Time spent from")).to_be_visible()
    let_go = hold_answer(sheet.journey, "/issue-panel", lambda: outdate(frame))
    click_during(frame.locator("#panel-log"), let_go)
    expect(form.get_by_label("Time spent", exact=True)).to_be_visible()


def test_two_tabs_show_the_same_and_log_once(sheet: Sheet, page: Page) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.open(issue)
    other = Journey(page.context.new_page(), sheet.journey.stage, sheet.journey.person)
    other.allow("409")
    second = other.open()
    expect(bar(second).get_by_role("button", name="Start timer")).to_be_visible()

    sheet.cell(issue, WED).click()
    sheet.press("s")
    expect(bar(second)).to_contain_text(issue.key)
    pass_time(sheet.work, HOUR)
    bar(second).get_by_role("button", name="Stop").click()
    expect(second.get_by_label("Time spent", exact=True)).to_have_value("1h")
    expect(bar(sheet.frame)).to_contain_text("Paused")
    bar(sheet.frame).get_by_role("button", name="Stop").click()
    expect(sheet.frame.get_by_label("Time spent", exact=True)).to_have_value("1h")

    sheet.press("Control+Enter")
    sheet.expect_cells([(issue, WED, "1:00")])
    expect(bar(second).get_by_role("button", name="Start timer")).to_be_visible()
    second.get_by_label("Time spent", exact=True).fill("2h")
    second.locator("#worklog-form").get_by_role("button", name="Log work").click()
    expect(second.locator("#worklog-problem")).to_contain_text("stopped in another tab")
    expect(second.get_by_label("Time spent", exact=True)).to_have_value("2h")
    assert sheet.work.logged(issue) == [(WED, HOUR)]
    assert other.unexpected() == []


def test_time_that_another_tab_measures_beside_an_open_form_is_not_lost(sheet: Sheet, page: Page) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.open(issue)
    sheet.journey.allow("422")
    sheet.cell(issue, WED).click()
    sheet.press("s")
    expect(bar(sheet.frame)).to_contain_text(issue.key)
    other = Journey(page.context.new_page(), sheet.journey.stage, sheet.journey.person)
    second = other.open()
    pass_time(sheet.work, HOUR)
    bar(sheet.frame).get_by_role("button", name="Stop").click()
    expect(sheet.frame.get_by_label("Time spent", exact=True)).to_have_value("1h")
    look_again(second)
    bar(second).get_by_role("button", name="Resume").click()
    expect(bar(second).get_by_role("button", name="Pause")).to_be_visible()
    pass_time(sheet.work, HOUR)

    sheet.press("Control+Enter")
    form = sheet.frame.locator("#worklog-form")
    expect(form).to_contain_text("resumed in another tab or on another device and runs")
    expect(sheet.frame.get_by_label("Time spent", exact=True)).to_have_value("1h")
    bar(second).get_by_role("button", name="Pause").click()
    expect(bar(second)).to_contain_text("Paused")
    sheet.press("Control+Enter")
    expect(form).to_contain_text("measured 2h in all, so nothing was logged")
    assert sheet.work.logged(issue) == []
    sheet.frame.get_by_label("Time spent", exact=True).fill("2h")
    sheet.press("Control+Enter")
    sheet.expect_cells([(issue, WED, "2:00")])
    assert sheet.work.logged(issue) == [(WED, 2 * HOUR)]
    assert other.unexpected() == []


def test_a_time_whose_answer_was_lost_is_logged_once_and_shown_by_the_next_try(sheet: Sheet) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.open(issue)
    sheet.cell(issue, WED).click()
    sheet.press("s")
    expect(bar(sheet.frame)).to_contain_text(issue.key)
    pass_time(sheet.work, HOUR)
    bar(sheet.frame).get_by_role("button", name="Stop").click()
    expect(sheet.frame.get_by_label("Time spent", exact=True)).to_have_value("1h")
    sheet.journey.allow("Failed to load resource|htmx:error|Failed to fetch")
    sheet.journey.lose_answers("/timer/log")
    sheet.press("Control+Enter")
    expect(sheet.frame.locator("#worklog-problem")).to_contain_text("so this may not be saved")
    assert sheet.work.logged(issue) == [(WED, HOUR)]
    sheet.journey.restore()
    sheet.press("Control+Enter")
    sheet.expect_cells([(issue, WED, "1:00")])
    expect(sheet.frame.locator("#dialog")).not_to_be_visible()
    expect(bar(sheet.frame).get_by_role("button", name="Start timer")).to_be_visible()
    assert sheet.work.logged(issue) == [(WED, HOUR)]


def test_a_forgotten_one_is_asked_about_and_split_over_midnight(
    sheet: Sheet, assert_accessible: Check
) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.open(issue)
    sheet.row(issue).locator("th").hover()
    sheet.frame.get_by_role("button", name=f"Start a timer on {issue.key}").click()
    expect(bar(sheet.frame)).to_contain_text(issue.key)
    pass_time(sheet.work, 14 * HOUR)
    look_again(sheet.frame)
    expect(bar(sheet.frame)).to_contain_text("Did you forget it?")
    assert_accessible(sheet.frame)
    bar(sheet.frame).get_by_role("button", name="Stop").click()
    sheet.frame.get_by_label("Split at midnight").check()
    sheet.press("Control+Enter")
    sheet.expect_cells([(issue, WED, "13:00"), (issue, THU, "1:00")])
    assert sheet.work.logged(issue) == [(WED, 13 * HOUR), (THU, HOUR)]


def test_an_issue_that_was_deleted_meanwhile_keeps_its_time(sheet: Sheet) -> None:
    gone, kept = sheet.work.issue("Chart the coast"), sheet.work.issue("Repair the lighthouse")
    sheet.journey.allow("404")
    sheet.open(gone, kept)
    sheet.cell(gone, WED).click()
    sheet.press("s")
    expect(bar(sheet.frame)).to_contain_text(gone.key)
    pass_time(sheet.work, HOUR)
    site = sheet.work.stage.jira.site
    with site.lock:
        delete_issue(site, gone, sheet.work.person.account_id)
    sheet.press("s")
    expect(sheet.frame.get_by_label("Time spent", exact=True)).to_have_value("1h")
    sheet.press("Control+Enter")
    problem = sheet.frame.locator("#worklog-problem")
    expect(problem).not_to_be_empty()
    box = sheet.frame.locator("#worklog-issue")
    box.fill(kept.key)
    expect(sheet.frame.locator(f"#choice-{kept.id}")).to_be_visible()
    box.press("Enter")
    expect(sheet.frame.get_by_label("Time spent", exact=True)).to_be_focused()
    sheet.press("Control+Enter")
    sheet.expect_cells([(kept, WED, "1:00")])
    assert sheet.work.logged(kept) == [(WED, HOUR)]


@pytest.mark.parametrize("width", [1024, 1100, 1400])
def test_quick_add_leaves_a_running_one_in_view(sheet: Sheet, width: int) -> None:
    sheet.page.set_viewport_size({"width": width, "height": 800})
    issue = sheet.work.issue("Chart the coast")
    sheet.open(issue)
    sheet.cell(issue, WED).click()
    sheet.press("s")
    expect(bar(sheet.frame)).to_contain_text(issue.key)
    sheet.press("l")
    expect(sheet.frame.locator("#quick-line")).to_be_focused()
    timer, box = (sheet.frame.locator(part).bounding_box() for part in ("#timer", ".quick-box"))
    assert timer is not None
    assert box is not None
    assert timer["x"] + timer["width"] <= box["x"] or timer["y"] + timer["height"] <= box["y"]


def test_it_fits_on_a_phone(sheet: Sheet, assert_accessible: Check) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.page.set_viewport_size({"width": 375, "height": 740})
    sheet.open(issue)
    bar(sheet.frame).get_by_role("button", name="Start timer").click()
    expect(sheet.frame.locator("#timer-issue")).to_be_focused()
    sheet.type(issue.key)
    expect(sheet.frame.locator(f"#time-{issue.id}")).to_have_attribute("aria-selected", "true")
    assert_accessible(sheet.frame)
    sheet.press("Enter")
    expect(bar(sheet.frame)).to_contain_text(issue.key)
    expect(sheet.frame.locator("#dialog")).not_to_be_visible()
    pass_time(sheet.work, 14 * HOUR)
    look_again(sheet.frame)
    expect(bar(sheet.frame)).to_contain_text("Did you forget it?")
    assert_accessible(sheet.frame)
    assert sheet.frame.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    bar(sheet.frame).get_by_role("button", name="Keep it running").click()
    expect(bar(sheet.frame)).not_to_contain_text("Did you forget it?")


def test_the_question_about_a_forgotten_one_takes_little_of_a_narrow_page(sheet: Sheet) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.page.set_viewport_size({"width": 1024, "height": 700})
    sheet.open(issue)
    sheet.cell(issue, WED).click()
    sheet.press("s")
    expect(bar(sheet.frame)).to_contain_text(issue.key)
    pass_time(sheet.work, 40 * HOUR)
    look_again(sheet.frame)
    question = sheet.frame.locator(".timer-question")
    expect(question).to_contain_text("Wednesday, 13 March 2030")
    icon, text = box(question.locator("svg")), box(question.locator("span"))
    assert text["y"] <= icon["y"] <= text["y"] + 5, "the icon is in the first line of the text"
    stop, quick_add = box(sheet.frame.locator("#timer-stop")), box(sheet.frame.locator("#quick-add"))
    assert stop["y"] < quick_add["y"] + quick_add["height"]
    assert quick_add["y"] < stop["y"] + stop["height"], "what follows the timer is in the line of its buttons"


def box(element: Locator) -> FloatRect:
    found = element.bounding_box()
    assert found
    return found


def start_beside_a_clock(sheet: Sheet, page: Page) -> None:
    """Start a timer on a page whose clock the test moves."""
    issue = sheet.work.issue("Chart the coast")
    page.clock.install(time=NOW)
    sheet.open(issue)
    sheet.cell(issue, WED).click()
    sheet.press("s")
    expect(bar(sheet.frame)).to_contain_text(issue.key)


def test_a_page_that_was_asleep_follows_what_another_device_did(sheet: Sheet, page: Page) -> None:
    start_beside_a_clock(sheet, page)
    # Another browser, so no tab tells this one.
    device = Journey(
        cast(Browser, page.context.browser).new_page(), sheet.journey.stage, sheet.journey.person
    )
    frame = device.open()
    bar(frame).get_by_role("button", name="Pause").click()
    expect(bar(frame)).to_contain_text("Paused")
    expect(bar(sheet.frame).get_by_role("button", name="Pause")).to_be_visible()
    page.clock.fast_forward("02:00")
    expect(bar(sheet.frame)).to_contain_text("Paused")
    assert device.unexpected() == []


def test_a_clock_that_is_set_while_the_timer_runs_changes_no_time(sheet: Sheet, page: Page) -> None:
    start_beside_a_clock(sheet, page)
    # The machine's clock is set an hour forward, and the timer has not counted it.
    with sheet.journey.expect_answer("/timer", status=200):
        page.clock.fast_forward("01:00:00")
    expect(bar(sheet.frame).get_by_role("timer")).to_have_text(re.compile(r"^0:0\d:\d\d"))


@pytest.mark.each_door
def test_the_page_works_where_the_browser_lets_no_pages_talk_to_each_other(sheet: Sheet) -> None:
    # Firefox does so in frames of other sites whose cookies it blocks.
    sheet.page.add_init_script(
        """window.BroadcastChannel = class {
            constructor() { throw new DOMException("The operation is insecure.", "SecurityError"); }
        };"""
    )
    issue = sheet.work.issue("Alone")
    sheet.open(issue)
    sheet.cell(issue, WED).click()
    sheet.press("s")
    expect(bar(sheet.frame).get_by_role("timer")).to_have_text(re.compile(r"0:00:\d\d"))
    sheet.enter(issue, MON, "1.5")
    sheet.expect_cells([(issue, MON, "1:30")])


def test_a_stop_that_is_answered_while_somebody_types_shows_the_paused_timer(sheet: Sheet) -> None:
    issue = sheet.work.issue("Chart the coast")
    sheet.open(issue)
    timer, field = bar(sheet.frame), sheet.frame.get_by_label("Quick add")
    sheet.cell(issue, WED).click()
    sheet.press("s")
    expect(timer).to_contain_text(issue.key)
    let_come = hold_answer(
        sheet.journey, "/timer/stop", lambda: timer.get_by_role("button", name="Stop").click()
    )
    field.press_sequentially("Half typed")
    let_come()
    expect(sheet.live).to_contain_text("A dialog was about to open, but stays closed")
    expect(sheet.frame.locator("#dialog")).not_to_be_visible()
    expect(timer).to_contain_text("Paused")
    expect(field).to_be_focused()
    expect(field).to_have_value("Half typed")
