"""Measure the cost of verifying an invocation: the whole Forge check, compared with PyJWT's bare RS256 decode."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, generate_private_key
from flask import Flask

from bench import measure
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.crypto.secret_box import SecretBox
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site.installation import DbAppTokens, DbInstallations
from timesheet.adapters.db.site.site import DbSiteStore, SiteCache
from timesheet.adapters.db.stores import open_audit
from timesheet.adapters.forge.credentials import ForgeCredentials
from timesheet.adapters.forge.invocation import ISSUER, ForgeInvocationTokens
from timesheet.adapters.forge.jwks import InvocationKeys
from timesheet.bootstrap import utc_now
from timesheet.domain.audit import Origin
from timesheet.domain.site import HostRule
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.site.invocation import (
    InvocationAuthenticator,
    authenticate_invocation,
    keep_delivered,
    open_site,
    viewer_of,
)

KEY = "b25lLWtleS1mb3ItYmVuY2hlcy10aGlydHktdHdvLWI="
APP = "ari:cloud:ecosystem::app/4f0c9a1e-6f0d-4d5e-9d55-0c1a7c0a1b2c"
INSTALLATION = "ari:cloud:ecosystem::installation/0b7d5a4e-1f0e-4a43-8f0a-7c4b5a1d2e3f"
CLOUD, API = "11223344-a1b2-3b33-c444-def123456789", "https://api.atlassian.com"
KID = "forge/invocation-token/wf-3b1f5c52-0a76-4f0e-8f0a-7f4f3f1a2c11"
ROUNDS = 2000
TARGET = "<= 0.2 ms"


class OneKey(InvocationKeys):
    """A key set that was fetched before."""

    def __init__(self, key: RSAPublicKey) -> None:
        super().__init__("", requests.Session())
        self._keys, self._read_at = {KID: key}, self._timer()


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
            site = open_site(authenticator, invocation, utc_now(), database.commit)
            keep_delivered(authenticator, site, viewer_of(site, invocation).account_id, for_jira, "")

        check()
        yield measure.figure("Forge check of the token", verify, floor, rounds=ROUNDS, target=TARGET)
        yield measure.figure("Forge check of a call", check, floor, rounds=ROUNDS, target=TARGET)
        database.extension.engine.dispose()


def _authenticator(database: Database, key: RSAPublicKey) -> InvocationAuthenticator:
    box = SecretBox([KEY])
    sites, signer = DbSiteStore(database, box, SiteCache(seconds=3600)), AuditKey("s" * 64)
    return InvocationAuthenticator(
        ForgeInvocationTokens(utc_now, OneKey(key), APP, "PRODUCTION", API, HostRule(("*.atlassian.net",))),
        DbInstallations(database, sites),
        ForgeCredentials(requests.Session(), API, MemoryCache(), utc_now, box, DbAppTokens(database)),
        lambda site: AuditRecorder(open_audit(database, site, signer), utc_now, "", Origin.LIFECYCLE),
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
