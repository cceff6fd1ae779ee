"""A chain exported as verifiable lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.services.support.fake_chain import ANA, KEY, NOW, Chain
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import stamp
from timesheet.domain.errors import Conflict
from timesheet.services.audit.export import checkpoint_fields, proof_lines
from timesheet.services.ports.audit import Checkpoint, End, Stored
from tools.verify_audit import BrokenError, verify

LATER = NOW + timedelta(days=91)


def exported(chain: Chain, *wanted: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in proof_lines(chain, KEY, NOW, *wanted)]


def test_the_last_line_signs_the_content_of_all_others() -> None:
    *lines, last = proof_lines(Chain(), KEY, NOW)
    content = sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
    assert json.loads(last)["export"]["sha256"] == content


def test_people_are_named_before_their_first_event_and_once() -> None:
    chain = Chain(3)
    lines = exported(chain)
    people = [line for line in lines if "person" in line]
    assert people == [lines[1]] == [{"person": ANA, "account": "ana", "salt": "salt"}]
    assert [line["event"]["people"] for line in lines if "event" in line] == [[ANA], [], [ANA]]
    chain.named = [(ANA, None, None)]
    assert not [line for line in exported(chain) if "person" in line]


def test_an_export_beside_an_erasure_says_that_the_person_was_erased() -> None:
    chain = Chain()
    end = chain.end

    def erased_afterward() -> End:
        chain.end = end  # type: ignore[method-assign]
        before = end()
        chain.erase()
        return before

    chain.end = erased_afterward  # type: ignore[method-assign]
    lines = exported(chain)
    assert not [line for line in lines if "person" in line]
    assert [line["event"]["action"] for line in lines if "event" in line][-1] == Action.PERSON_ERASED
    assert lines[-1]["export"]["seq"] == 7


@pytest.mark.parametrize("read", ["trims", "stored", "checkpoints"])
def test_an_export_while_retention_deletes_events_lacks_none_of_the_others(read: str) -> None:
    chain = Chain()
    chain.sign(3)
    before = getattr(chain, read)

    def deleted_first(*span: int) -> object:
        found = list(before(*span)) if read == "trims" else None
        setattr(chain, read, before)
        chain.trim(3, 90, LATER)
        return before(*span) if found is None else found

    setattr(chain, read, deleted_first)
    lines = exported(chain)
    assert lines[0]["after"] == 3
    assert [line["trim"]["through"] for line in lines if "trim" in line] == [3]
    assert [line["event"]["seq"] for line in lines if "event" in line] == [4, 5, 6]


@pytest.mark.parametrize("was_read", [1, 2])
@pytest.mark.parametrize("wanted", [(), ({1, 3}, 1, 3)], ids=["whole", "filtered"])
def test_an_export_does_not_end_without_events_that_retention_deletes_before_they_are_read(
    wanted: tuple[Any, ...], was_read: int
) -> None:
    """They are read while the file is sent, which may take long."""
    chain = Chain()
    chain.sign(3)
    stored = chain.stored

    def deleted_between(after: int, through: int) -> Iterator[Stored]:
        yield from stored(after, was_read)
        chain.trim(3, 90, LATER)
        yield from stored(was_read, through)

    chain.stored = deleted_between  # type: ignore[method-assign]
    lines = list[dict[str, Any]]()
    with pytest.raises(Conflict):
        lines.extend(map(json.loads, proof_lines(chain, KEY, NOW, *wanted)))
    read = [seq for seq in range(1, was_read + 1) if not wanted or seq in wanted[0]]
    assert [line["event"]["seq"] for line in lines if "event" in line] == read
    assert not [line for line in lines if "export" in line]


@pytest.mark.parametrize("last", [4, 6])
def test_an_export_goes_on_while_retention_deletes_events_that_it_has_read(last: int) -> None:
    chain = Chain()
    chain.sign(3)
    stored = chain.stored

    def deleted_after(after: int, through: int) -> Iterator[Stored]:
        rows = list(stored(after, through))
        yield from rows[:last]
        chain.trim(3, 90, LATER)
        yield from rows[last:]

    chain.stored = deleted_after  # type: ignore[method-assign]
    assert [line["event"]["seq"] for line in exported(chain) if "event" in line] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("gone", [1, 3, 6])
def test_an_export_without_an_event_that_somebody_deleted_ends_and_does_not_verify(gone: int) -> None:
    chain = Chain()
    stored = chain.stored

    def without_one(after: int, through: int) -> Iterator[Stored]:
        return (row for row in stored(after, through) if row[0] != gone)

    chain.stored = without_one  # type: ignore[method-assign]
    lines = list(proof_lines(chain, KEY, NOW))
    events = [line["event"]["seq"] for line in map(json.loads, lines) if "event" in line]
    assert events == [seq for seq in range(1, 7) if seq != gone]
    with pytest.raises(BrokenError):
        verify(
            [f"{line}\n" for line in lines],
            [cast(Ed25519PublicKey, load_pem_public_key(KEY.public_pem.encode()))],
        )


def test_an_export_beside_a_signature_has_all_checkpoints_that_its_head_counts() -> None:
    chain = Chain()
    checkpoints = chain.checkpoints

    def signed_afterward() -> Sequence[Checkpoint]:
        chain.checkpoints = checkpoints  # type: ignore[method-assign]
        before = checkpoints()
        chain.sign(6)
        return before

    chain.checkpoints = signed_afterward  # type: ignore[method-assign]
    lines = exported(chain)
    [head] = [line["head"] for line in lines if "head" in line]
    assert len([line for line in lines if "checkpoint" in line]) == head["checkpoints"] == 1


@pytest.mark.parametrize(
    "details",
    [
        "{} ",
        " {}",
        "{\n}",
        '{"b":1,"a":2}',
        '{"a":1,"a":1}',
        "{}\nmore",
        "{",
        "[]",
        "[" * 100_000,
        '{"a":' * 900 + "1" + "}" * 900,
        '{"a":NaN}',
        '{"a":1.5}',
    ],
)
def test_damaged_details_are_exported_as_the_text_that_they_are_and_found(details: str) -> None:
    chain = Chain()
    seq, text, actor, people, digest = chain.events[2]
    chain.events[2] = (seq, text.removesuffix("{}") + details, actor, people, digest)
    lines = list(proof_lines(chain, KEY, NOW))
    [event] = [
        one["event"] for one in map(json.loads, lines) if "event" in one and one["event"]["seq"] == seq
    ]
    assert event["details"] == details
    with pytest.raises(BrokenError, match=f"event {seq}: a line that cannot be read"):
        verify(
            [f"{line}\n" for line in lines],
            [cast(Ed25519PublicKey, load_pem_public_key(KEY.public_pem.encode()))],
        )


@pytest.mark.parametrize(("before", "after"), [("", " "), (" ", ""), ("", "\t")])
def test_people_with_surplus_spaces_are_exported_as_they_are_and_found(before: str, after: str) -> None:
    chain = Chain()
    seq, text, actor, people, digest = next(event for event in chain.events if event[3])
    chain.events[seq - 1] = (
        seq,
        text.replace(f"\n{people}\n", f"\n{before}{people}{after}\n"),
        actor,
        people,
        digest,
    )
    lines = [f"{line}\n" for line in proof_lines(chain, KEY, NOW)]
    with pytest.raises(BrokenError, match=f"event {seq}: its people are not written"):
        verify(lines, [cast(Ed25519PublicKey, load_pem_public_key(KEY.public_pem.encode()))])


@pytest.mark.parametrize("trimmed", [0, 3])
def test_no_event_is_left_out_where_an_early_one_has_a_checkpoint(trimmed: int) -> None:
    chain = Chain()
    for seq in (trimmed, trimmed + 1):
        if seq:
            chain.sign(seq)
    if trimmed:
        chain.trim(trimmed, 90, LATER)
    lines = exported(chain)
    assert lines[0]["after"] == trimmed
    assert [line["event"]["seq"] for line in lines if "event" in line] == list(range(trimmed + 1, 7))


def test_a_part_ends_with_a_checkpoint_of_its_last_event() -> None:
    chain = Chain()
    chain.sign(4)
    lines = exported(chain, {4}, 4, 4)
    assert "checkpoint" in lines[-2]
    assert lines[-1]["export"]["seq"] == 4


def test_an_export_says_what_retention_deleted_and_whether_that_is_signed() -> None:
    chain = Chain()
    chain.sign(3)
    proof = chain.trim(3, 90, LATER).proof
    assert proof is not None
    unsigned = {"through": 3, "events": 3, "first_at": stamp(NOW), "last_at": stamp(NOW)}
    signature = {
        "key_id": KEY.id,
        "public_key": proof.signature.public_key,
        "signature": proof.signature.value,
    }
    signed = {"at": stamp(LATER), "days": 90, "event": 99, "erased": ""}
    assert exported(chain)[1] == {"trim": unsigned | signed | signature}
    chain.dropped = [replace(chain.dropped[0], proof=None)]
    assert exported(chain)[1] == {"trim": unsigned}


def test_an_export_begins_with_what_was_dropped() -> None:
    chain = Chain()
    signed = chain.sign(3)
    chain.trim(3, 90, LATER)
    lines = exported(chain)
    assert lines[0] == {
        "format": "timesheet audit 2",
        "site": "acme",
        "after": 3,
        "hash": chain.signed[0].hash,
        "whole": True,
    }
    assert lines[2]["checkpoint"] == checkpoint_fields(signed)
    assert [line["event"]["seq"] for line in lines if "event" in line] == [4, 5, 6]
    assert [line["head"]["seq"] for line in lines if "head" in line] == [6]
    assert (lines[-1]["export"]["seq"], lines[-1]["export"]["lines"]) == (6, len(lines) - 1)


def test_hidden_events_are_digests_up_to_a_checkpoint() -> None:
    chain = Chain(1200)
    chain.sign(1100)
    lines = exported(chain, {2, 1050}, 2, 1050)
    assert [line["event"]["seq"] for line in lines if "event" in line] == [2, 1050]
    hidden = [len(line["hidden"]) for line in lines if "hidden" in line]
    assert (sum(hidden), max(hidden)) == (1098, 500)
    assert "checkpoint" in lines[-2]
    assert not [line for line in lines if "head" in line]
    left = exported(chain, {1150}, 1150, 1150)
    assert (left[0]["after"], sum(len(line.get("hidden", ())) for line in left)) == (1100, 99)
