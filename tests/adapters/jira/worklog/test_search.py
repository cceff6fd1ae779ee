from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from tests.adapters.support.jira_json import NOW, START, ZONES, client, issue, page, worklog
from tests.adapters.support.jira_server import Reply, Request, scripted_jira
from timesheet.adapters.jira.call.reading import ISSUE_FIELDS
from timesheet.adapters.jira.worklog import issue_worklogs
from timesheet.adapters.jira.worklog.collector import UNREADABLE
from timesheet.adapters.jira.worklog.search import page_of
from timesheet.domain.errors import InvalidInput, JiraUnavailable
from timesheet.domain.jira_time import epoch_ms, format_instant
from timesheet.domain.message import Message, message
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.adf import adf_to_text
from timesheet.domain.worklog.issue import CROWDED_FROM
from timesheet.domain.worklog.packed_json import is_cut
from timesheet.services.ports.jira import Snapshot, WorklogsUnread

MONDAY = date(2026, 11, 16)
SPAN = DateSpan(MONDAY, MONDAY + timedelta(days=6))


def read(*script: Reply, route: Callable[[Request], Reply] | None = None) -> tuple[Snapshot, list[Request]]:
    with scripted_jira(*script, route=route) as jira:
        return client(jira).read_worklogs(["ada"], SPAN, ZONES), jira.requests


def test_one_call_reads_a_person() -> None:
    snapshot, [request] = read(page(issue(12, worklog(1)), issue(13, worklog(2, issue=13))))
    assert [w.id for w in snapshot.worklogs] == [1, 2]
    assert (snapshot.calls, snapshot.read_at, snapshot.complete) == (1, NOW, True)
    assert snapshot.issues[12].done
    assert snapshot.issues[12].remaining_seconds == 600
    assert request.body["jql"] == (
        'worklogAuthor in ("ada") AND worklogDate >= "2026-11-14" AND worklogDate <= "2026-11-24" ORDER BY key ASC'
    )
    fields = [*ISSUE_FIELDS, "updated", "worklog"]
    assert request.body["fields"] == fields


def test_t23_worklogs_are_picked_by_author_and_day() -> None:
    others = [
        worklog(2, author="bob"),
        worklog(3, days=7),
        worklog(4, days=-1),
        {**worklog(5), "author": None},
    ]
    snapshot, _ = read(page(issue(12, worklog(1), *others), issue(13, worklog(6, issue=13, days=-2))))
    assert [w.id for w in snapshot.worklogs] == [1]
    assert set(snapshot.issues) == {12}


def test_t02_the_day_is_the_authors_own() -> None:
    late = format_instant(START.replace(hour=23, minute=30))
    snapshot, _ = read(page(issue(12, worklog(1, started=late))))
    assert snapshot.worklogs[0].day == MONDAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("stated", "day"),
    [("Pacific/Auckland", MONDAY + timedelta(days=1)), (None, MONDAY), ("Mars/Olympus", MONDAY)],
)
def test_t02_other_peoples_zone_is_theirs_or_the_sites(stated: str | None, day: date) -> None:
    row = worklog(1, author="bob", started=format_instant(START.replace(hour=12)))
    row["author"]["timeZone"] = stated
    with scripted_jira(page(issue(12, row))) as jira:
        snapshot = client(jira).read_worklogs(["bob"], SPAN, ZONES)
    assert snapshot.worklogs[0].day == day


def test_t20_an_issue_with_more_worklogs_is_read_whole() -> None:
    def route(request: Request) -> Reply:
        if request.path.endswith("search/jql"):
            return page(issue(12, worklog(1), total=21), issue(13, worklog(99, issue=13)))
        return Reply(json={"total": 2, "worklogs": [worklog(1), worklog(2)]})

    snapshot, requests = read(route=route)
    assert [w.id for w in snapshot.worklogs] == [1, 2, 99]
    assert snapshot.calls == 2
    query = requests[1].query
    assert int(query["startedAfter"]) <= epoch_ms(START) - 2 * 86400_000
    assert int(query["startedBefore"]) >= epoch_ms(START) + 8 * 86400_000


