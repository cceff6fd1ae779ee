"""Metrics for the operator's own Prometheus; closed to everybody else."""

from __future__ import annotations

from time import perf_counter

from flask import Blueprint, Flask, Response, g, request

from timesheet.domain.job import Job
from timesheet.services.job.work import late_by
from timesheet.services.ports.meter import JobFigure, JobFigures
from timesheet.web.http.access import takes
from timesheet.web.http.dependencies import AppDependencies, dependencies

blueprint = Blueprint("metrics", __name__)
UNKNOWN, OTHER = "unknown", "OTHER"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@blueprint.get("/metrics")
@takes("operator", permission="operator")
def show_metrics() -> Response:
    """Return all metrics in Prometheus' text format."""
    deps = dependencies()
    operation, up = deps.operation, deps.operation.transaction.reachable()
    body, kind = operation.meter_page.page(
        database_up=up,
        cache_up=not operation.cache.isolated,
        points_left=operation.budget.left(),
        points_allowed=operation.budget.allowed(),
        jobs=_jobs(deps) if up else None,
    )
    return Response(body, content_type=kind)


def _jobs(deps: AppDependencies) -> JobFigures:
    """Return every job, even those that no site has, so that alerts find their metrics from the start."""
    now, board = deps.operation.clock(), deps.jobs.board
    none = dict.fromkeys(map(str, Job), JobFigure(0, 0, None))
    recorded = {
        str(total.job): JobFigure(
            total.due, total.dead, total.ended_at.timestamp() if total.ended_at else None
        )
        for total in board.totals(now)
    }
    return JobFigures(late_by(board, now).total_seconds(), none | recorded)


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
