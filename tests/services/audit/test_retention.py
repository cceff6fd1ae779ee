"""Retention deletes only what it may, and other deletions are found."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.support.fake_chain import KEY, NOW, Chain
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import stamp
from timesheet.services.audit.proof import verify_chain
from timesheet.services.audit.retention import (
    OTHER_COUNT,
    OTHER_RULE,
    SIGNED_LATER,
    TOO_YOUNG,
    UNANNOUNCED,
    UNSIGNED_TRIM,
    allowed,
    check_trims,
    youngest,
)

LATER = NOW + timedelta(days=200)


@pytest.fixture
def chain() -> Chain:
    """Return a chain of six events, of which retention has deleted two and later two more."""
    made = Chain()
    for seq in (2, 4):
        made.sign(seq)
        made.trim(seq, 120, LATER)
    return made


def check(chain: Chain, *, begun: bool = True) -> str:
    return check_trims(chain, KEY, chain.trims(), chain.checkpoints(), begun=begun)


def test_what_was_dropped_as_signed_is_in_order(chain: Chain) -> None:
    assert not check(chain)
    assert verify_chain(chain, KEY).first == 5
    assert verify_chain(chain, KEY).intact


@pytest.mark.parametrize("number", [0, 1])
def test_each_trim_needs_a_checkpoint(chain: Chain, number: int) -> None:
    del chain.signed[number]
    assert check(chain) == UNANNOUNCED


@pytest.mark.parametrize("number", [0, 1])
def test_each_trim_dropped_what_was_left(chain: Chain, number: int) -> None:
    chain.dropped[number] = replace(chain.dropped[number], events=1)
    assert check(chain) == OTHER_COUNT
    chain.dropped[number] = replace(chain.dropped[number], events=3)
    assert check(chain) == OTHER_COUNT


@pytest.mark.parametrize("number", [0, 1])
def test_each_trim_is_signed(chain: Chain, number: int) -> None:
    trim = chain.dropped[number]
    assert trim.proof is not None
    chain.dropped[number] = replace(trim, first_at=stamp(NOW - timedelta(days=1)))
    assert check(chain) == UNSIGNED_TRIM
    chain.dropped[number] = replace(trim, proof=replace(trim.proof, days=90))
    assert check(chain) == UNSIGNED_TRIM
    chain.dropped[number] = replace(trim, proof=None)
    assert check(chain) == UNANNOUNCED


def test_a_trim_that_another_key_signed_proves_nothing(chain: Chain) -> None:
    other, trim = AuditKey("somebody else"), chain.dropped[1]
    assert trim.proof is not None
    assert verify_chain(chain, AuditKey("somebody else")).unknown_key == KEY.id
    signature = other.sign_text("something else")
    chain.dropped[1] = replace(trim, proof=replace(trim.proof, signature=signature))
    assert check(chain) == UNSIGNED_TRIM


@pytest.mark.parametrize(
    ("days", "age", "good"), [(120, 120, True), (120, 119, False), (7, 90, True), (7, 89, False)]
)
def test_nothing_younger_than_the_rule_was_dropped(days: int, age: int, *, good: bool) -> None:
    chain = Chain()
    chain.sign(3)
    trim = chain.trim(3, days, NOW + timedelta(days=age))
    assert check(chain) == ("" if good else TOO_YOUNG.format(last=trim.last_at))


def test_times_of_deleted_events_that_the_checkpoint_contradicts_are_forged() -> None:
    chain = Chain()
    chain.sign(3)
    (sealed,) = chain.signed
    chain.trim(3, 120, NOW + timedelta(days=119), last=NOW - timedelta(days=300))
    assert check(chain) == SIGNED_LATER.format(at=stamp(sealed.at))


def test_the_newest_trim_has_its_event_and_so_have_others_whose_event_is_left(chain: Chain) -> None:
    kept = list(chain.said)
    for gone in kept:
        chain.said = [one for one in kept if one is not gone]
        assert check(chain) == UNANNOUNCED
    chain.dropped[0] = chain.proven(chain.dropped[0], stamp(LATER), 120, 4)
    chain.said = kept[1:]
    assert not check(chain)
    chain.dropped[0] = chain.proven(chain.dropped[0], stamp(LATER), 120, 5)
    assert check(chain) == UNANNOUNCED


@pytest.mark.parametrize("part", ["events", "first", "last"])
def test_an_event_says_just_what_was_dropped(chain: Chain, part: str) -> None:
    action, record = chain.said[1]
    chain.said[1] = (action, replace(record, after={**record.after, part: "other"}))
    assert check(chain) == UNANNOUNCED


def test_it_was_dropped_by_the_rule_that_the_site_had_set(chain: Chain) -> None:
    chain.sets(5, None, 120)
    chain.sets(100, 120, 365)
    assert not check(chain)
    chain.sets(6, 120, 90)
    chain.said.sort(key=lambda one: one[1].seq)
    assert check(chain) == OTHER_RULE.format(days=120)


@pytest.mark.parametrize(("before", "good"), [(120, True), (365, False), (None, False)])
def test_the_next_change_names_a_rule_that_is_older_than_all_events(
    chain: Chain, before: int | None, *, good: bool
) -> None:
    chain.sets(100, before, 90)
    assert check(chain) == ("" if good else OTHER_RULE.format(days=120))


def test_a_trim_from_before_trims_were_signed_needs_its_event() -> None:
    chain = Chain()
    chain.sign(3)
    chain.trim(3, 90, LATER)
    chain.dropped[0] = replace(chain.dropped[0], proof=None)
    assert not check(chain, begun=False)
    assert check(chain) == UNANNOUNCED
    chain.said.clear()
    assert check(chain, begun=False) == UNANNOUNCED


def test_what_a_site_may_drop_its_events_say(chain: Chain) -> None:
    assert allowed(chain, 120)
    assert not allowed(chain, 119)
    chain.dropped[1] = replace(chain.dropped[1], proof=None)
    assert allowed(chain, 119)
    chain.dropped[1] = chain.proven(chain.dropped[1], stamp(LATER), 0, 99)
    assert allowed(chain, 119)
    chain.sets(6, 120, 90)
    assert not allowed(chain, 120)
    assert allowed(chain, 90)
    assert not allowed(Chain(), 90)


def test_a_trim_that_names_no_rule_contradicts_none(chain: Chain) -> None:
    chain.dropped[1] = chain.proven(chain.dropped[1], stamp(LATER), 0, 99)
    chain.sets(5, None, 120)
    assert not check(chain)


def test_a_rule_that_is_set_for_the_first_time_or_no_longer_counts_like_a_change(chain: Chain) -> None:
    record = replace(chain.said[0][1], seq=5, before={}, after={"audit_days": 365})
    chain.said.append((Action.SETTING_CHANGED, record))
    assert check(chain) == OTHER_RULE.format(days=120)
    assert allowed(chain, 365)
    record = replace(record, seq=6, before={"audit_days": 365}, after={})
    chain.said.append((Action.SETTING_CHANGED, record))
    assert not allowed(chain, 365)


def test_other_settings_say_nothing_of_it(chain: Chain) -> None:
    record = replace(chain.said[0][1], seq=6, after={"week_start": "monday"})
    chain.said.append((Action.SETTING_CHANGED, record))
    assert allowed(chain, 120)


@pytest.mark.parametrize(("days", "back"), [(1, 90), (90, 90), (91, 91)])
def test_ninety_days_are_kept_at_least(days: int, back: int) -> None:
    assert youngest(days, NOW) == stamp(NOW - timedelta(days=back))
