"""The activity of a person in Jira: one search, and only their own actions on the requested days."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from jira_emulator.issue.issue import IssueEdit, edit_issue
from jira_emulator.model import Sprint
from jira_emulator.server import running_cloud
from tests.adapters.jira.test_contract import BasicCredentials
from tests.adapters.support.jira_json import client
from tests.adapters.support.jira_json import issue as issue_of
from tests.adapters.support.jira_server import Reply, scripted_jira
from timesheet.adapters.jira.activity import activity_jql
from timesheet.adapters.jira.client import JiraClients
from timesheet.domain.errors import InvalidInput, JiraUnavailable
from timesheet.domain.span import DateSpan
from timesheet.domain.suggestion.suggestion import Activity, IssueAction

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = DateSpan(date(2026, 11, 16), date(2026, 11, 22))
ME, BO = {"accountId": "me"}, {"accountId": "bo"}


def entry(author: dict[str, str] | None, created: str, *items: dict[str, str]) -> dict[str, Any]:
    return {"id": "1", "author": author, "created": created, "items": list(items)}


def answer(**more: Any) -> Reply:
    issue = issue_of(7)
    issue["fields"]["comment"] = more.pop("comment", None)
    return Reply(json={"issues": [{**issue, **more}], "isLast": True})


def read(reply: Reply) -> Activity:
    with scripted_jira(reply) as jira:
        found = client(jira).read_activity("me", WEEK, BERLIN)
    assert jira.lines() == ["POST search/jql"]
    body = jira.requests[0].body
    assert (body["jql"], body["expand"], body["maxResults"]) == (activity_jql("me", WEEK), "changelog", 50)
    return found


def test_only_the_persons_own_actions_in_the_days_count() -> None:
    status = {"fieldId": "status", "field": "status", "toString": "Done", "to": "3"}
    mine = {"fieldId": "assignee", "field": "assignee", "to": "me"}
    other = {"fieldId": "assignee", "field": "assignee", "to": "bo"}
    histories = [
        entry(ME, "2026-11-16T10:00:00.000+0100", status),
        entry(BO, "2026-11-16T11:00:00.000+0100", status, mine),
        entry(ME, "2026-11-17T11:00:00.000+0100", other, {"fieldId": "summary"}),
        entry(ME, "2026-11-15T23:59:00.000+0100", status),
        entry(None, "2026-11-16T12:00:00.000+0100", status),
    ]
    comments = [
        {"author": ME, "created": "2026-11-22T23:30:00.000+0100"},
        {"author": BO, "created": "2026-11-18T09:00:00.000+0100"},
        {"author": ME, "created": "2026-11-22T23:30:00.000+0000"},
    ]
    found = read(answer(changelog={"histories": histories}, comment={"comments": comments}))
    assert set(found.actions) == {
        IssueAction(7, datetime(2026, 11, 16, 9, tzinfo=UTC), "moved", "Done"),
        IssueAction(7, datetime(2026, 11, 16, 10, tzinfo=UTC), "assigned"),
        IssueAction(7, datetime(2026, 11, 22, 22, 30, tzinfo=UTC), "commented"),
    }
    assert found.issues[7].id == 7


def test_an_issue_without_actions_is_none() -> None:
    assert read(answer()) == Activity()


@pytest.mark.parametrize("histories", ["text", [{"created": "soon", "items": []}], [{"items": []}], [7]])
def test_nonsense_is_one_clear_error(histories: Any) -> None:
    with pytest.raises(JiraUnavailable):
        read(answer(changelog={"histories": histories}))


def test_nothing_in_an_account_id_can_act_as_jql() -> None:
    assert r'updatedBy("x\", \"y"' in activity_jql('x", "y', WEEK)


def test_the_emulated_jira_finds_them_in_one_call() -> None:
    with running_cloud(sites=1, people=3, months=1, basic_auth=True) as cloud:
        site = cloud.sites[0].tenant.site
        person, other = list(site.people.values())[:2]
        issue = next(i for i in site.issues.values() if i.project.key == "PAY" and i.security is None)
        done = next(status for status in site.statuses.values() if status is not issue.status)
        edit_issue(site, issue, person.account_id, IssueEdit(status=done))
        day = site.clock().astimezone(BERLIN).date()
        clients = JiraClients()
        try:
            credentials = BasicCredentials(site.base_url, person.email)
            jira = clients.for_viewer(credentials, BERLIN)
            found = jira.read_activity(person.account_id, DateSpan(day, day), BERLIN)
            assert [(one.issue_id, one.kind, one.status) for one in found.actions] == [
                (issue.id, "moved", done.name)
            ]
            assert jira.calls == 1
            credentials = BasicCredentials(site.base_url, other.email)
            jira = clients.for_viewer(credentials, BERLIN)
            assert jira.read_activity(other.account_id, DateSpan(day, day), BERLIN) == Activity()
        finally:
            clients.close()


def test_open_sprints_of_a_jira_with_and_without_jira_software() -> None:
    with running_cloud(sites=1, people=3, months=1, basic_auth=True) as cloud:
        site = cloud.sites[0].tenant.site
        person = next(iter(site.people.values()))
        mine = [one for one in site.issues.values() if one.security is None][:3]
        progress = next(one for one in site.statuses.values() if one.category.key == "indeterminate")
        done = next(one for one in site.statuses.values() if one.category.key == "done")
        site.sprints = {1: Sprint(1, "One", "closed"), 2: Sprint(2, "Two", "active")}
        for one, status, sprint in zip(mine, (progress, progress, done), (2, 1, 2), strict=True):
            one.assignee, one.status, one.sprint_ids = person.account_id, status, (sprint,)
        clients = JiraClients()
        try:
            jira = clients.for_viewer(BasicCredentials(site.base_url, person.email), BERLIN)
            assert [one.id for one in jira.read_sprint_issues()] == [mine[0].id]
            site.jira_software = False
            with pytest.raises(InvalidInput, match="sprint"):
                jira.read_sprint_issues()
        finally:
            clients.close()
