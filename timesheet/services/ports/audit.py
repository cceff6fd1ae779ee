"""Where the audit events of one site are kept, as protocols."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from timesheet.domain.audit import AuditDraft, AuditEvent, AuditFilter
from timesheet.domain.audit_action import Action
from timesheet.services.ports.register import Entry, Signature


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: the last event's number and hash (64 hex digits). ``seq`` is 0 before the first."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed head: whoever holds one can tell later whether anything up to ``seq`` was changed or cut off.

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
    """The newest event as it was signed, with the number of ``checkpoints`` that there are."""

    checkpoints: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """The last event of a chain with its time, and the head that was signed last, None where none was."""

    seq: int
    hash: str
    at: str
    head: SignedHead | None = None

    @property
    def signed(self) -> bool:
        """True when the head is that of the last event. Whether its signature is good, the key says."""
        return self.head is not None and (self.head.seq, self.head.hash) == (self.seq, self.hash)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The lowest number of an event, the lowest and highest of a row that says whom one concerns; None without any.

    ``proofs`` is how many signatures of trims there are.
    """

    first: int | None
    first_link: int | None
    last_link: int | None
    proofs: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What looking through the events from ``first`` to ``last`` has shown.

    ``broken`` is the number of the first event with which something is wrong, ``problem`` says what. ``stranger`` is
    the id of a key that signed and is not known: that proves nothing, though nothing need be wrong. ``signed`` is the
    last of these events that a known key vouches for, 0 for none, and ``signed_at`` when it was signed.
    """

    first: int
    last: int
    broken: int | None = None
    problem: str = ""
    stranger: str = ""
    signed: int = 0
    signed_at: datetime | None = None

    @property
    def whole(self) -> bool:
        """True when nothing is wrong, and what is signed is signed by known keys."""
        return self.broken is None and not self.stranger

    @property
    def intact(self) -> bool:
        """True when nothing is wrong and all of it is signed by known keys."""
        return self.whole and 0 < self.last <= self.signed


@dataclass(frozen=True, slots=True)
class TrimProof:
    """What the app signed as it dropped events, at ``at`` by a rule of ``days`` (0: before the app signed trims).

    ``event`` is the number of the event that says so. ``erased`` are the references of erased people who are still
    named in later events, while the event of their erasure is dropped.
    """

    at: str
    days: int
    event: int
    erased: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class Trim:
    """What retention dropped: the ``events`` up to ``through``, the hash of which the checkpoint there keeps.

    ``first_at`` and ``last_at`` are instants as the chain writes them.
    """

    through: int
    events: int
    first_at: str
    last_at: str
    proof: TrimProof | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What an event of one action says, as it is kept: people by reference, settings before and after."""

    seq: int
    at: str
    object_id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one look for events has found, the newest first. ``before`` is where to look on, None when all was seen.

    ``back_to`` is the instant down to which everything was looked for; None where there are as many as were asked for.
    """

    events: Sequence[AuditEvent]
    before: int | None = None
    back_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class DayCounts:
    """How many events lie in the newest stretches of time of those asked for, as far as one look counts them.

    The last ``whole`` of ``counts`` are final; to those before them more is added by a look at the events before
    ``before``, None when there is nothing to add.
    """

    counts: Sequence[int]
    whole: int
    before: int | None


Stored: TypeAlias = tuple[int, str, str, str]
"""An event as it is kept: its number, its text, the references of its people and its hash (64 hex digits)."""
Link: TypeAlias = tuple[int, str]
"""An event's number and the reference of somebody whom it concerns."""
Known: TypeAlias = tuple[str, "str | None", "str | None"]
"""A reference, and the account id and salt behind it, None once the person is forgotten."""


