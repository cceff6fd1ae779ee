"""A chain of audit events in a real database, and what tests do with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditDraft, Origin, PersonId
from timesheet.services.ports.audit import Trim

NOW = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(days=100)
KEY = AuditKey("a signing key of a test")


def draft(number: int = 0, action: Action = Action.TEAM_CHANGED, **more: object) -> AuditDraft:
    event = AuditDraft(
        action,
        NOW + timedelta(minutes=number),
        "ana",
        Origin.PAGE,
        f"request-{number}",
        f"team-{number}",
        f"team-{number}",
        before={"name": "Old", "lead": PersonId("ana")},
        after={"name": f"New {number}", "lead": PersonId("ben")},
    )
    return replace(event, **more)  # type: ignore[arg-type]


Tamper = Callable[..., None]


def drop(chain: DbAuditStore, through: int, days: int = 90) -> Trim:
    """Drop these events as the nightly command does."""
    trim = chain.trim(through, days, LATER)
    assert trim is not None
    after = {"events": trim.events, "first": trim.first_at, "last": trim.last_at}
    chain.append(draft(0, Action.AUDIT_TRIMMED, object_id=str(through), at=LATER, before={}, after=after))
    return trim


def erase(chain: DbAuditStore, account_id: str) -> str:
    """Erase somebody as an admin does; return what represents them from then on."""
    chain.append(draft(11, Action.PERSON_ERASED, object_id=account_id, before={}, after={}))
    return chain.forget(account_id)
