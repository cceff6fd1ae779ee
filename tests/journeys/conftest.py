"""Fixtures for journeys: the emulated Jira, the app in its frame, and checks for every error in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Frame, Page, expect

from jira_emulator.model import Person
from tests.journeys.support.sheet import NOW, ZONE, Sheet, Work
from tools.stage import Stage, set_stage

# Long timeouts for a busy machine; a wait ends as soon as its condition is met.
expect.set_options(timeout=20_000)

# The browser reports these statuses as errors; a journey that causes one checks the message on the screen.
EXPECTED_ANSWERS = re.compile(r"Failed to load resource: .* status of (401|403|409|422|429|502|503|504) ")
MY_TIMESHEET = "my-timesheet"
SEARCH_LAG = 3
"""Seconds until a search in the emulated Jira has settled after a change."""
VIOLATED = "content policy violated:"
# Runs in every frame before its own scripts: reports what the content security policy blocks.
WATCH_POLICY = f"""
addEventListener("securitypolicyviolation", (event) => console.error(
    "{VIOLATED}", event.effectiveDirective, event.blockedURI, event.sample, event.documentURI.split("?")[0]
));
"""


@dataclass
class Journey:
    """One person's path through the product, from Jira's own page into the frame.

    ``violations`` are what the content security policy blocked in any frame; they always fail the test.
    Changes in Jira before the first page are ``indexed`` then, as if made long ago; later changes reach
    searches late.
    """

    page: Page
    stage: Stage
    person: Person
    complaints: list[str] = field(default_factory=list)
    allowed: list[re.Pattern[str]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    indexed: bool = False

    def __post_init__(self) -> None:
        self.page.add_init_script(WATCH_POLICY)
        self.page.on("console", self.hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))

    def hear(self, message: ConsoleMessage) -> None:
        """Record the console's errors: scripts that fail, and what the content security policy blocked."""
        if message.text.startswith(VIOLATED):
            self.violations.append(message.text.removeprefix(VIOLATED).strip())
        elif message.type == "error" and not EXPECTED_ANSWERS.search(f"{message.text} "):
            self.complaints.append(f"{message.text} ({message.location['url']})")

    def open(self, module: str = MY_TIMESHEET, **values: str) -> Frame:
        """Sign in to Jira, open a page of the app there, and return its frame once it has loaded."""
        if not self.indexed:
            self.stage.jira.control("POST", "search", {"catchUp": True})
            self.indexed = True
        self.page.goto(self.stage.entrance(self.person, module, **values))
        return self.frame()

    def frame(self) -> Frame:
        """Return the app's loaded frame inside Jira's page."""
        element = self.page.locator(f'iframe[src^="{self.stage.base_url}/"]').element_handle()
        frame = element.content_frame()
        assert frame is not None
        frame.wait_for_load_state()
        return frame

    def choose_theme(self, theme: str) -> None:
        """Switch Jira to ``light`` or ``dark`` with its own menu."""
        answer = self.page.request.post(f"{self.stage.jira.base_url}/_host/theme", form={"theme": theme})
        assert answer.ok, answer.text()

    def allow(self, pattern: str) -> None:
        """Do not treat complaints that match this expression as a failure."""
        self.allowed.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        """Return every violation of the content security policy, and the complaints that were not allowed."""
        complaints = (text for text in self.complaints if not any(rule.search(text) for rule in self.allowed))
        return [*self.violations, *complaints]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Run a site and the app, new for each journey: half a second ensures that no journey sees another's data.

    Searches lag behind changes, as in Jira.
    """
    with set_stage(tmp_path, search_lag=SEARCH_LAG) as ready:
        yield ready


@pytest.fixture
def person(stage: Stage) -> Person:
    """Return a person with ordinary rights; the seed's first person is a Jira admin."""
    return stage.jira.person(1)


@pytest.fixture
def journey(page: Page, stage: Stage, person: Person) -> Iterator[Journey]:
    """Run a journey of this person; it fails if the console or the content security policy reported anything."""
    traveling = Journey(page, stage, person)
    yield traveling
    assert traveling.unexpected() == []


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
    """Return a function that fails with axe's own report if it finds anything on a page or in a frame."""

    def check(where: Page | Frame) -> None:
        # Otherwise axe would load style sheets of other hosts with a script, which the content security policy
        # forbids.
        results = Axe().run(where, options={"preload": False})
        assert results.violations_count == 0, results.generate_report()

    return check
