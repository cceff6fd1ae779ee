"""Install, enable, disable, and uninstall the app on a site, after verifying the site's calls."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import stamp
from timesheet.domain.errors import Conflict, InvalidInput, Unauthenticated
from timesheet.domain.message import message
from timesheet.domain.site import DISABLED, INSTALLED, KEPT_AFTER_UNINSTALL, HostRule, Site, clean_origin
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.ports.authentication import (
    SHORTEST_SECRET,
    Claims,
    Installation,
    LifecycleCall,
    Received,
    SignedRequest,
    SiteEraser,
    SiteStore,
    Tokens,
)

OF_ANOTHER_SITE = message(
    "The clientKey of the call belongs to a site with another cloudId, so nothing was changed."
)

REPLAYED = message(
    "Another call came with the same token before, so nothing was changed. Install the app again."
)
OUTDATED = message(
    "A later call installed or uninstalled the app on this site already, so nothing was changed. Install it again."
)
REFUSED = MappingProxyType({Received.OUTDATED: OUTDATED, Received.REPLAYED: REPLAYED})
RECORDED = MappingProxyType({Received.ADDED: Action.SITE_INSTALLED, Received.UPGRADED: Action.SITE_UPGRADED})


@dataclass(frozen=True, slots=True)
class InstallAuthenticator:
    """The values that verify an installation; ``audiences`` are the app's own base URLs."""

    tokens: Tokens
    sites: SiteStore
    recorder_of: Callable[[str], AuditRecorder]
    hosts: HostRule
    app_key: str
    audiences: Sequence[str]


def authenticate_install(
    authenticator: InstallAuthenticator, token: str | None, request: SignedRequest
) -> Claims:
    """Return the claims of a token that Atlassian signed for this request. Raise Unauthenticated otherwise.

    The token does not cover the body, which is compared with these claims after it is read.
    """
    if token is None:
        raise Unauthenticated(reason="missing")
    claims = authenticator.tokens.verify_install(authenticator.tokens.read(token, "RS256"))
    audience = claims.audience[0].rstrip("/") if claims.audience else ""
    if audience not in {url.rstrip("/") for url in authenticator.audiences}:
        raise Unauthenticated(reason="audience")
    if not hmac.compare_digest(
        (claims.qsh or "").encode(), authenticator.tokens.request_hash(request).encode()
    ):
        raise Unauthenticated(reason="qsh")
    return claims


def install_site(authenticator: InstallAuthenticator, body: object, claims: Claims) -> None:
    """Add a site or replace its secret. A known address with a new clientKey is another site.

    Raise Conflict if a copy of a site calls with the clientKey of the original, or if a later call arrived before:
    its secret is the one that Jira uses. A call of the same second is not taken for an earlier one. The token does not
    cover the body, so also raise Conflict for one that was accepted with another body.
    """
    fields = _checked(authenticator, body, claims, "installed")
    key, installation = str(fields["clientKey"]), _installation(authenticator, fields)
    received = authenticator.sites.install(installation, _call(fields, claims))
    if received in REFUSED:
        raise Conflict(REFUSED[received])
    if received in RECORDED:
        after = {"base_url": installation.base_url}
        record(authenticator.recorder_of(key), RECORDED[received], key, after=after)


def uninstall_site(authenticator: InstallAuthenticator, body: object, claims: Claims, now: datetime) -> None:
    """Make the secret unusable immediately; the data stays for 30 days in case the site comes back.

    A call that was sent before the last install and arrives after it changes nothing. Raise Conflict as
    ``install_site`` does.
    """
    fields = _checked(authenticator, body, claims, "uninstalled")
    _uninstall(authenticator, str(fields["clientKey"]), _call(fields, claims), now)


def uninstall_again(authenticator: InstallAuthenticator, key: str, at: datetime) -> bool:
    """Uninstall a site of a restored backup that uninstalled the app ``at`` a later time.

    Return False if it is uninstalled already, or was installed since then.
    """
    mark = sha256(f"uninstalled:{key}:{stamp(at)}".encode()).hexdigest()
    return _uninstall(authenticator, key, LifecycleCall(at, mark, mark), at)


def switch_site(authenticator: InstallAuthenticator, site: Site, body: object, *, on: bool) -> None:
    """Record that the app was enabled or disabled. Jira itself stops calling a disabled app."""
    if _fields(body).get("clientKey") not in (None, site.key):
        raise Unauthenticated(reason="other-client-key", site=site.key)
    if authenticator.sites.set_status(site.key, INSTALLED if on else DISABLED):
        record(
            authenticator.recorder_of(site.key), Action.SITE_ENABLED if on else Action.SITE_DISABLED, site.key
        )


