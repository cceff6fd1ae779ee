"""Protocols for storing the audit events of one site."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditDraft, AuditEvent, AuditFilter
from timesheet.domain.audit.signature import DeletedEvents, TrimTerms
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.period.period import ClosingRecord
from timesheet.services.ports.register import RegisterEntry, Signature


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: the last event's number and hash (64 hex digits). ``seq`` is 0 before the first."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed head, which proves later whether anything up to ``seq`` was changed or cut off.

    ``signature`` (Ed25519) and ``public_key`` are hex; ``key_id`` names the key as logs do. ``at`` is in UTC.
    """

    seq: int
    hash: str
    at: datetime
    key_id: str
    public_key: str
    signature: str


@dataclass(frozen=True, slots=True)
class SignedHead(Checkpoint):
    """The newest event as it was signed, with the number of ``checkpoints`` at that time."""

    checkpoints: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """The last event of a chain with its time, and the head that was signed last, None if none was."""

    seq: int
    hash: str
    at: str
    head: SignedHead | None = None

    @property
    def signed(self) -> bool:
        """Return True if the head belongs to the last event. The key decides whether its signature is valid."""
        return self.head is not None and (self.head.seq, self.head.hash) == (self.seq, self.hash)

    def proven(self, site: str, key: CheckpointKey) -> bool:
        """Return True if the last event of the chain of ``site`` is the one that was signed last, by a known key."""
        if self.head is None or not self.signed:
            return False
        return key.knows(self.head) and key.verifies_head(site, self.head)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The lowest number of an event, and the lowest and highest of a row of people; None without any.

    ``proofs`` is the number of signatures of trims.
    """

    first: int | None
    first_link: int | None
    last_link: int | None
    proofs: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of verifying the events from ``first`` to ``last``.

    ``broken`` is the number of the first event with a problem, ``problem`` says what it is. ``unknown_key``
    is the id of an unknown key that signed; that proves nothing, although nothing need be wrong. ``signed`` is
    the last of these events covered by a known key, 0 for none, and ``signed_at`` is when it was signed.
    """

    first: int
    last: int
    broken: int | None = None
    problem: str = ""
    unknown_key: str = ""
    signed: int = 0
    signed_at: datetime | None = None

    @property
    def whole(self) -> bool:
        """Return True if nothing is wrong and everything that is signed is signed by known keys."""
        return self.broken is None and not self.unknown_key

    @property
    def intact(self) -> bool:
        """Return True if nothing is wrong and everything is signed by known keys."""
        return self.whole and 0 < self.last <= self.signed


@dataclass(frozen=True, slots=True)
class TrimProof(TrimTerms):
    """The terms of a trim with the signature of the statement about it."""

    signature: Signature


@dataclass(frozen=True, slots=True)
class Trim(DeletedEvents):
    """A retention deletion, with its proof if the app signed it; the checkpoint at its end keeps the last hash."""

    proof: TrimProof | None = None


class MalformedEventError(ValueError):
    """An event ``seq``, or what it recorded or signed, cannot be read."""

    def __init__(self, seq: int, error: Exception) -> None:
        super().__init__(str(error))
        self.seq = seq


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """The content of an event of one action as it is stored: people by reference, settings before and after."""

    seq: int
    at: str
    object_id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    team_id: str = ""


@dataclass(frozen=True, slots=True)
class FoundEvents:
    """The events found by one query, newest first. ``before`` is where to continue, None if everything was searched.

    ``back_to`` is the instant back to which everything was searched; None if the requested number was found.
    ``unreadable`` are the numbers of those found whose content was damaged in the database.
    """

    events: Sequence[AuditEvent]
    before: int | None = None
    back_to: datetime | None = None
    unreadable: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class DayCounts:
    """The number of events in the newest of the requested time ranges, as far as one query counts them.

    The last ``whole`` of ``counts`` are final; a query of the events before ``before`` adds to the earlier
    ones. ``before`` is None if there is nothing to add.
    """

    counts: Sequence[int]
    whole: int
    before: int | None


Stored: TypeAlias = tuple[int, str, str, str, str]
"""A stored event: its number, its text, the references of its actor and of its people, and its hash (64 hex digits)."""
Link: TypeAlias = tuple[int, str]
"""An event's number and the reference of a person it concerns."""
PersonReference: TypeAlias = tuple[str, "str | None", "str | None"]
"""A reference, and the account id and salt behind it, None after the person is erased."""


class CheckpointKey(Protocol):
    """Signs heads of chains and knows the accepted earlier keys, which come from the settings, never from the
    database.
    """

    def sign(self, site: str, head: Head, at: datetime) -> Checkpoint:
        """Return a signed checkpoint of a site's head."""

    def verifies(self, site: str, checkpoint: Checkpoint) -> bool:
        """Return True if the checkpoint's signature matches its own public key."""

    def knows(self, signed: Checkpoint | Signature) -> bool:
        """Return True if the public key of a signature is this one or an accepted earlier one."""

    def sign_head(self, site: str, head: Head, at: datetime, checkpoints: int) -> SignedHead:
        """Return a signed statement about the newest event, which no checkpoint can replace."""

    def verifies_head(self, site: str, head: SignedHead) -> bool:
        """Return True if the signature of a newest event matches the head's own public key."""

    def sign_text(self, text: str) -> Signature:
        """Return the signature of a statement (domain/audit/signature)."""

    def signed(self, text: str, signature: Signature) -> bool:
        """Return True if the signature of a statement matches its own public key."""

    @property
    def public_pem(self) -> str:
        """Return the public keys in PEM format, for verifying an export: one's own first, then the earlier ones."""


