"""Authentication with the independently written emulated Jira, so both follow the same contract."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from flask import Flask

from jira_emulator.server import RunningSite, running_cloud
from tests.web.support.served import served


@dataclass
class Stage:
    """A site and the app, each on its own port."""

    jira: RunningSite
    app: Flask
    url: str

    def install(self) -> None:
        self.jira.install(f"{self.url}/atlassian-connect.json")

    def session(self) -> dict[str, str]:
        token = self.jira.context_token(self.jira.person(0))
        answer = requests.post(f"{self.url}/session", headers={"Authorization": f"JWT {token}"}, timeout=30)
        assert answer.status_code == 200
        return {"Authorization": f"JWT {answer.json()['token']}"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("stage")
    with running_cloud(people=3, months=1) as cloud:
        jira = cloud.sites[0]
        connect = {
            "CONNECT_INSTALL_KEYS_URL": f"{jira.base_url}/_atlassian/install-keys",
            "CONNECT_OAUTH_URL": f"{jira.base_url}/_atlassian",
            "CONNECT_SCRIPT_URL": f"{jira.base_url}/_atlassian/connect/all.js",
        }
        with served(folder, **connect) as (app, url):
            yield Stage(jira, app, url)


def test_the_app_lives_a_whole_life_on_a_site(stage: Stage) -> None:
    person = stage.jira.person(0)
    stage.install()
    page = stage.jira.page_url("my-timesheet", person)
    answer = requests.get(page, timeout=30)
    assert answer.status_code == 200
    assert f"frame-ancestors {stage.jira.base_url}" in answer.headers["Content-Security-Policy"]
    assert requests.get(f"{page}&view=month", timeout=30).status_code == 401

    session = stage.session()
    assert requests.post(f"{stage.url}/session", headers=session, timeout=30).status_code == 401

    stage.install()
    assert requests.get(f"{stage.url}/timesheet", headers=session, timeout=30).status_code == 401
    assert requests.get(stage.jira.page_url("my-timesheet", person), timeout=30).status_code == 200

    fresh, page = stage.session(), stage.jira.page_url("my-timesheet", person)
    stage.jira.tenant.lifecycle.uninstall("open-timesheet")
    for refused in (
        requests.get(page, timeout=30),
        requests.get(f"{stage.url}/timesheet", headers=fresh, timeout=30),
    ):
        assert refused.status_code == 401
        assert "no longer installed on this site" in refused.text