def test_t27_an_issue_with_nearly_as_many_worklogs_as_jira_allows_is_known_without_a_call() -> None:
    def route(request: Request) -> Reply:
        if request.path.endswith("search/jql"):
            few, many = CROWDED_FROM - 1, CROWDED_FROM
            return page(issue(12, worklog(1), total=many), issue(13, worklog(2, issue=13), total=few))
        return Reply(json={"total": 0, "worklogs": []})

    assert read(route=route)[0].crowded == {12: CROWDED_FROM}


def test_t20_worklogs_of_more_than_their_total_are_not_taken_for_all() -> None:
    def route(request: Request) -> Reply:
        if request.path.endswith("search/jql"):
            return page(issue(12, worklog(1), worklog(2), total=0))
        return Reply(json={"maxResults": 2, "total": 1, "worklogs": [worklog(1), worklog(2)]})

    snapshot, requests = read(route=route)
    assert len(requests) > 1
    assert [part.code for part in snapshot.missing] == ["issue-worklogs"]


def test_t26_a_hidden_worklog_field_is_read_from_the_issue() -> None:
    def route(request: Request) -> Reply:
        if request.path.endswith("search/jql"):
            return page(issue(12, worklog=None))
        return Reply(json={"total": 1, "worklogs": [worklog(1)]})

    assert [w.id for w in read(route=route)[0].worklogs] == [1]


def test_t21_pages_are_read_until_jiras_own_total() -> None:
    rows = [worklog(number) for number in range(5001)]

    def route(request: Request) -> Reply:
        if request.path.endswith("search/jql"):
            return page(issue(12, *rows[:20], total=5001))
        start = int(request.query["startAt"])
        return Reply(json={"total": 5001, "worklogs": rows[start : start + 2000]})

    snapshot, requests = read(route=route)
    assert len(snapshot.worklogs) == 5001
    read_pages = [a.query for a in requests if a.method == "GET" and a.query["maxResults"] != "1"]
    assert [query["startAt"] for query in read_pages] == ["0", "1999", "3998"]


@pytest.mark.parametrize(
    ("second", "third"),
    [
        (Reply(json={"total": 4, "worklogs": [worklog(3), worklog(4)]}), None),
        (Reply(json={"total": 4, "worklogs": [worklog(1), worklog(2)]}), None),
        (Reply(json={"total": 4, "worklogs": [worklog(2)]}), None),
        (
            Reply(json={"total": 9, "worklogs": [worklog(2), worklog(3)]}),
            Reply(json={"total": 9, "worklogs": []}),
        ),
        (Reply(json={"total": 4, "worklogs": "none"}), None),
    ],
    ids=["one-went-away", "the-same-page-again", "nothing-new", "the-total-grows", "no-list"],
)
def test_worklogs_that_move_between_the_pages_are_not_taken_for_all(
    second: Reply, third: Reply | None
) -> None:
    pages = iter([Reply(json={"total": 4, "worklogs": [worklog(1), worklog(2)]}), second, third])

    def route(request: Request) -> Reply:
        if request.path.endswith("search/jql"):
            return page(issue(12, worklog(1), total=21))
        reply = next(pages)
        assert reply
        return reply

    snapshot, _ = read(route=route)
    assert [part.code for part in snapshot.missing] == ["issue-worklogs"]


@pytest.mark.parametrize(
    "odd",
    [
        {"started": "yesterday"},
        {"started": None},
        {"timeSpentSeconds": "3600"},
        {"timeSpentSeconds": True},
        {"timeSpentSeconds": 3600.5},
        {"timeSpentSeconds": -1},
        {"timeSpentSeconds": 10**12},
        {"timeSpentSeconds": None},
        {"updated": "never"},
        {"id": None},
        {"id": 10**30},
        {"issueId": "-12"},
        {"author": "ada"},
    ],
)
def test_a_worklog_that_cannot_be_read_is_named_and_the_others_count(odd: dict[str, Any]) -> None:
    snapshot, _ = read(page(issue(12, worklog(1), worklog(2) | odd, worklog(3) | odd)))
    assert [w.id for w in snapshot.worklogs] == [1]
    assert [(part.code, part.what[:7]) for part in snapshot.missing] == [("worklog-unreadable", "PAY-12:")]


