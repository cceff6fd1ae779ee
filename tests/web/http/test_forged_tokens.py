"""Forged and malformed tokens on every kind of route: none is accepted, breaks the app, or leaves a trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from flask import Flask

from tests.web.conftest import JiraSite
from tests.web.support.forgeries import FORGERIES
from tests.web.support.forging import STRANGER
from tests.web.support.signing import bearing
from tests.web.support.token_targets import IAT, TARGETS, Target
from tests.web.support.unlimited import lift_throttle
from timesheet.adapters.db.base import Base
from timesheet.bootstrap.app import close_app, create_app
from timesheet.settings import Settings


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn off the throttle, so that each of the many tokens is checked."""
    lift_throttle(monkeypatch)


@pytest.fixture
def two_sites(site: JiraSite, new_site: Callable[[str], JiraSite]) -> JiraSite:
    """Return the attacked site; another one is installed beside it."""
    assert new_site("other").install().status_code == 204
    return site


def everything_stored(app: Flask) -> dict[str, list[str]]:
    """Return all tables except those of the audit log, which records many refusals."""
    with app.app_context(), app.extensions["timesheet"].operation.transaction.reading() as session:
        return {
            table.name: sorted(repr(tuple(row)) for row in session.execute(table.select()))
            for table in Base.metadata.sorted_tables
            if not table.name.startswith("audit")
        }


def test_there_are_many_forgeries_and_each_has_its_own_name() -> None:
    names = {name for name, _ in FORGERIES}
    assert len(names) >= 230
    assert len(names) >= len(FORGERIES) - 3


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_no_forged_token_is_let_in(app: Flask, two_sites: JiraSite, target: Target) -> None:
    app.config["MAX_CONTENT_LENGTH"] = None
    before = everything_stored(app)
    wrong: list[str] = []
    for name, forge in FORGERIES:
        token = forge(target, two_sites)
        if "\n" in token and target.place == "header":
            continue
        answer = target.call(two_sites.client, two_sites, token)
        if answer.status_code != 401 or answer.headers["WWW-Authenticate"] != "JWT":
            wrong.append(f"{name}: {answer.status_code}")
    assert wrong == []
    assert everything_stored(app) == before


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_the_real_token_is_let_in(two_sites: JiraSite, target: Target) -> None:
    token = target.sign(target.claims(two_sites), two_sites)
    assert target.call(two_sites.client, two_sites, token).status_code in (200, 204)


@pytest.mark.parametrize("early", ["iat", "nbf"])
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_token_may_come_from_a_clock_75_seconds_ahead(
    two_sites: JiraSite, target: Target, early: str
) -> None:
    statuses = []
    for ahead in (75, 76):
        claims = target.claims(two_sites) | {"iat": IAT, "exp": IAT + 180, early: IAT + ahead}
        token = target.sign(claims, two_sites)
        statuses.append(target.call(two_sites.client, two_sites, token).status_code)
    assert statuses[0] in (200, 204)
    assert statuses[1] == 401


@pytest.mark.parametrize(
    "target", [one for one in TARGETS if one.hashed != "context-qsh"], ids=lambda one: one.name
)
def test_a_token_at_two_places_is_refused(two_sites: JiraSite, target: Target) -> None:
    token = target.sign(target.claims(two_sites), two_sites)
    body: dict[str, Any] = {} if target.method == "GET" else {"json": two_sites.body()}
    answer = two_sites.client.open(
        f"{target.path}?jwt={token}", method=target.method, headers=bearing(token), **body
    )
    assert answer.status_code == 401
    twice = two_sites.client.open(f"{target.path}?jwt={token}&jwt={token}", method=target.method, **body)
    assert twice.status_code == 401


@pytest.mark.parametrize(
    "target", [one for one in TARGETS if one.place == "header"], ids=lambda target: target.name
)
def test_a_token_in_a_form_is_refused(two_sites: JiraSite, target: Target) -> None:
    token = target.sign(target.claims(two_sites), two_sites)
    alone = two_sites.client.open(target.path, method=target.method, data={"jwt": token})
    beside = two_sites.client.open(
        target.path, method=target.method, data={"jwt": token}, headers=bearing(token)
    )
    assert alone.status_code == 401
    assert beside.status_code == 401


@pytest.mark.parametrize(
    "target", [one for one in TARGETS if not one.path.startswith("/connect")], ids=lambda target: target.name
)
def test_a_token_that_names_nobody_opens_nothing_of_a_person(two_sites: JiraSite, target: Target) -> None:
    claims = {name: value for name, value in target.claims(two_sites).items() if name != "sub"}
    assert target.call(two_sites.client, two_sites, target.sign(claims, two_sites)).status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer", "Basic", "JWT,", "jwt\t", ""])
def test_another_scheme_is_refused(two_sites: JiraSite, scheme: str) -> None:
    header = {"Authorization": f"{scheme} {two_sites.context_token()}"}
    assert two_sites.client.post("/probe/call", headers=header).status_code == 401


def test_an_install_signed_with_an_unknown_key_is_refused(
    app: Flask, two_sites: JiraSite, install_key: RSAPrivateKey
) -> None:
    attacker = JiraSite(
        two_sites.client, two_sites.clock, STRANGER, two_sites.client_key, two_sites.base_url, "known " * 8
    )
    before = everything_stored(app)
    assert attacker.install().status_code == 401
    assert attacker.uninstall().status_code == 401
    assert everything_stored(app) == before


OPERATOR = "a token for operators, made up"


def operator_tokens(site: JiraSite) -> Iterator[str]:
    """Yield tokens that other routes accept, and the real one spelled differently."""
    for target in TARGETS:
        yield f"Bearer {target.sign(target.claims(site), site)}"
        yield f"JWT {target.sign(target.claims(site), site)}"
    for name, forge in FORGERIES:
        token = forge(TARGETS[0], site)
        if token.isascii() and token.isprintable():
            yield f"Bearer {token}" if len(name) % 2 else token
    yield from (
        OPERATOR,
        "",
        "Bearer",
        "Bearer ",
        f"JWT {OPERATOR}",
        f"Basic {OPERATOR}",
        f"Bearer  {OPERATOR}",
    )
    yield from (
        f"Bearer {OPERATOR[:-1]}",
        f"Bearer {OPERATOR}x",
        f"Bearer {OPERATOR.upper()}",
        f"Bearer x{OPERATOR}",
    )
    yield from (
        f"Bearer {OPERATOR},{OPERATOR}",
        f"Bearer {OPERATOR.replace('a', 'ä')}",
        f'Bearer "{OPERATOR}"',
    )


def test_nothing_but_the_operators_own_token_opens_the_operators_page(
    settings: Settings, two_sites: JiraSite
) -> None:
    app = create_app(replace(settings, metrics_token=OPERATOR), two_sites.clock)
    client, wrong = app.test_client(), []
    for given in operator_tokens(two_sites):
        answer = client.get("/metrics", headers={"Authorization": given})
        if answer.status_code != 401 or answer.headers["WWW-Authenticate"] != "Bearer":
            wrong.append(f"{given}: {answer.status_code}")
    assert wrong == []
    assert client.get("/metrics", headers={"Authorization": f"Bearer {OPERATOR}"}).status_code == 200
    assert client.get(f"/metrics?jwt={OPERATOR}").status_code == 401
    close_app(app)
