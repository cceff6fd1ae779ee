"""What the door needs of the outside: tokens, and the sites that installed the app."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from timesheet.domain.site import Site


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What a query string hash covers: method, raw path and raw query, as sent."""

    method: str
    path: str
    query: str


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of a token, each of a checked type. ``issued`` and ``expires`` in epoch seconds."""

    issuer: str
    issued: int
    expires: int
    subject: str | None = None
    qsh: str | None = None
    audience: tuple[str, ...] = ()


class Token(Protocol):
    """A well-formed token whose signature is not checked yet: its claims only say whom to ask for a key."""

    @property
    def issuer(self) -> str:
        """Who claims to have made it."""

    @property
    def audience(self) -> str:
        """Whom it claims to be for, where that is exactly one; else empty."""


class Tokens(Protocol):
    """Connect's tokens. Every method raises Unauthenticated with a reason for the log."""

    def read(self, text: str, algorithm: str) -> Token:
        """Take apart; only the shape is checked, nothing is believed."""

    def verify(self, token: Token, secret: str) -> Claims:
        """Check signature (HS256), types and times."""

    def verify_install(self, token: Token) -> Claims:
        """The same for RS256 with the key Atlassian serves for the token's kid; may raise JiraUnavailable."""

    def request_hash(self, request: SignedRequest) -> str:
        """The query string hash of a request, 64 hex digits."""

    def sign(self, claims: Claims, secret: str) -> str:
        """An HS256 token with these claims."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What a site hands over when it installs the app."""

    key: str
    base_url: str
    display_url: str
    secret: str = field(repr=False)
    oauth_client_id: str | None = None
    installation_id: str | None = None
    cloud_id: str | None = None


class SiteStore(Protocol):
    """The installations, by clientKey: one of the two things that see more than one site."""

    def find(self, key: str) -> Site | None:
        """The site, from a small cache that each write here empties."""

    def find_newer(self, known: Site) -> Site | None:
        """The site with a later secret than ``known`` has, which another process may have written; else None.

        Reads past the cache, but only so many times a second for each site.
        """

    def install(self, installation: Installation, now: datetime) -> bool:
        """Add the site or replace its secret and addresses; data of an earlier installation stays.

        True when the app was there already, so that this is an upgrade.
        """

    def set_status(self, key: str, status: str) -> bool:
        """Note that the site switched the app on or off; nothing if it is unknown or uninstalled.

        True when that was news.
        """

    def uninstall(self, key: str, now: datetime, erase_after: datetime) -> bool:
        """Forget the secret at once and note when the rest is to be erased; False when it was not there."""


class SiteEraser(Protocol):
    """Upkeep over all sites: the other thing that sees more than one."""

    def erase_expired(self, now: datetime, noted: Callable[[str], None]) -> Sequence[str]:
        """Erase the sites whose time to be kept is over; their keys. ``noted`` is called before each, within it."""

    def rotate_secrets(self, told: Callable[[str], None]) -> int:
        """Encrypt every secret with the first key again; how many. ``told`` hears of each site, within it."""