@pytest.mark.parametrize(
    ("comment", "text"),
    [("plain *words*", "plain *words*"), ("", ""), (7, ""), ([], ""), ("x" * 40_000, "x" * 32_000)],
)
def test_no_comment_costs_the_time_it_belongs_to(comment: object, text: str) -> None:
    snapshot, _ = read(page(issue(12, worklog(1) | {"comment": comment})))
    assert [adf_to_text(w.comment) for w in snapshot.worklogs] == [text]
    assert snapshot.complete


@pytest.mark.parametrize("lacking", [["created"], ["updated"], ["created", "updated"]])
def test_no_time_is_left_out_because_jira_does_not_say_when_it_was_entered(lacking: list[str]) -> None:
    for row in (
        {name: value for name, value in worklog(1).items() if name not in lacking},
        worklog(1) | dict.fromkeys(lacking),
    ):
        snapshot, _ = read(page(issue(12, row)))
        assert snapshot.complete
        [found] = snapshot.worklogs
        assert found.updated == (START if len(lacking) == 2 else NOW)
        assert found.created == (None if "created" in lacking else NOW)


@pytest.mark.parametrize(
    "bare",
    [
        {"summary": None},
        {"issuetype": None},
        {"status": None},
        {"issuetype": {"id": "1"}, "status": {"id": "3"}, "project": {"id": "1", "key": "PAY"}},
        {"parent": {"id": "9", "key": "PAY-9"}},
        {"parent": {"id": "9", "key": "PAY-9", "fields": None}},
        {"parent": {"id": "9", "key": "PAY-9", "fields": {"summary": None}}},
        {"parent": {"id": "9"}},
        {"parent": {"key": "PAY-9", "fields": {}}},
    ],
)
def test_nothing_that_an_issue_lacks_costs_the_time_on_it(bare: dict[str, Any]) -> None:
    snapshot, _ = read(page(issue(12, worklog(1), **bare)))
    assert [w.id for w in snapshot.worklogs] == [1]
    assert snapshot.complete


@pytest.mark.parametrize(
    ("number", "cut"),
    [(b"1e999", True), (b"-1E+400", True), (b"7" * 5000, True), (b"7" * 400, False), (b"1e308", False)],
)
def test_no_property_costs_the_time_it_belongs_to(number: bytes, cut: bool) -> None:
    rows = (
        worklog(1) | {"properties": [{"key": "other", "value": {"n": "N", "text": '\\": 1e999'}}]},
        worklog(2),
    )
    raw = json.dumps({"issues": [issue(12, *rows)]}).encode().replace(b'"N"', number)
    snapshot, _ = read(Reply(raw=raw))
    assert [w.id for w in snapshot.worklogs] == [1, 2]
    assert snapshot.complete
    [found, _] = snapshot.worklogs
    assert (found.properties or {})["other"]["text"] == '\\": 1e999'
    assert is_cut(found.properties or {}) == cut


@pytest.mark.parametrize("number", [b"1e999", b"7" * 30, b"-7e400", b'"text"', b"true"])
def test_no_estimate_costs_the_time_on_its_issue(number: bytes) -> None:
    raw = json.dumps({"issues": [issue(12, worklog(1), timetracking={"remainingEstimateSeconds": "N"})]})
    snapshot, _ = read(Reply(raw=raw.encode().replace(b'"N"', number)))
    assert ([w.id for w in snapshot.worklogs], snapshot.complete) == ([1], True)
    assert snapshot.issues[12].remaining_seconds is None


def test_one_that_cannot_be_read_and_belongs_to_another_week_or_person_is_nothing_that_lacks() -> None:
    others = [worklog(2, days=30) | {"timeSpentSeconds": -1}, worklog(3, author="bob") | {"started": 1}]
    snapshot, _ = read(page(issue(12, worklog(1), *others)))
    assert snapshot.complete


def test_an_issue_that_cannot_be_read_is_said_and_the_others_count() -> None:
    snapshot, _ = read(page(issue(12, worklog(1)), issue(13, worklog(2, issue=13), project=None)))
    assert [w.id for w in snapshot.worklogs] == [1]
    assert [part.code for part in snapshot.missing] == ["issue-unreadable"]


