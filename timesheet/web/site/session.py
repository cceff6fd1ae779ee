"""Renew the session token of a page that has been open for a while."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify

from timesheet.services.site.authentication import issue_session
from timesheet.web.http.access import takes
from timesheet.web.http.dependencies import dependencies

blueprint = Blueprint("session", __name__)


@blueprint.post("/session")
@takes("context", permission="viewer")
def renew() -> Response:
    """Exchange a token from AP.context.getToken; ``expires_at`` is in epoch seconds."""
    deps = dependencies()
    token, expires_at = issue_session(deps.sites.authenticator, g.site, g.identity, deps.operation.clock())
    return jsonify(token=token, expires_at=expires_at)
