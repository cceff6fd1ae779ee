"""The app behind the emulated Forge, over HTTP: pages, a saved cell, events, and the end of an installation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask

from jira_emulator.forge.gateway import invoke_remote
from jira_emulator.forge.installation import ForgeApp, ForgeInstallation, OpenPage
from jira_emulator.model import Caller
from jira_emulator.permission import Permissions
from jira_emulator.server import RunningSite, running_cloud
from tests.web.support.served import served
from tests.web.support.signing import FORGE_APP
from timesheet.domain.errors import NotAllowed
from timesheet.domain.site import INSTALLED, UNINSTALLED

HTMX = {"HX-Request": "true"}


@dataclass
class Stage:
    """A site with the Forge app, and the app on a port of its own."""

    jira: RunningSite
    app: Flask
    url: str
    installation: ForgeInstallation

    def call(self, method: str, path: str, person: int = 0, **rest: Any) -> dict[str, Any]:
        """Send one request of a page through the proxy, and return its envelope."""
        envelope = {"method": method, "path": path, "headers": HTMX, **rest}
        result = invoke_remote(
            self.jira.tenant.forge,
            self.installation,
            OpenPage(self.jira.person(person).account_id),
            {"method": "POST", "path": "/forge/call", "body": envelope},
        )
        assert result["success"], result
        assert result["payload"]["status"] == 200
        return dict(result["payload"]["body"])

    def status(self) -> str:
        with self.app.app_context():
            authenticator = self.app.extensions["timesheet"].sites.invocation_authenticator
            site = authenticator.installations.find_installation(self.installation.id)
        return str(site.status)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with running_cloud(people=3, months=1) as cloud:
        jira, platform = cloud.sites[0], cloud.cloud.forge
        forge = {
            "FORGE_APP_ID": FORGE_APP,
            "FORGE_JWKS_URL": platform.jwks_url,
            "FORGE_API_URL": platform.api_url,
        }
        with served(tmp_path, **forge) as (app, url):
            installation = jira.tenant.forge.install(ForgeApp(FORGE_APP, url))
            assert jira.tenant.forge.flush()
            yield Stage(jira, app, url, installation)


def report(stage: Stage, path: str) -> int:
    """Let a person call one of the paths for events through the proxy, which passes every path on."""
    result = invoke_remote(
        stage.jira.tenant.forge,
        stage.installation,
        OpenPage(stage.jira.person(0).account_id, ("core:endpoint", "uninstall")),
        {"method": "POST", "path": path, "body": {}},
    )
    return int(result["payload"]["status"])


def test_the_app_lives_a_whole_life_behind_the_second_door(stage: Stage) -> None:
    assert stage.status() == INSTALLED
    page = stage.call("GET", "/timesheet?view=month")
    assert page["status"] == 200
    assert 'id="sheet"' in page["text"]

    assert stage.call("GET", "/configure")["status"] == 200, "the first person is a Jira admin"
    refused = stage.call("GET", "/configure", person=1)
    assert refused["status"] == 403
    assert "Jira verwalten" in refused["text"], "their Jira is in German"

    author, today = stage.jira.person(1).account_id, stage.jira.tenant.cloud.clock().date()
    issue = next(
        one
        for one in stage.jira.site.issues.values()
        if Permissions(stage.jira.site, Caller(author)).can_see(one)
    )
    before = len(issue.worklog_ids)
    cell = [
        ["issue", str(issue.id)],
        ["day", today.isoformat()],
        ["value", "1h 15m"],
        ["key", "key-of-a-cell"],
    ]
    saved = stage.call("POST", "/timesheet/cell", person=1, body={"form": cell})
    assert (saved["status"], len(issue.worklog_ids) - before) == (200, 1), saved["text"]
    row = stage.jira.site.worklogs.rows[issue.worklog_ids[-1]]
    assert (row.author, row.seconds) == (author, 4500)

    # Only the token says that a person chose the path.
    assert [report(stage, f"/forge/{name}") for name in ("events", "hourly", "uninstall")] == [403] * 3
    assert stage.status() == INSTALLED

    stage.jira.tenant.forge.tick()
    assert stage.jira.tenant.forge.flush()
    stage.jira.tenant.forge.uninstall(stage.installation)
    assert stage.status() == UNINSTALLED
    gone = requests.post(f"{stage.url}/forge/call", json={}, timeout=30)
    assert gone.status_code == 401


def test_a_scope_that_the_admins_have_not_accepted_yet_is_said(stage: Stage) -> None:
    assert stage.call("GET", "/timesheet")["status"] == 200
    stage.jira.tenant.forge.tick()
    assert stage.jira.tenant.forge.flush()
    deps = stage.app.extensions["timesheet"]
    [group, *_] = stage.jira.site.groups.values()
    with stage.app.app_context():
        site = deps.sites.invocation_authenticator.installations.find_installation(stage.installation.id)
        with pytest.raises(NotAllowed, match="by accepting the app’s update"):
            deps.jira.groups_of(site).read_group(group.id)
