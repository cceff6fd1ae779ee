"""Lists that Jira leaves out of its answers, or sends as null, because they are empty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.adapters.support.jira_json import START, ZONES, client, issue, page, worklog
from tests.adapters.support.jira_server import Reply, ScriptedJira, scripted_jira
from timesheet.adapters.jira.client import JiraClients
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.span import DateSpan
from timesheet.services.ports.jira import WorklogDraft

DAYS = DateSpan(date(2026, 11, 16), date(2026, 11, 22))
DRAFT = WorklogDraft(12, START, 3600, "key-0001")
LAST, NONE = {"isLast": True}, {"startAt": 0, "maxResults": 20, "total": 0}

Read = Callable[[ScriptedJira], object]
READS: dict[str, tuple[str, dict[str, Any], Read, object]] = {
    "search": ("issues", LAST, lambda jira: client(jira).read_worklogs(["ada"], DAYS, ZONES).worklogs, ()),
    "ids": ("issues", LAST, lambda jira: client(jira).found_among([12], "project = PAY"), frozenset()),
    "own issues": ("issues", LAST, lambda jira: client(jira).read_own_issues("ada").assigned, ()),
    "issue": ("worklogs", NONE, lambda jira: client(jira).read_issue_time(12, DAYS, ZONES).worklogs, ()),
    "key": ("worklogs", NONE, lambda jira: client(jira).find_worklog(DRAFT, ZONES), None),
    "people": ("values", LAST, lambda jira: JiraClients().directory(jira).read_people(["ada"]), {}),
    "projects": ("values", NONE, lambda jira: JiraClients().directory(jira).find_projects("pay"), []),
    "groups": ("groups", NONE, lambda jira: JiraClients().directory(jira).find_groups("crew"), []),
    "own groups": (
        *("items", {"groups": {"size": 0}}),
        *(lambda jira: JiraClients().directory(jira).read_own_groups(), frozenset()),
    ),
    "changes": (
        *("values", {"lastPage": True}),
        *(lambda jira: JiraClients().change_feed(lambda _: jira).updated(40).changes, ()),
    ),
}


@pytest.mark.parametrize("null", [False, True])
@pytest.mark.parametrize("what", READS)
def test_a_list_that_jira_leaves_out_is_empty_if_nothing_else_comes(what: str, null: bool) -> None:
    name, content, read, nothing = READS[what]
    # A search of nobody finds nothing either, so the app asks who it is.
    content = content | {"accountId": "ada"} | ({name: None} if null else {})
    with scripted_jira(route=lambda _: Reply(json=content)) as jira:
        assert read(jira) == nothing


@pytest.mark.parametrize("what", READS)
def test_an_answer_that_says_nothing_is_not_an_empty_list(what: str) -> None:
    name, _, read, _ = READS[what]
    with scripted_jira(route=lambda _: Reply(json={name: None})) as jira, pytest.raises(JiraUnavailable):
        read(jira)


def test_an_issue_without_worklogs_may_come_without_their_list() -> None:
    bare = issue(12, worklog={"total": 0}), issue(13, worklog={"total": 0, "worklogs": None})
    with scripted_jira(page(*bare, issue(14, worklog(1, issue=14)))) as jira:
        found = client(jira).read_worklogs(["ada"], DAYS, ZONES)
    assert ([one.id for one in found.worklogs], found.complete) == ([1], True)


def test_worklogs_that_are_said_to_be_there_are_read_although_their_list_is_left_out() -> None:
    listed = Reply(json={"total": 1, "worklogs": [worklog(1)]})
    with scripted_jira(page(issue(12, worklog={"total": 1})), listed) as jira:
        found = client(jira).read_worklogs(["ada"], DAYS, ZONES)
    assert ([one.id for one in found.worklogs], found.complete) == ([1], True)
