"""Write audit events to the log after their transaction is committed."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from timesheet.adapters.db.audit.store import RECORDED
from timesheet.adapters.db.database import Database
from timesheet.domain.audit.event import AuditEvent

log = structlog.stdlib.get_logger("timesheet.audit")


def log_committed(database: Database) -> None:
    """Write a line for each event when its transaction is committed, and none when it is rolled back."""
    database.after_commit(RECORDED, _log_events)


def _log_events(recorded: Sequence[tuple[str, AuditEvent]]) -> None:
    """Log only ids; the settings stay in the database."""
    for site, event in recorded:
        log.info(
            "audit",
            site=site,
            seq=event.seq,
            at=event.at.isoformat(),
            action=str(event.action),
            account=event.actor or None,
            object_kind=str(event.object_kind),
            object_id=event.object_id,
            team=event.team_id or None,
            outcome=str(event.outcome),
            origin=str(event.origin),
            request=event.request_id or None,
        )
