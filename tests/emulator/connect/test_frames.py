"""The addresses of iframes and the tokens for the pages inside them."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from jira_emulator.connect.installation import Installation
from jira_emulator.connect.qsh import query_string_hash
from jira_emulator.server import RunningSite
from tests.emulator.support.sample_app import SampleApp


def browser(jira: RunningSite, number: int = 0) -> requests.Session:
    session = requests.Session()
    params = {"person": jira.person(number).account_id}
    session.get(f"{jira.base_url}/_host/sign-in-as", params=params, timeout=30)
    return session


def test_the_address_is_signed_as_it_is(jira: RunningSite, installed: Installation) -> None:
    person = jira.person(2)
    url = jira.page_url("page", person, ac_date="2026-11-24 & more")
    query = parse_qs(urlsplit(url).query, keep_blank_values=True)
    assert query["date"] == ["2026-11-24 & more"]
    assert query["x"] == [""]
    assert query["xdm_e"] == [jira.base_url]
    assert query["lic"] == ["none"]
    assert query["cp"] == [""]
    claims = jwt.decode(query["jwt"][0], installed.shared_secret, algorithms=["HS256"])
    assert claims["qsh"] == query_string_hash("GET", url)
    assert claims["iss"] == jira.site.client_key
    assert claims["sub"] == person.account_id
    assert claims["exp"] - claims["iat"] == 180


def test_the_panel_knows_its_issue(jira: RunningSite, installed: Installation) -> None:
    issue = next(one for one in jira.site.issues.values() if one.security is None)
    url = jira.page_url("panel", jira.person(0), issue=issue.key)
    query = parse_qs(urlsplit(url).query)
    assert query["issue"] == [str(issue.id)]
    claims = jwt.decode(query["jwt"][0], installed.shared_secret, algorithms=["HS256"])
    assert claims["context"]["jira"]["issue"]["key"] == issue.key
    assert claims["context"]["jira"]["project"]["key"] == issue.project.key


def test_an_invisible_issue_is_not_a_place(jira: RunningSite, installed: Installation) -> None:
    issue = next(iter(jira.site.issues.values()))
    outsider = next(
        one for one in map(jira.person, range(11))
        if browser_sees(jira, one.account_id, issue.key) == 404
    )  # fmt: skip
    assert parse_qs(urlsplit(jira.page_url("page", outsider, issue=issue.key)).query).get("x") is None


def browser_sees(jira: RunningSite, account_id: str, key: str) -> int:
    session = requests.Session()
    session.get(f"{jira.base_url}/_host/sign-in-as", params={"person": account_id}, timeout=30)
    return session.get(f"{jira.base_url}/browse/{key}", timeout=30).status_code


def test_the_context_token_is_tied_to_no_url(jira: RunningSite, installed: Installation) -> None:
    token = jira.context_token(jira.person(0))
    claims = jwt.decode(token, installed.shared_secret, algorithms=["HS256"])
    assert claims["qsh"] == "context-qsh"
    assert claims["exp"] - claims["iat"] == 900


def test_the_page_frames_the_app_and_nothing_else(
    jira: RunningSite, sample: SampleApp, installed: Installation
) -> None:
    page = browser(jira).get(f"{jira.base_url}/plugins/servlet/ac/{installed.key}/page", timeout=30)
    assert page.status_code == 200
    assert f"frame-src {sample.base_url};" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]


def test_admin_pages_are_for_admins(jira: RunningSite, installed: Installation) -> None:
    address = f"{jira.base_url}/plugins/servlet/ac/{installed.key}"
    ordinary = next(n for n in range(11) if not jira.site.is_admin(jira.person(n).account_id))
    for module in ("admin", "configure"):
        assert browser(jira, 0).get(f"{address}/{module}", timeout=30).status_code == 200
        assert browser(jira, ordinary).get(f"{address}/{module}", timeout=30).status_code == 404
    assert browser(jira, ordinary).get(f"{jira.base_url}/jira/settings/apps", timeout=30).status_code == 404


def test_modules_of_a_disabled_app_are_gone(jira: RunningSite, installed: Installation) -> None:
    jira.tenant.lifecycle.disable(installed.key)
    page = browser(jira).get(f"{jira.base_url}/plugins/servlet/ac/{installed.key}/page", timeout=30)
    assert page.status_code == 404
    assert "Sample page" not in page.text


@pytest.mark.parametrize("path", ["/_host/context-token", "/_host/frame", "/_emulator/apps"])
def test_other_origins_get_nothing(jira: RunningSite, installed: Installation, path: str) -> None:
    body = {"app": installed.key, "module": "page"}
    headers = {"Origin": installed.origin}
    answer = browser(jira).post(jira.base_url + path, json=body, headers=headers, timeout=30)
    assert answer.status_code == 403


def test_nobody_signed_in_gets_no_token(jira: RunningSite, installed: Installation) -> None:
    body = {"app": installed.key, "module": "page"}
    assert requests.post(f"{jira.base_url}/_host/context-token", json=body, timeout=30).status_code == 401


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_signing_in_leads_to_no_other_site(jira: RunningSite, target: str) -> None:
    params = {"person": jira.person(0).account_id, "next": target}
    answer = requests.get(
        f"{jira.base_url}/_host/sign-in-as", params=params, allow_redirects=False, timeout=5
    )
    assert answer.headers["Location"] == "/"
