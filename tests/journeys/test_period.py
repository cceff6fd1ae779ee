"""Closing and reopening in a real browser, the lock in the timesheet, and a change behind its back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.sheet import HOUR, MON, TUE, Sheet, Work
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
    work.forget_calls()
    for attempt in (["3"], ["F2"], ["Enter"], ["Delete"], ["Control+x"]):
        sheet.cell(issue, TUE).click()
        expect(sheet.problem).to_be_empty()
        sheet.cell(issue, MON).click()
        sheet.press(*attempt)
        expect(sheet.input).to_have_count(0)
        expect(sheet.problem).to_contain_text(
            "Closed by Payments (from 1 March 2030 to 31 March 2030). The team’s lead"
        )
    assert_accessible(sheet.frame)
    sheet.press("Shift+Enter")
    expect(sheet.frame.locator("#cell-list")).to_contain_text("Closed by Payments")
    expect(sheet.frame.locator("#cell-list input")).to_have_count(0)
    assert_accessible(sheet.frame)
    sheet.press("Escape")
    assert work.writes() == []
    assert work.logged(issue) == [(MON, HOUR)]


def test_t10_a_week_across_the_border_takes_time_on_its_open_days(
    sheet: Sheet, journey: Journey, work: Work, team: Team, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    last, first = date(2030, 3, 31), date(2030, 4, 1)
    work.start_weeks_on(6)
    issue = work.issue("Cross the border")
    work.log(issue, last, HOUR)
    later(work)
    close_march(journey, team)
    sheet.open(issue)
    expect(sheet.cell(issue, last)).to_have_attribute("aria-readonly", "true")
    sheet.cell(issue, last).click()
    sheet.frame.evaluate(
        """() => {
            const clipboardData = new DataTransfer();
            clipboardData.setData('text/plain', '2h\t3h');
            document.activeElement.dispatchEvent(
                new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
        }"""
    )
    expect(sheet.cell(issue, first)).to_have_text("3:00")
    expect(sheet.cell(issue, last)).to_have_text("1:00")
    sheet.frame.get_by_title("List").click()
    expect(sheet.frame.locator(f"#day-{last} .line input[name=value]")).to_have_count(0)
    sheet.frame.locator(f"#day-{last} .closed-why summary").click()
    expect(sheet.frame.locator(f"#day-{last} .closed-why p")).to_contain_text("can reopen it")
    assert_accessible(sheet.frame)
    sheet.frame.get_by_title("Calendar").click()
    block = sheet.frame.locator(f"#day-{first} .block")
    block.focus()
    sheet.press("m", "ArrowLeft", "Enter")
    expect(sheet.frame.locator("#flags")).to_contain_text("Closed by Payments")
    expect(block).to_have_count(1)
    sheet.frame.locator(f"#day-{last} .block").focus()
    sheet.press("m")
    expect(sheet.frame.locator("#flags .flag")).to_have_count(2)
    assert_accessible(sheet.frame)
    assert work.logged(issue) == [(last, HOUR), (first, 3 * HOUR)]


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
