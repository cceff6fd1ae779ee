"""Decide which audit events a site's retention may delete, and verify past deletions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import stamp
from timesheet.domain.audit.event import SHORTEST_RETENTION
from timesheet.domain.audit.signature import trim_text
from timesheet.domain.message import message
from timesheet.services.ports.audit import (
    AuditChain,
    Checkpoint,
    CheckpointKey,
    RecordedEvent,
    Trim,
    TrimProof,
)

UNANNOUNCED = message(
    "The events before it were deleted without a signed checkpoint and an event that says so."
)
UNSIGNED_TRIM = message("The events before it were deleted, and the app has not signed that.")
OTHER_COUNT = message(
    "The events before it are not those whose deletion the app signed: their number differs."
)
TOO_YOUNG = message("The events before it were deleted too early: the youngest was from {last}.")
SIGNED_LATER = message("The events before it were deleted too early: they were signed at {at}.")
OTHER_RULE = message(
    "The events before it were deleted by a rule of {days} days, which the site had not set then."
)
DAYS = "audit_days"
Announcements = Mapping[tuple[int, str], RecordedEvent]


def check_trims(
    chain: AuditChain,
    key: CheckpointKey,
    trims: Sequence[Trim],
    checkpoints: Sequence[Checkpoint],
    *,
    begun: bool,
) -> str:
    """Return what is wrong with the deletions of the past, or an empty string.

    Each trim must be signed, correspond to a checkpoint and an event, and follow the rule that was in force.
    ``begun`` means that the app signs this chain, so it has signed its trims too.
    """
    sealed = {one.seq: stamp(one.at) for one in checkpoints}
    announced = {(record.seq, record.object_id): record for record in chain.recorded(Action.AUDIT_TRIMMED)}
    before = 0
    for trim in trims:
        if trim.through not in sealed:
            return UNANNOUNCED
        if trim.events != trim.through - before:
            return OTHER_COUNT
        newest = trim is trims[-1]
        if trim.proof is None:
            problem = _unproven(trim, announced, begun=begun, newest=newest)
        else:
            stays = newest or trim.proof.event > trims[-1].through
            announcements = announced if stays else None
            problem = next(_wrong(chain, key, trim, trim.proof, sealed[trim.through], announcements), "")
        if problem:
            return problem
        before = trim.through
    return ""


def _unproven(trim: Trim, announcements: Announcements, *, begun: bool, newest: bool) -> str:
    """Return what is wrong with a trim from before the app signed trims; it needs only its event, if it is
    the newest.
    """
    announced = any(object_id == str(trim.through) for _, object_id in announcements)
    return UNANNOUNCED if begun or (newest and not announced) else ""


def _wrong(
    chain: AuditChain,
    key: CheckpointKey,
    trim: Trim,
    proof: TrimProof,
    sealed_at: str,
    announcements: Announcements | None,
) -> Iterator[str]:
    """Yield what is wrong with a signed trim.

    ``sealed_at`` is when the checkpoint at its end was signed. The times of the deleted events are those that the
    database had, and this one proves them. ``announcements`` are the events that announce trims, None if its own was
    deleted.
    """
    if not key.signed(trim_text(chain.site, trim, proof), proof.signature):
        yield UNSIGNED_TRIM
    if trim.last_at > youngest(proof.days, datetime.fromisoformat(proof.at)):
        yield message(TOO_YOUNG, last=trim.last_at)
    if proof.days and sealed_at > youngest(proof.days, datetime.fromisoformat(proof.at)):
        yield message(SIGNED_LATER, at=sealed_at)
    if announcements is not None and not _matches(announcements.get((proof.event, str(trim.through))), trim):
        yield UNANNOUNCED
    if announcements is not None and not _in_force(chain, proof):
        yield message(OTHER_RULE, days=proof.days)


def kept_since(days: int, now: datetime) -> datetime:
    """Return the instant from which on events are kept: at least SHORTEST_RETENTION days, whatever a site has set."""
    return now - timedelta(days=max(days, SHORTEST_RETENTION))


def youngest(days: int, now: datetime) -> str:
    """Return the time of the youngest event that may be deleted, in chain format."""
    return stamp(kept_since(days, now))


def _matches(record: RecordedEvent | None, trim: Trim) -> bool:
    """Return True if an event says exactly what the trim says."""
    values = {"events": trim.events, "first": trim.first_at, "last": trim.last_at}
    return record is not None and {**record.after, **values} == record.after


def _in_force(chain: AuditChain, proof: TrimProof) -> bool:
    """Return True unless the nearest setting events before or after the trim contradict its rule."""
    if not proof.days:
        return True
    rules = _rules(chain)
    if earlier := [one for one in rules if one.seq < proof.event]:
        return bool(earlier[-1].after.get(DAYS) == proof.days)
    return not rules or bool(rules[0].before.get(DAYS) == proof.days)


def _rules(chain: AuditChain) -> list[RecordedEvent]:
    """Return the events that set the retention time."""
    changes = chain.recorded(Action.SETTING_CHANGED)
    return [one for one in changes if DAYS in one.after or DAYS in one.before]


def allowed(chain: AuditChain, days: int) -> bool:
    """Return True if events, or earlier trims, show that a site has this retention time.

    A setting that was written without the app has no event and deletes nothing.
    """
    if rules := _rules(chain):
        return bool(rules[-1].after.get(DAYS) == days)
    trims = chain.trims()
    if not trims:
        return False
    proof = trims[-1].proof
    return proof is None or proof.days in (0, days)
