"""Verify that the late changes of closings are those that audit events recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import stamp
from timesheet.domain.message import message
from timesheet.domain.period.late_change import late_change_digest
from timesheet.services.audit.closing import by_object, names_of
from timesheet.services.audit.malformed import MALFORMED, reading_event
from timesheet.services.audit.values import DIGEST
from timesheet.services.ports.audit import AuditChain, PersonReference, RecordedEvent

LATE_CHANGED = message("The late change that it recorded was changed after it was written.")
LATE_GONE = message("The late change that it recorded is missing.")
LATE_UNRECORDED = message("There is a late change that no event recorded.")
ACTIONS = (Action.PERIOD_LATE_CHANGE_FOUND, Action.PERIOD_LATE_CHANGE_ACCEPTED)
ChangeIdentity: TypeAlias = tuple[object, ...]
"""The closing, the worklog, and the kind of change."""


def check_late_changes(
    chain: AuditChain, references: Sequence[PersonReference], after: int, through: int
) -> Sequence[tuple[int, str]]:
    """Return each event after ``after``, up to ``through``, whose late change differs from what it recorded, and how.

    The newest event of a late change counts, unless it has no digest, as those of an older version. Late changes are
    deleted with their team.
    """
    events = {
        identity: event
        for identity, event in _newest(chain).items()
        if after < event.seq <= through and DIGEST in event.after
    }
    if not (problems := _compared(chain, events, references)):
        return ()
    # A late change may have been found again, accepted, or deleted since the events were read.
    now, deleted = _newest(chain), by_object(chain, Action.TEAM_DELETED)
    unchanged = {identity: events[identity] for identity in problems if now.get(identity) == events[identity]}
    return sorted(
        (unchanged[identity].seq, problem)
        for identity, problem in _compared(chain, unchanged, chain.references()).items()
        if problem != LATE_GONE or unchanged[identity].team_id not in deleted
    )


def unrecorded_late_change(chain: AuditChain, since: str) -> str:
    """Return a problem if a late change after ``since``, when the last deleted event was recorded, has no event."""
    stored = chain.closings.every_late_change()
    recorded = _newest(chain)
    unknown = (one for one in stored if one.identity not in recorded and stamp(one.found_at) > since)
    return LATE_UNRECORDED if next(unknown, None) else ""


def _newest(chain: AuditChain) -> Mapping[ChangeIdentity, RecordedEvent]:
    events = sorted((e for action in ACTIONS for e in chain.recorded(action)), key=lambda event: event.seq)
    return {(event.object_id, event.after.get("worklog"), event.after.get("what")): event for event in events}


def _compared(
    chain: AuditChain, events: Mapping[ChangeIdentity, RecordedEvent], references: Sequence[PersonReference]
) -> Mapping[ChangeIdentity, str]:
    """Return what is wrong with the late changes of these events."""
    if not events:
        return {}
    digests = _digests(chain, events, names_of(references))
    return {
        identity: LATE_CHANGED if identity in digests else LATE_GONE
        for identity, event in events.items()
        if digests.get(identity) != event.after[DIGEST]
    }


def _digests(
    chain: AuditChain, events: Mapping[ChangeIdentity, RecordedEvent], names: Mapping[str, str]
) -> Mapping[ChangeIdentity, str]:
    """Return the digest of each late change.

    Raise MalformedEventError with the first event whose late change cannot be read.
    """
    try:
        return {one.identity: late_change_digest(one, names) for one in chain.closings.every_late_change()}
    except MALFORMED:
        for event in sorted(events.values(), key=lambda one: one.seq):
            with reading_event(event.seq):
                worklog_id, what = int(str(event.after.get("worklog"))), str(event.after.get("what"))
                found = chain.closings.late_change(event.object_id, worklog_id, what)
                if found is not None:
                    late_change_digest(found, names)
        raise
