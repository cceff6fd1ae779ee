"""Looking through a chain, and handing it out in a form that proves itself."""

from __future__ import annotations

import json
import sys
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import groupby

from timesheet.domain.audit_chain import (
    FIELDS,
    SIGNED_EVERY,
    chained,
    genesis,
    reference_of,
    references_in,
    stamp,
)
from timesheet.services.audit_ports import AuditChain, Checkpoint, CheckpointKey, Link, Verdict

CHANGED = "What it says was changed after it was written, or an event before it was."
MISSING = "It is missing."
UNSIGNED = "The checkpoint there does not carry the signature of its key."
DIFFERENT = "The events up to it are not those that the checkpoint there was signed for."
UNSEALED = "The checkpoint that the app signed there is missing."
STRANGE = (
    "The checkpoint of event {seq} is signed by a key that this app does not know: key id {key_id}. If SIGNING_KEY was "
    "changed, name the public key from before in AUDIT_KEYS. Otherwise the events may have been written anew."
)
CUT = "It and what follows is missing: a signed head tells of {seq} events."
PEOPLE = "Whom it concerns is not what the index of people says."
TRIMMED = "What came before it was dropped without a signed checkpoint and an event that says so."
SOMEBODY_ELSE = "The reference {ref} was given to another person."
DIGESTS_A_LINE = 500
NOBODY_LEFT: tuple[int, Iterable[Link]] = (sys.maxsize, ())


@dataclass(frozen=True, slots=True)
class Start:
    """Where to begin to look: after the event ``seq`` with this hash."""

    seq: int
    hash: bytes


def verify_chain(
    chain: AuditChain,
    key: CheckpointKey,
    after: Checkpoint | None = None,
    limit: int | None = None,
    signed: Iterable[Checkpoint] = (),
) -> Verdict:
    """Look through a chain, or the part after a checkpoint, ``limit`` events at most.

    Every event is compared with its hash, every hash with the one before it, with the signed heads and, from
    ``signed``, those kept elsewhere; whom an event concerns with the index of people, references with accounts. Which
    keys count says ``key``: one that lies in the database would vouch for whoever put it there.
    """
    top = chain.head().seq
    heads = [*chain.checkpoints(), *signed]
    start = Start(after.seq, bytes.fromhex(after.hash)) if after else _start(chain, heads)
    if start is None:
        first = chain.trims()[-1].through + 1
        return Verdict(first, top, first, TRIMMED)
    through = top if limit is None else min(top, start.seq + limit)
    concerned = [head for head in heads if start.seq <= head.seq <= through or head.seq > top]
    broken, problem = _unsigned(chain, key, [*([after] if after else []), *concerned])
    if broken is None:
        broken, problem = _look(chain, start, through, heads)
    furthest = max((head.seq for head in heads), default=0)
    if broken is None and furthest > top:
        broken, problem = top + 1, CUT.format(seq=furthest)
    if broken is None and after is None and (ref := _swapped(chain)):
        broken, problem = start.seq + 1, SOMEBODY_ELSE.format(ref=ref)
    found = Verdict(start.seq + 1, through, broken, problem, signed=_vouched(key, heads, through))
    strange = next((head for head in heads if not key.knows(head)), None)
    if broken is not None or strange is None:
        return found
    return replace(
        found, stranger=strange.key_id, problem=STRANGE.format(seq=strange.seq, key_id=strange.key_id)
    )


def _unsigned(chain: AuditChain, key: CheckpointKey, heads: Iterable[Checkpoint]) -> tuple[int | None, str]:
    for head in heads:
        if not key.vouches(chain.site, head):
            return head.seq, UNSIGNED
    return None, ""


def _vouched(key: CheckpointKey, heads: Iterable[Checkpoint], through: int) -> int:
    return max((head.seq for head in heads if head.seq <= through and key.knows(head)), default=0)


def _start(chain: AuditChain, heads: Iterable[Checkpoint]) -> Start | None:
    trims = chain.trims()
    if not trims:
        return Start(0, genesis(chain.site))
    kept = {head.seq: head for head in heads}.get(trims[-1].through)
    return Start(kept.seq, bytes.fromhex(kept.hash)) if kept is not None and trims[-1].told else None


