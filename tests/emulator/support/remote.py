"""A remote of a Forge app that records what it is sent and returns the given answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from flask import Flask, Response, request

from jira_emulator.forge.installation import ForgeApp
from jira_emulator.server import RunningSite
from jira_emulator.wire import Server

APP_ID = "ari:cloud:ecosystem::app/4f0c9a1e-6f0d-4d5e-9d55-0c1a7c0a1b2c"


@dataclass(frozen=True)
class Sent:
    """One request to the remote."""

    path: str
    headers: dict[str, str]
    body: Any

    @property
    def token(self) -> str:
        return self.headers["authorization"].removeprefix("Bearer ")

    def claims(self) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(self.token, options={"verify_signature": False})
        return claims


@dataclass
class Remote:
    """``answers`` are returned in order by path; 204 when they are used up."""

    base_url: str
    sent: list[Sent] = field(default_factory=list)
    answers: dict[str, list[Response]] = field(default_factory=dict)

    @property
    def app(self) -> ForgeApp:
        return ForgeApp(APP_ID, self.base_url)

    def to(self, path: str) -> list[Sent]:
        return [one for one in self.sent if one.path == path]


@contextmanager
def running_remote() -> Iterator[Remote]:
    server = Server(0)
    remote = Remote(server.base_url)
    app = Flask("remote")

    def receive(path: str) -> Response:
        headers = {name.lower(): value for name, value in request.headers}
        remote.sent.append(Sent(f"/{path}", headers, request.get_json(force=True, silent=True)))
        waiting = remote.answers.get(f"/{path}")
        return waiting.pop(0) if waiting else Response(status=204)

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    app.add_url_rule("/<path:path>", "receive", receive, methods=methods)
    server.start(app)
    try:
        yield remote
    finally:
        server.stop()


def ask_jira(jira: RunningSite, token: str, path: str, **rest: Any) -> Any:
    """Call Jira's REST API through Atlassian's address for this site."""
    api = f"{jira.tenant.cloud.forge.api_url}/ex/jira/{jira.site.cloud_id}"
    method = rest.pop("method", "GET")
    return jira._session.request(
        method, f"{api}/rest/api/3/{path}", headers={"Authorization": f"Bearer {token}"}, timeout=10, **rest
    )
