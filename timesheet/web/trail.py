"""Who is behind what is recorded: the person or the call of this request, or a command where there is none."""

from __future__ import annotations

from flask import g, has_request_context

from timesheet.domain.audit import Origin
from timesheet.services.audit import Trail
from timesheet.services.audit_ports import AuditStore
from timesheet.services.ports import Clock
from timesheet.web.auth import LIFECYCLE, WEBHOOK, declared


def open_trail(store: AuditStore, clock: Clock) -> Trail:
    """Where the events of this request or command go."""
    if not has_request_context():
        return Trail(store, clock, "", Origin.COMMAND)
    identity = g.get("identity")
    actor = identity.account_id if identity else ""
    return Trail(store, clock, actor, _origin(), g.get("request_id", ""))


def _origin() -> Origin:
    wanted = declared()
    kinds = wanted.kinds if wanted else frozenset[str]()
    if LIFECYCLE in kinds:
        return Origin.LIFECYCLE
    return Origin.WEBHOOK if WEBHOOK in kinds else Origin.PAGE
