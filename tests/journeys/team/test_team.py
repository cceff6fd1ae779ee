"""From a site's permissions to a team, in the browser: the sections of the configuration, and a new team."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tools.stage import Stage

SECTIONS = (
    "Periods",
    "Permissions",
    "Global calendars",
    "Workload schemes",
    "Absence types",
    "User labels",
    "General",
)


@pytest.fixture
def person(stage: Stage) -> Person:
    """Return a Jira admin."""
    return stage.jira.person(0)


def section(frame: Frame, name: str) -> None:
    """Open one section of the configuration and wait for it."""
    frame.locator("nav").get_by_text(name, exact=True).click()
    expect(frame.get_by_role("heading", name=name, exact=True).first).to_be_visible()


def test_every_section_opens_and_is_accessible(
    journey: Journey, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    frame = journey.open("configure")
    for name in SECTIONS:
        section(frame, name)
        assert_accessible(frame)


def allow(journey: Journey, permission: str, whom: str) -> None:
    """Save a site permission in the configuration."""
    frame = journey.open("configure")
    section(frame, "Permissions")
    frame.locator(f"input[name={permission}][value={whom}]").check()
    with journey.expect_answer(method="POST") as saved:
        frame.get_by_role("button", name="Save", exact=True).click()
    assert saved.status == 200


def test_a_team_is_made_once_the_site_allows_it(journey: Journey, stage: Stage) -> None:
    frame = journey.open("teams")
    expect(frame.get_by_role("heading", name="You are in no team yet")).to_be_visible()
    expect(frame.get_by_role("button", name="Create team").first).to_be_visible()

    allow(journey, "team-managers", "nobody")
    frame = journey.open("teams")
    expect(frame.get_by_role("link", name="Permissions")).to_be_visible()
    expect(frame.get_by_role("button", name="Create team")).to_have_count(0)

    allow(journey, "team-administrators", "everybody")
    frame = journey.open("teams")
    frame.get_by_role("button", name="Create team").first.click()
    frame.locator("#dialog input[name=name]").fill("Payments crew")
    frame.locator("#dialog .primary").click()
    expect(frame.get_by_role("heading", name="Payments crew")).to_be_visible()
    expect(frame.get_by_text(journey.person.display_name).first).to_be_visible()

    outsider = stage.jira.person(3)
    journey.page.goto(stage.entrance(outsider, "availability"))
    expect(journey.frame().get_by_text("Click or drag over days, or use the arrow keys")).to_be_visible()
