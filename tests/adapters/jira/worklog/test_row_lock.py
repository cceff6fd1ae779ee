"""On which issues the viewer cannot log time, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.support.jira_json import client
from tests.adapters.support.jira_server import Reply, Request, scripted_jira
from tests.services.support.scene import issue
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.right import Right
from timesheet.domain.worklog.row_lock import RowLock

OPEN, BARRED, GONE = issue(1, "PAY-1", None), issue(2, "PAY-2", None), issue(6, "PAY-6", None)
CLOSED, CLOSED_TOO = (replace(issue(n, f"PAY-{n}", None), done=True, status_id=7) for n in (3, 4))
DONE = replace(issue(5, "PAY-5", None), done=True, status_id=8)


def permitted(**issues: list[int]) -> Reply:
    granted = [{"permission": name, "issues": ids, "projects": []} for name, ids in issues.items()]
    return Reply(json={"globalPermissions": [], "projectPermissions": granted})


def metadata(*fields: str) -> Reply:
    return Reply(json={"id": "3", "key": "PAY-3", "editmeta": {"fields": {name: {} for name in fields}}})


def test_one_call_gives_the_permissions_and_one_each_closed_status() -> None:
    def route(request: Request) -> Reply:
        if request.method == "POST":
            seen = [1, 2, 3, 4, 5]
            return permitted(WORK_ON_ISSUES=[1, 3, 4, 5], EDIT_ISSUES=seen, BROWSE_PROJECTS=seen)
        return metadata(*(("summary",) if request.path.endswith("/5") else ()))

    with scripted_jira(route=route) as jira:
        locks = client(jira).read_row_locks([OPEN, BARRED, CLOSED, CLOSED_TOO, DONE, GONE]).locks
    assert locks == {
        2: RowLock.PERMISSION,
        3: RowLock.WORKFLOW,
        4: RowLock.WORKFLOW,
        6: RowLock.GONE,
    }
    first, *together = jira.lines()
    assert (first, *sorted(together)) == (
        "POST permissions/check",
        "GET issue/3",
        "GET issue/5",
        "GET project/PAY",
    )
    [query] = jira.requests[0].body["projectPermissions"]
    assert query == {
        "permissions": [
            "WORK_ON_ISSUES",
            "EDIT_ISSUES",
            "BROWSE_PROJECTS",
            *(right.value for right in Right),
        ],
        "issues": [1, 2, 3, 4, 5, 6],
    }


def test_the_rights_to_worklogs_come_with_the_same_call() -> None:
    reply = permitted(WORK_ON_ISSUES=[1, 2], EDIT_OWN_WORKLOGS=[1, 2], DELETE_OWN_WORKLOGS=[2])
    with scripted_jira(reply) as jira:
        rights = client(jira).read_row_locks([OPEN, BARRED]).rights
    assert rights == {1: {Right.EDIT_OWN}, 2: {Right.EDIT_OWN, Right.DELETE_OWN}}


def test_nobody_is_sent_to_a_project_admin_for_a_permission_in_an_archived_project() -> None:
    """Jira grants nobody the permission there, so it seems to be missing."""
    ops, ops_too, far = (issue(n, f"{key}-{n}", None) for n, key in ((7, "OPS"), (8, "OPS"), (9, "FAR")))
    asked = {"FAR": Reply(status=500), "OPS": Reply(json={"key": "OPS", "archived": True})}

    def route(request: Request) -> Reply:
        if request.method == "POST":
            return permitted(BROWSE_PROJECTS=[2, 7, 8, 9])
        return asked.get(request.path.rpartition("/")[2], Reply(json={"key": "PAY"}))

    with scripted_jira(route=route) as jira:
        locks = client(jira).read_row_locks([BARRED, ops, ops_too, far]).locks
    assert locks == {
        2: RowLock.PERMISSION,
        7: RowLock.ARCHIVED,
        8: RowLock.ARCHIVED,
        9: RowLock.PERMISSION,
    }


def test_only_some_of_many_projects_are_asked_about() -> None:
    many = [issue(n, f"P{n}-1", None) for n in range(1, 20)]

    def route(request: Request) -> Reply:
        if request.method == "POST":
            return permitted(BROWSE_PROJECTS=[one.id for one in many])
        return Reply(json={"archived": True})

    with scripted_jira(route=route) as jira:
        locks = client(jira).read_row_locks(many).locks
    assert list(locks.values()) == [RowLock.ARCHIVED] * 5 + [RowLock.PERMISSION] * 14


def test_a_permission_in_several_entries_is_granted_on_all_their_issues() -> None:
    entries: list[dict[str, Any]] = [
        {"permission": "WORK_ON_ISSUES", "issues": ["1"]},
        {"permission": "WORK_ON_ISSUES", "issues": [2]},
    ]
    with scripted_jira(Reply(json={"projectPermissions": entries})) as jira:
        assert client(jira).read_row_locks([OPEN, BARRED]).locks == {}


def test_nobody_is_sent_to_an_admin_for_a_permission_on_an_issue_that_is_gone() -> None:
    """Somebody deleted it since it was read, or it is hidden now."""
    assert RowLock.GONE.sentence(GONE) == "There is no issue PAY-6, or Jira does not show it to you."


def test_where_nothing_may_be_edited_anyway_the_workflow_is_not_blamed() -> None:
    with scripted_jira(permitted(WORK_ON_ISSUES=[3], EDIT_ISSUES=[])) as jira:
        assert client(jira).read_row_locks([CLOSED]).locks == {}


def test_only_some_of_many_closed_statuses_are_checked() -> None:
    many: list[Issue] = [replace(CLOSED, id=n, status_id=n) for n in range(10, 40)]
    ids = [one.id for one in many]

    def route(request: Request) -> Reply:
        return permitted(WORK_ON_ISSUES=ids, EDIT_ISSUES=ids) if request.method == "POST" else metadata()

    with scripted_jira(route=route) as jira:
        assert len(client(jira).read_row_locks(many).locks) == 20
    assert len(jira.requests) == 21


@pytest.mark.parametrize("answer", [{}, {"projectPermissions": [{"permission": "WORK_ON_ISSUES"}]}, []])
def test_an_answer_of_another_shape_is_one_error(answer: Any) -> None:
    with scripted_jira(Reply(json=answer)) as jira, pytest.raises(JiraUnavailable):
        client(jira).read_row_locks([OPEN])
