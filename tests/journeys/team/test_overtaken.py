"""Answers to a save in a team's dialog that come after somebody has closed it, and opened another one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Locator, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.support.held_answer import hold_answer


def save_late(journey: Journey, members: Frame, colleague: Person, left: str) -> Callable[[], None]:
    """Save a leaving date, and cancel the dialog while the answer is awaited; return what lets it come."""
    members.get_by_role("button", name=f"Edit {colleague.display_name}").click()
    members.get_by_label("Leaving date").last.fill(left)
    save = members.locator("#dialog").get_by_role("button", name="Save")
    let_come = hold_answer(journey, "/teams", save.click, method="POST")
    members.locator("#dialog").get_by_role("button", name="Cancel").click()
    return let_come


def add_people(members: Frame) -> Locator:
    """Open another dialog and type into it."""
    members.locator("#add-members").click()
    joined = members.locator("#dialog").get_by_label("Joining date")
    joined.fill("2024-05-06")
    return joined


@pytest.mark.each_door
def test_what_is_saved_late_leaves_another_dialog_open(
    journey: Journey, members: Frame, colleague: Person
) -> None:
    let_come = save_late(journey, members, colleague, "2025-06-30")
    joined = add_people(members)
    let_come()
    expect(members.locator("#member-table")).to_contain_text("30 Jun 2025")
    expect(members.locator("#flags")).to_contain_text(f"{colleague.display_name} is saved.")
    expect(members.locator("#dialog-title")).to_have_text("Add people to Payments")
    expect(joined).to_have_value("2024-05-06")


def test_what_is_refused_late_is_said_beside_another_dialog(
    journey: Journey, members: Frame, colleague: Person
) -> None:
    let_come = save_late(journey, members, colleague, "2020-06-30")
    joined = add_people(members)
    let_come()
    expect(members.locator("#flags")).to_contain_text(f"“{colleague.display_name}” is not saved.")
    expect(members.locator("#dialog-title")).to_have_text("Add people to Payments")
    expect(joined).to_have_value("2024-05-06")


def test_what_is_refused_late_opens_its_dialog_again(
    journey: Journey, members: Frame, colleague: Person
) -> None:
    let_come = save_late(journey, members, colleague, "2020-06-30")
    expect(members.locator("#dialog")).to_be_hidden()
    let_come()
    expect(members.locator("#dialog-title")).to_contain_text(colleague.display_name)
    expect(members.locator("#error-left")).to_be_visible()
