"""Hashes of worklogs and of closings: what is in them, and that stored ones stay the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tests.domain.period.test_period import BERLIN, CLOSED_AT, FOUND_AT, HOUR, JUNE, KEY, record, worklog
from timesheet.domain.period.digest import closing_digest, fingerprint, reopening_digest
from timesheet.domain.period.period import MemberRecord
from timesheet.domain.span import DateSpan

NAMES = {"lena": "person 1", "ann": "person 2", "ben": "person 3", "eva": "person 4"}
PROVEN = replace(
    record(),
    members=(
        MemberRecord("ann", 160 * HOUR, 120 * HOUR, {"scheme": "full"}, "Europe/Berlin"),
        MemberRecord("ben", 80 * HOUR, 0, {}),
    ),
    worklogs={2: "b" * 32, 1: "a" * 32},
    reopened_by="lena",
    reopened_at=FOUND_AT,
)


def test_a_stored_closing_keeps_its_digests() -> None:
    """The audit log proves stored closings by them, so other digests would make them look falsified."""
    assert closing_digest(PROVEN, NAMES) == "4adacfe2f927f3343257e82b4a85ec0ccbb0cf671655a957066d1a2bdb4edd83"
    assert (
        reopening_digest(PROVEN, NAMES) == "9fe3f1b6c8d41faa5232d00d490432d5492fc449bf8c71697ce3303206803e0d"
    )


def test_whatever_a_closing_records_is_in_its_digest() -> None:
    ann, ben = PROVEN.members
    others = [
        replace(PROVEN, id="2"),
        replace(PROVEN, team_id="u"),
        replace(PROVEN, span=DateSpan(JUNE.first, date(2024, 6, 29))),
        replace(PROVEN, span=DateSpan(date(2024, 6, 2), JUNE.last)),
        replace(PROVEN, closed_by="eva"),
        replace(PROVEN, closed_at=CLOSED_AT + timedelta(milliseconds=1)),
        replace(PROVEN, worklogs={1: "a" * 32}),
        replace(PROVEN, worklogs={1: "b" * 32, 2: "b" * 32}),
        replace(PROVEN, worklogs={3: "a" * 32, 2: "b" * 32}),
        replace(PROVEN, members=(ann,)),
        replace(PROVEN, members=(replace(ann, account_id="eva"), ben)),
        replace(PROVEN, members=(replace(ann, capacity=1), ben)),
        replace(PROVEN, members=(replace(ann, spent=1), ben)),
        replace(PROVEN, members=(replace(ann, basis={"scheme": "half"}), ben)),
        replace(PROVEN, members=(replace(ann, zone=None), ben)),
    ]
    assert len({closing_digest(one, NAMES) for one in (PROVEN, *others)}) == 16


def test_the_order_in_which_a_closing_is_read_does_not_change_its_digest() -> None:
    reordered = replace(PROVEN, members=PROVEN.members[::-1], worklogs=dict(sorted(PROVEN.worklogs.items())))
    in_utc_plus_two = replace(reordered, closed_at=CLOSED_AT.astimezone(BERLIN))
    assert closing_digest(in_utc_plus_two, NAMES) == closing_digest(PROVEN, NAMES)


def test_who_reopened_a_closing_and_when_is_in_a_digest_of_its_own() -> None:
    others = [
        replace(PROVEN, id="2"),
        replace(PROVEN, reopened_by="eva"),
        replace(PROVEN, reopened_at=FOUND_AT + timedelta(milliseconds=1)),
        replace(PROVEN, reopened_by=None, reopened_at=None),
    ]
    assert len({reopening_digest(one, NAMES) for one in (PROVEN, *others)}) == 5
    closed_only = replace(PROVEN, reopened_by=None, reopened_at=None)
    assert closing_digest(closed_only, NAMES) == closing_digest(PROVEN, NAMES)


def test_a_fingerprint_depends_on_author_issue_day_and_seconds() -> None:
    one = worklog(1)
    assert fingerprint(one, KEY) == fingerprint(replace(one, id=2, comment={"a": 1}, updated=FOUND_AT), KEY)
    others = (
        replace(one, author="bob"),
        replace(one, issue_id=2),
        replace(one, day=date(2024, 6, 29)),
        replace(one, seconds=HOUR + 60),
        replace(one, author=f"1 {one.author}"),
    )
    prints = {fingerprint(log, KEY) for log in (one, *others)} | {fingerprint(one, b"another key")}
    assert len(prints) == 7
    assert all(len(text) == 32 for text in prints)
