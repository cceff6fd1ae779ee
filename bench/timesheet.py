"""Benchmark My Timesheet for one person: 40 issues over a month, warm and cold, and the save of a cell."""

from __future__ import annotations

import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from werkzeug.test import Client, TestResponse

from bench.floor import static_answer
from bench.jira import calls_since, month_in_zone_of
from bench.measure import ROUNDS, WARM_UP, Figure, figure, milliseconds, side_by_side
from bench.recording import echoed, instead_of_sending
from jira_emulator.issue.estimate import Adjustment
from jira_emulator.issue.worklog import WorklogInput, add_worklog
from jira_emulator.model import Caller, Issue
from jira_emulator.permission import Permissions
from timesheet.bootstrap.app import tune_garbage_collector
from timesheet.domain.span import month_of
from timesheet.web.http import language
from tools.stage import Stage, set_stage

ISSUES, SAVES, QUIET, PERSON = 40, 60, 12, 1
MODULE = "my-timesheet"


@dataclass
class Visitor:
    """One person's calls to the app inside this process; Jira's own time is counted separately."""

    stage: Stage
    client: Client = field(init=False)
    token: str = field(init=False)
    jira_ms: float = 0.0
    jira_busy_ms: float = 0.0
    _addresses: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = Client(self.stage.app)
        self.person = self.stage.jira.person(PERSON)
        self.token = self.stage.jira.context_token(self.person)

    def sign_addresses(self) -> None:
        """Let Jira sign the addresses of the next pages, each of which has a token of its own."""
        self._addresses = [self.stage.jira.page_url(MODULE, self.person) for _ in range(ROUNDS + WARM_UP + 1)]

    def page(self) -> TestResponse:
        """Load a page as Jira's frame does."""
        address = urlsplit(self._addresses.pop())
        return self._checked(self.client.get(f"{address.path}?{address.query}"))

    def fragment(self, query: str) -> TestResponse:
        """Request only the sheet, as htmx does."""
        return self._checked(self.client.get(f"/timesheet?{query}", headers=self.headers))

    def save(self, form: dict[str, str]) -> TestResponse:
        """Save one cell."""
        return self._checked(self.client.post("/timesheet/cell", data=form, headers=self.headers))

    @contextmanager
    def clocked(self) -> Iterator[None]:
        """Add up how long the app waits for Jira, and how much processor time that takes."""
        send = HTTPAdapter.send

        def timed(adapter: HTTPAdapter, request: requests.PreparedRequest, **given: Any) -> requests.Response:
            start, busy = time.perf_counter_ns(), time.thread_time_ns()
            try:
                return send(adapter, request, **given)
            finally:
                # The emulated Jira sends its webhooks from threads of this process; their time does not
                # count.
                if threading.current_thread() is threading.main_thread():
                    self.jira_ms += (time.perf_counter_ns() - start) / 1e6
                    self.jira_busy_ms += (time.thread_time_ns() - busy) / 1e6

        with instead_of_sending(timed):
            yield

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers of a request that htmx sends."""
        return {"Authorization": f"JWT {self.token}", "HX-Request": "true"}

    @staticmethod
    def _checked(response: TestResponse) -> TestResponse:
        if response.status_code != 200:
            raise RuntimeError(f"{response.status_code}: {response.text[:400]}")
        return response


@dataclass
class Cell:
    """One cell of a month, saved repeatedly: changed, or emptied and filled again."""

    visitor: Visitor
    issue: Issue
    day: date
    seen: str = ""
    number: int = 0

    def save(self) -> TestResponse:
        """Type another time into the cell."""
        return self._type(f"1:{10 + self.number % 49}")

    def empty(self) -> TestResponse:
        """Empty the cell."""
        return self._type("")

    def form(self, text: str) -> dict[str, str]:
        """Return the form that the browser sends for this text."""
        month = month_of(self.day)
        return {
            "issue": str(self.issue.id),
            "day": self.day.isoformat(),
            "value": text,
            "seen": self.seen,
            "key": f"bench-{self.issue.id}-{self.number:06}",
            "first": month.first.isoformat(),
            "last": month.last.isoformat(),
            "group": "issue",
        }

    def _type(self, text: str) -> TestResponse:
        self.number += 1
        answer = self.visitor.save(self.form(text))
        self.seen = next(iter(re.findall(r"data-w=([0-9.]+)", answer.text)), "")
        return answer


def timesheet() -> Iterator[Figure]:
    """Yield every figure of My Timesheet."""
    with tempfile.TemporaryDirectory() as folder, set_stage(Path(folder)) as stage:
        issues = fill_month(stage)
        visitor = Visitor(stage)
        # As in app.py: otherwise the collector would traverse everything that the emulated Jira stores in this
        # process.
        tune_garbage_collector()
        yield cold(visitor, "view=month")
        yield warm(visitor, "month fragment, warm", lambda: visitor.fragment("view=month"), "≤ 10 ×, ≤ 60 KB")
        yield catalog(visitor)
        visitor.sign_addresses()
        yield warm(visitor, "month page, warm", visitor.page, "≤ 14 ×")
        yield warm(visitor, "week fragment, warm", lambda: visitor.fragment("view=week"), "≤ 3 ms")
        visitor.sign_addresses()
        yield warm(visitor, "week page, warm", visitor.page, "≤ 10 ms")
        yield save(visitor, issues[1])


def fill_month(stage: Stage) -> list[Issue]:
    """Give the person 40 issues this month, eight of them each day, replacing the seeded time."""
    site, account = stage.jira.site, stage.jira.person(PERSON).account_id
    allowed = Permissions(site, Caller(account, scopes=frozenset({"READ", "WRITE"})))
    with site.lock:
        for row in [row for row in site.worklogs.rows.values() if row.author == account]:
            site.worklogs.remove(row)
            site.issues[row.issue_id].worklog_ids.remove(row.id)
        issues = [issue for issue in site.issues.values() if is_quiet(allowed, issue)][:ISSUES]
        for number, day in enumerate(month_in_zone_of(stage, PERSON)):
            for step in range(8):
                started = datetime(day.year, day.month, day.day, 7 + step, tzinfo=UTC)
                given = WorklogInput(started=int(started.timestamp() * 1000), seconds=1800 + 900 * step)
                add_worklog(
                    site, issues[(number * 8 + step * 5) % ISSUES], account, given, Adjustment("leave")
                )
    stage.jira.flush_webhooks()
    stage.jira.calls.clear()
    return issues


def is_quiet(allowed: Permissions, issue: Issue) -> bool:
    """Return True for an issue the person may log on that has few worklogs yet."""
    may = allowed.can_see(issue) and allowed.has("WORK_ON_ISSUES", issue.project, issue)
    return may and len(issue.worklog_ids) < QUIET and issue.status.editable


def cold(visitor: Visitor, query: str) -> Figure:
    """Measure the first view of a month without a cache; only once, so its time is a hint but its calls are exact."""
    took = milliseconds(lambda: visitor.fragment(query))
    calls, points = calls_since(visitor.stage)
    return Figure("month fragment, cold", took, took, jira_calls=calls, points=points, target="≤ 3 calls")


def warm(visitor: Visitor, name: str, view: Callable[[], TestResponse], target: str) -> Figure:
    """Measure the same from the cache, compared with a static response of the same bytes."""
    body = view().data
    calls_since(visitor.stage)
    found = figure(name, view, static_answer(body), size=len(body), target=f"{target}, 0 calls")
    calls, points = calls_since(visitor.stage)
    return replace(found, jira_calls=calls, points=points)


def catalog(visitor: Visitor) -> Figure:
    """Compare the month fragment with the same one whose sentences are not translated."""
    looked_up = visitor.stage.app.jinja_env.globals
    usual = {name: looked_up[name] for name in ("_", "_n", "_p", "localize")}
    plain = {
        "_": lambda text, /, **values: language.fill(text, values) if values else text,
        "_n": lambda one, other, count, /, **values: language.fill(
            one if count == 1 else other, {"count": count, **values}
        ),
        "_p": lambda context, text, /, **values: language.fill(text, values) if values else text,
        "localize": lambda text: text,
    }

    def without() -> None:
        looked_up.update(plain)
        visitor.fragment("view=month")
        looked_up.update(usual)

    name = "month fragment, beside one without catalogs"
    return figure(name, lambda: visitor.fragment("view=month"), without, target="≤ 1.03 × in English")


def save(visitor: Visitor, issue: Issue) -> Figure:
    """Measure changing one cell back and forth, without the time of the calls to Jira.

    The floor gets the same request, because writing its form and headers is the work of the browser.
    """
    # The emulated Jira shares this process: its webhooks would be sent and received during the measurement.
    visitor.stage.jira.site.bus.listeners.clear()
    cell = Cell(visitor, issue, month_in_zone_of(visitor.stage, PERSON).first + timedelta(days=5))
    waited, busy = list[float](), list[float]()

    def clocked() -> None:
        jira, jira_busy, start = visitor.jira_ms, visitor.jira_busy_ms, time.thread_time_ns()
        cell.save()
        busy.append((time.thread_time_ns() - start) / 1e6 - (visitor.jira_busy_ms - jira_busy))
        waited.append(visitor.jira_ms - jira)

    cell.save()
    calls_since(visitor.stage)
    size = len(cell.save().data)
    calls, points = calls_since(visitor.stage)
    floor = static_answer(b"x" * size, method="POST", data=cell.form("1:30"), headers=visitor.headers)
    with echoed(), visitor.clocked():
        took, floors = side_by_side(clocked, floor, SAVES)
    own = [whole - jira for whole, jira in zip(took, waited[WARM_UP:], strict=True)]
    return Figure(
        name="cell save, without Jira's time",
        median_ms=statistics.median(own),
        p95_ms=statistics.quantiles(own, n=20)[-1],
        floor_ms=statistics.median(floors),
        size=size,
        jira_calls=calls,
        points=points,
        target="≤ 18 ×, ≤ 4 KB",
        busy_ms=statistics.median(busy[WARM_UP:]),
    )
