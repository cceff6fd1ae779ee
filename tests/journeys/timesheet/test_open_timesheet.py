"""The first action of every user: open My Timesheet inside Jira."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.journeys.conftest import Journey
from tests.journeys.support.sheet import HOUR, MON, Sheet

WEEK = timedelta(days=7)


@pytest.mark.only_door("connect", reason="only Connect tells the app about the address of a site")
def test_it_opens_on_a_custom_domain_too(journey: Journey) -> None:
    tenant = journey.stage.jira.tenant
    tenant.display_url = journey.stage.jira.base_url.replace("127.0.0.1", "localhost")
    tenant.lifecycle.announce()
    entrance = journey.stage.entrance(journey.person, "my-timesheet")
    journey.page.goto(entrance.replace("127.0.0.1", "localhost", 1))
    assert journey.page.url.startswith(tenant.display_url)
    expect(journey.frame().get_by_role("grid")).to_be_visible()


@pytest.mark.each_door
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_grid_opens_inside_jira_and_nothing_complains(
    journey: Journey, assert_accessible: Callable[[Page | Frame], None], theme: str
) -> None:
    journey.choose_theme(theme)
    frame = journey.open()
    expect(frame.get_by_role("grid")).to_be_visible()
    assert frame.locator("html").get_attribute("data-color-mode") == theme
    assert_accessible(frame)


@pytest.mark.only_door("connect", reason="with Forge, Jira says its language with the first request")
def test_a_first_page_does_not_wait_for_the_language_and_gets_it(sheet: Sheet) -> None:
    sheet.work.person.locale = "de_DE"
    issue = sheet.work.issue("Spoken")
    sheet.work.trouble("late", "/rest/api/3/myself", count=None)
    frame = sheet.journey.open()
    root = frame.locator("html")
    expect(frame.locator("#sheet[aria-busy]")).to_be_visible()
    expect(root).to_have_attribute("lang", "en")
    sheet.work.no_trouble()
    expect(frame.get_by_role("grid")).to_be_visible()
    expect(root).to_have_attribute("lang", "de")
    frame.wait_for_function("() => document.title === 'Mein Stundenzettel'")
    expect(frame.locator("#keys-title")).to_have_text("Tastenkürzel")
    sheet.frame = frame
    sheet.show(issue)
    sheet.enter(issue, MON, "1 Std.")
    sheet.expect_cells([(issue, MON, "1:00")])


@pytest.mark.each_door
def test_a_reload_shows_the_days_that_were_shown(sheet: Sheet) -> None:
    issue = sheet.work.issue("Build")
    sheet.work.log(issue, MON - WEEK, HOUR)
    sheet.open()
    title = sheet.frame.locator("h1")
    this_week = title.inner_text()
    sheet.frame.locator("#go-previous").click()
    expect(title).not_to_have_text(this_week)
    sheet.expect_cells([(issue, MON - WEEK, "1:00")])
    week_before = title.inner_text()
    expect(sheet.journey.page).to_have_url(re.compile(r"#.*view%3Dweek"))
    sheet.journey.page.reload()
    sheet.frame = sheet.journey.frame()
    expect(sheet.frame.locator("h1")).to_have_text(week_before)
    sheet.expect_cells([(issue, MON - WEEK, "1:00")])
    address = sheet.journey.page.url
    sheet.frame.locator("#go-today").click()
    expect(sheet.frame.locator("h1")).to_have_text(this_week)
    expect(sheet.journey.page).not_to_have_url(address)
    sheet.journey.page.reload()
    expect(sheet.journey.frame().locator("h1")).to_have_text(this_week)


def test_a_page_reloaded_during_a_save_shows_its_time_afterward(sheet: Sheet) -> None:
    issue = sheet.work.issue("Build")
    sheet.open(issue)
    sheet.work.trouble("late", "/rest/api/3/issue/*/worklog")
    door = sheet.journey.door
    with sheet.page.expect_request(lambda request: door.target(request)[1] == "/timesheet/cell"):
        sheet.enter(issue, MON, "1h")
    sheet.page.once("dialog", lambda dialog: dialog.accept())
    sheet.page.reload()
    sheet.work.let_late_go()
    sheet.frame = sheet.journey.frame()
    sheet.expect_cells([(issue, MON, "1:00")])
    assert sheet.work.logged(issue) == [(MON, HOUR)]
