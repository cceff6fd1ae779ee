"""Three sites in one app, each with an emulated Jira of its own inside this process.

The same people, issues, worklogs, and teams have the same ids everywhere; every text of a site has its mark.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import requests
from flask import Flask
from requests.adapters import BaseAdapter, HTTPAdapter
from sqlalchemy import select
from urllib3 import HTTPHeaderDict, HTTPResponse
from werkzeug.test import Client, TestResponse

from jira_emulator import model
from jira_emulator.app import create_site_app
from jira_emulator.cloud import Cloud
from jira_emulator.connect.descriptor import Descriptor
from jira_emulator.connect.installation import Installation, State
from jira_emulator.forge.installation import ForgeApp, ForgeInstallation, OpenPage
from jira_emulator.forge.platform import ENDPOINT
from jira_emulator.issue.adf import paragraphs
from jira_emulator.seeding.access import MEMBERS, open_scheme, seed_roles
from jira_emulator.seeding.issues import DOING, TASK, seed_kinds
from jira_emulator.site import ADMIN_GROUP, Site
from jira_emulator.tenant import Tenant
from tests.web.conftest import JiraSite
from tests.web.support.signing import APP_KEY, FORGE_APP, SettableClock
from tests.web.support.two_sites import fill, stored
from timesheet.adapters.db.base import Base
from timesheet.adapters.http.session import open_session
from timesheet.domain.permission import Grant, SitePermission, SitePermissions, Whom
from timesheet.domain.team.team import Member, Team, TeamPermission, system_roles
from timesheet.settings import Settings

MARKS = ("zephyr", "quokka", "wombat")
ADMIN, LEAD, MEMBER, NOBODY, AUDITOR = "walk-admin", "walk-lead", "walk-member", "walk-nobody", "walk-auditor"
PEOPLE = (ADMIN, LEAD, MEMBER, NOBODY, AUDITOR)
SHARED, VEILED = "team-shared", "veil"
OPEN_ISSUE, VEILED_ISSUE = 770_001, 770_002
FIRST_DAY, DAYS = date(2026, 11, 2), 21
GROUP, FOLLOWED = "group-everywhere", "group-{}"


class InProcess(BaseAdapter):
    """Routes the calls of a session to applications instead of the network."""

    def __init__(self, apps: Mapping[str, Flask]) -> None:
        super().__init__()
        self._build = HTTPAdapter().build_response
        self._clients = {origin: (Client(app), origin) for origin, app in apps.items()}

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        origin = next(one for one in self._clients if str(request.url).startswith(one))
        client, base_url = self._clients[origin]
        path = str(request.url).removeprefix(origin)
        answer = client.open(
            path,
            base_url=base_url,
            method=str(request.method),
            data=request.body or b"",
            headers=dict(request.headers),
        )
        raw = HTTPResponse(
            body=io.BytesIO(answer.data),
            status=answer.status_code,
            headers=HTTPHeaderDict(list(answer.headers)),
            preload_content=False,
        )
        return self._build(request, raw)

    def close(self) -> None:
        """Do nothing; there is nothing to close."""


@dataclass
class MarkedSite:
    """One site in the app and in the emulator, by both doors. ``pending_events`` are not delivered to the app yet."""

    mark: str
    jira: JiraSite
    tenant: Tenant
    pending_events: list[model.Event] = field(default_factory=list)
    forge: ForgeInstallation | None = None

    @property
    def emulated(self) -> Site:
        return self.tenant.site

    @property
    def group(self) -> model.Group:
        """Return the group that the app's permissions are granted to; its id is the same everywhere."""
        return self.emulated.groups[GROUP]

    @property
    def followed(self) -> model.Group:
        """Return the group that a team follows."""
        return self.emulated.groups[FOLLOWED.format(self.mark)]

    @property
    def veiled(self) -> model.Project:
        """Return the project in which people lose their rights."""
        return self.emulated.projects[2]

    def install(self) -> None:
        """Install again with another secret: old tokens of the site become invalid in the app and in Jira."""
        app = Installation(self._descriptor(), "")
        app.state = State.ENABLED
        for old in self.tenant.lifecycle.apps.values():
            self.tenant.cloud.tokens.revoke(old)
        self.tenant.lifecycle.apps[APP_KEY] = app
        self.jira.secret = app.shared_secret
        assert self.jira.install(oauthClientId=app.oauth_client_id).status_code == 204
        if not self._is_held():
            self._hold()

    def invoke(self, account_id: str, envelope: Mapping[str, Any]) -> TestResponse:
        """Send an envelope as the page of a person would, through Atlassian's proxy."""
        assert self.forge is not None
        return self._invoke("/forge/call", account_id, envelope)

    def _invoke(self, path: str, account_id: str | None, body: object) -> TestResponse:
        platform, forge = self.tenant.cloud.forge, self.forge
        assert forge is not None
        page = None if account_id is None else OpenPage(account_id, ENDPOINT)
        token = platform.invocation_token(forge, self.emulated, page)
        headers = {
            "Authorization": f"Bearer {token}",
            **platform.tokens_for_jira(forge, self.emulated, account_id),
        }
        return self.jira.client.post(path, json=body, headers=headers)

    def _is_held(self) -> bool:
        """Return False without an installation of the Forge app, or if that lost the site after a long silence."""
        table = Base.metadata.tables["site"]
        with stored(self.jira.client.application, self.jira.client_key) as (_, database):
            query = select(table.c.held_by).where(table.c.client_key == self.jira.client_key)
            return self.forge is not None and database.connection.execute(query).scalar() == self.forge.id

    def _hold(self) -> None:
        """Let an installation of the Forge app hold the site, as after a move."""
        self.forge = ForgeInstallation(ForgeApp(FORGE_APP, self.jira.base_url))
        api_url = f"{self.tenant.cloud.forge.api_url}/ex/jira/{self.emulated.cloud_id}"
        table = Base.metadata.tables["site"]
        with stored(self.jira.client.application, self.jira.client_key) as (_, database):
            installation = {"held_by": self.forge.id, "api_url": api_url}
            database.connection.execute(
                table.update().where(table.c.client_key == self.jira.client_key).values(installation)
            )

    def uninstall(self) -> None:
        """Remove the app; all tokens of the site become invalid."""
        for old in self.tenant.lifecycle.apps.values():
            self.tenant.cloud.tokens.revoke(old)
            old.state = State.UNINSTALLED
        if self.forge is not None:
            assert self._invoke("/forge/uninstall", None, {}).status_code == 204
            self.forge = None
        assert self.jira.uninstall().status_code == 204

    def _descriptor(self) -> Descriptor:
        return Descriptor(self.jira.client.get("/atlassian-connect.json").get_json())


