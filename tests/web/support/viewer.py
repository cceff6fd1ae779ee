"""A viewer with a session in the app and a Jira in a dict; and forms as a browser would send them."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.services.support.scene import Scene
from tests.web.support.signing import SettableClock, bearing
from tests.web.support.swap import swap
from timesheet.domain.span import month_of
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.worklog.seen import seen_mark

if TYPE_CHECKING:
    from tests.web.conftest import JiraSite

HTMX = {"HX-Request": "true"}


@dataclass
class Viewer:
    """Calls the app like htmx. ``jira_clients`` has the site and the account of every client created for Jira."""

    site: JiraSite
    scene: Scene
    headers: dict[str, str]
    jira_clients: list[tuple[str, str]]

    def get(self, path: str, **values: object) -> TestResponse:
        return self.site.client.get(path, query_string=texts(values), headers=self.headers)

    def post(self, path: str, **values: object) -> TestResponse:
        return self.site.client.post(path, data=texts(values), headers=self.headers)


def change_cell(viewer: Viewer, worklog: Worklog, number: int) -> None:
    """Give the one worklog of a cell another duration, under another key for each ``number``."""
    month = month_of(worklog.day)
    answer = viewer.post(
        "/timesheet/cell",
        issue=worklog.issue_id,
        day=worklog.day,
        value=f"2:{10 + number}",
        seen=seen_mark(viewer.scene.jira.worklogs[worklog.id]),
        key=f"key-{number:04}",
        first=month.first,
        last=month.last,
        group="issue",
    )
    assert answer.status_code == 200, answer.text


def texts(values: dict[str, object]) -> MultiDict[str, str]:
    """Return the values as fields; a list is a field that is sent several times."""
    pairs = (
        (name, item)
        for name, value in values.items()
        for item in (value if isinstance(value, list) else [value])
    )
    return MultiDict((name, str(value)) for name, value in pairs)


def make_viewer(app: Flask, site: JiraSite, clock: SettableClock) -> Viewer:
    """Return a viewer signed in to ``site``, Monday 16 November 2026 at noon in Berlin, with the scene's issues."""
    scene, jira_clients = Scene(), list[tuple[str, str]]()
    clock.now = scene.jira.now
    site.account = scene.viewer_context.viewer

    def jira_as(of: object, account: str, _: object) -> object:
        jira_clients.append((of.key, account))  # type: ignore[attr-defined]
        return scene.jira

    swap(app, jira_as=jira_as, is_admin=lambda _site, _account: False)
    headers = {**HTMX, **bearing(site.session_token())}
    return Viewer(site, scene, headers, jira_clients)


class Form(HTMLParser):
    """The fields of the first form of a response, as a browser would send them unedited."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.action, self.fields, self._area, self._select = "", dict[str, str](), "", ""
        self._done = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form" and not self.action:
            self.action = values.get("hx-post", "")
        if self._done or not self.action:
            return
        if tag == "input" and values.get("name") and (values.get("type") != "radio" or "checked" in values):
            self.fields[values["name"]] = values.get("value", "")
        elif tag == "textarea":
            self._area = values["name"]
            self.fields[self._area] = ""
        elif tag == "select":
            self._select = values["name"]
        elif tag == "option" and ("selected" in values or self._select not in self.fields):
            self.fields[self._select] = values["value"]

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self.fields[self._area] = self.fields[self._area].removeprefix("\n").replace("\n", "\r\n")
            self._area = ""
        self._done = self._done or (tag == "form" and bool(self.action))
