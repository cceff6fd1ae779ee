"""Export a chain of audit events in a form that can be verified independently."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import chain as chain_of
from itertools import islice

from timesheet.domain.audit.chain import FIELDS, details_in, details_text, genesis, references_in, stamp
from timesheet.domain.audit.signature import export_text
from timesheet.domain.errors import Conflict
from timesheet.domain.message import message
from timesheet.services.audit.people import erased_in
from timesheet.services.ports.audit import (
    AuditChain,
    Checkpoint,
    CheckpointKey,
    End,
    PersonReference,
    Stored,
    Trim,
)
from timesheet.services.ports.register import Signature

DIGESTS_A_LINE = 500
DELETED_MEANWHILE = message("Old events were deleted before they were exported. Export again.")
FORMAT = "timesheet audit 2"


class ExportSeal:
    """Collects the exported lines and what the last one signs about them."""

    def __init__(self) -> None:
        self.count, self._content = 0, sha256()

    def take(self, content: Mapping[str, object]) -> str:
        """Count a line and return it."""
        line = _line(content)
        self.count += 1
        self._content.update(f"{line}\n".encode())
        return line

    def last(self, chain: AuditChain, key: CheckpointKey, now: datetime, seq: int, digest: str) -> str:
        """Return the line that closes the export: the number of lines, their content, and the event up to
        which they go.
        """
        content, at = self._content.hexdigest(), stamp(now)
        signature = key.sign_text(export_text(chain.site, seq, str(digest), self.count, content, at))
        values: dict[str, object] = {
            "seq": seq,
            "hash": digest,
            "lines": self.count,
            "sha256": content,
            "at": at,
        }
        return _line({"export": {**values, **_signature_fields(signature)}})


def proof_lines(
    chain: AuditChain,
    key: CheckpointKey,
    now: datetime,
    only: Container[int] | None = None,
    first: int = 1,
    last: int | None = None,
) -> Iterator[str]:
    """Yield a chain as JSON lines that can be verified with only the public key.

    With ``only`` only those events are shown; the others between ``first`` and ``last`` are represented by
    the digest of their text, which is enough to continue the chain but not to read them. The range begins
    after the last checkpoint before ``first`` and ends with the first one that covers ``last``, or with the
    chain. The signature of the export proves that it is complete; only checkpoints and the head prove that
    the events are as recorded. Raise Conflict, without the signature, if retention deletes events between ``first``
    and ``last`` that were not read yet.
    """
    seal, state = ExportSeal(), _read_state(chain, first, last)
    end, through, last_seen = state.end, state.through, state.start
    after, digest = state.start
    yield seal.take(
        {"format": FORMAT, "site": chain.site, "after": after, "hash": digest, "whole": only is None}
    )
    for trim in state.trims:
        yield seal.take({"trim": _trim_fields(trim)})
    signed = _signed(state.heads, end)
    for content in signed.pop(after, ()):
        yield seal.take(content)
    for included, content in _events(chain, state, only, signed):
        last_seen = included
        yield seal.take(content)
    if through == end.seq:
        for content in chain_of.from_iterable(signed[seq] for seq in sorted(signed) if seq > last_seen[0]):
            yield seal.take(content)
    yield seal.last(chain, key, now, *last_seen)


@dataclass(frozen=True, slots=True)
class _ChainState:
    """The statements of an export, and its events from ``start`` (number and hash) to ``through``."""

    trims: Sequence[Trim]
    heads: Sequence[Checkpoint]
    end: End
    people: Sequence[PersonReference]
    start: tuple[int, str]
    through: int
    events: Iterator[Stored]


def _read_state(chain: AuditChain, first: int, last: int | None) -> _ChainState:
    """Return what an export is made from, as it is at one moment.

    If retention deleted events, a checkpoint was signed, or somebody was erased in between, all is read again.
    Otherwise the file would refer to people of whom it neither says who they are nor that they were erased, or lack
    events.
    """
    while True:
        before, trims, heads, end = chain.references(), chain.trims(), chain.checkpoints(), chain.end()
        start = _stretch_start(chain, trims, heads, first)
        through = end.seq if last is None else next((head.seq for head in heads if head.seq >= last), end.seq)
        events = chain.stored(start[0], through)
        # The oldest events are read here, because retention deletes these.
        oldest = list(islice(events, 1))
        people = chain.references()
        known = (erased_in(before), list(trims), list(heads))
        if known == (erased_in(people), list(chain.trims()), list(chain.checkpoints())):
            return _ChainState(
                trims=trims,
                heads=heads,
                end=end,
                people=people,
                start=start,
                through=through,
                events=chain_of(oldest, events),
            )


def _signed(heads: Iterable[Checkpoint], end: End) -> dict[int, list[Mapping[str, object]]]:
    """Return the lines of signed statements, by the event they refer to."""
    lines = dict[int, list[Mapping[str, object]]]()
    for head in heads:
        lines.setdefault(head.seq, []).append({"checkpoint": checkpoint_fields(head)})
    if end.head:
        lines.setdefault(end.head.seq, []).append(
            {"head": {**checkpoint_fields(end.head), "checkpoints": end.head.checkpoints}}
        )
    return lines


def _events(
    chain: AuditChain,
    state: _ChainState,
    only: Container[int] | None,
    signed: Mapping[int, Iterable[Mapping[str, object]]],
) -> Iterator[tuple[tuple[int, str], Mapping[str, object]]]:
    """Yield the lines of events, each with the number and hash of the last event so far."""
    accounts = {ref: (account, salt) for ref, account, salt in state.people}
    hidden, last = list[str](), (state.start[0], "")
    for seq, text, _, _, digest in _read_on(chain, state):
        included = only is None or seq in only
        if hidden and (included or len(hidden) >= DIGESTS_A_LINE):
            yield last, {"hidden": hidden}
            hidden = []
        last = (seq, digest)
        if included:
            for content in _event_lines(text, digest, accounts):
                yield last, content
        else:
            hidden.append(sha256(text.encode()).hexdigest())
        if hidden and seq in signed:
            yield last, {"hidden": hidden}
            hidden = []
        for content in signed.get(seq, ()):
            yield last, content
    if hidden:
        yield last, {"hidden": hidden}


def _read_on(chain: AuditChain, state: _ChainState) -> Iterator[Stored]:
    """Yield the events. Raise Conflict in place of those that retention has deleted since the state was read."""
    before = state.start[0]
    for event in state.events:
        _require_no_gap(chain, state, event[0] - 1 - before)
        before = event[0]
        yield event
    _require_no_gap(chain, state, state.through - before)


def _require_no_gap(chain: AuditChain, state: _ChainState, missing: int) -> None:
    if missing > 0 and list(chain.trims()) != list(state.trims):
        raise Conflict(DELETED_MEANWHILE)


def _stretch_start(
    chain: AuditChain, trims: Iterable[Trim], heads: Iterable[Checkpoint], first: int
) -> tuple[int, str]:
    trimmed = max((trim.through for trim in trims), default=0)
    before = [head for head in heads if trimmed <= head.seq < max(first, trimmed + 1)]
    return (before[-1].seq, before[-1].hash) if before else (0, genesis(chain.site).hex())


def _event_lines(
    text: str, digest: str, accounts: dict[str, tuple[str | None, str | None]]
) -> Iterator[Mapping[str, object]]:
    """Yield an event, after the lines of its people who were not named before.

    What the app does not write like this is written as it is, so whoever verifies the file finds this event.
    """
    fields = text.split("\n", len(FIELDS) - 1)
    for ref in sorted(references_in(fields)):
        account, salt = accounts.pop(ref, (None, None))
        if account is not None:
            yield {"person": ref, "account": account, "salt": salt}
    event: dict[str, object] = dict(zip(FIELDS, fields, strict=True))
    event |= {"seq": _number(fields[0]), "people": _people(fields[10]), "details": _details(fields[11])}
    yield {"event": event, "hash": digest}


def _number(written: str) -> int | str:
    return int(written) if written.isdecimal() else written


def _people(written: str) -> list[str]:
    return written.split(" ") if written else []


def _details(written: str) -> object:
    try:
        details = details_in(written)
    except ValueError:
        return written
    return details if details_text(details) == written else written


def checkpoint_fields(head: Checkpoint) -> dict[str, object]:
    """Return a checkpoint or head in the form used by exports, logs, and ``--head`` files."""
    return {
        "seq": head.seq,
        "hash": head.hash,
        "at": stamp(head.at),
        "key_id": head.key_id,
        "public_key": head.public_key,
        "signature": head.signature,
    }


def _trim_fields(trim: Trim) -> dict[str, object]:
    fields: dict[str, object] = {
        "through": trim.through,
        "events": trim.events,
        "first_at": trim.first_at,
        "last_at": trim.last_at,
    }
    if (proof := trim.proof) is None:
        return fields
    signed = {"at": proof.at, "days": proof.days, "event": proof.event, "erased": proof.erased}
    return {**fields, **signed, **_signature_fields(proof.signature)}


def _signature_fields(signature: Signature) -> dict[str, object]:
    return {
        "key_id": signature.key_id,
        "public_key": signature.public_key,
        "signature": signature.value,
    }


def _line(content: Mapping[str, object]) -> str:
    # SQLite stores bytes in a column of texts, if somebody puts them there. As text they fit no signature.
    return json.dumps(content, separators=(",", ":"), default=str)
