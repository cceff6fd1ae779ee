"""Maintain audit events: sign heads, delete old ranges, and settle open writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import stamp
from timesheet.domain.audit.event import Values
from timesheet.domain.errors import Conflict
from timesheet.domain.message import message
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.audit.retention import allowed, kept_since
from timesheet.services.ports.audit import (
    AuditChain,
    AuditStore,
    Checkpoint,
    CheckpointKey,
    Head,
    Trim,
    Verdict,
)

LIFECYCLE = (Action.SITE_INSTALLED, Action.SITE_UPGRADED, Action.SITE_MOVED, Action.SITE_UNINSTALLED)
"""The actions of which the last one says whether a site has the app."""
NOT_SIGNED = message(
    "The last event is not the one that was signed last, so nothing was signed. Run “flask audit verify”: if the chain "
    "is whole, “flask audit sign” signs the rest of it."
)
NOT_SET = message(
    "The site’s setting for how long audit events are kept was not set through the app, so nothing was deleted. Save "
    "it again under Configure, General, or with “flask audit keep”."
)
NOT_INTACT = message(
    "The audit log is not intact, so nothing was deleted: what is wrong could never be found afterward. Run "
    "“flask audit verify”."
)


DROPPED_AT_ONCE = 20_000
"""The most events that are deleted in one transaction, unless the checkpoints are further apart."""


@dataclass(frozen=True, slots=True)
class Loss:
    """The number of events to delete, up to the one that a checkpoint of ``at`` covers."""

    events: int
    through: int
    at: datetime


def sign_head(chain: AuditChain, key: CheckpointKey, now: datetime) -> Checkpoint | None:
    """Return the signed head of a chain and sign it if necessary; None for a chain without events.

    Raise Conflict if the last event differs from what was signed, because a signature would hide the change. A
    checkpoint proves only that the chain had this event: whoever cuts the chain off there removes later ones.
    """
    end = chain.end()
    if end.seq == 0:
        return None
    checkpoint = next((checkpoint for checkpoint in chain.checkpoints() if checkpoint.seq == end.seq), None)
    as_signed = end.proven(chain.site, key) if checkpoint and end.head else chain.sign_end(now)
    if not as_signed or (checkpoint and not _confirms(chain, key, checkpoint, end.hash)):
        raise Conflict(NOT_SIGNED)
    if checkpoint:
        return checkpoint
    signed = key.sign(chain.site, Head(end.seq, end.hash), now)
    chain.add_checkpoint(signed)
    return signed


def _confirms(chain: AuditChain, key: CheckpointKey, checkpoint: Checkpoint, digest: str) -> bool:
    return checkpoint.hash == digest and key.knows(checkpoint) and key.verifies(chain.site, checkpoint)


def sign_rest(store: AuditStore, recorder: AuditRecorder, now: datetime) -> Verdict:
    """Sign the events after the signed head, once an operator has found out who wrote them.

    This records an event of its own. Nothing is signed unless the chain is verified as whole.
    """
    verdict = store.verify()
    if verdict.whole and not verdict.intact and verdict.last:
        after: Values = {"first_event": verdict.signed + 1, "last_event": verdict.last}
        record(recorder, Action.AUDIT_SIGNED, "", after=after)
        store.force_sign_end(now)
        return store.verify()
    return verdict


def drop_old(chain: AuditChain, recorder: AuditRecorder, days: int | None, now: datetime) -> Trim | None:
    """Delete the range of events covered by a checkpoint older than ``days``; return None if there is none.

    Of more than DROPPED_AT_ONCE events only the first are deleted, because the site is locked meanwhile.
    SHORTEST_RETENTION days are always kept, whatever a site has set. The deletion is an event of its own.
    Raise Conflict for a setting without an event, because it was written without the app, and for a chain that is not
    intact: changed events would vanish, and those with a forged time too early.
    """
    old = [] if days is None else _old(chain, days, now)
    if days is None or not old:
        return None
    if not allowed(chain, days):
        raise Conflict(NOT_SET)
    if not recorder.store.verify().intact:
        raise Conflict(NOT_INTACT)
    most = _trimmed(chain) + DROPPED_AT_ONCE
    through = max((one.seq for one in old if one.seq <= most), default=old[0].seq)
    trim = chain.trim(through, days, now)
    if trim:
        after: Values = {
            "events": trim.events,
            "first": trim.first_at,
            "last": trim.last_at,
            "audit_days": days,
        }
        record(recorder, Action.AUDIT_TRIMMED, str(trim.through), after=after)
    return trim


def says_uninstalled(store: AuditStore, now: datetime) -> bool:
    """Return True if the events of a site are intact and say that it uninstalled the app and is due to be erased.

    The register of sites confirms no other erasure, because somebody with the database could make a site look so.
    """
    latest = max((one.seq for action in LIFECYCLE for one in store.recorded(action)), default=None)
    uninstalled = next((one for one in store.recorded(Action.SITE_UNINSTALLED) if one.seq == latest), None)
    if uninstalled is None or str(uninstalled.after.get("erased", "~")) > stamp(now):
        return False
    return store.verify().intact


def would_drop(chain: AuditChain, days: int, now: datetime) -> Loss | None:
    """Return what ``drop_old`` would delete, or None. Numbers have no gaps, so nothing has to be counted."""
    old = _old(chain, days, now)
    if not old:
        return None
    newest = old[-1]
    return Loss(newest.seq - _trimmed(chain), newest.seq, newest.at)


def _old(chain: AuditChain, days: int, now: datetime) -> list[Checkpoint]:
    """Return the checkpoints that are old enough, by number, after those up to which events were deleted already."""
    before, trimmed = kept_since(days, now), _trimmed(chain)
    old = (one for one in chain.checkpoints() if one.at < before and one.seq > trimmed)
    return sorted(old, key=lambda checkpoint: checkpoint.seq)


def _trimmed(chain: AuditChain) -> int:
    """Return the number of the last event that was deleted."""
    trims = chain.trims()
    return trims[-1].through if trims else 0
