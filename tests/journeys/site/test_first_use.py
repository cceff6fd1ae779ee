"""The first minutes on a new site, with the keyboard alone: no dead ends, and the focus is never lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.journeys.conftest import Journey
from tests.journeys.support.sheet import Work
from tests.journeys.support.team_stage import make_team

Check = Callable[[Page | Frame], None]


@pytest.fixture
def admin(journey: Journey, work: Work) -> Journey:
    journey.person = journey.stage.jira.person(0)
    return journey


def focus(frame: Frame) -> str:
    """Return the id of the focused element, else its text; ``body`` if nothing has the focus."""
    return str(
        frame.evaluate(
            """() => {
                const on = document.activeElement;
                return on === document.body ? "body" : on.id || on.textContent.trim();
            }"""
        )
    )


def press(journey: Journey, *keys: str) -> None:
    for key in keys:
        journey.page.keyboard.press(key)


@pytest.mark.each_door
def test_an_admin_is_led_from_the_checklist_to_a_team_with_people(
    admin: Journey, assert_accessible: Check
) -> None:
    frame = admin.open()
    steps = frame.locator("#checklist")
    expect(steps).to_contain_text("0 of 5 done")
    expect(steps.get_by_role("link")).to_have_text("Add a calendar of public holidays")
    assert_accessible(frame)
    steps.get_by_role("link").focus()
    press(admin, "Enter")
    admin.page.wait_for_url("**/configure**")
    frame = admin.frame()
    expect(frame.get_by_role("heading", name="Global calendars")).to_be_visible()
    frame.locator("#new-calendar").focus()
    press(admin, "Enter")
    name = frame.locator("#calendar-name")
    expect(name).to_be_focused()
    admin.page.keyboard.type("Bavaria")
    frame.locator("#save-settings").focus()
    press(admin, "Enter")
    expect(frame.locator("#settings-saved")).to_be_visible()
    expect(frame.locator("#checklist")).to_contain_text("1 of 5 done")
    assert focus(frame) == "save-settings"
    frame = admin.open("teams")
    frame.locator("#new-team").focus()
    press(admin, "Enter")
    expect(frame.locator("#new-team-name")).to_be_focused()
    admin.page.keyboard.type("Payments")
    press(admin, "Control+Enter")
    expect(frame.locator("#add-members")).to_be_focused()
    press(admin, "Enter")
    expect(frame.locator("#dialog")).to_be_visible()
    admin.page.keyboard.type("Hanno A")
    expect(frame.locator("#dialog .option")).to_be_visible()
    press(admin, "Enter")
    expect(frame.locator("#dialog .chip")).to_contain_text("Hanno")
    # Outside of an open dialog, screen readers announce nothing.
    expect(frame.locator("#dialog > [role=status]")).to_have_text(re.compile("^Hanno .* chosen.$"))
    press(admin, "Escape")
    expect(frame.locator("#unsaved")).to_be_visible()
    press(admin, "Escape")
    expect(frame.locator("#add-members")).to_be_focused()


def test_the_checklist_goes_when_it_is_dismissed_and_the_focus_stays_on_the_page(admin: Journey) -> None:
    frame = admin.open("teams")
    frame.locator("#dismiss-checklist").focus()
    press(admin, "Enter")
    expect(frame.locator("#checklist")).to_have_count(0)
    expect(frame.locator("#teams-title")).to_be_focused()
    frame = admin.open()
    expect(frame.get_by_role("grid")).to_be_visible()
    expect(frame.locator("#checklist")).to_have_count(0)


def test_a_lead_and_a_member_are_led_on(journey: Journey, work: Work) -> None:
    stage = journey.stage
    lead, member = stage.jira.person(1), stage.jira.person(2)
    make_team(stage, "Payments", lead)
    frame = journey.open("teams")
    frame.get_by_role("link", name="Payments").click()
    expect(frame.locator("#lead-alone")).to_contain_text("Nobody else is in this team yet.")
    frame.get_by_role("button", name="Add people").click()
    expect(frame.locator("#add-members")).to_be_visible()
    journey.person = member
    frame = journey.open("teams")
    expect(frame.locator("#no-teams")).to_contain_text("The team’s lead can add you.")
    frame.get_by_role("link", name="log your time").click()
    journey.page.wait_for_url("**/my-timesheet**")
    expect(journey.frame().locator("#empty")).to_contain_text("Search for an issue")


CREATED = [
    ("calendars", "#new-calendar", "#calendar-name"),
    ("schemes", "#new-scheme", "#scheme-name"),
    ("legends", "#new-legend", "#legend-title"),
    ("labels", "#new-label", "#label-name"),
]


@pytest.mark.parametrize(("section", "new", "name"), CREATED, ids=[section for section, *_ in CREATED])
def test_the_focus_is_on_the_page_after_something_was_made_or_deleted(
    admin: Journey, section: str, new: str, name: str
) -> None:
    frame = admin.open("configure", section=section)
    frame.locator(new).focus()
    press(admin, "Enter")
    expect(frame.locator(name)).to_be_focused()
    admin.page.keyboard.type("Zeta")
    if section == "legends":
        press(admin, "Tab")
        admin.page.keyboard.type("Z")
    frame.locator("#save-settings").focus()
    press(admin, "Enter")
    expect(frame.locator("#settings-saved")).to_be_visible()
    assert focus(frame) == "save-settings"
    frame.locator("#go-back").focus()
    press(admin, "Enter")
    expect(frame.locator(new)).to_be_visible()
    expect(frame.get_by_role("button", name="Zeta", exact=True)).to_be_focused()
    frame.locator(new).focus()
    press(admin, "Enter")
    expect(frame.locator(name)).to_be_focused()
    frame.locator("#go-back").focus()
    press(admin, "Enter")
    expect(frame.locator(new)).to_be_focused()
    frame.get_by_role("button", name="Delete Zeta").focus()
    press(admin, "Enter")
    expect(frame.locator("#dialog")).to_be_visible()
    frame.locator("#dialog [type=submit]").focus()
    press(admin, "Enter")
    expect(frame.locator("#dialog")).to_be_hidden()
    expect(frame.locator(new)).to_be_focused()


def test_the_focus_is_on_the_page_after_a_role_was_made(journey: Journey, work: Work) -> None:
    team = make_team(journey.stage, "Payments", journey.person)
    frame = journey.open("teams", team=team.id)
    frame.locator("#overview-menu summary").focus()
    press(journey, "ArrowDown", "End", "Enter")
    expect(frame.locator("#team-settings")).to_be_visible()
    assert focus(frame) != "body"
    frame.locator("#section-roles").focus()
    press(journey, "Enter")
    frame.locator("#new-role").focus()
    press(journey, "Enter")
    expect(frame.locator("#dialog")).to_be_visible()
    journey.page.keyboard.type("Observer")
    frame.locator("#dialog [name=permission]").first.check()
    press(journey, "Control+Enter")
    expect(frame.locator("#role-table")).to_contain_text("Observer")
    expect(frame.locator("#new-role")).to_be_focused()
    frame.locator("#section-scope").focus()
    press(journey, "Enter")
    frame.get_by_label("JQL filter").fill("labels = urgent")
    frame.locator("#save-settings").focus()
    press(journey, "Enter")
    expect(frame.locator("#settings-saved")).to_be_visible()
    expect(frame.locator("#save-settings")).to_be_focused()
