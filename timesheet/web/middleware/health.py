"""Health checks: is the app alive, and can it work?"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from timesheet.web.http.auth import takes
from timesheet.web.http.context import dependencies

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@takes("public", permission="public")
def healthz() -> tuple[Response, int]:
    """Return 200 while the app and its database respond, whatever Jira does."""
    return _state()


@blueprint.get("/readyz")
@takes("public", permission="public")
def readyz() -> tuple[Response, int]:
    """Return 200 if requests may be sent here."""
    return _state()


def _state() -> tuple[Response, int]:
    operation = dependencies().operation
    reachable = operation.transaction.reachable()
    # Without the cache server everything works, only slower.
    cache = "unreachable" if operation.cache.isolated else "ok"
    return jsonify(status="ok" if reachable else "database unreachable", cache=cache), (
        200 if reachable else 503
    )
