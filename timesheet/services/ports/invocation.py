"""Protocols for invocations: calls that Atlassian makes for an installation, each with a signed token of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from timesheet.domain.site import Site


@dataclass(frozen=True, slots=True)
class Invocation:
    """The verified claims of an invocation token.

    ``installation`` names the installation and changes when the app is installed again; ``cloud_id`` is the
    site's own and stays. ``api_url`` is where Jira's REST API is called with tokens of this installation.
    ``account_id`` is the person at the screen, None for events and schedules. ``site_url`` is only for links.
    ``of_page`` says that a page made the call: the person who has it open decides path and body, because no
    token covers them.
    """

    installation: str
    cloud_id: str
    api_url: str
    issued: int
    expires: int
    account_id: str | None = None
    site_url: str | None = None
    environment: str = ""
    of_page: bool = True


class InvocationTokens(Protocol):
    """Reads invocation tokens."""

    def verify(self, text: str) -> Invocation:
        """Return the claims of a genuine token. Raise Unauthenticated, or JiraUnavailable if keys cannot be read."""


class Admission(NamedTuple):
    """The result of admitting an installation: added or changed, and whether its site was in use before."""

    changed: bool
    upgrade: bool


class InstallationStore(Protocol):
    """The sites by installation. Only this, SiteStore, and SiteEraser can access more than one site."""

    def find_installation(self, installation: str) -> Site | None:
        """Return the site of this installation, from the same small cache as SiteStore."""

    def find_earlier(self, invocation: Invocation) -> Site | None:
        """Return the site with the same cloud id that used the app before, the newest if there are several."""

    def is_free(self, key: str, now: datetime) -> bool:
        """Return True if no other installation uses a site.

        An installation has ended after its uninstall, or when the last token that it delivered for the app
        has expired.
        """

    def count_silence(self, key: str, now: datetime) -> int:
        """Count one more night without a call, as a part of the caller's transaction, and return how many there were.

        They are never more than have passed. The next token of the app ends the count. Return 0 if its last one has
        not expired.
        """

    def claim(self, key: str, invocation: Invocation, now: datetime) -> bool:
        """Assign a site with the same cloud id to an installation; return False if it is no longer free."""

    def admit(self, invocation: Invocation, now: datetime) -> Admission:
        """Add a site for this installation, or bring its addresses up to date and mark it as installed.

        An installation that has ended is restored only by an invocation that was issued ten minutes later,
        because a delayed or repeated event proves nothing.
        """

    def leave(self, key: str, now: datetime, erase_after: datetime) -> bool:
        """Record that the installation of a site ends; return False if the site stays or had ended before."""


class AppTokenStore(Protocol):
    """The encrypted token of the app itself on each site, for processes that receive no invocations."""

    def read(self, site: str) -> tuple[str, int] | None:
        """Return the encrypted token and its expiry in epoch seconds."""

    def write(self, site: str, sealed: str, expires: int) -> None:
        """Replace the token, as a part of the caller's transaction."""

    def delete(self, site: str) -> None:
        """Delete the token, as a part of the caller's transaction."""


class DeliveredTokens(Protocol):
    """Access tokens for Jira that arrive with invocations. They are stored encrypted and only until they expire."""

    def keep(self, site: Site, account_id: str | None, token: str, *, replaces: bool = True) -> None:
        """Store the token of a person, or of the app itself for None.

        Nothing proves that Atlassian made it. If the caller may have sent it, ``replaces`` is false: then one that is
        known and still usable stays.
        """

    def forget(self, site: Site) -> None:
        """Delete the token of the app itself; those of people expire."""
