"""Forge's invocation tokens: RS256 with a key of Atlassian's key set, for one app and one environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jwt.algorithms import RSAAlgorithm

from timesheet.adapters.crypto.compact import claim_seconds, take_apart
from timesheet.adapters.forge.jwks import InvocationKeys
from timesheet.adapters.http.clock import AHEAD_OF_US, TOO_EARLY, TOO_LATE
from timesheet.domain.errors import Unauthenticated
from timesheet.domain.identifier import ATLASSIANS
from timesheet.domain.site import HostRule
from timesheet.services.ports.clock import Clock
from timesheet.services.ports.invocation import Invocation

ISSUER = "forge/invocation-token"
LEEWAY = 10
LONGEST_LIFE = 15 * 60
ISOLATED = "icLabel"
"""The claim of an Isolated Cloud, where other hosts and rules apply. This app does not serve any."""
OWN_MODULES = "core:"
"""The beginning of the types of modules that belong to no product, such as an endpoint."""
INSTALLATIONS = "ari:cloud:ecosystem::installation/"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,254}")
_CLOUD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_NONE: Mapping[str, Any] = {}


class ForgeInvocationTokens:
    """Implements InvocationTokens. A token may come from a clock 75 seconds ahead and expires ten seconds late; real
    ones are valid for 25.
    """

    def __init__(
        self, clock: Clock, keys: InvocationKeys, app_id: str, environment: str, api_url: str, hosts: HostRule
    ) -> None:
        self._clock, self._keys = clock, keys
        self._app_id, self._environment = app_id, environment
        self._api_url, self._hosts = api_url, hosts
        self._rsa = RSAAlgorithm(RSAAlgorithm.SHA256)

    def verify(self, text: str) -> Invocation:
        """See InvocationTokens. The claims are checked first, because that costs less than the signature."""
        token = take_apart(text, "RS256")
        if token.issuer != ISSUER:
            raise Unauthenticated(reason="issuer")
        invocation = self._claims(token.payload)
        key = self._keys.public_key(token.header.get("kid"))
        if not self._rsa.verify(token.signed, key, token.signature):
            raise Unauthenticated(reason="bad-signature")
        return invocation

    def _claims(self, payload: Mapping[str, Any]) -> Invocation:
        self._check_audience(payload)
        issued, expires = self._times(payload)
        app, context = _object(payload, "app"), _object(payload, "context", required=False)
        if any(ISOLATED in part for part in (payload, app, context)):
            raise Unauthenticated(reason="isolated-cloud")
        if app.get("id") != self._app_id:
            raise Unauthenticated(reason="other-app")
        environment = _object(app, "environment")
        if environment.get("type") != self._environment:
            raise Unauthenticated(reason="other-environment")
        cloud_id = _cloud_id(app, context)
        return Invocation(
            installation=_installation(app),
            cloud_id=cloud_id,
            api_url=self._api(app, cloud_id),
            issued=issued,
            expires=expires,
            account_id=_text(payload, "principal", ATLASSIANS),
            site_url=self._hosts.clean(context.get("siteUrl")),
            environment=_named(environment.get("id")),
            of_page=payload.get("principal") is not None or _is_module_of_jira(app.get("module")),
        )

    def _check_audience(self, payload: Mapping[str, Any]) -> None:
        audience = payload.get("aud")
        if audience not in (self._app_id, [self._app_id]):
            raise Unauthenticated(reason="audience")

    def _times(self, payload: Mapping[str, Any]) -> tuple[int, int]:
        """Return when the token was issued and expires. Raise Unauthenticated unless it is valid now."""
        now, expires = int(self._clock().timestamp()), claim_seconds(payload, "exp")
        named = [claim_seconds(payload, name) for name in ("iat", "nbf") if name in payload]
        if not named or not 0 < expires - min(named) <= LONGEST_LIFE:
            raise Unauthenticated(reason="life")
        if max(named) > now + AHEAD_OF_US:
            raise Unauthenticated(TOO_EARLY, reason="not-yet")
        if expires + LEEWAY <= now:
            raise Unauthenticated(TOO_LATE, reason="expired")
        return named[0], expires

    def _api(self, app: Mapping[str, Any], cloud_id: str) -> str:
        """Return the only address to which calls with this installation's tokens may go."""
        allowed = f"{self._api_url}/ex/jira/{cloud_id}"
        if app.get("apiBaseUrl") != allowed:
            raise Unauthenticated(reason="api-address")
        return allowed


def _installation(app: Mapping[str, Any]) -> str:
    """Return the bare id of the installation; the claim that repeats it must not name another one."""
    named = _text(app, "installationId", _ID)
    within = _text(_object(app, "installation", required=False), "id", _ID)
    if named is None or within not in (None, named):
        raise Unauthenticated(reason="installation")
    return named.removeprefix(INSTALLATIONS)


def _cloud_id(app: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    """Return the site's cloud id, from the context or the installation; those that are named must be the same."""
    contexts = _object(app, "installation", required=False).get("contexts", [])
    if not isinstance(contexts, list) or not all(isinstance(one, Mapping) for one in contexts):
        raise Unauthenticated(reason="type-of-contexts")
    named = {_text(part, "cloudId", _CLOUD) for part in (context, *contexts)} - {None}
    if not named and isinstance(address := app.get("apiBaseUrl"), str):
        named = {_text({"address": address.rpartition("/")[2]}, "address", _CLOUD)}
    if len(named) != 1:
        raise Unauthenticated(reason="cloud-id")
    return str(named.pop())


def _object(holder: Mapping[str, Any], name: str, *, required: bool = True) -> Mapping[str, Any]:
    value = holder.get(name)
    if value is None and not required:
        return _NONE
    if not isinstance(value, Mapping):
        raise Unauthenticated(reason=f"type-of-{name}")
    return value


def _text(holder: Mapping[str, Any], name: str, shape: re.Pattern[str]) -> str | None:
    value = holder.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise Unauthenticated(reason=f"type-of-{name}")
    return value


def _is_module_of_jira(module: object) -> bool:
    """Return True if the call is of a page in Jira, not of an event, a schedule, or an uninstall."""
    kind = module.get("type") if isinstance(module, Mapping) else None
    return isinstance(kind, str) and ":" in kind and not kind.startswith(OWN_MODULES)


def _named(value: object) -> str:
    """Return an id that is used only in links and not as proof; empty if it is unusable."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""
