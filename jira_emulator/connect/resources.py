"""REST resources for Connect apps: personal data reports."""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from jira_emulator.authentication import NotAuthenticated, verified_app
from jira_emulator.calls import CALL
from jira_emulator.tenant import Tenant

MOST_ACCOUNTS = 90
CYCLE_DAYS = 7
CLOSED_TEST_ACCOUNT = "5be24ba3f91c106033269289"  # Atlassian returns "closed" for it everywhere
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


class ReportRefused(Exception):
    """A personal data report with an invalid form."""


def connect_blueprint(tenant: Tenant) -> Blueprint:
    """Serve resources under ``/rest/atlassian-connect`` that accept an app's own token."""
    views = Blueprint("connect", __name__)

    @views.before_request
    def admit() -> Response | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            if scheme.upper() != "JWT":
                raise NotAuthenticated("Only an app's token is taken here")
            g.app_calling = verified_app(tenant, request, token.strip())
        except NotAuthenticated as error:
            return _message(HTTPStatus.UNAUTHORIZED, str(error))
        if CALL in request.environ:
            request.environ[CALL].app_key = g.app_calling.key
            request.environ[CALL].template = str(request.url_rule or "")
        return None

    @views.post("/latest/report-accounts")
    def report_accounts() -> Response:
        try:
            changed = _changed_accounts(tenant, request.get_json(silent=True))
        except ReportRefused as error:
            response = jsonify({"errorType": "invalid_request", "errorMessage": str(error)})
            response.status_code = HTTPStatus.BAD_REQUEST
            return response
        response = jsonify({"accounts": changed}) if changed else Response(status=HTTPStatus.NO_CONTENT)
        response.headers["Cycle-Period"] = str(CYCLE_DAYS)
        return response

    return views


def _changed_accounts(tenant: Tenant, body: Any) -> list[dict[str, str]]:
    accounts = body.get("accounts") if isinstance(body, dict) else None
    if not isinstance(accounts, list) or not accounts:
        raise ReportRefused("accounts must be a list that is not empty")
    if len(accounts) > MOST_ACCOUNTS:
        raise ReportRefused(f"At most {MOST_ACCOUNTS} accounts may be reported at once")
    states = [(entry["accountId"], _state(tenant, entry)) for entry in map(_entry, accounts)]
    return [{"accountId": account_id, "status": state} for account_id, state in states if state]


def _entry(entry: Any) -> dict[str, str]:
    if not isinstance(entry, dict) or not isinstance(entry.get("accountId"), str) or not entry["accountId"]:
        raise ReportRefused("Each account needs an accountId")
    stamp = entry.get("updatedAt")
    try:
        if not isinstance(stamp, str) or not RFC_3339.fullmatch(stamp):
            raise ValueError(stamp)
        datetime.fromisoformat(stamp)
    except ValueError as error:
        raise ReportRefused("Each account needs an updatedAt in RFC 3339 form with an offset") from error
    return {"accountId": entry["accountId"], "updatedAt": entry["updatedAt"]}


def _state(tenant: Tenant, entry: dict[str, str]) -> str:
    person = tenant.site.people.get(entry["accountId"])
    if entry["accountId"] == CLOSED_TEST_ACCOUNT:
        return "closed"
    if person is not None and person.account_type == "unknown":
        return "closed"
    return tenant.account_states.get(entry["accountId"], "")


def _message(status: HTTPStatus, message: str) -> Response:
    response = jsonify({"message": message, "status-code": int(status)})
    response.status_code = status
    return response
