"""A person of an emulated site who uses the app over HTTP, with as little work as a load test needs."""

from __future__ import annotations

import gzip
import http.client
import json
import random
import re
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from threading import Event
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import requests

from bench.cluster import control

APP_KEY, MODULE = "open-timesheet", "my-timesheet"
API_TOKEN = "emulator"
GZIP = b"\x1f\x8b"
SECONDS = 30
SETTLED_SECONDS = 1.0
"""The time after a change in Jira in which its events have surely arrived."""
BACK_SECONDS = 0.3, 1.0
"""The times after which a lead comes back to a page that they have just viewed."""
OPEN = "statusCategory != Done ORDER BY updated DESC"
OWN = f"worklogAuthor = currentUser() AND {OPEN}"
SEEN = re.compile(r"data-w=([0-9.]+)")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Sample(NamedTuple):
    """One answer: ``status`` is 0 if there was none."""

    kind: str
    began: float
    ms: float
    status: int
    size: int


@dataclass
class Activity:
    """The time of the last change on a site, on the clock of ``time.perf_counter``."""

    changed_at: float = float("-inf")

    def note(self) -> None:
        """Note that something changes now."""
        self.changed_at = time.perf_counter()

    def settled(self, moment: float) -> bool:
        """Return True if nothing has changed since a moment, nor so shortly before that it may not have shown yet."""
        return self.changed_at + SETTLED_SECONDS < moment


@dataclass
class Connection:
    """A connection that stays open, and is opened again after an error."""

    url: str
    headers: dict[str, str]
    opened: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: str | None = None, **more: str) -> tuple[int, bytes]:
        """Return status and body; status 0 if no answer came.

        As in a browser, a connection that the server has closed in a pause is opened again.
        """
        reused = self.opened is not None
        if self.opened is None:
            parts = urlsplit(self.url)
            self.opened = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
        try:
            self.opened.request(method, path, body, self.headers | more)
            answer = self.opened.getresponse()
            return answer.status, answer.read()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.close()
            return self.ask(method, path, body, **more) if reused else (0, b"")
        except (OSError, http.client.HTTPException):
            self.close()
            return 0, b""

    def close(self) -> None:
        """Close it, if it is open."""
        if self.opened:
            self.opened.close()
            self.opened = None


