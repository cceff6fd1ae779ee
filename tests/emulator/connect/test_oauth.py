from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
import requests

from jira_emulator.connect.installation import Installation
from jira_emulator.server import RunningCloud, RunningSite
from tests.emulator.support.sample_app import SampleApp

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def claims(jira: RunningSite, app: Installation, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    whole = {
        "iss": f"urn:atlassian:connect:clientid:{app.oauth_client_id}",
        "sub": f"urn:atlassian:connect:useraccountid:{jira.person(1).account_id}",
        "tnt": jira.base_url,
        "aud": f"{jira.base_url}/_atlassian",
        "iat": now,
        "exp": now + 60,
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def ask(jira: RunningSite, assertion: str, **form: str) -> requests.Response:
    body = {"grant_type": GRANT, "assertion": assertion, **form}
    return requests.post(f"{jira.base_url}/_atlassian/oauth2/token", data=body, timeout=30)


def token(jira: RunningSite, app: Installation, **form: str) -> str:
    answer = ask(jira, jwt.encode(claims(jira, app), app.shared_secret), **form)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def myself(jira: RunningSite, bearer: str) -> requests.Response:
    return requests.get(
        f"{jira.base_url}/rest/api/3/myself", headers={"Authorization": f"Bearer {bearer}"}, timeout=5
    )


def test_a_token_acts_as_the_person(jira: RunningSite, installed: Installation) -> None:
    answer = ask(jira, jwt.encode(claims(jira, installed), installed.shared_secret), scope="READ")
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == 900
    assert answer.headers["Cache-Control"] == "no-store"
    assert myself(jira, answer.json()["access_token"]).json()["accountId"] == jira.person(1).account_id
    [call] = jira.calls.list("oauth")
    assert (call.app_key, call.account_id) == (installed.key, jira.person(1).account_id)


def test_it_expires_by_the_clock(cloud: RunningCloud, jira: RunningSite, installed: Installation) -> None:
    bearer = token(jira, installed)
    cloud.cloud.clock.travel(899)
    assert myself(jira, bearer).status_code == 200
    cloud.cloud.clock.travel(2)
    assert myself(jira, bearer).status_code == 403


def test_it_is_worth_nothing_on_another_site(
    cloud: RunningCloud, jira: RunningSite, installed: Installation
) -> None:
    assert myself(cloud.sites[1], token(jira, installed)).status_code == 403


def test_it_dies_with_the_installation(jira: RunningSite, sample: SampleApp, installed: Installation) -> None:
    bearer = token(jira, installed)
    jira.tenant.lifecycle.disable(installed.key)
    assert myself(jira, bearer).status_code == 403
    jira.tenant.lifecycle.enable(installed.key)
    assert myself(jira, bearer).status_code == 200
    jira.tenant.lifecycle.uninstall(installed.key)
    jira.install(sample.descriptor_url)
    assert myself(jira, bearer).status_code == 403


def test_scopes_limit_the_person(jira: RunningSite, installed: Installation) -> None:
    headers = {"Authorization": f"Bearer {token(jira, installed, scope='READ')}"}
    key = next(iter(jira.site.issues.values())).key
    url = f"{jira.base_url}/rest/api/3/issue/{key}/worklog"
    answer = requests.post(url, json={"timeSpentSeconds": 60}, headers=headers, timeout=30)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"iss": "urn:atlassian:connect:clientid:nobody"}, "invalid_client"),
        ({"iss": "someone"}, "invalid_client"),
        ({"sub": "urn:atlassian:connect:useraccountid:nobody"}, "invalid_grant"),
        ({"sub": None}, "invalid_grant"),
        ({"sub": 5}, "invalid_grant"),
        ({"tnt": "http://127.0.0.1:1"}, "invalid_grant"),
        ({"tnt": None}, "invalid_grant"),
        ({"aud": "https://elsewhere.example"}, "invalid_grant"),
        ({"aud": None}, "invalid_grant"),
        ({"iat": None}, "invalid_grant"),
        ({"exp": None}, "invalid_grant"),
        ({"exp": "soon"}, "invalid_grant"),
    ],
)
def test_a_wrong_assertion_is_refused(
    jira: RunningSite, installed: Installation, changes: dict[str, Any], error: str
) -> None:
    answer = ask(jira, jwt.encode(claims(jira, installed, **changes), installed.shared_secret))
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]


@pytest.mark.parametrize(
    ("issued", "expires", "reason"),
    [(0, 200, "lives longer"), (-100, -10, "expired"), (86_400, 86_460, "in the future")],
)
def test_an_assertion_for_another_time_or_too_long_is_refused(
    jira: RunningSite, installed: Installation, issued: int, expires: int, reason: str
) -> None:
    now = int(time.time())
    times = {"iat": now + issued, "exp": now + expires}
    answer = ask(jira, jwt.encode(claims(jira, installed, **times), installed.shared_secret)).json()
    assert answer["error"] == "invalid_grant"
    assert reason in answer["error_description"]


def test_another_secret_or_algorithm_is_refused(jira: RunningSite, installed: Installation) -> None:
    whole = claims(jira, installed)
    other = "another-secret-of-a-decent-length-for-hs256"
    assert ask(jira, jwt.encode(whole, other)).json()["error"] == "invalid_grant"
    assert ask(jira, jwt.encode(whole, "", algorithm="none")).json()["error"] == "invalid_grant"
    strong = installed.shared_secret
    assert ask(jira, jwt.encode(whole, strong, algorithm="HS512")).json()["error"] == "invalid_grant"
    assert ask(jira, "not.a.token").json()["error"] == "invalid_grant"


def test_the_grant_type_and_the_assertion_are_required(jira: RunningSite) -> None:
    url = f"{jira.base_url}/_atlassian/oauth2/token"
    assert requests.post(url, data={}, timeout=30).json()["error"] == "unsupported_grant_type"
    assert requests.post(url, data={"grant_type": GRANT}, timeout=30).json()["error"] == "invalid_request"


def test_inactive_people_are_refused(jira: RunningSite, installed: Installation) -> None:
    gone = next(
        one for one in jira.site.people.values() if not one.active and one.account_type == "atlassian"
    )
    subject = f"urn:atlassian:connect:useraccountid:{gone.account_id}"
    answer = ask(jira, jwt.encode(claims(jira, installed, sub=subject), installed.shared_secret))
    assert answer.json()["error"] == "invalid_grant"


def test_only_declared_scopes_are_given(jira: RunningSite, installed: Installation) -> None:
    assertion = jwt.encode(claims(jira, installed), installed.shared_secret)
    assert ask(jira, assertion, scope="READ ADMIN").json()["error"] == "invalid_scope"


def test_act_as_user_is_needed(jira: RunningSite, sample: SampleApp) -> None:
    sample.descriptor["scopes"] = ["READ", "WRITE"]
    app = jira.install(sample.descriptor_url)
    answer = ask(jira, jwt.encode(claims(jira, app), app.shared_secret))
    assert answer.json()["error"] == "unauthorized_client"