@contextmanager
def emulated(clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Tenant]]:
    """Yield the three Jiras, which every session of an app created afterward reaches."""
    cloud = Cloud(clock)
    tenants = [cloud.add_site(_seeded(mark, clock)) for mark in MARKS]
    apps = {tenant.site.base_url: create_site_app(cloud, tenant) for tenant in tenants}
    adapter = InProcess(apps | {"https://oauth.example.com": apps[tenants[0].site.base_url]})

    def opened(*, keeps: bool = True) -> requests.Session:
        session = open_session(keeps=keeps)
        for origin in (*apps, "https://oauth.example.com"):
            session.mount(origin, adapter)
        return session

    monkeypatch.setattr("timesheet.bootstrap.dependencies.open_session", opened)
    monkeypatch.setattr("timesheet.adapters.jira.client.open_session", opened)
    try:
        yield tenants
    finally:
        cloud.stop()


def reaching_them(settings: Settings) -> Settings:
    """Return settings with the addresses of what the emulated cloud serves for all sites."""
    forge = f"https://{MARKS[0]}.atlassian.net/_atlassian/forge"
    return replace(
        settings,
        connect_oauth_url="https://oauth.example.com/_atlassian",
        forge_api_url=forge,
        forge_jwks_url=f"{forge}/jwks.json",
    )


