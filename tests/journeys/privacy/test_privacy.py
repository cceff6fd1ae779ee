"""One's own data as a file, and an admin who erases a person, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.journeys.conftest import Journey
from tests.journeys.support.team_stage import make_team
from tools.stage import Stage


@pytest.mark.each_door
def test_somebody_downloads_what_is_kept_about_them(
    journey: Journey, stage: Stage, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    make_team(stage, "Payments", stage.jira.person(2), journey.person)
    journey.open()
    frame = journey.open()
    frame.locator(".menu summary").click()
    frame.locator("#your-data-open").click()
    download = frame.locator("#download-own")
    expect(download).to_be_focused()
    assert_accessible(frame)
    with journey.page.expect_download() as coming:
        download.press("Enter")
    data = json.loads(Path(coming.value.path()).read_text())
    assert data["account_id"] == journey.person.account_id
    assert [membership["team"] for membership in data["memberships"]] == ["Payments"]


def test_a_dialog_that_is_higher_than_the_window_opens_at_its_beginning(journey: Journey) -> None:
    """The focus is on a button that stays at the lower edge, after a link in the text."""
    journey.page.set_viewport_size({"width": 375, "height": 600})
    frame = journey.open()
    frame.locator(".menu summary").click()
    frame.locator("#your-data-open").click()
    expect(frame.locator("#download-own")).to_be_focused()
    dialog = frame.locator("#dialog")
    assert dialog.evaluate("box => box.scrollHeight - box.clientHeight") > 20
    assert dialog.evaluate("box => box.scrollTop") == 0


def test_a_file_that_cannot_be_read_is_said_in_the_dialog(journey: Journey) -> None:
    frame = journey.open()
    frame.locator(".menu summary").click()
    frame.locator("#your-data-open").click()
    journey.cut_off("/your-data/file")
    journey.allow("ERR_FAILED")
    frame.locator("#download-own").press("Enter")
    expect(frame.get_by_role("dialog").get_by_role("alert")).to_contain_text("The file could not be read")
    expect(frame.locator("#flags .flag")).to_have_count(0)


def test_an_admin_erases_somebody(
    journey: Journey, stage: Stage, assert_accessible: Callable[[Page | Frame], None]
) -> None:
    leaving = stage.jira.person(3)
    make_team(stage, "Payments", stage.jira.person(2), leaving)
    journey.person = stage.jira.person(0)
    journey.open("configure")
    frame = journey.open("configure")
    frame.get_by_role("button", name="Personal data").click()
    box = frame.get_by_label("Find by name or account id")
    box.press_sequentially(leaving.display_name.lower())
    expect(frame.locator("#people-table tbody tr")).to_have_count(1)
    expect(box).to_be_focused()
    expect(box).to_have_value(leaving.display_name.lower())
    assert_accessible(frame)
    frame.get_by_role("button", name=f"Erase the data of {leaving.display_name}").click()
    typed = frame.locator("#typed")
    expect(typed).to_be_focused()
    assert_accessible(frame)
    typed.fill("Somebody else")
    typed.press("Enter")
    expect(frame.locator("#typed-error")).to_contain_text(leaving.display_name)
    expect(typed).to_have_value("Somebody else")
    typed.fill(leaving.display_name)
    typed.press("Enter")
    expect(frame.locator("#flags")).to_contain_text(f"The data of {leaving.display_name} is erased.")
    expect(frame.locator("#dialog")).to_be_hidden()
    expect(frame.locator("#people-table")).not_to_contain_text(leaving.display_name)


def test_a_lead_is_not_erased_before_handing_over(journey: Journey, stage: Stage) -> None:
    leading = stage.jira.person(2)
    make_team(stage, "Payments", leading)
    journey.person = stage.jira.person(0)
    frame = journey.open("configure")
    frame.get_by_role("button", name="Personal data").click()
    frame.get_by_role("button", name=f"Erase the data of {leading.display_name}").click()
    expect(frame.locator("#leads")).to_contain_text(f"{leading.display_name} leads Payments")
    expect(frame.locator("#erase-person [type=submit]")).to_have_count(0)
