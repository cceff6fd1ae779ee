"""Clicks while an earlier request is not answered yet: none of them is lost, or hits something else."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, Locator, expect

from tests.journeys.conftest import Journey
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.team_stage import grant, make_team, stores_of
from timesheet.domain.team.team import Role
from timesheet.services.viewer.team_context import new_id
from tools.stage import Stage

ROLES = ("Auditor", "Planner")


@pytest.fixture
def requests(journey: Journey) -> HeldRequests:
    return HeldRequests(journey, "/teams")


@pytest.fixture
def settings(journey: Journey, stage: Stage) -> Frame:
    """Return the general settings of a team."""
    grant(stage, journey.person, journey.person)
    team = make_team(stage, "Payments", journey.person, stage.jira.person(2))
    with stores_of(stage) as stores:
        for name in ROLES:
            stores.teams.save_role(Role(new_id(), team.id, name, frozenset()))
    frame = journey.open("teams")
    frame.get_by_role("button", name="Settings of Payments").click()
    open_section(frame, "General")
    expect(heading(frame, "General")).to_be_visible()
    return frame


def open_section(frame: Frame, name: str) -> None:
    frame.get_by_role("button", name=name, exact=True).click()


def heading(frame: Frame, name: str) -> Locator:
    return frame.get_by_role("heading", name=name, exact=True)


def save(frame: Frame) -> None:
    frame.get_by_role("button", name="Save").click()


@pytest.mark.parametrize("name", ["Payments", "Invoices"], ids=["nothing changed", "changed"])
def test_a_section_clicked_during_a_save_opens_after_it(
    settings: Frame, requests: HeldRequests, name: str
) -> None:
    settings.get_by_label("Name").fill(name)
    requests.hold(lambda: save(settings))
    open_section(settings, "Members")
    requests.release()
    expect(heading(settings, "Members")).to_be_visible()
    expect(settings.locator("#team-title")).to_have_text(name)


def test_a_section_clicked_during_a_save_that_is_refused_stays_closed(
    settings: Frame, requests: HeldRequests
) -> None:
    settings.get_by_label("Name").fill("")
    requests.hold(lambda: save(settings))
    open_section(settings, "Members")
    requests.release()
    expect(settings.get_by_label("Name")).to_be_focused()
    expect(settings.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    # The refusal has not kept the click for later.
    settings.get_by_label("Name").fill("Invoices")
    save(settings)
    expect(settings.locator("#settings-saved")).to_be_visible()
    expect(heading(settings, "General")).to_be_visible()


def test_all_teams_clicked_during_a_save_opens_after_it(settings: Frame, requests: HeldRequests) -> None:
    settings.get_by_label("Name").fill("Invoices")
    requests.hold(lambda: save(settings))
    settings.get_by_role("button", name="All teams").click()
    requests.release()
    expect(settings.get_by_role("button", name="Settings of Invoices")).to_be_visible()


def test_all_teams_does_not_discard_changes(settings: Frame) -> None:
    settings.get_by_label("Name").fill("Invoices")
    settings.get_by_role("button", name="All teams").click()
    expect(settings.locator("#save-note")).to_have_text(
        "You have unsaved changes. Save or discard them first."
    )


def test_archiving_does_not_discard_changes(settings: Frame) -> None:
    settings.get_by_label("Description").fill("Not saved yet")
    settings.locator("summary[title=More]").click()
    settings.get_by_role("button", name="Archive").click()
    expect(settings.locator("#save-note")).to_have_text(
        "You have unsaved changes. Save or discard them first."
    )
    expect(settings.get_by_label("Description")).to_have_value("Not saved yet")


def test_the_last_of_two_sections_clicked_in_a_row_opens(settings: Frame, requests: HeldRequests) -> None:
    requests.hold(lambda: open_section(settings, "Members"))
    requests.hold(lambda: open_section(settings, "Roles"))
    requests.release()
    expect(heading(settings, "Roles")).to_be_visible()


@pytest.mark.only_door("connect", reason="Atlassian’s gateway cannot cancel a call, so its answer is ignored")
def test_a_page_is_canceled_when_another_one_is_opened(settings: Frame, requests: HeldRequests) -> None:
    requests.hold(settings.get_by_role("button", name="All teams").click)
    with settings.page.expect_event("requestfailed"):
        settings.get_by_role("link", name="Overview").click()
    requests.release()
    expect(settings.locator("#overview-title")).to_be_visible()


def test_both_of_two_deletions_in_a_row_are_shown(settings: Frame, requests: HeldRequests) -> None:
    open_section(settings, "Roles")
    expect(heading(settings, "Roles")).to_be_visible()
    for name in ROLES:
        button = settings.get_by_role("button", name=f"Delete {name}")
        requests.hold(button.click)
    for name in ROLES:
        requests.release_first()
        expect(settings.locator("#flags")).to_contain_text(f"The role “{name}” is deleted.")
        expect(settings.get_by_role("rowheader", name=name)).to_have_count(0)


def click(frame: Frame, name: str, count: int) -> None:
    """Press the mouse over a button, without moving it if it is there, as the click of this number in a row."""
    box = frame.get_by_role("button", name=name).bounding_box()
    assert box
    mouse = frame.page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.down(click_count=count)
    mouse.up(click_count=count)


def test_a_double_click_deletes_one_role(settings: Frame, requests: HeldRequests) -> None:
    open_section(settings, "Roles")
    first, second = (settings.get_by_role("rowheader", name=name) for name in ROLES)
    place = settings.get_by_role("button", name=f"Delete {ROLES[0]}").bounding_box()
    click(settings, f"Delete {ROLES[0]}", 1)
    expect(first).to_have_count(0)
    assert settings.get_by_role("button", name=f"Delete {ROLES[1]}").bounding_box() == place
    click(settings, f"Delete {ROLES[1]}", 2)
    expect(settings.locator("#flags")).to_contain_text(f"The role “{ROLES[0]}” is deleted.")
    settings.get_by_role("button", name=f"Edit {ROLES[1]}").click()
    expect(settings.locator("#dialog")).to_be_visible()
    settings.page.keyboard.press("Escape")
    expect(settings.locator("#dialog")).to_be_hidden()
    expect(second).to_be_visible()
    click(settings, f"Delete {ROLES[1]}", 1)
    expect(second).to_have_count(0)


def test_a_key_that_is_kept_pressed_deletes_one_role(settings: Frame, requests: HeldRequests) -> None:
    open_section(settings, "Roles")
    first, second = (settings.get_by_role("rowheader", name=name) for name in ROLES)
    keyboard = settings.page.keyboard
    settings.get_by_role("button", name=f"Delete {ROLES[0]}").focus()
    keyboard.down("Enter")
    expect(first).to_have_count(0)
    following = settings.get_by_role("button", name=f"Delete {ROLES[1]}")
    expect(following).to_be_focused()
    # The browser repeats a key that was not released.
    keyboard.down("Enter")
    keyboard.up("Enter")
    settings.get_by_role("button", name=f"Edit {ROLES[1]}").click()
    expect(settings.locator("#dialog")).to_be_visible()
    settings.page.keyboard.press("Escape")
    expect(settings.locator("#dialog")).to_be_hidden()
    expect(second).to_be_visible()
    following.press("Enter")
    expect(second).to_have_count(0)
