"""The authorization server: exchanges an app's signed assertion for a token that acts as one person."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from jira_emulator.calls import CALL
from jira_emulator.cloud import Cloud
from jira_emulator.connect.impersonation import LIFE_SECONDS
from jira_emulator.connect.installation import Installation
from jira_emulator.connect.scope import ACT_AS_USER
from jira_emulator.connect.tokens import TokenRefused, read_shared, unverified_issuer
from jira_emulator.tenant import Tenant

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT = "urn:atlassian:connect:clientid:"
ACCOUNT = "urn:atlassian:connect:useraccountid:"
LONGEST_ASSERTION = 120


class GrantRefused(Exception):
    """An OAuth error: its code, and a description for the log."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.code, self.description, self.status = code, description, status


def oauth_blueprint(cloud: Cloud) -> Blueprint:
    """Serve the token endpoint under ``/_atlassian``."""
    views = Blueprint("oauth", __name__)

    @views.post("/oauth2/token")
    def token() -> Response:
        try:
            answer = jsonify(_grant(cloud, request.form.to_dict(), request.host_url))
        except GrantRefused as refusal:
            answer = jsonify(error=refusal.code, error_description=refusal.description)
            answer.status_code = refusal.status
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return views


def _grant(cloud: Cloud, form: dict[str, str], host_url: str) -> dict[str, Any]:
    if form.get("grant_type") != GRANT:
        raise GrantRefused("unsupported_grant_type", f"Only {GRANT} is supported")
    assertion = form.get("assertion")
    if not assertion:
        raise GrantRefused("invalid_request", "The assertion is missing")
    tenant, app, claims = _assertion(cloud, assertion)
    _check_assertion(cloud, tenant, claims, host_url)
    account_id = _person(tenant, claims.get("sub"))
    if CALL in request.environ:
        request.environ[CALL].app_key, request.environ[CALL].account_id = app.key, account_id
    scopes = _scopes(app, form.get("scope", ""))
    return {
        "access_token": cloud.tokens.issue(app, tenant.site.client_key, account_id, scopes),
        "expires_in": LIFE_SECONDS,
        "token_type": "Bearer",
    }


def _assertion(cloud: Cloud, assertion: str) -> tuple[Tenant, Installation, dict[str, Any]]:
    try:
        issuer = unverified_issuer(assertion)
        client = cloud.client(issuer.removeprefix(CLIENT)) if issuer.startswith(CLIENT) else None
        if client is None or not client[1].usable:
            raise GrantRefused("invalid_client", "Unknown or disabled client", 401)
        tenant, app = client
        return tenant, app, read_shared(assertion, app.shared_secret, cloud.clock())
    except TokenRefused as error:
        raise GrantRefused("invalid_grant", f"The assertion is not valid: {error}") from error


def _check_assertion(cloud: Cloud, tenant: Tenant, claims: dict[str, Any], host_url: str) -> None:
    if claims["exp"] - claims["iat"] > LONGEST_ASSERTION:
        raise GrantRefused("invalid_grant", f"The assertion lives longer than {LONGEST_ASSERTION} seconds")
    if claims["exp"] <= cloud.clock().timestamp():
        raise GrantRefused("invalid_grant", "The assertion has expired")
    audience = claims.get("aud")
    servers = {host_url, *(f"{known.site.base_url}/" for known in cloud.tenants)}
    accepted = {f"{server}_atlassian{path}" for server in servers for path in ("", "/", "/oauth2/token")}
    if not isinstance(audience, str) or audience not in accepted:
        raise GrantRefused("invalid_grant", "aud is not the URL of this authorization server")
    if claims.get("tnt") != tenant.site.base_url:
        raise GrantRefused("invalid_grant", "tnt is not the base URL of the client's site")


def _person(tenant: Tenant, subject: object) -> str:
    account_id = (
        subject.removeprefix(ACCOUNT) if isinstance(subject, str) and subject.startswith(ACCOUNT) else ""
    )
    person = tenant.site.people.get(account_id)
    if person is None or person.account_type != "atlassian":
        raise GrantRefused("invalid_grant", "The account has no access to this site")
    if not person.active:
        raise GrantRefused("invalid_grant", "The account is not active")
    return account_id


def _scopes(app: Installation, requested: str) -> frozenset[str]:
    granted = app.descriptor.scopes
    if ACT_AS_USER not in granted:
        raise GrantRefused("unauthorized_client", "The app does not have the ACT_AS_USER scope")
    wanted = frozenset(requested.split())
    if not wanted <= granted:
        raise GrantRefused("invalid_scope", f"Not granted: {' '.join(sorted(wanted - granted))}")
    return (wanted or granted) - {ACT_AS_USER}
