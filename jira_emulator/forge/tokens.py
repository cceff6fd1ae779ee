"""Forge's opaque tokens for Jira's REST API."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import jwt

from jira_emulator.clock import Now
from jira_emulator.forge.installation import ForgeInstallation

LONGEST, SHORTEST = timedelta(hours=4), timedelta(hours=2)
OFFLINE = timedelta(hours=1)


@dataclass(frozen=True)
class Access:
    """The installation and person that one access token represents; without a person, it represents the app itself.

    ``offline`` says that the person is not at the screen.
    """

    installation: ForgeInstallation
    cloud_id: str
    account_id: str | None
    expires_at: datetime
    offline: bool = False

    @property
    def scopes(self) -> frozenset[str]:
        """Return what calls with the token may do."""
        return self.installation.app.allowed(offline=self.offline)


class AccessTokens:
    """Issues access tokens, and gives out the same one again while it is valid for two hours more."""

    def __init__(self, clock: Now) -> None:
        self._clock, self._lock = clock, Lock()
        self._known: dict[str, Access] = {}

    def deliver(self, installation: ForgeInstallation, cloud_id: str, account_id: str | None) -> str:
        """Return a token for Jira's REST API, valid for two to four hours."""
        now = self._clock()
        with self._lock:
            for token, grant in self._known.items():
                same = grant.installation is installation and grant.account_id == account_id
                if (
                    same
                    and not grant.offline
                    and grant.cloud_id == cloud_id
                    and grant.expires_at - now >= SHORTEST
                ):
                    return token
            return self._issue(Access(installation, cloud_id, account_id, now + LONGEST))

    def offline(self, installation: ForgeInstallation, cloud_id: str, account_id: str) -> str:
        """Return a token for a person who is not at the screen."""
        with self._lock:
            return self._issue(
                Access(installation, cloud_id, account_id, self._clock() + OFFLINE, offline=True)
            )

    def find(self, token: str, cloud_id: str | None = None) -> Access | None:
        """Return the installation and person of a valid token, on this site if one is named."""
        grant = self._known.get(token)
        if grant is None or grant.expires_at <= self._clock() or not grant.installation.usable:
            return None
        return grant if cloud_id in (None, grant.cloud_id) else None

    def revoke(self, installation: ForgeInstallation, account_id: str | None = "") -> None:
        """Delete the tokens of an installation, or only those of one person or (None) of the app."""
        with self._lock:
            self._known = {
                token: grant
                for token, grant in self._known.items()
                if grant.installation is not installation or account_id not in ("", grant.account_id)
            }

    def _issue(self, access: Access) -> str:
        claims = {"exp": int(access.expires_at.timestamp()), "jti": secrets.token_urlsafe(24)}
        token = jwt.encode(claims, secrets.token_bytes(32), algorithm="HS256")
        self._known[token] = access
        return token
