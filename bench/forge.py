"""Measure what Forge costs: checking a token compared with PyJWT's bare RS256 decode, a save in an envelope, a page."""

from __future__ import annotations

import gzip
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import flask_migrate
import jwt
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, generate_private_key
from flask import Flask

from bench import measure
from bench.jira import month_in_zone_of
from bench.timesheet import PERSON, Cell, Visitor, fill_month
from jira_emulator.forge.gateway import invoke_remote
from jira_emulator.forge.installation import ForgeApp, ForgeInstallation, OpenPage
from jira_emulator.server import running_cloud
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.crypto.secret_box import SecretBox
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site.installation import DbAppTokens, DbInstallations
from timesheet.adapters.db.site.site import DbSiteStore, SiteCache
from timesheet.adapters.forge.credentials import ForgeCredentials
from timesheet.adapters.forge.invocation import ISSUER, ForgeInvocationTokens
from timesheet.adapters.forge.jwks import InvocationKeys
from timesheet.bootstrap.app import close_app, create_app, tune_garbage_collector
from timesheet.domain.audit.event import Origin
from timesheet.domain.site import HostRule
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.ports.clock import utc_now
from timesheet.services.site.invocation import (
    InvocationAuthenticator,
    authenticate_invocation,
    keep_delivered,
    open_site,
    viewer_of,
)
from tools.forge import EXAMPLE_APP, FOLDER
from tools.stage import LOOPBACK, Stage, behind_forge, listening, settings

KEY = "b25lLWtleS1mb3ItYmVuY2hlcy10aGlydHktdHdvLWI="
APP = "ari:cloud:ecosystem::app/4f0c9a1e-6f0d-4d5e-9d55-0c1a7c0a1b2c"
INSTALLATION = "ari:cloud:ecosystem::installation/0b7d5a4e-1f0e-4a43-8f0a-7c4b5a1d2e3f"
CLOUD, API = "11223344-a1b2-3b33-c444-def123456789", "https://api.atlassian.com"
KID = "forge/invocation-token/wf-3b1f5c52-0a76-4f0e-8f0a-7f4f3f1a2c11"
ROUNDS = 2000
WARM, SAVES = 5, 40
TARGET = "<= 0.2 ms"


class OneKey(InvocationKeys):
    """A key set that was fetched before."""

    def __init__(self, key: RSAPublicKey) -> None:
        super().__init__("", requests.Session())
        self._keys, self._read_at = {KID: key}, self._timer()


def forge() -> Iterator[measure.Figure]:
    """Yield every figure of Forge."""
    yield from checks()
    yield from saves()
    yield from page_size()


def checks() -> Iterator[measure.Figure]:
    """Measure one call of a page: the token, the site it opens, and the person's token for Jira."""
    key = generate_private_key(65537, 2048)
    token = jwt.encode(_claims(), key, algorithm="RS256", headers={"kid": KID})
    for_jira = jwt.encode({"exp": int(utc_now().timestamp()) + 4 * 3600}, key, algorithm="RS256")
    app = Flask("bench")
    with tempfile.TemporaryDirectory() as folder, app.app_context():
        database = Database(app, f"sqlite:///{Path(folder) / 'bench.db'}")
        Base.metadata.create_all(database.extension.engine)
        authenticator = _authenticator(database, key.public_key())

        def floor() -> None:
            jwt.decode(token, key.public_key(), algorithms=["RS256"], audience=APP)

        def verify() -> None:
            authenticate_invocation(authenticator, token)

        def check() -> None:
            invocation = authenticate_invocation(authenticator, token)
            found = authenticator.installations.find_installation(invocation.installation)
            site = open_site(authenticator, invocation, found, utc_now(), database.commit)
            keep_delivered(authenticator, site, viewer_of(site, invocation).account_id, for_jira, "")

        check()
        yield measure.figure("Forge check of the token", verify, floor, rounds=ROUNDS, target=TARGET)
        yield measure.figure("Forge check of a call", check, floor, rounds=ROUNDS, target=TARGET)
        database.extension.engine.dispose()


def _authenticator(database: Database, key: RSAPublicKey) -> InvocationAuthenticator:
    box = SecretBox([KEY])
    sites, signer = DbSiteStore(database, box, SiteCache()), AuditKey("s" * 64)
    return InvocationAuthenticator(
        ForgeInvocationTokens(utc_now, OneKey(key), APP, "PRODUCTION", API, HostRule(("*.atlassian.net",))),
        DbInstallations(database, sites),
        ForgeCredentials(requests.Session(), API, MemoryCache(), utc_now, box, DbAppTokens(database)),
        lambda site: AuditRecorder(DbAuditStore(database, site, signer), utc_now, "", Origin.LIFECYCLE),
    )


def _claims() -> dict[str, Any]:
    now = int(utc_now().timestamp())
    return {
        "app": {
            "id": APP,
            "version": "2.1.0",
            "installationId": INSTALLATION,
            "apiBaseUrl": f"{API}/ex/jira/{CLOUD}",
            "environment": {"type": "PRODUCTION", "id": f"{APP.replace('app', 'environment')}/9b2d"},
            "module": {"type": "jira:globalPage", "key": "my-timesheet"},
            "installation": {"id": INSTALLATION, "contexts": [{"cloudId": CLOUD}]},
        },
        "context": {
            "cloudId": CLOUD,
            "siteUrl": "https://bench.atlassian.net",
            "moduleKey": "my-timesheet",
            "extension": {"type": "jira:globalPage", "location": "https://bench.atlassian.net/jira/apps/a/b"},
        },
        "principal": "712020:someone",
        "iss": ISSUER,
        "aud": APP,
        "iat": now,
        "nbf": now,
        "exp": now + 600,
        "jti": "4d1f5a",
    }


