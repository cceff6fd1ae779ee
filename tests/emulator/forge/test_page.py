"""Jira's pages for a Forge app that was installed by its manifest: where they are, and who sees what in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import requests

from jira_emulator.forge.installation import Endpoint, ForgeInstallation
from jira_emulator.forge.manifest import ManifestRefused, read_app, read_manifest
from jira_emulator.server import RunningSite
from tests.emulator.support.remote import APP_ID, Remote

CALLS = {"resolver": {"endpoint": "ui"}}
MANIFEST: dict[str, Any] = {
    "app": {"id": APP_ID},
    "modules": {
        "jira:globalPage": [
            {"key": "main", "title": "Sample", "pages": [{"title": "First page", "route": "first"}], **CALLS}
        ],
        "jira:adminPage": [{"key": "settings", "title": "Sample settings", "useAsConfig": True, **CALLS}],
        "jira:issuePanel": [{"key": "box", "title": "Sample box", **CALLS}],
        "endpoint": [
            {"key": "ui", "remote": "server", "auth": {"appUserToken": {"enabled": True}}},
            {"key": "notice", "route": {"path": "/notice"}},
        ],
        "trigger": [{"key": "changes", "endpoint": "notice", "events": ["avi:jira:created:worklog"]}],
        "preUninstall": [{"key": "farewell", "endpoint": "notice"}],
    },
    "resources": [{"key": "page", "path": "built"}],
    "remotes": [{"key": "server", "baseUrl": "http://127.0.0.1:1"}],
    "permissions": {"scopes": {"read:jira-work": {"allowImpersonation": True}, "read:app-user-token": {}}},
}


@pytest.fixture
def manifest(tmp_path: Path, remote: Remote) -> Path:
    (tmp_path / "built").mkdir()
    (tmp_path / "built" / "index.html").write_text("<html><head></head></html>")
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps(MANIFEST | {"remotes": [{"key": "server", "baseUrl": remote.base_url}]}))
    return file


@pytest.fixture
def installation(jira: RunningSite, manifest: Path) -> ForgeInstallation:
    made = jira.control("POST", "forge", {"manifest": str(manifest)})
    assert jira.tenant.forge.flush()
    return jira.tenant.forge.installed[made["installationId"]]


@pytest.fixture
def browser(jira: RunningSite) -> Iterator[requests.Session]:
    """Yield a session of a Jira admin."""
    with requests.Session() as session:
        yield sign_in(session, jira, 0)


def sign_in(session: requests.Session, jira: RunningSite, number: int) -> requests.Session:
    person = jira.person(number).account_id
    session.post(f"{jira.base_url}/_host/sign-in-as", {"person": person, "next": "/"}, timeout=30)
    return session


def frames(answer: requests.Response) -> list[dict[str, Any]]:
    """Return what Jira's page knows of each frame."""
    return [json.loads(unescape(data)) for data in re.findall(r"data-forge=\"([^\"]*)", answer.text)]


def test_a_manifest_says_who_is_called_with_which_rights() -> None:
    app = read_app(MANIFEST)
    notice = Endpoint("/notice", user=False, system=False)
    page = Endpoint("", user=True, system=False)
    assert app.endpoints == {"events": notice, "preUninstall": notice, "page": page}
    assert app.scopes == {"read:jira-work", "read:app-user-token"}
    assert app.offline == {"read:jira-work"}
    listed = MANIFEST | {"permissions": {"scopes": ["read:jira-work"]}}
    assert not read_app(listed).offline
    assert app.environment_id == read_app(MANIFEST).environment_id
    assert app.of_kind("jira:issuePanel") == [], "there is no page to show"


@pytest.mark.parametrize("text", ["modules:", "{}", json.dumps({"app": {}})])
def test_a_file_that_is_not_a_manifest_is_refused(jira: RunningSite, tmp_path: Path, text: str) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(text)
    with pytest.raises(ManifestRefused, match=re.escape(str(file))):
        read_manifest(file)
    url = f"{jira.base_url}/_emulator/forge"
    assert requests.post(url, json={"manifest": str(file)}, timeout=30).status_code == 422


def test_the_pages_of_the_app_are_in_the_navigation_and_frame_its_page(
    jira: RunningSite, installation: ForgeInstallation, browser: requests.Session
) -> None:
    home = browser.get(f"{jira.base_url}/jira/projects", timeout=30).text
    [address] = set(re.findall(r'href="(/jira/apps/[^"]*)"', home))
    assert address == f"{installation.base}/first"
    shown = browser.get(jira.base_url + address, timeout=30)
    [frame] = frames(shown)
    assert frame["base"] == installation.base
    assert frame["context"]["moduleKey"] == "main"
    assert frame["context"]["extension"] == {"type": "jira:globalPage", "location": jira.base_url + address}
    assert f"frame-src {installation.app.origin};" in shown.headers["Content-Security-Policy"]
    assert requests.get(installation.app.page_url, timeout=30).status_code == 200
    assert browser.get(f"{jira.base_url}/jira/apps/none/none/", timeout=30).status_code == 404


