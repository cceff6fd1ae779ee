"""Fixtures for the app with its own database, two sites that installed it, and Atlassian's key server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from shutil import copyfile
from typing import Any

import pytest
import responses
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Blueprint, Flask, g
from flask.testing import FlaskClient
from sqlalchemy import create_engine
from werkzeug.test import TestResponse

from tests.adapters.support.portable_cache import PortableCache
from tests.adapters.support.tables import mark_as_migrated
from tests.web.support.forge_site import KID as FORGE_KID
from tests.web.support.forge_site import ForgeSite, jwks
from tests.web.support.installed_once import InstalledOnce
from tests.web.support.registered_once import registering_once
from tests.web.support.signing import (
    APP_KEY,
    BASE_URL,
    FORGE_APP,
    JWKS_URL,
    KEYS_URL,
    KID,
    SettableClock,
    bearing,
    claims_of,
    hs256,
    page_url,
    qsh,
    rs256,
)
from timesheet.adapters.db.base import Base
from timesheet.bootstrap.app import close_app, create_app
from timesheet.domain.identity import Identity
from timesheet.services.site.authentication import issue_session
from timesheet.settings import Settings
from timesheet.web.http.access import takes
from timesheet.web.http.navigation import app_page
from timesheet.web.site import webhook

ENCRYPTION_KEY = "b25lLWtleS1mb3ItdGVzdHMtdGhpcnR5LXR3by1ieXQ="


@pytest.fixture(scope="session", autouse=True)
def portable_cache() -> Iterator[None]:
    """Let no app of a test keep what it could not keep in a cache that several processes share."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("timesheet.adapters.cache.choice.MemoryCache", PortableCache)
        yield


