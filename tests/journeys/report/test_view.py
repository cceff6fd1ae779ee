"""Saved views in a real browser: a lead saves one for the team by keyboard, and a colleague opens it by its link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.report.test_report import choose_team, open_report
from tests.journeys.support.sheet import HOUR, MON, Work
from tests.journeys.support.team_stage import make_team, stores_of
from timesheet.domain.team.team import Team
from tools.stage import Stage


@pytest.fixture
def team(stage: Stage, work: Work, person: Person, colleague: Person) -> Team:
    """Return a team led by the traveler, in which eleven hours are logged."""
    refunds = work.issue("Mend the refund flow")
    Work(stage, colleague).log(refunds, MON, 10 * HOUR)
    work.log(refunds, MON, HOUR)
    return make_team(stage, "Payments", person, colleague)


@pytest.mark.each_door
def test_a_lead_saves_a_view_by_keyboard_and_a_colleague_opens_its_link(
    journey: Journey, team: Team, colleague: Person, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    frame, keyboard = open_report(journey), journey.page.keyboard
    choose_team(frame, team)
    frame.locator("#level-1").select_option("person")
    expect(frame.locator("#sort-name")).to_have_text("Person › Issue")
    frame.locator("#views-menu summary").focus()
    keyboard.press("ArrowDown")
    assert_accessible(frame)
    keyboard.press("Enter")
    expect(frame.locator("#view-name")).to_be_focused()
    assert_accessible(frame)
    keyboard.type("Who did what")
    keyboard.press("Tab")
    expect(frame.locator("#view-default")).to_be_hidden()
    keyboard.type("Payments")
    keyboard.press("Tab")
    keyboard.press("Space")
    keyboard.press("Control+Enter")
    expect(frame.locator("#views-menu summary")).to_have_text("View: Who did what")
    expect(frame.locator("#dialog")).to_be_hidden()
    frame.locator("#views-menu summary").click()
    frame.locator("#edit-view").click()
    expect(frame.locator("#view-default")).to_be_checked()
    assert_accessible(frame)
    link = frame.locator("#view-link").input_value()
    frame.locator("[data-copy]").click()
    expect(frame.locator("#dialog > [role=status]")).to_contain_text("The link is")
    journey.person = colleague
    open_report(journey)
    journey.page.goto(link)
    theirs = journey.frame()
    expect(theirs.locator("#views-menu summary")).to_have_text("View: Who did what")
    expect(theirs.locator("#sort-name")).to_have_text("Person › Issue")


def open_changed_view(journey: Journey, team: Team) -> Frame:
    """Save a view of a team's report, and then change its columns."""
    frame = open_report(journey)
    choose_team(frame, team)
    frame.locator("#views-menu summary").click()
    frame.locator("#save-view").click()
    frame.locator("#view-name").fill("Mine")
    frame.get_by_role("button", name="Save", exact=True).click()
    expect(frame.locator("#views-menu summary")).to_have_text("View: Mine")
    frame.locator("#choose-columns").select_option("month")
    return frame


def test_a_view_is_changed_and_deleted(journey: Journey, team: Team) -> None:
    frame = open_changed_view(journey, team)
    frame.locator("#views-menu summary").click()
    frame.locator("#overwrite-view").click()
    expect(frame.locator("#overwrite-view")).to_have_count(0)
    frame = open_report(journey)
    frame.locator("#views-menu summary").click()
    frame.get_by_role("button", name="Mine").click()
    expect(frame.locator("#choose-columns")).to_have_value("month")
    frame.locator("#views-menu summary").click()
    frame.locator("#edit-view").click()
    frame.locator("#dialog").get_by_text("Delete …").click()
    expect(frame.locator("#dialog")).to_contain_text("Deleting cannot be undone.")
    frame.locator("#delete-view").click()
    expect(frame.locator("#views-menu summary")).to_have_text("Views")
    expect(frame.locator("#report-table tfoot td").last).to_have_text("11:00")
    expect(frame.locator("#choose-who")).to_have_value(team.id)


