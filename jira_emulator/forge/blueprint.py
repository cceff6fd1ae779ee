"""Atlassian's own addresses for Forge: the key set, the API with offline tokens, and the proxy of the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Blueprint, Response, jsonify, request

from jira_emulator.cloud import Cloud
from jira_emulator.forge.gateway import invoke_remote
from jira_emulator.forge.installation import ForgeApp, ForgeInstallation, OpenPage
from jira_emulator.forge.manifest import ManifestRefused, install_manifest
from jira_emulator.forge.platform import FORGE, PREFIX
from jira_emulator.forge.tokens import OFFLINE
from jira_emulator.host.session import signed_in
from jira_emulator.tenant import Tenant

GATEWAY = f"{PREFIX}/ex/jira/"


def forge_blueprint(cloud: Cloud, tenant: Tenant) -> Blueprint:
    """Serve the key set and the offline tokens under Atlassian's address, and the proxy under the site's."""
    views = Blueprint("forge", __name__)

    @views.get(f"{PREFIX}/jwks.json")
    def key_set() -> Response:
        return jsonify(cloud.forge.keys.key_set())

    @views.post(f"{PREFIX}/graphql")
    def offline() -> tuple[Response, int]:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        grant = cloud.forge.access.find(token) if scheme == "Bearer" else None
        if grant is None or grant.account_id is not None:
            return jsonify(errors=[{"message": "Unauthorized"}]), 401
        return jsonify(
            data={"offlineUserAuthToken": _offline(cloud, grant.installation, grant.cloud_id)}
        ), 200

    @views.post("/gateway/api/graphql")
    def invoke() -> tuple[Response, int]:
        person = signed_in(tenant, request)
        invocation = _input()
        installation = _installation(tenant, str(invocation.get("extensionId", "")))
        if person is None or installation is None:
            return jsonify(errors=[{"message": "Not found"}]), 200
        payload = invocation.get("payload") or {}
        context = payload.get("context") or {}
        extension = context.get("extension") or {}
        module = (str(extension.get("type", "jira:globalPage")), str(context.get("moduleKey", "")))
        call = payload.get("call") or {}
        page = OpenPage(person.account_id, module, extension)
        body = invoke_remote(tenant.forge, installation, page, call)
        answer = {"success": True, "response": {"body": body}, "errors": None}
        return jsonify(data={"invokeExtension": answer}), 200

    _control(views, tenant)
    return views


def _control(views: Blueprint, tenant: Tenant) -> None:
    """Add what a test or a person at the control page does: install, tick, and uninstall.

    An install names the file of a manifest, or the id and remote of an app that has no page.
    """
    base = "/_emulator/forge"

    @views.get(base)
    def installed() -> Response:
        return jsonify(installations=[one.summary() for one in tenant.forge.installed.values()])

    @views.post(base)
    def install() -> tuple[Response, int]:
        body = _json()
        if "manifest" not in body:
            app = ForgeApp(str(body["appId"]), str(body["baseUrl"]))
            return jsonify(tenant.forge.install(app).summary()), 201
        try:
            installation = install_manifest(tenant.forge, Path(str(body["manifest"])))
        except ManifestRefused as error:
            return jsonify(error=str(error)), 422
        return jsonify(installation.summary()), 201

    @views.post(f"{base}/tick")
    def tick() -> Response:
        tenant.forge.tick()
        return jsonify(delivered=tenant.forge.flush())

    @views.post(f"{base}/<key>/uninstall")
    def uninstall(key: str) -> tuple[Response, int]:
        installation = tenant.forge.installed.get(key)
        if installation is None:
            return jsonify(error="unknown"), 404
        tenant.forge.uninstall(installation)
        return jsonify(installation.summary()), 200


class Gateway:
    """Passes calls to ``/ex/jira/{cloudId}/…`` on to the site with this cloud id, whichever site was called."""

    def __init__(self, app: WSGIApplication, find: Callable[[str], WSGIApplication | None]) -> None:
        self._app, self._find = app, find

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(GATEWAY):
            return self._app(environ, start_response)
        cloud_id, _, rest = path.removeprefix(GATEWAY).partition("/")
        app = self._find(cloud_id)
        if app is None:
            start_response("404 Not Found", [("Content-Type", "application/json"), ("Content-Length", "2")])
            return [b"{}"]
        prefix = f"{GATEWAY}{cloud_id}"
        here = environ | {"PATH_INFO": f"/{rest}", FORGE: True}
        here["REQUEST_URI"] = str(environ.get("REQUEST_URI", path)).removeprefix(prefix)
        return app(here, start_response)


def _offline(cloud: Cloud, installation: ForgeInstallation, cloud_id: str) -> dict[str, Any]:
    body = _input()
    account_id = str(body.get("userId", ""))
    tenant = next(one for one in cloud.tenants if one.site.cloud_id == cloud_id)
    person = tenant.site.people.get(account_id)
    names = ([f"ari:cloud:jira:{cloud_id}:workspace/{cloud_id}"], [f"ari:cloud:jira::site/{cloud_id}"])
    wanted = body.get("contextIds") in names
    if not (installation.app.offline and wanted and person is not None and person.active):
        return {
            "success": False,
            "errors": [{"message": "The user cannot be impersonated"}],
            "authToken": None,
        }
    token = cloud.forge.access.offline(installation, cloud_id, account_id)
    grant = {"token": token, "ttl": int(OFFLINE.total_seconds())}
    return {"success": True, "errors": [], "authToken": grant}


def _installation(tenant: Tenant, extension_id: str) -> ForgeInstallation | None:
    """Return the installation of the app that an extension id names."""
    app_id = extension_id.removeprefix("ari:cloud:ecosystem::extension/").partition("/")[0]
    return next((one for one in tenant.forge.usable() if one.app.uuid == app_id), None)


def _json() -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    return body if isinstance(body, dict) else {}


def _input() -> dict[str, Any]:
    found = (_json().get("variables") or {}).get("input")
    return found if isinstance(found, dict) else {}
