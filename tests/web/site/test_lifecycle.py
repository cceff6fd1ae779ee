"""Installing and uninstalling: every check of a signed install, one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import orjson
import pytest
import requests
import responses
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from flask import Flask
from sqlalchemy import select
from structlog.testing import capture_logs

from tests.web.conftest import JiraSite, pem, probes
from tests.web.support.signing import KEYS_URL, KID, SettableClock, bearing, claims_of, hs256, qsh, rs256
from timesheet.adapters.crypto.secret_box import SecretBox
from timesheet.adapters.db.tables.site import PersonSettingRow, SiteRow
from timesheet.adapters.http.session import OutgoingSession, open_session
from timesheet.bootstrap.app import close_app, create_app
from timesheet.services.ports.settings import PersonSettings
from timesheet.settings import Settings
from timesheet.web.http.dependencies import dependencies

NewSite = Callable[[str], JiraSite]


def rows(app: Flask) -> list[SiteRow]:
    transaction = app.extensions["timesheet"].operation.transaction
    with app.app_context(), transaction.within("", listing=True), transaction.reading() as session:
        found = list(session.scalars(select(SiteRow)))
        session.expunge_all()
        return found


def test_an_install_is_kept_with_an_encrypted_secret(app: Flask, site: JiraSite) -> None:
    (row,) = rows(app)
    assert (row.client_key, row.base_url, row.status, row.secret_version) == (
        site.client_key,
        site.base_url,
        "installed",
        1,
    )
    assert row.sealed_secret is not None
    assert site.secret not in row.sealed_secret
    assert row.oauth_client_id == "client-id"


def test_unknown_fields_are_tolerated(new_site: NewSite) -> None:
    assert new_site("acme").install(capabilitySet="standard", serverVersion="100000").status_code == 204


def test_a_second_install_replaces_secret_and_ends_the_old_tokens(app: Flask, site: JiraSite) -> None:
    old_page, old_session = site.signed("POST", "/connect/enabled"), site.session_token()
    site.secret = "a new shared secret after the rotation, made up"
    assert site.install().status_code == 204
    assert rows(app)[0].secret_version == 2
    assert site.client.post("/connect/enabled", json={}, headers=bearing(old_page)).status_code == 401
    assert site.client.get("/probe/call", headers=bearing(old_session)).status_code == 401
    assert site.send_event("/connect/enabled", {}).status_code == 204


def test_a_site_may_be_installed_by_two_calls_at_once(app: Flask, new_site: NewSite) -> None:
    """Both succeed, and the later one decides."""
    site, together = new_site("acme"), Barrier(2)

    def install(number: int) -> int:
        call = replace(
            site, client=app.test_client(), secret=f"{number} is the number of this secret, made up"
        )
        together.wait(timeout=30)
        return call.install().status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(install, range(2))) == [204, 204]
    assert [row.secret_version for row in rows(app)] == [2]


def test_a_new_client_key_at_a_known_address_is_another_site(app: Flask, site: JiraSite) -> None:
    imported = JiraSite(
        site.client, site.clock, site.key, "key-after-import", site.base_url, "another secret " * 4
    )
    assert imported.install().status_code == 204
    assert {row.client_key for row in rows(app)} == {"key-of-acme", "key-after-import"}
    assert site.send_event("/connect/enabled", {}).status_code == 204


def test_a_copy_of_a_site_with_its_client_key_changes_nothing(app: Flask, site: JiraSite) -> None:
    assert site.install(cloudId="cloud-of-acme").status_code == 204
    copy = replace(site, base_url="https://acme-sandbox.atlassian.net", secret="the secret of the copy " * 2)
    assert copy.install(cloudId="cloud-of-copy").status_code == 409
    assert "another cloudId" in copy.uninstall(cloudId="cloud-of-copy").text
    assert site.send_event("/connect/enabled", {}).status_code == 204
    [row] = rows(app)
    assert (row.base_url, row.status, row.cloud_id) == (site.base_url, "installed", "cloud-of-acme")


def test_a_site_at_a_new_address_is_not_found_by_its_earlier_cloud_id(app: Flask, site: JiraSite) -> None:
    assert site.install(cloudId="cloud-of-acme").status_code == 204
    assert site.install(baseUrl="https://renamed.atlassian.net").status_code == 204
    assert [row.cloud_id for row in rows(app)] == [None]


def test_uninstall_makes_the_secret_unusable_at_once_and_keeps_the_data(app: Flask, site: JiraSite) -> None:
    session = site.session_token()
    assert site.uninstall().status_code == 204
    (row,) = rows(app)
    assert row.sealed_secret is None
    assert row.erase_after == site.clock() + timedelta(days=30)
    refused = site.client.get("/probe/call", headers=bearing(session))
    assert refused.status_code == 401
    assert "no longer installed on this site" in refused.text
    assert site.send_event("/connect/enabled", {}).status_code == 401


def test_an_uninstall_that_arrives_after_a_new_install_changes_nothing(
    app: Flask, site: JiraSite, clock: SettableClock
) -> None:
    late = site.lifecycle_token("/connect/uninstalled")
    clock.move(20)
    assert site.install().status_code == 204
    body = {"eventType": "uninstalled"} | site.body()
    for _ in range(2):
        answer = site.client.post("/connect/uninstalled", json=body, headers=bearing(late))
        assert answer.status_code == 204
        assert rows(app)[0].status == "installed"
    assert site.send_event("/connect/enabled", {}).status_code == 204
    assert site.uninstall().status_code == 204, "even within the second of the install"
    assert rows(app)[0].status == "uninstalled"


@pytest.mark.parametrize("uninstalled", [False, True])
def test_an_install_that_arrives_after_a_later_call_changes_nothing(
    app: Flask, site: JiraSite, clock: SettableClock, uninstalled: bool
) -> None:
    """Its secret is one that Jira does not use anymore. Jira says that the install failed, so an admin repeats it."""
    clock.move(20)
    late, body = site.lifecycle_token("/connect/installed"), site.body(baseUrl="https://old.atlassian.net")
    clock.move(20)
    site.secret = "a new shared secret after the rotation, made up"
    assert site.install().status_code == 204
    if uninstalled:
        assert site.uninstall().status_code == 204
        clock.move(1)
        assert site.uninstall().status_code == 204
        late, body = site.lifecycle_token("/connect/installed", iat=int(clock().timestamp()) - 1), site.body()
    before = vars(rows(app)[0])
    for _ in range(2):
        answer = site.client.post("/connect/installed", json=body, headers=bearing(late))
        assert answer.status_code == 409
        assert "A later call installed or uninstalled" in answer.text
    after = vars(rows(app)[0])
    assert {name: after[name] for name in before if name[0] != "_"} == {
        name: before[name] for name in before if name[0] != "_"
    }
    assert site.send_event("/connect/enabled", {}).status_code == (401 if uninstalled else 204)
    assert site.install().status_code == 204, "even within the second of the later call"
    assert site.send_event("/connect/enabled", {}).status_code == 204


def test_a_token_that_was_used_installs_nothing_else(
    app: Flask, site: JiraSite, clock: SettableClock
) -> None:
    """The token covers the address of the call and not its body; Jira itself may repeat a call."""
    clock.move(20)
    token, body = site.lifecycle_token("/connect/installed"), {"eventType": "installed"} | site.body()
    forged = body | {
        "sharedSecret": "a secret of somebody who saw the token",
        "baseUrl": "https://eve.atlassian.net",
    }

    def install(content: dict[str, Any]) -> int:
        return site.client.post("/connect/installed", json=content, headers=bearing(token)).status_code

    assert [install(body), install(body)] == [204, 204]
    [before] = rows(app)
    assert before.secret_version == 2, "a repeated call ends no session"
    assert [install(forged), install(body)] == [409, 204]
    [after] = rows(app)
    assert (after.base_url, after.sealed_secret) == (before.base_url, before.sealed_secret)
    assert site.send_event("/connect/enabled", {}).status_code == 204


@pytest.fixture
def elsewhere(app: Flask, settings: Settings, clock: SettableClock) -> Iterator[Flask]:
    """Return another process with the same database."""
    other = create_app(settings, clock)
    other.register_blueprint(probes())
    yield other
    close_app(other)


def test_a_site_whose_secret_cannot_be_read_installs_again(
    site: JiraSite, settings: Settings, clock: SettableClock
) -> None:
    """docs/backup.md says so about lost ENCRYPTION_KEYS."""
    other = create_app(replace(settings, encryption_keys=(Fernet.generate_key().decode(),)), clock)
    here = replace(site, client=other.test_client())
    with capture_logs() as logged:
        answer = here.load("/timesheet")
    assert answer.status_code == 401
    assert "A Jira admin can install it again." in answer.text
    assert {"event": "secret_unreadable", "site": site.client_key}.items() <= logged[0].items()
    here.secret = "a secret that comes with the new installation"
    assert here.install().status_code == 204
    assert here.load("/timesheet").status_code == 200
    close_app(other)


def test_every_process_refuses_what_another_one_has_ended(
    app: Flask, site: JiraSite, elsewhere: Flask
) -> None:
    """No time passes in between, and each process has just accepted the same tokens."""
    session, event = site.session_token(), site.signed("POST", "/connect/enabled")
    here, there = app.test_client(), elsewhere.test_client()

    def statuses() -> list[int]:
        looks = [one.get("/probe/call", headers=bearing(session)) for one in (here, there)]
        events = [one.post("/connect/enabled", json={}, headers=bearing(event)) for one in (here, there)]
        return [answer.status_code for answer in (*looks, *events)]

    assert statuses() == [200, 200, 204, 204]
    old = site.secret
    site.secret = "a new shared secret after the rotation, made up"
    assert site.install().status_code == 204
    assert statuses() == [401] * 4
    session, event = site.session_token(), site.signed("POST", "/connect/enabled")
    assert statuses() == [200, 200, 204, 204]
    assert replace(site, client=there, secret=old).uninstall().status_code == 204
    assert statuses() == [401] * 4


def test_data_is_erased_after_thirty_days_and_not_before(
    app: Flask, site: JiraSite, clock: SettableClock
) -> None:
    with app.app_context():
        deps = dependencies()
        deps.operation.transaction.enter(site.client_key)
        deps.stores.settings_of(site.client_key).save_person("somebody", PersonSettings(view="month"))
        deps.operation.transaction.commit()
    site.uninstall()
    run = app.test_cli_runner()
    clock.move(29 * 86_400)
    assert run.invoke(args=["sites", "erase-expired"]).output == "0 sites erased.\n"
    clock.move(86_400)
    assert run.invoke(args=["sites", "erase-expired"]).output == "1 site erased.\n"
    assert rows(app) == []
    with app.app_context(), app.extensions["timesheet"].operation.transaction.reading() as session:
        assert session.scalars(select(PersonSettingRow)).all() == []


def test_a_site_that_comes_back_finds_its_data(app: Flask, site: JiraSite, clock: SettableClock) -> None:
    site.uninstall()
    assert site.install().status_code == 204
    clock.move(40 * 86_400)
    assert app.test_cli_runner().invoke(args=["sites", "erase-expired"]).output == "0 sites erased.\n"
    assert rows(app)[0].status == "installed"


def test_a_repeated_uninstall_does_not_prolong(app: Flask, site: JiraSite, clock: SettableClock) -> None:
    site.uninstall()
    first = rows(app)[0].erase_after
    clock.move(86_400)
    assert site.uninstall().status_code == 204
    assert rows(app)[0].erase_after == first


def test_switching_off_and_on_is_noted(app: Flask, site: JiraSite) -> None:
    assert site.send_event("/connect/disabled", {"clientKey": site.client_key}).status_code == 204
    assert rows(app)[0].status == "disabled"
    assert site.send_event("/connect/enabled", {"clientKey": site.client_key}).status_code == 204
    assert rows(app)[0].status == "installed"
    assert site.send_event("/connect/enabled", {"clientKey": "another"}).status_code == 401


def test_a_page_that_jira_opens_proves_that_the_app_is_enabled(app: Flask, site: JiraSite) -> None:
    session = bearing(site.session_token())
    site.send_event("/connect/enabled", {"clientKey": site.client_key})
    site.send_event("/connect/disabled", {"clientKey": site.client_key})
    assert site.client.get("/probe/both", headers=session).status_code == 200
    assert rows(app)[0].status == "disabled", "a page that was open before proves nothing"
    assert site.load("/probe/both").status_code == 200
    assert rows(app)[0].status == "installed"
    site.uninstall()
    assert site.load("/probe/both").status_code == 401
    assert rows(app)[0].status == "uninstalled"


@pytest.mark.parametrize(
    "changes",
    [
        {"clientKey": None},
        {"clientKey": 7},
        {"clientKey": ""},
        {"clientKey": "open-timesheet"},
        {"baseUrl": None},
        {"baseUrl": "https://jira.example.com"},
        {"baseUrl": "http://acme.atlassian.net"},
        {"baseUrl": "https://acme.atlassian.net.example.com"},
        {"baseUrl": "https://atlassian.net"},
        {"baseUrl": "https://example.com/.atlassian.net"},
        {"baseUrl": "https://user@acme.atlassian.net"},
        {"baseUrl": "https://acme.atlassian.net:8443"},
        {"baseUrl": "https://acme.atlassian.net?x"},
        {"baseUrl": "https://acme.atlassian.net#x"},
        {"baseUrl": "https://acme.atlassian.net\\@example.com"},
        {"baseUrl": "https://a..atlassian.net"},
        {"baseUrl": ["https://acme.atlassian.net"]},
        {"sharedSecret": None},
        {"sharedSecret": "short"},
        {"sharedSecret": 5},
        {"sharedSecret": "x" * 5000},
        {"oauthClientId": {"a": 1}},
        {"oauthClientId": "x" * 300},
        {"eventType": "uninstalled"},
        {"productType": "confluence"},
        {"key": "another-app"},
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_a_body_that_cannot_be_right_is_refused(
    app: Flask, new_site: NewSite, changes: dict[str, Any]
) -> None:
    assert new_site("acme").install(**changes).status_code == 422
    assert rows(app) == []


def test_a_body_is_read_as_json_whatever_type_it_names(new_site: NewSite) -> None:
    jira = new_site("acme")
    body, headers = orjson.dumps(jira.body()), bearing(jira.lifecycle_token("/connect/installed"))
    answer = jira.client.post("/connect/installed", data=body, content_type="text/plain", headers=headers)
    assert answer.status_code == 204


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"nonsense", b"\xff\xfe", b"5", b"null", b'{"a":NaN}', b"[" * 5000]
)
def test_a_body_that_is_not_an_object_is_refused(new_site: NewSite, body: bytes) -> None:
    jira = new_site("acme")
    headers = bearing(jira.lifecycle_token("/connect/installed"))
    answer = jira.client.post(
        "/connect/installed", data=body, content_type="application/json", headers=headers
    )
    assert answer.status_code == 422


def test_a_display_address_that_is_none_is_not_shown(app: Flask, new_site: NewSite) -> None:
    assert new_site("acme").install(displayUrl="https://evil.example.com; script-src *").status_code == 204
    assert rows(app)[0].display_url == "https://acme.atlassian.net"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["https://another.example.com"]},
        {"aud": []},
        {"aud": "https://timesheet.example.com.evil.example"},
        {"iss": "another-site"},
        {"qsh": qsh("POST", "/connect/uninstalled")},
        {"qsh": "context-qsh"},
        {"qsh": None},
        {"qsh": "é" * 32},
        {"exp": 0},
    ],
    ids=str,
)
def test_a_signed_install_that_is_not_for_here_is_refused(
    app: Flask, new_site: NewSite, changes: dict[str, Any]
) -> None:
    jira = new_site("acme")
    token = jira.lifecycle_token("/connect/installed", **changes)
    answer = jira.client.post("/connect/installed", json=jira.body(), headers=bearing(token))
    assert answer.status_code == 401
    assert rows(app) == []


def test_a_trailing_slash_in_the_audience_does_not_matter(new_site: NewSite) -> None:
    jira = new_site("acme")
    token = jira.lifecycle_token("/connect/installed", aud=["https://timesheet.example.com/"])
    assert jira.client.post("/connect/installed", json=jira.body(), headers=bearing(token)).status_code == 204


def test_an_install_signed_with_the_sites_own_secret_is_refused(app: Flask, site: JiraSite) -> None:
    claims = claims_of(site.client_key, None, qsh("POST", "/connect/installed"), site.clock())
    token = hs256(claims | {"aud": ["https://timesheet.example.com"]}, site.secret)
    body = site.body(sharedSecret="a secret the attacker knows, of the right length")
    assert site.client.post("/connect/installed", json=body, headers=bearing(token)).status_code == 401
    assert rows(app)[0].secret_version == 1


@pytest.mark.parametrize(
    "kid",
    [
        None,
        "",
        "../other",
        "a/b",
        "a?b",
        "a#b",
        "%2e%2e",
        ".",
        "..",
        "a b",
        "x" * 200,
        5,
        ["a"],
        "http://a.example",
        "é",
    ],
    ids=str,
)
def test_a_kid_that_could_change_the_address_is_never_requested(
    new_site: NewSite, key_server: responses.RequestsMock, kid: object
) -> None:
    jira = new_site("acme")
    claims = claims_of(jira.client_key, None, qsh("POST", "/connect/installed"), jira.clock())
    token = rs256(claims | {"aud": ["https://timesheet.example.com"]}, jira.key, {"alg": "RS256", "kid": kid})
    assert jira.client.post("/connect/installed", json=jira.body(), headers=bearing(token)).status_code == 401
    assert len(key_server.calls) == 0


def test_a_key_of_1024_bits_is_refused(new_site: NewSite, key_server: responses.RequestsMock) -> None:
    jira = new_site("acme")
    jira.key = generate_private_key(65537, 1024)
    key_server.replace(responses.GET, f"{KEYS_URL}/{KID}", body=pem(jira.key))
    assert jira.install().status_code == 401


def test_the_servers_key_is_requested_once(site: JiraSite, key_server: responses.RequestsMock) -> None:
    assert site.install().status_code == 204
    assert len(key_server.calls) == 1


def test_a_silent_key_server_is_said_plainly(new_site: NewSite, key_server: responses.RequestsMock) -> None:
    key_server.replace(responses.GET, f"{KEYS_URL}/{KID}", body=requests.ConnectionError("refused"))
    answer = new_site("acme").install()
    assert answer.status_code == 503
    assert "key server did not answer" in answer.get_json()["error"]


def test_secrets_can_be_encrypted_anew(app: Flask, site: JiraSite) -> None:
    before = rows(app)[0].sealed_secret
    output = app.test_cli_runner().invoke(args=["secrets", "rotate"]).output
    assert output.startswith("1 secret encrypted")
    assert rows(app)[0].sealed_secret != before
    assert site.send_event("/connect/enabled", {}).status_code == 204


def test_a_secret_of_another_key_is_named_when_secrets_are_encrypted_anew(app: Flask, site: JiraSite) -> None:
    before = rows(app)[0].sealed_secret
    app.extensions["timesheet"].sites.eraser._box = SecretBox([Fernet.generate_key().decode()])
    result = app.test_cli_runner().invoke(args=["secrets", "rotate"])
    assert result.exit_code == 1
    assert result.stdout == "0 secrets encrypted with the first key.\n"
    assert f"{site.client_key}: no key in ENCRYPTION_KEYS decrypts its secret." in result.stderr
    assert rows(app)[0].sealed_secret == before


def test_no_connection_to_a_server_of_tokens_or_keys_is_kept(
    settings: Settings, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A response there does not show whose token it has."""
    opened = list[OutgoingSession]()

    def note(*, keeps: bool = True) -> OutgoingSession:
        opened.append(open_session(keeps=keeps))
        return opened[-1]

    monkeypatch.setattr("timesheet.bootstrap.dependencies.open_session", note)
    close_app(create_app(settings, clock))
    assert [session.keeps for session in opened] == [False]
