"""What the app counts, for the operator's own Prometheus: closed to everybody else."""

from __future__ import annotations

import hmac
from time import perf_counter

from flask import Blueprint, Flask, Response, abort, g, make_response, request

from timesheet.domain.errors import NotFound
from timesheet.web.auth import takes
from timesheet.web.context import outside

blueprint = Blueprint("metrics", __name__)
NOTHING = "There is nothing at this address."
UNKNOWN, OTHER = "unknown", "OTHER"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@blueprint.get("/metrics")
@takes("public", permission="public")
def show_metrics() -> Response:
    """All counts in Prometheus' text format, to the bearer of METRICS_TOKEN; without that setting, nothing."""
    things = outside()
    if things.metrics_token is None:
        raise NotFound(NOTHING)
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.encode(), things.metrics_token.encode()):
        response = make_response("The token of METRICS_TOKEN is required.\n", 401)
        response.headers["WWW-Authenticate"] = "Bearer"
        response.mimetype = "text/plain"
        abort(response)
    body, kind = things.meter_page.page(things.transaction.reachable())
    return Response(body, content_type=kind)


def init_app(app: Flask) -> None:
    """Count each request when it is answered, and each token that was refused."""

    @app.after_request
    def count(response: Response) -> Response:
        meter, rule = outside().meter, request.url_rule
        seconds = perf_counter() - g.started
        # Only what the app itself names becomes a label: a stranger must not make new ones.
        method = request.method if request.method in METHODS else OTHER
        meter.answered(rule.rule if rule else UNKNOWN, method, response.status_code, seconds)
        if reason := g.get("refused"):
            meter.refused_token(reason)
        return response