def _look(
    chain: AuditChain, start: Start, through: int, heads: Iterable[Checkpoint]
) -> tuple[int | None, str]:
    """The first broken event and its problem. A million of them are to take seconds, so most get a hash alone."""
    signed: dict[int, set[str]] = {}
    for head in heads:
        signed.setdefault(head.seq, set()).add(head.hash)
    links = groupby(chain.links(start.seq, through), key=lambda link: link[0])
    linked, concerned = next(links, NOBODY_LEFT)
    expected, before = start.seq, start.hash
    for seq, text, people, digest in chain.stored(start.seq, through):
        expected += 1
        before = chained(before, text)
        if seq != expected:
            return expected, MISSING
        if before.hex() != digest:
            return seq, CHANGED
        if seq in signed and signed[seq] != {digest}:
            return seq, DIFFERENT
        if not seq % SIGNED_EVERY and seq not in signed:
            return seq, UNSEALED
        if people or linked == seq:
            if linked != seq or people != _joined(concerned):
                return min(seq, linked), PEOPLE
            linked, concerned = next(links, NOBODY_LEFT)
    if expected != through:
        return expected + 1, MISSING
    return (None, "") if linked == NOBODY_LEFT[0] else (linked, PEOPLE)


def _joined(links: Iterable[Link]) -> str:
    return " ".join(sorted(ref for _, ref in links))


def _swapped(chain: AuditChain) -> str:
    """A reference that does not fit the account it is said to stand for, or nothing."""
    for ref, account, salt in chain.known():
        if account is not None and reference_of(account, salt or "") != ref:
            return ref
    return ""


def proof_lines(
    chain: AuditChain, wanted: Container[int] | None = None, first: int = 1, last: int | None = None
) -> Iterator[str]:
    """A chain as JSON lines that can be checked with the public key alone.

    With ``wanted`` only those events are shown, and the others between ``first`` and ``last`` stand there as the digest
    of their text: enough to go on with the chain, not enough to read them. The stretch begins after the last checkpoint
    before ``first`` and ends with the first one that covers ``last``, or with the chain.
    """
    top = chain.head().seq
    heads = chain.checkpoints()
    start = _stretch_start(chain, heads, first)
    through = top if last is None else next((head.seq for head in heads if head.seq >= last), top)
    yield _line(
        {"format": "timesheet audit 1", "site": chain.site, "after": start.seq, "hash": start.hash.hex()}
    )
    for trim in chain.trims():
        yield _line(
            {
                "trim": {
                    "through": trim.through,
                    "events": trim.events,
                    "first_at": trim.first_at,
                    "last_at": trim.last_at,
                }
            }
        )
    accounts = {ref: (account, salt) for ref, account, salt in chain.known()}
    signed = {head.seq: head for head in heads}
    if start.seq in signed:
        yield _checkpoint_line(signed[start.seq])
    hidden: list[str] = []
    for seq, text, _, digest in chain.stored(start.seq, through):
        if wanted is not None and seq not in wanted:
            hidden.append(sha256(text.encode()).hexdigest())
        if hidden and (len(hidden) >= DIGESTS_A_LINE or wanted is None or seq in wanted or seq in signed):
            yield _line({"hidden": hidden})
            hidden = []
        if wanted is None or seq in wanted:
            yield from _event_lines(text, digest, accounts)
        if seq in signed:
            yield _checkpoint_line(signed[seq])
    if hidden:
        yield _line({"hidden": hidden})


def _stretch_start(chain: AuditChain, heads: Iterable[Checkpoint], first: int) -> Start:
    trimmed = max((trim.through for trim in chain.trims()), default=0)
    before = [head for head in heads if trimmed <= head.seq < first or head.seq == trimmed]
    return Start(before[-1].seq, bytes.fromhex(before[-1].hash)) if before else Start(0, genesis(chain.site))


def _event_lines(text: str, digest: str, accounts: dict[str, tuple[str | None, str | None]]) -> Iterator[str]:
    """An event, after those of its people who were not named yet."""
    fields = text.split("\n")
    for ref in sorted(references_in(fields)):
        account, salt = accounts.pop(ref, (None, None))
        if account is not None:
            yield _line({"person": ref, "account": account, "salt": salt})
    event: dict[str, object] = dict(zip(FIELDS, fields, strict=True))
    event |= {"seq": int(fields[0]), "people": fields[10].split(), "details": json.loads(fields[11])}
    yield _line({"event": event, "hash": digest})


def _checkpoint_line(head: Checkpoint) -> str:
    return _line({"checkpoint": checkpoint_fields(head)})


def checkpoint_fields(head: Checkpoint) -> dict[str, object]:
    """A checkpoint as exports, logs and ``--head`` files have it."""
    return {
        "seq": head.seq,
        "hash": head.hash,
        "at": stamp(head.at),
        "key_id": head.key_id,
        "public_key": head.public_key,
        "signature": head.signature,
    }


def _line(content: Mapping[str, object]) -> str:
    return json.dumps(content, separators=(",", ":"))