def enable_opened_site(authenticator: InstallAuthenticator, site: Site) -> None:
    """Record that the app is enabled if Jira opens its page, although the last call said that it is disabled.

    Jira may deliver the calls about a restart of the app in the wrong order, and opens no page of a disabled app.
    """
    if site.status == DISABLED:
        switch_site(authenticator, site, {}, on=True)


def erase_expired_sites(
    eraser: SiteEraser, now: datetime, note_erased: Callable[[str, datetime], None]
) -> Sequence[str]:
    """Erase sites that uninstalled the app more than 30 days ago; return their keys.

    The register of sites records each erasure in the same transaction, so no site vanishes silently.
    """
    return eraser.erase_expired(now, lambda key: note_erased(key, now))


def erase_site(
    eraser: SiteEraser, key: str, now: datetime, note_erased: Callable[[str, datetime], None]
) -> bool:
    """Erase one site if it uninstalled the app more than 30 days ago; False if it is not due."""
    return eraser.erase_due(key, now, lambda site: note_erased(site, now))


def rotate_secrets(eraser: SiteEraser, recorder_of: Callable[[str], AuditRecorder]) -> Mapping[str, bool]:
    """Encrypt all secrets with the first of the keys; return for each site whether a key decrypts its secret."""
    return eraser.rotate_secrets(lambda key: _note_rotation(recorder_of(key), key))


def _note_rotation(recorder: AuditRecorder, key: str) -> None:
    record(recorder, Action.SITE_KEY_ROTATED, key)


def _uninstall(authenticator: InstallAuthenticator, key: str, call: LifecycleCall, at: datetime) -> bool:
    erase_after = at + KEPT_AFTER_UNINSTALL
    uninstalled = authenticator.sites.uninstall(key, call, erase_after)
    if uninstalled:
        record(
            authenticator.recorder_of(key), Action.SITE_UNINSTALLED, key, after={"erased": stamp(erase_after)}
        )
    return uninstalled


def _checked(
    authenticator: InstallAuthenticator, body: object, claims: Claims, event: str
) -> Mapping[str, Any]:
    """Return the body's fields after verifying that they belong to the site the token names."""
    fields = _fields(body)
    key = fields.get("clientKey")
    if (
        not isinstance(key, str)
        or not 0 < len(key) <= 255
        or not key.isprintable()
        or key == authenticator.app_key
    ):
        raise InvalidInput(message("The call contains no clientKey."), field="clientKey")
    if authenticator.hosts.clean(fields.get("baseUrl")) is None:
        raise InvalidInput(
            message("The call does not come from an address that is accepted as Jira here."), field="baseUrl"
        )
    if not hmac.compare_digest(claims.issuer.encode(), key.encode()):
        raise Unauthenticated(reason="other-client-key", site=key)
    _check_event(fields, event, authenticator.app_key)
    site = authenticator.sites.find(key)
    if site is not None and site.cloud_id and fields.get("cloudId") not in (None, "", site.cloud_id):
        raise Conflict(OF_ANOTHER_SITE)
    return fields


def _call(fields: Mapping[str, Any], claims: Claims) -> LifecycleCall:
    """Return when Atlassian sent a call, so that two calls can be put in order, and what distinguishes it."""
    body = sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
    return LifecycleCall(datetime.fromtimestamp(claims.issued, UTC), claims.digest, body)


def _check_event(fields: Mapping[str, Any], event: str, app_key: str) -> None:
    expected = {"eventType": event, "productType": "jira", "key": app_key}
    for name, value in expected.items():
        if fields.get(name) not in (None, value):
            raise InvalidInput(
                message("The {name} of the call is not {value}.", name=name, value=value),
                field=name,
            )


def _installation(authenticator: InstallAuthenticator, fields: Mapping[str, Any]) -> Installation:
    secret = _text(fields, "sharedSecret", 4096)
    if secret is None or len(secret.encode()) < SHORTEST_SECRET:
        raise InvalidInput(
            message("The call contains no shared secret of 32 bytes or more."), field="sharedSecret"
        )
    base_url = authenticator.hosts.clean(fields["baseUrl"]) or ""
    return Installation(
        key=str(fields["clientKey"]),
        base_url=base_url,
        display_url=clean_origin(fields.get("displayUrl"), plain_http=authenticator.hosts.plain_http)
        or base_url,
        secret=secret,
        oauth_client_id=_text(fields, "oauthClientId"),
        installation_id=_text(fields, "installationId"),
        cloud_id=_text(fields, "cloudId"),
    )


def _text(fields: Mapping[str, Any], name: str, longest: int = 255) -> str | None:
    value = fields.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        raise InvalidInput(message("The {name} of the call is not plain text.", name=name), field=name)
    return value


def _fields(body: object) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise InvalidInput(message("The body of the call is not a JSON object."), field="body")
    return body
