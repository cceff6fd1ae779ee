"""A small seeded site behind Flask's test client, with a settable clock and caller."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from jira_emulator.model import Caller, Event, Issue, Person, Project
from jira_emulator.render import VERSIONS
from jira_emulator.rest.blueprint import rest_blueprint
from jira_emulator.seed import seed_site
from jira_emulator.site import Site

START = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
ALL_SCOPES = frozenset(("ADMIN", "ACT_AS_USER"))
WORK_SCOPES = frozenset(("READ", "WRITE", "DELETE", "ACT_AS_USER"))
STARTED = "2026-11-24T09:00:00.000+0000"
COMMENT = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "x"}]}],
}


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class EmulatedSite:
    site: Site
    clock: Clock
    client: FlaskClient
    caller: Caller = field(default_factory=lambda: Caller(None))
    events: list[Event] = field(default_factory=list)
    points: int = 0
    version: str = "3"

    def person(self, number: int) -> Person:
        return list(self.site.people.values())[number]

    def caller_of(self, number: int) -> Caller:
        return Caller(self.person(number).account_id)

    def be(self, number: int) -> EmulatedSite:
        self.caller = self.caller_of(number)
        return self

    def be_app(self, scopes: frozenset[str] = WORK_SCOPES, person: int | None = None) -> EmulatedSite:
        account_id = None if person is None else self.person(person).account_id
        self.caller = Caller(account_id, "app.example", scopes)
        return self

    def issue(self, label: str) -> Issue:
        return next(i for i in self.site.issues.values() if label in i.labels)

    def project(self, key: str) -> Project:
        return next(p for p in self.site.projects.values() if p.key == key)

    def issues_of(self, key: str, **attributes: Any) -> list[Issue]:
        return [
            i
            for i in self.site.issues.values()
            if i.project.key == key and all(getattr(i, name) == value for name, value in attributes.items())
        ]

    def call(self, method: str, path: str, **sent: Any) -> TestResponse:
        return self.client.open(f"/rest/api/{self.version}{path}", method=method, **sent)

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.call("GET", path, query_string=query or None)

    def post(self, path: str, body: Any = None, **query: Any) -> TestResponse:
        return self.call("POST", path, json=body, query_string=query or None)

    def put(self, path: str, body: Any = None, **query: Any) -> TestResponse:
        return self.call("PUT", path, json=body, query_string=query or None)

    def delete(self, path: str, **query: Any) -> TestResponse:
        return self.call("DELETE", path, query_string=query or None)

    def log(self, issue: Issue, seconds: int = 3600, **more: Any) -> dict[str, Any]:
        answer = self.post(
            f"/issue/{issue.key}/worklog", {"timeSpentSeconds": seconds, "started": STARTED} | more
        )
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json or {}
        return made

    def search(self, jql: str, **body: Any) -> list[str]:
        answer = self.post("/search/jql", {"jql": jql, "fields": ["key"], "maxResults": 5000} | body)
        assert answer.status_code == 200, answer.text
        return [issue["key"] for issue in (answer.json or {})["issues"]]


def make_emulated_site(months: int = 1) -> EmulatedSite:
    clock = Clock()
    site = Site("acme", "http://localhost", clock)
    seed_site(site, 12, months, 1)
    app = Flask("emulated")
    rest = rest_blueprint(site)
    for version in VERSIONS:
        app.register_blueprint(rest, url_prefix=f"/rest/api/{version}", name=f"jira_rest_{version}")
    emulated = EmulatedSite(site, clock, app.test_client())
    site.bus.listeners.append(emulated.events.append)

    def enter() -> None:
        g.caller = emulated.caller

    def leave(response: Any) -> Any:
        emulated.points = g.points
        return response

    app.before_request(enter)
    app.after_request(leave)
    return emulated.be(0)