@dataclass
class EnvelopeVisitor(Visitor):
    """The same person's saves in envelopes, with an invocation token for each, as the proxy sends them."""

    installation: ForgeInstallation = field(kw_only=True)
    call_headers: dict[str, str] = field(default_factory=dict)

    def save(self, form: dict[str, str]) -> Any:
        """Save one cell."""
        envelope = {
            "method": "POST",
            "path": "/timesheet/cell",
            "headers": {"HX-Request": "true"},
            "body": {"form": list(form.items())},
        }
        return Saved(
            self.client.post("/forge/call", json=envelope, headers=self.call_headers).get_json()["text"]
        )

    def renew(self) -> None:
        """Get the headers of the next call; the proxy makes them, so it is not measured."""
        jira, platform = self.stage.jira, self.stage.cloud.cloud.forge
        page = OpenPage(self.person.account_id, ("jira:globalPage", "timesheet"))
        token = platform.invocation_token(self.installation, jira.site, page)
        tokens = platform.tokens_for_jira(self.installation, jira.site, page.account_id)
        self.call_headers = {"Authorization": f"Bearer {token}", **tokens}


class Saved(NamedTuple):
    """The response in an envelope."""

    text: str


def saves() -> Iterator[measure.Figure]:
    """Measure saving a cell in an envelope, alternating with a save of the Connect app, without Jira's part."""
    with tempfile.TemporaryDirectory() as folder, set_both_doors(Path(folder)) as (stage, installation):
        issues = fill_month(stage)
        stage.jira.site.bus.listeners.clear()
        tune_garbage_collector()
        connect, envelope = Visitor(stage), EnvelopeVisitor(stage, installation=installation)
        # On this day every fifth issue has time already.
        day = month_in_zone_of(stage, PERSON).first
        floor, own = list[float](), list[float]()
        with connect.clocked():
            for ours, theirs in zip(issues[1:4], issues[6:9], strict=True):
                pairs = (
                    (Cell(connect, ours, day), floor),
                    (Cell(envelope, theirs, day), own),
                )
                _save_in_turn(connect, envelope, pairs)
    yield measure.Figure(
        "cell save in an envelope, processor time",
        statistics.median(own),
        statistics.quantiles(own, n=20)[-1],
        statistics.median(floor),
        target="≤ 1.2 × the save of the Connect app",
    )


def _save_in_turn(
    clock: Visitor, envelope: EnvelopeVisitor, pairs: Sequence[tuple[Cell, list[float]]]
) -> None:
    """Save these cells in turn, and add the times of each save after the warm-up to its list."""
    for turn in range(WARM + SAVES):
        for cell, times in pairs:
            envelope.renew()
            spent = _busy(clock, cell)
            if turn >= WARM:
                times.append(spent)


def _busy(clock: Visitor, cell: Cell) -> float:
    """Save a cell; return its milliseconds of processor time without the calls to Jira, which ``clock`` adds up."""
    jira, start = clock.jira_busy_ms, time.thread_time_ns()
    cell.save()
    return (time.thread_time_ns() - start) / 1e6 - (clock.jira_busy_ms - jira)


@contextmanager
def set_both_doors(folder: Path) -> Iterator[tuple[Stage, ForgeInstallation]]:
    """Run a site whose Connect app has moved to the Forge app, so that both may be used."""
    with running_cloud(people=12, months=1) as cloud, listening() as server:
        base_url = f"http://{LOOPBACK}:{server.server_port}"
        jira = cloud.sites[0]
        chosen = behind_forge(settings(folder, base_url, jira.base_url), cloud)
        app = server.app = create_app(chosen, clock=cloud.cloud.clock)
        with app.app_context():
            flask_migrate.upgrade()
        stage = Stage(cloud, app, base_url)
        jira.install(f"{base_url}/atlassian-connect.json")
        installation = jira.tenant.forge.install(ForgeApp(EXAMPLE_APP, base_url))
        move = {"method": "POST", "path": "/move", "body": {"form": [["start", "keep"]]}}
        call = {"method": "POST", "path": "/forge/call", "body": move}
        moved = invoke_remote(jira.tenant.forge, installation, OpenPage(jira.person(0).account_id), call)
        if moved.get("payload", {}).get("body", {}).get("status") != 200:
            raise RuntimeError(moved)
        try:
            yield stage, installation
        finally:
            close_app(app)


def page_size() -> Iterator[measure.Figure]:
    """Measure building the page of the app, and its bytes, compressed as a file server sends them."""
    if not (FOLDER / "node_modules" / "esbuild").is_dir():
        return
    with tempfile.TemporaryDirectory() as folder:
        command = ["node", str(FOLDER / "tools" / "build.js"), folder]
        took = measure.milliseconds(lambda: subprocess.run(command, check=True))
        size = sum(len(gzip.compress(path.read_bytes())) for path in Path(folder).iterdir())
    yield measure.Figure("build of the Forge page; bytes compressed", took, took, size=size)
