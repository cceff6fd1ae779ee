from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.support.jira_json import worklog
from tests.adapters.support.jira_server import Reply, scripted_jira
from timesheet.adapters.jira.client import JiraClients

CHANGE = {"worklogId": 7, "updatedTime": 50, "properties": []}


@pytest.mark.parametrize(
    ("marked", "values", "last"),
    [
        ({"lastPage": True}, [CHANGE], True),
        ({"lastPage": False}, [CHANGE], False),
        ({}, [CHANGE], False),
        ({}, [], True),
    ],
)
def test_a_list_that_does_not_mark_its_last_page_ends_with_an_empty_one(
    marked: dict[str, Any], values: list[dict[str, Any]], last: bool
) -> None:
    page = {"values": values, "since": 40, "until": 50, "self": "elsewhere", **marked}
    with scripted_jira(Reply(json=page)) as jira:
        assert JiraClients().change_feed(lambda _: jira).updated(40).last is last


@pytest.mark.parametrize("named", [{}, {"until": None}, {"until": 0}, {"until": 39}], ids=str)
@pytest.mark.parametrize(("values", "until"), [([], 40), ([CHANGE, CHANGE | {"updatedTime": 45}], 50)])
def test_a_list_that_does_not_say_where_it_ends_ends_with_its_latest_change(
    named: dict[str, Any], values: list[dict[str, Any]], until: int
) -> None:
    with scripted_jira(Reply(json={"values": values, "lastPage": True, **named})) as jira:
        assert JiraClients().change_feed(lambda _: jira).updated(40).until == until


@pytest.mark.parametrize(
    "malformed",
    [{"worklogId": 10**30}, {"updatedTime": -1}, {"worklogId": None}, {"updatedTime": "9" * 5000}],
)
def test_a_change_that_no_table_can_store_does_not_hold_up_the_others(malformed: dict[str, Any]) -> None:
    page = {"values": [CHANGE | malformed, CHANGE], "until": 50, "lastPage": True}
    with scripted_jira(Reply(json=page)) as jira:
        assert JiraClients().change_feed(lambda _: jira).updated(40).changes == ((7, 50),)


@pytest.mark.parametrize(
    "malformed",
    [
        *({"id": "9" * 30}, {"started": None}, {"updated": "soon"}, {"author": "ada"}, {"issueId": None}),
        *({"updated": f"{year}-01-01T00:00:00.000+0000"} for year in (1969, 1970)),
    ],
)
def test_a_worklog_that_cannot_be_read_does_not_hold_up_the_others(malformed: dict[str, Any]) -> None:
    with scripted_jira(Reply(json=[worklog(1) | malformed, worklog(2)])) as jira:
        assert [one.id for one in JiraClients().change_feed(lambda _: jira).read([1, 2])] == [2]


@pytest.mark.parametrize("name", ["author", "updateAuthor"])
@pytest.mark.parametrize("account", [5, "", "x" * 129, {"accountId": "a"}, "a\0b", None])
def test_a_person_that_no_table_can_store_does_not_hold_up_the_others(name: str, account: object) -> None:
    with scripted_jira(Reply(json=[worklog(1) | {name: {"accountId": account}}, worklog(2)])) as jira:
        read = JiraClients().change_feed(lambda _: jira).read([1, 2])
    assert [one.id for one in read] == [1, 2]
    assert (read[0].author if name == "author" else read[0].who) is None
