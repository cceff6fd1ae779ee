"""Run authentication, rate limits, and the call log around every REST call."""

from __future__ import annotations

import re

from flask import Blueprint, Response, g, jsonify, make_response, request

from jira_emulator.authentication import NotAuthenticated, authenticate
from jira_emulator.calls import CALL
from jira_emulator.forge.platform import FORGE
from jira_emulator.model import Caller
from jira_emulator.ratelimit import Exceeded
from jira_emulator.rest.api import unauthenticated
from jira_emulator.rest.errors import GATEWAY_REFUSAL, UNREAD_TOKEN
from jira_emulator.tenant import Tenant
from jira_emulator.trouble.trouble import NOBODY

_PREFIX = re.compile(r"^/rest/api/\w+")
_VARIABLE = re.compile(r"<[^>]*>")


def guard(views: Blueprint, tenant: Tenant) -> None:
    """Register the guards before and after a blueprint's views."""

    @views.before_request
    def admit() -> Response | None:
        g.points = 1
        try:
            g.caller = authenticate(tenant, request) if NOBODY not in request.environ else Caller(None)
        except NotAuthenticated as error:
            return _unauthenticated(error)
        exceeded = _exceeded(tenant, g.caller) if tenant.limits.on else None
        return None if exceeded is None else _too_many(tenant, exceeded)

    @views.after_request
    def account(response: Response) -> Response:
        caller: Caller | None = g.get("caller")
        served = caller is not None and response.status_code != 429
        points = g.points if served else 0
        app_key = caller.app_key if caller is not None and not _in_browser() else None
        if app_key is not None and served:
            tenant.cloud.quota.charge(app_key, points)
            if tenant.limits.on:
                response.headers.update(tenant.limits.headers(request.method, _template(), app_key))
        _log(caller, points)
        response.headers.setdefault("Cache-Control", "no-cache, no-store, no-transform")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response


def _template() -> str:
    rule = request.url_rule.rule if request.url_rule else request.path
    return _VARIABLE.sub("<>", _PREFIX.sub("", rule))


def _exceeded(tenant: Tenant, caller: Caller) -> Exceeded | None:
    app_key = None if _in_browser() else caller.app_key
    return tenant.limits.refuse(request.method, _template(), _issue(tenant), app_key)


def _issue(tenant: Tenant) -> str | None:
    """Return the id of the issue in the path, whether by id or by key."""
    named = next((value for name, value in (request.view_args or {}).items() if "issue" in name), None)
    issue = None if named is None else tenant.site.find_issue(str(named))
    return None if issue is None else str(issue.id)


def _in_browser() -> bool:
    return "Authorization" not in request.headers and "jwt" not in request.args


def _log(caller: Caller | None, points: int) -> None:
    call = request.environ.get(CALL)
    if call is None:
        return
    call.template = _template()
    call.points = points
    if caller is not None:
        call.account_id, call.app_key = caller.account_id, caller.app_key


def _unauthenticated(error: NotAuthenticated) -> Response:
    response = _refusal()
    response.headers["X-Emulator-Reason"] = str(error)
    return response


def _refusal() -> Response:
    """Return the refusal of the gateway, or of the site: it says of an access token that it cannot read it."""
    if FORGE in request.environ:
        return make_response(jsonify(GATEWAY_REFUSAL), 401)
    if request.headers.get("Authorization", "").lower().startswith("bearer "):
        return make_response(jsonify(UNREAD_TOKEN), 403)
    response = unauthenticated('OAuth realm="emulated Jira"')
    response.headers["X-Seraph-LoginReason"] = "AUTHENTICATED_FAILED"
    return response


def _too_many(tenant: Tenant, exceeded: Exceeded) -> Response:
    response = jsonify({"errorMessages": ["Rate limit exceeded."], "errors": {}, "status": 429})
    response.status_code = 429
    response.headers.update(tenant.limits.refusal_headers(exceeded, tenant.cloud.clock()))
    return response
