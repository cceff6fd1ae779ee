"""Metrics for the operator's own Prometheus; closed to everybody else."""

from __future__ import annotations

from time import perf_counter

from flask import Blueprint, Flask, Response, g, request

from timesheet.web.http.auth import takes
from timesheet.web.http.context import dependencies

blueprint = Blueprint("metrics", __name__)
UNKNOWN, OTHER = "unknown", "OTHER"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@blueprint.get("/metrics")
@takes("operator", permission="operator")
def show_metrics() -> Response:
    """Return all metrics in Prometheus' text format."""
    deps = dependencies()
    operation = deps.operation
    body, kind = operation.meter_page.page(
        operation.transaction.reachable(), not operation.cache.isolated, operation.budget.left()
    )
    return Response(body, content_type=kind)


def init_app(app: Flask) -> None:
    """Count each answered request and each refused token."""

    @app.after_request
    def count(response: Response) -> Response:
        meter, rule = dependencies().operation.meter, request.url_rule
        seconds = perf_counter() - g.started
        # Only names from the app itself become labels, so clients cannot create new ones.
        method = request.method if request.method in METHODS else OTHER
        meter.answered(rule.rule if rule else UNKNOWN, method, response.status_code, seconds)
        if reason := g.get("refused"):
            meter.refused_token(reason)
        return response
