"""One person's path through the product, and the checks for every error in their browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from wsgiref.types import StartResponse, WSGIEnvironment

from playwright.sync_api import ConsoleMessage, Frame, Page, Request, Response, Route

from jira_emulator.model import Person
from tests.journeys.support.door import door_of
from tools.stage import Stage

# The browser reports these statuses as errors; a journey that causes one checks the message on the screen.
EXPECTED_ANSWERS = re.compile(r"Failed to load resource: .* status of (401|403|409|422|429|502|503|504) ")
MY_TIMESHEET = "my-timesheet"
PATIENCE_MS = 60_000
INTERCEPTED = 204
PROBE = """async ([address, intercepted]) => {
    while ((await fetch(address, { method: "OPTIONS" })).status !== intercepted);
}"""
VIOLATED = "content policy violated:"
# Runs in every frame before its own scripts: reports what the content security policy blocks.
WATCH_POLICY = f"""
addEventListener("securitypolicyviolation", (event) => console.error(
    "{VIOLATED}", event.effectiveDirective, event.blockedURI, event.sample, event.documentURI.split("?")[0]
));
"""


SETTLED = """() => new Promise((done) => {
    setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)));
})"""


def settle(frame: Frame) -> None:
    """Wait until the page has done what it got or was asked for, for checks that nothing has come of it.

    Playwright's wait for a quiet network is of no use there: it is over for good once the page was quiet for a moment.
    """
    frame.evaluate(SETTLED)


@dataclass
class Answer:
    """An answer of the app to its page, known once the block that expects it has ended. ``size`` is in bytes."""

    status: int = 0
    size: int = 0


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
        self.door = door_of(self.stage)
        self.page.context.set_default_timeout(PATIENCE_MS)
        self.page.add_init_script(WATCH_POLICY)
        self.page.on("console", self.record_console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))

    def record_console(self, message: ConsoleMessage) -> None:
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

    def open_panel(self, key: str) -> Frame:
        """Open the app's box on an issue in Jira, and return its frame."""
        jira, person = self.stage.jira.base_url, self.person.account_id
        self.page.goto(f"{jira}/_host/sign-in-as?person={person}&next=/browse/{key}")
        self.door.open_panel(self.page)
        return self.frame()

    def frame(self, page: Page | None = None) -> Frame:
        """Return the app's loaded frame inside Jira's page, in another tab if ``page`` is one.

        A locator for the frame would load Playwright's own script into Jira's page first.
        """
        shown = page or self.page
        while not (found := [frame for frame in shown.frames if frame.url.startswith(self.door.frames)]):
            shown.wait_for_event("framenavigated", timeout=PATIENCE_MS)
        [frame] = found
        self.door.wait(frame)
        return frame

    def wait_until(self, done: Callable[[], object]) -> None:
        """Wait for something that a handler of the page notes: handlers run only while the page is waited for."""
        end = time.monotonic() + PATIENCE_MS / 1000
        while not done():
            assert time.monotonic() < end, "it did not happen in time"
            self.page.wait_for_timeout(20)

    @contextmanager
    def expect_answer(
        self, path: str = "", *, method: str = "", status: int = 0, timeout: float = PATIENCE_MS
    ) -> Iterator[Answer]:
        """Wait, at the end of the block, for an answer of the app to a request whose address contains ``path``."""

        def matches(response: Response) -> bool:
            found, target = self.door.target(response.request)
            return bool(target) and path in target and method in ("", found)

        answer, end = Answer(), time.monotonic() + timeout / 1000
        with self.page.expect_response(matches, timeout=timeout) as first:
            yield answer
        self._read(first.value, answer)
        while status not in (0, answer.status):
            left = (end - time.monotonic()) * 1000
            assert left > 0, f"no answer with status {status}"
            with self.page.expect_response(matches, timeout=left) as other:
                pass
            self._read(other.value, answer)

    def _read(self, response: Response, answer: Answer) -> None:
        answer.status, body = self.door.answer(response)
        answer.size = len(body)

    def stay(self) -> None:
        """Reload the page, and stay on it when the browser asks."""
        with self.page.expect_event("dialog") as dialog:
            self.page.evaluate("window.setTimeout(() => window.location.reload())")
        assert dialog.value.type == "beforeunload"
        dialog.value.dismiss()

    def lose_answers(self, path: str) -> None:
        """Let requests to ``path`` reach the app, and their answers never reach the page."""

        def lose(route: Route) -> None:
            # The app may just have closed the connection. Without an end, the page would wait for a minute.
            try:
                route.fetch(max_retries=2)
            finally:
                route.abort()

        self._intercept(lambda target: target.partition("?")[0] == path, lose)

    @contextmanager
    def cut_answers(self, path: str) -> Iterator[None]:
        """Let only the first half of each answer for ``path`` reach the page, although its header promises all."""
        app, whole = self.stage.app, self.stage.app.wsgi_app

        def halve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            answer = whole(environ, start_response)
            if environ["PATH_INFO"] != path:
                return answer
            body = b"".join(answer)
            return [body[: len(body) // 2]]

        app.wsgi_app = halve  # type: ignore[method-assign]
        try:
            yield
        finally:
            app.wsgi_app = whole  # type: ignore[method-assign]

    def cut_off(self, path: str) -> None:
        """Let requests whose address contains ``path`` reach nobody."""
        self._intercept(lambda target: path in target, lambda route: route.abort())

    def answer_before_app(self, path: str, body: str) -> None:
        """Let a server before the app, whose app is away, answer the scripts' requests for ``path``."""

        def answer(route: Route, request: Request) -> None:
            asked = self.door.target(request)[1].partition("?")[0] == path
            if asked and request.resource_type == "fetch":
                self.door.answer_before_app(route, body)
            else:
                route.fallback()

        self.intercept(answer)

    def answer_in_place(
        self,
        path: str,
        status: int,
        body: str,
        headers: Mapping[str, str] | None = None,
        times: int | None = None,
    ) -> None:
        """Answer requests for ``path``, or only the next few, in place of the app."""
        left = [times]

        def answer(route: Route, request: Request) -> None:
            asked = self.door.target(request)[1].partition("?")[0] == path
            if not asked or left == [0]:
                route.fallback()
                return
            left[0] = left[0] and left[0] - 1
            self.door.answer_in_place(route, status, {"X-Request-Id": "r1", **(headers or {})}, body)

        self.intercept(answer)

    def record_requests(self) -> list[str]:
        """Return a list to which each request of the page from now on adds its path, with the query."""
        found: list[str] = []
        self.page.on("request", lambda request: found.append(self.door.target(request)[1]))
        return found

    def restore(self) -> None:
        """Let every request through again."""
        self.page.unroute(self.door.requests)

    def intercept(self, handle: Callable[..., object], requests: str = "") -> Callable[[], None]:
        """Let ``handle`` decide on these requests, by default all of the app's page; return what ends this.

        The browser may confirm an interception and still send the next request without it, so one is repeated
        until it is intercepted.
        """
        wanted = requests or self.door.requests

        def answer(route: Route, request: Request) -> None:
            if request.method == "OPTIONS":
                route.fulfill(status=INTERCEPTED)
            else:
                route.fallback()

        self.page.route(wanted, handle)
        self.page.route(self.door.probe, answer)
        for frame in self.page.frames:
            if frame.url.startswith(self.door.senders):
                frame.evaluate(PROBE, [self.door.probe, INTERCEPTED])
        self.page.unroute(self.door.probe, answer)
        return lambda: self.page.unroute(wanted, handle)

    def _intercept(self, wanted: Callable[[str], bool], handle: Callable[[Route], None]) -> None:
        def choose(route: Route, request: Request) -> None:
            if wanted(self.door.target(request)[1]):
                handle(route)
            else:
                route.fallback()

        self.intercept(choose)

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
