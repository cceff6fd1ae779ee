"""The web application of one emulated site."""

from __future__ import annotations

from wsgiref.types import WSGIApplication

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from jira_emulator.calls import LoggedCalls
from jira_emulator.cloud import Cloud
from jira_emulator.connect.keys import keys_blueprint
from jira_emulator.connect.oauth import oauth_blueprint
from jira_emulator.connect.resources import connect_blueprint
from jira_emulator.control.views import control_blueprint
from jira_emulator.forge.blueprint import Gateway, forge_blueprint
from jira_emulator.forge.page import forge_page_blueprint
from jira_emulator.host.assets import assets_blueprint
from jira_emulator.host.blueprint import host_blueprint
from jira_emulator.host.bridge import bridge_blueprint
from jira_emulator.render import VERSIONS
from jira_emulator.rest.blueprint import rest_blueprint
from jira_emulator.rest_guard import guard
from jira_emulator.tenant import Tenant
from jira_emulator.trouble.trouble import Troubled


def create_site_app(cloud: Cloud, tenant: Tenant) -> Flask:
    """Return everything that answers on the port of one site."""
    app = Flask("jira_emulator.host", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 20_000_000
    rest = rest_blueprint(tenant.site)
    guard(rest, tenant)
    for version in VERSIONS:
        app.register_blueprint(rest, url_prefix=f"/rest/api/{version}", name=f"jira_rest_{version}")
    app.register_blueprint(connect_blueprint(tenant), url_prefix="/rest/atlassian-connect")
    app.register_blueprint(forge_blueprint(cloud, tenant))
    app.register_blueprint(oauth_blueprint(cloud), url_prefix="/_atlassian")
    app.register_blueprint(keys_blueprint(cloud), url_prefix="/_atlassian/install-keys")
    app.register_blueprint(assets_blueprint(), url_prefix="/_atlassian/connect")
    app.register_blueprint(control_blueprint(cloud, tenant), url_prefix="/_emulator")
    app.register_blueprint(bridge_blueprint(tenant), url_prefix="/_host")
    app.register_blueprint(host_blueprint(tenant))
    app.register_blueprint(forge_page_blueprint(tenant))
    app.register_error_handler(HTTPException, _problem)
    app.add_url_rule("/_edge/tenant_info", "tenant_info", lambda: jsonify(cloudId=tenant.site.cloud_id))
    tenant.app = LoggedCalls(Troubled(app.wsgi_app, tenant.trouble, cloud.clock), tenant.calls)

    def of_cloud_id(cloud_id: str) -> WSGIApplication | None:
        return next((one.app for one in cloud.tenants if one.site.cloud_id == cloud_id), None)

    app.wsgi_app = Gateway(tenant.app, of_cloud_id)  # type: ignore[method-assign]
    return app


def _problem(error: HTTPException) -> HTTPException | Response:
    """Return Jira's JSON for errors under its REST API before a view is found, plain HTML elsewhere."""
    if not request.path.startswith("/rest/"):
        return error
    response = jsonify({"errorMessages": [error.description or error.name], "errors": {}})
    response.status_code = error.code or 500
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response
