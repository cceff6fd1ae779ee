"""The panel on an issue, inside Jira's own page of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from functools import partial

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.journeys.conftest import Journey
from tests.journeys.support.held_answer import click_during, hold_answer
from tests.journeys.support.sheet import HOUR, MON, WED, Work
from tests.journeys.support.team_stage import stores_of
from tests.journeys.timesheet.test_waiting import ASKED_AGAIN, somebody_reads
from tests.journeys.worklog.test_attribute import TICKET

FITS = """() => {
    const content = document.querySelector(".ac-content").getBoundingClientRect();
    return Math.abs(content.height - innerHeight) < 1 && document.scrollingElement.scrollHeight === innerHeight;
}"""

HOLD_SIZES = """
    let waiting = null;
    window.addEventListener("message", (event) => {
        if (!waiting || event.data?.name !== "resize") return;
        event.stopImmediatePropagation();
        waiting.push(event);
    });
    window.holdSizes = () => { waiting = []; };
    window.releaseSizes = () => {
        const sizes = waiting;
        waiting = null;
        for (const { data, origin, source } of sizes)
            window.dispatchEvent(new MessageEvent("message", { data, origin, source }));
    };
"""
"""Keep Jira's page from changing the height of the box between `holdSizes` and `releaseSizes`.

A window calls its listeners in their order, so this one has to be there before those of the page.
"""


@pytest.mark.each_door
def test_time_on_an_issue_is_shown_logged_and_corrected(
    journey: Journey, work: Work, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    issue = work.issue("Chart the coast", estimate=6 * HOUR)
    work.log(issue, MON, HOUR)
    frame = journey.open_panel(issue.key)
    panel = frame.locator("#panel")
    expect(panel).to_contain_text("1:00 by 1 person in the last 4 weeks · 1:00 in all")
    assert_accessible(frame)

    log = panel.get_by_role("button", name="Log work")
    log.click()
    expect(frame.get_by_label("Time spent")).to_be_focused()
    assert fitted(frame) > 500
    cancel = frame.get_by_role("button", name="Cancel")
    cancel.scroll_into_view_if_needed()
    expect(cancel).to_be_in_viewport(ratio=1)
    journey.page.keyboard.type("20m")
    assert_accessible(frame)
    journey.page.keyboard.press("Control+Enter")
    expect(panel).to_contain_text("1:20 by 1 person in the last 4 weeks · 1:20 in all")
    expect(frame.locator("#panel-form")).to_be_empty()
    assert work.logged(issue) == [(MON, HOUR), (WED, 1200)]
    expect(log).to_be_focused()
    fitted(frame)

    panel.get_by_role("button", name="1:00").click()
    spent = frame.locator("#panel-form").get_by_label("Time spent from")
    spent.fill("45m")
    journey.page.keyboard.press("Enter")
    expect(panel.get_by_role("button", name="0:45")).to_be_visible()
    assert work.logged(issue) == [(MON, 2700), (WED, 1200)]
    fitted(frame)

    panel.get_by_role("button", name="0:45").click()
    frame.get_by_role("button", name="Edit the worklog").click()
    frame.get_by_label("Comment").fill("Typed")
    again, unsaved = frame.locator("#log-again"), frame.locator("#unsaved")
    again.click()
    expect(unsaved).to_contain_text("Press the button again to discard")
    journey.page.keyboard.press("Escape")
    expect(unsaved).to_contain_text("Close it again to discard")
    again.click()
    # More than one would fail here.
    expect(unsaved).to_contain_text("Press the button again to discard")
    again.click()
    expect(frame.get_by_label("Date")).to_be_focused()
    expect(frame.get_by_label("Comment")).to_have_value("")
    journey.page.keyboard.press("Control+Enter")
    expect(frame.locator("#panel-form")).to_be_empty()
    assert work.logged(issue) == [(MON, 2700), (WED, 1200), (WED, 2700)]


@pytest.mark.each_door
def test_escape_closes_the_form_of_the_panel_and_asks_before_text_is_discarded(
    journey: Journey, work: Work
) -> None:
    frame = journey.open_panel(work.issue("Chart the coast").key)
    log = frame.locator("#panel").get_by_role("button", name="Log work")
    log.click()
    expect(frame.get_by_label("Time spent")).to_be_focused()
    journey.page.keyboard.type("20m")
    journey.page.keyboard.press("Escape")
    expect(frame.locator("#unsaved")).to_contain_text("Close it again to discard")
    journey.page.keyboard.press("Escape")
    expect(frame.locator("#panel-form")).to_be_empty()
    expect(log).to_be_focused()


@pytest.mark.each_door
def test_time_of_long_ago_is_shown_by_month_and_stays_so_after_logging(
    journey: Journey, work: Work, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    issue = work.issue("Chart the coast")
    work.log(issue, MON - timedelta(days=90), HOUR)
    frame = journey.open_panel(issue.key)
    panel = frame.locator("#panel")
    expect(panel).to_contain_text("Nobody logged time in the last 4 weeks · 1:00 in all")
    every = panel.get_by_role("button", name="All time")
    every.click()
    expect(panel).to_contain_text("1:00 by 1 person · 1:00 in all")
    expect(panel.locator(".panel-table thead th")).to_have_text(["Person", "Total", "Dec 2029"])
    expect(every).to_have_attribute("aria-pressed", "true")
    assert_accessible(frame)
    panel.get_by_role("button", name="Log work").click()
    expect(frame.get_by_label("Time spent")).to_be_focused()
    journey.page.keyboard.type("20m")
    journey.page.keyboard.press("Control+Enter")
    expect(panel).to_contain_text("1:20 by 1 person · 1:20 in all")
    every.click()
    expect(panel).to_contain_text("0:20 by 1 person in the last 4 weeks")


@pytest.mark.each_door
@pytest.mark.parametrize("name", ["Log work", "1:00", "Stop", "Discard the timer"])
def test_a_button_that_would_replace_what_is_typed_asks_first(
    journey: Journey, work: Work, name: str
) -> None:
    issue = work.issue("Chart the coast")
    work.log(issue, MON, HOUR)
    frame = journey.open_panel(issue.key)
    panel, form = frame.locator("#panel"), frame.locator("#panel-form")
    frame.locator("#timer").get_by_role("button", name="Start timer").click()
    expect(frame.locator("#timer").get_by_role("timer")).to_be_visible()
    panel.get_by_role("button", name="Log work").click()
    comment = form.get_by_label("Comment")
    comment.fill("Typed")
    button = frame.locator("#panel, #timer").get_by_role("button", name=name)
    button.click()
    expect(frame.locator("#unsaved")).to_contain_text("Press the button again to discard")
    expect(comment).to_have_value("Typed")
    button.click()
    expect(frame.locator("#unsaved")).to_have_count(0)
    expect(form.get_by_text("Typed")).to_have_count(0)


def test_nothing_is_asked_about_what_was_discarded_by_a_stop_of_the_timer(
    journey: Journey, work: Work
) -> None:
    frame = journey.open_panel(work.issue("Chart the coast").key)
    timer, form = frame.locator("#timer"), frame.locator("#panel-form")
    timer.get_by_role("button", name="Start timer").click()
    stop = timer.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    frame.locator("#panel").get_by_role("button", name="Log work").click()
    form.get_by_label("Comment").fill("Typed")
    stop.click()
    expect(frame.locator("#unsaved")).to_be_visible()
    stop.click()
    form.get_by_role("button", name="Discard this time").click()
    expect(form.get_by_role("button", name="Keep it")).to_be_visible()


@pytest.mark.each_door
def test_whoever_may_not_log_time_reads_so_before_they_click(
    journey: Journey, work: Work, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    barred = work.issue("Only to look at", project="WEB")
    scheme = barred.project.scheme
    barred.project.scheme = replace(scheme, grants={**scheme.grants, "WORK_ON_ISSUES": ()})
    frame = journey.open_panel(barred.key)
    reason = "You need “Work on issues” in WEB. A project admin can grant it."
    for name in ("Log work", "Start timer"):
        button = frame.get_by_role("button", name=name)
        expect(button).to_be_disabled()
        expect(button).to_have_accessible_description(reason)
    expect(frame.get_by_text(reason)).to_be_visible()
    assert_accessible(frame)
    barred.project.scheme = scheme
    frame.get_by_role("button", name="Refresh").click()
    expect(frame.get_by_text(reason)).to_have_count(0)
    for name in ("Log work", "Start timer"):
        expect(frame.get_by_role("button", name=name)).to_be_enabled()


@pytest.mark.each_door
def test_the_box_is_always_there_and_as_tall_as_what_it_shows(journey: Journey, work: Work) -> None:
    issue = work.issue("Chart the coast", estimate=6 * HOUR)
    work.log(issue, MON, HOUR)
    frame = journey.open_panel(issue.key)
    expect(frame.locator("#panel")).to_contain_text("1:00 by 1 person")
    short = fitted(frame)
    assert short < 300

    frame.get_by_role("button", name="Log work").click()
    expect(frame.get_by_label("Time spent")).to_be_focused()
    assert fitted(frame) > short + 300
    save = frame.locator("#panel-form").get_by_role("button", name="Log work")
    save.scroll_into_view_if_needed()
    expect(save).to_be_in_viewport(ratio=1)
    frame.get_by_role("button", name="Cancel").click()
    expect(frame.locator("#panel-form")).to_be_empty()
    frame.wait_for_function("short => innerHeight < short + 100", arg=short)
    assert fitted(frame) < short + 100

    journey.page.reload()
    expect(journey.frame().locator("#panel")).to_be_visible()


@pytest.mark.each_door
def test_an_answer_that_comes_while_a_button_is_pressed_moves_nothing(journey: Journey, work: Work) -> None:
    issue = work.issue("Chart the coast")
    for hour in (9, 11):
        work.log(issue, MON, HOUR, time(hour))
    frame, page = journey.open_panel(issue.key), journey.page
    frame.locator("#panel").get_by_role("button", name="2:00").click()
    shown, more = frame.locator("#cell-list"), frame.get_by_role("button", name="Log more")
    expect(shown).to_be_visible()
    fitted(frame)

    def change() -> None:
        frame.get_by_label("Time spent from 09:00").fill("45m")
        page.keyboard.press("Enter")

    let_go, before = hold_answer(journey, f"/worklogs/{issue.id}/", change), shown.element_handle()

    def arrive() -> None:
        let_go()
        frame.evaluate("() => new Promise((done) => setTimeout(done, 100))")
        assert before.evaluate("list => list.isConnected"), "replaced under the pressed button"

    click_during(more, arrive)
    # The change is shown first, then what the click opens.
    expect(frame.get_by_label("Time spent", exact=True)).to_be_focused()
    expect(frame.locator("#panel").get_by_role("button", name="1:45")).to_be_visible()
    assert work.logged(issue) == [(MON, 2700), (MON, HOUR)]


@pytest.mark.each_door
def test_a_refusal_in_the_box_can_be_read_whole(journey: Journey, work: Work) -> None:
    issue = work.issue("Chart the coast")
    journey.allow("404")
    work.stage.jira.control(
        "POST", "trouble", {"effect": "status", "status": 404, "path": f"*/issue/{issue.id}"}
    )
    frame = journey.open_panel(issue.key)
    expect(frame.get_by_role("alert")).to_be_visible()
    assert fitted(frame) < 300


@pytest.mark.each_door
def test_the_figures_stay_while_jira_does_not_answer(journey: Journey, work: Work) -> None:
    issue = work.issue("Chart the coast")
    work.log(issue, MON, HOUR)
    silent = partial(work.trouble, "status", f"*/issue/{issue.id}/worklog", status=503, count=None)
    silent()
    frame = journey.open_panel(issue.key)
    expect(frame.get_by_role("alert")).to_contain_text("Jira is not answering")
    again = frame.get_by_role("button", name="Try again")
    with journey.expect_answer("/issue-panel", status=503):
        again.click()
    expect(again).not_to_have_class("button htmx-request")
    expect(frame.get_by_role("alert")).to_be_visible()
    work.no_trouble()
    again.click()
    panel = frame.locator("#panel")
    expect(panel).to_contain_text("1:00 by 1 person")
    expect(frame.get_by_role("button", name="Start timer")).to_be_visible()

    silent()
    # While Jira makes the frame fit, a click at a place that was computed before may miss the frame.
    fitted(frame)
    refresh = panel.get_by_role("button", name="Refresh")
    refresh.click()
    expect(panel.get_by_role("alert")).to_contain_text("Jira is not answering")
    expect(panel).to_contain_text("1:00 by 1 person")
    work.no_trouble()
    fitted(frame)
    refresh.click()
    expect(panel.get_by_role("alert")).to_have_count(0)
    fitted(frame)
    panel.get_by_role("button", name="Log work").click()
    expect(frame.get_by_label("Time spent")).to_be_focused()


def test_a_panel_that_waits_for_its_turn_opens_whole(journey: Journey, work: Work) -> None:
    issue = work.issue("Chart the coast")
    with somebody_reads(work.stage):
        frame = journey.open_panel(issue.key)
        expect(frame.locator(".waiting-note")).to_contain_text("Many people are opening Timesheet")
        assert fitted(frame) < 300
    panel = frame.locator("#panel")
    expect(panel).to_be_visible(timeout=ASKED_AGAIN)
    panel.get_by_role("button", name="Log work").click()
    expect(frame.get_by_label("Time spent")).to_be_focused()


@pytest.mark.each_door
def test_a_field_that_is_refused_gets_the_focus(journey: Journey, work: Work) -> None:
    with stores_of(work.stage) as stores:
        stores.attributes.save(replace(TICKET, required=True))
    frame = journey.open_panel(work.issue("Chart the coast").key)
    frame.get_by_role("button", name="Log work").click()
    expect(frame.get_by_label("Time spent")).to_be_focused()
    journey.page.keyboard.type("20m")
    journey.page.keyboard.press("Control+Enter")
    ticket = frame.get_by_label("Ticket")
    expect(ticket).to_be_focused()
    expect(ticket).to_be_in_viewport(ratio=1)


def test_a_refused_field_stays_in_sight_if_jira_makes_the_box_taller_later(
    journey: Journey, work: Work
) -> None:
    with stores_of(work.stage) as stores:
        stores.attributes.save(replace(TICKET, required=True))
    journey.page.set_viewport_size({"width": 1024, "height": 500})
    journey.page.add_init_script(HOLD_SIZES)
    frame = journey.open_panel(work.issue("Chart the coast").key)
    journey.page.evaluate("window.holdSizes()")
    frame.get_by_role("button", name="Log work").click()
    frame.get_by_label("Time spent").fill("20m")
    journey.page.keyboard.press("Control+Enter")
    ticket = frame.get_by_label("Ticket")
    expect(ticket).to_be_focused()
    height = frame.evaluate("innerHeight")
    journey.page.evaluate("window.releaseSizes()")
    frame.wait_for_function("height => innerHeight > height", arg=height)
    expect(ticket).to_be_in_viewport(ratio=1)


def test_long_words_make_nothing_wider_than_the_box(journey: Journey, work: Work) -> None:
    journey.person.display_name = "Fenja Vanterpool"
    issue = work.issue("Verkehrsinfrastrukturfinanzierungsgesellschaftsgesetz")
    work.log(issue, MON, HOUR)
    frame = journey.open_panel(issue.key)
    name = frame.get_by_role("rowheader", name="Fenja Vanterpool (you)")
    assert name.evaluate("cell => cell.scrollWidth <= cell.clientWidth"), "the name is cut"
    journey.page.set_viewport_size({"width": 320, "height": 740})
    frame.get_by_role("button", name="1:00", exact=True).click()
    expect(frame.locator("#cell-list")).to_be_visible()
    frame.wait_for_function("innerWidth < 320")
    assert frame.evaluate("document.scrollingElement.scrollWidth - innerWidth") == 0


def fitted(frame: Frame) -> int:
    """Return the frame's height once it equals that of its content."""
    frame.wait_for_function(FITS)
    height = frame.evaluate("() => innerHeight")
    assert isinstance(height, int)
    return height
