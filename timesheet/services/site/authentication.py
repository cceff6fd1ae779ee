"""Authenticate requests: the kinds of tokens, what each must prove, and where it is accepted."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from timesheet.domain.errors import Unauthenticated
from timesheet.domain.identity import Identity
from timesheet.domain.message import message
from timesheet.domain.site import INSTALLED, Site
from timesheet.services.ports.authentication import Claims, SignedRequest, SiteStore, Token, Tokens

SESSION_SECONDS = 15 * 60
BAD_SIGNATURE, UNINSTALLED = "bad-signature", "uninstalled"
OF_THE_SECRET = frozenset({BAD_SIGNATURE, UNINSTALLED})
CONTEXT_QSH = "context-qsh"
NOT_INSTALLED = message("Timesheet is no longer installed on this site. A Jira admin can install it again.")
REPLACED = message(
    "A new Timesheet app has replaced this one on your site, so nothing was changed. "
    "Open Timesheet in Jira again to continue."
)
ANONYMOUS = message("Sign in to Jira to see a timesheet.")


@dataclass(frozen=True, slots=True)
class Authenticator:
    """The values that authentication needs: tokens, sites, the app's own name, and the secret for sessions."""

    tokens: Tokens
    sites: SiteStore
    app_key: str
    base_url: str
    signing_key: str = field(repr=False)


def authenticate_page(
    authenticator: Authenticator, text: str, request: SignedRequest
) -> tuple[Site, Identity]:
    """Authenticate a page load by Jira: HS256 with the site's secret and the hash of exactly this request."""
    site, claims = _from_jira(authenticator, authenticator.tokens.read(text, "HS256"))
    _check_hash(authenticator, site, claims, request)
    return site, _viewer(site, claims)


def authenticate_call(
    authenticator: Authenticator, text: str, *, session: bool, context: bool
) -> tuple[Site, Identity]:
    """Authenticate a call by the app's own page, with a session token or one from AP.context.getToken."""
    token = authenticator.tokens.read(text, "HS256")
    if token.issuer == authenticator.app_key:
        if not session:
            raise Unauthenticated(reason="session-not-taken")
        return _from_session(authenticator, token)
    if not context:
        raise Unauthenticated(reason="context-not-taken")
    site, claims = _from_jira(authenticator, token)
    if claims.qsh != CONTEXT_QSH:
        raise Unauthenticated(reason="no-context-token", site=site.key)
    return site, _viewer(site, claims)


def authenticate_site(authenticator: Authenticator, text: str, request: SignedRequest) -> Site:
    """Authenticate a webhook, or a lifecycle call other than (un)install, as the site, with this request's hash."""
    site, claims = _from_jira(authenticator, authenticator.tokens.read(text, "HS256"), of_person=False)
    _check_hash(authenticator, site, claims, request)
    return site


def issue_session(
    authenticator: Authenticator, site: Site, identity: Identity, now: datetime
) -> tuple[str, int]:
    """Return a token for the page's own calls and its expiry in epoch seconds; it ends with the site's secret."""
    issued = int(now.timestamp())
    expires = issued + SESSION_SECONDS
    claims = Claims(authenticator.app_key, issued, expires, identity.account_id, audience=(site.key,))
    return authenticator.tokens.sign(claims, _session_secret(authenticator, site)), expires


def _from_jira(authenticator: Authenticator, token: Token, *, of_person: bool = True) -> tuple[Site, Claims]:
    def verify(site: Site) -> Claims:
        return authenticator.tokens.verify(token, site.secret or "")

    site, claims = _proven(authenticator, token.issuer, verify, of_person=of_person)
    base_url = authenticator.base_url
    accepted = {site.key, authenticator.app_key, base_url, f"{base_url}/"}
    if claims.audience and accepted.isdisjoint(claims.audience):
        raise Unauthenticated(reason="audience", site=site.key)
    return site, claims


def _from_session(authenticator: Authenticator, token: Token) -> tuple[Site, Identity]:
    """Return site and identity of a session token. Its audience names the site and is then proven by that
    site's own key.
    """
    try:
        site, claims = _proven(
            authenticator,
            token.audience,
            lambda site: authenticator.tokens.verify(token, _session_secret(authenticator, site)),
        )
    except Unauthenticated as error:
        error.of_session = True
        raise
    if claims.qsh is not None:
        raise Unauthenticated(reason="qsh-in-session")
    return site, _viewer(site, claims)


def _proven(
    authenticator: Authenticator, key: str, verify: Callable[[Site], Claims], *, of_person: bool = True
) -> tuple[Site, Claims]:
    """Return the site of this key and the claims of its token, which ``verify`` proves by the site's current secret.

    A forged token is refused without reading: the site is read after its token was verified by the secret that this
    process knows. Another process may have changed the secret, so a refusal that depends on it is final only after the
    site was read again.
    """
    known = authenticator.sites.recall(key)
    if known is None:
        raise Unauthenticated(reason="unknown-site")
    try:
        claims = _verified(known, verify)
    except Unauthenticated as error:
        newer = authenticator.sites.find_newer(known) if error.reason in OF_THE_SECRET else None
        if newer is None:
            raise
        return newer, _verified(newer, verify)
    site = authenticator.sites.confirm(known, claims.subject if of_person else None)
    if site is None:
        raise Unauthenticated(reason="unknown-site")
    return site, claims if site is known else _verified(site, verify)


def _verified(site: Site, verify: Callable[[Site], Claims]) -> Claims:
    if site.secret is None:
        replaced = site.opened_by is not None and site.status == INSTALLED
        raise Unauthenticated(REPLACED if replaced else NOT_INSTALLED, reason=UNINSTALLED)
    try:
        return verify(site)
    except Unauthenticated as error:
        error.site = site.key
        raise


def _session_secret(authenticator: Authenticator, site: Site) -> str:
    """Return a key specific to the site and its secret, so uninstalling and reinstalling end all sessions."""
    scope = f"session:{site.secret_version}:{site.key}"
    return hmac.new(authenticator.signing_key.encode(), scope.encode(), sha256).hexdigest()


def _check_hash(authenticator: Authenticator, site: Site, claims: Claims, request: SignedRequest) -> None:
    received = (claims.qsh or "").encode()
    if not hmac.compare_digest(received, authenticator.tokens.request_hash(request).encode()):
        raise Unauthenticated(reason="qsh", site=site.key)


def _viewer(site: Site, claims: Claims) -> Identity:
    if claims.subject is None:
        raise Unauthenticated(ANONYMOUS, reason="anonymous")
    return Identity(site.key, claims.subject)