def test_a_list_that_goes_on_without_saying_where_is_not_whole() -> None:
    snapshot, requests = read(Reply(json={"issues": [issue(12, worklog(1))], "isLast": False}))
    assert [part.code for part in snapshot.missing] == ["paging"]
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("warnings", "whole"),
    [
        ([{"type": "CLAUSE_RESULT_TRUNCATED"}], False),
        ([{"type": "CLAUSE_LIMIT_EXCEEDED", "message": "Too many.", "details": {"limit": 1000}}], False),
        ([{"type": "DEPRECATED_FIELD"}, {"type": []}, {}, "words", None], True),
        (None, True),
        ("words", True),
    ],
)
def test_a_list_that_jira_cut_short_is_not_whole(warnings: object, whole: bool) -> None:
    """It may end in its last page or before it, or something in a page may be unreadable."""
    short = {"warnings": warnings, "issues": [issue(12, worklog(1))]}
    for pages in (
        [Reply(json=short)],
        [Reply(json=short | {"nextPageToken": "a"}), page()],
        [Reply(json=short | {"issues": [issue(12, worklog(1), worklog(2, started="never"))]})],
    ):
        snapshot, _ = read(*pages)
        assert [w.id for w in snapshot.worklogs] == [1]
        assert ("paging" in [part.code for part in snapshot.missing]) != whole


def test_t22_the_page_that_came_counts_not_the_one_requested() -> None:
    snapshot, requests = read(
        page(issue(12, worklog(1)), token="a"), page(token="b"), page(issue(13, worklog(2, issue=13)))
    )
    assert [w.id for w in snapshot.worklogs] == [1, 2]
    assert [a.body.get("nextPageToken") for a in requests] == [None, "a", "b"]
    assert snapshot.complete


def test_t22_a_page_twice_counts_once_and_is_said() -> None:
    snapshot, requests = read(route=lambda _: page(issue(12, worklog(1)), token="again"))
    assert [w.id for w in snapshot.worklogs] == [1]
    assert [part.code for part in snapshot.missing] == ["paging"]
    assert len(requests) == 2


def test_a_search_that_breaks_off_is_said() -> None:
    def route(request: Request) -> Reply:
        return Reply(500) if "nextPageToken" in request.body else page(issue(12, worklog(1)), token="a")

    snapshot, _ = read(route=route)
    assert [part.code for part in snapshot.missing] == ["search"]
    assert [w.id for w in snapshot.worklogs] == [1]


@pytest.mark.parametrize("size", [1, 2, 3, 5000])
@pytest.mark.parametrize("around", [0, 5], ids=["none on these days", "five on these days"])
def test_a_total_that_counts_the_days_outside_is_known_by_the_total_of_all_days(
    size: int, around: int
) -> None:
    rows = [worklog(number, days=0 if number < around else 90) for number in range(9)]

    def route(request: Request) -> Reply:
        if request.path.endswith("search/jql"):
            return page(issue(12, *rows[-1:], total=9))
        found = rows[:around] if "startedAfter" in request.query else rows
        start, most = int(request.query["startAt"]), min(size, int(request.query["maxResults"]))
        return Reply(json={"startAt": start, "total": 9, "worklogs": found[start : start + most]})

    snapshot, _ = read(route=route)
    assert [w.id for w in snapshot.worklogs] == list(range(around))
    assert snapshot.complete


def test_a_list_that_jira_may_have_cut_off_is_not_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issue_worklogs, "LONG_PAGE", 5)
    rows = [worklog(number) for number in range(9)]

    def route(request: Request) -> Reply:
        if request.path.endswith("search/jql"):
            return page(issue(12, *rows[:1], total=9))
        start = int(request.query["startAt"])
        return Reply(json={"startAt": start, "total": 9, "worklogs": rows[:5][start : start + 5]})

    snapshot, _ = read(route=route)
    assert [part.code for part in snapshot.missing] == ["issue-worklogs"]


@pytest.mark.parametrize("size", [1, 2, 3, 5000])
def test_without_a_total_an_issue_is_read_until_an_empty_page(size: int) -> None:
    rows = [worklog(number) for number in range(6)]

    def route(request: Request) -> Reply:
        if request.path.endswith("search/jql"):
            found = issue(12, *rows[:1])
            del found["fields"]["worklog"]["total"]
            return page(found)
        start = int(request.query["startAt"])
        return Reply(json={"startAt": start, "worklogs": rows[start : start + size]})

    snapshot, _ = read(route=route)
    assert [w.id for w in snapshot.worklogs] == [0, 1, 2, 3, 4, 5]
    assert snapshot.complete


