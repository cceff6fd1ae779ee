"""OAuth access tokens with which an app acts as a person."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from jira_emulator.clock import Now
from jira_emulator.connect.installation import Installation

LIFE_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Grant:
    """The person, site, and app that one access token represents."""

    app: Installation
    client_key: str
    account_id: str
    scopes: frozenset[str]
    expires_at: datetime


class ImpersonationTokens:
    """Issues opaque bearer tokens and deletes them when they expire."""

    def __init__(self, clock: Now) -> None:
        self._clock = clock
        self._lock = Lock()
        self._grants: dict[str, Grant] = {}

    def issue(self, app: Installation, client_key: str, account_id: str, scopes: frozenset[str]) -> str:
        """Return a token for one person on one site."""
        token = secrets.token_urlsafe(48)
        now = self._clock()
        grant = Grant(app, client_key, account_id, scopes, now + timedelta(seconds=LIFE_SECONDS))
        with self._lock:
            self._grants = {key: old for key, old in self._grants.items() if old.expires_at > now}
            self._grants[token] = grant
        return token

    def find(self, token: str, client_key: str) -> Grant | None:
        """Return the valid grant behind a token of this site."""
        grant = self._grants.get(token)
        if grant is None or grant.client_key != client_key or grant.expires_at <= self._clock():
            return None
        return grant if grant.app.usable else None

    def revoke(self, app: Installation) -> None:
        """Delete every token of an installation."""
        with self._lock:
            self._grants = {token: grant for token, grant in self._grants.items() if grant.app is not app}
