"""Changes that count as late after a closing, and accepted ones that open again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.domain.period.test_period import FOUND_AT, HOUR, KEY, record, worklog
from timesheet.domain.period.late_change import LateChange, compare
from timesheet.domain.period.period import fingerprint, fingerprints

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
