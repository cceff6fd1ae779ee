"""A chain of audit events in lists."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import chained, genesis, reference_of, stamp
from timesheet.domain.audit.signature import TrimTerms, trim_text
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.period.period import ClosingRecord
from timesheet.services.ports.audit import (
    Bounds,
    Checkpoint,
    End,
    Head,
    Link,
    PersonReference,
    RecordedEvent,
    SignedHead,
    Stored,
    Trim,
    TrimProof,
)
from timesheet.services.ports.register import SIGNED, RegisterEntry

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
KEY = AuditKey("a signing key of a test")
ANA = reference_of("ana", "salt")


@dataclass
class Closings:
    """Implements the port of this name."""

    stored: dict[str, ClosingRecord] = field(default_factory=dict)
    late: list[LateChange] = field(default_factory=list)
    reads: int = 0

    def every(self) -> Sequence[ClosingRecord]:
        return list(self.stored.values())

    def whole(self, record_ids: Collection[str]) -> Mapping[str, ClosingRecord]:
        self.reads += 1
        return {one: self.stored[one] for one in record_ids if one in self.stored}

    def every_late_change(self) -> Sequence[LateChange]:
        return list(self.late)

    def late_change(self, record_id: str, worklog_id: int, what: str) -> LateChange | None:
        return next((one for one in self.late if one.identity == (record_id, worklog_id, what)), None)


@dataclass
class Chain:
    """Implements AuditChain. ``signs`` is False for one from before there were signed heads."""

    count: int = 6
    site: str = "acme"
    events: list[Stored] = field(default_factory=list)
    linked: list[Link] = field(default_factory=list)
    signed: list[Checkpoint] = field(default_factory=list)
    dropped: list[Trim] = field(default_factory=list)
    named: list[PersonReference] = field(default_factory=lambda: [(ANA, "ana", "salt")])
    said: list[tuple[Action, RecordedEvent]] = field(default_factory=list)
    kept: SignedHead | None = None
    entry: RegisterEntry | None = None
    signs: bool = True
    closings: Closings = field(default_factory=Closings)

    def __post_init__(self) -> None:
        before = genesis(self.site)
        for seq in range(1, self.count + 1):
            people = ANA if seq % 2 else ""
            text = f"{seq}\nat\naction\n\nteam\nid\n\ndone\npage\nr\n{people}\n{{}}"
            before = chained(before, text)
            self.events.append((seq, text, "", people, before.hex()))
            self.linked += [(seq, ANA)] if people else []
        if self.signs and self.count:
            self.force_sign_end(NOW)

    def head(self) -> Head:
        return Head(self.events[-1][0], self.events[-1][-1])

    def end(self) -> End:
        head = self.head()
        return End(head.seq, head.hash, "", self.kept)

    def bounds(self) -> Bounds:
        links = [seq for seq, _ in self.linked]
        proofs = sum(trim.proof is not None for trim in self.dropped)
        return Bounds(self.events[0][0], min(links, default=None), max(links, default=None), proofs)

    def registered(self) -> RegisterEntry | None:
        return self.entry

    def at(self, seq: int) -> Head:
        return next(Head(event[0], event[-1]) for event in self.events if event[0] == seq)

    def stored(self, after: int, through: int) -> Iterator[Stored]:
        return (event for event in self.events if after < event[0] <= through)

    def links(self, after: int, through: int) -> Iterator[Link]:
        return (link for link in self.linked if after < link[0] <= through)

    def references(self) -> Sequence[PersonReference]:
        return self.named

    def recorded(self, action: Action) -> Sequence[RecordedEvent]:
        return [record for said, record in self.said if said is action]

    def checkpoints(self) -> Sequence[Checkpoint]:
        return list(self.signed)

    def trims(self) -> Sequence[Trim]:
        return list(self.dropped)

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        self.signed.append(checkpoint)
        if self.kept and self.end().signed:
            self.force_sign_end(self.kept.at)

    def sign_end(self, now: datetime) -> bool:
        if self.kept and not self.end().signed:
            return False
        self.force_sign_end(now)
        return True

    def force_sign_end(self, now: datetime) -> None:
        self.kept = KEY.sign_head(self.site, self.head(), now, len(self.signed))
        self.entry = self.entry or RegisterEntry(1, self.site, SIGNED, 0, stamp(now))

    def trim(self, through: int, days: int, now: datetime, last: datetime = NOW) -> Trim:
        """Delete events until ``last``, and record it like the next event would."""
        gone = [event for event in self.events if event[0] <= through]
        self.events = [event for event in self.events if event[0] > through]
        self.linked = [link for link in self.linked if link[0] > through]
        trim = self.proven(Trim(through, len(gone), stamp(last), stamp(last)), stamp(now), days, 99)
        self.dropped.append(trim)
        after = {"events": trim.events, "first": trim.first_at, "last": trim.last_at}
        self.said.append((Action.AUDIT_TRIMMED, RecordedEvent(99, stamp(now), str(through), {}, after)))
        return trim

    def proven(self, trim: Trim, at: str, days: int, event: int, erased: str = "") -> Trim:
        signature = KEY.sign_text(trim_text(self.site, trim, TrimTerms(at, days, event, erased)))
        return replace(trim, proof=TrimProof(at, days, event, erased, signature))

    def sets(self, seq: int, before: int | None, after: int | None) -> None:
        """Return an event that changes the retention time."""
        record = RecordedEvent(seq, stamp(NOW), "settings", {"audit_days": before}, {"audit_days": after})
        self.said.append((Action.SETTING_CHANGED, record))

    def erase(self) -> None:
        """Erase the only person, and record it as the last event."""
        seq = self.events[-1][0] + 1
        text = f"{seq}\nat\n{Action.PERSON_ERASED}\n\nperson\n{ANA}\n\ndone\npage\nr\n\n{{}}"
        self.events.append((seq, text, "", "", chained(bytes.fromhex(self.events[-1][-1]), text).hex()))
        self.said.append((Action.PERSON_ERASED, RecordedEvent(seq, stamp(NOW), ANA, {}, {})))
        self.named = [(ANA, None, None)]
        self.force_sign_end(NOW)

    def sign(self, seq: int) -> Checkpoint:
        self.add_checkpoint(KEY.sign(self.site, self.at(seq), NOW))
        return self.signed[-1]
