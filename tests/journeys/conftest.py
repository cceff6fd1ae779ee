"""Fixtures for journeys: the emulated Jira, the app in its frame, and checks for every error in the browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Person
from tests.journeys.support.axe import violations
from tests.journeys.support.journey import PATIENCE_MS, VIOLATED, Journey
from tests.journeys.support.language import ScreenLanguage, choose_language
from tests.journeys.support.sheet import NOW, ZONE, Sheet, Work
from tests.journeys.support.team_stage import grant, make_team
from tests.web.support.registered_once import registering_once
from tools.node import build_page
from tools.stage import Stage, set_stage

__all__ = ["SEARCH_LAG", "VIOLATED", "Journey"]

# Long timeouts for a busy machine; a wait ends as soon as its condition is met.
expect.set_options(timeout=PATIENCE_MS)

SEARCH_LAG = 3
"""Seconds until a search in the emulated Jira has settled after a change."""
CONNECT, FORGE = "connect", "forge"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a journey through the doors that ``--door`` names, and that it can pass."""
    if "door" in metafunc.fixturenames:
        metafunc.parametrize("door", doors_of(metafunc.definition, metafunc.config.getoption("--door")))


def doors_of(test: pytest.Item, wanted: str | None) -> list[ParameterSet]:
    """Return the doors of a journey. Without a choice everything runs through Connect, and a selection through both.

    A journey that is about one door is skipped, with its reason, where only the other one is wanted.
    """
    only = test.get_closest_marker("only_door")
    if only is not None:
        [door], reason = only.args, only.kwargs["reason"]
        skipped = [pytest.mark.skip(reason=reason)] if wanted not in (None, "both", door) else []
        return [pytest.param(door, marks=skipped)]
    if wanted is None:
        wanted = "both" if test.get_closest_marker("each_door") else CONNECT
    return [pytest.param(door) for door in ((CONNECT, FORGE) if wanted == "both" else (wanted,))]


@pytest.fixture
def door() -> str:
    """Return how the app is inside Jira: as a Connect app or as a Forge app."""
    raise RuntimeError("pytest_generate_tests gives each journey its door")


@pytest.fixture(scope="session")
def forge_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the page of the Forge app, with Atlassian's own bridge."""
    folder: Path = tmp_path_factory.mktemp("forge") / "app"
    build_page(folder)
    return folder


@pytest.fixture
def page_of_door(door: str, request: pytest.FixtureRequest) -> Path | None:
    """Return the folder of the page that Jira frames, if it is not the app itself that has it."""
    return request.getfixturevalue("forge_page") if door == FORGE else None


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Return options for pages whose animations are off: the processor would draw every frame of them."""
    return {**browser_context_args, "reduced_motion": "reduce"}


@pytest.fixture(scope="session", autouse=True)
def registered_once() -> Iterator[None]:
    with registering_once():
        yield


@pytest.fixture
def stage(tmp_path: Path, page_of_door: Path | None) -> Iterator[Stage]:
    """Run a site and the app, new for each journey: half a second ensures that no journey sees another's data.

    Searches lag behind changes, as in Jira.
    """
    with set_stage(tmp_path, search_lag=SEARCH_LAG, forge_page=page_of_door) as ready:
        yield ready


@pytest.fixture
def person(stage: Stage) -> Person:
    """Return a person with ordinary rights; the seed's first person is a Jira admin."""
    return stage.jira.person(1)


@pytest.fixture
def colleague(stage: Stage) -> Person:
    """Return another person with ordinary rights."""
    return stage.jira.person(2)


@pytest.fixture
def journey(page: Page, stage: Stage, person: Person) -> Iterator[Journey]:
    """Run a journey of this person; it fails if the console or the content security policy reported anything."""
    traveling = Journey(page, stage, person)
    yield traveling
    assert traveling.unexpected() == []


@pytest.fixture
def members(journey: Journey, colleague: Person) -> Frame:
    """Return the members of the team Payments, which are one colleague, for its lead."""
    grant(journey.stage, journey.person, journey.stage.jira.person(5))
    make_team(journey.stage, "Payments", journey.person, colleague)
    frame = journey.open("teams")
    frame.get_by_role("button", name="Settings of Payments").click()
    expect(frame.locator("#member-table")).to_be_visible()
    return frame


@pytest.fixture
def admin(journey: Journey) -> Journey:
    """Return the journey of a Jira admin on a Wednesday in March."""
    clock = journey.stage.cloud.cloud.clock
    clock.travel((NOW - clock()).total_seconds())
    journey.person = journey.stage.jira.person(0)
    journey.person.locale = "en_GB"
    return journey


@pytest.fixture
def work(stage: Stage, person: Person) -> Work:
    """Return this person's actions in Jira itself, on a Wednesday without seeded data."""
    clock = stage.cloud.cloud.clock
    clock.travel((NOW - clock()).total_seconds())
    person.time_zone, person.locale = ZONE.key, "en_GB"
    return Work(stage, person)


@pytest.fixture
def sheet(journey: Journey, work: Work) -> Sheet:
    """Return the timesheet of that Wednesday's week, not opened yet."""
    return Sheet(journey, work)


@pytest.fixture(scope="session")
def assert_accessible() -> Callable[[Page | Frame], None]:
    """Return a function that fails with axe's own report if it finds anything on a page or in a frame.

    It looks at the app's pages in both themes.
    """

    def check(where: Page | Frame) -> None:
        found = violations(where)
        assert not found, "\n".join(found)

    return check


@pytest.fixture
def screen_language(request: pytest.FixtureRequest, journey: Journey, work: Work) -> ScreenLanguage:
    """Return the language that a journey is parametrized with; everybody in the journey has chosen it."""
    code = str(request.param)
    admin = journey.stage.jira.person(0)
    for who in (journey.person, admin):
        choose_language(work.stage, who, code)
    return ScreenLanguage(code, journey)
