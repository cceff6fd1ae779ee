"""The requests of the host page's script and forms: tokens, frames, and the person's settings."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, request

from jira_emulator.connect.frame import context_token
from jira_emulator.connect.installation import Installation
from jira_emulator.host.frames import frame_of
from jira_emulator.host.place import place_of
from jira_emulator.host.session import LOCALES, THEMES, set_theme, sign_in, signed_in
from jira_emulator.model import Person
from jira_emulator.tenant import Tenant


def bridge_blueprint(tenant: Tenant) -> Blueprint:
    """Serve these requests under ``/_host``, for the host's own pages; other origins are refused."""
    views = Blueprint("bridge", __name__)

    @views.before_request
    def own_pages_only() -> None:
        own = request.host_url.rstrip("/")
        if request.headers.get("Origin", own) != own:
            abort(403)

    @views.post("/context-token")
    def token() -> Response:
        person, app, values = _read_request(tenant)
        return jsonify(token=context_token(tenant, app, person, place_of(tenant.site, person, values)))

    @views.post("/frame")
    def frame() -> Response:
        person, app, values = _read_request(tenant)
        return jsonify(frame_of(tenant, app, person, values))

    _choices(views, tenant)
    return views


def _choices(views: Blueprint, tenant: Tenant) -> None:
    @views.post("/theme")
    def choose_theme() -> Response:
        chosen = request.form.get("theme", "")
        if chosen not in THEMES:
            abort(400)
        response = _back()
        set_theme(tenant, response, chosen)
        return response

    @views.post("/locale")
    def choose_locale() -> Response:
        person = _person(tenant)
        if request.form.get("locale") not in LOCALES:
            abort(400)
        person.locale = request.form["locale"]
        return _back()

    @views.route("/sign-in-as", methods=["GET", "POST"])
    def sign_in_as() -> Response:
        person = tenant.site.people.get(request.values.get("person", ""))
        if person is None or not person.active:
            abort(400)
        response = _back()
        sign_in(tenant, response, person.account_id)
        return response


def _read_request(tenant: Tenant) -> tuple[Person, Installation, dict[str, str]]:
    body = request.get_json()
    values = {str(name): str(value) for name, value in body.items()} if isinstance(body, dict) else {}
    app = tenant.lifecycle.apps.get(values.get("app", ""))
    if app is None or not app.usable:
        abort(404)
    return _person(tenant), app, values


def _person(tenant: Tenant) -> Person:
    return signed_in(tenant, request) or abort(401)


def _back() -> Response:
    """Redirect to the page in ``next``, never to another site."""
    target = urlsplit(request.values.get("next", "/"))
    local = target.path.startswith("/") and not target.path.startswith("//") and "\\" not in target.path
    path = target.path if local else "/"
    address = path + (f"?{target.query}" if target.query else "")
    return Response(status=303, headers={"Location": address})
