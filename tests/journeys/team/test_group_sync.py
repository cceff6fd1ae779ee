"""A team that follows a Jira group, for its lead in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.journeys.conftest import Journey
from tests.journeys.support.team_stage import make_team


def open_groups(journey: Journey) -> Frame:
    frame = journey.open("teams")
    frame.get_by_role("button", name="Settings of Payments").click()
    frame.get_by_role("button", name="Groups", exact=True).click()
    expect(frame.get_by_role("heading", name="Groups", exact=True)).to_be_visible()
    return frame


def test_a_group_is_compared_then_taken_in_and_followed(
    journey: Journey, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    site = journey.stage.jira.site
    group = site.group_named("team-leads")
    assert group is not None
    people = {person for person in group.members if site.people[person].active} - {journey.person.account_id}
    assert people
    make_team(journey.stage, "Payments", journey.person)
    frame = open_groups(journey)
    assert_accessible(frame)
    frame.get_by_role("combobox", name="Group").press_sequentially("team-l")
    frame.get_by_role("option", name="team-leads").click()
    frame.get_by_role("button", name="Add and compare").click()
    expect(frame.locator("#plan")).to_contain_text(f"Join today ({len(people)})")
    expect(frame.locator("#group-table")).to_contain_text("not yet")
    assert_accessible(frame)
    frame.get_by_role("button", name="Update the team").click()
    expect(frame.locator("#flags")).to_contain_text(f"{len(people)} joined, 0 left.")
    expect(frame.locator("#group-table time")).to_be_visible()
    box = frame.get_by_role("combobox", name="Group")
    box.press_sequentially("team-l")
    frame.get_by_role("option", name="team-leads").click()
    frame.get_by_role("button", name="Compare with Jira").click()
    expect(frame.locator("#plan")).to_contain_text("The members of the team match its groups.")
    expect(box).to_have_value("team-leads")
    expect(frame.locator("#group-form [name=group]")).to_have_value(group.id)

    group.members.discard(min(people))
    frame.get_by_role("button", name="Compare with Jira").click()
    expect(frame.locator("#plan")).to_contain_text("Leave today (1)")
    frame.get_by_role("button", name="Update the team").click()
    expect(frame.locator("#flags")).to_contain_text("0 joined, 1 left.")

    del site.groups[group.id]
    frame.get_by_role("button", name="Compare with Jira").click()
    expect(frame.locator("#plan")).to_contain_text("Jira no longer has this group.")
    assert_accessible(frame)
    frame.get_by_role("button", name="Remove the group team-leads").click()
    expect(frame.locator("#group-table")).to_have_count(0)
    frame.get_by_role("button", name="Members", exact=True).click()
    expect(frame.locator("#member-table tbody tr")).to_have_count(1 + len(people))


@pytest.mark.each_door
def test_a_small_screen_holds_the_groups(
    journey: Journey, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    journey.page.set_viewport_size({"width": 360, "height": 740})
    make_team(journey.stage, "Payments", journey.person)
    frame = open_groups(journey)
    frame.get_by_role("combobox", name="Group").press_sequentially("team-l")
    frame.get_by_role("option", name="team-leads").click()
    frame.get_by_role("button", name="Add and compare").click()
    expect(frame.locator("#plan")).to_be_visible()
    assert_accessible(frame)
    wide = frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
