"""The two ways in which a page of the app is inside Jira, as far as a journey notices: its frame and its requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatch
from typing import Any, Protocol
from urllib.parse import urlsplit

from playwright.sync_api import Frame, Page, Request, Response, Route

from tools.stage import ForgeStage, Stage


class Door(Protocol):
    """The differences between a Connect app and a Forge app."""

    requests: str
    """The pattern of the addresses to which the page sends its requests."""
    frames: str
    """The beginning of the address of each frame of the app."""
    senders: str
    """The beginnings of the addresses of the frames that send these requests."""
    probe: str
    """The address of one that answers OPTIONS, and changes nothing."""
    place: str
    """The text before the part of a page in the address in the browser."""

    def wait(self, frame: Frame) -> None:
        """Wait until the frame shows the app's page."""

    def target(self, request: Request) -> tuple[str, str]:
        """Return method and path, with the query, of what a page asks the app for; empty for anything else."""

    def answer(self, response: Response) -> tuple[int, bytes]:
        """Return status and body of the app's answer."""

    def answer_before_app(self, route: Route, body: str) -> None:
        """Answer a request as a server before the app does whose app is away."""

    def answer_in_place(self, route: Route, status: int, headers: Mapping[str, str], body: str) -> None:
        """Answer a request as the app does."""

    def open_panel(self, page: Page) -> None:
        """Open the app's box on the issue that Jira shows."""


class ConnectDoor:
    """The frame is at the app, and its requests go there."""

    place = "#!"

    def __init__(self, stage: Stage) -> None:
        self.frames = self.senders = f"{stage.base_url}/"
        self.requests = f"{self.frames}**"
        self.probe = f"{self.frames}atlassian-connect.json"

    def wait(self, frame: Frame) -> None:
        """See Door."""
        frame.wait_for_load_state()

    def target(self, request: Request) -> tuple[str, str]:
        """See Door."""
        if not request.url.startswith(self.frames):
            return "", ""
        parts = urlsplit(request.url)
        return request.method, parts.path + (f"?{parts.query}" if parts.query else "")

    def answer(self, response: Response) -> tuple[int, bytes]:
        """See Door."""
        return response.status, response.body()

    def answer_before_app(self, route: Route, body: str) -> None:
        """See Door."""
        route.fulfill(status=502, body=body)

    def answer_in_place(self, route: Route, status: int, headers: Mapping[str, str], body: str) -> None:
        """See Door."""
        route.fulfill(status=status, headers=dict(headers), body=body)

    def open_panel(self, page: Page) -> None:
        """See Door."""
        page.locator("summary", has_text="Log work, time by person").click()


class ForgeDoor:
    """The frame is at Atlassian's file server, and Jira's page sends its requests, each in an envelope."""

    requests = "**/gateway/api/graphql"
    place = "#"

    def __init__(self, stage: ForgeStage) -> None:
        self.frames = stage.installation.app.page_url
        self.senders = f"{stage.jira.base_url}/"
        self.probe = f"{self.senders}gateway/api/graphql"

    def wait(self, frame: Frame) -> None:
        """See Door."""
        frame.wait_for_selector("body:not([aria-busy]) #main")

    def target(self, request: Request) -> tuple[str, str]:
        """See Door."""
        if not fnmatch(request.url, self.requests):
            return "", ""
        envelope = _call(json.loads(request.post_data or "{}"))
        return str(envelope.get("method", "")), str(envelope.get("path", ""))

    def answer(self, response: Response) -> tuple[int, bytes]:
        """See Door."""
        answered = response.json()["data"]["invokeExtension"]["response"]["body"]
        envelope = answered["payload"]["body"] if answered["success"] else {"status": 0}
        return envelope["status"], str(envelope.get("text", "")).encode()

    def answer_before_app(self, route: Route, body: str) -> None:
        """See Door. Atlassian's gateway passes on nothing but JSON, and says why."""
        error = {
            "message": f"The remote answered with content type {'text/html' if body else ''}",
            "status": 502,
        }
        _invoked(route, {"success": False, "error": error})

    def answer_in_place(self, route: Route, status: int, headers: Mapping[str, str], body: str) -> None:
        """See Door."""
        envelope = {"status": status, "headers": dict(headers), "text": body}
        _invoked(route, {"success": True, "payload": {"status": 200, "headers": {}, "body": envelope}})

    def open_panel(self, page: Page) -> None:
        """See Door."""
        page.get_by_role("button", name="Add Time").click()


def door_of(stage: Stage) -> Door:
    """Return the door of the app on a stage."""
    return ForgeDoor(stage) if isinstance(stage, ForgeStage) else ConnectDoor(stage)


def _invoked(route: Route, result: Mapping[str, Any]) -> None:
    """Answer as Atlassian's gateway does with this result of the call."""
    answer = {"success": True, "response": {"body": result}, "errors": None}
    route.fulfill(json={"data": {"invokeExtension": answer}})


def _call(content: Any) -> Any:
    return content["variables"]["input"]["payload"]["call"]["body"] if content else {}