def furnish(app: Flask, made: JiraSite, tenant: Tenant) -> MarkedSite:
    """Install the app on the site and fill its tables: objects of its own, and a team whose id all sites have."""
    marked = MarkedSite(made.base_url.split("/")[2].split(".")[0], made, tenant)
    tenant.site.bus.listeners[:] = [marked.pending_events.append]
    marked.install()
    fill(app, made, marked.mark)
    with stored(app, made.client_key) as (stores, _):
        team = stores.teams.save(
            Team(SHARED, f"Shared {marked.mark}", LEAD, stores.schemes.default_id(), f"Of {marked.mark}")
        )
        names = iter(("shared-lead", "shared-member"))
        roles = [stores.teams.save_role(role) for role in system_roles(team.id, lambda: next(names))]
        for role, account_id in zip(roles, (LEAD, MEMBER), strict=True):
            stores.teams.save_member(Member(team.id, account_id, frozenset({role.id})))
        assert TeamPermission.VIEW_HOURS not in roles[1].permissions
    grant(app, marked, SitePermission.AUDITORS, people=frozenset({AUDITOR}))
    grant(app, marked, SitePermission.TEAM_MANAGERS, people=frozenset({LEAD}))
    grant(app, marked, SitePermission.TEAM_ADMINISTRATORS, groups=frozenset({marked.group.id}))
    return marked


def grant(app: Flask, marked: MarkedSite, permission: SitePermission, **to: frozenset[str]) -> None:
    """Grant a site permission to exactly these people; to nobody if none are given."""
    with stored(app, marked.jira.client_key) as (stores, _):
        permissions = stores.permissions.read()
        given = Grant(Whom.SOME, **to) if any(to.values()) else Grant()
        wanted = {**permissions.permissions, permission: given}
        stores.permissions.save(SitePermissions(permissions.modules, wanted, permissions.version))


def _seeded(mark: str, clock: SettableClock) -> Site:
    site = Site(f"Site {mark}", f"https://{mark}.atlassian.net", clock)
    site.client_key = f"key-of-{mark}"
    for account_id in (*PEOPLE, f"person-{mark}"):
        name = f"{account_id.rpartition('-')[2].title()} {mark.title()}"
        site.people[account_id] = model.Person(account_id, name, f"{account_id}@{mark}.example", "UTC")
    site.groups["admins"] = model.Group("admins", ADMIN_GROUP, {ADMIN})
    for group_id in (GROUP, FOLLOWED.format(mark)):
        site.groups[group_id] = model.Group(group_id, f"{group_id} {mark}")
    seed_roles(site)
    seed_kinds(site)
    for number, key in ((1, "OPEN"), (2, "VEIL")):
        actors = {MEMBERS: model.Actors({*PEOPLE, f"person-{mark}"})}
        site.projects[number] = model.Project(
            number, f"{mark.upper()}{key}", f"{key.title()} {mark}", ADMIN, open_scheme(), actors
        )
    _issue(site, OPEN_ISSUE, site.projects[1], f"Open {mark}")
    _issue(site, VEILED_ISSUE, site.projects[2], f"{VEILED}ed {mark}")
    site.next_worklog_id = 770_100
    for account_id in PEOPLE:
        for day in range(0, DAYS, 3):
            for issue_id in (OPEN_ISSUE, VEILED_ISSUE):
                _worklog(site, issue_id, account_id, FIRST_DAY + timedelta(days=day), mark)
    return site


def _issue(site: Site, issue_id: int, project: model.Project, summary: str) -> None:
    project.last_number += 1
    at = site.now_ms()
    site.add_issue(
        model.Issue(
            issue_id, f"{project.key}-1", project, site.types[TASK], site.statuses[DOING], summary, ADMIN, None,
            at, at, remaining_estimate=3600,
        )
    )  # fmt: skip


def _worklog(site: Site, issue_id: int, author: str, day: date, mark: str) -> None:
    at = int(datetime.fromisoformat(f"{day}T09:00:00+00:00").timestamp() * 1000)
    word = VEILED if issue_id == VEILED_ISSUE else "note"
    row = model.WorklogRow(
        site.take_worklog_id(),
        issue_id,
        author,
        author,
        at,
        3600,
        at,
        at,
        paragraphs(f"{word} {mark} {author}"),
    )
    site.worklogs.add(row)
    site.issues[issue_id].worklog_ids.append(row.id)
