"""The scripts and styles of the host page, and the script that apps load."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, send_from_directory

_STATIC = Path(__file__).parent / "static"


def assets_blueprint() -> Blueprint:
    """Serve ``all.js`` and the host's own files under ``/_atlassian/connect``."""
    views = Blueprint("assets", __name__)

    @views.get("/<path:name>")
    def asset(name: str) -> Response:
        response = send_from_directory(_STATIC, name, max_age=0)
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return views
