"""Jira's pages that show a page of a Forge app in its frame, at their real addresses."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request

from jira_emulator.forge.installation import ForgeInstallation
from jira_emulator.host.blueprint import hardened
from jira_emulator.host.chrome import chrome
from jira_emulator.host.session import signed_in, theme
from jira_emulator.tenant import Tenant

MODULES = {"jira:globalPage": "timesheet", "jira:adminPage": "configure"}
GLOBAL, ADMIN = MODULES
SANDBOX = "allow-downloads allow-forms allow-modals allow-pointer-lock allow-same-origin allow-scripts"
ALLOW = "camera; clipboard-write; display-capture; fullscreen; microphone"


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
        return _page(tenant, _installed(tenant, app, environment), GLOBAL, f"/jira/apps/{app}/{environment}")

    @views.get("/jira/settings/apps/configure/<app>/<environment>")
    def show_configuration(app: str, environment: str) -> Response:
        if not tenant.site.is_admin(g.person.account_id):
            abort(404)
        return _page(tenant, _installed(tenant, app, environment), ADMIN, request.path)

    return views


def _installed(tenant: Tenant, app: str, environment: str) -> ForgeInstallation:
    ids = (app, environment)
    found = (one for one in tenant.forge.usable() if (one.app.uuid, one.app.environment_id) == ids)
    installation = next(found, None)
    if installation is None or not installation.app.page_url:
        abort(404)
    return installation


def _page(tenant: Tenant, installation: ForgeInstallation, kind: str, base: str) -> Response:
    address = installation.app.page_url
    origin = address.rpartition("/")[0]
    frame = _frame(tenant, installation, kind) | {"base": base, "origin": origin}
    page = render_template("forge.html", address=address, forge=frame, sandbox=SANDBOX, allow=ALLOW)
    return hardened(tenant, make_response(page), origin)


def _frame(tenant: Tenant, installation: ForgeInstallation, kind: str) -> dict[str, Any]:
    """Return what the script of the page knows: the context that the bridge gives the frame, and its extension."""
    app, key = installation.app, MODULES[kind]
    extension = f"ari:cloud:ecosystem::extension/{app.uuid}/{app.environment_id}/static/{key}"
    context = {
        "accountId": g.person.account_id,
        "cloudId": tenant.site.cloud_id,
        "environmentId": app.environment_id,
        "environmentType": app.environment,
        "extension": {"type": kind, "location": request.url},
        "localId": extension,
        "locale": g.person.locale,
        "moduleKey": key,
        "siteUrl": tenant.display_url,
        "theme": {"colorMode": theme(tenant, request)},
        "timezone": g.person.time_zone,
    }
    return {"context": context, "extensionId": extension}
