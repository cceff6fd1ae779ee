"""The bars of a team's pages in every language, where they have little room."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, Locator, expect

from tests.journeys.conftest import Journey
from tests.journeys.support.language import choose_language, is_whole
from tests.journeys.support.team_stage import make_team
from timesheet.domain.language import LANGUAGES
from tools.stage import Stage

ADMIN = 0
NARROW, HALF_A_LINE = 640, 14


@pytest.fixture(params=LANGUAGES)
def teams(request: pytest.FixtureRequest, journey: Journey, stage: Stage) -> Frame:
    """Return the list of teams, which a Jira admin reads in a language, with one team that they lead."""
    journey.person = stage.jira.person(ADMIN)
    choose_language(stage, journey.person, request.param)
    make_team(stage, "Payments", journey.person)
    frame = journey.open("teams")
    expect(frame.locator("#new-team")).to_be_visible()
    return frame


def test_the_menu_of_a_team_is_never_alone_in_a_line(teams: Frame, journey: Journey) -> None:
    teams.locator("[id^=team-] [hx-get$='/settings']").click()
    bar = teams.locator(".team-settings > .bar")
    expect(bar.locator("> .menu")).to_be_visible()
    for width in (320, 345, 360, 375, 390, 641, 700, 1024):
        journey.page.set_viewport_size({"width": width, "height": 800})
        parts = ("> .menu", "h1", "> .navigation", "#to-overview")
        menu, name, links, overview = (middle_of(bar.locator(part)) for part in parts)
        assert min(abs(menu - name), abs(menu - links)) < HALF_A_LINE, f"alone at {width} px"
        assert abs(links - overview) < HALF_A_LINE, f"a line more at {width} px"


def test_the_search_of_teams_shows_what_it_finds(teams: Frame, journey: Journey) -> None:
    for width in (375, 1024, 1280):
        journey.page.set_viewport_size({"width": width, "height": 800})
        assert is_whole(teams.locator("#team-text")), f"cut at {width} px"
        if width > NARROW:
            lines = [middle_of(teams.locator(part)) for part in ("#new-team", "#team-text")]
            assert abs(lines[0] - lines[1]) < HALF_A_LINE, f"the button is below the search at {width} px"


def middle_of(part: Locator) -> float:
    """Return how far from the top of the frame the middle of a part of its bar is."""
    place = part.bounding_box()
    assert place
    return place["y"] + place["height"] / 2
