"""A team's search: some members at a time, in scope, and single issues as they are this moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.adapters.jira_json import NOW, ZONES, client, issue, worklog
from tests.adapters.jira_server import Asked, Reply, scripted_jira
from timesheet.adapters.jira.team_search import scope_jql, without_order
from timesheet.domain.errors import InvalidInput, JiraUnavailable
from timesheet.domain.span import DateSpan
from timesheet.domain.team import Scope
from timesheet.services.ports import Snapshot

MONDAY = date(2026, 11, 16)
SPAN = DateSpan(MONDAY, MONDAY + timedelta(days=6))
LOGGED = 'worklogDate >= "2026-11-14" AND worklogDate <= "2026-11-24"'


def page(*issues: object, token: str | None = None) -> Reply:
    return Reply(
        json={"issues": list(issues), "isLast": token is None} | ({"nextPageToken": token} if token else {})
    )


def read(
    authors: list[str], scope: Scope, ids: list[int] | None, route: Callable[[Asked], Reply]
) -> tuple[Snapshot, list[Asked]]:
    with scripted_jira(route=route) as jira:
        return client(jira).read_team_worklogs(authors, SPAN, scope, ZONES, ids), jira.asked


def test_scope_and_members_are_one_search() -> None:
    snapshot, [asked] = read(["bob", "ada"], Scope((10, 11), "labels = x ORDER BY rank"), None, lambda _: page(
        issue(12, worklog(1), worklog(2, author="bob"), worklog(3, author="eve"))))  # fmt: skip
    assert asked.body["jql"] == (
        f'worklogAuthor in ("ada", "bob") AND {LOGGED} AND project in (10, 11) AND (labels = x) ORDER BY key ASC'
    )
    assert [w.id for w in snapshot.worklogs] == [1, 2]
    assert (snapshot.calls, snapshot.complete, "reconcileIssues" in asked.body) == (1, True, False)


def test_single_issues_are_looked_up_past_the_index() -> None:
    _, [asked] = read(["ada"], Scope(), [13, 12], lambda _: page(issue(12, worklog(1))))
    assert asked.body["jql"] == f'id in (12, 13) AND worklogAuthor in ("ada") AND {LOGGED} ORDER BY key ASC'
    assert asked.body["reconcileIssues"] == [12, 13]


def test_t20_a_long_issue_is_read_once_whatever_the_number_of_searches() -> None:
    def route(asked: Asked) -> Reply:
        if asked.path.endswith("search/jql"):
            return page(issue(12, worklog(1, author="p000"), total=30))
        return Reply(json={"total": 2, "worklogs": [worklog(1, author="p000"), worklog(2, author="p140")]})

    people = [f"p{number:03}" for number in range(150)]
    snapshot, asked = read(people, Scope(), None, route)
    assert sorted(call.path.rpartition("/")[2] for call in asked) == ["jql", "jql", "jql", "worklog"]
    assert [w.id for w in snapshot.worklogs] == [1, 2]
    assert snapshot.calls == 4


@pytest.mark.parametrize(("status", "whole"), [(502, False), (400, True)])
def test_a_search_that_fails_is_missing_and_a_broken_scope_is_an_error(status: int, whole: bool) -> None:
    def route(asked: Asked) -> Reply:
        if '"p140"' in asked.body["jql"]:
            return Reply(status, json={"errorMessages": ["Error in the JQL Query."], "errors": {}})
        return page(issue(12, worklog(1, author="p000")))

    people = [f"p{number:03}" for number in range(150)]
    if whole:
        with pytest.raises(InvalidInput):
            read(people, Scope(jql="x"), None, route)
    else:
        snapshot, _ = read(people, Scope(), None, route)
        assert [part.code for part in snapshot.missing] == ["search"]
        with pytest.raises(JiraUnavailable):
            read(people[100:], Scope(), None, route)


def test_what_changed_is_asked_in_minutes_from_now() -> None:
    with scripted_jira(page({"id": "12"}, token="next"), page({"id": "14"})) as jira:
        found = client(jira).changed_issues(["ada"], SPAN, [14, 12], NOW - timedelta(seconds=301))
    assert found == {12, 14}
    assert jira.asked[0].body["jql"] == (
        f'updated >= "-7m" AND ((worklogAuthor in ("ada") AND {LOGGED}) OR id in (12, 14)) ORDER BY key ASC'
    )
    assert jira.asked[1].body["nextPageToken"] == "next"


def test_issues_are_found_or_not() -> None:
    with scripted_jira(page({"id": "12"}), page()) as jira:
        assert client(jira).found_among([14, 12], "labels = x ORDER BY rank") == {12}
        assert client(jira).found_among([12], "labels = x") == set()
    assert jira.asked[0].body["jql"] == "id in (12, 14) AND (labels = x) ORDER BY key ASC"
    assert jira.asked[0].body["reconcileIssues"] == [12, 14]


def test_a_project_that_jira_hides_does_not_hide_the_others() -> None:
    def route(asked: Asked) -> Reply:
        if "project in (1, 99)" in asked.body["jql"]:
            sentence = "The value '99' does not exist for the field 'project'."
            return Reply(400, json={"errorMessages": [sentence], "errors": {}})
        elsewhere = issue(13, worklog(2, issue=13), project={"id": "5", "key": "OPS", "name": "Ops"})
        return page(issue(12, worklog(1)), elsewhere)

    snapshot, asked = read(["ada"], Scope((1, 99)), None, route)
    assert ([w.id for w in snapshot.worklogs], set(snapshot.issues), len(asked)) == ([1], {12}, 2)


@pytest.mark.parametrize(
    ("jql", "kept"),
    [
        ("", ""),
        ("labels = x", "labels = x"),
        ("labels = x order  by rank", "labels = x"),
        ("ORDER BY rank", ""),
        ('summary ~ "a \\" order by b" ORDER BY rank', 'summary ~ "a \\" order by b"'),
        ("summary ~ 'order by'", "summary ~ 'order by'"),
    ],
)
def test_an_order_orders_nothing(jql: str, kept: str) -> None:
    assert without_order(jql) == kept
    assert scope_jql(Scope(jql=jql)) == (f"({kept})" if kept else "")
