"""A Jira site that calls the app as Forge does: with invocation tokens, envelopes, and tokens for Jira."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.support.signing import FORGE_APP, SettableClock, hs256, rs256

KID = "forge/invocation-token/wf-3b1f5c52-0a76-4f0e-8f0a-7f4f3f1a2c11"
ISSUER = "forge/invocation-token"
LIFE = 25
ENVIRONMENT = "ari:cloud:ecosystem::environment/4f0c9a1e-6f0d-4d5e-9d55-0c1a7c0a1b2c/9b2d"
INSTALLATIONS = "ari:cloud:ecosystem::installation/"


def jwks(keys: Mapping[str, RSAPrivateKey]) -> dict[str, Any]:
    """Return a key set as Atlassian serves it: its numbers are padded."""
    return {"keys": [jwk(kid, key) for kid, key in keys.items()]}


def jwk(kid: str, key: RSAPrivateKey) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    return {
        "kty": "RSA",
        "alg": "RS256",
        "use": "sig",
        "kid": kid,
        "n": padded(numbers.n),
        "e": padded(numbers.e),
    }


def padded(number: int) -> str:
    return urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode()


@dataclass
class ForgeSite:
    """One site with the Forge app; ``installation`` is the bare id."""

    client: FlaskClient
    clock: SettableClock
    key: RSAPrivateKey
    installation: str
    cloud_id: str
    base_url: str
    account: str = "5b10a2844c20165700ede21g"
    kid: str = KID
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def api_url(self) -> str:
        return f"https://api.atlassian.com/ex/jira/{self.cloud_id}"

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return the claims of a real token for a page; ``changes`` replace claims, None removes one."""
        now = int(self.clock().timestamp())
        ari = INSTALLATIONS + self.installation
        claims: dict[str, Any] = {
            "app": {
                "id": FORGE_APP,
                "version": "2",
                "installationId": ari,
                "apiBaseUrl": self.api_url,
                "environment": {"type": "PRODUCTION", "id": ENVIRONMENT},
                "module": {"type": "jira:globalPage", "key": "my-timesheet"},
                "installation": {"id": ari, "contexts": [{"name": "jira", "cloudId": self.cloud_id}]},
            },
            "context": {
                "cloudId": self.cloud_id,
                "siteUrl": self.base_url,
                "moduleKey": "my-timesheet",
                "accountId": self.account,
                "extension": {"type": "jira:globalPage"},
            },
            "principal": self.account,
            "iss": ISSUER,
            "aud": FORGE_APP,
            "iat": now,
            "nbf": now,
            "exp": now + LIFE,
            "jti": "4d1f",
        }
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def app_claim(self, **changes: Any) -> dict[str, Any]:
        """Return the ``app`` claim with changes, to be used in ``claims``; None removes a member."""
        app = {**self.claims()["app"], **changes}
        return {name: value for name, value in app.items() if value is not None}

    def sign(self, claims: object, **header: Any) -> str:
        return rs256(claims, self.key, {"alg": "RS256", "typ": "JWT", "kid": self.kid} | header)

    def post(self, path: str, body: object, token: str | None = None, **headers: str) -> TestResponse:
        """Call a route of the door with this token, a genuine one by default."""
        token = self.sign(self.claims()) if token is None else token
        given = {"Authorization": f"Bearer {token}"} | self.tokens | headers
        return self.client.post(path, json=body, headers=given)

    def call(self, method: str, path: str, **rest: Any) -> dict[str, Any]:
        """Send one request of a page in an envelope and return the envelope of the response."""
        answer = self.post("/forge/call", {"method": method, "path": path, **rest})
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == "application/json"
        return dict(answer.get_json())

    def send_event(self, path: str, body: object, **changes: Any) -> TestResponse:
        """Send an event: its token names no person."""
        app = self.app_claim(module={"type": "core:endpoint", "key": "events"})
        token = self.sign(self.claims(principal=None, app=app, **changes))
        return self.post(path, body, token)


def access_token(expires: float | str, name: str = "a") -> str:
    """Return an opaque token for Jira, of which only the expiry may be read."""
    return hs256({"exp": expires, "name": name}, "a secret of Atlassian's that nobody else has")
