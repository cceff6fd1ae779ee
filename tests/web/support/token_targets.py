"""A route of each kind that accepts a token, and how to call it with one."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.conftest import JiraSite
from tests.web.support.signing import APP_KEY, BASE_URL, HS256, KID, NOW, claims_of, hs256, qsh, rs256

Claims = dict[str, Any]
IAT = int(NOW.timestamp())
SIGNING_KEY = "a signing key for tests that is long enough"
RS256 = {"alg": "RS256", "typ": "JWT", "kid": KID}


SESSION = "session"


def session_secret(site: JiraSite) -> str:
    """Return the key that the app derives for the sessions of a site that installed once."""
    return hmac.new(SIGNING_KEY.encode(), f"session:1:{site.client_key}".encode(), sha256).hexdigest()


@dataclass(frozen=True)
class Target:
    """A route of one kind: how to call it, and the claims and signature it requires."""

    name: str
    method: str
    path: str
    place: str
    hashed: str
    signed_with: str = "HS256"

    def claims(self, site: JiraSite) -> Claims:
        """Return the claims of a valid token."""
        if self.signed_with == SESSION:
            return {
                "iss": APP_KEY,
                "sub": site.account,
                "aud": [site.client_key],
                "iat": IAT,
                "exp": IAT + 900,
            }
        account = site.account if self.name in ("page", "page or call", "call", "session") else None
        claims = claims_of(site.client_key, account, self.hashed, NOW)
        return claims | ({"aud": [BASE_URL]} if self.signed_with == "RS256" else {})

    def sign(self, claims: object, site: JiraSite, header: Mapping[str, Any] | None = None) -> str:
        """Sign any claims, with the key that the route trusts."""
        return self.seal(
            claims, {**(RS256 if self.signed_with == "RS256" else HS256), **(header or {})}, site
        )

    def seal(self, claims: object, header: object, site: JiraSite) -> str:
        """Sign the same with any header; bytes are used as they are."""
        if self.signed_with == "RS256":
            return rs256(claims, site.key, header)
        return hs256(claims, session_secret(site) if self.signed_with == SESSION else site.secret, header)

    def call(self, client: FlaskClient, site: JiraSite, token: str) -> TestResponse:
        if self.place == "query":
            return client.get(f"{self.path}?jwt={quote(token, safe='')}")
        events = {
            "/connect/webhook/worklog": "worklog_created",
            "/connect/webhook/issue": "jira:issue_deleted",
        }
        body = site.body(webhookEvent=events[self.path]) if self.path in events else site.body()
        if self.path in ("/connect/enabled", "/connect/disabled"):
            body = {"clientKey": site.client_key}
        headers = {"Authorization": b"JWT " + token.encode("utf-8", "surrogateescape")}
        kept = {name: value.decode("latin-1") for name, value in headers.items()}
        return client.open(self.path, method=self.method, json=body, headers=kept)


def posted(path: str, name: str, signed_with: str = "HS256") -> Target:
    return Target(name, "POST", path, "header", qsh("POST", path), signed_with)


TARGETS = (
    Target("page", "GET", "/probe/page", "query", qsh("GET", "/probe/page")),
    Target("page or call", "GET", "/probe/both", "query", qsh("GET", "/probe/both")),
    Target("call", "POST", "/probe/call", "header", "context-qsh"),
    Target("session", "POST", "/session", "header", "context-qsh"),
    Target("call of an open page", "POST", "/probe/call", "header", "", SESSION),
    posted("/connect/webhook/worklog", "webhook"),
    posted("/connect/webhook/issue", "webhook of issues"),
    posted("/connect/enabled", "enabled"),
    posted("/connect/disabled", "disabled"),
    posted("/connect/installed", "installed", "RS256"),
    posted("/connect/uninstalled", "uninstalled", "RS256"),
)
