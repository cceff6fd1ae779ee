"""Two common Jira clients work with the emulator with their defaults, which is version 2 of the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from atlassian import Jira
from jira import JIRA, JIRAError

from jira_emulator.authentication import API_TOKEN
from jira_emulator.model import Person
from jira_emulator.server import RunningSite, running_cloud

STARTED = "2019-03-02T10:00:00.000+0000"


@pytest.fixture(scope="module")
def site() -> Iterator[RunningSite]:
    with running_cloud(people=6, months=1, basic_auth=True) as cloud:
        yield cloud.sites[0]


@pytest.fixture
def me(site: RunningSite) -> Person:
    return site.person(0)


@pytest.fixture
def pycontribs(site: RunningSite, me: Person) -> Iterator[JIRA]:
    client = JIRA(site.base_url, basic_auth=(me.email, API_TOKEN), max_retries=0)
    yield client
    client.close()  # type: ignore[no-untyped-call]


@pytest.fixture
def atlassian(site: RunningSite, me: Person) -> Iterator[Any]:
    client = Jira(site.base_url, username=me.email, password=API_TOKEN, cloud=True)
    yield client
    client.close()


def test_pycontribs_reads_what_there_is(pycontribs: JIRA, me: Person) -> None:
    assert pycontribs.server_info()["deploymentType"] == "Cloud"
    assert pycontribs.myself()["accountId"] == me.account_id
    assert "PAY" in [project.key for project in pycontribs.projects()]
    assert pycontribs.project("PAY").lead.accountId == me.account_id
    assert "summary" in [field["id"] for field in pycontribs.fields()]
    assert pycontribs.priorities()[0].name == "Highest"
    assert {"Task", "Epic"} <= {kind.name for kind in pycontribs.issue_types()}
    assert {"Done"} <= {status.name for status in pycontribs.statuses()}
    assert pycontribs.my_permissions(permissions="ADMINISTER")["permissions"]["ADMINISTER"]["havePermission"]
    assert me.account_id in [user.accountId for user in pycontribs.search_users(query=me.display_name)]
    with pytest.raises(JIRAError) as missing:
        pycontribs.issue("NO-1")
    assert missing.value.status_code == 404


def test_pycontribs_works_on_an_issue(pycontribs: JIRA) -> None:
    issue = pycontribs.create_issue(
        project="PAY", summary="Made by a client", description="two\nlines", issuetype={"name": "Task"}
    )
    assert issue.fields.description == "two\nlines"
    issue.update(summary="Renamed", labels=[{"add": "client"}])
    comment = pycontribs.add_comment(issue, "a comment")
    assert pycontribs.comment(issue, comment.id).body == "a comment"
    comment.update(body="another")
    done = next(t for t in pycontribs.transitions(issue) if t["to"]["statusCategory"]["key"] == "done")
    pycontribs.transition_issue(issue, done["id"])
    found = pycontribs.search_issues(f"key = {issue.key}", fields="summary,status,labels")
    assert (found[0].fields.summary, found[0].fields.status.name) == ("Renamed", "Done")
    assert len(pycontribs.search_issues("project = PAY", maxResults=False)) > 100
    issue.delete()  # type: ignore[no-untyped-call]
    assert list(pycontribs.search_issues("summary ~ renamed")) == []


def test_pycontribs_logs_work(pycontribs: JIRA, site: RunningSite, me: Person) -> None:
    key = next(i.key for i in site.site.issues.values() if "worklogs-0" in i.labels)
    made = pycontribs.add_worklog(key, timeSpent="1h 30m", comment="worked", adjustEstimate="leave")
    assert (made.timeSpentSeconds, made.comment, made.author.accountId) == (5400, "worked", me.account_id)
    made.update(comment="changed", timeSpent="2h")
    [read] = pycontribs.worklogs(key)
    assert (read.timeSpentSeconds, read.comment) == (7200, "changed")
    read.delete()
    assert pycontribs.worklogs(key) == []


def test_pycontribs_is_refused_with_jiras_words(pycontribs: JIRA, site: RunningSite) -> None:
    key = next(i.key for i in site.site.issues.values() if "worklogs-0" in i.labels)
    with pytest.raises(JIRAError) as refused:
        pycontribs.add_worklog(key, timeSpent="soon")
    assert refused.value.status_code == 400
    assert refused.value.text == "Invalid time duration entered."
    with pytest.raises(JIRAError) as nobody:
        JIRA(site.base_url, basic_auth=("nobody@example.com", "x"), max_retries=0).myself()
    assert nobody.value.status_code == 401


def test_atlassian_python_api_reads_what_there_is(atlassian: Any, me: Person) -> None:
    assert atlassian.myself()["accountId"] == me.account_id
    assert "PAY" in [project["key"] for project in atlassian.projects()]
    assert atlassian.project("PAY")["key"] == "PAY"
    assert "summary" in [field["id"] for field in atlassian.get_all_fields()]
    assert me.account_id in [
        u["accountId"] for u in atlassian.user_find_by_user_string(query=me.display_name)
    ]
    assert atlassian.issue("PAY-1")["key"] == "PAY-1"
    assert atlassian.get_all_statuses()
    with pytest.raises(requests.HTTPError):
        atlassian.issue("NO-1")


def test_atlassian_python_api_works_on_an_issue(atlassian: Any) -> None:
    fields: dict[str, Any] = {
        "project": {"key": "PAY"}, "issuetype": {"name": "Task"}, "summary": "Made", "description": "plain",
    }  # fmt: skip
    made = atlassian.issue_create(fields=fields)
    key = made["key"]
    assert atlassian.issue_field_value(key, "description") == "plain"
    atlassian.update_issue_field(key, {"summary": "Renamed"})
    atlassian.issue_add_comment(key, "a comment")
    assert atlassian.issue_get_comments(key)["comments"][0]["body"] == "a comment"
    atlassian.set_issue_status(key, "Done")
    assert atlassian.get_issue_status(key) == "Done"
    found = atlassian.enhanced_jql(f"key = {key}", fields="summary")
    assert found["issues"][0]["fields"]["summary"] == "Renamed"
    atlassian.delete_issue(key)


def test_atlassian_python_api_logs_work(atlassian: Any, site: RunningSite) -> None:
    key = next(i.key for i in site.site.issues.values() if "worklogs-0" in i.labels)
    made = atlassian.issue_worklog(key, STARTED, 5400, comment="worked")
    assert (made["timeSpentSeconds"], made["comment"]) == (5400, "worked")
    [read] = atlassian.issue_get_worklog(key)["worklogs"]
    assert read["id"] == made["id"]
    assert atlassian.enhanced_jql("worklogDate = 2019-03-02")["issues"]
    atlassian.delete(f"rest/api/2/issue/{key}/worklog/{made['id']}")
