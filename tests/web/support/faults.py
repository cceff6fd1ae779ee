"""A team, a week, and a closed month in the emulated Jira, read in small pages, with every possible fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from jira_emulator.model import Issue, Person
from tests.journeys.support.sheet import HOUR, NOW, ZONE, Work
from tests.journeys.support.sheet import MON as MONDAY
from tests.web.support.browsing import Browser
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.adapters.jira.call import transport
from timesheet.adapters.jira.call.ratelimit import LONGEST_PAUSE, RateLimits
from timesheet.adapters.jira.call.transport import WHOLE_SECONDS
from timesheet.adapters.jira.worklog import issue_worklogs, search
from timesheet.bootstrap import dependencies as app_dependencies
from timesheet.domain.team.team import Member, Team, system_roles
from timesheet.services.resilience.breaker import Breaker
from timesheet.services.resilience.budget import Budget
from timesheet.services.viewer.stale_read import PAUSE_SECONDS
from tools.stage import Stage, set_stage

FEBRUARY = date(2030, 2, 4)
QUARTER = HOUR // 4
TEAM = "crew"
SEARCH, LONG = "/rest/api/3/search/jql", "/rest/api/3/issue/*/worklog"
MYSELF, PEOPLE, SETTINGS = "/rest/api/3/myself", "/rest/api/3/user/bulk", "/rest/api/3/configuration"
GRANT = "/_atlassian/oauth2/token"
PLACES: Mapping[str, dict[str, Any]] = {
    "search": {"path": SEARCH},
    "later page": {"path": SEARCH, "skip": 1},
    "long issue": {"path": LONG},
    "its later page": {"path": LONG, "skip": 1},
    "profile": {"path": MYSELF},
    "people": {"path": PEOPLE},
    "settings": {"path": SETTINGS},
}
LOGIN = "<!DOCTYPE html><html><title>Log in</title><form action='/login'></form></html>"


def answer(status: int, body: Any = None, **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"effect": "answer", "status": status, "body": body, "headers": named}


def rewrite(*edits: list[Any]) -> dict[str, Any]:
    return {"effect": "rewrite", "edits": list(edits)}


def busy(reason: str = "", after: int | None = None) -> dict[str, Any]:
    return {"effect": "status", "status": 429, "reason": reason, "retryAfter": after}


ANYWHERE: Mapping[str, dict[str, Any]] = {
    "429 for the app": busy("jira-quota-global-based", 30),
    "429 for the site": busy("jira-quota-tenant-based", 30),
    "429 for the endpoint": busy("jira-burst-based", 30),
    "429 for the issue": busy("jira-per-issue-on-write", 30),
    "429 without a word": busy(),
    "429 until a date": answer(429, {}, Retry_After="Wed, 13 Mar 2030 10:30:00 GMT"),
    "500": {"effect": "status", "status": 500},
    "502 as a page": answer(502, "<html>Bad gateway</html>"),
    "503 with a break": {"effect": "status", "status": 503, "retryAfter": 60},
    "504": {"effect": "status", "status": 504},
    "no answer": {"effect": "drop"},
    "breaks off": {"effect": "drop-mid-body"},
    "a byte at a time": {"effect": "drip", "seconds": 0.02},
    "cut short": {"effect": "truncated"},
    "no JSON": {"effect": "wrong-json"},
    "a login page": answer(200, LOGIN),
    "a redirect": answer(302, LOGIN, Location="/login"),
    "nothing": answer(204),
    "null": answer(200),
    "a list": answer(200, [1, "two", None]),
    "an empty object": answer(200, {}),
    "words for lists": rewrite(
        ["issues", "none"], ["worklogs", "none"], ["values", "none"], ["accountId", 7]
    ),
    "too much": rewrite(["padding", "x" * 900_000]),
    "a refused token": {"effect": "token-refused"},
    "not allowed": answer(403, {"errorMessages": ["No."], "errors": {}}),
    "not found": answer(404, {"errorMessages": [], "errors": {}}),
    "gone": answer(410, {"errorMessages": ["Removed."], "errors": {}}),
}
EVERY = "issues.*.fields.worklog.worklogs.*."


def of_worklogs(name: str, *value: Any) -> dict[str, Any]:
    """Return edits of one field of every worklog, wherever worklogs occur."""
    return rewrite([f"{EVERY}{name}", *value], [f"worklogs.*.{name}", *value])


IN_THE_DATA: Mapping[str, dict[str, Any]] = {
    "the same page again and again": rewrite(["nextPageToken", "again"], ["isLast", False]),
    "no way to the next page": rewrite(["nextPageToken"], ["isLast", False]),
    "a list cut short": rewrite(["issues.1"], ["warnings", [{"type": "CLAUSE_RESULT_TRUNCATED"}]]),
    "a total that grows": rewrite(["total", 999], ["issues.*.fields.worklog.total", 999]),
    "no worklogs in the page": rewrite(["worklogs", []]),
    "no worklog field": rewrite(["issues.*.fields.worklog"]),
    "a deleted author": of_worklogs("author", None),
    "no author": of_worklogs("author"),
    "an author of another shape": of_worklogs("author", "somebody"),
    "a negative duration": of_worklogs("timeSpentSeconds", -3600),
    "an endless duration": of_worklogs("timeSpentSeconds", 10**12),
    "a duration in words": of_worklogs("timeSpentSeconds", "1h"),
    "half a second": of_worklogs("timeSpentSeconds", 3600.5),
    "no duration": of_worklogs("timeSpentSeconds"),
    "no start": of_worklogs("started"),
    "a start without a zone": of_worklogs("started", "2030-03-11T09:00:00"),
    "no project": rewrite(["issues.*.fields.project", None]),
    "a year ahead": of_worklogs("updated", "2031-03-11T09:00:00.000+0000"),
    "more than is known": rewrite(["strange", {"a": [1]}], ["issues.*.fields.odd", {}], [f"{EVERY}odd", 1]),
}

FAULTS: Mapping[str, dict[str, Any]] = {**ANYWHERE, **IN_THE_DATA}


@dataclass
class Clocks:
    """The app's clocks for expiry and pauses, in seconds."""

    cache: float = 0.0
    limits: float = 0.0