@dataclass
class Visitor:
    """One person: ``leads`` is the id of their team, empty for a member; ``activity`` is that of all on the site."""

    url: str
    site: str
    account_id: str
    email: str
    dice: random.Random
    activity: Activity = field(default_factory=Activity)
    leads: str = ""
    issue: int = 0
    samples: list[Sample] = field(default_factory=list)
    bodies: dict[str, bytes] = field(default_factory=dict)
    _seen: str = ""
    _saves: int = 0
    _foreign: str = ""
    _edited: bool = False
    _key: str = ""
    _team_viewed: float = float("-inf")

    def __post_init__(self) -> None:
        basic = b64encode(f"{self.email}:{API_TOKEN}".encode()).decode()
        self.jira = Connection(
            self.site, {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}
        )
        self.app = Connection(self.url, {"HX-Request": "true", "Accept-Encoding": "gzip"})
        self.day = datetime.now(UTC).date()
        self._key = uuid4().hex[:20]

    def sign_in(self) -> None:
        """Get a session as a page inside Jira does."""
        found = control(
            self.site, "GET", f"apps/{APP_KEY}/page-url", params={"module": MODULE, "person": self.account_id}
        )
        headers = {"Authorization": f"JWT {found['contextToken']}"}
        answer = requests.post(f"{self.url}/session", headers=headers, timeout=SECONDS)
        answer.raise_for_status()
        self.app.headers["Authorization"] = f"JWT {answer.json()['token']}"

    def prepare(self, issues: Sequence[int]) -> None:
        """Open everything once, and create the cell that is saved repeatedly and the worklog that is edited in Jira.

        Both are on the first issue that takes time; an emulated site also has issues that take none.
        """
        self.month()
        self.week()
        if not any(self.takes_time(issue) for issue in issues):
            raise RuntimeError(f"no issue of {self.email} takes time")
        self.month()
        if self.leads:
            self.team()

    def takes_time(self, issue: int) -> bool:
        """Return whether time can be saved on an issue here, and created and changed in Jira."""
        self.issue, self._foreign, self._seen = issue, "", ""
        self.save()
        saved = self.samples[-1].status == HTTPStatus.OK
        try:
            self.write_in_jira()
            self.write_in_jira()
        except RuntimeError:
            return False
        return saved

    def live(self, over: Event, pause: float) -> None:
        """Use the app until it is over; ``pause`` is the mean of the seconds between two actions."""
        while not over.is_set():
            if pause and over.wait(self.dice.expovariate(1 / pause)):
                return
            self.act()

    def leave(self) -> None:
        """Close the connections."""
        self.app.close()
        self.jira.close()

    def act(self) -> None:
        """Perform one action: mostly view, sometimes save, rarely write in Jira itself; a lead also views the team."""
        acts: list[Callable[[], None]] = (
            [self.month] * 9 + [self.week] * 5 + [self.save] * 4 + [self.write_in_jira]
        )
        if self.leads:
            acts += [self.team_twice] * 12
        self.dice.choice(acts)()

    def month(self) -> None:
        """View one's own month."""
        self._look("month", "/timesheet?view=month")

    def week(self) -> None:
        """View one's own week."""
        self._look("week", "/timesheet?view=week")

    def team_twice(self) -> None:
        """View the team's month, and come back to it after a moment."""
        self.team()
        time.sleep(self.dice.uniform(*BACK_SECONDS))
        self.team()

    def team(self) -> None:
        """View the team's month: the kind says whether anything has changed since the last time."""
        before, self._team_viewed = self._team_viewed, time.perf_counter()
        kind = "team" if self.activity.settled(before) else "team after a change"
        self._timed(kind, "GET", f"/teams/{self.leads}?tab=timesheet")

    def save(self) -> None:
        """Type another time into one cell."""
        self._saves += 1
        values = {
            "issue": self.issue, "day": self.own_day, "value": f"1h {self._saves % 59 + 1}m", "seen": self._seen,
            "key": f"{self._key}-{self._saves:08}", "first": self.own_day - timedelta(days=6), "last": self.own_day,
        }  # fmt: skip
        self.activity.note()
        status, text = self._timed("save", "POST", "/timesheet/cell", urlencode(values), FORM)
        self.activity.note()
        found = SEEN.search(text.decode()) if status == HTTPStatus.OK else None
        self._seen = found[1] if found else self._seen

    def write_in_jira(self) -> None:
        """Change a worklog in Jira itself, which sends the app two events."""
        self._saves += 1
        started = f"{self.foreign_day}T10:00:00.000+0000"
        body = json.dumps({"timeSpentSeconds": 60 * (self._saves % 59 + 1), "started": started})
        path = f"/rest/api/3/issue/{self.issue}/worklog"
        self.activity.note()
        if self._foreign:
            status, _ = self.jira.ask("PUT", f"{path}/{self._foreign}", body)
        else:
            status, answer = self.jira.ask("POST", path, body)
            self._foreign = str(json.loads(answer).get("id", "")) if status == HTTPStatus.CREATED else ""
        if status not in (HTTPStatus.OK, HTTPStatus.CREATED):
            raise RuntimeError(f"Jira answered {status} to {path}")
        self.activity.note()
        self._edited = True

    @property
    def own_day(self) -> date:
        """Return the day of the cell that is saved repeatedly: the Sunday of this week, which is empty."""
        return self.day + timedelta(days=6 - self.day.weekday())

    @property
    def foreign_day(self) -> date:
        """Return the day of the worklog that is changed in Jira: the Saturday before it."""
        return self.own_day - timedelta(days=1)

    def _look(self, kind: str, path: str) -> None:
        edited, self._edited = self._edited, False
        self._timed("view after a change in Jira" if edited else kind, "GET", path)

    def _timed(
        self,
        kind: str,
        method: str,
        path: str,
        body: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, bytes]:
        began = time.perf_counter()
        status, answer = self.app.ask(method, path, body, **(headers or {}))
        ended = time.perf_counter()
        self.samples.append(Sample(kind, began, (ended - began) * 1000, status, len(answer)))
        if status == HTTPStatus.OK:
            self.bodies[kind] = answer
        return status, gunzipped(answer)


def gunzipped(body: bytes) -> bytes:
    """Return the decompressed body."""
    return gzip.decompress(body) if body.startswith(GZIP) else body


def issues_of(site: str, email: str) -> list[int]:
    """Return open issues on which a person has logged time, the latest first, or if there are none, any open ones."""
    return found(site, email, OWN) or found(site, email, OPEN)


def found(site: str, email: str, jql: str) -> list[int]:
    """Return the ids of the issues on the first page of what a person finds in Jira."""
    query: dict[str, Any] = {"jql": jql, "fields": ["summary"]}
    answer = requests.post(
        f"{site}/rest/api/3/search/jql", json=query, auth=(email, API_TOKEN), timeout=SECONDS
    )
    answer.raise_for_status()
    return [int(issue["id"]) for issue in answer.json()["issues"]]