@pytest.fixture(scope="session", autouse=True)
def registered_once() -> Iterator[None]:
    with registering_once():
        yield


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite database with all tables and no row, which counts as migrated."""
    path = tmp_path_factory.mktemp("template") / "timesheet.db"
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    mark_as_migrated(engine)
    engine.dispose()
    return path


@pytest.fixture
def empty_sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Return a SQLite database with all tables and no row."""
    path = tmp_path / "timesheet.db"
    copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return a database with all tables and no row; on PostgreSQL for a role that row-level security binds.

    A module whose tests do not depend on the kind of database overrides this fixture with ``empty_sqlite_url``.
    """
    name = "emptied_url" if request.param == "postgresql" else "empty_sqlite_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
def settings(database_url: str) -> Settings:
    environ = {
        "BASE_URL": BASE_URL,
        "DATABASE_URL": database_url,
        "ENCRYPTION_KEYS": ENCRYPTION_KEY,
        "SIGNING_KEY": "a signing key for tests that is long enough",
        "CONNECT_APP_KEY": APP_KEY,
        "CONNECT_INSTALL_KEYS_URL": KEYS_URL,
        "CONNECT_OAUTH_URL": "https://oauth.example.com",
        "FORGE_APP_ID": FORGE_APP,
        "FORGE_JWKS_URL": JWKS_URL,
        "LOG_LEVEL": "ERROR",
    }
    # Jobs run when a test asks for them.
    return replace(Settings.from_environ(environ), queue_url=None, worker_inside=False)


def probes() -> Blueprint:
    """Return one route for each kind of token that belongs to a person, one with a link, and one that fails."""
    blueprint = Blueprint("probe", __name__, url_prefix="/probe")

    def fail() -> str:
        raise RuntimeError("a secret detail: eyJhbGciOiJIUzI1NiJ9.e30.c2ln")

    admin = takes("page", permission="jira-admin")(lambda: "settings")
    blueprint.add_url_rule("/admin", "admin", admin)
    kinds = {"page": ("page",), "both": ("page", "session", "context"), "call": ("session", "context")}
    for name, taken in kinds.items():
        view = takes(*taken, permission="viewer")(lambda: f"<p>{g.site.key} {g.identity.account_id}</p>")
        blueprint.add_url_rule(f"/{name}", name, view, methods=["GET", "POST"] if name == "call" else ["GET"])
    link = takes("page", permission="viewer")(lambda: app_page("teams"))
    blueprint.add_url_rule("/link", "link", link)
    blueprint.add_url_rule("/fail", "fail", takes("public", permission="public")(fail))
    return blueprint


@pytest.fixture
def app(settings: Settings, clock: SettableClock) -> Iterator[Flask]:
    app = create_app(settings, clock)
    app.register_blueprint(probes())
    yield app
    close_app(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def install_key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


def pem(key: RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def key_server(install_key: RSAPrivateKey) -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as server:
        server.get(f"{KEYS_URL}/{KID}", body=pem(install_key))
        yield server


@dataclass
class JiraSite:
    """A site that calls the app like Jira."""

    client: FlaskClient
    clock: SettableClock
    key: RSAPrivateKey
    client_key: str
    base_url: str
    secret: str
    account: str = "5b10a2844c20165700ede21g"

    def body(self, **changes: Any) -> dict[str, Any]:
        return {
            "key": APP_KEY,
            "clientKey": self.client_key,
            "baseUrl": self.base_url,
            "displayUrl": self.base_url,
            "sharedSecret": self.secret,
            "oauthClientId": "client-id",
            "productType": "jira",
        } | changes

    def lifecycle_token(self, path: str, **changes: Any) -> str:
        """Return a token that no other call has, even one of the same second."""
        claims = claims_of(self.client_key, None, qsh("POST", path), self.clock()) | {"aud": [BASE_URL]}
        claims |= {"jti": token_hex(16)}
        return rs256(claims | changes, self.key, {"alg": "RS256", "typ": "JWT", "kid": KID})

    def install(self, **changes: Any) -> TestResponse:
        token = self.lifecycle_token("/connect/installed")
        body = {"eventType": "installed"} | self.body(**changes)
        return self.client.post("/connect/installed", json=body, headers=bearing(token))

    def uninstall(self, **changes: Any) -> TestResponse:
        token = self.lifecycle_token("/connect/uninstalled")
        body = {"eventType": "uninstalled"} | self.body(**changes)
        return self.client.post("/connect/uninstalled", json=body, headers=bearing(token))

    def signed(self, method: str, path: str, query: dict[str, str] | None = None, **changes: Any) -> str:
        claims = claims_of(self.client_key, self.account, qsh(method, path, query), self.clock())
        return hs256(claims | changes, self.secret)

    def load(self, path: str, query: dict[str, str] | None = None, **changes: Any) -> TestResponse:
        return self.client.get(page_url(path, self.signed("GET", path, query, **changes), query))

    def context_token(self, **changes: Any) -> str:
        return hs256(
            claims_of(self.client_key, self.account, "context-qsh", self.clock(), 900) | changes, self.secret
        )

    def session_token(self) -> str:
        """Return what the app issues to its page in the browser, without a request."""
        app = self.client.application
        with app.app_context():
            sites = app.extensions["timesheet"].sites
            known, identity = sites.find(self.client_key), Identity(self.client_key, self.account)
            token, _expires = issue_session(sites.authenticator, known, identity, self.clock())
        return token

    def send_event(self, path: str, body: object, **headers: str) -> TestResponse:
        token = self.signed("POST", path)
        return self.client.post(path, json=body, headers=bearing(token) | headers)


@pytest.fixture
def new_site(
    client: FlaskClient, clock: SettableClock, install_key: RSAPrivateKey, key_server: object
) -> Callable[[str], JiraSite]:
    """Return a function that gives sites by name, not installed yet."""

    def make(name: str) -> JiraSite:
        secret = f"the shared secret of the site {name}, made up"
        return JiraSite(client, clock, install_key, f"key-of-{name}", f"https://{name}.atlassian.net", secret)

    return make


@pytest.fixture(scope="session")
def installed_once() -> InstalledOnce:
    return InstalledOnce()


@pytest.fixture
def site(
    app: Flask, settings: Settings, new_site: Callable[[str], JiraSite], installed_once: InstalledOnce
) -> JiraSite:
    """Return a site that installed the app; like this, or with the rows that this added in an earlier test."""
    made = new_site("acme")

    def through_app() -> None:
        assert made.install().status_code == 204

    installed_once.install(app, settings, made.clock, made.client_key, through_app)
    return made


@pytest.fixture(scope="session")
def forge_key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@pytest.fixture
def new_forge_site(
    client: FlaskClient,
    clock: SettableClock,
    forge_key: RSAPrivateKey,
    key_server: responses.RequestsMock,
) -> Callable[[str], ForgeSite]:
    """Return a function that gives sites by name whose admins installed the Forge app."""
    key_server.get(JWKS_URL, json=jwks({FORGE_KID: forge_key}))

    def make(name: str) -> ForgeSite:
        return ForgeSite(
            client,
            clock,
            forge_key,
            f"installation-of-{name}",
            f"cloud-of-{name}",
            f"https://{name}.atlassian.net",
        )

    return make


@pytest.fixture
def forge_site(new_forge_site: Callable[[str], ForgeSite]) -> ForgeSite:
    return new_forge_site("acme")


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Return the events about worklogs that were passed on."""
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(webhook, "note_worklog_event", lambda _cache, *rest: calls.append(rest[:3]))
    return calls
