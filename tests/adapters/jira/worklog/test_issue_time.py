"""Everybody's time on one issue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, cast

import pytest

from tests.adapters.support.jira_json import NOW, ZONES, client, worklog
from tests.adapters.support.jira_server import Reply, Request, scripted_jira
from timesheet.adapters.jira.call.call import Call, JiraResponse
from timesheet.adapters.jira.call.reading import NOBODY
from timesheet.adapters.jira.call.rows import COUNTED, IssueWorklogs, WorklogRow
from timesheet.adapters.jira.call.transport import Transport
from timesheet.adapters.jira.client import JiraClient
from timesheet.adapters.jira.worklog.issue_worklogs import read_between
from timesheet.domain.errors import JiraUnavailable, NotFound, TimesheetError, TimeTrackingOff
from timesheet.domain.span import DateSpan
from timesheet.services.ports.jira import IssueTime

MONDAY = date(2026, 11, 16)
SPAN = DateSpan(MONDAY, MONDAY + timedelta(days=6))


def read(*script: Reply) -> tuple[IssueTime, list[Request]]:
    with scripted_jira(*script) as jira:
        return client(jira).read_issue_time(12, SPAN, ZONES), jira.requests


def page(total: int, *worklogs: dict[str, Any]) -> Reply:
    return Reply(json={"startAt": 0, "maxResults": 5000, "total": total, "worklogs": list(worklogs)})


def test_everybodys_worklogs_come_with_the_names_jira_shows() -> None:
    nobody = {**worklog(3), "author": None}
    time, [request] = read(page(3, worklog(1), worklog(2, author="bob", days=1), nobody))
    assert [(w.id, w.day) for w in time.worklogs] == [
        (1, MONDAY),
        (3, MONDAY),
        (2, MONDAY + timedelta(days=1)),
    ]
    assert time.names == {"ada": "ada", "bob": "bob", NOBODY: "Former user"}
    assert time.read_at == NOW
    assert request.path.endswith("/issue/12/worklog")


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ({"active": True, "displayName": None}, {}),
        ({"active": False}, {}),
        ({}, {}),
        ({"active": False, "accountType": "unknown", "displayName": "Anciennement"}, {"ada": "Former user"}),
        ({"active": False, "displayName": "Ada"}, {"ada": "Ada"}),
    ],
)
def test_t38_a_worklog_without_the_name_of_its_author_makes_nobody_a_former_user(
    author: dict[str, Any], names: dict[str, str]
) -> None:
    row = {**worklog(1), "author": {"accountId": "ada", **author}}
    assert read(page(1, row))[0].names == names


def test_t23_what_begins_outside_the_span_does_not_count() -> None:
    time, _ = read(page(3, worklog(1), worklog(2, days=-1), worklog(3, author="bob", days=7)))
    assert [w.id for w in time.worklogs] == [1]
    assert set(time.names) == {"ada"}


def test_t21_every_page_is_read() -> None:
    time, requests = read(page(3, worklog(1), worklog(2)), page(3, worklog(2), worklog(3)))
    assert [w.id for w in time.worklogs] == [1, 2, 3]
    assert [call.query["startAt"] for call in requests] == ["0", "1"]


def test_t22_pages_of_one_are_read_to_the_end() -> None:
    rows = [worklog(1), worklog(2), worklog(3)]

    def route(request: Request) -> Reply:
        start = int(request.query["startAt"])
        return page(3, *rows[start : start + 1])

    with scripted_jira(route=route) as jira:
        time = client(jira).read_issue_time(12, SPAN, ZONES)
    assert [w.id for w in time.worklogs] == [1, 2, 3]


def test_five_thousand_worklogs_may_come_in_pages_of_twenty() -> None:
    rows = [WorklogRow(n, 12, NOW, 60) for n in range(5000)]

    class Pages:
        def send(self, call: Call) -> JiraResponse:
            start = int(str(call.params["startAt"]))
            return JiraResponse(200, IssueWorklogs(rows[start : start + 20], len(rows)))

    found = read_between(cast(Transport, Pages()), 12, SPAN, COUNTED)
    assert {row.id for row in found.worklogs} == set(range(5000))


def test_pages_that_do_not_add_up_are_an_error_not_a_smaller_sum() -> None:
    with pytest.raises(JiraUnavailable):
        read(page(3, worklog(1)), page(3))


def test_a_hidden_issue_is_not_found() -> None:
    with pytest.raises(NotFound):
        read(Reply(404, json={"errorMessages": ["Issue does not exist"], "errors": {}}))


@pytest.mark.parametrize("odd", [{"timeSpentSeconds": -60}, {"timeSpentSeconds": None}, {"id": "x"}])
def test_one_that_cannot_be_read_is_said_and_the_others_count(odd: dict[str, Any]) -> None:
    time, _ = read(page(3, worklog(1), worklog(2) | odd, worklog(3, days=-1) | odd))
    assert [w.id for w in time.worklogs] == [1]
    assert [part.code for part in time.missing] == ["worklog-unreadable"]
    assert read(page(2, worklog(1), worklog(3, days=-1) | odd))[0].missing == ()


@pytest.mark.parametrize(
    "read",
    [lambda jira: jira.read_worklog(12, 7, ZONES), lambda jira: jira.read_issue_time(12, SPAN, ZONES)],
)
@pytest.mark.parametrize(("enabled", "error"), [(True, NotFound), (False, TimeTrackingOff)])
def test_what_jira_hides_while_it_tracks_no_time_is_not_gone(
    read: Callable[[JiraClient], object], enabled: bool, error: type[TimesheetError]
) -> None:
    tracking = {"workingHoursPerDay": 8, "workingDaysPerWeek": 5}
    said = {"timeTrackingEnabled": enabled, "timeTrackingConfiguration": tracking}
    with scripted_jira(Reply(404), Reply(json=said)) as jira, pytest.raises(error):
        read(client(jira))
