"""What a site's retention may drop of its audit events, and whether what was dropped may have been."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from timesheet.domain.audit import SHORTEST_RETENTION
from timesheet.domain.audit_action import Action
from timesheet.domain.audit_chain import stamp
from timesheet.domain.audit_signature import trim_text
from timesheet.services.ports.audit import AuditChain, Checkpoint, CheckpointKey, Recorded, Trim, TrimProof

UNTOLD = "What came before it was dropped without a signed checkpoint and an event that says so."
UNSIGNED_TRIM = "What came before it was dropped, and the app has not signed that."
OTHER_COUNT = "What came before it is not what the app signed as dropped: another number of events is gone."
TOO_YOUNG = "What came before it was dropped too early: the youngest event was from {last}."
OTHER_RULE = "What came before it was dropped by a rule of {days} days, which the site had not set then."
DAYS = "audit_days"
Said = Mapping[tuple[int, str], Recorded]


def check_trims(
    chain: AuditChain,
    key: CheckpointKey,
    trims: Sequence[Trim],
    checkpoints: Sequence[Checkpoint],
    *,
    begun: bool,
) -> str:
    """What is wrong with what was dropped, or nothing.

    Each trim has to be signed, to stand on a checkpoint and in an event, and to keep to the rule that was in force.
    ``begun``: the app signs this chain, so it has signed these as well.
    """
    sealed = {one.seq for one in checkpoints}
    said = {(record.seq, record.object_id): record for record in chain.recorded(Action.AUDIT_TRIMMED)}
    before = 0
    for trim in trims:
        if trim.through not in sealed:
            return UNTOLD
        if trim.events != trim.through - before:
            return OTHER_COUNT
        newest = trim is trims[-1]
        if trim.proof is None:
            problem = _unproven(trim, said, begun=begun, newest=newest)
        else:
            stays = newest or trim.proof.event > trims[-1].through
            problem = next(_wrong(chain, key, trim, trim.proof, said if stays else None), "")
        if problem:
            return problem
        before = trim.through
    return ""


def _unproven(trim: Trim, said: Said, *, begun: bool, newest: bool) -> str:
    """A trim from before the app signed any needs its event alone, and that only if it is the newest."""
    told = any(object_id == str(trim.through) for _, object_id in said)
    return UNTOLD if begun or (newest and not told) else ""


def _wrong(
    chain: AuditChain, key: CheckpointKey, trim: Trim, proof: TrimProof, said: Said | None
) -> Iterator[str]:
    """What is wrong with a signed trim; ``said`` are the events that say so, None where its own is dropped by now."""
    text = trim_text(
        chain.site,
        trim.through,
        trim.events,
        trim.first_at,
        trim.last_at,
        proof.at,
        proof.days,
        proof.event,
        proof.erased,
    )
    if not key.signed(text, proof.signature):
        yield UNSIGNED_TRIM
    if trim.last_at > youngest(proof.days, datetime.fromisoformat(proof.at)):
        yield TOO_YOUNG.format(last=trim.last_at)
    if said is not None and not _matches(said.get((proof.event, str(trim.through))), trim):
        yield UNTOLD
    if said is not None and not _in_force(chain, proof):
        yield OTHER_RULE.format(days=proof.days)


def youngest(days: int, now: datetime) -> str:
    """The time of the youngest event that may go, as the chain writes it; SHORTEST_RETENTION days are kept at least."""
    return stamp(now - timedelta(days=max(days, SHORTEST_RETENTION)))


def _matches(record: Recorded | None, trim: Trim) -> bool:
    """True when an event says just what the trim says."""
    if record is None:
        return False
    said = {"events": trim.events, "first": trim.first_at, "last": trim.last_at}
    return {**record.after, **said} == record.after


def _in_force(chain: AuditChain, proof: TrimProof) -> bool:
    """True unless the settings that events tell of, next before the trim or next after it, are others."""
    if not proof.days:
        return True
    earlier, later = _rules(chain, proof.event)
    if earlier:
        return bool(earlier[-1].after.get(DAYS) == proof.days)
    return not later or bool(later[0].before.get(DAYS) == proof.days)


def _rules(chain: AuditChain, event: int) -> tuple[list[Recorded], list[Recorded]]:
    """The events that set how long events are kept, before and after one."""
    changes = [
        record
        for record in chain.recorded(Action.SETTING_CHANGED)
        if DAYS in record.after or DAYS in record.before
    ]
    return [one for one in changes if one.seq < event], [one for one in changes if one.seq > event]


def allowed(chain: AuditChain, days: int) -> bool:
    """True when events, or what was dropped before, say that a site keeps its events for so long.

    A setting that somebody wrote past the app has no event, and drops nothing.
    """
    earlier, _ = _rules(chain, chain.head().seq + 1)
    if earlier:
        return bool(earlier[-1].after.get(DAYS) == days)
    trims = chain.trims()
    if not trims:
        return False
    proof = trims[-1].proof
    return proof is None or proof.days in (0, days)
