"""The emulated Forge: tokens, the proxy's limits and errors, events with retries, and Atlassian's API."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jwt
import pytest
import requests
from flask import Response
from jwt.algorithms import RSAAlgorithm

from jira_emulator.forge.gateway import MOST_OF_APP, Result, invoke_remote
from jira_emulator.forge.installation import Endpoint, ForgeInstallation, OpenPage
from jira_emulator.forge.keys import InvocationKeys
from jira_emulator.server import RunningCloud, RunningSite
from tests.emulator.support.remote import APP_ID, Remote, ask_jira

CALL = {"method": "POST", "path": "/forge/call", "body": {"a": 1}}


@pytest.fixture
def installation(jira: RunningSite, remote: Remote) -> ForgeInstallation:
    made = jira.tenant.forge.install(remote.app)
    assert jira.tenant.forge.flush()
    return made


def invoke(jira: RunningSite, installation: ForgeInstallation, call: Any = None, person: int = 0) -> Result:
    page = OpenPage(jira.person(person).account_id)
    return invoke_remote(jira.tenant.forge, installation, page, CALL if call is None else call)


def test_an_invocation_brings_a_token_that_the_key_set_proves(
    jira: RunningSite, remote: Remote, installation: ForgeInstallation
) -> None:
    assert invoke(jira, installation) == {
        "success": True,
        "payload": {"status": 204, "headers": {}, "body": None},
    }
    [sent] = remote.to("/forge/call")
    assert sent.body == {"a": 1}
    keys = requests.get(jira.tenant.cloud.forge.jwks_url, timeout=30).json()["keys"]
    kid = jwt.get_unverified_header(sent.token)["kid"]
    assert kid.startswith("forge/invocation-token/wf-")
    key: Any = RSAAlgorithm.from_jwk(next(one for one in keys if one["kid"] == kid))
    now = jira.tenant.cloud.clock().timestamp()
    claims = jwt.decode(sent.token, key, algorithms=["RS256"], audience=APP_ID, options={"verify_exp": False})
    assert claims["exp"] - claims["iat"] == 25
    assert abs(claims["iat"] - now) < 60
    assert claims["iss"] == "forge/invocation-token"
    assert claims["principal"] == claims["context"]["accountId"] == jira.person(0).account_id
    assert claims["app"]["installationId"].endswith(installation.id)
    assert claims["app"]["apiBaseUrl"].endswith(f"/ex/jira/{jira.site.cloud_id}")


def test_numbers_of_the_key_set_are_padded(jira: RunningSite) -> None:
    for key in jira.tenant.cloud.forge.keys.key_set()["keys"]:
        assert len(key["n"]) % 4 == 0
        assert len(urlsafe_b64decode(key["n"])) == 256


def test_everybody_who_comes_first_gets_the_same_key() -> None:
    keys = InvocationKeys()
    with ThreadPoolExecutor(8) as pool:
        found = {kid for kid, _ in pool.map(lambda _: keys.signing(), range(16))}
    assert found == {key["kid"] for key in keys.key_set()["keys"]}
    assert len(found) == 1


def test_a_rotation_may_retire_the_earlier_key(jira: RunningSite) -> None:
    keys = jira.tenant.cloud.forge.keys
    first = keys.signing()[0]
    second = keys.rotate()
    assert [key["kid"] for key in keys.key_set()["keys"]][-2:] == [first, second]
    third = keys.rotate(retire=True)
    assert [key["kid"] for key in keys.key_set()["keys"]] == [third]


def answer(status: int, body: bytes, kind: str = "application/json") -> Response:
    return Response(body, status=status, content_type=kind)


@pytest.mark.parametrize("status", [200, 404, 422, 500])
def test_json_of_any_status_but_401_is_passed_on(
    jira: RunningSite, remote: Remote, installation: ForgeInstallation, status: int
) -> None:
    remote.answers["/forge/call"] = [answer(status, b'{"b": 2}')]
    payload = invoke(jira, installation)["payload"]
    assert (payload["status"], payload["body"]) == (status, {"b": 2})
    assert payload["headers"] == {"content-type": ["application/json"]}


@pytest.mark.parametrize(
    ("answered", "words"),
    [
        (answer(401, b"{}"), "could not verify"),
        (answer(200, b"<p>", "text/html"), "content type"),
        (answer(404, b"<p>", "text/html"), "content type"),
        (answer(200, b"{"), "not JSON"),
        (answer(302, b""), "redirect"),
        (answer(500, b""), "not JSON"),
        (answer(200, b'"' + b"x" * 5_000_000 + b'"'), "5 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value.status_code),
)
def test_other_answers_are_errors(
    jira: RunningSite, remote: Remote, installation: ForgeInstallation, answered: Response, words: str
) -> None:
    remote.answers["/forge/call"] = [answered]
    result = invoke(jira, installation)
    assert result["success"] is False
    assert words in result["error"]["message"]


@pytest.mark.parametrize(
    "call",
    [
        {"method": "TRACE", "path": "/x"},
        {"method": "GET", "path": "x"},
        {"method": "GET", "path": "//evil.example.com/"},
        {"method": "POST", "path": "/x", "body": [1]},
        {"method": "POST", "path": "/x", "body": "text"},
        {"method": "POST", "path": "/x", "body": {"a": "x" * 500_000}},
        {"method": "POST"},
    ],
    ids=lambda call: repr(call)[:50],
)
def test_a_call_that_breaks_a_rule_reaches_no_remote(
    jira: RunningSite, remote: Remote, installation: ForgeInstallation, call: dict[str, Any]
) -> None:
    remote.sent.clear()
    assert invoke(jira, installation, call)["success"] is False
    assert remote.sent == []


def test_a_page_may_set_headers_but_not_the_ones_of_the_proxy(
    jira: RunningSite, remote: Remote, installation: ForgeInstallation
) -> None:
    own = {
        "Authorization": "Bearer x",
        "X-Forge-OAuth-System": "x",
        "x-forge-oauth-user": "x",
        "Cookie": "a=b",
    }
    sent_before = len(remote.sent)
    invoke(jira, installation, CALL | {"headers": own | {"X-Forwarded-For": "6.6.6.6", "X-Own": "y"}})
    [sent] = remote.sent[sent_before:]
    assert (sent.headers["x-own"], sent.headers["x-forwarded-for"]) == ("y", "6.6.6.6")
    assert sent.claims()["principal"] == jira.person(0).account_id
    assert "x" not in (sent.headers["x-forge-oauth-system"], sent.headers["x-forge-oauth-user"])
    assert "cookie" not in sent.headers


def begin_minute(jira: RunningSite) -> None:
    """Move the clock to the beginning of a minute, because calls are counted by the minute."""
    clock = jira.tenant.cloud.clock
    clock.travel(60 - clock().timestamp() % 60)


def test_a_person_may_call_1200_times_a_minute(jira: RunningSite, installation: ForgeInstallation) -> None:
    begin_minute(jira)
    who, minute = jira.person(0).account_id, int(jira.tenant.cloud.clock().timestamp() // 60)
    for _ in range(1200):
        installation.count(minute, who)
    results = [invoke(jira, installation), invoke(jira, installation, person=1)]
    jira.tenant.cloud.clock.travel(60)
    assert [one["success"] for one in (*results, invoke(jira, installation))] == [False, True, True]
    assert results[0]["error"]["status"] == 429


def test_calls_of_an_app_are_counted_over_all_sites(
    cloud: RunningCloud,
    jira: RunningSite,
    remote: Remote,
    installation: ForgeInstallation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert MOST_OF_APP == 30_000
    other = cloud.sites[1]
    elsewhere = other.tenant.forge.install(remote.app)
    begin_minute(jira)
    monkeypatch.setattr("jira_emulator.forge.gateway.MOST_OF_APP", 1)
    assert invoke(jira, installation)["success"]
    assert invoke(other, elsewhere)["error"]["status"] == 429
    jira.tenant.cloud.clock.travel(60)
    assert invoke(other, elsewhere)["success"]


def test_a_remote_that_is_not_there_is_an_error(jira: RunningSite, remote: Remote) -> None:
    gone = ForgeInstallation(type(remote.app)(APP_ID, "http://127.0.0.1:9"))
    assert "unexpected error" in invoke(jira, gone)["error"]["message"]


def test_the_same_token_comes_again_until_two_hours_are_left(
    jira: RunningSite, remote: Remote, installation: ForgeInstallation
) -> None:
    remote.sent.clear()
    for seconds in (0, 7200 - 5, 10):
        jira.tenant.cloud.clock.travel(seconds)
        invoke(jira, installation)
    users = [sent.headers["x-forge-oauth-user"] for sent in remote.sent]
    systems = [sent.headers["x-forge-oauth-system"] for sent in remote.sent]
    assert users[0] == users[1] != users[2]
    assert systems[0] == systems[1] != systems[2]
    assert users[0] != systems[0]


def test_tokens_call_jira_as_the_person_or_the_app_on_their_own_site(
    cloud: RunningCloud, jira: RunningSite, remote: Remote, installation: ForgeInstallation
) -> None:
    invoke(jira, installation, person=1)
    headers = remote.sent[-1].headers
    user, system = headers["x-forge-oauth-user"], headers["x-forge-oauth-system"]
    who = jira.person(1).account_id
    assert ask_jira(jira, user, "myself").json()["accountId"] == who
    body = {"globalPermissions": ["ADMINISTER"]}
    for number, admin in ((0, ["ADMINISTER"]), (1, [])):
        invoke(jira, installation, person=number)
        token = remote.sent[-1].headers["x-forge-oauth-user"]
        found = ask_jira(jira, token, "permissions/check", method="POST", json=body).json()
        assert found["globalPermissions"] == admin
    others = body | {"accountId": who}
    assert ask_jira(jira, system, "permissions/check", method="POST", json=others).status_code == 403
    assert ask_jira(jira, system, "project/search").status_code == 200
    assert ask_jira(cloud.sites[1], user, "myself").status_code == 401
    assert ask_jira(jira, "unknown", "myself").json() == {"code": 401, "message": "Unauthorized"}
    direct = {"Authorization": f"Bearer {user}"}
    assert requests.get(f"{jira.base_url}/rest/api/3/myself", headers=direct, timeout=30).status_code == 403
    jira.tenant.cloud.forge.access.revoke(installation, who)
    assert ask_jira(jira, user, "myself").status_code == 401
    assert ask_jira(jira, system, "project/search").status_code == 200


def contexts_of(cloud_id: str) -> list[str]:
    return [f"ari:cloud:jira:{cloud_id}:workspace/{cloud_id}", f"ari:cloud:jira::site/{cloud_id}"]


def ask_offline(jira: RunningSite, token: str, user_id: str, contexts: list[str] | None = None) -> Any:
    query = {"contextIds": contexts or contexts_of(jira.site.cloud_id)[:1], "userId": user_id}
    return requests.post(
        f"{jira.tenant.cloud.forge.api_url}/graphql",
        json={"query": "mutation …", "variables": {"input": query}},
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )


def test_the_app_may_ask_for_the_token_of_a_person(
    jira: RunningSite, remote: Remote, installation: ForgeInstallation
) -> None:
    invoke(jira, installation)
    headers, who = remote.sent[-1].headers, jira.person(2).account_id
    system, user = headers["x-forge-oauth-system"], headers["x-forge-oauth-user"]
    granted = ask_offline(jira, system, who).json()["data"]["offlineUserAuthToken"]
    assert granted["success"] is True
    assert ask_jira(jira, granted["authToken"]["token"], "myself").json()["accountId"] == who
    jira.tenant.cloud.clock.travel(granted["authToken"]["ttl"])
    assert ask_jira(jira, granted["authToken"]["token"], "myself").status_code == 401
    assert ask_offline(jira, user, who).status_code == 401
    for person, names, allowed in (
        (who, contexts_of(jira.site.cloud_id)[1:], True),
        (who, contexts_of(jira.site.cloud_id), False),
        (who, contexts_of("another")[:1], False),
        ("nobody", None, False),
    ):
        answer = ask_offline(jira, system, person, names).json()
        assert answer["data"]["offlineUserAuthToken"]["success"] is allowed


def test_the_token_of_a_person_who_is_away_has_only_the_scopes_that_allow_it(
    jira: RunningSite, remote: Remote
) -> None:
    installation = jira.tenant.forge.install(replace(remote.app, offline=frozenset({"read:jira-work"})))
    who, issue = jira.person(2).account_id, next(iter(jira.site.issues.values()))
    invoke(jira, installation, person=2)
    [call] = remote.to("/forge/call")
    headers = call.headers
    granted = ask_offline(jira, headers["x-forge-oauth-system"], who).json()["data"]["offlineUserAuthToken"]
    body = {"timeSpentSeconds": 60, "started": "2026-11-02T09:00:00.000+0000"}
    path = f"issue/{issue.key}/worklog"
    away, here = granted["authToken"]["token"], headers["x-forge-oauth-user"]
    assert ask_jira(jira, away, path).status_code == 200
    refused = ask_jira(jira, away, path, method="POST", json=body)
    assert (refused.status_code, refused.json()["message"]) == (401, "Unauthorized; scope does not match")
    assert ask_jira(jira, here, path, method="POST", json=body).status_code == 201


def test_tokens_go_only_to_endpoints_that_ask_for_them(jira: RunningSite, remote: Remote) -> None:
    system = Endpoint("/forge/events", user=False)
    endpoints = {
        "page": Endpoint("", system=False),
        "events": system,
        "scheduled": Endpoint("/s", system=False),
    }
    installation = jira.tenant.forge.install(replace(remote.app, endpoints=endpoints))
    jira.tenant.forge.tick()
    assert jira.tenant.forge.flush()
    invoke(jira, installation)
    delivered = {one.path: {name for name in one.headers if "oauth" in name} for one in remote.sent}
    assert delivered == {
        "/forge/events": {"x-forge-oauth-system"},
        "/s": set(),
        "/forge/call": {"x-forge-oauth-user"},
    }


def test_events_are_sent_again_four_times_with_a_reason(
    jira: RunningSite, remote: Remote, installation: ForgeInstallation
) -> None:
    [installed] = remote.to("/forge/events")
    assert installed.body["eventType"] == "avi:forge:installed:app"
    assert installed.body["id"] == installation.id
    assert "principal" not in installed.claims()
    assert "x-forge-oauth-system" in installed.headers
    assert "x-forge-oauth-user" not in installed.headers
    remote.sent.clear()
    remote.answers["/forge/events"] = [Response(status=status) for status in (401, 500, 302, 404, 500)]
    log_time(jira)
    assert jira.tenant.forge.flush()
    sent = [one for one in remote.to("/forge/events") if "worklog" in one.body["eventType"]]
    assert [one.body.get("retryContext", {}).get("retryCount") for one in sent][:2] == [None, 1]
    assert sent[1].body["retryContext"]["retryReason"] == "INVALID_FORGE_INVOCATION_TOKEN"
    assert "cloudId" not in sent[0].claims()["app"]["installation"]["contexts"][0]
    assert sent[0].body["eventType"] == "avi:jira:created:worklog"
    assert sent[0].body["timestamp"].isdigit()
    assert sent[0].body["worklog"]["issueId"]
    assert len(remote.sent) <= 10


def log_time(jira: RunningSite) -> None:
    """Log an hour as a person, in the browser's way."""
    issue = next(iter(jira.site.issues.values()))
    jira.tenant.basic_auth = True
    answer = requests.post(
        f"{jira.base_url}/rest/api/3/issue/{issue.key}/worklog",
        json={"timeSpentSeconds": 3600, "started": "2026-11-02T09:00:00.000+0000"},
        auth=(jira.person(0).email, "emulator"),
        timeout=30,
    )
    assert answer.status_code == 201, answer.text