@dataclass
class FaultScene:
    """The stage with a viewer who leads a team; ``trouble`` applies at one place until ``clear``."""

    stage: Stage
    viewer: Person
    mate: Person
    clocks: Clocks
    limit_calls: Callable[[float], None]
    issues: list[Issue] = field(default_factory=list)
    opened: tuple[Browser, datetime] | None = None

    @property
    def jira(self) -> Any:
        return self.stage.jira

    def browser(self) -> Browser:
        """Return the viewer's browser, with a session that is valid for some minutes more."""
        now = self.stage.cloud.cloud.clock()
        if self.opened is None or now - self.opened[1] > timedelta(minutes=10):
            self.opened = Browser(self.stage, self.jira, self.viewer).sign_in(), now
        return self.opened[0]

    def trouble(self, fault: Mapping[str, Any], **place: Any) -> None:
        # Only an answer that never ends needs a short time; on a busy machine others would not come in it.
        if fault.get("effect") == "drip":
            self.limit_calls(0.3)
        self.jira.control("POST", "trouble", {"count": None, **fault, **place})

    def clear(self) -> None:
        """End all faults and pauses, but keep the caches."""
        self.limit_calls(WHOLE_SECONDS)
        self.jira.control("DELETE", "trouble")
        self.stage.cloud.cloud.clock.travel(PAUSE_SECONDS + 1)
        self.clocks.cache += PAUSE_SECONDS + 1
        self.clocks.limits += 2 * LONGEST_PAUSE

    def forget(self) -> None:
        """Clear everything cached from Jira."""
        self.clear()
        self.clocks.cache += 24 * HOUR

    def worklogs_of(self, issue: Issue) -> list[tuple[str, int]]:
        """Return who has how much on an issue, as Jira stores it."""
        site = self.jira.site
        with site.lock:
            rows = [site.worklogs.rows[number] for number in issue.worklog_ids]
        return [(row.author, row.seconds) for row in rows]


