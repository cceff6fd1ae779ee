"""Verifying a chain in lists; the databases' own tests tamper with both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.support.fake_chain import ANA, KEY, NOW, Chain
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import public_keys_of, reference_of, stamp
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.span import DateSpan
from timesheet.services.audit.closing import UNRECORDED
from timesheet.services.audit.export import checkpoint_fields
from timesheet.services.audit.late_change import LATE_UNRECORDED
from timesheet.services.audit.proof import (
    CHANGED,
    DIFFERENT,
    HEADLESS,
    MISSING,
    OF_AN_EARLIER_LOG,
    PEOPLE,
    STRAY,
    TRIMMED,
    UNLISTED,
    UNSEALED,
    UNSIGNED,
    cut_off,
    other_number,
    verify_chain,
)
from timesheet.services.ports.audit import (
    Bounds,
    Checkpoint,
    End,
    Head,
    RecordedEvent,
    SignedHead,
    Trim,
    Verdict,
)
from timesheet.services.ports.register import SIGNED, RegisterEntry

LATER = NOW + timedelta(days=91)


def test_an_untouched_chain_is_intact() -> None:
    chain = Chain()
    chain.sign(3)
    assert verify_chain(chain, KEY).intact
    assert verify_chain(chain, KEY) == Verdict(1, 6, signed=6, signed_at=NOW)
    assert verify_chain(chain, KEY, limit=2).last == 2


def test_a_missing_last_event_is_found_if_the_head_names_it() -> None:
    chain = Chain()
    head = chain.head()
    chain.events.pop()
    chain.head = lambda: head  # type: ignore[method-assign]
    verdict = verify_chain(chain, KEY)
    assert (verdict.broken, verdict.problem) == (6, MISSING)


def test_people_who_are_linked_to_no_event_are_noticed() -> None:
    chain = Chain()
    chain.linked.append((99, ANA))
    chain.links = lambda after, through: iter(chain.linked)  # type: ignore[method-assign]
    chain.bounds = lambda: Bounds(1, 1, 5)  # type: ignore[method-assign]
    verdict = verify_chain(chain, KEY)
    assert (verdict.broken, verdict.problem) == (99, PEOPLE)


def test_a_changed_text_is_named() -> None:
    chain = Chain()
    seq, text, actor, people, digest = chain.events[2]
    chain.events[2] = (seq, text + "!", actor, people, digest)
    assert (verify_chain(chain, KEY).broken, verify_chain(chain, KEY).problem) == (3, CHANGED)


def test_a_checkpoint_to_begin_from_has_to_be_signed() -> None:
    chain = Chain()
    good = KEY.sign("acme", chain.at(3), NOW)
    assert verify_chain(chain, KEY, good).first == 4
    for bad in (replace(good, seq=2), replace(good, key_id="0" * 16), replace(good, signature="xyz")):
        assert verify_chain(chain, KEY, bad).problem == UNSIGNED
    other = KEY.sign("other", chain.at(3), NOW)
    assert verify_chain(chain, KEY, other).problem == UNSIGNED


def test_a_reference_that_was_given_to_somebody_else_is_noticed() -> None:
    chain = Chain()
    chain.named = [(ANA, "ana", "salt"), (reference_of("ben", "x"), "eve", "x")]
    assert "another person" in verify_chain(chain, KEY).problem


def test_an_earlier_key_goes_on_vouching_where_it_is_named_and_nowhere_else() -> None:
    chain, old = Chain(), AuditKey("another signing key, of old")
    chain.add_checkpoint(old.sign("acme", chain.at(2), NOW))
    chain.sign(4)
    (public,) = public_keys_of(old.public_pem)
    verdict = verify_chain(chain, AuditKey("a signing key of a test", [public]))
    assert (verdict.intact, verdict.signed) == (True, 6)
    verdict = verify_chain(chain, KEY)
    assert (verdict.intact, verdict.broken, verdict.unknown_key) == (False, None, old.id)
    assert f"event 2 is signed by a key that this app does not know: key id {old.id}." in verdict.problem
    assert verify_chain(chain, KEY, limit=1).unknown_key == old.id
    assert verdict.signed == 6


def test_what_is_broken_is_said_before_who_signed_it() -> None:
    chain = Chain()
    chain.add_checkpoint(AuditKey("somebody else").sign("acme", chain.at(2), NOW))
    chain.events[3] = (4, "changed", "", "", chain.events[3][-1])
    verdict = verify_chain(chain, KEY)
    assert (verdict.broken, verdict.problem, verdict.unknown_key) == (4, CHANGED, "")


def test_a_chain_without_the_checkpoints_that_the_app_makes_is_not_intact() -> None:
    """Somebody who rewrites history can leave out the checkpoints that they cannot sign."""
    chain = Chain(2100)
    assert (verify_chain(chain, KEY).broken, verify_chain(chain, KEY).problem) == (1000, UNSEALED)
    chain.sign(1000)
    assert verify_chain(chain, KEY).broken == 2000
    chain.sign(2000)
    assert verify_chain(chain, KEY).signed == 2100


def test_of_events_after_the_signed_head_no_checkpoint_is_wanted() -> None:
    chain = Chain(1001)
    chain.kept = KEY.sign_head("acme", chain.at(999), NOW, len(chain.signed))
    verdict = verify_chain(chain, KEY)
    assert (verdict.whole, verdict.intact, verdict.signed) == (True, False, 999)
    chain.kept = KEY.sign_head("acme", chain.at(1000), NOW, len(chain.signed))
    assert verify_chain(chain, KEY).problem == UNSEALED


def test_what_was_not_looked_at_is_not_vouched_for() -> None:
    chain = Chain()
    chain.sign(2)
    third = KEY.sign("acme", chain.at(3), NOW)
    assert verify_chain(chain, KEY, limit=1).signed == 0
    assert verify_chain(chain, KEY, limit=2).signed == 2
    assert verify_chain(chain, KEY, limit=3, signed=[third]).signed == 3
    assert verify_chain(chain, KEY, third, limit=2) == Verdict(4, 5, signed=3, signed_at=NOW)
    assert verify_chain(chain, KEY, third) == Verdict(4, 6, signed=6, signed_at=NOW)
    assert verify_chain(chain, KEY, third, limit=3).last == 6


@pytest.mark.parametrize(("limit", "broken"), [(1, None), (2, 3), (3, 3)])
def test_a_verification_ends_exactly_at_its_limit(limit: int, broken: int | None) -> None:
    chain = Chain()
    first = KEY.sign("acme", chain.at(1), NOW)
    seq, text, actor, people, digest = chain.events[2]
    chain.events[2] = (seq, text + "!", actor, people, digest)
    assert verify_chain(chain, KEY, first, limit).broken == broken
    assert verify_chain(chain, KEY, first, limit).last == 1 + limit


def test_a_head_that_was_kept_elsewhere_counts_where_the_look_begins() -> None:
    chain = Chain()
    third = KEY.sign("acme", chain.at(3), NOW)
    other = KEY.sign("acme", Head(3, "0" * 64), NOW)
    verdict = verify_chain(chain, KEY, third, signed=[other])
    assert (verdict.broken, verdict.problem) == (3, DIFFERENT)


def test_the_signed_head_reveals_cut_off_and_changed_events() -> None:
    chain = Chain()
    chain.events.pop()
    assert (verify_chain(chain, KEY).broken, verify_chain(chain, KEY).problem) == (6, cut_off(6))
    chain = Chain()
    chain.kept = KEY.sign_head("acme", Head(6, "0" * 64), NOW, 0)
    assert verify_chain(chain, KEY).problem == DIFFERENT


@pytest.mark.parametrize(("number", "noun"), [(1, "event"), (7, "events")])
def test_a_shortened_chain_is_reported_with_its_number_of_events(number: int, noun: str) -> None:
    assert cut_off(number).endswith(f"are missing: a signed head names {number} {noun}.")


@pytest.mark.parametrize(("number", "words"), [(1, "checkpoint that"), (2, "checkpoints that")])
def test_missing_checkpoints_are_reported_with_their_number(number: int, words: str) -> None:
    assert other_number(number).startswith(f"The {number} {words} the signed head names")


def test_no_checkpoint_replaces_the_signed_head() -> None:
    chain = Chain()
    signed = KEY.sign("acme", chain.head(), NOW)
    chain.kept = SignedHead(*(getattr(signed, name) for name in checkpoint_fields(signed)))
    assert verify_chain(chain, KEY).broken == 6
    chain.kept = KEY.sign_head("other", chain.head(), NOW, 0)
    assert verify_chain(chain, KEY).broken == 6


def test_a_chain_without_a_signed_head_is_not_intact() -> None:
    chain = Chain()
    chain.sign(6)
    chain.kept = None
    assert verify_chain(chain, KEY).problem == HEADLESS
    chain.entry = None
    assert verify_chain(chain, KEY).intact
    chain.signed = []
    assert verify_chain(chain, KEY) == Verdict(1, 6)
    chain.force_sign_end(NOW)
    chain.entry = None
    assert verify_chain(chain, KEY).problem == UNLISTED


@pytest.mark.parametrize(
    ("later", "known"), [(timedelta(hours=1), True), (timedelta(hours=1, milliseconds=1), False)]
)
def test_a_log_from_before_the_site_was_erased_is_not_the_one_of_the_register(
    later: timedelta, known: bool
) -> None:
    """The site's next log begins with the same hash, so its earlier events and their signatures would fit."""
    chain = Chain()
    chain.entry = RegisterEntry(3, "acme", SIGNED, 0, stamp(NOW + later))
    verdict = verify_chain(chain, KEY)
    assert (verdict.intact, verdict.problem) == (known, "" if known else OF_AN_EARLIER_LOG)


