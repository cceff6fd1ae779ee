"""Record refused access as an audit event: who asked for what, the layer that refused, and the missing permission."""

from __future__ import annotations

import structlog
from flask import g, request

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Outcome
from timesheet.domain.errors import NotAllowed, NotFound, TimesheetError
from timesheet.services.audit.record import record
from timesheet.services.ports.cache import count_one
from timesheet.web.http.dependencies import dependencies

MOST_A_MINUTE = 20
MINUTE = 60.0
HIDDEN = "site"
log = structlog.stdlib.get_logger("timesheet.audit")


def note_refusal(error: TimesheetError) -> None:
    """Record a refusal in a transaction of its own, after the request was rolled back; rate-limited per person.

    An object that does not exist or belongs to another site counts if it was requested by its id. An invalid
    token identifies nobody, so it is counted elsewhere and not recorded here.
    """
    if "site" not in g or not _is_refusal(error) or _flooding():
        return
    transaction = dependencies().operation.transaction
    transaction.roll_back()
    try:
        _record(error)
        transaction.commit()
    except Exception:
        # The person still gets the refusal, and the log gets what could not be recorded.
        log.exception("refusal_not_recorded", site=g.site.key)


def _record(error: TimesheetError) -> None:
    layer, permission, status = HIDDEN, "", 404
    if isinstance(error, NotAllowed):
        layer, permission, status = error.layer, error.permission, 403
    record(
        dependencies().audit.recorder_of(g.site.key),
        Action.ACCESS_REFUSED,
        request.url_rule.rule if request.url_rule else "",
        team_id=_team_in_path(),
        outcome=Outcome.REFUSED,
        after={"method": request.method, "layer": layer, "permission": permission, "status": status},
    )


def _team_in_path() -> str:
    """Return the id of the team in the address; empty for one that no event can contain, such as two lines."""
    team_id = str((request.view_args or {}).get("team_id", ""))
    return team_id[:36] if team_id.isprintable() else ""


def _is_refusal(error: TimesheetError) -> bool:
    return isinstance(error, NotAllowed) or (isinstance(error, NotFound) and bool(request.view_args))


def _flooding() -> bool:
    """Return True if this person's refusals in the last minute exceed the limit."""
    identity = g.get("identity")
    key = f"refusals:{g.site.key}:{identity.account_id if identity else ''}"
    return count_one(dependencies().operation.cache, key, MINUTE) > MOST_A_MINUTE
