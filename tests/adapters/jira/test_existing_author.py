"""A search that names an account that Jira does not know: the others' time is read without it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from structlog.testing import capture_logs

from tests.adapters.support.jira_json import ZONES, client, issue, page, worklog
from tests.adapters.support.jira_server import Reply, Request, scripted_jira
from timesheet.domain.errors import InvalidInput
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope
from timesheet.services.ports.jira import FORMER
from timesheet.services.ports.packed_worklogs import PackedWorklogs, former_note
from timesheet.services.ports.team_jira import TeamTimeQuery

SPAN = DateSpan(date(2026, 11, 16), date(2026, 11, 22))
NOBODY = Reply(json={"values": [], "isLast": True})
TRACKING = Reply(json={"timeTrackingEnabled": True})


def read(
    authors: list[str], scope: Scope, route: Callable[[Request], Reply]
) -> tuple[PackedWorklogs, list[Request]]:
    with scripted_jira(route=route) as jira:
        query = TeamTimeQuery(tuple(authors), SPAN, scope)
        return client(jira).read_team_worklogs(query, ZONES), jira.requests


def ids_of(packed: PackedWorklogs) -> list[int]:
    return sorted(entry[4] for entry in packed.entries())


def erasing(*gone: str, scope_refused: bool = False) -> Callable[[Request], Reply]:
    """Return a Jira that refuses each search that names one of these accounts, in its own language, and shows none
    of them.
    """

    def route(request: Request) -> Reply:
        if request.path.endswith("user/bulk"):
            return NOBODY
        if request.path.endswith("/configuration"):
            return TRACKING
        jql = request.body["jql"]
        if any(f'"{who}"' in jql for who in gone) or (scope_refused and "labels" in jql):
            return Reply(400, json={"errorMessages": ["O valor não existe."], "errors": {}})
        return page(issue(12, worklog(1, author="p000"), worklog(2, author="p003")))

    return route


@pytest.mark.parametrize("gone", [["p140"], ["p000"], ["p149", "p003", "p077"]])
def test_an_account_that_jira_does_not_know_takes_nobody_elses_time_away(gone: list[str]) -> None:
    people = [f"p{number:03}" for number in range(150)]
    packed, requests = read(people, Scope(jql="labels = x"), erasing(*gone))
    expected = {"p000": 1, "p003": 2}
    assert ids_of(packed) == sorted(number for who, number in expected.items() if who not in gone)
    assert packed.unknown == tuple(sorted(gone))
    assert packed.people == tuple(people)
    assert [part.code for part in packed.missing] == [FORMER]
    assert packed.lacks == ()
    assert ("1 former user" if len(gone) == 1 else "3 former users") in packed.missing[0].what
    assert len(requests) <= 8 + 3 + len(gone) * 13 + 1 + 8 + 1


def test_whom_jira_is_known_not_to_know_is_not_named_again() -> None:
    with scripted_jira(route=erasing("p001")) as jira:
        packed = client(jira).read_team_worklogs(
            TeamTimeQuery(("p000", "p001"), SPAN, Scope()), ZONES, unknown={"p001"}
        )
    assert (ids_of(packed), packed.unknown, len(jira.requests)) == ([1], ("p001",), 1)


def test_a_scope_that_jira_refuses_is_still_an_error_and_so_is_a_search_for_worklogs() -> None:
    with capture_logs() as logged, pytest.raises(InvalidInput):
        read(["p000", "p001"], Scope(jql="labels = x"), erasing("p001", scope_refused=True))
    assert logged == []
    with capture_logs() as logged, pytest.raises(InvalidInput):
        read(["p000", "p001"], Scope(), lambda _: Reply(400, json={"errorMessages": [], "errors": {}}))
    assert [line["event"] for line in logged] == ["search_refused"]


@pytest.mark.parametrize(
    "people",
    [
        Reply(json={"values": [{"accountId": "p001", "displayName": "Bo", "active": False}], "isLast": True}),
        Reply(403, json={"errorMessages": ["No."], "errors": {}}),
        Reply(401),
    ],
    ids=["deactivated", "not shown", "not allowed"],
)
def test_nobodys_time_is_left_out_because_jira_refuses_to_search_for_somebody_it_knows(people: Reply) -> None:
    gone = erasing("p001")

    def route(request: Request) -> Reply:
        return people if request.path.endswith("user/bulk") else gone(request)

    with pytest.raises(InvalidInput, match="O valor não existe"):
        read(["p000", "p001"], Scope(), route)


def test_a_search_without_known_accounts_finds_nobody_and_says_so() -> None:
    with scripted_jira(route=erasing("p000")) as jira:
        packed = client(jira).read_team_worklogs(TeamTimeQuery(("p000",), SPAN, Scope()), ZONES)
        day = client(jira).read_member_worklogs("p000", SPAN, Scope(), ZONES)
    assert (list(packed.entries()), packed.unknown) == ([], ("p000",))
    assert (day.worklogs, [part.code for part in day.missing]) == ((), [FORMER])


def test_the_time_of_an_erased_person_is_not_searched_and_that_is_said() -> None:
    people = ["p000", "former-0123456789abcdef"]
    with scripted_jira(route=erasing()) as jira:
        packed = client(jira).read_team_worklogs(TeamTimeQuery(tuple(people), SPAN, Scope()), ZONES)
        day = client(jira).read_member_worklogs(people[1], SPAN, Scope(), ZONES)
    assert (ids_of(packed), packed.unknown) == ([1], ())
    assert [part.missing for part in (packed, day)] == [former_note(1), former_note(1)]


def test_a_projects_hidden_from_the_viewer_and_an_erased_account_at_once() -> None:
    def route(request: Request) -> Reply:
        if request.path.endswith("user/bulk"):
            closed = {
                "accountId": "p001",
                "accountType": "unknown",
                "displayName": "Former user",
                "active": False,
            }
            return Reply(json={"values": [closed], "isLast": True})
        jql = request.body["jql"]
        if '"p001"' in jql or "project in" in jql:
            return Reply(400, json={"errorMessages": ["Não."], "errors": {}})
        return page(issue(12, worklog(1, author="p000")))

    packed, _ = read(["p000", "p001"], Scope((10,)), route)
    assert packed.unknown == ("p001",)


def test_a_search_refused_for_another_reason_is_not_repeated() -> None:
    def route(request: Request) -> Reply:
        if request.path.endswith("/configuration"):
            return TRACKING
        if "(x)" in request.body["jql"]:
            return Reply(400, json={"errorMessages": ["Error in the JQL Query."], "errors": {}})
        return page()

    with scripted_jira(route=route) as jira, pytest.raises(InvalidInput):
        client(jira).read_team_worklogs(TeamTimeQuery(("ada",), SPAN, Scope(jql="x")), ZONES)
    assert sum("(x)" in request.body["jql"] for request in jira.requests if request.body) == 1
