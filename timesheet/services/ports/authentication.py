"""Protocols for authentication: tokens, and the sites that installed the app."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from timesheet.domain.site import Site

SHORTEST_SECRET = 32
"""The fewest bytes of a shared secret: as many as a hash of HS256 has (RFC 7518, 3.2)."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """The parts of a request that a query string hash covers: method, raw path, and raw query, as sent."""

    method: str
    path: str
    query: str


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of a token, each of a checked type. ``issued`` and ``expires`` are in epoch seconds.

    ``digest`` identifies an install token; it is empty for all others.
    """

    issuer: str
    issued: int
    expires: int
    subject: str | None = None
    qsh: str | None = None
    audience: tuple[str, ...] = ()
    digest: str = ""


class Token(Protocol):
    """A well-formed token whose signature is not verified yet; its claims only say which key to use."""

    @property
    def issuer(self) -> str:
        """Return the claimed issuer."""

    @property
    def audience(self) -> str:
        """Return the claimed audience if there is exactly one, otherwise an empty string."""


class Tokens(Protocol):
    """Connect's tokens. Every method raises Unauthenticated with a reason for the log."""

    def read(self, text: str, algorithm: str) -> Token:
        """Parse a token; only its form is checked, nothing is verified."""

    def verify(self, token: Token, secret: str) -> Claims:
        """Verify signature (HS256), types, and times."""

    def verify_install(self, token: Token) -> Claims:
        """Verify the same with RS256 and the key that Atlassian serves for the token's kid; may raise
        JiraUnavailable.
        """

    def request_hash(self, request: SignedRequest) -> str:
        """Return the query string hash of a request, 64 hex digits."""

    def sign(self, claims: Claims, secret: str) -> str:
        """Return an HS256 token with these claims."""


@dataclass(frozen=True, slots=True)
class Installation:
    """The values that a site sends when it installs the app."""

    key: str
    base_url: str
    display_url: str
    secret: str = field(repr=False)
    oauth_client_id: str | None = None
    installation_id: str | None = None
    cloud_id: str | None = None


@dataclass(frozen=True, slots=True)
class LifecycleCall:
    """A signed call by Atlassian: when it was sent, by Atlassian's clock, and hashes of its token and of its body."""

    sent: datetime
    token: str
    body: str


class Received(Enum):
    """The result of an install: it added or upgraded a site, or changed nothing.

    REPEATED is a call that was received before. OUTDATED was sent before the last one that was accepted. The token
    of a call that is REPLAYED came with another body before.
    """

    ADDED = "added"
    UPGRADED = "upgraded"
    REPEATED = "repeated"
    OUTDATED = "outdated"
    REPLAYED = "replayed"


class SiteStore(Protocol):
    """The installations, by clientKey. Only this and SiteEraser can access more than one site."""

    def find(self, key: str) -> Site | None:
        """Return the site as it is stored now."""

    def recall(self, key: str) -> Site | None:
        """Return the site as this process read it last, or as it is stored; to verify a token before `confirm`."""

    def confirm(self, known: Site, account_id: str | None) -> Site | None:
        """Return the site as it is stored now, which is ``known`` itself if nothing has changed.

        What `SettingsStore.read_both` returns of a person is read with it, so that a request needs one statement.
        """

    def find_newer(self, known: Site) -> Site | None:
        """Return the site with a newer secret than ``known``, which another process may have written, or None.

        It is read again, but only a limited number of times per second for each site.
        """

    def install(self, installation: Installation, call: LifecycleCall) -> Received:
        """Add the site or replace its secret and addresses; data of an earlier installation stays."""

    def set_status(self, key: str, status: str) -> bool:
        """Record that the site enabled or disabled the app; do nothing if it is unknown or uninstalled.

        Disabling the Connect app does not concern a site that has moved to another installation.
        Return True if the status changed.
        """

    def uninstall(self, key: str, call: LifecycleCall, erase_after: datetime) -> bool:
        """Erase the secret immediately and record when the rest is due.

        Return False if the site was not installed, or was installed again after the call was sent, or if the call's
        token was accepted before.
        """


class SiteEraser(Protocol):
    """Maintenance across all sites; besides SiteStore, only this can access more than one site."""

    def erase_expired(self, now: datetime, noted: Callable[[str], None]) -> Sequence[str]:
        """Erase the sites that are due and return their keys. ``noted`` is called before each, within it."""

    def erase_due(self, key: str, now: datetime, noted: Callable[[str], None]) -> bool:
        """Erase one site if it is due; False if it is not, or not anymore."""

    def rotate_secrets(self, on_rotated: Callable[[str], None]) -> Mapping[str, bool]:
        """Encrypt every secret with the first key again; return for each site whether a key decrypts its secret.

        A secret that no key decrypts stays as it is. ``on_rotated`` is called for each other site, within it.
        """
