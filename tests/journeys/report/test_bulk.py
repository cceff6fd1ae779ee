"""Worklogs behind a cell of a report are chosen and changed together."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.support.sheet import HOUR, MON, TUE, WED, Work
from tests.journeys.support.team_stage import give, make_team
from timesheet.domain.team.team import TeamPermission
from tools.stage import Stage


@pytest.mark.each_door
@pytest.mark.parametrize("width", [1024, 375])
def test_own_worklogs_move_to_an_issue_and_others_say_why_not(
    journey: Journey,
    stage: Stage,
    person: Person,
    work: Work,
    colleague: Person,
    assert_accessible: Callable[[Page | Frame], None],
    width: int,
) -> None:
    wrong, right = work.issue("Wrong place"), work.issue("Right place")
    for day in (MON, TUE):
        work.log(wrong, day, HOUR)
    Work(stage, colleague).log(wrong, WED, 2 * HOUR)
    team = make_team(stage, "Payments", stage.jira.person(3), colleague)
    give(stage, team, person, TeamPermission.VIEW_WORKLOGS, TeamPermission.WORK_ON_ISSUES)
    journey.page.set_viewport_size({"width": width, "height": 800})
    frame = journey.open("reports")
    frame.locator("#choose-who").select_option(team.id)
    frame.locator("#choose-range").select_option("this-week")
    expect(frame.locator("#report-table tfoot td")).to_have_text("4:00")
    frame.locator("#report-table tfoot td").click()
    behind = frame.locator("#report-worklogs")
    expect(behind.locator("input[name='chosen']")).to_have_count(2)
    expect(behind.locator(".entry-fixed")).to_have_count(1)
    expect(behind.locator(".closed-note")).to_contain_text("Manage worklogs")
    frame.get_by_label("Select all").check()
    expect(frame.locator("#selection output")).to_have_text("2 worklogs selected")
    assert_accessible(frame)
    assert frame.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    frame.get_by_role("button", name="Move to an issue …").click()
    dialog = frame.get_by_role("dialog")
    dialog.get_by_label("Issue", exact=True).fill(right.key)
    frame.locator("#dialog-issues [role='option']", has_text=right.key).click()
    expect(dialog).to_contain_text("2 worklogs change, 2h in all.")
    with journey.expect_answer("/reports?"):
        dialog.get_by_role("button", name="Move 2 worklogs").click()
    expect(frame.locator("#flags")).to_contain_text("2 worklogs moved.")
    frame.locator("#report-table tfoot td").click()
    expect(behind.get_by_role("link", name=right.key)).to_have_count(2)
    frame.get_by_role("button", name="Done").click()
    assert sorted(work.logged(right)) == [(MON, HOUR), (TUE, HOUR)]
    frame.locator("#flags").get_by_role("button", name="Undo").click()
    expect(frame.locator("#flags")).to_contain_text("2 changes undone.")
    assert sorted(work.logged(wrong)) == [(MON, HOUR), (TUE, HOUR), (WED, 2 * HOUR)]
