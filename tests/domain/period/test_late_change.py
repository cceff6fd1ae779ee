"""Changes that count as late after a closing, and accepted ones that open again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.domain.period.test_period import FOUND_AT, HOUR, KEY, record, worklog
from timesheet.domain.period.digest import fingerprint, fingerprints
from timesheet.domain.period.late_change import LateChange, compare, late_change_digest

ACCEPTED_AT = datetime(2024, 7, 8, 9, tzinfo=UTC)
KNOWN = LateChange("t", "1", 2, "changed", FOUND_AT, "ben", "ann", "1" * 32)
ACCEPTED = replace(KNOWN, accepted_by="eva", accepted_at=ACCEPTED_AT, note="agreed")


def test_late_changes_are_what_was_added_changed_and_removed() -> None:
    closed = replace(record(), worklogs=fingerprints([worklog(1), worklog(2), worklog(3), worklog(4)], KEY))
    moved, longer, added = worklog(4, date(2024, 6, 27)), worklog(2, seconds=2 * HOUR), worklog(5)
    assert compare(closed, [added, moved, longer, worklog(1)], KEY, FOUND_AT) == (
        LateChange("t", "1", 2, "changed", FOUND_AT, author="ann", state=fingerprint(longer, KEY)),
        LateChange("t", "1", 3, "removed", FOUND_AT, state=""),
        LateChange("t", "1", 4, "changed", FOUND_AT, author="ann", state=fingerprint(moved, KEY)),
        LateChange("t", "1", 5, "added", FOUND_AT, author="ann", state=fingerprint(added, KEY)),
    )
    assert compare(closed, [worklog(n) for n in (4, 3, 2, 1)], KEY, FOUND_AT) == ()


@pytest.mark.parametrize("known", [KNOWN, ACCEPTED])
def test_the_same_state_found_again_is_nothing_new(known: LateChange) -> None:
    later = FOUND_AT + timedelta(days=1)
    for again in (replace(KNOWN, found_at=later), replace(KNOWN, found_at=later, who="eva", state=None)):
        assert known.found_again(again) is known


def test_an_accepted_change_opens_again_when_its_worklog_changes_again() -> None:
    now = replace(KNOWN, found_at=FOUND_AT + timedelta(days=9), state="2" * 32)
    assert ACCEPTED.found_again(now) is now
    assert (ACCEPTED.accepted, now.accepted) == (True, False)


def test_what_was_accepted_before_states_were_kept_stays_accepted() -> None:
    old = replace(ACCEPTED, state=None)
    assert old.found_again(KNOWN) == ACCEPTED


def test_an_open_change_takes_in_who_and_whose_as_far_as_they_are_known() -> None:
    found = replace(KNOWN, found_at=ACCEPTED_AT, who="eva", author=None, state="2" * 32)
    assert KNOWN.found_again(found) == replace(KNOWN, who="eva", state="2" * 32)
    assert KNOWN.found_again(replace(found, who=None, author="cy")).author == "cy"
    assert KNOWN.found_again(replace(found, who=None)).who == "ben"


def test_each_state_has_its_own_mark_that_does_not_contain_the_hash() -> None:
    assert KNOWN.mark != replace(KNOWN, state="2" * 32).mark
    assert KNOWN.mark not in str(KNOWN.state)
    assert [replace(KNOWN, state=state).mark for state in ("", None)] == ["", ""]


def test_a_change_names_whom_it_names_once_and_nobody_unknown() -> None:
    assert KNOWN.people == {"ann", "ben"}
    assert replace(ACCEPTED, who="ann").people == {"ann", "eva"}
    assert replace(KNOWN, who=None, author=None).people == set()


def test_a_change_is_the_same_if_closing_worklog_and_kind_are() -> None:
    assert replace(ACCEPTED, state="2" * 32).identity == KNOWN.identity
    others = {
        replace(KNOWN, record_id="2").identity,
        replace(KNOWN, worklog_id=3).identity,
        replace(KNOWN, what="removed").identity,
    }
    assert len(others | {KNOWN.identity}) == 4


NAMES = {"ann": "person 1", "ben": "person 2", "eva": "person 3"}


@pytest.mark.parametrize(
    ("change", "digest"),
    [
        (KNOWN, "4687287d21e5574a6eaf693845bc94ec0a044b9e8b2bcb2657d705b6adcc9b39"),
        (ACCEPTED, "520a34b9567eed650270679e7d9cf0668a9e42037979379e5f0aabcce8cc3446"),
    ],
)
def test_a_stored_change_keeps_its_digest(change: LateChange, digest: str) -> None:
    """The audit log proves stored changes by it, so another digest would make them look falsified."""
    assert late_change_digest(change, NAMES) == digest


def test_whatever_is_stored_of_a_change_is_in_its_digest() -> None:
    others = [
        replace(ACCEPTED, team_id="u"),
        replace(ACCEPTED, record_id="2"),
        replace(ACCEPTED, worklog_id=3),
        replace(ACCEPTED, what="removed"),
        replace(ACCEPTED, found_at=FOUND_AT + timedelta(milliseconds=1)),
        replace(ACCEPTED, who="eva"),
        replace(ACCEPTED, author="eva"),
        replace(ACCEPTED, state="2" * 32),
        replace(ACCEPTED, accepted_by="ann"),
        replace(ACCEPTED, accepted_at=ACCEPTED_AT + timedelta(milliseconds=1)),
        replace(ACCEPTED, note="not agreed"),
        replace(ACCEPTED, accepted_at=None),
    ]
    assert len({late_change_digest(one, NAMES) for one in (ACCEPTED, *others)}) == 13
