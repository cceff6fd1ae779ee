"""The events on the bus after each change."""

from __future__ import annotations

from typing import Any

import pytest

from jira_emulator.issue.issue import IssueEdit, edit_issue, move_issue
from jira_emulator.seeding.issues import CLOSED
from tests.emulator.support.emulated_site import COMMENT, EmulatedSite


def test_logging_work_sends_events_about_worklog_and_issue(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    issue.remaining_estimate = 7200
    made = emulated.be(1).log(issue, comment=COMMENT)
    worklog, changed = emulated.events
    assert worklog.name == "worklog_created"
    assert worklog.actor == emulated.person(1).account_id
    assert "issue" not in worklog.payload
    assert worklog.payload["worklog"]["id"] == made["id"]
    assert worklog.payload["worklog"]["comment"] == "x"
    assert worklog.payload["timestamp"] == emulated.site.now_ms()
    assert changed.name == "jira:issue_updated"
    assert changed.payload["issue_event_type_name"] == "issue_work_logged"
    assert changed.payload["issue"]["key"] == issue.key
    items = {item["field"]: (item["from"], item["to"]) for item in changed.payload["changelog"]["items"]}
    assert items == {
        "timespent": (None, "3600"),
        "timeestimate": ("7200", "3600"),
        "WorklogId": (made["id"], None),
    }
    address = f"{emulated.site.base_url}/rest/api/2/issue/{issue.id}"
    assert (worklog.payload["worklog"]["self"], changed.payload["issue"]["self"]) == (
        f"{address}/worklog/{made['id']}",
        address,
    )


def test_events_have_no_empty_comment_and_plain_text(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    issue.description = "first line\nsecond line"
    made = emulated.log(issue)
    worklog, changed = emulated.events
    assert "comment" not in worklog.payload["worklog"]
    assert changed.payload["issue"]["fields"]["description"] == "first line\nsecond line"
    emulated.events.clear()
    emulated.put(f"/issue/{issue.key}/worklog/{made['id']}", {"timeSpentSeconds": 60})
    items = {
        item["field"]: (item["from"], item["to"]) for item in emulated.events[1].payload["changelog"]["items"]
    }
    assert items["WorklogId"] == (made["id"], made["id"])


def test_update_and_delete_have_their_names(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    path = f"/issue/{issue.key}/worklog/{emulated.log(issue)['id']}"
    emulated.events.clear()
    emulated.put(path, {"timeSpentSeconds": 60})
    emulated.delete(path)
    assert [event.name for event in emulated.events] == [
        "worklog_updated", "jira:issue_updated", "worklog_deleted", "jira:issue_updated",
    ]  # fmt: skip
    kinds = [event.payload.get("issue_event_type_name") for event in emulated.events]
    assert kinds == [None, "issue_worklog_updated", None, "issue_worklog_deleted"]


def test_t37_deleting_an_issue_takes_its_worklogs_along(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-20")
    ids = list(issue.worklog_ids)
    assert emulated.be(1).delete(f"/issue/{issue.key}").status_code == 403
    assert emulated.be(0).delete(f"/issue/{issue.key}").status_code == 204
    assert [e.name for e in emulated.events] == ["worklog_deleted"] * 20 + ["jira:issue_deleted"]
    assert all(e.cascade for e in emulated.events[:-1])
    assert not set(ids) & emulated.site.worklogs.rows.keys()
    assert emulated.get(f"/issue/{issue.key}").status_code == 404
    emulated.clock.forward(minutes=2)
    feed = emulated.get("/worklog/deleted").json or {}
    assert {value["worklogId"] for value in feed["values"]} == set(ids)


def test_t36_a_moved_issue_has_a_new_key_and_is_still_found_by_the_old_one(emulated: EmulatedSite) -> None:
    issue, site = emulated.issue("worklogs-20"), emulated.site
    project = next(one for one in site.projects.values() if one is not issue.project and not one.archived)
    old, number = issue.key, project.last_number + 1
    move_issue(site, issue, project, emulated.person(0).account_id)
    assert issue.key == f"{project.key}-{number}"
    assert (emulated.get(f"/issue/{old}").json or {})["key"] == issue.key
    [event] = emulated.events
    items = {
        item["field"]: (item["fromString"], item["toString"]) for item in event.payload["changelog"]["items"]
    }
    assert (event.name, event.payload["issue_event_type_name"]) == ("jira:issue_updated", "issue_moved")
    assert items["Key"] == (old, issue.key)
    assert emulated.be(0).delete(f"/issue/{issue.key}").status_code == 204
    assert emulated.get(f"/issue/{old}").status_code == 404


def test_the_event_of_an_edit_has_only_what_differs(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    edit_issue(emulated.site, issue, emulated.person(0).account_id, IssueEdit(summary=issue.summary))
    assert not emulated.events
    answer = emulated.put(
        f"/issue/{issue.key}", {"update": {"timetracking": [{"edit": {"remainingEstimate": "2h"}}]}}
    )
    assert answer.status_code == 204
    assert issue.remaining_estimate == 7200
    assert [item["field"] for item in emulated.events[0].payload["changelog"]["items"]] == ["timeestimate"]


def test_a_created_issue_is_found_and_has_an_event(emulated: EmulatedSite) -> None:
    fields = {
        "project": {"key": "PAY"},
        "issuetype": {"name": "Task"},
        "summary": "Brand new",
        "timetracking": {"originalEstimate": "1d"},
    }
    made = emulated.be(1).post("/issue", {"fields": fields})
    assert made.status_code == 201, made.text
    key = (made.json or {})["key"]
    assert emulated.search("summary ~ 'brand new'") == [key]
    assert [event.name for event in emulated.events] == ["jira:issue_created"]
    shown = (emulated.get(f"/issue/{key}", fields="timetracking,reporter").json or {})["fields"]
    assert shown["timetracking"]["remainingEstimate"] == "1d"
    assert shown["reporter"]["accountId"] == emulated.person(1).account_id
    for broken in (
        {"summary": ""},
        {"issuetype": {"name": "Sub-task"}},
        {"project": {"key": "OPS"}},
        {"odd": 1},
    ):
        assert emulated.post("/issue", {"fields": fields | broken}).status_code == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"fields": {"summary": "x", "labels": ["a", "b"], "assignee": None}}, 204),
        ({"fields": {"summary": "a\nb"}}, 400),
        ({"fields": {"summary": "x" * 256}}, 400),
        ({"fields": {"labels": ["a b"]}}, 400),
        ({"fields": {"assignee": {"accountId": "nobody"}}}, 400),
        ({"fields": {"timetracking": {"timeSpent": "1h"}}}, 400),
        ({"fields": {"timetracking": {"remainingEstimate": "soon"}}}, 400),
        ({"fields": {"summary": "x"}, "update": {"summary": [{"set": "y"}]}}, 400),
        ({"update": {"labels": [{"add": "x"}, {"remove": "y"}]}}, 204),
        ({"update": {"labels": [{"wipe": "x"}]}}, 400),
        ({"update": {"labels": "x"}}, 400),
        ({"fields": {"priority": {"name": "High"}}}, 204),
        ({"fields": {"priority": {"name": "Odd"}}}, 400),
        ({"fields": {"customfield_1": 1}}, 400),
        ({}, 400),
    ],
)
def test_edits_are_checked_as_a_whole(emulated: EmulatedSite, body: dict[str, Any], status: int) -> None:
    issue = emulated.issue("worklogs-0")
    before = (issue.summary, issue.labels, issue.assignee, issue.remaining_estimate, issue.priority)
    assert emulated.put(f"/issue/{issue.key}", body).status_code == status
    after = (issue.summary, issue.labels, issue.assignee, issue.remaining_estimate, issue.priority)
    assert (after == before) is (status == 400)
    assert len(emulated.events) == (status == 204)


def test_who_may_edit_what(emulated: EmulatedSite) -> None:
    issue, body = emulated.issue("worklogs-0"), {"fields": {"summary": "New"}}
    issue.project.scheme.grants["EDIT_ISSUES"] = ()
    assert emulated.put(f"/issue/{issue.key}", body).status_code == 400
    assert emulated.put(f"/issue/{issue.key}", body, overrideEditableFlag="true").status_code == 403
    issue.status = emulated.site.statuses[CLOSED]
    assert emulated.put(f"/issue/{issue.key}", body).status_code == 400


def test_subtasks_go_only_when_named(emulated: EmulatedSite) -> None:
    child = next(i for i in emulated.issues_of("PAY") if i.type.level < 0)
    parent = emulated.site.issues[child.parent_id or 0]
    assert emulated.delete(f"/issue/{parent.key}").status_code == 400
    assert emulated.delete(f"/issue/{parent.key}", deleteSubtasks="true").status_code == 204
    assert emulated.get(f"/issue/{child.key}").status_code == 404


def test_an_epics_issues_outlive_it(emulated: EmulatedSite) -> None:
    child = next(i for i in emulated.issues_of("PAY") if i.type.level == 0 and i.parent_id is not None)
    epic = emulated.site.issues[child.parent_id or 0]
    assert emulated.delete(f"/issue/{epic.key}").status_code == 204
    shown = (emulated.get(f"/issue/{child.key}", fields="parent").json or {})["fields"]
    assert shown["parent"] is None
