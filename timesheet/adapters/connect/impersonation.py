"""Act as a person: the JWT bearer grant of Connect's OAuth server."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
import requests

from timesheet.adapters.connect.tokens import sign_payload
from timesheet.adapters.http.sign_in_server import INACTIVE, UNUSABLE, SignInServer
from timesheet.domain.errors import JiraUnavailable, NotAllowed
from timesheet.domain.identifier import is_number
from timesheet.domain.message import message
from timesheet.domain.site import Site
from timesheet.services.ports.cache import Cache
from timesheet.services.ports.clock import Clock
from timesheet.services.resilience.breaker import Breaker
from timesheet.services.site.authentication import NOT_INSTALLED

SCOPES = "ACT_AS_USER DELETE READ WRITE"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_SECONDS = 60
MARGIN_SECONDS = 15
CACHE_SECONDS = 3600.0

NO_CLIENT = message(
    "This site installed the app without the right to act for people. A Jira admin must install it again."
)
UNKNOWN_TO_JIRA = message(
    "Jira says that Timesheet is no longer installed on this site. A Jira admin can install it again."
)


class Impersonation:
    """Requests and caches access tokens for (site, person), at most one grant at a time for each."""

    def __init__(
        self,
        http: requests.Session,
        server: str,
        cache: Cache,
        clock: Clock,
        silent: Breaker | None = None,
    ) -> None:
        self._server, self._cache, self._clock = SignInServer(http, server, silent), cache, clock

    def credentials(self, site: Site, account_id: str) -> PersonCredentials:
        """Return Jira credentials of this person; nothing is requested before they are used."""
        person = sha256(f"{site.secret_version}:{account_id}:{SCOPES}".encode()).hexdigest()
        return PersonCredentials(site.base_url, self, site, account_id, f"grant:{site.key}:{person}")

    def grant(self, site: Site, account_id: str, key: str) -> dict[str, Any]:
        """Return a token that is valid for some seconds more. Raise NotAllowed, JiraBusy, or JiraUnavailable."""
        for _ in range(2):
            cached: dict[str, Any] = self._cache.get_or_create(
                key, lambda: self._requested(site, account_id), CACHE_SECONDS
            )
            if self.is_valid(cached):
                return cached
            self._cache.delete(key)
        raise JiraUnavailable(UNUSABLE)

    def is_valid(self, token: dict[str, Any]) -> bool:
        """Return True if a token is valid for some seconds more."""
        return bool(token["until"] - MARGIN_SECONDS > self._clock().timestamp())

    def forget(self, key: str) -> None:
        """Discard a token that Jira refused."""
        self._cache.delete(key)

    def _requested(self, site: Site, account_id: str) -> dict[str, Any]:
        now = int(self._clock().timestamp())
        form = {"grant_type": GRANT, "assertion": self._assertion(site, account_id, now), "scope": SCOPES}
        status, raw = self._server.post("/oauth2/token", form, {})
        body = _body(raw)
        if status != 200:
            _refuse(status, body)
        return _cached_token(body, now)

    def _assertion(self, site: Site, account_id: str, now: int) -> str:
        if site.oauth_client_id is None:
            raise NotAllowed(NO_CLIENT, permission="ACT_AS_USER")
        if site.secret is None:
            raise NotAllowed(NOT_INSTALLED)
        claims = {
            "iss": f"urn:atlassian:connect:clientid:{site.oauth_client_id}",
            "sub": f"urn:atlassian:connect:useraccountid:{account_id}",
            "tnt": site.base_url,
            "aud": self._server.address,
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
        }
        return sign_payload(claims, site.secret)


@dataclass(slots=True)
class PersonCredentials:
    """Implements JiraCredentials for one person of one site, whose own address is ``base_url``.

    All calls of a request use the same token.
    """

    base_url: str
    _impersonation: Impersonation
    _site: Site
    _account_id: str
    _key: str
    _token: dict[str, Any] | None = None

    def authorization(self) -> str:
        """Return the value of the Authorization header."""
        token = self._token
        if token is None or not self._impersonation.is_valid(token):
            token = self._token = self._impersonation.grant(self._site, self._account_id, self._key)
        return f"Bearer {token['token']}"

    def refused(self) -> None:
        """Discard the token after a 401 from Jira, so the next call gets a new one."""
        self._token = None
        self._impersonation.forget(self._key)


def _body(raw: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(raw)
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {}


def _cached_token(body: dict[str, Any], now: int) -> dict[str, Any]:
    match body:
        case {"access_token": str(token), "expires_in": int() | str() as seconds, "token_type": str(kind)}:
            # Some servers write the number as a text.
            lasting = is_number(str(seconds), longest=9)
            if token.isascii() and token.isprintable() and kind.lower() == "bearer" and lasting:
                return {"token": token, "until": now + int(seconds)}
    raise JiraUnavailable(UNUSABLE)


def _refuse(status: int, body: dict[str, Any]) -> None:
    if status not in (400, 401, 403):
        raise JiraUnavailable(UNUSABLE)
    if body.get("error") in ("invalid_client", "unauthorized_client"):
        raise NotAllowed(UNKNOWN_TO_JIRA)
    raise NotAllowed(INACTIVE)
