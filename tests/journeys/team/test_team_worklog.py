"""Members' worklogs in a real browser: changed, moved, and deleted with *Manage worklogs* and Jira's *Edit All*."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Issue, Person
from jira_emulator.seeding.access import ADMINISTRATORS
from tests.journeys.conftest import Journey
from tests.journeys.support.sheet import HOUR, MON, TUE, Work
from tests.journeys.support.team_stage import give, make_team
from timesheet.domain.team.team import Team, TeamPermission
from tools.stage import Stage


@pytest.fixture
def issue(work: Work) -> Issue:
    return work.issue("Mend the refund flow")


@pytest.fixture
def team(stage: Stage, person: Person, colleague: Person, issue: Issue) -> Team:
    """Return a team in which the traveller manages worklogs; a colleague worked on Monday."""
    colleague.time_zone = "Europe/Berlin"
    Work(stage, colleague).log(issue, MON, 2 * HOUR)
    made = make_team(stage, "Payments", stage.jira.person(3), colleague)
    give(stage, made, person, TeamPermission.MANAGE_WORKLOGS)
    return made


def open_day(journey: Journey, team: Team, colleague: Person) -> Frame:
    """Open the worklogs of the colleague's Monday."""
    frame = journey.open("teams", team=team.id)
    frame.locator("#tab-timesheet").click()
    name = frame.get_by_role("button", name=colleague.display_name)
    name.focus()
    for _ in range(MON.day):
        journey.page.keyboard.press("ArrowRight")
    journey.page.keyboard.press("Enter")
    expect(frame.locator("#team-worklogs")).to_be_visible()
    return frame


@pytest.mark.each_door
def test_a_manager_changes_moves_and_deletes(
    journey: Journey,
    stage: Stage,
    team: Team,
    colleague: Person,
    issue: Issue,
    assert_accessible: Callable[[Page | Frame], None],
) -> None:
    issue.project.actors[ADMINISTRATORS].people.add(journey.person.account_id)
    hers = Work(stage, colleague)
    frame = open_day(journey, team, colleague)
    expect(frame.locator("#no-adding")).to_contain_text("can add time")
    frame.get_by_role("button", name="Edit the worklog").click()
    frame.get_by_label("Time spent").fill("3h")
    frame.get_by_label("Date").fill(TUE.isoformat())
    assert_accessible(frame)
    journey.page.keyboard.press("Control+Enter")
    row = frame.locator("#team-grid tbody tr", has_text=colleague.display_name)
    expect(row.locator("td.s")).to_have_text("3:00")
    assert hers.logged(issue) == [(TUE, 3 * HOUR)]
    assert [row.author for row in hers.rows(issue)] == [colleague.account_id]
    name = frame.get_by_role("button", name=colleague.display_name)
    name.click()
    cell = frame.locator("tr.issue td").nth(TUE.day - 1)
    expect(cell).to_have_text("3:00")
    cell.click()
    frame.get_by_role("button", name="Delete the worklog").click()
    frame.get_by_role("button", name="Delete", exact=True).click()
    expect(frame.locator("#team-grid tr.issue")).to_have_count(0)
    assert hers.logged(issue) == []


def test_jiras_own_permission_is_named_where_it_is_missing(
    journey: Journey, team: Team, colleague: Person, issue: Issue
) -> None:
    frame = open_day(journey, team, colleague)
    dialog = frame.locator("#team-worklogs")
    expect(dialog).to_contain_text(issue.key)
    expect(dialog).to_contain_text("Edit all worklogs")
    expect(dialog.get_by_role("button")).to_have_text(["Done"])


def test_a_permission_that_is_taken_away_meanwhile_is_named(
    journey: Journey, stage: Stage, team: Team, colleague: Person, issue: Issue
) -> None:
    administrators = issue.project.actors[ADMINISTRATORS].people
    administrators.add(journey.person.account_id)
    frame = open_day(journey, team, colleague)
    frame.get_by_role("button", name="Edit the worklog").click()
    expect(frame.get_by_label("Time spent")).to_be_editable()
    administrators.remove(journey.person.account_id)
    frame.get_by_label("Time spent").fill("3h")
    journey.page.keyboard.press("Control+Enter")
    expect(frame.locator("#worklog-problem")).to_contain_text("Edit all worklogs")
    expect(frame.get_by_label("Time spent")).to_have_value("3h")
    assert Work(stage, colleague).logged(issue) == [(MON, 2 * HOUR)]


@pytest.mark.each_door
def test_a_manager_moves_chosen_worklogs_of_a_member_and_takes_it_back(
    journey: Journey,
    stage: Stage,
    team: Team,
    colleague: Person,
    issue: Issue,
    assert_accessible: Callable[[Page | Frame], None],
) -> None:
    issue.project.actors[ADMINISTRATORS].people.add(journey.person.account_id)
    hers = Work(stage, colleague)
    hers.log(issue, MON, HOUR, time(14))
    frame = open_day(journey, team, colleague)
    frame.get_by_label("Select all").check()
    expect(frame.locator("#selection output")).to_have_text("2 worklogs selected")
    assert_accessible(frame)
    frame.get_by_role("button", name="Move to a day …").click()
    frame.get_by_label("Date").fill(TUE.isoformat())
    expect(frame.get_by_role("dialog")).to_contain_text("2 worklogs change, 3h in all.")
    frame.get_by_role("button", name="Move 2 worklogs").click()
    expect(frame.locator("#flags")).to_contain_text("2 worklogs moved.")
    assert sorted(hers.logged(issue)) == [(TUE, HOUR), (TUE, 2 * HOUR)]
    row = frame.locator("#team-grid tbody tr", has_text=colleague.display_name)
    expect(row.locator("td").nth(TUE.day - 1)).to_have_text("3:00")
    frame.locator("#flags").get_by_role("button", name="Undo").click()
    expect(frame.locator("#flags")).to_contain_text("2 changes undone.")
    assert sorted(hers.logged(issue)) == [(MON, HOUR), (MON, 2 * HOUR)]


def test_what_jira_does_not_permit_has_its_reason_and_cannot_be_chosen(
    journey: Journey, team: Team, colleague: Person, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    frame = open_day(journey, team, colleague)
    expect(frame.locator("#team-worklogs .closed-note")).to_contain_text("Edit all worklogs")
    expect(frame.locator("#team-worklogs .line-box")).to_be_disabled()
    expect(frame.locator("#selection")).to_have_count(0)
    assert_accessible(frame)
