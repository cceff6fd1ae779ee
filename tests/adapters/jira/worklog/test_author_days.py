"""An issue with very many worklogs: only the author's days are read if Jira's search can tell them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.adapters.support.jira_json import client
from tests.adapters.support.jira_server import Reply, Request, scripted_jira
from tests.adapters.support.long_issue import ISSUE, LongIssue
from timesheet.adapters.jira.worklog import author_days
from timesheet.adapters.jira.worklog.author_days import AuthorDays, divided, joined, probe_days
from timesheet.domain.errors import JiraUnavailable, TimesheetError
from timesheet.domain.span import DateSpan
from timesheet.services.ports.jira import Snapshot

UTC_ZONE = ZoneInfo("UTC")
YEAR = DateSpan(date(2026, 1, 1), date(2026, 12, 31))
MARCH = DateSpan(date(2026, 3, 1), date(2026, 3, 31))
START = datetime(2026, 1, 1, 9, tzinfo=UTC)
TWELVE = [date(2026, 3, day) for day in range(9, 21)]
MONTHLY = [date(2026, month, 15) for month in range(1, 13)]


def busy_issue(own: Sequence[date], same: bool, count: int = 5001) -> LongIssue:
    """Let everybody log all over the year, and ada on these days at nine."""
    others = count - len(own)
    rows = [(START + timedelta(minutes=n * 365 * 1440 // others), f"mate{n % 40}") for n in range(others)]
    rows += [(datetime(day.year, day.month, day.day, 9, tzinfo=UTC), "ada") for day in own]
    return LongIssue(rows, same, UTC_ZONE)


def read(long: LongIssue, span: DateSpan = YEAR, zone: ZoneInfo = UTC_ZONE) -> Snapshot:
    with scripted_jira(route=long.answer) as jira:
        return client(jira).read_worklogs(["ada"], span, {"ada": zone})


@pytest.mark.parametrize(
    ("own", "span", "points", "calls"),
    [
        (TWELVE, YEAR, 355, 21),
        (MONTHLY, YEAR, 1258, 88),
        (TWELVE[:2], MARCH, 86, 13),
        ([TWELVE[0]], YEAR, 178, 21),
    ],
    ids=["twelve-in-march", "one-a-month", "two-in-the-month", "one"],
)
def test_where_one_worklog_has_to_match_both_only_the_authors_days_are_read(
    own: list[date], span: DateSpan, points: int, calls: int
) -> None:
    long = busy_issue(own, same=True)
    snapshot = read(long, span)
    assert [worklog.id for worklog in snapshot.worklogs] == long.of("ada", UTC_ZONE, span.first, span.last)
    assert snapshot.complete
    assert (long.points, len(long.requests)) == (points, calls)


def test_where_different_worklogs_may_match_two_questions_show_it_and_all_is_read() -> None:
    long = busy_issue(TWELVE, same=False)
    snapshot = read(long)
    assert [worklog.id for worklog in snapshot.worklogs] == long.of("ada", UTC_ZONE, YEAR.first, YEAR.last)
    assert Counter(long.requests) == {"search": 1, "question": 2, "count": 1, "read": 2}
    # The search and all worklogs (5,001 and, as the second page begins with the last one of the first, one twice)
    # take 5,006; the rest is what it costs to ask.
    assert long.points == 5_006 + 4 + 2


def test_an_issue_with_fewer_worklogs_is_read_without_a_question() -> None:
    long = busy_issue(TWELVE, same=True, count=author_days.LEAST - 1)
    assert len(read(long).worklogs) == 12
    assert Counter(long.requests) == {"search": 1, "read": 1}


def test_a_range_with_few_worklogs_of_the_issue_is_read_after_the_probes() -> None:
    long = busy_issue(TWELVE, same=True)
    assert len(read(long, DateSpan(TWELVE[0], TWELVE[-1])).worklogs) == 12
    assert Counter(long.requests) == {"search": 1, "question": 2, "count": 1, "read": 1}


@pytest.mark.parametrize("name", ["question", "count"])
def test_where_jira_does_not_answer_a_question_all_is_read(name: str) -> None:
    long = busy_issue(TWELVE, same=True)
    long.refused = frozenset({name})
    snapshot = read(long)
    assert (len(snapshot.worklogs), snapshot.complete) == (12, True)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("count", {"worklogs": []}),
        ("question", {"issues": [], "isLast": False}),
        ("question", {"issues": [], "isLast": True, "warnings": [{"type": "CLAUSE_RESULT_TRUNCATED"}]}),
    ],
    ids=["a count without a total", "an empty page that is not the last", "an empty page that was cut short"],
)
def test_where_an_answer_says_nothing_all_is_read(name: str, answer: object) -> None:
    long = busy_issue(TWELVE, same=True)

    def route(request: Request) -> Reply:
        reply = long.answer(request)
        return Reply(json=answer) if long.requests[-1] == name else reply

    with scripted_jira(route=route) as jira:
        snapshot = client(jira).read_worklogs(["ada"], YEAR, {"ada": UTC_ZONE})
    assert (len(snapshot.worklogs), snapshot.complete) == (12, True)


def test_days_that_could_not_be_read_are_named_once() -> None:
    long = busy_issue(MONTHLY, same=True)
    long.refused = frozenset({"read"})
    assert [part.code for part in read(long).missing] == ["issue-worklogs"]


def test_each_question_has_the_issue_looked_up_past_the_index() -> None:
    long, bodies = busy_issue(TWELVE, same=True), []
    with scripted_jira(route=long.answer) as jira:
        client(jira).read_worklogs(["ada"], YEAR, {"ada": UTC_ZONE})
        bodies = [
            request.body
            for request in jira.requests
            if request.method == "POST" and request.body["fields"] == ["id"]
        ]
    assert len(bodies) > 10
    assert all(body["reconcileIssues"] == [ISSUE] for body in bodies)


ZONES = st.sampled_from(["UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin", "America/New_York"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10**6),
    author=ZONES,
    caller=ZONES,
    same=st.booleans(),
    first=st.integers(0, 300),
    length=st.integers(1, 366),
)
def test_no_worklog_is_lost_whatever_the_zones_and_the_range(
    seed: int, author: str, caller: str, same: bool, first: int, length: int
) -> None:
    random = Random(seed)
    spans = [random.uniform(0, 366 * 1440) for _ in range(random.randint(1, 30))]
    own = [(START + timedelta(minutes=minutes), "ada") for minutes in spans]
    midnights = [
        (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=random.randrange(366)), "ada") for _ in range(5)
    ]
    others = [(START + timedelta(minutes=random.uniform(0, 366 * 1440)), "bob") for _ in range(300)]
    long = LongIssue([*others, *own, *midnights], same, ZoneInfo(caller))
    span = DateSpan(
        date(2026, 1, 1) + timedelta(days=first), date(2026, 1, 1) + timedelta(days=first + length)
    )
    zone = ZoneInfo(author)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("timesheet.adapters.jira.worklog.search.LEAST", 21)
        patch.setattr(author_days, "LEAST_IN_DAYS", 10)
        patch.setattr(author_days, "SPLIT_ABOVE", 2)
        snapshot = read(long, span, zone)
    assert sorted(worklog.id for worklog in snapshot.worklogs) == long.of("ada", zone, span.first, span.last)


def found(
    matching: set[date], total: int | TimesheetError, span: DateSpan = YEAR
) -> tuple[list[DateSpan], list[DateSpan]]:
    """Return the ranges to read and the ranges counted, each answered immediately."""
    ranges: list[Sequence[DateSpan]] = []
    counted: list[DateSpan] = []
    waiting: list[Callable[[], None]] = []

    def ask(days: DateSpan, then: Callable[[bool | TimesheetError], None]) -> None:
        counted.append(days)
        waiting.append(lambda: then(bool(matching & set(days))))

    def count(days: DateSpan, then: Callable[[int | TimesheetError], None]) -> None:
        assert days == span
        waiting.append(lambda: then(total))

    AuthorDays(span, ask, count, ranges.append).begin()
    while waiting:
        waiting.pop(0)()
    [one] = ranges
    return list(one), counted


def test_from_how_many_worklogs_on_it_is_narrowed() -> None:
    assert found(set(TWELVE), author_days.LEAST_IN_DAYS - 1)[0] == [YEAR]
    assert found(set(TWELVE), author_days.LEAST_IN_DAYS)[0] != [YEAR]
    assert found(set(TWELVE), JiraUnavailable("Down."))[0] == [YEAR]


def test_one_probe_that_matches_is_enough_to_read_all() -> None:
    for day in probe_days(YEAR):
        assert found({day}, 5001)[0] == [YEAR]
        assert day.weekday() == 2


def test_nothing_is_read_where_nothing_matches() -> None:
    ranges, counted = found(set(), 5001)
    assert (ranges, len(counted)) == ([], 10)


def test_parts_are_split_as_long_as_they_hold_more_than_that_pays() -> None:
    # Parts of 46 days: 100 worklogs are not counted again, more are.
    [part] = found({date(2026, 5, 1)}, 8 * 100 * 365 // 368)[0]
    assert len(part) in (45, 46)
    ranges, counted = found({date(2026, 5, 1)}, 5001)
    assert (sum(map(len, ranges)), len(counted)) == (5, 18)


@pytest.mark.parametrize("length", [1, 2, 7, 8, 9, 48, 366])
def test_parts_cover_all_days_once(length: int) -> None:
    days = DateSpan(YEAR.first, YEAR.first + timedelta(days=length - 1))
    parts = divided(days, 8)
    assert [day for part in parts for day in part] == list(days)
    assert len(parts) == min(8, length)
    assert joined(parts[::-1]) == [days]


def test_ranges_apart_stay_apart() -> None:
    first, second = (DateSpan(date(2026, 1, day), date(2026, 1, day)) for day in (1, 3))
    assert joined([second, first]) == [first, second]


def again(long: LongIssue, span: DateSpan = YEAR) -> tuple[Snapshot, Snapshot, int]:
    """Read twice, the second time with the result of the first; return both and the cost of the second."""
    long.updated = long.updated or "2026-11-16T09:00:00.000+0000"
    with scripted_jira(route=long.answer) as jira:
        one = client(jira)
        first = one.read_worklogs(["ada"], YEAR, {"ada": UTC_ZONE})
        long.requests, long.points = [], 0
        second = one.read_worklogs(["ada"], span, {"ada": UTC_ZONE}, earlier=first.long)
    return first, second, long.points


@pytest.mark.parametrize("same", [True, False])
@pytest.mark.parametrize("span", [YEAR, MARCH], ids=["year", "month"])
def test_what_did_not_change_since_an_earlier_reading_costs_a_count(same: bool, span: DateSpan) -> None:
    long = busy_issue(TWELVE, same)
    first, second, points = again(long, span)
    assert Counter(long.requests) == {"search": 1, "count": 1}
    assert points == 2 + 2
    assert (second.long, [w.day for w in second.worklogs]) == (first.long, [])
    assert set(second.issues) == {ISSUE}
    [issue] = first.long
    assert (issue.id, issue.updated, issue.total, issue.days) == (ISSUE, long.updated, 5001, YEAR.padded(2))
    assert (issue.counted, issue.read_at) == (5001, first.read_at)


def test_changed_days_are_read_and_reported_again() -> None:
    long = busy_issue(TWELVE, same=True)
    long.updated = "2026-11-16T09:00:00.000+0000"
    with scripted_jira(route=long.answer) as jira:
        one = client(jira)
        [issue] = one.read_worklogs(["ada"], YEAR, {"ada": UTC_ZONE}).long
        for other in (
            replace(issue, updated="2026-11-16T09:00:00.001+0000"),
            replace(issue, total=5000),
            replace(issue, counted=5000),
            replace(issue, id=13),
        ):
            found = one.read_worklogs(["ada"], YEAR, {"ada": UTC_ZONE}, earlier=[other])
            assert (len(found.worklogs), found.long) == (12, (issue,)), other


@pytest.mark.parametrize("updated", [None, 5])
def test_an_issue_that_does_not_say_when_it_changed_is_always_read(updated: object) -> None:
    long = busy_issue(TWELVE, same=True)
    long.updated = updated  # type: ignore[assignment]
    with scripted_jira(route=long.answer) as jira:
        found = client(jira).read_worklogs(["ada"], YEAR, {"ada": UTC_ZONE})
    assert (len(found.worklogs), found.long) == (12, ())


def test_without_a_count_nothing_is_compared() -> None:
    long = busy_issue(TWELVE, same=True)
    long.refused = frozenset({"count"})
    first, second, _ = again(long)
    assert (first.long, len(second.worklogs)) == ((), 12)
