"""A site moves to the Forge app: a Jira admin decides on the page that everybody finds there first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.journeys.conftest import SEARCH_LAG, Journey
from tests.journeys.support.team_stage import make_team
from tools.stage import Stage, set_stage

CHOSEN = (
    "Somebody has already chosen what happens to the data of this site. Reload the page to open Timesheet."
)
UNREACHED = "Timesheet could not be reached"

pytestmark = pytest.mark.only_door("forge", reason="about the first page after the move to it")


@pytest.fixture
def stage(tmp_path: Path, page_of_door: Path) -> Iterator[Stage]:
    """Run a site that has the Forge app beside the Connect app, in which there is a team."""
    with set_stage(tmp_path, search_lag=SEARCH_LAG, forge_page=page_of_door, connect_before=True) as ready:
        make_team(ready, "Payments", ready.jira.person(0), ready.jira.person(1))
        yield ready


@pytest.fixture
def admin(page: Page, stage: Stage) -> Iterator[Journey]:
    """Run a journey of a Jira admin."""
    traveling = Journey(page, stage, stage.jira.person(0))
    yield traveling
    assert traveling.unexpected() == []


def test_somebody_who_is_not_an_admin_reads_who_can_continue(
    journey: Journey, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    frame = journey.open("teams")
    expect(frame.get_by_role("heading", name="Timesheet is not ready yet")).to_be_visible()
    expect(frame.locator("#main")).to_contain_text("A Jira admin who opens Timesheet can confirm")
    expect(frame.get_by_role("button")).to_have_count(0)
    expect(frame.locator("body")).not_to_contain_text("Payments")
    assert_accessible(frame)


def test_a_panel_on_an_issue_is_no_taller_than_what_it_says(journey: Journey) -> None:
    issue = next(one for one in journey.stage.jira.site.issues.values() if one.project.key == "PAY")
    frame = journey.open_panel(issue.key)
    expect(frame.get_by_role("heading", name="Timesheet is not ready yet")).to_be_visible()
    frame.wait_for_function("innerHeight === document.body.offsetHeight")
    assert frame.evaluate("innerHeight") < 300


def test_an_admin_keeps_the_data_and_goes_on_with_it(
    admin: Journey, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    frame = admin.open("teams")
    expect(frame.get_by_role("heading", name="Keep the data of this site")).to_be_visible()
    assert_accessible(frame)
    keep = frame.get_by_role("button", name="Keep the data")
    keep.focus()
    admin.page.keyboard.press("Enter")
    expect(frame.get_by_role("heading", name="The data is kept")).to_be_visible()
    frame = admin.open("teams")
    expect(frame.get_by_role("link", name="Payments")).to_be_visible()


def test_an_admin_starts_empty(admin: Journey) -> None:
    frame = admin.open("teams")
    frame.locator("summary", has_text="Start empty instead").click()
    frame.get_by_role("button", name="Start empty").dblclick()
    expect(frame.get_by_role("heading", name="Timesheet starts empty")).to_be_visible()
    frame = admin.open("teams")
    expect(frame.get_by_role("heading", name="Teams", exact=True)).to_be_visible()
    expect(frame.get_by_role("link", name="Payments")).to_have_count(0)


def test_an_admin_whose_answer_is_lost_reads_that_the_choice_was_made(admin: Journey) -> None:
    frame = admin.open("teams")
    keep = frame.get_by_role("button", name="Keep the data")
    admin.lose_answers("/move")
    admin.allow("Failed to (load|fetch)")
    keep.click()
    expect(frame.get_by_text(UNREACHED)).to_be_visible()
    admin.restore()
    keep.click()
    expect(frame.get_by_text(CHOSEN)).to_be_visible()
    frame = admin.open("teams")
    expect(frame.get_by_role("link", name="Payments")).to_be_visible()


def test_a_choice_that_differs_in_another_tab_changes_nothing(admin: Journey) -> None:
    frame = admin.open("teams")
    with admin.page.context.new_page() as tab:
        tab.goto(admin.page.url)
        other = admin.frame(tab)
        other.get_by_role("button", name="Keep the data").click()
        expect(other.get_by_role("heading", name="The data is kept")).to_be_visible()
    admin.allow("409")
    frame.locator("summary", has_text="Start empty instead").click()
    frame.get_by_role("button", name="Start empty").click()
    expect(frame.get_by_text(CHOSEN)).to_be_visible()
    frame = admin.open("teams")
    expect(frame.get_by_role("link", name="Payments")).to_be_visible()