@pytest.mark.parametrize(
    ("trouble", "what"),
    [
        (Reply(500), "PAY-12: Jira did not give all its worklogs."),
        (Reply(404), "PAY-12: Jira no longer shows this issue."),
        (Reply(json={"total": 9, "worklogs": []}), "PAY-12: Jira did not give all its worklogs."),
        (Reply(json={"worklogs": []}), "PAY-12: Jira did not give all its worklogs."),
        (Reply(json=[]), "PAY-12: Jira did not give all its worklogs."),
    ],
)
def test_a_part_that_fails_is_named(trouble: Reply, what: str) -> None:
    def route(request: Request) -> Reply:
        return page(issue(12, worklog(1), total=21)) if request.path.endswith("search/jql") else trouble

    snapshot, _ = read(route=route)
    assert [part.what for part in snapshot.missing] == [what]
    assert not snapshot.complete
    assert [w.id for w in snapshot.worklogs] == [1], "what came embedded is kept"


@pytest.mark.parametrize(
    ("count", "trouble", "what"),
    [
        (2, Reply(500), "PAY-11 and PAY-12: Jira did not give all their worklogs."),
        (
            6,
            Reply(404),
            "PAY-11, PAY-12, PAY-13, PAY-14, PAY-15, and PAY-16: Jira no longer shows these issues.",
        ),
        (
            7,
            Reply(500),
            "PAY-11, PAY-12, PAY-13, PAY-14, PAY-15, and 2 more issues: Jira did not give all their worklogs.",
        ),
        (
            27,
            Reply(500),
            "PAY-11, PAY-12, PAY-13, PAY-14, PAY-15, and 22 more issues: Jira did not give all their worklogs.",
        ),
    ],
)
def test_many_parts_that_fail_are_one_sentence(count: int, trouble: Reply, what: str) -> None:
    rows = [issue(11 + number, worklog(number), total=21) for number in range(count)]

    def route(request: Request) -> Reply:
        return page(*rows) if request.path.endswith("search/jql") else trouble

    snapshot, _ = read(route=route)
    assert [part.what for part in snapshot.missing] == [what]
    assert len(snapshot.worklogs) == count


@pytest.mark.parametrize("enabled", [True, False])
def test_where_time_tracking_is_off_no_issue_is_said_to_be_gone(enabled: bool) -> None:
    def route(request: Request) -> Reply:
        if request.path.endswith("search/jql"):
            return page(*(issue(number, worklog(number), total=21) for number in (11, 12)))
        if request.path.endswith("/configuration"):
            tracking = {"workingHoursPerDay": 8, "workingDaysPerWeek": 5}
            return Reply(json={"timeTrackingEnabled": enabled, "timeTrackingConfiguration": tracking})
        return Reply(404)

    snapshot, _ = read(route=route)
    [part] = snapshot.missing
    assert part.code == ("issue-gone" if enabled else "time-tracking")
    assert ("PAY-11" in part.what, "Time tracking is switched off" in part.what) == (enabled, not enabled)


@pytest.mark.parametrize("enabled", [True, False])
def test_where_time_tracking_is_off_a_search_that_finds_nothing_is_no_zero(enabled: bool) -> None:
    snapshot, _ = read(route=tracking(Reply(json={"issues": [], "isLast": True}), enabled=enabled))
    assert [part.code for part in snapshot.missing] == ([] if enabled else ["time-tracking"])


def test_where_time_tracking_is_off_a_refused_search_says_so() -> None:
    refused = Reply(400, {"errorMessages": ["Field 'worklogAuthor' does not exist."], "errors": {}})
    snapshot, _ = read(route=tracking(refused, enabled=False))
    assert [part.code for part in snapshot.missing] == ["time-tracking"]
    with pytest.raises(InvalidInput):
        read(route=tracking(refused, enabled=True))