class CheckpointKey(Protocol):
    """Signs heads of chains, and knows the earlier keys that count: from the settings, never from the database."""

    def sign(self, site: str, head: Head, at: datetime) -> Checkpoint:
        """A checkpoint of a site's head."""

    def vouches(self, site: str, checkpoint: Checkpoint) -> bool:
        """True when the signature is that of the checkpoint's own public key."""

    def knows(self, signed: Checkpoint | Signature) -> bool:
        """True when the public key of a signature is this one or one of those that signed before it."""

    def sign_head(self, site: str, head: Head, at: datetime, checkpoints: int) -> SignedHead:
        """The same as a statement about the newest event, which no checkpoint can stand in for."""

    def vouches_for_head(self, site: str, head: SignedHead) -> bool:
        """True when the signature of a newest event is that of the head's own public key."""

    def sign_text(self, text: str) -> Signature:
        """The signature of a statement (domain/audit_signature)."""

    def signed(self, text: str, signature: Signature) -> bool:
        """True when the signature of a statement is that of its own public key."""

    @property
    def public_pem(self) -> str:
        """The public key, for those who check an export (PEM)."""


class AuditChain(Protocol):
    """One site's events as they are kept, for those who prove or drop them."""

    @property
    def site(self) -> str:
        """The site's key, from which its chain starts."""

    def head(self) -> Head:
        """The last event."""

    def end(self) -> End:
        """The last event, and the head that was signed last, read at once."""

    def bounds(self) -> Bounds:
        """Where the rows of events and of whom they concern begin and end."""

    def registered(self) -> Entry | None:
        """The site's newest entry in the register of sites."""

    def stored(self, after: int, through: int) -> Iterator[Stored]:
        """The events after one and up to another, in order, a stretch at a time."""

    def links(self, after: int, through: int) -> Iterator[Link]:
        """Whom these events concern, by number and reference."""

    def known(self) -> Sequence[Known]:
        """Every reference of the site."""

    def referred(self, after: int, through: int) -> frozenset[str]:
        """The references of all who did these events or whom they concern."""

    def recorded(self, action: Action) -> Sequence[Recorded]:
        """What all events of an action say, in order: for actions of which there are few."""

    def checkpoints(self) -> Sequence[Checkpoint]:
        """All signed heads, by number."""

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep a signed head; nothing where there is one for that event."""

    def trims(self) -> Sequence[Trim]:
        """What retention has dropped, by number."""

    def trim(self, through: int, days: int, now: datetime) -> Trim | None:
        """Drop the events up to a checkpoint, which stays; None where there are none to drop.

        Nothing goes where one of them is younger than ``days``, or than SHORTEST_RETENTION.
        """

    def sign_end(self, now: datetime) -> bool:
        """Sign the last event where that is not done; False, and nothing is signed, where that could hide a change."""

    def sign_anew(self, now: datetime) -> None:
        """Sign the last event whatever was signed before it: for who has looked through the chain."""


class AuditStore(AuditChain, Protocol):
    """The audit events of one site. There is no way to change or delete one."""

    def append(self, draft: AuditDraft) -> AuditEvent:
        """Put an event at the end of the chain, in the transaction of the change that it tells of."""

    def page(self, wanted: AuditFilter, before_seq: int | None, limit: int) -> Sequence[AuditEvent]:
        """At most ``limit`` events, the newest first, of those before ``before_seq``."""

    def get(self, seq: int) -> AuditEvent:
        """One; raises NotFound when it does not exist or was dropped by retention."""

    def look(self, wanted: AuditFilter, before_seq: int | None, limit: int) -> Stretch:
        """As ``page``, but it goes on looking no further than somebody can wait for, whatever the filter says."""

    def activity(
        self, wanted: AuditFilter, edges: Sequence[datetime], before_seq: int | None = None
    ) -> DayCounts:
        """How many events lie between these instants, of those before ``before_seq``: the newest stretches first."""

    def verify(
        self, after: Checkpoint | None = None, limit: int | None = None, signed: Sequence[Checkpoint] = ()
    ) -> Verdict:
        """Look through the whole chain, or only what follows a checkpoint; ``limit`` events at most, for who waits.

        ``signed`` are heads that were kept elsewhere: with them a cut tail is found as well.
        """

    def proof(self, now: datetime, wanted: AuditFilter | None = None) -> Iterator[str]:
        """The export as JSON lines, each without its line end: what its last line says of it is signed at ``now``.

        Without a filter it is provable as a whole; with one the events that were left out stand there as hashes.
        """

    def forget(self, account_id: str) -> str:
        """Make it impossible to tell who this was; the stand-in under which events show the person from now on.

        The chain stays intact. Somebody without events gets a stand-in as well.
        """