def test_no_checkpoint_is_taken_away_or_put_in() -> None:
    chain = Chain()
    for seq in (2, 4):
        chain.sign(seq)
    for signed in (chain.signed[:1], [*chain.signed, KEY.sign("acme", chain.at(3), NOW)]):
        changed = Chain(signed=signed, kept=chain.kept, entry=chain.entry, signs=False)
        assert verify_chain(changed, KEY).problem == other_number(2)


def test_a_checkpoint_that_is_signed_meanwhile_is_no_trouble() -> None:
    chain = Chain()
    trims = chain.trims

    def later() -> Sequence[Trim]:
        chain.trims = trims  # type: ignore[method-assign]
        before = chain.checkpoints()
        chain.checkpoints = lambda: read(before)  # type: ignore[method-assign]
        return trims()

    def read(before: Sequence[Checkpoint]) -> Sequence[Checkpoint]:
        del chain.checkpoints
        chain.sign(2)
        return before

    chain.trims = later  # type: ignore[method-assign]
    assert verify_chain(chain, KEY).intact


def test_somebody_who_is_erased_meanwhile_is_no_trouble() -> None:
    chain = Chain()
    end = chain.end

    def erased_before() -> End:
        chain.end = end  # type: ignore[method-assign]
        chain.erase()
        return end()

    chain.end = erased_before  # type: ignore[method-assign]
    verdict = verify_chain(chain, KEY)
    assert (verdict.last, verdict.intact) == (7, True)


