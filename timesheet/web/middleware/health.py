"""Health checks: is the app alive, and can it work?"""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, jsonify

from timesheet.domain.job import LATE_AFTER
from timesheet.services.job.work import late_by
from timesheet.web.http.access import takes
from timesheet.web.http.dependencies import dependencies

blueprint = Blueprint("health", __name__)

NOT_MIGRATED = "the database has not been upgraded: run flask db upgrade"
LATE, LOOK_SECONDS = "jobs-late", 30


@blueprint.get("/healthz")
@takes("public", permission="public")
def healthz() -> tuple[Response, int]:
    """Return 200 while the app and its database respond, whatever Jira does."""
    state, status = _state()
    return jsonify(state), status


@blueprint.get("/readyz")
@takes("public", permission="public")
def readyz() -> tuple[Response, int]:
    """Return 200 if requests may be sent here, and whether jobs are done in time.

    During an upgrade no request reaches a process that needs tables which are not there yet.
    """
    state, status = _state()
    if status == HTTPStatus.OK and not dependencies().operation.transaction.migrated():
        return jsonify(state | {"status": NOT_MIGRATED}), HTTPStatus.SERVICE_UNAVAILABLE
    if status == HTTPStatus.OK and (late := _jobs_late()):
        state["jobs"] = f"no worker has run what is due for {late} minutes"
    return jsonify(state), status


def _state() -> tuple[dict[str, str], int]:
    operation = dependencies().operation
    reachable = operation.transaction.reachable()
    # Without the cache server everything works, only slower.
    cache = "unreachable" if operation.cache.isolated else "ok"
    state = {"status": "ok" if reachable else "database unreachable", "cache": cache}
    return state, 200 if reachable else 503


def _jobs_late() -> int:
    """Return for how many minutes jobs have waited, 0 if not for too long.

    Pages can still be served, so this is only a warning. It is checked every half minute.
    """
    deps = dependencies()

    def look() -> int:
        return int(late_by(deps.jobs.board, deps.operation.clock()).total_seconds())

    seconds = deps.operation.cache.get_or_create(LATE, look, LOOK_SECONDS)
    return seconds // 60 if seconds > LATE_AFTER.total_seconds() else 0
