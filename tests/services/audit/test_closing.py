"""Closings are compared with the events that recorded them, also while others write, and of older versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.services.support.fake_chain import ANA, NOW, Chain
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import reference_of, stamp
from timesheet.domain.period.digest import closing_digest, reopening_digest
from timesheet.domain.period.period import ClosingRecord, MemberRecord
from timesheet.domain.span import DateSpan
from timesheet.services.audit.closing import (
    A_BATCH,
    CHANGED,
    GONE,
    REOPENED,
    UNRECORDED,
    check_closings,
    unrecorded,
)
from timesheet.services.audit.values import DIGEST, closing_values
from timesheet.services.ports.audit import PersonReference, RecordedEvent

NAMES, BEN = {"ana": ANA}, reference_of("ben", "salt")
MEMBER = MemberRecord("ana", 7200, 3600, {"scheme": "s"}, "UTC")
MAY = DateSpan(date(2026, 5, 1), date(2026, 5, 31))
CLOSING = ClosingRecord("r", "team", MAY, "ana", NOW, (MEMBER,), {7: "ab"})
REOPENING = replace(CLOSING, reopened_by="ana", reopened_at=NOW + timedelta(days=1))


def chain_of(closing: ClosingRecord | None, *, digest: bool = True) -> Chain:
    """Return a chain whose second event closed a period, with what is stored of it now."""
    chain = Chain()
    after = {**closing_values(CLOSING), **({DIGEST: closing_digest(CLOSING, NAMES)} if digest else {})}
    chain.said.append((Action.PERIOD_CLOSED, RecordedEvent(2, stamp(NOW), "r", {}, after, "team")))
    if closing:
        chain.closings.stored[closing.id] = closing
    return chain


def reopen(chain: Chain, seq: int = 4, closing: ClosingRecord = REOPENING) -> None:
    after = {DIGEST: reopening_digest(closing, NAMES)}
    chain.said.append((Action.PERIOD_REOPENED, RecordedEvent(seq, stamp(NOW), "r", {}, after, "team")))


def problems(chain: Chain, after: int = 0, through: int = 6) -> list[tuple[int, str]]:
    return list(check_closings(chain, chain.references(), after, through))


def test_a_closing_as_it_was_recorded_is_intact() -> None:
    chain = chain_of(CLOSING)
    assert problems(chain) == []
    assert unrecorded(chain, "") == ""


def test_many_closings_are_read_in_batches_and_reported_in_the_order_of_events() -> None:
    chain = Chain()
    for number in range(2 * A_BATCH + 1):
        closing = replace(CLOSING, id=f"r{number}")
        after = {**closing_values(closing), DIGEST: closing_digest(closing, NAMES)}
        chain.said.append(
            (Action.PERIOD_CLOSED, RecordedEvent(number, stamp(NOW), closing.id, {}, after, "team"))
        )
        chain.closings.stored[closing.id] = closing
    for number in (20, A_BATCH):
        del chain.closings.stored[f"r{number}"]
    assert problems(chain, after=-1, through=2 * A_BATCH) == [(20, GONE), (A_BATCH, GONE)]
    assert chain.closings.reads == 3


def test_a_former_user_is_known_by_their_reference() -> None:
    erased = replace(
        REOPENING,
        members=(replace(MEMBER, account_id=f"former-{ANA}"),),
        closed_by=f"former-{ANA}",
        reopened_by=f"former-{ANA}",
    )
    chain = chain_of(erased)
    chain.named = [(ANA, None, None)]
    reopen(chain)
    assert problems(chain) == []


@pytest.mark.parametrize(
    ("reopened_by", "then", "now"),
    [("ben", [], [(BEN, "ben", "salt")]), (f"former-{BEN}", [(BEN, "ben", "salt")], [(BEN, None, None)])],
    ids=["named", "erased"],
)
def test_who_reopened_it_may_be_named_or_erased_while_it_is_verified(
    reopened_by: str, then: list[PersonReference], now: list[PersonReference]
) -> None:
    stored = replace(REOPENING, reopened_by=reopened_by)
    chain = chain_of(stored)
    known = chain.named
    after = {DIGEST: reopening_digest(stored, {"ben": BEN, f"former-{BEN}": BEN})}
    chain.said.append((Action.PERIOD_REOPENED, RecordedEvent(4, stamp(NOW), "r", {}, after, "team")))
    chain.named = [*known, *now]
    assert list(check_closings(chain, [*known, *then], 0, 6)) == []


@pytest.mark.parametrize(
    "stored",
    [
        replace(CLOSING, members=(replace(MEMBER, spent=3601),)),
        replace(CLOSING, members=(replace(MEMBER, account_id="ben"),)),
        replace(CLOSING, members=(replace(MEMBER, capacity=7201),)),
        replace(CLOSING, members=(replace(MEMBER, basis={"scheme": "t"}),)),
        replace(CLOSING, members=(replace(MEMBER, zone="Asia/Tokyo"),)),
        replace(CLOSING, worklogs={7: "ac"}),
        replace(CLOSING, closed_at=NOW + timedelta(seconds=1)),
        replace(CLOSING, team_id="blue"),
    ],
)
def test_a_changed_closing_is_found_where_its_event_is_verified(stored: ClosingRecord) -> None:
    chain = chain_of(stored)
    assert problems(chain) == [(2, CHANGED)]
    assert problems(chain, after=2) == problems(chain, through=1) == []


def test_a_closing_is_the_same_in_whatever_order_a_database_returns_its_parts() -> None:
    first = replace(MEMBER, basis={"joined": "2026-05-04", "scheme": "s"})
    second = replace(MEMBER, account_id="ben", basis={"scheme": "s", "joined": "2026-05-04"})
    recorded = replace(CLOSING, members=(first, second), worklogs={7: "ab", 8: "cd"})
    returned = replace(
        CLOSING,
        members=(
            replace(second, basis=dict(reversed([*second.basis.items()]))),
            replace(first, basis=dict(reversed([*first.basis.items()]))),
        ),
        worklogs={8: "cd", 7: "ab"},
    )
    names = {"ana": ANA, "ben": "reference of ben"}
    assert closing_digest(returned, names) == closing_digest(recorded, names)


def test_without_a_digest_the_sums_are_compared() -> None:
    assert problems(chain_of(replace(CLOSING, worklogs={7: "ac"}), digest=False)) == []
    wrong = replace(CLOSING, members=(replace(MEMBER, spent=1),))
    assert problems(chain_of(wrong, digest=False)) == [(2, CHANGED)]


def test_a_closing_is_gone_only_with_its_team() -> None:
    chain = chain_of(None)
    assert problems(chain) == [(2, GONE)]
    chain.said.append((Action.TEAM_DELETED, RecordedEvent(5, stamp(NOW), "team", {}, {}, "team")))
    assert problems(chain) == []


def test_a_closing_is_reopened_exactly_if_an_event_says_so() -> None:
    assert problems(chain_of(REOPENING)) == [(2, REOPENED)]
    chain = chain_of(REOPENING)
    reopen(chain)
    assert problems(chain) == []
    chain = chain_of(CLOSING)
    reopen(chain)
    assert problems(chain) == problems(chain, through=4) == [(2, REOPENED)]
    # The closing was read before it was reopened.
    assert problems(chain, through=3) == []
    for forged in (
        replace(REOPENING, reopened_by="ben"),
        replace(REOPENING, reopened_at=NOW + timedelta(days=2)),
    ):
        chain = chain_of(forged)
        reopen(chain)
        assert problems(chain) == [(2, REOPENED)]
    assert problems(chain_of(replace(CLOSING, reopened_by="ana"))) == [(2, REOPENED)]


def test_a_closing_that_is_reopened_during_the_verification_is_intact(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chain = chain_of(REOPENING)
    read = chain.closings.whole

    def read_after_reopening(ids: Sequence[str]) -> Mapping[str, ClosingRecord]:
        reopen(chain)
        return read(ids)

    monkeypatch.setattr(chain.closings, "whole", read_after_reopening)
    assert problems(chain) == []


def test_a_closing_without_an_event_is_found_unless_its_event_may_be_deleted() -> None:
    chain = Chain()
    chain.closings.stored["r"] = CLOSING
    assert unrecorded(chain, "") == unrecorded(chain, stamp(NOW - timedelta(seconds=1))) == UNRECORDED
    assert unrecorded(chain, stamp(NOW)) == ""


def test_somebody_who_is_named_for_the_first_time_during_the_verification_is_known() -> None:
    assert list(check_closings(chain_of(CLOSING), [], 0, 6)) == []
