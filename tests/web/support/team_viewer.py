"""People of one site who use the pages about teams, with a directory in dicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.services.support.scene import Scene
from tests.services.support.team_scene import FakeDirectory, TeamScene
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock, bearing
from tests.web.support.swap import swap
from tests.web.support.viewer import HTMX
from timesheet.domain.identity import Profile

T = TypeVar("T")


@dataclass
class TeamSite:
    """A site with the app; ``as_`` returns a person's browser, ``data`` opens what is stored."""

    app: Flask
    site: JiraSite
    directory: FakeDirectory

    def as_(self, account_id: str) -> TeamViewer:
        self.site.account = account_id
        return TeamViewer(self.site, account_id, {**HTMX, **bearing(self.site.session_token())})

    def arrange(self, work: Callable[[TeamScene], T]) -> T:
        """Use the services, commit, and return the result."""
        with self.app.app_context():
            deps = self.app.extensions["timesheet"]
            deps.operation.transaction.enter(self.site.client_key)
            stores = deps.stores.stores_of(self.site.client_key)
            made = work(TeamScene(stores, self.directory, deps.operation.cache))
            deps.operation.transaction.commit()
        return made


@dataclass
class TeamViewer:
    """Calls the app like htmx."""

    site: JiraSite
    account_id: str
    headers: dict[str, str]

    def get(self, path: str, **values: object) -> TestResponse:
        return self.site.client.get(path, query_string=many(values), headers=self.headers)

    def post(self, path: str, **values: object) -> TestResponse:
        return self.site.client.post(path, data=many(values), headers=self.headers)


def many(values: dict[str, object]) -> MultiDict[str, str]:
    """Return lists as repeated fields."""
    pairs = (
        (name, value)
        for name, item in values.items()
        for value in (item if isinstance(item, list) else [item])
    )
    return MultiDict((name, str(value)) for name, value in pairs)


def make_team_site(app: Flask, site: JiraSite, clock: SettableClock) -> TeamSite:
    """Return the site on 24 November 2026 with its permissions granted."""
    scene, directory = Scene(), FakeDirectory()
    clock.now = scene.jira.now.replace(day=24)

    def jira_as(_site: object, account_id: str, _settings: object) -> object:
        known = directory.people.get(account_id)
        profile = Profile(
            account_id, scene.viewer_context.profile.zone, False, "en_GB", known.name if known else account_id
        )
        return replace(scene.jira, profile=profile)

    swap(
        app,
        jira_as=jira_as,
        directory_as=lambda _site, _account: directory,
        groups_of=lambda _site: directory,
        is_admin=lambda _site, _account: False,
    )
    made = TeamSite(app, site, directory)
    made.arrange(lambda scene: scene.grant())
    return made
