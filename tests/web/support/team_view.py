"""A team in the app's own database, and people who view it; their Jira is in a dict."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import cast

from flask import Flask
from werkzeug.test import TestResponse

from tests.services.support.fake_stores import FakeDirectory
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock, bearing
from tests.web.support.swap import swap
from tests.web.support.viewer import HTMX, Viewer, make_viewer
from timesheet.domain.permission import Grant, Module, SitePermissions, Whom
from timesheet.domain.team.team import Member, Role, Scope, Team, TeamPermission, system_roles
from timesheet.services.ports.directory import Directory
from timesheet.services.ports.settings import PersonSettings
from timesheet.services.ports.stores import Stores
from timesheet.web.job.serving import worker_of


@dataclass
class TeamView:
    """The viewer (viewer-1) leads "Alpha" and is in it, with ana. Monday 16 November 2026, noon in Berlin."""

    app: Flask
    viewer: Viewer
    clock: SettableClock
    roles: dict[str, str] = field(default_factory=dict)

    def change(self, lead: str = "viewer-1", scope: Scope | None = None) -> None:
        """Create the team, or give it another lead or scope."""
        with self.app.app_context():
            stores = self.stores
            known = {team.id: team for team in stores.teams.all()}
            version = known["alpha"].version if known else 0
            scheme = stores.schemes.default_id()
            stores.teams.save(Team("alpha", "Alpha", lead, scheme, scope=scope or Scope(), version=version))
            self.commit()

    def role(self, name: str, *permissions: TeamPermission) -> None:
        """Add a role."""
        with self.app.app_context():
            role = self.stores.teams.save_role(Role(name, "alpha", name, frozenset(permissions)))
            self.roles[name] = role.id
            self.commit()

    def add(self, account_id: str, role: str = "member", left: date | None = None) -> None:
        """Add a member, or another role or a leaving date for one."""
        with self.app.app_context():
            teams = self.stores.teams
            known = {member.account_id: member.version for member in teams.members("alpha")}
            version = known.get(account_id, 0)
            roles = frozenset({self.roles[role]})
            teams.save_member(Member("alpha", account_id, roles, left=left, version=version))
            self.commit()

    @property
    def stores(self) -> Stores:
        """Return the stores of this site, and enter it."""
        deps, site = self.app.extensions["timesheet"], self.viewer.site.client_key
        deps.operation.transaction.enter(site)
        return cast(Stores, deps.stores.stores_of(site))

    def commit(self) -> None:
        """Commit."""
        deps = self.app.extensions["timesheet"]
        deps.operation.transaction.commit()

    def delete(self) -> None:
        """Delete the team."""
        with self.app.app_context():
            self.stores.teams.delete("alpha")
            self.commit()

    def close_reports(self) -> None:
        """Let nobody open Reports."""
        with self.app.app_context():
            self.stores.permissions.save(SitePermissions({Module.REPORTS: Grant(Whom.NOBODY)}))
            self.commit()

    def work(self) -> None:
        """Let the worker run every job that is due."""
        worker_of(self.app).worker.drain()

    def as_person(self, account_id: str) -> Viewer:
        """Return another person of the site."""
        site = replace(self.viewer.site, account=account_id)
        return replace(self.viewer, site=site, headers={**HTMX, **bearing(site.session_token())})

    def wait(self, seconds: float) -> None:
        """Let time pass in Jira and in the app."""
        self.viewer.scene.wait(seconds)
        self.clock.now = self.viewer.scene.jira.now

    def travel(self, now: datetime) -> None:
        """Move the time; the viewer gets a new session."""
        self.wait((now - self.viewer.scene.jira.now).total_seconds())
        self.viewer.headers = self.as_person("viewer-1").headers

    def read_in(self, language: str) -> None:
        """Let the viewer read the app in this language."""
        self.choose(PersonSettings(language=language))

    def choose(self, settings: PersonSettings) -> None:
        """Store the viewer's own settings."""
        with self.app.app_context():
            site = self.viewer.site.client_key
            deps = self.app.extensions["timesheet"]
            deps.operation.transaction.enter(site)
            deps.stores.settings_of(site).save_person("viewer-1", settings)
            self.commit()

    def close(self, period: str) -> str:
        """Close the period that contains this day, as the viewer; return the id of its record."""
        answer = self.viewer.post("/teams/alpha/periods/close", period=period)
        assert answer.status_code == 200, answer.text
        assert "period-changed" in answer.headers["HX-Trigger"]
        with self.app.app_context():
            return self.stores.periods.records("alpha")[0].id


def make_team_view(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    """Return the team with its two roles and two members."""
    viewer = make_viewer(app, site, clock)
    directory = cast(Directory, FakeDirectory())
    swap(app, directory_as=lambda *_: directory, cache=viewer.scene.cache)
    view = TeamView(app, viewer, clock)
    with app.app_context():
        teams = view.stores.teams
        teams.save(Team("alpha", "Alpha", "viewer-1", view.stores.schemes.default_id()))
        names = iter(("lead", "member"))
        for role in system_roles("alpha", lambda: f"role-{next(names)}"):
            view.roles[role.id.removeprefix("role-")] = teams.save_role(role).id
        of_member = frozenset({view.roles["member"]})
        teams.save_members([Member("alpha", account_id, of_member) for account_id in ("viewer-1", "ana")])
        view.commit()
    return view


def forbidden(answer: TestResponse, permission: str) -> bool:
    """Return whether a refusal names the missing permission."""
    return answer.status_code == 403 and permission in answer.text
