"""Authenticate callers: apps with their tokens, people in the emulated browser, scripts with an API token."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import urlsplit

from flask import Request

from jira_emulator.connect.installation import Installation
from jira_emulator.connect.qsh import query_string_hash
from jira_emulator.connect.tokens import TokenRefused, read_shared, same_text, unverified_issuer
from jira_emulator.forge.platform import FORGE
from jira_emulator.host.session import signed_in
from jira_emulator.model import Caller
from jira_emulator.tenant import Tenant

API_TOKEN = "emulator"
APP_HEADER = "X-Emulated-App"


class NotAuthenticated(Exception):
    """The request has no credentials, or wrong ones."""


def authenticate(tenant: Tenant, request: Request) -> Caller:
    """Return the caller of a REST request, an anonymous one without credentials. Raise NotAuthenticated."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    in_query = request.args.get("jwt")
    match scheme.lower():
        case "bearer" if request.environ.get(FORGE):
            return _forge(tenant, credentials.strip())
        case "bearer":
            return _impersonated(tenant, credentials.strip())
        case "jwt" if in_query is None:
            return _app(tenant, request, credentials.strip())
        case "basic" if tenant.basic_auth:
            return _script(tenant, credentials.strip())
        case "" if in_query is not None:
            return _app(tenant, request, in_query)
        case "":
            return _browser(tenant, request)
    raise NotAuthenticated("These credentials are of no kind that this site takes")


def verified_app(tenant: Tenant, request: Request, token: str) -> Installation:
    """Return the enabled app that signed exactly this request with its shared secret. Raise NotAuthenticated."""
    try:
        app = tenant.lifecycle.apps.get(unverified_issuer(token))
        if app is None or not app.usable:
            raise TokenRefused("No enabled app issues tokens under this name")
        claims = read_shared(token, app.shared_secret, tenant.cloud.clock())
    except TokenRefused as error:
        raise NotAuthenticated(str(error)) from error
    base_path = urlsplit(tenant.site.base_url).path
    expected = query_string_hash(request.method, request.environ["REQUEST_URI"], base_path)
    if not same_text(claims.get("qsh"), expected):
        raise NotAuthenticated("The qsh does not belong to this request")
    audience = claims.get("aud", tenant.site.client_key)
    if tenant.site.client_key not in (audience if isinstance(audience, list) else [audience]):
        raise NotAuthenticated("The token is meant for another site")
    return app


def _app(tenant: Tenant, request: Request, token: str) -> Caller:
    app = verified_app(tenant, request, token)
    return Caller(None, app.key, app.descriptor.scopes)


def _impersonated(tenant: Tenant, token: str) -> Caller:
    grant = tenant.cloud.tokens.find(token, tenant.site.client_key)
    if grant is None:
        raise NotAuthenticated("The access token is unknown here or has expired")
    person = tenant.site.people.get(grant.account_id)
    if person is None or not person.active:
        raise NotAuthenticated("The person is not active")
    return Caller(grant.account_id, grant.app.key, grant.scopes)


def _forge(tenant: Tenant, token: str) -> Caller:
    access = tenant.cloud.forge.access.find(token, tenant.site.cloud_id)
    if access is None:
        raise NotAuthenticated("The access token is unknown here or has expired")
    person = tenant.site.people.get(access.account_id or "")
    if access.account_id is not None and (person is None or not person.active):
        raise NotAuthenticated("The person is not active")
    app_id, of_app = access.installation.app.app_id, access.account_id is None
    return Caller(access.account_id, app_id, access.scopes, masked=of_app)


def _browser(tenant: Tenant, request: Request) -> Caller:
    person = signed_in(tenant, request)
    if person is None:
        return Caller(None)
    origin = request.headers.get("Origin")
    if request.method not in ("GET", "HEAD") and origin not in (None, request.host_url.rstrip("/")):
        raise NotAuthenticated("XSRF check failed")
    app = tenant.lifecycle.apps.get(request.headers.get(APP_HEADER, ""))
    if app is None:
        return Caller(person.account_id)
    return Caller(person.account_id, app.key, app.descriptor.scopes)


def _script(tenant: Tenant, credentials: str) -> Caller:
    try:
        email, _, token = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise NotAuthenticated("Malformed basic credentials") from error
    for person in tenant.site.people.values():
        if person.email == email and token == API_TOKEN and person.active:
            return Caller(person.account_id)
    raise NotAuthenticated("Unknown e-mail or API token")