@pytest.mark.parametrize(
    "bounds", [Bounds(0, 1, 5), Bounds(1, 0, 5), Bounds(1, 1, 7), Bounds(1, 1, 5, proofs=1)]
)
def test_rows_that_belong_to_no_event_of_the_chain_are_noticed(bounds: Bounds) -> None:
    chain = Chain()
    chain.bounds = lambda: bounds  # type: ignore[method-assign]
    verdict = verify_chain(chain, KEY)
    assert (verdict.broken, verdict.problem) == (1, STRAY)


def test_a_chain_that_retention_shortens_meanwhile_is_looked_at_again() -> None:
    chain = Chain()
    chain.sign(3)
    before = chain.stored

    def stored(after: int, through: int) -> object:
        chain.stored = before  # type: ignore[method-assign]
        chain.trim(3, 90, LATER)
        return chain.stored(after, through)

    chain.stored = stored  # type: ignore[method-assign,assignment]
    verdict = verify_chain(chain, KEY)
    assert (verdict.first, verdict.intact) == (4, True)


def test_a_chain_that_retention_shortens_while_its_bounds_are_read_is_looked_at_again() -> None:
    chain = Chain()
    chain.sign(3)
    bounds = chain.bounds

    def shortened() -> Bounds:
        chain.bounds = bounds  # type: ignore[method-assign]
        before = bounds()
        chain.trim(3, 90, LATER)
        return before

    chain.bounds = shortened  # type: ignore[method-assign]
    verdict = verify_chain(chain, KEY)
    assert (verdict.first, verdict.intact) == (4, True)


def test_a_head_of_before_what_was_dropped_proves_nothing_and_disproves_nothing() -> None:
    chain = Chain()
    early: Checkpoint = KEY.sign("acme", chain.at(2), NOW)
    chain.sign(3)
    chain.trim(3, 90, LATER)
    assert verify_chain(chain, KEY, signed=[early]).intact


def test_a_closing_of_a_deleted_event_is_not_accused_although_the_clock_was_set_back_since() -> None:
    chain = Chain()
    for through, last in ((2, NOW), (3, NOW - timedelta(hours=1))):
        chain.sign(through)
        chain.trim(through, 90, LATER, last)
    day = NOW.date()
    chain.closings.stored["r"] = ClosingRecord("r", "team", DateSpan(day, day), "ana", NOW, (), {})
    assert verify_chain(chain, KEY).intact


