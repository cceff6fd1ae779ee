"""Measure the whole Connect check of a request, compared with only hashing, and the answer to an event of Jira."""

from __future__ import annotations

import hmac
import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import requests
from flask import Flask
from werkzeug.test import Client

from bench import measure
from bench.floor import static_answer
from timesheet.adapters.connect.install_keys import InstallKeys
from timesheet.adapters.connect.qsh import request_hash
from timesheet.adapters.connect.tokens import ConnectTokens, sign_payload
from timesheet.adapters.crypto.secret_box import SecretBox
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site.site import DbSiteStore, SiteCache
from timesheet.bootstrap.app import tune_garbage_collector
from timesheet.domain.identity import Identity
from timesheet.domain.site import Site
from timesheet.services.ports.authentication import Installation, LifecycleCall, SignedRequest
from timesheet.services.ports.clock import utc_now
from timesheet.services.site.authentication import (
    Authenticator,
    authenticate_call,
    authenticate_page,
    issue_session,
)
from tools.stage import Stage, set_stage

KEY = "b25lLWtleS1mb3ItYmVuY2hlcy10aGlydHktdHdvLWI="
SECRET = "a shared secret of about the length that Jira hands out" * 3
URL = "https://bench.atlassian.net"
ROUNDS = 2000
TARGET = "<= 0.05 ms"
EVENTS, ADDRESS = 300, "/connect/webhook/worklog"
FIRST = 900_000_000
"""The id of the first worklog of an event."""
QUERY = {
    "view": "month",
    "day": "2026-11-24",
    "xdm_e": URL,
    "xdm_c": "channel-my-timesheet",
    "cp": "",
    "lic": "none",
    "cv": "1001.0.0-SNAPSHOT",
}


class KnownSites(DbSiteStore):
    """Sites from memory. A request confirms its site with the statement that reads its settings anyway."""

    def confirm(self, known: Site, account_id: str | None) -> Site | None:
        """Return the site without reading it."""
        del account_id
        return known


def connect() -> Iterator[measure.Figure]:
    """Yield every figure of Connect."""
    yield from checks()
    with tempfile.TemporaryDirectory() as folder, set_stage(Path(folder)) as stage:
        tune_garbage_collector()
        yield event(stage, EVENTS)


def event(stage: Stage, rounds: int) -> measure.Figure:
    """Measure an event from Jira's call to the answer: checked, stored, and committed, a new one each time."""
    [installed] = stage.jira.tenant.lifecycle.enabled()
    now = int(stage.cloud.cloud.clock().timestamp())
    claims = {"iss": stage.site_key, "iat": now, "exp": now + 180}
    signed = claims | {"qsh": request_hash(SignedRequest("POST", ADDRESS, ""))}
    headers = {"Authorization": f"JWT {sign_payload(signed, installed.shared_secret)}"}
    client, numbers = Client(stage.app), count(FIRST)

    def send_event() -> None:
        number = next(numbers)
        identified = headers | {"X-Atlassian-Webhook-Identifier": f"bench-{number}"}
        answer = client.post(ADDRESS, data=webhook_body(number, now), headers=identified)
        if answer.status_code != 204:
            raise RuntimeError(f"{answer.status_code}: {answer.text[:400]}")

    name, floor = "Connect event, checked and stored", static_answer(b"")
    return measure.figure(name, send_event, floor, rounds=rounds, size=0, target="<= 10 ms")


def webhook_body(number: int, now: int) -> bytes:
    """Return what Jira sends about a new worklog."""
    at = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%S}.000+0000"
    author = {"accountId": "712020:someone", "displayName": "Ana Example", "active": True}
    worklog = {
        "id": str(number),
        "issueId": "10012",
        "author": author,
        "updateAuthor": author,
        "started": at,
        "created": at,
        "updated": at,
        "timeSpentSeconds": 3600,
        "comment": "x" * 200,
    }
    payload = {"timestamp": now * 1000, "webhookEvent": "worklog_created", "worklog": worklog}
    return json.dumps(payload).encode()


def checks() -> Iterator[measure.Figure]:
    """Measure a page load and a call of the page: the check alone, and with the statement that also reads settings."""
    app = Flask("bench")
    with tempfile.TemporaryDirectory() as folder, app.app_context():
        database = Database(app, f"sqlite:///{Path(folder) / 'bench.db'}")
        Base.metadata.create_all(database.extension.engine)
        tokens = ConnectTokens(utc_now, InstallKeys((), requests.Session()))
        box = SecretBox([KEY])
        cache = SiteCache()
        sites = DbSiteStore(database, box, cache)
        sites.install(Installation("bench-key", URL, URL, SECRET), LifecycleCall(utc_now(), "", ""))
        database.commit()
        for store, how in ((KnownSites(database, box, cache), ""), (sites, ", with the settings")):
            address = "https://timesheet.example.com"
            yield from _figures(Authenticator(tokens, store, "open-timesheet", address, "s" * 64), how)
        database.extension.engine.dispose()


def _figures(authenticator: Authenticator, how: str) -> Iterator[measure.Figure]:
    now = int(utc_now().timestamp())
    bare = SignedRequest("GET", "/timesheet", urlencode(QUERY))
    claims = {"iss": "bench-key", "sub": "712020:someone", "iat": now, "exp": now + 180, "context": {}}
    token = sign_payload(claims | {"qsh": request_hash(bare)}, SECRET)
    request = SignedRequest("GET", "/timesheet", f"{bare.query}&jwt={token}")
    site = authenticator.sites.recall("bench-key")
    if site is None:
        raise LookupError("the benchmark's site is not there")
    session, _ = issue_session(authenticator, site, Identity("bench-key", "712020:someone"), utc_now())

    def floor() -> None:
        hmac.new(SECRET.encode(), token.encode(), sha256).digest()
        sha256(request.query.encode()).digest()

    for name, check in (
        ("Connect check of a page load", lambda: authenticate_page(authenticator, token, request)),
        (
            "Connect check of a call",
            lambda: authenticate_call(authenticator, session, session=True, context=True),
        ),
    ):
        yield measure.figure(f"{name}{how}", check, floor, rounds=ROUNDS, target="" if how else TARGET)
