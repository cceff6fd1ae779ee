"""The panel on an issue, inside Jira's own page of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.journeys.conftest import Journey
from tests.journeys.support.sheet import HOUR, MON, WED, Work

FITS = """() => {
    const content = document.querySelector(".ac-content").getBoundingClientRect();
    return Math.abs(content.height - innerHeight) < 1 && document.scrollingElement.scrollHeight === innerHeight;
}"""


@pytest.mark.each_door
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_time_on_an_issue_is_shown_logged_and_corrected(
    journey: Journey, work: Work, assert_accessible: Callable[[Page | Frame], None], theme: str
) -> None:
    issue = work.issue("Chart the coast", estimate=6 * HOUR)
    work.log(issue, MON, HOUR)
    journey.choose_theme(theme)
    frame = journey.open_panel(issue.key)
    panel = frame.locator("#panel")
    expect(panel).to_contain_text("1:00 by 1 person in the last 4 weeks · 1h in all")
    assert_accessible(frame)

    panel.get_by_role("button", name="Log work").click()
    expect(frame.get_by_label("Time spent")).to_be_focused()
    assert fitted(frame) > 500
    cancel = frame.get_by_role("button", name="Cancel")
    cancel.scroll_into_view_if_needed()
    expect(cancel).to_be_in_viewport(ratio=1)
    journey.page.keyboard.type("20m")
    assert_accessible(frame)
    journey.page.keyboard.press("Control+Enter")
    expect(panel).to_contain_text("1:20 by 1 person in the last 4 weeks · 1h 20m in all")
    expect(frame.locator("#panel-form")).to_be_empty()
    assert work.logged(issue) == [(MON, HOUR), (WED, 1200)]

    panel.get_by_role("button", name="1:00").click()
    spent = frame.locator("#panel-form").get_by_label("Time spent from")
    spent.fill("45m")
    journey.page.keyboard.press("Enter")
    expect(panel.get_by_role("button", name="0:45")).to_be_visible()
    assert work.logged(issue) == [(MON, 2700), (WED, 1200)]


@pytest.mark.each_door
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_who_may_not_log_time_is_told_before_they_click(
    journey: Journey, work: Work, assert_accessible: Callable[[Page | Frame], None], theme: str
) -> None:
    barred = work.issue("Only to look at", project="WEB")
    scheme = barred.project.scheme
    barred.project.scheme = replace(scheme, grants={**scheme.grants, "WORK_ON_ISSUES": ()})
    journey.choose_theme(theme)
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
    # ``expect`` instead of wait_for_function: the app's policy forbids evaluating text.
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
    assert fitted(frame) == short

    journey.page.reload()
    expect(journey.frame().locator("#panel")).to_be_visible()


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


def fitted(frame: Frame) -> int:
    """Return the frame's height once it equals that of its content."""
    for _ in range(100):
        if frame.evaluate(FITS):
            break
        frame.evaluate("() => new Promise(requestAnimationFrame)")
    assert frame.evaluate(FITS)
    height = frame.evaluate("() => innerHeight")
    assert isinstance(height, int)
    return height