def test_the_schedule_and_the_farewell_are_not_repeated(
    jira: RunningSite, remote: Remote, installation: ForgeInstallation
) -> None:
    remote.answers |= {path: [Response(status=500)] for path in ("/forge/hourly", "/forge/uninstall")}
    jira.tenant.forge.tick()
    assert jira.tenant.forge.flush()
    jira.tenant.forge.uninstall(installation)
    assert [one.path for one in remote.sent[-2:]] == ["/forge/hourly", "/forge/uninstall"]
    remote.sent.clear()
    log_time(jira)
    jira.tenant.forge.tick()
    assert jira.tenant.forge.flush()
    assert remote.sent == []


def test_a_new_install_has_a_new_id_and_ends_the_old_one(
    jira: RunningSite, remote: Remote, installation: ForgeInstallation
) -> None:
    again = jira.tenant.forge.install(remote.app)
    assert again.id != installation.id
    assert [one.id for one in jira.tenant.forge.usable()] == [again.id]
    jira.tenant.forge.upgrade(again, remote.app)
    assert jira.tenant.forge.flush()
    assert remote.sent[-1].body["eventType"] == "avi:forge:upgraded:app"


def test_a_page_invokes_by_the_sites_gateway(
    jira: RunningSite, remote: Remote, installation: ForgeInstallation
) -> None:
    remote.answers["/forge/call"] = [answer(200, b"{}")]
    session = requests.Session()
    person = jira.person(1).account_id
    session.get(f"{jira.base_url}/_host/sign-in-as?person={person}&next=/jira/projects", timeout=30)
    context: dict[str, Any] = {
        "moduleKey": "panel",
        "extension": {"type": "jira:issuePanel", "issue": {"id": "1"}},
    }
    wanted: dict[str, Any] = {
        "extensionId": f"ari:cloud:ecosystem::extension/{installation.app.uuid}/e/static/panel",
        "payload": {"call": CALL, "context": context},
    }
    url = f"{jira.base_url}/gateway/api/graphql"
    answered = session.post(url, json={"variables": {"input": wanted}}, timeout=30).json()
    assert answered["data"]["invokeExtension"]["response"]["body"]["payload"]["status"] == 200
    claims = remote.sent[-1].claims()
    assert claims["principal"] == person
    assert claims["context"]["extension"] == context["extension"]
    assert "errors" in requests.post(url, json={"variables": {"input": wanted}}, timeout=30).json()


