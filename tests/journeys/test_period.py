"""Closing and reopening in a real browser, the lock in the timesheet, and a change behind its back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.sheet import HOUR, MON, Sheet, Work
from tests.journeys.team_stage import make_team
from timesheet.domain.team import Team
from tools.stage import Stage


@pytest.fixture
def team(stage: Stage, person: Person) -> Team:
    return make_team(stage, "Payments", person, stage.jira.person(2))


def close_march(journey: Journey, team: Team) -> Frame:
    frame = journey.open("teams", team=team.id)
    expect(frame.locator("#period-title")).to_contain_text("April")
    frame.locator("#period-previous").click()
    expect(frame.locator("#period-title")).to_contain_text("March")
    frame.locator("#overview .menu summary").click()
    frame.locator("#ask-close").click()
    frame.get_by_role("button", name="Close the period").click()
    expect(frame.locator("#period-status")).to_contain_text("Closed")
    return frame


def later(work: Work) -> None:
    """1 April: March can be closed."""
    work.stage.cloud.cloud.clock.travel(timedelta(days=19).total_seconds())


def test_a_closed_day_says_so_and_takes_nothing(
    sheet: Sheet, journey: Journey, work: Work, team: Team, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    issue = work.issue("Plan the quarter")
    work.log(issue, MON, HOUR)
    later(work)
    frame = close_march(journey, team)
    assert_accessible(frame)
    sheet.frame = journey.open()
    for back in (3, 2, 1):
        expect(sheet.grid).to_have_attribute("data-first", (MON + timedelta(days=7 * back)).isoformat())
        sheet.frame.locator("#go-previous").click()
    expect(sheet.grid).to_have_attribute("data-first", MON.isoformat())
    expect(sheet.frame.locator("#grid thead th.closed")).to_have_count(7)
    sheet.enter(issue, MON, "3h")
    expect(sheet.problem).to_contain_text("Payments has closed the period from 1 March 2030 to 31 March 2030")
    expect(sheet.problem).to_contain_text("can reopen it")
    assert work.logged(issue) == [(MON, HOUR)]


def test_reopening_opens_the_days_and_keeps_the_closing(journey: Journey, work: Work, team: Team) -> None:
    later(work)
    frame = close_march(journey, team)
    frame.locator("#overview .menu summary").click()
    frame.locator("#ask-reopen").click()
    frame.get_by_role("button", name="Reopen", exact=True).click()
    expect(frame.locator("#period-status")).to_contain_text("Open")
    frame.locator("#overview .menu summary").click()
    frame.locator("#to-periods").click()
    expect(frame.locator("#period-list")).to_contain_text("1 closing")


def test_a_change_in_jira_after_the_closing_is_shown(
    journey: Journey, work: Work, team: Team, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    issue = work.issue("Plan the quarter")
    row = work.log(issue, MON, HOUR)
    later(work)
    frame = close_march(journey, team)
    work.change(row, 5 * HOUR)
    work.stage.jira.flush_webhooks()
    frame.locator("#refresh").click()
    frame.locator("#late-changes").click()
    expect(frame.locator("#late")).to_contain_text("changed")
    expect(frame.locator("#late")).to_contain_text(work.person.display_name)
    assert_accessible(frame)
