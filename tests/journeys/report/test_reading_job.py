"""A report that Jira takes long to give, in a real browser: its progress, its cancellation, and the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.report.test_report import open_report, team
from tests.journeys.support.sheet import Work
from tests.journeys.support.team_stage import run_jobs, stores_of
from timesheet.domain.team.team import Role, Team, TeamPermission
from timesheet.services.viewer.team_context import new_id
from timesheet.web.report import reader
from tools.stage import Stage

__all__ = ["team"]

SLOW = 1.5
HERE = "#report .reading"


@pytest.fixture
def slow(journey: Journey, work: Work, team: Team, monkeypatch: pytest.MonkeyPatch) -> Frame:
    """Return the page whose report is chosen, while Jira searches longer than a request waits."""
    frame = open_report(journey)
    expect(frame.locator("#report")).to_contain_text("1:00")
    monkeypatch.setattr(reader, "AT_ONCE_SECONDS", SLOW / 3)
    work.trouble("slow", "/rest/api/3/search/jql", seconds=SLOW, count=None)
    frame.locator("#choose-who").select_option(team.id)
    expect(frame.locator(HERE)).to_contain_text("The time of this report is read from Jira")
    return frame


def test_progress_comes_first_and_then_the_report(
    slow: Frame, stage: Stage, team: Team, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    expect(slow.locator(HERE)).to_contain_text("Reading begins in a moment.")
    assert slow.locator("#choose-who").input_value() == team.id
    assert_accessible(slow)
    run_jobs(stage)
    expect(slow.locator("#report-table tfoot td")).to_have_text("11:00")
    expect(slow.locator(HERE)).to_have_count(0)
    assert slow.locator("#choose-who").input_value() == team.id


def test_a_report_is_canceled_by_keyboard_and_shown_again(
    slow: Frame, journey: Journey, stage: Stage, team: Team
) -> None:
    slow.locator("#cancel-reading").focus()
    journey.page.keyboard.press("Enter")
    expect(slow.locator(HERE)).to_contain_text("Nothing is read from Jira anymore, and no figures are shown.")
    expect(slow.locator("#show-again")).to_be_focused()
    run_jobs(stage)
    assert slow.locator("#report-table").count() == 0
    journey.page.keyboard.press("Enter")
    expect(slow.locator(HERE)).to_contain_text("Reading begins in a moment.")
    run_jobs(stage)
    expect(slow.locator("#report-table tfoot td")).to_have_text("11:00")


def test_another_choice_takes_the_place_of_a_report_that_is_read(slow: Frame, stage: Stage) -> None:
    slow.locator("#choose-who").select_option("me")
    expect(slow.locator("#report-table tfoot td")).to_have_text("1:00")
    run_jobs(stage)
    expect(slow.locator("#report-table tfoot td")).to_have_text("1:00")


def test_a_right_that_is_taken_away_meanwhile_is_said_in_place_of_the_report(
    slow: Frame, stage: Stage, team: Team, person: Person
) -> None:
    slow.locator("#level-1").select_option("")
    expect(slow.locator("#level-1")).to_have_value("issue")
    expect(slow.locator(HERE)).to_contain_text("Reading begins in a moment.")
    with stores_of(stage) as stores:
        stores.teams.save(replace(team, lead=stage.jira.person(3).account_id))
        [member] = [one for one in stores.teams.members(team.id) if one.account_id == person.account_id]
        sums = frozenset({TeamPermission.VIEW_HOURS})
        role = stores.teams.save_role(Role(new_id(), team.id, "Sums", sums))
        stores.teams.save_member(replace(member, role_ids=frozenset({role.id})))
    expect(slow.locator("#report-refused")).to_contain_text(
        f"In {team.name} you see sums only, so its time cannot be grouped or filtered by issues or worklogs, "
        "or compared with estimates."
    )
    assert slow.locator("#choose-who").input_value() == team.id
    run_jobs(stage)
    assert slow.locator("#report-table").count() == 0
