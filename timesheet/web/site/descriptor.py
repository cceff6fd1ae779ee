"""The Connect descriptor."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from timesheet.web.http.auth import takes


def descriptor_blueprint(descriptor: dict[str, Any]) -> Blueprint:
    """Serve this descriptor to Jira."""
    blueprint = Blueprint("descriptor", __name__)

    @blueprint.get("/atlassian-connect.json")
    @takes("public", permission="public")
    def show() -> Response:
        """Return what the app is, and where it appears."""
        return jsonify(descriptor)

    return blueprint
