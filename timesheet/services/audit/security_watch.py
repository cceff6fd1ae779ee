"""Detect possible attacks or abuse: too many actions of one kind from one source within a time window."""

from __future__ import annotations

from dataclasses import dataclass

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditEvent, Values
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.ports.cache import Cache, count_one


@dataclass(frozen=True, slots=True)
class BurstLimit:
    """A limit: more than ``most`` within ``seconds`` is the audit event ``action``."""

    action: Action
    most: int
    seconds: int = 600


REFUSED_TOKENS = BurstLimit(Action.SECURITY_REFUSED_TOKENS, 20)
CROSS_SITE = BurstLimit(Action.SECURITY_CROSS_SITE, 0)
FOREIGN_IDS = BurstLimit(Action.SECURITY_CROSS_SITE, 10)
EXPORTS = BurstLimit(Action.SECURITY_BURST_EXPORTS, 10)
DELETES = BurstLimit(Action.SECURITY_BURST_DELETES, 50)
COUNTED = {".exported": EXPORTS, ".deleted": DELETES}


def exceeds_limit(cache: Cache, burst: BurstLimit, *source: str) -> bool:
    """Count one action of ``source``; return True only for the first one above the limit in its window.

    The window begins with the first action, so a source is reported once per window, however long it
    continues.
    """
    key = ":".join(("burst", burst.action, str(burst.most), *source))
    return count_one(cache, key, burst.seconds) == burst.most + 1


def watch_event(recorder: AuditRecorder, cache: Cache, site: str, event: AuditEvent) -> None:
    """Raise an alert, in the same transaction, if an event is one export or deletion too many by its actor."""
    burst = next((burst for end, burst in COUNTED.items() if event.action.endswith(end)), None)
    if burst and event.actor and exceeds_limit(cache, burst, site, event.actor):
        raise_alarm(recorder, burst, event.actor)


def raise_alarm(recorder: AuditRecorder, burst: BurstLimit, object_id: str, reason: str = "") -> None:
    """Record that a limit was exceeded; ``reason`` is the code of the refusal, if there was one."""
    values: Values = {"more_than": burst.most, "within_seconds": burst.seconds, "reason": reason}
    record(
        recorder,
        burst.action,
        object_id,
        after={name: value for name, value in values.items() if value != ""},
    )
