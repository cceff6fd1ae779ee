"""Who makes a request: each kind of token, what it must prove, and where it counts."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from timesheet.domain.errors import Unauthenticated
from timesheet.domain.identity import Identity
from timesheet.domain.site import Site
from timesheet.services.ports.authentication import Claims, SignedRequest, SiteStore, Token, Tokens

SESSION_SECONDS = 15 * 60
BAD_SIGNATURE, UNINSTALLED = "bad-signature", "uninstalled"
OF_THE_SECRET = frozenset({BAD_SIGNATURE, UNINSTALLED})
CONTEXT_QSH = "context-qsh"
GONE = "Timesheet is not installed on this site any more. A Jira admin can install it again."
ANONYMOUS = "Sign in to Jira to see a timesheet."


@dataclass(frozen=True, slots=True)
class Door:
    """What authentication needs: tokens, sites, who the app is, and the secret behind sessions."""

    tokens: Tokens
    sites: SiteStore
    app_key: str
    base_url: str
    signing_key: str = field(repr=False)


def authenticate_page(door: Door, text: str, request: SignedRequest) -> tuple[Site, Identity]:
    """A page load by Jira: HS256 with the site's secret and the hash of exactly this request."""
    site, claims = _from_jira(door, text)
    _check_hash(door, site, claims, request)
    return site, _viewer(site, claims)


def authenticate_call(door: Door, text: str, session: bool, context: bool) -> tuple[Site, Identity]:
    """A call by the app's own page, with a session token or one from AP.context.getToken."""
    if door.tokens.read(text, "HS256").issuer == door.app_key:
        if not session:
            raise Unauthenticated(reason="session-not-taken")
        return _from_session(door, text)
    if not context:
        raise Unauthenticated(reason="context-not-taken")
    site, claims = _from_jira(door, text)
    if claims.qsh != CONTEXT_QSH:
        raise Unauthenticated(reason="no-context-token", site=site.key)
    return site, _viewer(site, claims)


def authenticate_site(door: Door, text: str, request: SignedRequest) -> Site:
    """A webhook, or a lifecycle call other than (un)install: the site speaks, with this request's hash."""
    site, claims = _from_jira(door, text)
    _check_hash(door, site, claims, request)
    return site


def issue_session(door: Door, site: Site, identity: Identity, now: datetime) -> tuple[str, int]:
    """A token for the page's own calls, and when it ends in epoch seconds; it dies with the site's secret."""
    issued = int(now.timestamp())
    expires = issued + SESSION_SECONDS
    claims = Claims(door.app_key, issued, expires, identity.account_id, audience=(site.key,))
    return door.tokens.sign(claims, _session_secret(door, site)), expires


def _from_jira(door: Door, text: str) -> tuple[Site, Claims]:
    token = door.tokens.read(text, "HS256")
    site, claims = _proven(door, token, token.issuer, lambda site: site.secret or "")
    audience = {one.rstrip("/") for one in claims.audience}
    if audience and audience.isdisjoint({site.key, door.app_key, door.base_url}):
        raise Unauthenticated(reason="audience", site=site.key)
    return site, claims


def _from_session(door: Door, text: str) -> tuple[Site, Identity]:
    """The audience names the site: read from the token unproven, then proven by that site's own key."""
    token = door.tokens.read(text, "HS256")
    site, claims = _proven(door, token, token.audience, lambda site: _session_secret(door, site))
    if claims.qsh is not None:
        raise Unauthenticated(reason="qsh-in-session")
    return site, _viewer(site, claims)


def _proven(door: Door, token: Token, key: str, secret_of: Callable[[Site], str]) -> tuple[Site, Claims]:
    """The site of this key and what the token claims, proven by the site's secret.

    Another process may have changed the secret a moment ago, so a refusal that the secret decides counts only once
    the site was read anew.
    """
    site = door.sites.find(key)
    if site is None:
        raise Unauthenticated(reason="unknown-site")
    try:
        return site, _verified(door, token, site, secret_of)
    except Unauthenticated as error:
        newer = door.sites.find_newer(site) if error.reason in OF_THE_SECRET else None
        if newer is None:
            raise
    return newer, _verified(door, token, newer, secret_of)


def _verified(door: Door, token: Token, site: Site, secret_of: Callable[[Site], str]) -> Claims:
    if site.secret is None:
        raise Unauthenticated(GONE, reason=UNINSTALLED)
    try:
        return door.tokens.verify(token, secret_of(site))
    except Unauthenticated as error:
        error.site = site.key
        raise


def _session_secret(door: Door, site: Site) -> str:
    """A key of its own for each site and secret, so that uninstall and re-install end all sessions."""
    scope = f"session:{site.secret_version}:{site.key}"
    return hmac.new(door.signing_key.encode(), scope.encode(), sha256).hexdigest()


def _check_hash(door: Door, site: Site, claims: Claims, request: SignedRequest) -> None:
    given = (claims.qsh or "").encode()
    if not hmac.compare_digest(given, door.tokens.request_hash(request).encode()):
        raise Unauthenticated(reason="qsh", site=site.key)


def _viewer(site: Site, claims: Claims) -> Identity:
    if claims.subject is None:
        raise Unauthenticated(ANONYMOUS, reason="anonymous")
    return Identity(site.key, claims.subject)
