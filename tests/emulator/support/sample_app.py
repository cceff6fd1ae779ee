"""A small Connect app that records what an emulated Jira sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from flask import Flask, Response, jsonify, request

from jira_emulator.wire import Server


@dataclass(frozen=True)
class ReceivedRequest:
    """One request to the app."""

    method: str
    target: str
    headers: dict[str, str]
    body: Any

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def token(self) -> str:
        return self.headers["Authorization"].removeprefix("JWT ")

    def claims(self) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(self.token, options={"verify_signature": False})
        return claims


@dataclass
class SampleApp:
    """An app; ``answers`` maps a path to the statuses it returns in order; 204 when they are used up."""

    base_url: str
    descriptor: dict[str, Any]
    requests: list[ReceivedRequest] = field(default_factory=list)
    answers: dict[str, list[int]] = field(default_factory=dict)
    page: str = "<!doctype html><title>Sample</title>"
    script: str = ""
    policy: str = ""
    icon_shared_with: str = "cross-origin"
    files: dict[str, Any] = field(default_factory=dict)

    @property
    def descriptor_url(self) -> str:
        return f"{self.base_url}/atlassian-connect.json"

    def to(self, path: str) -> list[ReceivedRequest]:
        return [one for one in self.requests if one.path == path]

    def secret(self) -> str:
        return str(self.to("/installed")[-1].body["sharedSecret"])


def descriptor(base_url: str) -> dict[str, Any]:
    target = {"type": "web_panel", "url": "/panel?issue={issue.id}"}
    icon = {"width": 16, "height": 16, "url": "/icon.svg"}
    return {
        "key": "sample.app",
        "name": "Sample app",
        "baseUrl": base_url,
        "authentication": {"type": "jwt"},
        "scopes": ["READ", "WRITE", "DELETE", "ACT_AS_USER"],
        "apiMigrations": {"gdpr": True, "signed-install": True, "context-qsh": True},
        "lifecycle": {name: f"/{name}" for name in ("installed", "enabled", "disabled", "uninstalled")},
        "modules": {
            "generalPages": [
                {"key": "page", "name": {"value": "Sample page"}, "url": "/page?date={ac.date}&x={issue.key}"}
            ],
            "adminPages": [{"key": "admin", "name": {"value": "Sample admin"}, "url": "/admin"}],
            "configurePage": {"key": "configure", "name": {"value": "Set up"}, "url": "/configure"},
            "dialogs": [{"key": "ask", "url": "/ask"}],
            "jiraIssueContents": [
                {
                    "key": "panel",
                    "name": {"value": "Sample panel"},
                    "icon": icon,
                    "tooltip": {"value": "Sample"},
                    "target": target,
                }
            ],
            "jiraIssueContexts": [
                {
                    "key": "context",
                    "name": {"value": "Sample context"},
                    "icon": icon,
                    "content": {"type": "label", "label": {"value": "Sample label"}},
                    "target": {"type": "web_panel", "url": "/context?issue={issue.id}"},
                }
            ],
            "webPanels": [
                {
                    "key": "side",
                    "name": {"value": "Sample side"},
                    "location": "atl.jira.view.issue.right.context",
                    "url": "/side?issue={issue.id}",
                }
            ],
            "webhooks": [
                {"event": "worklog_created", "url": "/hook"},
                {"event": "worklog_deleted", "url": "/hook"},
                {"event": "jira:issue_updated", "url": "/issue-hook", "filter": "project = PAY"},
            ],
        },
    }


@contextmanager
def running_app(path: str = "") -> Iterator[SampleApp]:
    """Run the app on a free port, optionally under a path, for the length of the block."""
    server = Server(0)
    app = SampleApp(server.base_url + path, descriptor(server.base_url + path))
    server.start(_wsgi(app, path))
    try:
        yield app
    finally:
        server.stop()


def _wsgi(app: SampleApp, base_path: str) -> Flask:
    flask = Flask("sample")

    @flask.route("/<path:rest>", methods=["GET", "POST"])
    def anything(rest: str) -> Response:
        path = f"/{rest}".removeprefix(base_path)
        if path == "/atlassian-connect.json":
            return jsonify(app.descriptor)
        if path in app.files:
            return jsonify(app.files[path])
        if path == "/icon.svg":
            icon = '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"/>'
            headers = {"Cross-Origin-Resource-Policy": app.icon_shared_with}
            return Response(icon, mimetype="image/svg+xml", headers=headers)
        if path == "/sample.js":
            return Response(app.script, mimetype="text/javascript")
        target = request.environ["REQUEST_URI"].removeprefix(base_path)
        app.requests.append(
            ReceivedRequest(request.method, target, dict(request.headers), request.get_json(silent=True))
        )
        if request.method == "GET":
            return Response(app.page, headers={"Content-Security-Policy": app.policy} if app.policy else {})
        waiting = app.answers.get(path, [])
        return Response(status=waiting.pop(0) if waiting else 204)

    return flask
