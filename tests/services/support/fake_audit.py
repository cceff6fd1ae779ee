"""An audit store in a list, with the same results as the database's for reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditEvent, AuditFilter, Origin, people_of
from timesheet.domain.errors import NotFound
from timesheet.services.ports.audit import Checkpoint, DayCounts, FoundEvents, Head, Verdict

START = datetime(2026, 11, 1, tzinfo=UTC)


def event(
    seq: int, action: Action = Action.TEAM_CHANGED, actor: str = "ana", object_id: str = "t1", **more: object
) -> AuditEvent:
    """Return an event a minute after the one before it."""
    at = START + timedelta(minutes=seq)
    return AuditEvent(action, at, actor, Origin.PAGE, f"r{seq}", object_id, seq=seq, **more)  # type: ignore[arg-type]


def checkpoint(seq: int) -> Checkpoint:
    """Return a signed head."""
    return Checkpoint(seq, "00" * 32, START + timedelta(minutes=seq), "key-1", "11" * 32, "22" * 64)


@dataclass
class FakeAudit:
    """Events by number; ``broken`` is the event at which verification fails."""

    events: list[AuditEvent] = field(default_factory=list)
    signed: list[Checkpoint] = field(default_factory=list)
    broken: int | None = None
    total: int | None = None
    looked: list[tuple[int, int | None]] = field(default_factory=list)

    def page(self, criteria: AuditFilter, before_seq: int | None, limit: int) -> Sequence[AuditEvent]:
        found = [one for one in reversed(self.events) if before_seq is None or one.seq < before_seq]
        return [one for one in found if _fits(one, criteria)][:limit]

    def get(self, seq: int) -> AuditEvent:
        for one in self.events:
            if one.seq == seq:
                return one
        raise NotFound("There is no such event.")

    def scan(self, criteria: AuditFilter, before_seq: int | None, limit: int) -> FoundEvents:
        found = self.page(criteria, before_seq, limit + 1)
        if len(found) <= limit:
            return FoundEvents(found)
        return FoundEvents(found[:limit], found[limit - 1].seq)

    def activity(
        self, criteria: AuditFilter, edges: Sequence[datetime], before_seq: int | None = None
    ) -> DayCounts:
        times = [one.at for one in self.events if _fits(one, criteria)]
        counts = [sum(first <= at < last for at in times) for first, last in pairwise(edges)]
        return DayCounts(counts, len(counts), before_seq)

    def head(self) -> Head:
        return Head(self._top, "00" * 32)

    def checkpoints(self) -> Sequence[Checkpoint]:
        return self.signed

    def verify(self, after: Checkpoint | None = None, limit: int | None = None) -> Verdict:
        start = after.seq if after else 0
        self.looked.append((start, limit))
        last = self._top if limit is None else min(self._top, start + limit)
        found = self.broken is not None and start < self.broken <= last
        return Verdict(start + 1, last, self.broken if found else None, "It is missing." if found else "")

    @property
    def _top(self) -> int:
        return len(self.events) if self.total is None else self.total


def _fits(one: AuditEvent, wanted: AuditFilter) -> bool:
    return not wanted.person or wanted.person in {one.actor, *one.people, *people_of(one)}
