"""Repeated invalid tokens from one address: limited, without affecting anybody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import JiraSite, probes
from tests.web.support.signing import SettableClock, bearing
from timesheet.bootstrap.app import close_app, create_app
from timesheet.domain.duration import format_wait
from timesheet.settings import Settings
from timesheet.web.middleware import failed_authentication
from timesheet.web.middleware.failed_authentication import MINUTE, FailedAuthentications, network_of

MOST = 5
GUESSER, COLLEAGUE = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def database_url(empty_sqlite_url: str) -> str:
    return empty_sqlite_url


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failed_authentication, "MOST_A_MINUTE", MOST)


def guess(client: FlaskClient, token: str, times: int, address: str = GUESSER) -> list[int]:
    where = {"REMOTE_ADDR": address}
    return [
        client.get("/probe/call", headers=bearing(token), environ_base=where).status_code
        for _ in range(times)
    ]


def forged(site: JiraSite) -> str:
    return site.session_token()[:-6] + "AAAAAA"


def test_whoever_guesses_has_to_wait(site: JiraSite) -> None:
    token = forged(site)
    assert guess(site.client, token, MOST + 2) == [401] * MOST + [429] * 2
    answer = site.client.get("/probe/call", headers=bearing(token), environ_base={"REMOTE_ADDR": GUESSER})
    assert 0 < int(answer.headers["Retry-After"]) <= MINUTE
    assert f"refused more than {MOST} requests without a valid token from your network" in answer.text
    assert f"in {format_wait(int(answer.headers['Retry-After']))}" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    assert guess(site.client, token, 1, COLLEAGUE) == [401]


def test_whoever_brings_a_genuine_token_is_let_in_from_the_same_address(site: JiraSite) -> None:
    assert guess(site.client, forged(site), MOST + 1)[-1] == 429
    assert guess(site.client, site.session_token(), 3) == [200] * 3
    assert guess(site.client, site.context_token(), 1) == [200]
    page = site.client.get(
        f"/probe/page?jwt={site.signed('GET', '/probe/page')}", environ_base={"REMOTE_ADDR": GUESSER}
    )
    assert page.status_code == 200


def test_pages_with_a_session_that_a_new_secret_ended_may_all_renew_it(site: JiraSite) -> None:
    """Everybody in a company has the same address, and each open page sends its old session once."""
    old = site.session_token()
    site.secret = "another secret of this site " * 2
    assert site.install().status_code == 204
    where = {"REMOTE_ADDR": GUESSER}
    answers = [
        site.client.get("/probe/call", headers=bearing(old), environ_base=where) for _ in range(MOST + 1)
    ]
    assert [answer.status_code for answer in answers] == [401] * MOST + [429]
    assert {answer.headers["X-Session-Expired"] for answer in answers} == {"1"}
    renewed = site.client.post("/session", headers=bearing(site.context_token()), environ_base=where)
    assert guess(site.client, renewed.get_json()["token"], 1) == [200]


def test_a_guess_that_names_no_session_is_offered_no_renewal(site: JiraSite) -> None:
    where = {"REMOTE_ADDR": GUESSER}
    for _ in range(MOST + 1):
        answer = site.client.get("/probe/call", headers=bearing("e30.e30.x"), environ_base=where)
    assert (answer.status_code, "X-Session-Expired" in answer.headers) == (429, False)


def test_what_happens_to_honest_people_does_not_count(site: JiraSite, clock: SettableClock) -> None:
    old = site.session_token()
    clock.now += timedelta(hours=1)
    assert guess(site.client, old, MOST * 2) == [401] * MOST * 2
    where = {"REMOTE_ADDR": GUESSER}
    assert {site.client.get("/probe/call", environ_base=where).status_code for _ in range(MOST * 2)} == {401}
    of_other = {**bearing(site.session_token()), "X-Page-Viewer": "712020:other"}
    answers = [site.client.get("/probe/call", headers=of_other, environ_base=where) for _ in range(MOST * 2)]
    assert {answer.status_code for answer in answers} == {401}
    assert guess(site.client, forged(site), 1) == [401]


def test_genuine_tokens_do_not_count_while_the_clock_of_the_app_is_behind(
    site: JiraSite, clock: SettableClock
) -> None:
    early = site.session_token()
    clock.now -= timedelta(minutes=5)
    assert guess(site.client, early, MOST * 2) == [401] * MOST * 2
    assert guess(site.client, forged(site), 1) == [401]


@pytest.mark.parametrize("path", ["/connect/installed", "/connect/webhook/worklog"])
def test_calls_of_sites_are_counted_too_and_genuine_ones_taken(site: JiraSite, path: str) -> None:
    where = {"REMOTE_ADDR": "127.0.0.1"}
    answers = [
        site.client.post(path, json=site.body(), headers=bearing("e30.e30.x"), environ_base=where).status_code
        for _ in range(MOST + 1)
    ]
    assert answers == [401] * MOST + [429]
    assert site.install().status_code == 204


def test_guessing_the_operators_token_is_slowed(settings: Settings, clock: SettableClock) -> None:
    app = create_app(replace(settings, metrics_token="a token of the operator"), clock)
    client = app.test_client()
    wrong, right = ({"Authorization": f"Bearer {word}"} for word in ("guess", "a token of the operator"))
    answers = [client.get("/metrics", headers=wrong).status_code for _ in range(MOST + 1)]
    assert answers == [401] * MOST + [429]
    assert client.get("/metrics", headers=right).status_code == 200
    close_app(app)


@pytest.mark.parametrize(("proxies", "last"), [(0, 429), (1, 401)])
def test_the_address_is_the_one_that_a_trusted_proxy_names(
    settings: Settings, clock: SettableClock, proxies: int, last: int
) -> None:
    app: Flask = create_app(replace(settings, trusted_proxies=proxies), clock)
    app.register_blueprint(probes())
    client = app.test_client()
    answers = [
        client.get(
            "/probe/call", headers=bearing("e30.e30.x") | {"X-Forwarded-For": f"203.0.113.{number}"}
        ).status_code
        for number in range(MOST + 1)
    ]
    assert answers == [401] * MOST + [last]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("somewhere", "somewhere"),
        ("", ""),
    ],
)
def test_an_address_of_the_new_kind_counts_for_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_throttled_client_may_try_again_after_a_minute() -> None:
    now = [0.0]
    strangers = FailedAuthentications(lambda: now[0])
    assert [strangers.wait(GUESSER) for _ in range(MOST + 1)] == [0] * MOST + [60]
    now[0] = 59.5
    assert strangers.wait(GUESSER) == 1
    now[0] = 60
    assert strangers.wait(GUESSER) == 0


def test_no_address_is_kept_in_the_open_and_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failed_authentication, "MOST_ADDRESSES", 10)
    one, two = FailedAuthentications(), FailedAuthentications()
    for strangers in (one, two):
        strangers.wait(GUESSER)
    assert GUESSER.encode() not in repr(vars(one)).encode()
    assert set(one._counts) != set(two._counts)
    for number in range(100):
        one.wait(f"2001:db8:{number}::1")
    assert len(one._counts) <= 11
