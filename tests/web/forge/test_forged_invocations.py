"""Forged invocation tokens on every kind of route: none is accepted, breaks the app, or leaves a trace."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.web.conftest import JiraSite
from tests.web.http.test_forged_tokens import everything_stored
from tests.web.support.forge_site import ForgeSite
from tests.web.support.forged_invocations import FORGED
from tests.web.support.token_targets import TARGETS
from tests.web.support.unlimited import lift_throttle

EVENT = {"eventType": "avi:jira:created:worklog"}
ROUTES: dict[str, object] = {
    "/forge/call": {"method": "GET", "path": "/probe/page"},
    "/forge/events": EVENT,
    "/forge/hourly": {},
    "/forge/uninstall": {},
}


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn off the throttle, so that each of the many tokens is checked."""
    lift_throttle(monkeypatch)


@pytest.fixture
def attacked(forge_site: ForgeSite, new_forge_site: Callable[[str], ForgeSite]) -> ForgeSite:
    """Return the attacked site; another one uses the app beside it."""
    for site in (forge_site, new_forge_site("other")):
        assert site.call("GET", "/probe/page")["status"] == 200
    return forge_site


def test_there_are_many_forgeries_and_each_has_its_own_name() -> None:
    names = {name for name, _ in FORGED}
    assert len(names) >= 200
    assert len(names) == len(FORGED)


@pytest.mark.parametrize("path", ROUTES)
def test_no_forged_token_is_let_in(app: Flask, attacked: ForgeSite, path: str) -> None:
    before = everything_stored(app)
    wrong: list[str] = []
    for name, forge in FORGED:
        answer = attacked.post(path, ROUTES[path], forge(attacked))
        if answer.status_code != 401 or answer.headers["WWW-Authenticate"] != "Bearer":
            wrong.append(f"{name}: {answer.status_code}")
    assert wrong == []
    assert everything_stored(app) == before


@pytest.mark.parametrize("path", ROUTES)
def test_the_real_token_is_let_in(attacked: ForgeSite, path: str) -> None:
    answer = (
        attacked.post(path, ROUTES[path])
        if path == "/forge/call"
        else attacked.send_event(path, ROUTES[path])
    )
    assert answer.status_code in (200, 204)


@pytest.mark.parametrize("path", ROUTES)
def test_no_token_of_the_other_door_opens_this_one(
    attacked: ForgeSite, new_site: Callable[[str], JiraSite], path: str
) -> None:
    connect = new_site("connect")
    assert connect.install().status_code == 204
    for target in TARGETS:
        for scheme in ("JWT", "Bearer"):
            headers = {"Authorization": f"{scheme} {target.sign(target.claims(connect), connect)}"}
            answer = attacked.client.post(path, json=ROUTES[path], headers=headers)
            assert answer.status_code == 401, target.name


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_an_invocation_token_opens_nothing_at_the_other_door(
    attacked: ForgeSite, new_site: Callable[[str], JiraSite], target: object
) -> None:
    connect = new_site("connect")
    assert connect.install().status_code == 204
    token = attacked.sign(attacked.claims())
    assert target.call(attacked.client, connect, token).status_code == 401  # type: ignore[attr-defined]
    bearer = {"Authorization": f"Bearer {token}"}
    path, method = target.path, target.method  # type: ignore[attr-defined]
    assert attacked.client.open(path, method=method, json={}, headers=bearer).status_code == 401


@pytest.mark.parametrize("scheme", ["JWT", "Basic", "Bearer,", ""])
def test_another_scheme_is_refused(attacked: ForgeSite, scheme: str) -> None:
    header = {"Authorization": f"{scheme} {attacked.sign(attacked.claims())}"}
    answer = attacked.client.post("/forge/call", json=ROUTES["/forge/call"], headers=header)
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ROUTES)
def test_a_token_of_the_other_door_beside_the_real_one_is_refused(
    attacked: ForgeSite, new_site: Callable[[str], JiraSite], path: str
) -> None:
    connect = new_site("connect")
    assert connect.install().status_code == 204
    for token in (connect.session_token(), "x", ""):
        assert attacked.post(f"{path}?jwt={token}", ROUTES[path]).status_code == 401


def test_a_token_in_the_address_or_the_form_is_none(attacked: ForgeSite) -> None:
    token = attacked.sign(attacked.claims())
    assert attacked.client.post(f"/forge/call?jwt={token}", json={}).status_code == 401
    assert attacked.client.post("/forge/call", data={"jwt": token}).status_code == 401


def test_a_token_expires_ten_seconds_late_and_may_come_from_a_clock_75_seconds_ahead(
    attacked: ForgeSite,
) -> None:
    token = attacked.sign(attacked.claims())
    attacked.clock.move(25 + 9)
    assert attacked.post("/forge/call", ROUTES["/forge/call"], token).status_code == 200
    attacked.clock.move(1)
    assert attacked.post("/forge/call", ROUTES["/forge/call"], token).status_code == 401
    early = attacked.sign(attacked.claims())
    attacked.clock.move(-75)
    assert attacked.post("/forge/call", ROUTES["/forge/call"], early).status_code == 200
    attacked.clock.move(-1)
    assert attacked.post("/forge/call", ROUTES["/forge/call"], early).status_code == 401


def test_a_token_may_be_used_again_until_it_expires(attacked: ForgeSite) -> None:
    token = attacked.sign(attacked.claims())
    for _ in range(3):
        assert attacked.post("/forge/call", ROUTES["/forge/call"], token).status_code == 200