def ask(browser: Browser, method: str, path: str, **values: object) -> requests.Response:
    """Return the app's response, whatever it is."""
    texts = {name: str(value) for name, value in values.items()}
    sent = {"params": texts} if method == "GET" else {"data": texts}
    return requests.request(
        method,
        f"{browser.stage.base_url}{path}",
        headers=browser.headers,
        timeout=30,
        **sent,  # type: ignore[arg-type]
    )


_CHANGING = re.compile(
    r"read <time[^<]*</time>|(?:read|complete up to) \d\d:\d\d|Request <code>\w+|[0-9a-f-]{32,36}|\d{13}"
)


def figures(answer: requests.Response) -> str:
    """Return what a response shows, without parts that are new each time."""
    return _CHANGING.sub("", answer.text)


@contextmanager
def fault_scene(folder: Path) -> Iterator[FaultScene]:
    """Run with pages of two issues and ten worklogs; no retries wait, and an answer that never ends is cut after
    a third of a second.
    """
    clocks = Clocks()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "PAGE", 2)
        patch.setattr(issue_worklogs, "LONG_PAGE", 10)
        patch.setattr(transport, "LONGEST_SLEEP", 0.0)
        patch.setattr(transport, "LARGEST_ANSWER", 800_000)
        patch.setattr(app_dependencies, "open_cache", lambda *_: MemoryCache(now=lambda: clocks.cache))
        patch.setattr(app_dependencies, "RateLimits", partial(RateLimits, lambda: clocks.limits))
        patch.setattr(app_dependencies, "Breaker", partial(Breaker, now=lambda: clocks.limits))
        # Near the end of an hour, a 429 for the app means that its points are used up until the hour ends.
        patch.setattr(
            app_dependencies, "Budget", lambda points, _, quota: Budget(points, lambda: clocks.limits, quota)
        )
        with set_stage(folder, people=4) as stage:
            clock = stage.cloud.cloud.clock
            clock.travel((NOW - clock()).total_seconds())
            made = FaultScene(
                stage,
                stage.jira.person(1),
                stage.jira.person(2),
                clocks,
                partial(patch.setattr, transport, "WHOLE_SECONDS"),
            )
            _fill(made)
            yield made


def _fill(made: FaultScene) -> None:
    for person in (made.viewer, made.mate):
        person.time_zone, person.locale = ZONE.key, "en_GB"
    viewer, mate = (Work(made.stage, person) for person in (made.viewer, made.mate))
    made.issues = [viewer.issue(f"Work {number}") for number in range(6)]
    for number, issue in enumerate(made.issues[:5]):
        for day in (FEBRUARY, MONDAY):
            viewer.log(issue, day + timedelta(days=number % 4), HOUR)
            mate.log(issue, day + timedelta(days=number % 3), 2 * HOUR)
    for number in range(25):
        (viewer, mate)[number % 2].log(made.issues[5], MONDAY, QUARTER)
        viewer.log(made.issues[5], FEBRUARY, QUARTER)
    made.jira.flush_webhooks()
    with made.stage.app.app_context():
        deps = made.stage.app.extensions["timesheet"]
        [known] = deps.sites.installed_sites()
        stores = deps.stores.stores_of(known.key)
        team = stores.teams.save(Team(TEAM, "Crew", made.viewer.account_id, stores.schemes.default_id()))
        names = iter(("lead-role", "member-role"))
        roles = [stores.teams.save_role(role) for role in system_roles(team.id, lambda: next(names))]
        for person, role in zip((made.viewer, made.mate), roles, strict=True):
            stores.teams.save_member(
                Member(TEAM, person.account_id, frozenset({role.id}), joined=date(2024, 1, 1))
            )
        deps.operation.transaction.commit()