def test_the_control_api_installs_and_uninstalls(jira: RunningSite, remote: Remote) -> None:
    made = jira.control("POST", "forge", {"appId": APP_ID, "baseUrl": remote.base_url})
    assert jira.control("GET", "forge")["installations"][-1] == made
    assert jira.control("POST", "forge/tick") == {"delivered": True}
    assert jira.control("POST", f"forge/{made['installationId']}/uninstall")["usable"] is False
    assert [one.path for one in remote.sent] == ["/forge/events", "/forge/hourly", "/forge/uninstall"]


def test_every_site_says_its_cloud_id(jira: RunningSite) -> None:
    answered = requests.get(f"{jira.base_url}/_edge/tenant_info", timeout=30)
    assert answered.json() == {"cloudId": jira.site.cloud_id}


def test_an_access_token_ends_after_four_hours(
    jira: RunningSite, remote: Remote, installation: ForgeInstallation
) -> None:
    invoke(jira, installation)
    token = remote.sent[-1].headers["x-forge-oauth-user"]
    left = jwt.decode(token, options={"verify_signature": False})["exp"]
    assert left - jira.tenant.cloud.clock().timestamp() <= timedelta(hours=4).total_seconds()
    jira.tenant.cloud.clock.travel(4 * 3600)
    assert ask_jira(jira, token, "myself").status_code == 401