def tracking(found: Reply, *, enabled: bool) -> Callable[[Request], Reply]:
    """Return the routes of a Jira that answers every search with ``found``."""
    of_site = {
        "timeTrackingEnabled": enabled,
        "timeTrackingConfiguration": {"workingHoursPerDay": 8, "workingDaysPerWeek": 5},
    }
    routes = {
        "search/jql": found,
        "configuration": Reply(json=of_site),
        "myself": Reply(json={"accountId": "ada"}),
    }
    return lambda request: routes[request.path.removeprefix("/rest/api/3/")]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500),
        Reply(json=[]),
        Reply(json={"issues": None}),
        Reply(json={"issues": [{"id": "x"}]}),
        Reply(json={"issues": [], "isLast": "no"}),
        Reply(json={"issues": [], "nextPageToken": 7}),
        page(issue(12, project=None)),
    ],
)
def test_without_a_first_page_there_is_no_half_result(reply: Reply) -> None:
    with pytest.raises(JiraUnavailable):
        read(route=lambda _: reply)


@pytest.mark.parametrize(
    "broken",
    [
        {"started": "yesterday"},
        {"timeSpentSeconds": "3600"},
        {"timeSpentSeconds": True},
    ],
)
def test_a_worklog_that_cannot_be_read_is_said_and_spoils_no_other(broken: dict[str, Any]) -> None:
    snapshot, _ = read(page(issue(12, worklog(1), worklog(2, **broken))))
    assert [w.id for w in snapshot.worklogs] == [1]
    [part] = snapshot.missing
    assert part.what == message("{issue}: {problem}", issue="PAY-12", problem=UNREADABLE)
    assert isinstance(part.what, Message), "only a message is shown in the reader's language"


def test_a_refused_search_says_so() -> None:
    with capture_logs() as logged, pytest.raises(InvalidInput, match="no such field"):
        read(Reply(400, {"errorMessages": ["no such field"], "errors": {}}))
    assert [(line["event"], line["log_level"]) for line in logged] == [("search_refused", "warning")]


@pytest.mark.parametrize("status", [409, 413])
def test_a_search_that_jira_cannot_do_now_is_a_failure(status: int) -> None:
    with pytest.raises(JiraUnavailable, match="Jira refuses: not now"):
        read(Reply(status, {"errorMessages": ["not now"], "errors": {}}))


def test_many_long_issues_are_read_side_by_side_and_in_order() -> None:
    def route(request: Request) -> Reply:
        if request.path.endswith("search/jql"):
            return page(*(issue(number, total=21) for number in range(100, 130)))
        number = int(request.path.split("/")[-2])
        return Reply(json={"total": 1, "worklogs": [worklog(number, issue=number)]})

    snapshot, _ = read(route=route)
    assert [w.id for w in snapshot.worklogs] == list(range(100, 130))
    assert snapshot.calls == 31


def test_a_page_is_requested_in_the_size_that_jira_allows() -> None:
    """Jira's documents: a hundred issues with fields, five thousand ids, a thousand worklogs by id."""
    _, [request] = read(page(issue(12, worklog(1))))
    assert request.body["maxResults"] == 100


@pytest.mark.parametrize("pages", [201, 202])
def test_a_search_ends_after_two_hundred_tokens(pages: int) -> None:
    def route(request: Request) -> Reply:
        number = int(request.body.get("nextPageToken", "t0")[1:]) + 1
        more = f"t{number}" if number < pages else None
        return page(issue(11 + number, worklog(number, issue=11 + number)), token=more)

    snapshot, requests = read(route=route)
    assert (len(snapshot.worklogs), len(requests)) == (201, 201)
    assert [part.code for part in snapshot.missing] == ([] if pages == 201 else ["paging"])


def test_whoever_waits_hears_of_each_page_and_of_each_long_issue() -> None:
    def route(request: Request) -> Reply:
        if request.path.endswith("/worklog"):
            return Reply(json={"total": 2, "worklogs": [worklog(1), worklog(2)]})
        if "nextPageToken" in request.body:
            return page(issue(13, worklog(3, issue=13)))
        return page(issue(12, worklog(1), total=21), token="more")

    progress: list[tuple[int, int]] = []
    with scripted_jira(route=route) as jira:
        client(jira).read_worklogs(["ada"], SPAN, ZONES, lambda *found: progress.append(found))
    assert sorted(progress) == [(1, 1), (2, 2), (2, 3)] or sorted(progress) == [(1, 1), (1, 2), (2, 3)]