def test_only_admins_configure_and_remove_the_app(
    jira: RunningSite, installation: ForgeInstallation, browser: requests.Session
) -> None:
    apps = f"{jira.base_url}/jira/settings/apps"
    assert f'href="{installation.configuration}"' in browser.get(apps, timeout=30).text
    [frame] = frames(browser.get(jira.base_url + installation.configuration, timeout=30))
    assert frame["context"]["moduleKey"] == "settings"
    sign_in(browser, jira, 1)
    assert browser.get(jira.base_url + installation.configuration, timeout=30).status_code == 404
    sign_in(browser, jira, 0)
    browser.post(apps, {"action": "uninstall-forge", "key": installation.id}, timeout=30)
    assert not installation.usable
    assert browser.get(f"{jira.base_url}{installation.base}/first", timeout=30).status_code == 404


def test_a_panel_is_added_to_an_issue_and_stays_there(
    jira: RunningSite, installation: ForgeInstallation, browser: requests.Session
) -> None:
    issue = f"{jira.base_url}/browse/PAY-1"
    offered = browser.get(issue, timeout=30)
    assert "Add Sample box" in offered.text
    assert frames(offered) == []
    [frame] = frames(browser.post(f"{issue}/panels", {"module": "box"}, timeout=30))
    assert frame["base"] == "", "a panel has no address of its own"
    extension = frame["context"]["extension"]
    assert extension["isNewToIssue"] is True
    assert extension["issue"]["key"] == "PAY-1"
    assert extension["project"]["key"] == "PAY"
    again = browser.get(issue, timeout=30)
    assert "Add Sample box" not in again.text
    assert frames(again)[0]["context"]["extension"]["isNewToIssue"] is False
    browser.post(f"{issue}/panels", {"module": "nothing"}, timeout=30)
    assert len(frames(browser.get(issue, timeout=30))) == 1


def test_the_ids_of_an_installation_are_the_same_after_a_restart(
    jira: RunningSite, installation: ForgeInstallation, manifest: Path
) -> None:
    again = jira.install_forge(manifest)
    assert again.id != installation.id
    assert again.base == installation.base
    jira.tenant.forge.installed.clear()
    first = jira.install_forge(manifest)
    jira.tenant.forge.installed.clear()
    assert jira.install_forge(manifest).id == first.id


def test_titles_are_shown_in_the_language_of_a_person(
    jira: RunningSite, manifest: Path, browser: requests.Session
) -> None:
    content = json.loads(manifest.read_text())
    content["modules"]["jira:globalPage"][0]["pages"][0]["title"] = {"i18n": "first.name"}
    content["translations"] = {
        "resources": [{"key": "en-US", "path": "en.json"}, {"key": "pt-BR", "path": "pt.json"}],
        "fallback": {"default": "en-US", "pt-PT": ["pt-BR"]},
    }
    for file, text in (("en.json", "First page"), ("pt.json", "Primeira p\u00e1gina")):
        (manifest.parent / file).write_text(json.dumps({"first.name": text}))
    manifest.write_text(json.dumps(content))
    jira.control("POST", "forge", {"manifest": str(manifest)})
    assert jira.tenant.forge.flush()
    seen = {}
    for locale in ("pt_BR", "pt_PT", "de_DE"):
        jira.person(0).locale = locale
        home = browser.get(f"{jira.base_url}/jira/projects", timeout=30).text
        seen[locale] = set(re.findall(r"First page|Primeira p\u00e1gina", home))
    assert seen == {
        "pt_BR": {"Primeira p\u00e1gina"},
        "pt_PT": {"Primeira p\u00e1gina"},
        "de_DE": {"First page"},
    }


def test_a_manifest_whose_translations_are_missing_is_refused(jira: RunningSite, manifest: Path) -> None:
    content = json.loads(manifest.read_text()) | {
        "translations": {
            "resources": [{"key": "en-US", "path": "none.json"}],
            "fallback": {"default": "en-US"},
        }
    }
    manifest.write_text(json.dumps(content))
    url = f"{jira.base_url}/_emulator/forge"
    assert requests.post(url, json={"manifest": str(manifest)}, timeout=30).status_code == 422
