"""Attributes of worklogs: an admin defines one, and a lead chooses it for the team."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.journeys.conftest import Journey
from tests.journeys.support.team_stage import make_team, stores_of
from timesheet.domain.attribute.attribute import BILLABLE

Check = Callable[[Page | Frame], None]


def open_attributes(journey: Journey) -> Frame:
    frame = journey.open("configure")
    frame.get_by_role("button", name="Attributes", exact=True).click()
    expect(frame.get_by_role("heading", name="Attributes", exact=True)).to_be_visible()
    return frame


@pytest.mark.parametrize("width", [1024, 375])
def test_a_select_list_is_defined_and_retired(admin: Journey, width: int, assert_accessible: Check) -> None:
    admin.page.set_viewport_size({"width": width, "height": 800})
    frame = open_attributes(admin)
    assert_accessible(frame)
    frame.locator("#new-attribute").press("Enter")
    frame.get_by_role("button", name="Select list").press("Enter")
    expect(frame.locator("#attribute-name")).to_be_focused()
    admin.page.keyboard.type("Activity")
    frame.get_by_label("Options").fill("Design\nTest")
    frame.get_by_role("radio", name="Everybody who logs time").check()
    assert_accessible(frame)
    frame.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(frame.locator("#settings-saved")).to_be_visible()
    frame.get_by_label("Default").select_option(label="Test")
    expect(frame.locator("#save-note")).to_have_text("Unsaved changes")
    frame.get_by_role("button", name="Save", exact=True).click()
    expect(frame.locator("#settings-saved")).to_be_visible()
    frame.get_by_role("button", name="Back to the list").click()
    frame.locator("[id^=retire-]").last.click()
    assert_accessible(frame)
    frame.get_by_role("dialog").get_by_role("button", name="Retire").click()
    expect(frame.locator("#flags")).to_contain_text("Activity is retired.")
    with stores_of(admin.stage) as stores:
        activity = stores.attributes.all()[1]
    assert (activity.retired, len(activity.options), activity.everywhere) == (True, 2, True)


@pytest.mark.each_door
def test_a_team_chooses_billable(admin: Journey, assert_accessible: Check) -> None:
    team = make_team(admin.stage, "Payments", admin.person)
    frame = admin.open("teams", team=team.id)
    frame.locator("#overview-menu summary").click()
    frame.locator("#to-settings").click()
    frame.locator("#section-attributes").click()
    frame.get_by_label("Billable").press("Space")
    assert_accessible(frame)
    frame.get_by_role("button", name="Save", exact=True).click()
    expect(frame.locator("#settings-saved")).to_be_visible()
    with stores_of(admin.stage) as stores:
        assert stores.attributes.chosen() == {team.id: {BILLABLE}}
