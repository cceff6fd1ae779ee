"""Version 2 of the API, which is also ``latest``: the same resources, with rich text as plain text."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.support.emulated_site import STARTED, EmulatedSite

TWO_LINES = "first line\nsecond line"


@pytest.fixture(params=["2", "latest"])
def plain(emulated: EmulatedSite, request: pytest.FixtureRequest) -> EmulatedSite:
    emulated.version = request.param
    return emulated


def test_worklogs_have_plain_comments(plain: EmulatedSite) -> None:
    issue = plain.issue("worklogs-0")
    path = f"/issue/{issue.key}/worklog"
    made = plain.log(issue, comment=TWO_LINES)
    assert made["comment"] == TWO_LINES
    assert made["self"].endswith(f"/rest/api/{plain.version}/issue/{issue.id}/worklog/{made['id']}")
    assert (plain.get(path).json or {})["worklogs"][0]["comment"] == TWO_LINES
    changed = plain.put(f"{path}/{made['id']}", {"comment": "other"}).json or {}
    assert changed["comment"] == "other"
    assert "comment" not in plain.log(issue, comment="")
    document = {"type": "doc", "version": 1, "content": []}
    assert plain.post(path, {"timeSpent": "1h", "started": STARTED, "comment": document}).status_code == 400
    plain.version = "3"
    rich = (plain.get(path).json or {})["worklogs"][0]["comment"]
    assert rich["content"][0]["content"][0]["text"] == "other"


def test_issues_have_plain_descriptions(plain: EmulatedSite) -> None:
    fields: dict[str, Any] = {
        "project": {"key": "PAY"}, "issuetype": {"name": "Task"}, "summary": "New", "description": TWO_LINES,
        "priority": {"name": "High"},
    }  # fmt: skip
    made = plain.post("/issue", {"fields": fields}).json or {}
    assert f"/rest/api/{plain.version}/issue/" in made["self"]
    shown = (plain.get(f"/issue/{made['key']}").json or {})["fields"]
    assert shown["description"] == TWO_LINES
    assert shown["priority"]["name"] == "High"
    found = plain.post("/search/jql", {"jql": f"id = {made['id']}", "fields": ["description"]}).json or {}
    assert found["issues"][0]["fields"]["description"] == TWO_LINES
    assert plain.put(f"/issue/{made['key']}", {"fields": {"description": "short"}}).status_code == 204
    plain.version = "3"
    rich = (plain.get(f"/issue/{made['key']}").json or {})["fields"]["description"]
    assert rich["content"][0]["content"][0]["text"] == "short"


def test_comments_of_version_2_are_plain_text(plain: EmulatedSite) -> None:
    path = "/issue/PAY-8/comment"
    made = plain.be(1).post(path, {"body": "Well done"})
    assert made.status_code == 201
    number = (made.json or {})["id"]
    assert (plain.get(f"{path}/{number}").json or {})["body"] == "Well done"
    assert (plain.put(f"{path}/{number}", {"body": "Better"}).json or {})["body"] == "Better"
    assert plain.be(2).put(f"{path}/{number}", {"body": "Mine"}).status_code == 400
    assert [c["body"] for c in (plain.get(path).json or {})["comments"]] == ["Better"]
    fields = (plain.get("/issue/PAY-8", fields="comment").json or {})["fields"]
    assert (fields["comment"]["total"], fields["comment"]["comments"][0]["body"]) == (1, "Better")
    kinds = [event.payload["issue_event_type_name"] for event in plain.events]
    assert kinds == ["issue_commented", "issue_comment_edited"]
    assert plain.delete(f"{path}/{number}").status_code == 400
    assert plain.be(0).delete(f"{path}/{number}").status_code == 204
    issue = plain.site.find_issue("PAY-8")
    assert issue is not None
    issue.project.scheme.grants["ADD_COMMENTS"] = ()
    assert plain.post(path, {"body": "no"}).status_code == 403


def test_a_transition_of_version_2_changes_the_status(plain: EmulatedSite) -> None:
    issue = plain.issue("worklogs-0")
    path = f"/issue/{issue.key}/transitions"
    found = (plain.get(path).json or {})["transitions"]
    assert issue.status.name not in [one["name"] for one in found]
    done = next(one for one in found if one["to"]["statusCategory"]["key"] == "done")
    assert plain.post(path, {"transition": {"id": done["id"]}}).status_code == 204
    assert str(issue.status.id) == done["to"]["id"]
    shown = (plain.get(f"/issue/{issue.key}", fields="resolution,resolutiondate").json or {})["fields"]
    assert shown["resolution"]["name"] == "Done"
    assert shown["resolutiondate"]
    assert [item["field"] for item in plain.events[0].payload["changelog"]["items"]] == ["status"]
    for body in ({"transition": {"id": done["id"]}}, {"transition": "x"}, {}):
        assert plain.post(path, body).status_code == 400
    issue.project.scheme.grants["TRANSITION_ISSUES"] = ()
    assert (plain.get(path).json or {})["transitions"] == []


def test_an_issue_is_given_to_somebody_and_to_nobody(plain: EmulatedSite) -> None:
    issue, person = plain.issue("worklogs-0"), plain.person(2).account_id
    path = f"/issue/{issue.key}/assignee"
    assert plain.put(path, {"accountId": person}).status_code == 204
    assert issue.assignee == person
    assert plain.put(path, {"accountId": "nobody"}).status_code == 400
    assert plain.put(path, {"accountId": None}).status_code == 204
    assert (plain.get(f"/issue/{issue.key}", fields="assignee").json or {})["fields"]["assignee"] is None
    issue.project.scheme.grants["ASSIGN_ISSUES"] = ()
    assert plain.put(path, {"accountId": person}).status_code == 400


def test_every_field_is_described_and_filled(plain: EmulatedSite) -> None:
    described = plain.get("/field").json or []
    shown = (plain.get("/issue/PAY-8", fields="*all").json or {})["fields"]
    assert {field["id"] for field in described} - {"issuekey"} == shown.keys()
    for name in ("priority", "creator", "votes", "watches", "comment", "fixVersions", "aggregateprogress"):
        assert shown[name] is not None
    assert shown["creator"] == shown["reporter"]


def test_the_old_search_says_where_to_go(plain: EmulatedSite) -> None:
    answer = plain.get("/search", jql="project = PAY")
    assert answer.status_code == 410
    [message] = (answer.json or {})["errorMessages"]
    assert message.endswith("https://developer.atlassian.com/changelog/#CHANGE-2046")
