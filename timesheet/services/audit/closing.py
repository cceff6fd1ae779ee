"""Verify that the closings of periods are those that audit events recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import stamp
from timesheet.domain.audit.event import FORMER
from timesheet.domain.lazy import lazy
from timesheet.domain.long_list import parts_of
from timesheet.domain.message import message
from timesheet.domain.period.digest import closing_digest, reopening_digest
from timesheet.domain.period.period import ClosingRecord
from timesheet.services.audit.malformed import MALFORMED, reading_event
from timesheet.services.audit.values import DIGEST, closing_values
from timesheet.services.ports.audit import AuditChain, PersonReference, RecordedEvent

CHANGED = message("The closing that it recorded was changed after it was written.")
GONE = message("The closing that it recorded is missing.")
REOPENED = message("The closing that it recorded is not open or closed as the events say.")
UNRECORDED = message("There is a closing that no event recorded.")
A_BATCH = 100
"""Closings that are read at once; each may have thousands of worklogs."""


def check_closings(
    chain: AuditChain, references: Sequence[PersonReference], after: int, through: int
) -> Sequence[tuple[int, str]]:
    """Return each event after ``after``, up to ``through``, whose closing differs from what it recorded, and how.

    Closings are deleted with their team. An event of an older version has no digest, so it proves only the sums.
    """
    closed = [one for one in chain.recorded(Action.PERIOD_CLOSED) if after < one.seq <= through]
    return sorted(_differences(chain, references, closed, through), key=lambda found: found[0])


def _differences(
    chain: AuditChain, references: Sequence[PersonReference], closed: Sequence[RecordedEvent], through: int
) -> Iterator[tuple[int, str]]:
    reopened = by_object(chain, Action.PERIOD_REOPENED)
    deleted: Mapping[str, RecordedEvent] = {}
    names = names_of(references)
    for event, closing in _with_closings(chain, closed):
        if closing is None:
            if event.team_id not in deleted:
                deleted = by_object(chain, Action.TEAM_DELETED)
            if event.team_id not in deleted:
                yield event.seq, GONE
            continue
        what = closing, event, reopened.get(closing.id), through
        with reading_event(event.seq):
            if _problems(chain, *what, names):
                # Somebody may have been named for the first time, or erased, since the references were read.
                names = names_of(chain.references())
                yield from ((event.seq, problem) for problem in _problems(chain, *what, names))


def _problems(
    chain: AuditChain,
    closing: ClosingRecord,
    event: RecordedEvent,
    reopening: RecordedEvent | None,
    through: int,
    names: Mapping[str, str],
) -> list[str]:
    """Return what is wrong with a closing, of two things that can be."""
    found = list[str]()
    if not _is(closing, event, names):
        found.append(CHANGED)
    if not _is_as_open(chain, closing, reopening, through, names):
        found.append(REOPENED)
    return found


def _with_closings(
    chain: AuditChain, events: Sequence[RecordedEvent]
) -> Iterator[tuple[RecordedEvent, ClosingRecord | None]]:
    """Yield each event with its closing, None if that does not exist, and read the closings in batches.

    A batch has closings whose ids follow each other, so that they are a short range of an index.
    """
    by_id = sorted(events, key=lambda event: event.object_id)
    for batch in parts_of(by_id, A_BATCH):
        found = _read(chain, batch)
        yield from ((event, found.get(event.object_id)) for event in batch)


def _read(chain: AuditChain, events: Sequence[RecordedEvent]) -> Mapping[str, ClosingRecord]:
    """Return the closings of these events by id. Raise MalformedEventError for the first one that cannot be read."""
    try:
        return chain.closings.whole([event.object_id for event in events])
    except MALFORMED:
        for event in events:
            with reading_event(event.seq):
                chain.closings.whole([event.object_id])
        raise


def unrecorded(chain: AuditChain, since: str) -> str:
    """Return a problem if a closing after ``since``, when the last deleted event was recorded, has no event."""
    stored = chain.closings.every()
    recorded = by_object(chain, Action.PERIOD_CLOSED)
    unknown = (one for one in stored if one.id not in recorded and stamp(one.closed_at) > since)
    return UNRECORDED if next(unknown, None) else ""


def names_of(references: Sequence[PersonReference]) -> Mapping[str, str]:
    """Return the references of people by account id; a former user is known by the pseudonym."""
    return _Names({account: ref for ref, account, _ in references if account})


class _Names(dict[str, str]):
    """The references of people by account id; a former user is stored under theirs."""

    def get(self, account_id: str, default: str = "") -> str:  # type: ignore[override]
        """Return the reference of a person; nobody whose account is known is a former user."""
        if account_id.startswith(FORMER):
            reference = account_id.removeprefix(FORMER)
            return default if reference in self._known else reference
        return super().get(account_id, default)

    @lazy
    def _known(self) -> frozenset[str]:
        return frozenset(self.values())


def by_object(chain: AuditChain, action: Action) -> Mapping[str, RecordedEvent]:
    """Return the newest event of an action for each object."""
    return {event.object_id: event for event in chain.recorded(action)}


def _is(closing: ClosingRecord, event: RecordedEvent, names: Mapping[str, str]) -> bool:
    values = {**closing_values(closing), DIGEST: closing_digest(closing, names)}
    recorded = {**values, **event.after}
    return closing.team_id == event.team_id and recorded == values


def _is_as_open(
    chain: AuditChain,
    closing: ClosingRecord,
    event: RecordedEvent | None,
    through: int,
    names: Mapping[str, str],
) -> bool:
    """Return True if the closing is reopened exactly if an event says so, by the person and at the time it says."""
    if not closing.open and closing.reopened_by is None:
        return event is None or event.seq > through
    # It may have been reopened since the events were read.
    event = event or by_object(chain, Action.PERIOD_REOPENED).get(closing.id)
    return event is not None and event.after.get(DIGEST) in (None, reopening_digest(closing, names))
