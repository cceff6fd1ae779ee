"""A viewer with a session in the app and a Jira in a dict; and forms as a browser would send them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.services.support.scene import Scene
from tests.web.support.forms import Forms, SentForm
from tests.web.support.signing import SettableClock, bearing
from tests.web.support.swap import swap
from timesheet.domain.span import month_of
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.worklog.safeguard.seen import seen_mark

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


def calls_one_by_one(viewer: Viewer, ask: Callable[[], TestResponse]) -> list[str]:
    """Return the calls that were not begun beforehand, so each waits for the one before it."""
    jira, begun = viewer.scene.jira, list[str]()
    begin = jira.begin

    def note(read: Callable[[], object]) -> None:
        before = len(jira.log)
        begin(read)
        begun.extend(jira.log[before:])

    jira.begin = note  # type: ignore[method-assign]
    jira.log.clear()
    assert ask().status_code == 200
    assert jira.log[: len(begun)] == begun
    return jira.log[len(begun) :]


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


class Form:
    """The first form of a response that is sent, and its fields as a browser would send them unedited."""

    def __init__(self, html: str) -> None:
        sent = next((form for form in Forms(html).found if form.action), SentForm("", ""))
        self.action = sent.action
        self.fields = {name: values[-1] for name, values in sent.fields.lists()}
