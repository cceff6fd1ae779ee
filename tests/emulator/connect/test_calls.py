"""Calls of apps to Jira with their own token, and the resources only for them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
import requests

from jira_emulator.connect.installation import Installation
from jira_emulator.connect.qsh import query_string_hash
from jira_emulator.server import RunningCloud, RunningSite
from tests.emulator.support.sample_app import SampleApp


def app_token(jira: RunningSite, app: Installation, method: str, target: str, **changes: Any) -> str:
    now = int(time.time())
    whole = {
        "iss": app.key,
        "iat": now,
        "exp": now + 180,
        "qsh": query_string_hash(method, target),
        "aud": [jira.site.client_key],
        **changes,
    }
    return jwt.encode({name: value for name, value in whole.items() if value is not None}, app.shared_secret)


def call(jira: RunningSite, token: str, method: str, target: str, body: Any = None) -> requests.Response:
    headers = {"Authorization": f"JWT {token}"}
    return requests.request(method, jira.base_url + target, json=body, headers=headers, timeout=30)


def signed(
    jira: RunningSite, app: Installation, method: str, target: str, body: Any = None
) -> requests.Response:
    return call(jira, app_token(jira, app, method, target), method, target, body)


CONFIGURATION = "/rest/api/3/configuration"


def test_an_app_calls_as_itself(jira: RunningSite, installed: Installation) -> None:
    assert signed(jira, installed, "GET", CONFIGURATION).status_code == 200
    [logged] = jira.calls.list("rest")
    assert (logged.app_key, logged.account_id, logged.template) == (installed.key, None, "/configuration")


def test_an_app_has_one_account(jira: RunningSite, installed: Installation) -> None:
    target = "/rest/api/3/issue/PAY-8/worklog"
    made = signed(jira, installed, "POST", target, {"timeSpent": "1h"}).json()
    assert made["author"]["accountId"] == installed.account_id == installed.summary()["accountId"]
    assert signed(jira, installed, "GET", "/rest/api/3/myself").json()["accountId"] == installed.account_id


def test_the_query_is_part_of_the_signature(jira: RunningSite, installed: Installation) -> None:
    target = "/rest/api/3/user/search?query=a%20b&maxResults=2"
    assert signed(jira, installed, "GET", target).status_code == 200
    stolen = app_token(jira, installed, "GET", target)
    assert call(jira, stolen, "GET", target.replace("=2", "=3")).status_code == 401


def test_a_token_in_the_query_is_taken_but_not_two(jira: RunningSite, installed: Installation) -> None:
    token = app_token(jira, installed, "GET", CONFIGURATION)
    url = f"{jira.base_url}{CONFIGURATION}?jwt={token}"
    assert requests.get(url, timeout=30).status_code == 200
    assert requests.get(url, headers={"Authorization": f"JWT {token}"}, timeout=30).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "another.app"},
        {"iss": None},
        {"qsh": "context-qsh"},
        {"qsh": query_string_hash("POST", CONFIGURATION)},
        {"qsh": None},
        {"qsh": ["x"]},
        {"aud": ["another-site"]},
        {"exp": 1},
        {"exp": None},
        {"exp": "9999999999"},
        {"exp": True},
        {"iat": None},
        {"iat": 9_999_999_999},
    ],
)
def test_a_wrong_claim_is_a_401(jira: RunningSite, installed: Installation, changes: dict[str, Any]) -> None:
    token = app_token(jira, installed, "GET", CONFIGURATION, **changes)
    answer = call(jira, token, "GET", CONFIGURATION)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text == "Client must be authenticated to access this resource."


def test_disabled_and_foreign_apps_are_shut_out(
    cloud: RunningCloud, jira: RunningSite, sample: SampleApp, installed: Installation
) -> None:
    cloud.sites[1].install(sample.descriptor_url)
    token = app_token(jira, installed, "GET", CONFIGURATION)
    assert call(cloud.sites[1], token, "GET", CONFIGURATION).status_code == 401
    jira.tenant.lifecycle.disable(installed.key)
    assert call(jira, token, "GET", CONFIGURATION).status_code == 401


@pytest.mark.parametrize("path", ["myself", "serverInfo", "issue/PAY-1"])
@pytest.mark.parametrize("token", ["nonsense", "a.b.c"])
def test_an_unknown_access_token_is_a_403_everywhere(jira: RunningSite, path: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(f"{jira.base_url}/rest/api/3/{path}", headers=headers, timeout=30)
    assert (answer.status_code, list(answer.json())) == (403, ["error"])
    assert not answer.headers.keys() & {"WWW-Authenticate", "X-Seraph-LoginReason"}


@pytest.mark.parametrize("header", ["", "JWT nonsense", "Basic bm9uZTpub25l", "Digest x"])
def test_no_or_unknown_credentials_are_a_401(jira: RunningSite, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    answer = requests.get(f"{jira.base_url}/rest/api/3/myself", headers=headers, timeout=30)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"]


def test_whoever_is_nobody_reads_the_server_and_finds_nothing(jira: RunningSite) -> None:
    api = f"{jira.base_url}/rest/api/3"
    assert requests.get(f"{api}/serverInfo", timeout=30).json()["deploymentType"] == "Cloud"
    found = requests.get(f"{api}/search/jql", params={"jql": "project = PAY or created < now()"}, timeout=30)
    assert found.status_code == 400
    found = requests.get(f"{api}/search/jql", params={"jql": "created < now()"}, timeout=30)
    assert (found.status_code, found.json()["issues"]) == (200, [])
    assert requests.get(f"{api}/issue/PAY-1", timeout=30).status_code == 404
    assert (
        requests.post(f"{api}/issue/PAY-1/worklog", json={"timeSpent": "1h"}, timeout=30).status_code == 404
    )
    for path in ("myself", "configuration", "worklog/updated"):
        answer = requests.get(f"{api}/{path}", timeout=30)
        assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (401, "text/html")


def test_an_expired_token_may_count_as_none(jira: RunningSite, installed: Installation) -> None:
    jira.control("POST", "trouble", {"effect": "as-nobody", "count": 2})
    search = "/rest/api/3/search/jql?jql=created%3Cnow()"
    answer = signed(jira, installed, "GET", search)
    assert (answer.status_code, answer.json()["issues"]) == (200, [])
    assert signed(jira, installed, "GET", "/rest/api/3/myself").status_code == 401
    assert signed(jira, installed, "GET", search).json()["issues"]


def test_basic_auth_is_off_unless_enabled(jira: RunningSite) -> None:
    url = f"{jira.base_url}/rest/api/3/myself"
    person = jira.person(0)
    assert requests.get(url, auth=(person.email, "emulator"), timeout=30).status_code == 401
    jira.tenant.basic_auth = True
    assert (
        requests.get(url, auth=(person.email, "emulator"), timeout=30).json()["accountId"]
        == person.account_id
    )
    assert requests.get(url, auth=(person.email, "wrong"), timeout=30).status_code == 401


def test_the_browsers_person_may_call_but_not_from_another_origin(jira: RunningSite) -> None:
    browser = requests.Session()
    browser.get(f"{jira.base_url}/_host/sign-in-as", params={"person": jira.person(0).account_id}, timeout=30)
    assert browser.get(f"{jira.base_url}/rest/api/3/myself", timeout=30).status_code == 200
    key = next(iter(jira.site.issues.values())).key
    url = f"{jira.base_url}/rest/api/3/issue/{key}/worklog"
    headers = {"Origin": "https://evil.example"}
    assert browser.post(url, json={"timeSpent": "1h"}, headers=headers, timeout=30).status_code == 401


def test_what_is_not_a_resource_answers_in_jiras_json(jira: RunningSite) -> None:
    answer = requests.get(f"{jira.base_url}/rest/api/3/no-such-thing", timeout=30)
    assert answer.status_code == 404
    assert answer.json()["errorMessages"]
    assert requests.patch(f"{jira.base_url}/rest/api/3/myself", timeout=30).status_code == 405


REPORT = "/rest/atlassian-connect/latest/report-accounts"


def account(account_id: str) -> dict[str, str]:
    return {"accountId": account_id, "updatedAt": datetime.now(UTC).isoformat()}


def test_report_accounts_takes_only_the_token_of_an_app(jira: RunningSite) -> None:
    assert requests.post(jira.base_url + REPORT, json={"accounts": []}, timeout=30).status_code == 401


def test_reported_accounts_are_answered_with_what_changed(jira: RunningSite, installed: Installation) -> None:
    first, second = jira.person(0).account_id, jira.person(1).account_id
    answer = signed(jira, installed, "POST", REPORT, {"accounts": [account(first), account(second)]})
    assert (answer.status_code, answer.content) == (204, b"")
    assert int(answer.headers["Cycle-Period"]) == 7
    jira.control("POST", "accounts", {"accountId": second, "status": "updated"})
    closed = "5be24ba3f91c106033269289"
    body = {"accounts": [account(first), account(second), account(closed)]}
    answer = signed(jira, installed, "POST", REPORT, body)
    assert answer.json()["accounts"] == [
        {"accountId": second, "status": "updated"},
        {"accountId": closed, "status": "closed"},
    ]
    jira.tenant.account_states.clear()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"accounts": []},
        {"accounts": [{"accountId": "a"}]},
        {"accounts": [{"accountId": "a", "updatedAt": "yesterday"}]},
        {"accounts": [{"accountId": "a", "updatedAt": "2026-01-01T00:00:00"}]},
        {"accounts": [{"accountId": "a", "updatedAt": "20260101T000000+00:00"}]},
        {"accounts": [{"accountId": "a", "updatedAt": "2026-13-01T00:00:00Z"}]},
        {"accounts": [{"accountId": "a", "updatedAt": 1767225600}]},
        {"accounts": [account("a")] * 91},
    ],
)
def test_a_report_in_a_wrong_shape(jira: RunningSite, installed: Installation, body: Any) -> None:
    answer = signed(jira, installed, "POST", REPORT, body)
    assert answer.status_code == 400
    assert set(answer.json()) == {"errorType", "errorMessage"}
