"""A person in front of a browser: the emulated Jira, the app in its frame, and an eye on everything that goes wrong."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Frame, Page

from jira_emulator.model import Person
from tools.stage import Stage, set_stage

# The browser reports these answers as errors; a journey that meets one says on the screen what it expects.
EXPECTED_ANSWERS = re.compile(r"Failed to load resource: .* status of (401|403|409|422|429|502|503|504) ")
MY_TIMESHEET = "my-timesheet"


@dataclass
class Journey:
    """One person's way through the product, from Jira's own page into the frame."""

    page: Page
    stage: Stage
    person: Person
    complaints: list[str] = field(default_factory=list)
    allowed: list[re.Pattern[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self.hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))

    def hear(self, message: ConsoleMessage) -> None:
        """Keep what the console calls an error: scripts that fail, and what the content policy blocked."""
        if message.type == "error" and not EXPECTED_ANSWERS.search(f"{message.text} "):
            self.complaints.append(f"{message.text} ({message.location['url']})")

    def open(self, module: str = MY_TIMESHEET, **values: str) -> Frame:
        """Sign in to Jira, open a page of the app there, and give its frame once it has loaded."""
        self.page.goto(self.stage.entrance(self.person, module, **values))
        return self.frame()

    def frame(self) -> Frame:
        """The app's frame inside Jira's page, loaded."""
        element = self.page.locator(f'iframe[src^="{self.stage.base_url}/"]').element_handle()
        frame = element.content_frame()
        assert frame is not None
        frame.wait_for_load_state()
        return frame

    def allow(self, pattern: str) -> None:
        """Do not take complaints that match this expression for a failure."""
        self.allowed.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        """The complaints nobody allowed."""
        return [text for text in self.complaints if not any(rule.search(text) for rule in self.allowed)]


@pytest.fixture(scope="session")
def whole_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Two sites and the app, set up once for all journeys."""
    with set_stage(tmp_path_factory.mktemp("var"), sites=2, people=40, months=1) as stage:
        yield stage


@pytest.fixture
def stage(whole_stage: Stage) -> Iterator[Stage]:
    """The stage without trouble and without calls remembered."""
    whole_stage.quiet()
    yield whole_stage
    whole_stage.quiet()


@pytest.fixture(scope="session")
def cast(whole_stage: Stage) -> Iterator[Person]:
    """One person after the other, from the start when all have had their turn; without the first, a Jira admin."""
    site = whole_stage.jira.site
    active = [one for one in site.people.values() if one.active and one.account_type == "atlassian"]
    return itertools.cycle(active[1:])


@pytest.fixture
def person(cast: Iterator[Person]) -> Person:
    """Somebody whose timesheet no recent journey has touched."""
    return next(cast)


@pytest.fixture
def journey(page: Page, stage: Stage, person: Person) -> Iterator[Journey]:
    """A journey of this person; it fails when the console or the content policy had anything to complain about."""
    travelling = Journey(page, stage, person)
    yield travelling
    assert travelling.unexpected() == []


@pytest.fixture(scope="session")
def assert_accessible() -> Callable[[Page | Frame], None]:
    """Fails with axe's own report when it finds anything on a page or in a frame."""

    def check(where: Page | Frame) -> None:
        results = Axe().run(where)
        assert results.violations_count == 0, results.generate_report()

    return check
