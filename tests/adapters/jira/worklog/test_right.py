"""The viewer's rights to the worklogs of some issues."""

from __future__ import annotations

from tests.adapters.support.jira_json import client
from tests.adapters.support.jira_server import Reply, scripted_jira
from timesheet.domain.worklog.right import Right


def granted(**issues: list[int]) -> Reply:
    entries = [{"permission": name, "issues": ids, "projects": []} for name, ids in issues.items()]
    return Reply(json={"globalPermissions": [], "projectPermissions": entries})


def test_one_call_gives_the_rights_on_all_issues() -> None:
    with scripted_jira(granted(EDIT_OWN_WORKLOGS=[1, 2], DELETE_ALL_WORKLOGS=[2, 9])) as jira:
        rights = client(jira).read_worklog_rights([1, 2, 3])
    assert rights == {
        1: frozenset({Right.EDIT_OWN}),
        2: frozenset({Right.EDIT_OWN, Right.DELETE_ALL}),
        3: frozenset(),
    }
    [query] = jira.requests[0].body["projectPermissions"]
    assert query["issues"] == [1, 2, 3]
    assert set(query["permissions"]) == {right.value for right in Right}


def test_a_permission_that_was_not_asked_for_hides_no_other() -> None:
    with scripted_jira(granted(ANOTHER_RIGHT=[1], EDIT_ALL_WORKLOGS=[1])) as jira:
        assert client(jira).read_worklog_rights([1]) == {1: frozenset({Right.EDIT_ALL})}
