"""Serve Jira's pages that show a page of a Forge app in its frame, at their real addresses."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request

from jira_emulator.forge.frame import ADMIN, GLOBAL, frame_of
from jira_emulator.forge.installation import ForgeInstallation
from jira_emulator.host.blueprint import hardened
from jira_emulator.host.chrome import chrome
from jira_emulator.host.session import signed_in
from jira_emulator.tenant import Tenant


def forge_page_blueprint(tenant: Tenant) -> Blueprint:
    """Serve the pages of apps: one of the site, with any route below it, and the one of the configuration."""
    views = Blueprint("forge_page", __name__)

    @views.before_request
    def need_person() -> Any:
        g.person = signed_in(tenant, request)
        return None if g.person else redirect(f"/login?next={quote(request.full_path)}")

    @views.context_processor
    def surroundings() -> dict[str, Any]:
        return chrome(tenant, g.person)

    @views.get("/jira/apps/<app>/<environment>/")
    @views.get("/jira/apps/<app>/<environment>/<path:route>")
    def show_page(app: str, environment: str, route: str = "") -> Response:
        del route
        installation = _installed(tenant, app, environment)
        return _page(tenant, installation, GLOBAL, installation.base)

    # The history of an app adds a path below the address of its page, and a reload asks for it.
    @views.get("/jira/settings/apps/configure/<app>/<environment>")
    @views.get("/jira/settings/apps/configure/<app>/<environment>/")
    @views.get("/jira/settings/apps/configure/<app>/<environment>/<path:route>")
    def show_configuration(app: str, environment: str, route: str = "") -> Response:
        del route
        if not tenant.site.is_admin(g.person.account_id):
            abort(404)
        installation = _installed(tenant, app, environment)
        return _page(tenant, installation, ADMIN, installation.configuration)

    return views


def _installed(tenant: Tenant, app: str, environment: str) -> ForgeInstallation:
    ids = (app, environment)
    found = (one for one in tenant.forge.usable() if (one.app.uuid, one.app.environment_id) == ids)
    return next(found, None) or abort(404)


def _page(tenant: Tenant, installation: ForgeInstallation, kind: str, base: str) -> Response:
    modules = (one for one in installation.app.of_kind(kind) if one.configures == (kind == ADMIN))
    module = next(modules, None) or abort(404)
    frame = frame_of(tenant, installation, module, g.person, base)
    page = render_template("forge.html", frame=frame, settings=kind == ADMIN)
    return hardened(tenant, make_response(page))
