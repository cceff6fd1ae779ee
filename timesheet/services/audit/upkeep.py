"""What audit events need now and then: heads are signed, old stretches dropped, open writes settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from timesheet.domain.audit import SHORTEST_RETENTION, Values
from timesheet.domain.audit_action import Action
from timesheet.domain.errors import Conflict
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.audit.retention import allowed
from timesheet.services.ports.audit import AuditChain, AuditStore, Checkpoint, CheckpointKey, Trim, Verdict

NOT_SIGNED = (
    "The last event is not the one that was signed last, so nothing was signed. Run “flask audit verify”: if the chain "
    "is whole, “flask audit sign” signs the rest of it."
)
NOT_SET = (
    "The site’s setting for how long audit events are kept was not set through the app, so nothing was dropped. Save "
    "it again under Configure, General, or with “flask audit keep”."
)


@dataclass(frozen=True, slots=True)
class Loss:
    """So many events, up to the one that a checkpoint of ``at`` vouches for."""

    events: int
    through: int
    at: datetime


def sign_head(chain: AuditChain, key: CheckpointKey, now: datetime) -> Checkpoint | None:
    """The signed head of a chain, made where there is none yet; None for a chain without events.

    Raises Conflict where the last event is not what was signed: a signature would cover up what was done to it.
    """
    head = chain.head()
    if head.seq == 0:
        return None
    if held := next((held for held in chain.checkpoints() if held.seq == head.seq), None):
        return held
    if not chain.sign_end(now):
        raise Conflict(NOT_SIGNED)
    signed = key.sign(chain.site, head, now)
    chain.add_checkpoint(signed)
    return signed


def sign_rest(store: AuditStore, recorder: AuditRecorder, now: datetime) -> Verdict:
    """Sign the events that follow the signed head, once an operator has found out who wrote them.

    That is an event of its own, which stays. Nothing is signed where the verdict is not that the chain is whole.
    """
    verdict = store.verify()
    if verdict.whole and not verdict.intact and verdict.last:
        after: Values = {"first_event": verdict.signed + 1, "last_event": verdict.last}
        record(recorder, Action.AUDIT_SIGNED, "", after=after)
        store.sign_anew(now)
        return store.verify()
    return verdict


def drop_old(chain: AuditChain, recorder: AuditRecorder, days: int | None, now: datetime) -> Trim | None:
    """Drop the stretch of events that a checkpoint older than ``days`` vouches for; None when there is nothing to drop.

    Whatever a site has set, SHORTEST_RETENTION days are kept. The dropping is an event of its own. Raises Conflict for
    a setting of which no event tells: somebody wrote it past the app.
    """
    old = None if days is None else _newest_old(chain, days, now)
    if days is None or old is None:
        return None
    if not allowed(chain, days):
        raise Conflict(NOT_SET)
    trim = chain.trim(old.seq, days, now)
    if trim:
        after: Values = {
            "events": trim.events,
            "first": trim.first_at,
            "last": trim.last_at,
            "audit_days": days,
        }
        record(recorder, Action.AUDIT_TRIMMED, str(trim.through), after=after)
    return trim


def would_drop(chain: AuditChain, days: int, now: datetime) -> Loss | None:
    """What ``drop_old`` would drop; None when there is nothing to drop. Numbers have no gap, so nothing is counted."""
    old = _newest_old(chain, days, now)
    trims = chain.trims()
    events = old.seq - (trims[-1].through if trims else 0) if old else 0
    return Loss(events, old.seq, old.at) if old and events > 0 else None


def _newest_old(chain: AuditChain, days: int, now: datetime) -> Checkpoint | None:
    before = now - timedelta(days=max(days, SHORTEST_RETENTION))
    return max(
        (held for held in chain.checkpoints() if held.at < before), key=lambda held: held.seq, default=None
    )
