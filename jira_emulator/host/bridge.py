"""What the host page's script asks of its site: tokens, frames, and the person's choices."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, redirect, request

from jira_emulator.connect.condition import shows
from jira_emulator.connect.frame import channel, context_token, page_url
from jira_emulator.connect.installation import Installation
from jira_emulator.host.place import place_of
from jira_emulator.host.session import LOCALES, THEMES, set_theme, sign_in, signed_in
from jira_emulator.model import Person
from jira_emulator.tenant import Tenant


def bridge_blueprint(tenant: Tenant) -> Blueprint:
    """Below ``/_host``: for the host page only, so other origins are refused."""
    views = Blueprint("bridge", __name__)

    @views.before_request
    def own_pages_only() -> None:
        if request.headers.get("Origin", request.host_url.rstrip("/")) != request.host_url.rstrip("/"):
            abort(403)

    @views.post("/context-token")
    def token() -> Response:
        person, app, values = _asked(tenant)
        return jsonify(token=context_token(tenant, app, person, place_of(tenant.site, person, values)))

    @views.post("/frame")
    def frame() -> Response:
        person, app, values = _asked(tenant)
        return jsonify(frame_of(tenant, app, person, values))

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

    return views


def frame_of(tenant: Tenant, app: Installation, person: Person, values: dict[str, str]) -> dict[str, Any]:
    """An iframe for the script: its address and what the conversation with it needs."""
    module = app.descriptor.module(values.get("module", ""))
    if module is None or not shows(module, tenant.site, person):
        abort(404)
    place = place_of(tenant.site, person, values)
    return {
        "url": page_url(tenant, app, module, person, place),
        "origin": app.origin,
        "channel": channel(app, module),
        "app": app.key,
        "appName": app.descriptor.name,
        "module": module.key,
        "kind": module.kind,
        "host": tenant.display_url,
        "context": place.context(),
        "values": {name: value for name, value in values.items() if name not in ("app", "module")},
        "user": {"accountId": person.account_id, "timeZone": person.time_zone, "locale": person.locale},
    }


def _asked(tenant: Tenant) -> tuple[Person, Installation, dict[str, str]]:
    body = request.get_json()
    values = {str(name): str(value) for name, value in body.items()} if isinstance(body, dict) else {}
    app = tenant.lifecycle.apps.get(values.get("app", ""))
    if app is None or not app.usable:
        abort(404)
    return _person(tenant), app, values


def _person(tenant: Tenant) -> Person:
    person = signed_in(tenant, request)
    if person is None:
        abort(401)
    return person


def _back() -> Response:
    """To the page named by ``next``, never to another site."""
    target = urlsplit(request.values.get("next", "/"))
    path = target.path if target.path.startswith("/") and not target.path.startswith("//") else "/"
    return redirect(path + (f"?{target.query}" if target.query else ""), 303)  # type: ignore[return-value]
