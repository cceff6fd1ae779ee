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

    def committed(recorded: Sequence[tuple[str, AuditEvent]]) -> None:
        for site, event in recorded:
            _log_event(site, event)

    database.after_commit(RECORDED, committed)


def _log_event(site: str, recorded: AuditEvent) -> None:
    """Log only ids; the settings stay in the database."""
    log.info(
        "audit",
        site=site,
        seq=recorded.seq,
        at=recorded.at.isoformat(),
        action=str(recorded.action),
        account=recorded.actor or None,
        object_kind=str(recorded.object_kind),
        object_id=recorded.object_id,
        team=recorded.team_id or None,
        outcome=str(recorded.outcome),
        origin=str(recorded.origin),
        request=recorded.request_id or None,
    )
