"""Looking through a chain that lies in lists: what the databases' own tests tamper with on both of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.domain.audit_chain import chained, genesis, public_keys_of, reference_of
from timesheet.services.audit_ports import Checkpoint, Head, Known, Link, Stored, Trim
from timesheet.services.audit_proof import (
    CHANGED,
    MISSING,
    PEOPLE,
    TRIMMED,
    UNSEALED,
    UNSIGNED,
    checkpoint_fields,
    proof_lines,
    verify_chain,
)

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
KEY = AuditKey("a signing key of a test")
ANA = reference_of("ana", "salt")


@dataclass
class Chain:
    """Implements AuditChain."""

    count: int = 6
    site: str = "acme"
    events: list[Stored] = field(default_factory=list)
    linked: list[Link] = field(default_factory=list)
    signed: list[Checkpoint] = field(default_factory=list)
    dropped: list[Trim] = field(default_factory=list)
    named: list[Known] = field(default_factory=lambda: [(ANA, "ana", "salt")])

    def __post_init__(self) -> None:
        before = genesis(self.site)
        for seq in range(1, self.count + 1):
            people = ANA if seq % 2 else ""
            text = f"{seq}\nat\naction\n\nteam\nid\n\ndone\npage\nr\n{people}\n{{}}"
            before = chained(before, text)
            self.events.append((seq, text, people, before.hex()))
            self.linked += [(seq, ANA)] if people else []

    def head(self) -> Head:
        return Head(self.events[-1][0], self.events[-1][3])

    def at(self, seq: int) -> Head:
        return next(Head(event[0], event[3]) for event in self.events if event[0] == seq)

    def stored(self, after: int, through: int) -> Iterator[Stored]:
        return (event for event in self.events if after < event[0] <= through)

    def links(self, after: int, through: int) -> Iterator[Link]:
        return (link for link in self.linked if after < link[0] <= through)

    def known(self) -> Sequence[Known]:
        return self.named

    def checkpoints(self) -> Sequence[Checkpoint]:
        return self.signed

    def trims(self) -> Sequence[Trim]:
        return self.dropped

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        self.signed.append(checkpoint)

    def trim(self, through: int) -> Trim | None:
        self.events = [event for event in self.events if event[0] > through]
        self.linked = [link for link in self.linked if link[0] > through]
        self.dropped.append(Trim(through, through, "", "", told=True))
        return self.dropped[-1]

    def sign(self, seq: int) -> Checkpoint:
        self.add_checkpoint(KEY.sign(self.site, self.at(seq), NOW))
        return self.signed[-1]


def test_an_untouched_chain_is_intact() -> None:
    chain = Chain()
    chain.sign(3)
    assert verify_chain(chain, KEY).intact
    assert verify_chain(chain, KEY, limit=2).last == 2


def test_the_last_event_missing_is_seen_where_the_head_tells_of_it() -> None:
    chain = Chain()
    head = chain.head()
    chain.events.pop()
    chain.head = lambda: head  # type: ignore[method-assign]
    assert verify_chain(chain, KEY).problem == MISSING


def test_people_who_are_linked_to_no_event_are_noticed() -> None:
    chain = Chain()
    chain.linked.append((99, ANA))
    chain.links = lambda after, through: iter(chain.linked)  # type: ignore[method-assign]
    verdict = verify_chain(chain, KEY)
    assert (verdict.broken, verdict.problem) == (99, PEOPLE)


def test_a_changed_text_is_named() -> None:
    chain = Chain()
    seq, text, people, digest = chain.events[2]
    chain.events[2] = (seq, text + "!", people, digest)
    assert (verify_chain(chain, KEY).broken, verify_chain(chain, KEY).problem) == (3, CHANGED)


def test_a_checkpoint_to_begin_from_has_to_be_signed() -> None:
    chain = Chain()
    good = KEY.sign("acme", chain.at(3), NOW)
    assert verify_chain(chain, KEY, good).first == 4
    for bad in (replace(good, seq=2), replace(good, key_id="0" * 16), replace(good, signature="xyz")):
        assert verify_chain(chain, KEY, bad).problem == UNSIGNED
    other = KEY.sign("other", chain.at(3), NOW)
    assert verify_chain(chain, KEY, other).problem == UNSIGNED


def test_what_was_dropped_needs_its_checkpoint_and_its_event() -> None:
    chain = Chain()
    chain.sign(3)
    chain.trim(3)
    assert (verify_chain(chain, KEY).first, verify_chain(chain, KEY).intact) == (4, True)
    chain.dropped[0] = replace(chain.dropped[0], told=False)
    assert verify_chain(chain, KEY).problem == TRIMMED
    chain.dropped[0], chain.signed = replace(chain.dropped[0], told=True), []
    assert verify_chain(chain, KEY).problem == TRIMMED


def test_a_reference_that_was_given_to_somebody_else_is_noticed() -> None:
    chain = Chain()
    chain.named = [("f" * 32, None, None), (ANA, "ana", "salt"), (reference_of("ben", "x"), "eve", "x")]
    assert "another person" in verify_chain(chain, KEY).problem


def test_an_earlier_key_goes_on_vouching_where_it_is_named_and_nowhere_else() -> None:
    chain, old = Chain(), AuditKey("another signing key, of old")
    chain.add_checkpoint(old.sign("acme", chain.at(2), NOW))
    chain.sign(4)
    (public,) = public_keys_of(old.public_pem)
    verdict = verify_chain(chain, AuditKey("a signing key of a test", [public]))
    assert (verdict.intact, verdict.signed) == (True, 4)
    verdict = verify_chain(chain, KEY)
    assert (verdict.intact, verdict.broken, verdict.stranger) == (False, None, old.id)
    assert f"event 2 is signed by a key that this app does not know: key id {old.id}." in verdict.problem
    assert verify_chain(chain, KEY, limit=1).stranger == old.id


def test_what_is_broken_is_said_before_who_signed_it() -> None:
    chain = Chain()
    chain.add_checkpoint(AuditKey("somebody else").sign("acme", chain.at(2), NOW))
    chain.events[3] = (4, "changed", "", chain.events[3][3])
    verdict = verify_chain(chain, KEY)
    assert (verdict.broken, verdict.problem, verdict.stranger) == (4, CHANGED, "")


def test_a_chain_without_the_checkpoints_that_the_app_makes_is_not_intact() -> None:
    """Whoever writes history anew can leave out the checkpoints that he cannot sign."""
    chain = Chain(2100)
    assert (verify_chain(chain, KEY).broken, verify_chain(chain, KEY).problem) == (1000, UNSEALED)
    chain.sign(1000)
    assert verify_chain(chain, KEY).broken == 2000
    chain.sign(2000)
    assert verify_chain(chain, KEY).signed == 2000


def test_an_export_begins_with_what_was_dropped() -> None:
    chain = Chain()
    signed = chain.sign(3)
    chain.trim(3)
    lines = [json.loads(line) for line in proof_lines(chain)]
    assert lines[0] == {
        "format": "timesheet audit 1",
        "site": "acme",
        "after": 3,
        "hash": chain.signed[0].hash,
    }
    assert lines[1]["trim"]["through"] == 3
    assert lines[2]["checkpoint"] == checkpoint_fields(signed)
    assert [line["event"]["seq"] for line in lines if "event" in line] == [4, 5, 6]


def test_hidden_events_stand_as_digests_up_to_a_checkpoint() -> None:
    chain = Chain(1200)
    chain.sign(1100)
    lines = [json.loads(line) for line in proof_lines(chain, {2, 1050}, 2, 1050)]
    assert [line["event"]["seq"] for line in lines if "event" in line] == [2, 1050]
    hidden = [len(line["hidden"]) for line in lines if "hidden" in line]
    assert (sum(hidden), max(hidden)) == (1098, 500)
    assert "checkpoint" in lines[-1]
    left = [json.loads(line) for line in proof_lines(chain, {1150}, 1150, 1150)]
    assert (left[0]["after"], sum(len(line.get("hidden", ())) for line in left)) == (1100, 99)