def test_a_view_has_the_chart_that_was_shown_when_it_was_saved(journey: Journey, team: Team) -> None:
    frame = open_report(journey)
    choose_team(frame, team)
    shares = frame.locator("#chart-share")
    shares.click()
    expect(shares).to_have_attribute("aria-pressed", "true")
    frame.locator("#views-menu summary").click()
    frame.locator("#save-view").click()
    frame.locator("#view-name").fill("Shares of Payments")
    frame.get_by_role("button", name="Save", exact=True).click()
    expect(frame.locator("#views-menu summary")).to_have_text("View: Shares of Payments")
    expect(shares).to_have_attribute("aria-pressed", "true")
    frame = open_report(journey)
    frame.locator("#views-menu summary").click()
    frame.get_by_role("button", name="Shares of Payments").click()
    expect(frame.locator("#chart-share")).to_have_attribute("aria-pressed", "true")
    expect(frame.locator("#report-charts svg").first).to_be_visible()
    with frame.page.expect_response("**/reports?**"):
        frame.evaluate("document.querySelector('#report').dispatchEvent(new Event('outdated'))")
    expect(frame.locator("#report-charts svg").first).to_be_visible()
    expect(frame.locator("#chart-share")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("width", [1280, 375])
def test_a_long_name_is_cut_off_on_the_page_and_whole_in_the_menu(
    journey: Journey, work: Work, width: int
) -> None:
    name = "Time of the teams in payments, support, and operations by week and issue"
    journey.page.set_viewport_size({"width": width, "height": 740})
    frame = open_report(journey)
    frame.locator("#views-menu summary").click()
    frame.locator("#save-view").click()
    frame.locator("#view-name").fill(name)
    frame.get_by_role("button", name="Save", exact=True).click()
    expect(frame.locator("#views-menu summary")).to_have_text(f"View: {name}")
    overflow = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
    assert frame.evaluate(overflow) <= 0
    box = frame.locator("#views-menu summary").bounding_box()
    assert box is not None
    assert box["width"] <= 320
    frame.locator("#views-menu summary").click()
    expect(frame.get_by_role("button", name=name, exact=True)).to_be_visible()


def test_a_view_that_another_tab_changed_or_deleted_leaves_the_report_on_the_page(
    journey: Journey, stage: Stage, team: Team
) -> None:
    journey.allow("Failed to load resource: .* status of 404")
    frame = open_changed_view(journey, team)
    dialog, menu, total = (
        frame.locator(name) for name in ("#dialog", "#views-menu summary", "#report tfoot")
    )
    menu.click()
    with stores_of(stage) as stores:
        [view] = stores.views.of(journey.person.account_id, ())
        stores.views.save(replace(view, name="Theirs"))
    frame.locator("#overwrite-view").click()
    expect(dialog).to_contain_text("by somebody else or in another tab")
    expect(dialog.locator("#view-name")).to_have_value("Mine")
    expect(total).to_be_visible()
    with stores_of(stage) as stores:
        stores.views.delete(view.id)
    dialog.locator("#view-name").fill("Typed")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.locator("#dialog-problem")).to_contain_text("This was deleted while you were editing.")
    expect(dialog.locator("#view-name")).to_have_value("Typed")
    dialog.get_by_role("button", name="Cancel").click()
    menu.click()
    frame.locator("#overwrite-view").click()
    expect(dialog.locator("#dialog-problem")).to_contain_text("Save creates it again, as shown below.")
    expect(dialog.locator("#view-name")).to_have_value("Mine")
    expect(total).to_be_visible()
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(menu).to_have_text("View: Mine")
    menu.click()
    frame.locator("#edit-view").click()
    dialog.get_by_text("Delete …").click()
    with stores_of(stage) as stores:
        stores.views.delete(view.id)
    dialog.get_by_role("button", name="Delete this view").click()
    expect(frame.locator("#flags")).to_contain_text("This view no longer exists, or you cannot see it.")
    expect(dialog).not_to_be_visible()
    expect(menu).to_have_text("Views")
    expect(total).to_be_visible()
