"""Verify that a chain of audit events is whole, and up to which event it is signed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import SIGNED_EVERY, chained, genesis, stamp
from timesheet.domain.message import counted, message
from timesheet.services.audit.closing import check_closings, unrecorded
from timesheet.services.audit.late_change import check_late_changes, unrecorded_late_change
from timesheet.services.audit.malformed import MALFORMED, reading_event
from timesheet.services.audit.people import erased_in, index_problems
from timesheet.services.audit.retention import UNANNOUNCED, check_trims
from timesheet.services.ports.audit import (
    AuditChain,
    Bounds,
    Checkpoint,
    CheckpointKey,
    End,
    Link,
    MalformedEventError,
    PersonReference,
    Trim,
    Verdict,
)
from timesheet.services.ports.register import SIGNED, RegisterEntry, Signature

CHANGED = message("Its content, or an event before it, was changed after it was written.")
MISSING = message("It is missing.")
UNSIGNED = message("The checkpoint there does not carry the signature of its key.")
UNSIGNED_HEAD = message("The signed head of the chain does not carry the signature of its key.")
DIFFERENT = message("The events up to it are not those that the checkpoint there was signed for.")
UNSEALED = message("The checkpoint that the app signed there is missing.")
STRANGE = message(
    "The checkpoint of event {seq} is signed by a key that this app does not know: key id {key_id}. If SIGNING_KEY was "
    "changed, name the public key from before in AUDIT_KEYS. Otherwise the events may have been written anew."
)
PEOPLE = message("The people that it concerns are not those in the index of people.")
STRAY = message("There are rows of events that are not part of the chain.")
TRIMMED = UNANNOUNCED
HEADLESS = message(
    "The signed head of the chain is missing, and the register of sites says that there is one."
)
UNLISTED = message("The chain has a signed head, and the register of sites does not name the site.")
OF_AN_EARLIER_LOG = message(
    "The signed head is older than the site’s entry in the register of sites, so these are events from before the site "
    "was erased and installed again."
)
UNREADABLE = message("A row cannot be read, so something other than this app wrote it.")
CLOCKS_DIFFER = timedelta(hours=1)
"""A log that was erased had ended long before; its site key begins the next one, whose signatures look the same."""
NOBODY_LEFT: tuple[int, Iterable[Link]] = (sys.maxsize, ())
ProofProblem = tuple[int, str]


def cut_off(events: int) -> str:
    """Return the sentence for events that are missing at the end; a signed head counted so many."""
    return counted(
        "This event and all later ones are missing: a signed head names {count} event.",
        "This event and all later ones are missing: a signed head names {count} events.",
        events,
    )


def other_number(checkpoints: int) -> str:
    """Return the sentence for more or fewer checkpoints than the signed head counted."""
    return counted(
        "The {count} checkpoint that the signed head names is not there.",
        "The {count} checkpoints that the signed head names are not all there.",
        checkpoints,
    )


@dataclass(frozen=True, slots=True)
class ProofStart:
    """The point where verification begins: after the event ``seq`` with this hash."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything needed for verification besides the events.

    The end is read last, so nothing refers to a later event. Deletions are read before the bounds, so a deletion in
    between is noticed by looking at them again.
    """

    references: Sequence[PersonReference]
    bounds: Bounds
    trims: Sequence[Trim]
    checkpoints: Sequence[Checkpoint]
    registered: RegisterEntry | None
    end: End

    @property
    def base(self) -> int:
        """Return the last event that retention deleted, 0 if none was."""
        return self.trims[-1].through if self.trims else 0

    @property
    def begun(self) -> bool:
        """Return True if the app has ever signed the head of this chain."""
        return self.end.head is not None or self.listed

    @property
    def listed(self) -> bool:
        """Return True if the register of sites says that the events are signed."""
        return self.registered is not None and self.registered.kind == SIGNED


def verify_chain(
    chain: AuditChain,
    key: CheckpointKey,
    after: Checkpoint | None = None,
    limit: int | None = None,
    signed: Iterable[Checkpoint] = (),
) -> Verdict:
    """Verify a chain, or the part after a checkpoint, at most ``limit`` events.

    Every event is compared with its hash, and every hash with the previous one, the signed heads, and the
    heads in ``signed`` that were stored elsewhere. The people an event concerns are compared with the index
    of people, and references with accounts. ``key`` decides which keys are accepted: a key from the database
    would vouch for whoever put it there.
    """
    elsewhere = list(signed)
    first = 1
    while True:
        try:
            evidence = _gather(chain)
            first, end = evidence.base + 1, evidence.end.seq
            start = _start(chain.site, evidence, after)
            if start is None:
                found = Verdict(first, end, first, TRIMMED)
            else:
                through = end if limit is None else min(end, start.seq + limit)
                checkpoints = [*([after] if after else []), *evidence.checkpoints, *elsewhere]
                found = _Check(chain, key, evidence, start, through, checkpoints).verdict()
            # Retention may just have deleted the events to verify, somebody signed a checkpoint, or was erased.
            if found.whole or not _moved(chain, evidence):
                return found
        except MALFORMED as error:
            seq = error.seq if isinstance(error, MalformedEventError) else first
            return Verdict(seq, 0, seq, UNREADABLE)


def _moved(chain: AuditChain, evidence: Evidence) -> bool:
    found = (list(chain.trims()), list(chain.checkpoints()), erased_in(chain.references()))
    return found != (list(evidence.trims), list(evidence.checkpoints), erased_in(evidence.references))


def _gather(chain: AuditChain) -> Evidence:
    return Evidence(
        references=chain.references(),
        trims=chain.trims(),
        checkpoints=chain.checkpoints(),
        bounds=chain.bounds(),
        registered=chain.registered(),
        end=chain.end(),
    )


@dataclass(frozen=True, slots=True)
class _Check:
    """The verification of the events after ``start`` up to ``through``.

    ``checkpoints`` are those of the chain, the one that it begins after, and those that were stored elsewhere.
    """

    chain: AuditChain
    key: CheckpointKey
    evidence: Evidence
    start: ProofStart
    through: int
    checkpoints: Sequence[Checkpoint]

    def verdict(self) -> Verdict:
        """Return the first problem, and up to which event the chain is signed."""
        start, through, key, heads = self.start.seq, self.through, self.key, self._heads
        broken, problem = next(self._problems(), (None, ""))
        known_heads = [one for one in heads if start <= one.seq <= through and key.knows(one)]
        last = max(known_heads, key=lambda one: one.seq, default=None)
        verdict = Verdict(start + 1, through, broken, problem)
        if last is not None:
            verdict = replace(verdict, signed=last.seq, signed_at=last.at)
        signatures: list[tuple[int, Checkpoint | Signature]] = [(one.seq, one) for one in heads]
        signatures += [(trim.through, trim.proof.signature) for trim in self.evidence.trims if trim.proof]
        strange = next(((seq, one.key_id) for seq, one in signatures if not key.knows(one)), None)
        if broken is not None or strange is None:
            return verdict
        problem_text = message(STRANGE, seq=strange[0], key_id=strange[1])
        return replace(verdict, unknown_key=strange[1], problem=problem_text)

    @property
    def _heads(self) -> Sequence[Checkpoint]:
        """Return the checkpoints, and the signed head if there is one."""
        head = self.evidence.end.head
        return [*self.checkpoints, *([head] if head else [])]

    def _problems(self) -> Iterator[ProofProblem]:
        """Yield the problems one after the other: later checks depend on whether the first event is valid."""
        chain, evidence, start, through = self.chain, self.evidence, self.start.seq, self.through
        yield from self._badly_signed()
        if problem := check_trims(
            chain, self.key, evidence.trims, evidence.checkpoints, begun=evidence.begun
        ):
            yield evidence.base + 1, problem
        signed, referred = _hashes(self._heads), dict[str, int]()
        if signed.get(start, self.start.hash.hex()) != self.start.hash.hex():
            yield start, DIFFERENT
        yield from self._broken_events(signed, referred)
        yield from _not_as_announced(evidence, max(signed, default=0))
        yield from check_closings(chain, evidence.references, start, through)
        yield from check_late_changes(chain, evidence.references, start, through)
        whole = start == evidence.base and through == evidence.end.seq
        # A later deletion may end with an earlier time, because the clock was set back.
        since = max((trim.last_at for trim in evidence.trims), default="")
        if whole and (problem := unrecorded(chain, since) or unrecorded_late_change(chain, since)):
            yield start + 1, problem
        if found := list(_people(chain, evidence, referred.keys(), whole=whole)):
            named = ((referred.get(ref, start + 1), problem) for ref, problem in found)
            yield min(named, key=lambda one: one[0])

    def _badly_signed(self) -> Iterator[ProofProblem]:
        site, key, head = self.chain.site, self.key, self.evidence.end.head
        for one in self.checkpoints:
            with reading_event(one.seq):
                if not key.verifies(site, one):
                    yield one.seq, UNSIGNED
        if head:
            with reading_event(head.seq):
                if not key.verifies_head(site, head):
                    yield head.seq, UNSIGNED_HEAD

    def _broken_events(self, signed: Mapping[int, str], referred: dict[str, int]) -> Iterator[ProofProblem]:
        """Yield the events that are broken. A million events must take seconds, so most are only hashed.

        ``signed`` are the hashes in signed heads, by event. The references of all actors and people are added to
        ``referred``, each with the first event that names it. Checkpoints that are missing are found as their events
        come by and not listed before, because a forged end may be billions further.
        """
        start, through = self.start, self.through
        sealed = {one.seq for one in self.evidence.checkpoints}
        links = groupby(self.chain.links(start.seq, through), key=lambda link: link[0])
        linked, concerned = next(links, NOBODY_LEFT)
        expected, before = start.seq, start.hash
        try:
            for seq, text, actor, people, digest in self.chain.stored(start.seq, through):
                expected += 1
                before = chained(before, text)
                if seq != expected:
                    yield expected, MISSING
                if before.hex() != digest:
                    yield seq, CHANGED
                referred.setdefault(actor, seq)
                if seq in signed or not seq % SIGNED_EVERY:
                    yield from self._badly_sealed(seq, digest, signed, sealed)
                if people or linked == seq:
                    if linked != seq or people != _joined(concerned):
                        yield min(seq, linked), PEOPLE
                    _refer(referred, people, seq)
                    linked, concerned = next(links, NOBODY_LEFT)
        except MALFORMED as error:
            raise MalformedEventError(expected, error) from error
        if expected != through:
            yield expected + 1, MISSING
        if linked != NOBODY_LEFT[0]:
            yield linked, PEOPLE
        referred.pop("", None)

    def _badly_sealed(
        self, seq: int, digest: str, signed: Mapping[int, str], sealed: Set[int]
    ) -> Iterator[ProofProblem]:
        """Yield what is wrong with the signatures at an event; ``sealed`` are the events with a checkpoint."""
        head = self.evidence.end.head
        if signed.get(seq, digest) != digest:
            yield seq, DIFFERENT
        if not seq % SIGNED_EVERY and seq <= (head.seq if head else self.through) and seq not in sealed:
            yield seq, UNSEALED


def _refer(referred: dict[str, int], people: str, seq: int) -> None:
    for ref in people.split():
        referred.setdefault(ref, seq)


def _not_as_announced(evidence: Evidence, furthest: int) -> Iterator[ProofProblem]:
    """Yield differences between the chain and what heads and the register of sites say about its end and content."""
    end = evidence.end
    if furthest > end.seq:
        yield end.seq + 1, cut_off(furthest)
    if _has_stray_rows(evidence):
        yield evidence.base + 1, STRAY
    if end.head and end.head.checkpoints != len(evidence.checkpoints):
        yield end.seq, other_number(end.head.checkpoints)
    if evidence.listed and end.head is None:
        yield (end.seq, HEADLESS) if end.seq else (1, MISSING)
    if end.head and not evidence.listed:
        yield end.seq, UNLISTED
    if end.head and evidence.registered and stamp(end.head.at + CLOCKS_DIFFER) < evidence.registered.at:
        yield end.seq, OF_AN_EARLIER_LOG


def _start(site: str, evidence: Evidence, after: Checkpoint | None) -> ProofStart | None:
    """Return the start after the given checkpoint or the one that replaces deleted events; None if it is missing."""
    if after is None and evidence.trims:
        after = next((one for one in evidence.checkpoints if one.seq == evidence.base), None)
        if after is None:
            return None
    if after is None:
        return ProofStart(0, genesis(site))
    with reading_event(after.seq):
        return ProofStart(after.seq, bytes.fromhex(after.hash))


def _hashes(heads: Iterable[Checkpoint]) -> dict[int, str]:
    """Return the hash that was signed for each event; two different ones match nothing."""
    signed: dict[int, str] = {}
    for head in heads:
        signed[head.seq] = head.hash if signed.get(head.seq, head.hash) == head.hash else ""
    return signed


def _joined(links: Iterable[Link]) -> str:
    return " ".join(sorted(ref for _, ref in links))


def _has_stray_rows(evidence: Evidence) -> bool:
    """Return True if there are rows before the chain begins, or rows of people for events that do not exist."""
    bounds, base = evidence.bounds, evidence.base
    early = any(one is not None and one <= base for one in (bounds.first, bounds.first_link))
    proofs = sum(trim.proof is not None for trim in evidence.trims)
    return early or (bounds.last_link or 0) > evidence.end.seq or bounds.proofs != proofs


def _people(
    chain: AuditChain, evidence: Evidence, referred: Set[str], *, whole: bool
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the people behind these references, which are those of the verified events."""
    erased = {record.object_id for record in chain.recorded(Action.PERSON_ERASED)}
    dropped = evidence.trims[-1].proof.erased.split() if evidence.trims and evidence.trims[-1].proof else ()
    return index_problems(
        referred,
        evidence.references,
        chain.references,
        erased.union(dropped),
        exact=whole and evidence.begun,
    )
