"""What the bus tells after each change."""

from __future__ import annotations

from jira_emulator.issue import IssueEdit, edit_issue
from tests.emulator.test_rest_worklog import COMMENT
from tests.emulator.world import World


def test_logging_work_tells_of_the_worklog_and_the_issue(world: World) -> None:
    issue = world.issue("worklogs-0")
    issue.remaining_estimate = 7200
    made = world.be(1).log(issue, comment=COMMENT)
    worklog, changed = world.events
    assert worklog.name == "worklog_created"
    assert worklog.actor == world.person(1).account_id
    assert "issue" not in worklog.payload
    assert worklog.payload["worklog"]["id"] == made["id"]
    assert worklog.payload["worklog"]["comment"] == "x"
    assert worklog.payload["timestamp"] == world.site.now_ms()
    assert changed.name == "jira:issue_updated"
    assert changed.payload["issue_event_type_name"] == "issue_work_logged"
    assert changed.payload["issue"]["key"] == issue.key
    items = {item["field"]: (item["from"], item["to"]) for item in changed.payload["changelog"]["items"]}
    assert items == {
        "timespent": (None, "3600"),
        "timeestimate": ("7200", "3600"),
        "WorklogId": (None, made["id"]),
    }


def test_update_and_delete_have_their_names(world: World) -> None:
    issue = world.issue("worklogs-0")
    path = f"/issue/{issue.key}/worklog/{world.log(issue)['id']}"
    world.events.clear()
    world.put(path, {"timeSpentSeconds": 60})
    world.delete(path)
    assert [event.name for event in world.events] == [
        "worklog_updated", "jira:issue_updated", "worklog_deleted", "jira:issue_updated",
    ]  # fmt: skip
    kinds = [event.payload.get("issue_event_type_name") for event in world.events]
    assert kinds == [None, "issue_worklog_updated", None, "issue_worklog_deleted"]


def test_t37_deleting_an_issue_takes_its_worklogs_along(world: World) -> None:
    issue = world.issue("worklogs-20")
    ids = list(issue.worklog_ids)
    assert world.be(1).delete(f"/issue/{issue.key}").status_code == 403
    assert world.be(0).delete(f"/issue/{issue.key}").status_code == 204
    assert [e.name for e in world.events] == ["worklog_deleted"] * 20 + ["jira:issue_deleted"]
    assert all(e.cascade for e in world.events[:-1])
    assert not set(ids) & world.site.worklogs.rows.keys()
    assert world.get(f"/issue/{issue.key}").status_code == 404
    world.clock.forward(minutes=2)
    feed = world.get("/worklog/deleted").json or {}
    assert {value["worklogId"] for value in feed["values"]} == set(ids)


def test_an_edit_tells_only_what_differs(world: World) -> None:
    issue = world.issue("worklogs-0")
    edit_issue(world.site, issue, world.person(0).account_id, IssueEdit(summary=issue.summary))
    assert not world.events
    answer = world.put(
        f"/issue/{issue.key}", {"update": {"timetracking": [{"edit": {"remainingEstimate": "2h"}}]}}
    )
    assert answer.status_code == 204
    assert issue.remaining_estimate == 7200
    assert [item["field"] for item in world.events[0].payload["changelog"]["items"]] == ["timeestimate"]


def test_a_created_issue_is_found_and_told_of(world: World) -> None:
    fields = {
        "project": {"key": "PAY"},
        "issuetype": {"name": "Task"},
        "summary": "Brand new",
        "timetracking": {"originalEstimate": "1d"},
    }
    made = world.be(1).post("/issue", {"fields": fields})
    assert made.status_code == 201, made.text
    key = (made.json or {})["key"]
    assert world.search("summary ~ 'brand new'") == [key]
    assert [event.name for event in world.events] == ["jira:issue_created"]
    shown = (world.get(f"/issue/{key}", fields="timetracking,reporter").json or {})["fields"]
    assert shown["timetracking"]["remainingEstimate"] == "1d"
    assert shown["reporter"]["accountId"] == world.person(1).account_id
    for broken in (
        {"summary": ""},
        {"issuetype": {"name": "Sub-task"}},
        {"project": {"key": "OPS"}},
        {"odd": 1},
    ):
        assert world.post("/issue", {"fields": fields | broken}).status_code == 400
