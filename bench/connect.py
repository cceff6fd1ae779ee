"""Measure the cost of verifying a request before its view runs: the whole Connect check, compared with only hashing."""

from __future__ import annotations

import hmac
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import requests
from flask import Flask

from bench import measure
from timesheet.adapters.connect.install_keys import InstallKeys
from timesheet.adapters.connect.qsh import request_hash
from timesheet.adapters.connect.tokens import ConnectTokens, sign_payload
from timesheet.adapters.crypto.secret_box import SecretBox
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site.site import DbSiteStore, SiteCache
from timesheet.bootstrap import utc_now
from timesheet.domain.identity import Identity
from timesheet.services.ports.authentication import Installation, SignedRequest
from timesheet.services.site.authentication import (
    Authenticator,
    authenticate_call,
    authenticate_page,
    issue_session,
)

KEY = "b25lLWtleS1mb3ItYmVuY2hlcy10aGlydHktdHdvLWI="
SECRET = "a shared secret of about the length that Jira hands out" * 3
URL = "https://bench.atlassian.net"
ROUNDS = 2000
TARGET = "<= 0.15 ms"
QUERY = {
    "view": "month",
    "day": "2026-11-24",
    "xdm_e": URL,
    "xdm_c": "channel-my-timesheet",
    "cp": "",
    "lic": "none",
    "cv": "1001.0.0-SNAPSHOT",
}


def checks() -> Iterator[measure.Figure]:
    """Measure a page load and a call of the page, with the site looked up as in the running app."""
    app = Flask("bench")
    with tempfile.TemporaryDirectory() as folder, app.app_context():
        database = Database(app, f"sqlite:///{Path(folder) / 'bench.db'}")
        Base.metadata.create_all(database.extension.engine)
        sites = DbSiteStore(database, SecretBox([KEY]), SiteCache())
        sites.install(Installation("bench-key", URL, URL, SECRET), utc_now())
        database.commit()
        tokens = ConnectTokens(utc_now, InstallKeys((), requests.Session()))
        authenticator = Authenticator(
            tokens, sites, "open-timesheet", "https://timesheet.example.com", "s" * 64
        )
        yield from _figures(authenticator, sites)
        database.extension.engine.dispose()


def _figures(authenticator: Authenticator, sites: DbSiteStore) -> Iterator[measure.Figure]:
    now = int(utc_now().timestamp())
    bare = SignedRequest("GET", "/timesheet", urlencode(QUERY))
    claims = {"iss": "bench-key", "sub": "712020:someone", "iat": now, "exp": now + 180, "context": {}}
    token = sign_payload(claims | {"qsh": request_hash(bare)}, SECRET)
    request = SignedRequest("GET", "/timesheet", f"{bare.query}&jwt={token}")
    site = sites.find("bench-key")
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
        yield measure.figure(name, check, floor, rounds=ROUNDS, target=TARGET)
