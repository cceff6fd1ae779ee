"""Late changes are compared with the newest events about them, also while others write, and of older versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.support.fake_chain import ANA, NOW, Chain
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import stamp
from timesheet.domain.period.late_change import LateChange, late_change_digest
from timesheet.services.audit.late_change import (
    LATE_CHANGED,
    LATE_GONE,
    LATE_UNRECORDED,
    check_late_changes,
    unrecorded_late_change,
)
from timesheet.services.audit.values import DIGEST
from timesheet.services.ports.audit import RecordedEvent

FOUND, ACCEPTED = Action.PERIOD_LATE_CHANGE_FOUND, Action.PERIOD_LATE_CHANGE_ACCEPTED
CHANGE = LateChange("team", "r", 7, "changed", NOW, "ana", "ana", "ab")
AGREED = replace(CHANGE, accepted_by="ana", accepted_at=NOW + timedelta(days=1), note="agreed")


def say(chain: Chain, seq: int, change: LateChange, action: Action = FOUND, *, digest: bool = True) -> None:
    after = {"worklog": change.worklog_id, "what": change.what}
    proof = {DIGEST: late_change_digest(change, {"ana": ANA})} if digest else {}
    event = RecordedEvent(seq, stamp(NOW), change.record_id, {}, {**after, **proof}, change.team_id)
    chain.said.append((action, event))


def chain_of(stored: LateChange | None, *, digest: bool = True) -> Chain:
    """Return a chain whose second event found a late change, with what is stored of it now."""
    chain = Chain()
    say(chain, 2, CHANGE, digest=digest)
    chain.closings.late = [stored] if stored else []
    return chain


def problems(chain: Chain, after: int = 0, through: int = 6) -> list[tuple[int, str]]:
    return list(check_late_changes(chain, chain.references(), after, through))


def test_a_late_change_as_it_was_recorded_is_intact() -> None:
    assert problems(chain_of(CHANGE)) == []
    chain = chain_of(AGREED)
    say(chain, 4, AGREED, ACCEPTED)
    assert problems(chain) == []
    assert unrecorded_late_change(chain, "") == ""


def test_a_former_user_is_known_by_their_reference() -> None:
    who = f"former-{ANA}"
    chain = chain_of(replace(AGREED, who=who, author=who, accepted_by=who))
    say(chain, 4, AGREED, ACCEPTED)
    chain.named = [(ANA, None, None)]
    assert problems(chain) == []


@pytest.mark.parametrize(
    "stored",
    [
        AGREED,
        replace(CHANGE, who="ben"),
        replace(CHANGE, author=None),
        replace(CHANGE, state="ac"),
        replace(CHANGE, found_at=NOW + timedelta(seconds=1)),
        replace(CHANGE, team_id="blue"),
    ],
)
def test_an_edited_late_change_is_found_where_its_event_is_verified(stored: LateChange) -> None:
    chain = chain_of(stored)
    assert problems(chain) == [(2, LATE_CHANGED)]
    assert problems(chain, after=2) == problems(chain, through=1) == []


@pytest.mark.parametrize(
    "stored", [CHANGE, replace(AGREED, note="other"), replace(AGREED, accepted_by="ben")]
)
def test_an_acceptance_is_what_its_event_says(stored: LateChange) -> None:
    chain = chain_of(stored)
    say(chain, 4, AGREED, ACCEPTED)
    assert problems(chain) == [(4, LATE_CHANGED)]
    # The acceptance is verified with the events that follow.
    assert problems(chain, through=3) == []


def test_one_that_is_open_again_is_compared_with_its_newest_event() -> None:
    again = replace(CHANGE, state="cd", found_at=NOW + timedelta(days=2))
    chain = chain_of(again)
    say(chain, 4, AGREED, ACCEPTED)
    say(chain, 5, again)
    assert problems(chain) == []


@pytest.mark.parametrize("stored", [None, replace(CHANGE, state="ac")])
def test_without_a_digest_nothing_is_compared(stored: LateChange | None) -> None:
    assert problems(chain_of(stored, digest=False)) == []


def test_a_late_change_is_gone_only_with_its_team() -> None:
    chain = chain_of(None)
    assert problems(chain) == [(2, LATE_GONE)]
    chain.said.append((Action.TEAM_DELETED, RecordedEvent(5, stamp(NOW), "team", {}, {}, "team")))
    assert problems(chain) == []


def test_one_that_changes_during_the_verification_is_left_to_the_next() -> None:
    class Meanwhile(Chain):
        """A chain in which the late change is accepted after its events were read."""

        def recorded(self, action: Action) -> list[RecordedEvent]:
            found = list(super().recorded(action))
            if action is ACCEPTED and not self.closings.late[0].accepted:
                self.closings.late = [AGREED]
                say(self, 7, AGREED, ACCEPTED)
            return found

    chain = Meanwhile()
    say(chain, 2, CHANGE)
    chain.closings.late = [CHANGE]
    assert problems(chain) == []
    assert problems(chain, through=7) == []


def test_somebody_who_is_named_for_the_first_time_during_the_verification_is_known() -> None:
    assert list(check_late_changes(chain_of(CHANGE), [], 0, 6)) == []


def test_a_late_change_without_an_event_is_found_unless_its_event_may_be_deleted() -> None:
    chain = Chain()
    chain.closings.late = [CHANGE]
    assert unrecorded_late_change(chain, "") == LATE_UNRECORDED
    assert unrecorded_late_change(chain, stamp(NOW - timedelta(seconds=1))) == LATE_UNRECORDED
    assert unrecorded_late_change(chain, stamp(NOW)) == ""


def test_the_first_of_several_problems_comes_first() -> None:
    other = replace(CHANGE, worklog_id=8)
    chain = chain_of(None)
    say(chain, 3, other)
    say(chain, 4, CHANGE)
    assert problems(chain) == [(3, LATE_GONE), (4, LATE_GONE)]
