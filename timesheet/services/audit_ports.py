"""Where the audit events of one site are kept, as protocols."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from timesheet.domain.audit import AuditDraft, AuditEvent, AuditFilter


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
class Verdict:
    """What looking through the events from ``first`` to ``last`` has shown.

    ``broken`` is the number of the first event with which something is wrong, ``problem`` says what. ``stranger`` is
    the id of a key that signed and is not known: that proves nothing, though nothing need be wrong. ``signed`` is the
    last event that a known key vouches for, 0 for none.
    """

    first: int
    last: int
    broken: int | None = None
    problem: str = ""
    stranger: str = ""
    signed: int = 0

    @property
    def intact(self) -> bool:
        """True when nothing is wrong, and what is signed is signed by known keys."""
        return self.broken is None and not self.stranger


@dataclass(frozen=True, slots=True)
class Trim:
    """What retention dropped: the ``events`` up to ``through``, the hash of which the checkpoint there keeps.

    ``first_at`` and ``last_at`` are instants as the chain writes them. ``told`` when an event of the chain says so.
    """

    through: int
    events: int
    first_at: str
    last_at: str
    told: bool = False


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

    def knows(self, checkpoint: Checkpoint) -> bool:
        """True when the checkpoint's public key is this one or one of those that signed before it."""

    @property
    def public_pem(self) -> str:
        """The public key, for those who check an export (PEM)."""


class AuditChain(Protocol):
    """One site's events as they are kept, for those who prove or drop them."""

    @property
    def site(self) -> str:
        """The site's key, from which its chain starts."""

    def head(self) -> Head:
        """The end of the chain."""

    def stored(self, after: int, through: int) -> Iterator[Stored]:
        """The events after one and up to another, in order, a stretch at a time."""

    def links(self, after: int, through: int) -> Iterator[Link]:
        """Whom these events concern, by number and reference."""

    def known(self) -> Sequence[Known]:
        """Every reference of the site."""

    def checkpoints(self) -> Sequence[Checkpoint]:
        """All signed heads, by number."""

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep a signed head; nothing where there is one for that event."""

    def trims(self) -> Sequence[Trim]:
        """What retention has dropped, by number."""

    def trim(self, through: int) -> Trim | None:
        """Drop the events up to a checkpoint, which stays; None where there are none to drop."""


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

    def proof(self, wanted: AuditFilter | None = None) -> Iterator[str]:
        """The export as JSON lines, each without its line end: head line, people, events and checkpoints.

        Without a filter it is provable as a whole; with one the events that were left out stand there as hashes.
        """

    def forget(self, account_id: str) -> str:
        """Make it impossible to tell who this was; the stand-in under which events show the person from now on.

        The chain stays intact. Somebody without events gets a stand-in as well.
        """
