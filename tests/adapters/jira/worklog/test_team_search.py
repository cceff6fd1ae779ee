"""A team's search: some members at a time, in scope, and single issues in their current state."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.adapters.support.jira_json import BERLIN, NOW, START, ZONES, client, issue, page, worklog
from tests.adapters.support.jira_server import Reply, Request, scripted_jira
from timesheet.adapters.http.session import open_session
from timesheet.adapters.jira.call.parallel import Parallel
from timesheet.adapters.jira.call.ratelimit import RateLimits, Target
from timesheet.adapters.jira.call.transport import Transport
from timesheet.adapters.jira.client import JiraClient
from timesheet.adapters.jira.worklog.team_search import dealt
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotAllowed
from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.person import Person, former
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope
from timesheet.services.ports.packed_worklogs import PackedWorklogs
from timesheet.services.ports.team_jira import TeamTimeQuery

MONDAY = date(2026, 11, 16)
SPAN = DateSpan(MONDAY, MONDAY + timedelta(days=6))
LOGGED = 'worklogDate >= "2026-11-14" AND worklogDate <= "2026-11-24"'


NOBODY = Reply(json={"values": [], "isLast": True})


def read(
    authors: list[str], scope: Scope, ids: list[int] | None, route: Callable[[Request], Reply]
) -> tuple[PackedWorklogs, list[Request]]:
    with scripted_jira(route=route) as jira:
        query = TeamTimeQuery(tuple(authors), SPAN, scope)
        return client(jira).read_team_worklogs(query, ZONES, ids), jira.requests


def ids_of(packed: PackedWorklogs) -> list[int]:
    return sorted(entry[4] for entry in packed.entries())


def test_scope_and_members_are_one_search() -> None:
    packed, [request] = read(["bob", "ada"], Scope((10, 11), "labels = x ORDER BY rank"), None, lambda _: page(
        issue(12, worklog(1), worklog(2, author="bob"), worklog(3, author="eve"))))  # fmt: skip
    assert request.body["jql"] == (
        f'worklogAuthor in ("ada", "bob") AND {LOGGED} AND project in (10, 11) AND (labels = x) ORDER BY key ASC'
    )
    assert ids_of(packed) == [1, 2]
    assert (packed.complete, "reconcileIssues" in request.body) == (True, False)


def test_single_issues_are_looked_up_past_the_index() -> None:
    _, [request] = read(["ada"], Scope(), [13, 12], lambda _: page(issue(12, worklog(1))))
    assert request.body["jql"] == f'id in (12, 13) AND worklogAuthor in ("ada") AND {LOGGED} ORDER BY key ASC'
    assert request.body["reconcileIssues"] == [12, 13]


def test_t20_a_long_issue_is_read_once_whatever_the_number_of_searches() -> None:
    def route(request: Request) -> Reply:
        if request.path.endswith("search/jql"):
            return page(issue(12, worklog(1, author="p000"), total=30))
        return Reply(json={"total": 2, "worklogs": [worklog(1, author="p000"), worklog(2, author="p140")]})

    people = [f"p{number:03}" for number in range(150)]
    packed, requests = read(people, Scope(), None, route)
    assert sorted(call.path.rpartition("/")[2] for call in requests) == ["jql"] * 8 + ["worklog"]
    assert ids_of(packed) == [1, 2]


@pytest.mark.parametrize(
    ("status", "whole"), [(502, False), (431, False), (409, False), (413, False), (400, True)]
)
def test_a_search_that_fails_is_missing_and_a_broken_scope_is_an_error(status: int, whole: bool) -> None:
    def route(request: Request) -> Reply:
        if request.path.endswith("user/bulk"):
            return NOBODY
        if '"p140"' in request.body["jql"] or (status == 400 and "(x)" in request.body["jql"]):
            words = ["Error in the JQL Query."] if status < 431 else []
            return Reply(status, json={"errorMessages": words, "errors": {}})
        return page(issue(12, worklog(1, author="p000")))

    people = [f"p{number:03}" for number in range(150)]
    if whole:
        with pytest.raises(InvalidInput):
            read(people, Scope(jql="x"), None, route)
    else:
        packed, _ = read(people, Scope(), None, route)
        assert [part.code for part in packed.missing] == ["search"]
        with pytest.raises(JiraUnavailable):
            read(people[140:141], Scope(), None, route)


def test_a_search_that_is_refused_beside_answered_ones_is_an_error() -> None:
    def route(request: Request) -> Reply:
        if '"p140"' in str(request.body):
            return Reply(403, json={"errorMessages": ["not for you"], "errors": {}})
        return page(issue(12, worklog(1, author="p000")))

    with pytest.raises(NotAllowed, match="not for you"):
        read([f"p{number:03}" for number in range(150)], Scope(), None, route)


@pytest.mark.parametrize(
    ("jql", "lacks"),
    [
        ("assignee in (former-0123456789abcdef0123456789abcdef, bo)", ["scope-former"]),
        ("labels = former-customers", []),
    ],
)
def test_a_scope_with_a_former_user_is_incomplete_even_if_it_finds_something(
    jql: str, lacks: list[str]
) -> None:
    packed, _ = read(["ada"], Scope(jql=jql), None, lambda _: page(issue(12, worklog(1))))
    assert ids_of(packed) == [1]
    assert [part.code for part in packed.lacks] == lacks


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        (
            Reply(json={"queries": [{"query": "x", "errors": ["Field 'x' does not exist."]}]}),
            ["scope-unknown"],
        ),
        (
            Reply(json={"queries": [{"query": "x", "warnings": ["No 'bo' for 'assignee'."]}]}),
            ["scope-unknown"],
        ),
        (Reply(json={"queries": [{"query": "x", "structure": {}}]}), []),
        (Reply(503, json={}), []),
    ],
)
def test_a_scope_that_finds_nothing_is_checked(answer: Reply, missing: list[str]) -> None:
    def route(request: Request) -> Reply:
        return answer if request.path.endswith("jql/parse") else page()

    packed, requests = read(["ada"], Scope(jql="x = 1"), None, route)
    assert [part.code for part in packed.missing] == missing
    assert [part.what for part in packed.lacks if "finds nothing. Jira says: " not in part.what] == []
    assert requests[-1].body["queries"] == ["x = 1"]


@pytest.mark.parametrize(("authors", "jql"), [(["ada"], ""), ([], "x = 1")])
def test_without_members_or_a_filter_nothing_is_checked(authors: list[str], jql: str) -> None:
    packed, requests = read(authors, Scope((10,), jql), None, lambda _: page())
    assert packed.complete
    assert not any(request.path.endswith("jql/parse") for request in requests)


@pytest.mark.parametrize(
    ("members", "searches"),
    [(0, 0), (1, 1), (8, 1), (9, 2), (50, 7), (64, 8), (500, 8), (512, 8), (513, 9), (2000, 32)],
)
def test_members_are_dealt_to_searches_evenly(members: int, searches: int) -> None:
    hands = dealt([f"p{number}" for number in range(members)])
    assert len(hands) == searches
    assert sorted(who for hand in hands for who in hand) == sorted(f"p{number}" for number in range(members))
    assert not hands or max(map(len, hands)) - min(map(len, hands)) <= 1


class Known:
    """Names, of which some are known already."""

    def __init__(self, *known: str) -> None:
        self.people = {who: Person(who, who) for who in known}

    def unknown(self, account_ids: Iterable[str]) -> Sequence[str]:
        return [who for who in account_ids if who not in self.people]

    def note(self, people: Iterable[Person]) -> None:
        self.people |= {person.account_id: person for person in people}


def test_authors_come_with_their_names_and_only_the_others_are_read() -> None:
    def route(request: Request) -> Reply:
        if request.path.endswith("user/bulk"):
            cid = {"accountId": "cid", "displayName": "Cid", "active": True}
            return Reply(json={"values": [cid], "isLast": True})
        ada, bob = worklog(1), worklog(2, author="bob")
        ada["author"] |= {"displayName": "Ada", "active": True}
        bob["author"] |= {"active": False}
        return page(issue(12, ada, bob, worklog(3, author="eve")))

    names = Known("dan")
    with scripted_jira(route=route) as jira:
        client(jira).read_team_worklogs(
            TeamTimeQuery(("ada", "bob", "cid", "dan", "gone"), SPAN, Scope()), ZONES, names=names
        )
    assert [request.path.rpartition("/")[2] for request in jira.requests] == ["jql", "bulk"]
    assert jira.requests[1].query["accountId"] == "cid"
    assert names.people == {
        "ada": Person("ada", "Ada"),
        "bob": Person("bob", "bob", active=False),
        "cid": Person("cid", "Cid"),
        "dan": Person("dan", "dan"),
        "gone": former("gone"),
    }


def test_an_author_without_a_name_is_no_former_user_before_jira_is_asked() -> None:
    bare = {**worklog(1), "author": {"accountId": "ada"}}
    ada = Reply(json={"values": [{"accountId": "ada", "displayName": "Ada", "active": True}], "isLast": True})
    names = Known()
    with scripted_jira(page(issue(12, bare)), ada) as jira:
        client(jira).read_team_worklogs(TeamTimeQuery(("ada",), SPAN, Scope()), ZONES, names=names)
    assert names.people == {"ada": Person("ada", "Ada")}


def test_who_comes_with_a_later_page_is_not_read() -> None:
    first = {"issues": [issue(12, worklog(1))], "nextPageToken": "two"}
    last = page(issue(13, worklog(2, issue=13, author="bob")))
    names = Known()
    with scripted_jira(Reply(json=first), last) as jira:
        client(jira).read_team_worklogs(TeamTimeQuery(("ada", "bob"), SPAN, Scope()), ZONES, names=names)
    assert [request.path.rpartition("/")[2] for request in jira.requests] == ["jql", "jql"]
    assert set(names.people) == {"ada", "bob"}


def test_names_that_do_not_come_leave_the_time_complete() -> None:
    def route(request: Request) -> Reply:
        return page(issue(12, worklog(1))) if request.path.endswith("jql") else Reply(403, json={})

    names = Known()
    with scripted_jira(route=route) as jira:
        packed = client(jira).read_team_worklogs(
            TeamTimeQuery(("ada", "bob"), SPAN, Scope()), ZONES, names=names
        )
    assert (ids_of(packed), packed.complete, set(names.people)) == ([1], True, {"ada"})


def test_days_and_numbers_are_those_of_the_worklogs() -> None:
    late = worklog(1, started="2026-11-16T23:30:00.000+0000", timeSpentSeconds=0)
    early = worklog(
        2,
        author="bob",
        issue=13,
        started="2026-11-15T20:00:00.000-0700",
        created="2026-11-16T08:00:00.005+0100",
        updated="2026-11-17T01:00:00.123+0100",
    )
    packed, _ = read(["bob", "ada"], Scope(), None, lambda _: page(issue(12, late), issue(13, early)))
    tuesday = MONDAY.toordinal() + 1
    assert set(packed.entries()) == {
        (0, tuesday, 0, 12, 1, epoch_ms(NOW), epoch_ms(NOW)),
        (1, tuesday - 1, 3600, 13, 2, 1794873600123, 1794812400005),
    }


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"timeSpentSeconds": "3600"}, True),
        ({"timeSpentSeconds": -1}, True),
        ({"timeSpentSeconds": 10**30}, True),
        ({"timeSpentSeconds": None}, True),
        ({"started": "2026-11-16T09:00:00.000"}, True),
        ({"started": "9999-12-31T23:59:59.999-1100"}, False),
        ({"started": "9999-12-31T23:59:59.999+0000"}, False),
        ({"started": "0001-01-01T00:00:00.000+1400"}, False),
        ({"updated": 5}, True),
        ({"created": "never"}, True),
        ({"issueId": "9" * 30}, True),
        ({"id": "x"}, True),
        ({"id": "9" * 30}, True),
        ({"author": 7}, True),
        ({"author": {"accountId": 7}}, True),
        ({"author": {"accountId": "eve"}, "started": "yesterday"}, False),
        ({"author": None}, False),
        ({"timeSpentSeconds": -1, "started": "2026-12-16T09:00:00.000+0000"}, False),
    ],
)
@pytest.mark.parametrize("long", [False, True])
def test_a_worklog_that_cannot_be_read_is_said_and_spoils_no_other(
    broken: dict[str, object], said: bool, long: bool
) -> None:
    rows = [worklog(1), {**worklog(2), **broken}, worklog(3)]

    def route(request: Request) -> Reply:
        if request.path.endswith("jql"):
            return page(issue(12, total=21) if long else issue(12, *rows), issue(13, worklog(4, issue=13)))
        return Reply(json={"total": 3, "worklogs": rows})

    packed, _ = read(["ada"], Scope(), None, route)
    assert ids_of(packed) == [1, 3, 4]
    expected = ["PAY-12: Jira’s record of a worklog cannot be read."] if said else []
    assert [part.what for part in packed.missing] == expected


@pytest.mark.parametrize(
    ("lacking", "times"),
    [(["created"], [NOW, NOW]), (["updated"], [NOW, NOW]), (["created", "updated"], [START, START])],
)
def test_no_time_is_left_out_because_jira_does_not_say_when_it_was_entered(
    lacking: list[str], times: list[datetime]
) -> None:
    packed, _ = read(["ada"], Scope(), None, lambda _: page(issue(12, worklog(1) | dict.fromkeys(lacking))))
    assert packed.missing == ()
    assert [entry[5:] for entry in packed.entries()] == [tuple(map(epoch_ms, times))]


def test_an_issue_that_cannot_be_read_is_said_and_the_others_count() -> None:
    packed, _ = read(["ada"], Scope(), None, lambda _: page(issue(13, summary=7), issue(12, worklog(1))))
    assert (ids_of(packed), [part.code for part in packed.missing]) == ([1], ["issue-unreadable"])


def test_a_list_that_goes_on_without_saying_where_is_not_whole() -> None:
    answer = Reply(json={"issues": [issue(12, worklog(1))], "isLast": False})
    packed, requests = read(["ada"], Scope(), None, lambda _: answer)
    assert (ids_of(packed), [part.code for part in packed.missing], len(requests)) == ([1], ["paging"], 1)


def test_the_search_does_not_wait_for_the_zone_of_the_viewer() -> None:
    looked_up: list[int] = []

    class Later(dict[str, ZoneInfo]):
        def get(self, key: str, default: object = None) -> Any:
            looked_up.append(len(jira.requests))
            return BERLIN

    with scripted_jira(page(issue(12, worklog(1)))) as jira:
        client(jira).read_team_worklogs(TeamTimeQuery(("ada",), SPAN, Scope()), Later())
    assert looked_up == [1]


@pytest.mark.parametrize(("refused", "at_once"), [(False, 8), (True, 2)])
def test_eight_run_at_once_and_two_after_a_refusal(refused: bool, at_once: int) -> None:
    together, lock, running, most = threading.Barrier(at_once), threading.Lock(), [0], [0]

    def route(request: Request) -> Reply:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        together.wait(30)
        with lock:
            running[0] -= 1
        return page(issue(12, worklog(1, author="p000")))

    limits, people = RateLimits(), [f"p{number:03}" for number in range(500)]
    with scripted_jira(route=route) as jira:
        if refused:
            limits.refuse(Target(jira.base_url, "POST search/jql"), "jira-burst-based", 0)
        transport = Transport(open_session(), jira, limits, lambda _: None)
        speaker = JiraClient(transport, Parallel(), ZoneInfo("UTC"), lambda: NOW)
        packed = speaker.read_team_worklogs(TeamTimeQuery(tuple(people), SPAN, Scope()), {})
    assert (len(jira.requests), most[0], ids_of(packed)) == (8, at_once, [1])


def test_changes_are_searched_by_minutes_before_now() -> None:
    with scripted_jira(page({"id": "12"}, token="next"), page({"id": "14"})) as jira:
        found = client(jira).changed_issues(["ada"], SPAN, [14, 12], NOW - timedelta(seconds=301))
    assert found == {12, 14}
    assert jira.requests[0].body["jql"] == (
        f'updated >= "-7m" AND ((worklogAuthor in ("ada") AND {LOGGED}) OR id in (12, 14)) ORDER BY key ASC'
    )
    assert jira.requests[1].body["nextPageToken"] == "next"


def test_issues_are_found_or_not() -> None:
    with scripted_jira(page({"id": "12"}), page(), Reply(json={"accountId": "ada"})) as jira:
        assert client(jira).found_among([14, 12], "labels = x ORDER BY rank") == {12}
        assert client(jira).found_among([12], "labels = x") == set()
    assert jira.requests[0].body["jql"] == "id in (12, 14) AND (labels = x) ORDER BY key ASC"
    assert jira.requests[0].body["reconcileIssues"] == [12, 14]


def anonymous_at_first(*issues: object) -> Callable[[Request], Reply]:
    """Return a Jira that has ended the first token: it answers searches of nobody with no issues."""

    def route(request: Request) -> Reply:
        known = request.headers["Authorization"] != "Bearer token-0"
        if request.path.endswith("myself"):
            return Reply(json={"accountId": "ada"}) if known else Reply(401)
        return page(*issues) if known else page()

    return route


def test_no_issues_are_believed_only_of_a_jira_that_knows_the_caller() -> None:
    with scripted_jira(route=anonymous_at_first(issue(12, worklog(1)))) as jira:
        packed = client(jira).read_team_worklogs(TeamTimeQuery(("ada",), SPAN, Scope()), ZONES)
    assert ids_of(packed) == [1]
    search, myself = "POST search/jql", "GET myself"
    assert jira.lines() == [search, myself, myself, search]
    with scripted_jira(route=anonymous_at_first({"id": "12"})) as jira:
        assert client(jira).found_among([12], "labels = x") == {12}
    with scripted_jira(route=lambda request: page() if request.body else Reply(401)) as jira:
        for read_nothing in (
            lambda: client(jira).read_worklogs(["ada"], SPAN, ZONES),
            lambda: client(jira).read_team_worklogs(TeamTimeQuery(("ada",), SPAN, Scope()), ZONES),
            lambda: client(jira).found_among([12], ""),
        ):
            with pytest.raises(NotAllowed, match="did not accept this app"):
                read_nothing()


def test_the_caller_is_read_only_once() -> None:
    tracking = Reply(json={"timeTrackingEnabled": True})
    with scripted_jira(Reply(json={"accountId": "ada"}), page(), tracking, page()) as jira:
        speaker = client(jira)
        speaker.read_profile()
        assert speaker.read_worklogs(["ada"], SPAN, ZONES).complete
        assert speaker.found_among([12], "") == frozenset()


def test_a_project_that_jira_hides_does_not_hide_the_others() -> None:
    def route(request: Request) -> Reply:
        if request.path.endswith("/configuration"):
            return Reply(json={"timeTrackingEnabled": True})
        if "project in (1, 99)" in request.body["jql"]:
            sentence = "The value '99' does not exist for the field 'project'."
            return Reply(400, json={"errorMessages": [sentence], "errors": {}})
        elsewhere = issue(13, worklog(2, issue=13), project={"id": "5", "key": "OPS", "name": "Ops"})
        return page(issue(12, worklog(1)), elsewhere)

    packed, requests = read(["ada"], Scope((1, 99)), None, route)
    assert (ids_of(packed), set(packed.issues), len(requests)) == ([1], {12}, 3)


def test_named_issues_are_looked_up_past_the_index() -> None:
    with scripted_jira(route=lambda _: page()) as jira:
        client(jira).read_team_worklogs(TeamTimeQuery(("ada",), SPAN, Scope()), ZONES, named=range(60))
        client(jira).read_member_worklogs("ada", SPAN, Scope(), ZONES, range(60))
    assert [request.body["reconcileIssues"] for request in jira.requests if request.body] == [
        list(range(50))
    ] * 2


def changed(
    route: Callable[[Request], Reply], people: list[str], known: list[int]
) -> tuple[object, list[Request]]:
    with scripted_jira(route=route) as jira:
        return client(jira).changed_issues(people, SPAN, known, NOW), jira.requests


@pytest.mark.parametrize(
    ("people", "known", "clauses"),
    [([], [], 0), (["ada"], [], 1), ([], [12], 1), (["ada"], [12], 2)],
)
def test_changes_are_searched_for_people_and_issues_if_there_are_any(
    people: list[str], known: list[int], clauses: int
) -> None:
    found, requests = changed(lambda _: page({"id": "12"}), people, known)
    assert found == (frozenset({12}) if clauses else frozenset())
    assert len(requests) == min(clauses, 1)
    for one in requests:
        assert one.body["jql"].startswith('updated >= "-2m" AND (')
        assert ("worklogAuthor" in one.body["jql"], "id in (12)" in one.body["jql"]) == (
            bool(people),
            bool(known),
        )
        assert (one.body["fields"], one.body["maxResults"]) == (["id"], 5000)


def test_a_list_of_ids_that_does_not_end_is_not_an_answer() -> None:
    def route(request: Request) -> Reply:
        return page({"id": "12"}, token=f"{request.body.get('nextPageToken', '')}x")

    with pytest.raises(JiraUnavailable, match="does not end"):
        changed(route, ["ada"], [])


def test_a_members_time_in_a_project_that_jira_hides_is_sorted_out_here() -> None:
    def route(request: Request) -> Reply:
        if "project in" in request.body["jql"]:
            return Reply(400, json={"errorMessages": ["No project."], "errors": {}})
        return page(
            issue(12, worklog(1), project={"id": "10", "key": "PAY", "name": "Pay"}),
            issue(13, worklog(2, issue=13), project={"id": "11", "key": "OPS", "name": "Ops"}),
        )

    with scripted_jira(route=route) as jira:
        found = client(jira).read_member_worklogs("ada", SPAN, Scope((10, 99)), ZONES)
    assert ([one.id for one in found.worklogs], set(found.issues)) == ([1], {12})


def test_where_two_searches_break_off_both_end_and_people_are_read_once() -> None:
    """What follows the searches begins when the last one is over, however they end."""
    people_requests = []

    def route(request: Request) -> Reply:
        if request.path.endswith("user/bulk"):
            people_requests.append(request.path)
            return Reply(json={"values": [], "isLast": True})
        if "nextPageToken" in request.body:
            return Reply(502)
        return page(issue(12, worklog(1)), token="more")

    class Names:
        def unknown(self, account_ids: Any) -> Any:
            return list(account_ids)

        def note(self, people: Any) -> None:
            list(people)

    with scripted_jira(route=route) as jira:
        people = [f"p{number}" for number in range(9)]
        packed = client(jira).read_team_worklogs(
            TeamTimeQuery(tuple(people), SPAN, Scope()), ZONES, names=Names()
        )
    assert [part.code for part in packed.missing] == ["search"]
    assert len(people_requests) == 1