class Closings(Protocol):
    """The closings of one site, for code that compares them with their events."""

    def every(self) -> Sequence[ClosingRecord]:
        """Return all closings without their members and worklogs."""

    def whole(self, record_ids: Collection[str]) -> Mapping[str, ClosingRecord]:
        """Return those of these closings that exist, by id, with their members and worklogs."""

    def every_late_change(self) -> Sequence[LateChange]:
        """Return all late changes of the closings."""

    def late_change(self, record_id: str, worklog_id: int, what: str) -> LateChange | None:
        """Return one late change, None if there is none."""


class AuditChain(Protocol):
    """One site's stored events, for code that verifies or deletes them."""

    @property
    def closings(self) -> Closings:
        """Return the closings that events of the site recorded."""

    @property
    def site(self) -> str:
        """Return the site's key, from which its chain starts."""

    def head(self) -> Head:
        """Return the last event."""

    def end(self) -> End:
        """Return the last event and the head that was signed last, read together."""

    def bounds(self) -> Bounds:
        """Return where the rows of events and of their people begin and end."""

    def registered(self) -> RegisterEntry | None:
        """Return the site's newest entry in the register of sites."""

    def stored(self, after: int, through: int) -> Iterator[Stored]:
        """Yield the events after one and up to another, in order, read in batches."""

    def links(self, after: int, through: int) -> Iterator[Link]:
        """Yield the people these events concern, by number and reference."""

    def references(self) -> Sequence[PersonReference]:
        """Return every reference of the site."""

    def recorded(self, action: Action) -> Sequence[RecordedEvent]:
        """Return the content of all events of an action, in order; for actions with few events."""

    def checkpoints(self) -> Sequence[Checkpoint]:
        """Return all signed heads, by number."""

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Store a signed head; do nothing if there is one for that event."""

    def trims(self) -> Sequence[Trim]:
        """Return the retention deletions, by number."""

    def trim(self, through: int, days: int, now: datetime) -> Trim | None:
        """Delete the events up to a checkpoint, which stays; return None if there are none.

        Nothing is deleted if one of them is younger than ``days`` or than SHORTEST_RETENTION.
        """

    def sign_end(self, now: datetime) -> bool:
        """Sign the last event if necessary; return False without signing if a signature could hide a change."""

    def force_sign_end(self, now: datetime) -> None:
        """Sign the last event whatever was signed before it; only after verifying the chain."""


class AuditStore(AuditChain, Protocol):
    """The audit events of one site. There is no way to change or delete one."""

    def refer(self, account_ids: Collection[str]) -> Mapping[str, str]:
        """Return the reference of each person, which outlives an erasure.

        New references belong to the next event, which has to name these people.
        """

    def append(self, draft: AuditDraft) -> AuditEvent:
        """Append an event to the chain, in the transaction of the change it describes."""

    def append_all(self, drafts: Sequence[AuditDraft]) -> Sequence[AuditEvent]:
        """Append several events, one or more, with as many statements as for one."""

    def append_once(self, draft: AuditDraft, since: datetime) -> AuditEvent | None:
        """Append an event, unless its request has recorded the same one since then; None in that case."""

    def page(self, criteria: AuditFilter, before_seq: int | None, limit: int) -> Sequence[AuditEvent]:
        """Return at most ``limit`` events, newest first, of those before ``before_seq``."""

    def get(self, seq: int) -> AuditEvent:
        """Return one event. Raise NotFound if it does not exist or retention deleted it."""

    def scan(self, criteria: AuditFilter, before_seq: int | None, limit: int) -> FoundEvents:
        """Return events like ``page``, but stop after a bounded amount of work, whatever the filter is."""

    def activity(
        self, criteria: AuditFilter, edges: Sequence[datetime], before_seq: int | None = None
    ) -> DayCounts:
        """Return the number of events between these instants, of those before ``before_seq``, newest ranges first."""

    def verify(
        self, after: Checkpoint | None = None, limit: int | None = None, signed: Sequence[Checkpoint] = ()
    ) -> Verdict:
        """Verify the whole chain, or only what follows a checkpoint; at most ``limit`` events if somebody waits.

        ``signed`` are heads that were stored elsewhere; with them a truncated chain is detected too.
        """

    def proof(self, now: datetime, criteria: AuditFilter | None = None) -> Iterator[str]:
        """Yield the export as JSON lines without line ends; its last line is signed at ``now``.

        Without a filter the export is verifiable as a whole; with one, the events left out are represented by
        hashes.
        """

    def forget(self, account_id: str) -> str:
        """Make it impossible to identify a person; return the pseudonym under which events show them from now on.

        The chain stays intact. A person without events gets a pseudonym too.
        """