@pytest.mark.parametrize("problem", [UNRECORDED, LATE_UNRECORDED], ids=["closing", "late change"])
def test_what_no_event_recorded_is_found_if_all_events_are_verified(problem: str) -> None:
    chain, day = Chain(), NOW.date()
    chain.sign(3)
    if problem == UNRECORDED:
        chain.closings.stored["r"] = ClosingRecord("r", "team", DateSpan(day, day), "ana", NOW, (), {})
    else:
        chain.closings.late.append(LateChange("team", "r", 1, "added", NOW, None, "ben"))
    verdict = verify_chain(chain, KEY)
    assert (verdict.broken, verdict.problem) == (1, problem)
    assert verify_chain(chain, KEY, limit=5).whole
    assert verify_chain(chain, KEY, chain.signed[0]).whole


def test_an_erasure_explains_an_empty_row() -> None:
    chain = Chain()
    chain.named = [(ANA, None, None)]
    assert verify_chain(chain, KEY).broken == 1
    chain.said.append((Action.PERSON_ERASED, RecordedEvent(6, stamp(NOW), ANA, {}, {})))
    assert verify_chain(chain, KEY).intact


def test_what_cannot_be_read_is_said() -> None:
    chain = Chain()
    chain.events[2] = (3, 5, "", "", "")  # type: ignore[assignment]
    verdict = verify_chain(chain, KEY)
    assert "cannot be read" in verdict.problem
    assert verdict == Verdict(3, 0, 3, verdict.problem)
    assert not verdict.whole


def test_a_chain_without_events_is_whole_and_unsigned() -> None:
    chain = Chain(0)
    chain.end = lambda: End(0, "", "", None)  # type: ignore[method-assign]
    chain.bounds = lambda: Bounds(None, None, None)  # type: ignore[method-assign]
    chain.named = []
    chain.entry = None
    verdict = verify_chain(chain, KEY)
    assert (verdict, verdict.whole, verdict.intact) == (Verdict(1, 0), True, False)


def test_a_chain_whose_events_are_all_gone_is_broken_at_the_first() -> None:
    chain = Chain(0)
    chain.end = lambda: End(0, "", "", None)  # type: ignore[method-assign]
    chain.bounds = lambda: Bounds(None, None, None)  # type: ignore[method-assign]
    chain.named = []
    chain.entry = RegisterEntry(1, "acme", SIGNED, 0, stamp(NOW))
    verdict = verify_chain(chain, KEY)
    assert (verdict.broken, verdict.problem) == (1, MISSING)


@pytest.mark.parametrize(
    ("linked", "broken"),
    [
        ([(1, ANA), (2, ANA), (3, ANA), (5, ANA)], 2),
        ([(1, ANA), (5, ANA)], 3),
        ([(1, ANA), (3, reference_of("ben", "x")), (5, ANA)], 3),
        ([(1, ANA), (3, ANA), (3, reference_of("ben", "x")), (5, ANA)], 3),
        ([(1, ANA), (3, ANA)], 5),
    ],
    ids=["one too many", "one too few", "another", "a second", "the last one gone"],
)
def test_people_of_an_event_are_just_those_of_the_index(linked: list[tuple[int, str]], broken: int) -> None:
    chain = Chain()
    chain.linked = linked
    verdict = verify_chain(chain, KEY)
    assert (verdict.broken, verdict.problem) == (broken, PEOPLE)


def test_a_row_that_no_event_needs_is_seen_only_where_all_events_are_looked_at() -> None:
    chain = Chain()
    chain.sign(3)
    third = chain.signed[0]
    chain.named.append((reference_of("ben", "x"), "ben", "x"))
    assert verify_chain(chain, KEY).broken == 1
    assert verify_chain(chain, KEY, limit=5).whole
    assert verify_chain(chain, KEY, third).whole
    chain.entry = chain.kept = None
    assert verify_chain(chain, KEY).whole, "from before the app signed, rows may be left over"


@pytest.mark.parametrize("kept", [True, False], ids=["with a head", "without"])
@pytest.mark.parametrize("listed", [True, False], ids=["listed", "not listed"])
def test_a_trim_that_is_not_signed_is_taken_only_from_before_the_app_signed(kept: bool, listed: bool) -> None:
    chain = Chain()
    chain.sign(3)
    chain.trim(3, 90, LATER)
    chain.dropped = [replace(chain.dropped[0], proof=None)]
    chain.kept = chain.kept if kept else None
    chain.entry = chain.entry if listed else None
    verdict = verify_chain(chain, KEY)
    if kept or listed:
        assert (verdict.broken, verdict.problem) == (4, TRIMMED)
    else:
        assert verdict.whole


def test_after_what_was_dropped_its_checkpoint_has_to_be_there() -> None:
    chain = Chain()
    chain.sign(3)
    chain.trim(3, 90, LATER)
    chain.signed = []
    assert verify_chain(chain, KEY) == Verdict(4, 6, 4, TRIMMED)
