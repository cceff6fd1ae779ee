"""The panel on an issue, inside Jira's own page of it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.journeys.conftest import Journey
from tests.journeys.sheet import HOUR, MON, WED, Work


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_time_on_an_issue_is_shown_logged_and_corrected(
    journey: Journey, work: Work, assert_accessible: Callable[[Page | Frame], None], theme: str
) -> None:
    issue = work.issue("Chart the coast", estimate=6 * HOUR)
    work.log(issue, MON, HOUR)
    journey.choose_theme(theme)
    jira, person = journey.stage.jira.base_url, work.person.account_id
    journey.page.goto(f"{jira}/_host/sign-in-as?person={quote(person)}&next=/browse/{issue.key}")
    frame = journey.frame()
    panel = frame.locator("#panel")
    expect(panel).to_contain_text("1:00 by 1 person in the last 4 weeks · 1h in all")
    assert_accessible(frame)

    panel.get_by_role("button", name="Log work").click()
    expect(frame.get_by_label("Time spent")).to_be_focused()
    tall = journey.page.locator(f'iframe[src^="{journey.stage.base_url}/"]')
    expect(frame.get_by_role("button", name="Cancel")).to_be_in_viewport()
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
    expect(tall).to_be_visible()
