"""The server of install keys: PEM text by kid."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from jira_emulator.cloud import Cloud


def keys_blueprint(cloud: Cloud) -> Blueprint:
    """Serve the public keys under ``/_atlassian/install-keys``."""
    views = Blueprint("install_keys", __name__)

    @views.get("/<kid>")
    def public_key(kid: str) -> Response:
        pem = cloud.install_keys.public_pem(kid)
        if pem is None:
            abort(404)
        return Response(pem, mimetype="text/plain")

    return views
