"""A Jira admin who uses the configuration, and the content of its forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.services.support.team_scene import ADMIN, TeamScene
from tests.web.conftest import JiraSite
from tests.web.support.forms import Forms
from tests.web.support.signing import SettableClock
from tests.web.support.swap import swap
from tests.web.support.team_viewer import TeamSite, TeamViewer, make_team_site

T = TypeVar("T")
HOURS = {f"weekday-{number}": "8:00" if number < 5 else "0:00" for number in range(7)}


@dataclass
class Admin:
    """An admin; ``get`` and ``post`` work like htmx; ``form`` returns the fields of the section at an address."""

    site: TeamSite
    browser: TeamViewer

    def get(self, path: str, **values: object) -> TestResponse:
        return self.browser.get(f"/configure/{path}", **values)

    def post(self, path: str, values: MultiDict[str, str] | Mapping[str, object]) -> TestResponse:
        data = values if isinstance(values, MultiDict) else MultiDict(_pairs(values))
        return self.browser.site.client.post(f"/configure/{path}", data=data, headers=self.browser.headers)

    def form(self, path: str, **changes: object) -> dict[str, object]:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return fields_of(answer.text) | changes

    def arrange(self, work: Callable[[TeamScene], T]) -> T:
        return self.site.arrange(work)

    def dismiss(self) -> None:
        """Remove the person's rights in Jira."""
        let_in(self.site.app, False)


def make_admin(app: Flask, site: JiraSite, clock: SettableClock) -> Admin:
    """Return a Jira admin on 24 November 2026."""
    made = make_team_site(app, site, clock)
    let_in(app, True)
    return Admin(made, made.as_(ADMIN))


def let_in(app: Flask, answer: bool) -> None:
    swap(app, is_admin=lambda site, account: answer)


def fields_of(html: str) -> dict[str, object]:
    """Return what a browser would send of the form with the id ``settings``, several values of a name as a list."""
    [form] = [form for form in Forms(html).found if form.id == "settings"]
    return {name: values if len(values) > 1 else values[0] for name, values in form.fields.lists()}


def _pairs(values: Mapping[str, object]) -> list[tuple[str, object]]:
    return [
        (name, value)
        for name, item in values.items()
        for value in (item if isinstance(item, list) else [item])
    ]