def test_the_calls_of_one_reading_are_those_of_it_alone() -> None:
    with scripted_jira(route=lambda _: page(issue(12, worklog(1)))) as jira:
        one = client(jira)
        assert [one.read_worklogs(["ada"], SPAN, ZONES).calls for _ in range(2)] == [1, 1]


@pytest.mark.parametrize(("authors", "total", "calls"), [
    (["ada"], 499, 1), (["ada"], 500, 3), (["ada", "bob"], 500, 1),
])  # fmt: skip
def test_from_five_hundred_worklogs_on_one_persons_days_are_looked_for(
    authors: list[str], total: int, calls: int
) -> None:
    """Two days are searched and the worklogs counted; of two people everything is read at once."""

    def route(request: Request) -> Reply:
        if request.method == "GET":
            return Reply(json={"total": 1, "worklogs": [worklog(1)]})
        return page(issue(12, worklog(1), total=total))

    with scripted_jira(route=route) as jira:
        client(jira).read_worklogs(authors, SPAN, ZONES)
    # Beside the search and the reading.
    assert len(jira.requests) - 2 == (calls if calls > 1 else 0)
    questions = [
        request.body
        for request in jira.requests
        if request.method == "POST" and request.body["fields"] == ["id"]
    ]
    assert all(body["maxResults"] == 1 for body in questions)


def test_worklogs_are_listed_a_thousand_at_once() -> None:
    def route(request: Request) -> Reply:
        return Reply(json=[worklog(number) for number in request.body["ids"] if number != 7])

    with scripted_jira(route=route) as jira:
        found = client(jira).read_listed(range(1, 2002), ZONES)
    assert sorted(len(request.body["ids"]) for request in jira.requests) == [1, 1000, 1000]
    assert [one.id for one in found] == [number for number in range(1, 2002) if number != 7]


def test_a_listed_worklog_that_cannot_be_read_is_named_with_those_that_can() -> None:
    rows = [worklog(1), {**worklog(2), "timeSpentSeconds": 10**12}, worklog(3)]
    with scripted_jira(Reply(json=rows)) as jira, pytest.raises(WorklogsUnread) as raised:
        client(jira).read_listed([1, 2, 3], ZONES)
    assert [one.id for one in raised.value.others] == [1, 3]
    assert raised.value.ids == {2}


@pytest.mark.parametrize(
    ("sent", "properties"), [({}, {}), ({"properties": None}, {}), ({"properties": [1]}, None)], ids=str
)
def test_properties_that_were_requested_may_be_left_out_if_there_are_none(
    sent: dict[str, Any], properties: dict[str, Any] | None
) -> None:
    with scripted_jira(Reply(json=[worklog(1, **sent)]), Reply(json=worklog(1, **sent))) as jira:
        [listed] = client(jira).read_listed([1], ZONES)
        assert (listed.properties, client(jira).read_worklog(12, 1, ZONES).properties) == (properties,) * 2
    assert [request.query for request in jira.requests] == [{"expand": "properties"}] * 2


@pytest.mark.parametrize("answer", [None, {}, "x", [{"id": 10**20, "timeSpentSeconds": 1}], [None]])
def test_what_is_no_list_of_worklogs_is_not_an_answer(answer: object) -> None:
    with scripted_jira(Reply(json=answer)) as jira, pytest.raises(JiraUnavailable):
        client(jira).read_listed([1], ZONES)


@pytest.mark.parametrize(
    "answer",
    [
        {"issues": {}},
        {"issues": [], "nextPageToken": 5},
        {"issues": None},
        {"issues": [], "isLast": True, "warnings": [{"type": "CLAUSE_RESULT_TRUNCATED"}]},
    ],
)
def test_what_is_not_a_page_of_ids_is_not_an_answer(answer: object) -> None:
    with scripted_jira(Reply(json=answer)) as jira, pytest.raises(JiraUnavailable):
        client(jira).found_among([12], "")
    with pytest.raises(JiraUnavailable):
        page_of(cast(Mapping[str, Any], answer))
