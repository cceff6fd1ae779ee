"""The first thing anybody does: open My Timesheet inside Jira."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.journeys.conftest import Journey


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_grid_opens_inside_jira_and_nothing_complains(
    journey: Journey, assert_accessible: Callable[[Page | Frame], None], theme: str
) -> None:
    journey.choose_theme(theme)
    frame = journey.open()
    expect(frame.get_by_role("grid")).to_be_visible()
    assert frame.locator("html").get_attribute("data-color-mode") == theme
    assert_accessible(frame)
