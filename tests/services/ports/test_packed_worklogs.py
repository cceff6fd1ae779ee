"""Worklogs as plain numbers: nothing is lost, each counts once, and only while its author was a member."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.services.support.fake_jira import packed_from
from tests.services.support.scene import OPS, PAY, issue
from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Member
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import Missing, Snapshot
from timesheet.services.ports.packed_worklogs import PackedWorklogs, patch_worklogs, replaced

NOW = datetime(2026, 11, 16, 11, tzinfo=UTC)
MONDAY = date(2026, 11, 16)
WEEK = DateSpan(MONDAY, MONDAY + timedelta(days=6))
PEOPLE = ("eve", "ana", "bob")
ISSUES = {PAY: issue(PAY, "PAY-12", None), OPS: issue(OPS, "OPS-31", None)}

DAYS = st.one_of(st.none(), st.integers(-2, 9).map(lambda n: MONDAY + timedelta(days=n)))
STAYS = st.tuples(DAYS, DAYS).filter(lambda s: s[0] is None or s[1] is None or s[0] <= s[1])


def worklog(
    number: int, issue_id: int = PAY, author: str = "ana", day: int = 0, seconds: int = 3600, later: int = 0
) -> Worklog:
    on = MONDAY + timedelta(days=day)
    started = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    updated = NOW + timedelta(seconds=later)
    return Worklog(
        number, issue_id, author, on, started, seconds, updated, created=NOW - timedelta(days=number)
    )


WORKLOGS = st.lists(
    st.builds(
        worklog, st.integers(1, 12), st.sampled_from([PAY, OPS]), st.sampled_from(PEOPLE), st.integers(0, 6),
        st.integers(60, 90_000), st.integers(0, 3),
    ),
    unique_by=lambda w: w.id,
)  # fmt: skip


def packed_of(*worklogs: Worklog, missing: tuple[Missing, ...] = ()) -> PackedWorklogs:
    used = {one.issue_id for one in worklogs}
    issues = {number: ISSUES[number] for number in used}
    return packed_from(Snapshot(worklogs, issues, NOW, missing), PEOPLE, WEEK)


def rows(packed: PackedWorklogs) -> set[tuple[int, int, str, date, int, int, int]]:
    return {
        (number, issue_id, packed.people[person], date.fromordinal(day), seconds, updated, created)
        for person, day, seconds, issue_id, number, updated, created in packed.entries()
    }


def row(one: Worklog) -> tuple[int, int, str, date, int, int, int]:
    created = one.created or one.updated
    times = epoch_ms(one.updated), epoch_ms(created)
    return one.id, one.issue_id, one.author, one.day, one.seconds, *times


@given(WORKLOGS)
def test_every_number_comes_back(worklogs: list[Worklog]) -> None:
    packed = packed_of(*worklogs)
    assert packed.people == ("ana", "bob", "eve")
    assert rows(packed) == {row(one) for one in worklogs}
    assert sum(seconds for _, _, seconds in packed.amounts()) == sum(one.seconds for one in worklogs)
    wanted = {one.id for one in worklogs[::2]} | {99}
    assert packed.updates_of(wanted) == {one.id: epoch_ms(one.updated) for one in worklogs[::2]}


@given(WORKLOGS, st.lists(STAYS, min_size=2, max_size=2))
def test_each_worklog_counts_once_while_its_author_is_a_member(
    worklogs: list[Worklog], stays: list[tuple[date | None, date | None]]
) -> None:
    members = [
        Member("alpha", who, frozenset(), *stay) for who, stay in zip(("ana", "bob"), stays, strict=True)
    ]
    found = list(packed_of(*worklogs).counted(members))
    expected = {
        (w.id, w.issue_id, w.author, w.day, w.seconds)
        for w in worklogs
        if any(member.account_id == w.author and member.active_on(w.day) for member in members)
    }
    assert len({one.id for one in found}) == len(found)
    assert set(found) == expected


def test_the_first_and_the_last_day_of_a_member_count_and_no_other() -> None:
    member = Member(
        "alpha", "ana", frozenset(), WEEK.first + timedelta(days=1), WEEK.first + timedelta(days=3)
    )
    packed = packed_of(*(worklog(day, day=day) for day in range(7)), worklog(9, author="bob", day=2))
    assert [one.id for one in packed.counted([member])] == [1, 2, 3]
    assert list(packed.counted([replace(member, joined=WEEK.last + timedelta(days=1), left=None)])) == []


def test_a_worklog_counts_once_however_often_it_comes() -> None:
    again = patch_worklogs(packed_of(worklog(1), worklog(2)), {1: worklog(1), 2: worklog(2, later=1)})
    found = list(again.counted([Member("alpha", "ana", frozenset())]))
    assert sorted((one.id, one.seconds) for one in found) == [(1, 3600), (2, 3600)]


@given(WORKLOGS, WORKLOGS)
def test_an_issue_read_again_has_nothing_of_before(before: list[Worklog], after: list[Worklog]) -> None:
    fresh = [replace(one, id=one.id + 100) for one in after if one.issue_id == PAY]
    again = packed_of(*fresh)
    found = replaced(packed_of(*before), {PAY}, again)
    assert rows(found) == {row(one) for one in [*before, *fresh] if one.issue_id != PAY or one.id > 100}
    assert set(found.issues) == {entry[3] for entry in found.entries()}


def test_a_worklog_that_moved_to_an_issue_that_is_read_again_counts_there_alone() -> None:
    again = packed_of(worklog(1, PAY, later=1), worklog(2, PAY))
    assert rows(replaced(packed_of(worklog(1, OPS), worklog(2, PAY)), {PAY}, again)) == rows(again)


def test_newer_versions_of_worklogs_are_applied() -> None:
    cached = packed_of(worklog(1, later=2), worklog(2, OPS))
    older, newer = worklog(1, seconds=60, later=1), worklog(1, seconds=120, later=3)
    assert rows(patch_worklogs(cached, {1: older})) == rows(cached)
    assert rows(patch_worklogs(cached, {1: newer})) == {row(newer), row(worklog(2, OPS))}
    assert rows(patch_worklogs(cached, {1: None, 77: None})) == {row(worklog(2, OPS))}
    assert rows(patch_worklogs(cached, {1: replace(newer, day=MONDAY - timedelta(days=1))})) == {
        row(worklog(2, OPS))
    }
    assert rows(patch_worklogs(cached, {3: worklog(3, author="stranger")})) == rows(cached)
    assert rows(patch_worklogs(cached, {3: worklog(3, issue_id=40)})) == rows(cached)
    assert row(worklog(3)) in rows(patch_worklogs(cached, {3: worklog(3)}))


def test_what_is_missing_is_said() -> None:
    gone = Missing("PAY-12: Jira did not give all its worklogs", "issue-worklogs")
    assert (packed_of().complete, packed_of(missing=(gone,)).complete) == (True, False)
