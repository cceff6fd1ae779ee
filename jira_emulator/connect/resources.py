"""REST resources for Connect apps: license, app properties, personal data reports."""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, request

from jira_emulator.authentication import NotAuthenticated, verified_app
from jira_emulator.calls import CALL
from jira_emulator.connect.installation import Installation
from jira_emulator.tenant import Tenant

MOST_ACCOUNTS = 90
CYCLE_DAYS = 7
CLOSED_TEST_ACCOUNT = "5be24ba3f91c106033269289"  # Atlassian returns "closed" for it everywhere
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
MOST_PROPERTY_BYTES = 32_768
MOST_PROPERTIES = 100


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

    @views.get("/1/addons/<key>")
    @views.get("/latest/addons/<key>")
    def license_of(key: str) -> Response:
        return jsonify(_addon(tenant, _own(key)))

    @views.post("/latest/report-accounts")
    @views.post("/1/report-accounts")
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

    _property_views(views, tenant)
    return views


def _property_views(views: Blueprint, tenant: Tenant) -> None:
    @views.get("/1/addons/<key>/properties")
    def properties(key: str) -> Response:
        app = _own(key)
        return jsonify({"keys": [{"key": name, "self": _self(tenant, app, name)} for name in app.properties]})

    @views.get("/1/addons/<key>/properties/<name>")
    def read_property(key: str, name: str) -> Response:
        app = _own(key)
        if name not in app.properties:
            return _message(HTTPStatus.NOT_FOUND, f"Property with key <{name}> not found")
        return jsonify({"key": name, "value": app.properties[name], "self": _self(tenant, app, name)})

    @views.put("/1/addons/<key>/properties/<name>")
    def write_property(key: str, name: str) -> Response:
        return _write_property(_own(key), name)

    @views.delete("/1/addons/<key>/properties/<name>")
    def drop_property(key: str, name: str) -> Response:
        app = _own(key)
        if app.properties.pop(name, None) is None:
            return _message(HTTPStatus.NOT_FOUND, f"Property with key <{name}> not found")
        return Response(status=HTTPStatus.NO_CONTENT)


def _own(key: str) -> Installation:
    app: Installation = g.app_calling
    if app.key != key:
        abort(404)
    return app


def _addon(tenant: Tenant, app: Installation) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "key": app.key,
        "version": str(app.descriptor.raw.get("version", "1.0.0-AC")),
        "state": "ENABLED",
        "host": {"product": "JIRA", "contacts": []},
        "links": {"self": [{"href": f"{tenant.site.base_url}/rest/atlassian-connect/1/addons/{app.key}"}]},
    }
    if app.descriptor.raw.get("enableLicensing"):
        answer["license"] = {
            "active": app.licensed,
            "type": "COMMERCIAL",
            "evaluation": False,
            "supportEntitlementNumber": f"SEN-{app.account_id[-6:]}",
        }
    return answer


def _write_property(app: Installation, name: str) -> Response:
    value = request.get_json(silent=True)
    if value is None and request.get_data().strip() != b"null":
        return _message(HTTPStatus.BAD_REQUEST, "The value must be valid JSON")
    if len(request.get_data()) > MOST_PROPERTY_BYTES or len(name) > 127:
        return _message(HTTPStatus.BAD_REQUEST, "The property key or value is too long")
    created = name not in app.properties
    if created and len(app.properties) >= MOST_PROPERTIES:
        return _message(HTTPStatus.BAD_REQUEST, f"An app has at most {MOST_PROPERTIES} properties")
    app.properties[name] = value
    status = HTTPStatus.CREATED if created else HTTPStatus.OK
    return _message(status, f"Property {'created' if created else 'updated'}.")


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


def _self(tenant: Tenant, app: Installation, name: str) -> str:
    return f"{tenant.site.base_url}/rest/atlassian-connect/1/addons/{app.key}/properties/{name}"


def _message(status: HTTPStatus, message: str) -> Response:
    response = jsonify({"message": message, "status-code": int(status)})
    response.status_code = status
    return response
