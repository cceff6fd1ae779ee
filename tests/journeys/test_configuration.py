"""The configuration page as a Jira admin and as somebody else meets it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.journeys.conftest import Journey


@pytest.fixture
def admin(journey: Journey) -> Journey:
    journey.person = journey.stage.jira.person(0)
    return journey


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_settings_are_marked_kept_and_saved(
    admin: Journey, assert_accessible: Callable[[Page | Frame], None], theme: str
) -> None:
    admin.choose_theme(theme)
    frame = admin.open("configure")
    zone, save = frame.get_by_label("Fallback time zone"), frame.get_by_role("button", name="Save")
    zone.fill("Nowhere/City")
    expect(frame.locator(".dirty-mark:visible")).to_have_count(1)
    frame.get_by_role("button", name="Site").click()
    expect(frame.locator("#save-note")).to_have_text("You have unsaved changes. Save or discard them first.")
    save.click()
    expect(frame.locator("#fallback_zone-error")).to_contain_text("no such time zone")
    expect(zone).to_be_focused()
    assert_accessible(frame)
    zone.fill("europe/berlin")
    save.click()
    expect(frame.locator("#settings-saved")).to_be_visible()
    expect(zone).to_have_value("Europe/Berlin")
    frame.get_by_role("button", name="Site").click()
    expect(frame.get_by_role("heading", name="What is stored")).to_be_visible()
    assert_accessible(frame)