@pytest.mark.parametrize(
    ("rule", "arrives", "error"),
    [
        ({"effect": "proxy-busy"}, False, {"message": "Too many requests", "status": 429}),
        (
            {"effect": "proxy-status", "status": 502},
            False,
            {"message": "An unexpected error happened", "status": 502},
        ),
        ({"effect": "proxy-late"}, True, {"message": "Request timed out after 25 seconds", "status": 504}),
    ],
    ids=lambda value: value["effect"] if isinstance(value, dict) and "effect" in value else "",
)
def test_the_proxy_fails_on_demand(
    jira: RunningSite,
    remote: Remote,
    installation: ForgeInstallation,
    rule: dict[str, Any],
    arrives: bool,
    error: dict[str, Any],
) -> None:
    jira.control("POST", "trouble", rule)
    remote.sent.clear()
    assert through_the_proxy(jira, installation) == {"success": False, "error": error}
    assert len(remote.to("/forge/call")) == arrives
    assert through_the_proxy(jira, installation)["success"] is True


def test_a_fault_of_the_proxy_is_for_one_path(
    jira: RunningSite, remote: Remote, installation: ForgeInstallation
) -> None:
    jira.control("POST", "trouble", {"effect": "proxy-malformed", "path": "/timesheet/*"})
    assert through_the_proxy(jira, installation)["success"] is True
    found = through_the_proxy(jira, installation, {"method": "POST", "path": "/timesheet/cell?a=1"})
    assert found == {"success": True, "payload": {}}
    assert len(remote.to("/forge/call")) == 2


def through_the_proxy(jira: RunningSite, installation: ForgeInstallation, body: Any = None) -> Result:
    """Call the remote, and pass it this body."""
    return invoke(jira, installation, {"method": "POST", "path": "/forge/call", "body": body or {}})
