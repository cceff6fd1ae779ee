"""Every response, success or error, has the form in Jira's own API document."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIResponse
from openapi_core.testing import MockRequest
from werkzeug.test import TestResponse

from jira_emulator.connect.scope import with_implied
from jira_emulator.rest.api import Api
from jira_emulator.rest.blueprint import RESOURCES
from tests.emulator.support.emulated_site import COMMENT, STARTED, EmulatedSite

DOCUMENT = "jira-openapi-v3-timesheet-subset.json"
NOT_IN_DOCUMENT = {
    ("POST", "/issue"): "creating issues is outside this part of the document",
    ("PUT", "/issue/{}/assignee"): "assigning is outside this part of the document",
    ("GET", "/issue/{}/transitions"): "transitions are outside this part of the document",
    ("POST", "/issue/{}/transitions"): "transitions are outside this part of the document",
    ("GET", "/universal_avatar/view/type/{}/owner/{}"): "pictures are outside this part of the document",
}
CLOSED_BY_MISTAKE = {
    "JqlQueryClause": "closed to all properties, though it is one of four clauses that have some",
}
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}")


@pytest.fixture(scope="module")
def document(contract: Callable[[str], Path]) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(contract(DOCUMENT).read_text())
    loaded["servers"] = [{"url": "http://localhost"}]
    for name in CLOSED_BY_MISTAKE:
        del loaded["components"]["schemas"][name]["additionalProperties"]
    return loaded


@pytest.fixture(scope="module")
def openapi(document: dict[str, Any]) -> OpenAPI:
    formats = {"date-time": lambda text: isinstance(text, str) and bool(DATE_TIME.fullmatch(text))}
    unchecked: Any = None  # the whole document is Jira's, faults and all
    config = Config(spec_validator_cls=unchecked, extra_format_validators=formats)
    return OpenAPI.from_dict(document, config=config)


@pytest.fixture(scope="module")
def check(openapi: OpenAPI, document: dict[str, Any]) -> Callable[[TestResponse], None]:
    def validate(answer: TestResponse) -> None:
        method, path = answer.request.method.lower(), answer.request.path
        if answer.data:
            request = MockRequest("http://localhost", method, path)
            openapi.validate_response(request, WerkzeugOpenAPIResponse(answer))
        else:  # the document describes some empty answers as JSON without a schema
            assert str(answer.status_code) in documented_answers(document, method, path)

    return validate


def documented_answers(document: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    fits = [t for t in document["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", t), path)]
    exact = min(fits, key=lambda template: template.count("{"))
    found: dict[str, Any] = document["paths"][exact][method]["responses"]
    return found


GOOD_READS = (
    "/myself", "/myself?expand=groups,applicationRoles", "/serverInfo", "/configuration",
    "/configuration/timetracking", "/configuration/timetracking/options",
    "/mypermissions?permissions=ADMINISTER,WORK_ON_ISSUES", "/mypermissions?permissions=BROWSE_PROJECTS&projectKey=PAY",
    "/user?accountId={me}", "/user?accountId={me}&expand=groups", "/user/bulk?accountId={me}&accountId={former}",
    "/user/search?query=", "/group/bulk", "/group/bulk?maxResults=1", "/group/member?groupId={group}&maxResults=3",
    "/groups/picker?query=sta", "/project/search?maxResults=2", "/project/PAY", "/project/PAY/role",
    "/project/PAY/role/10002", "/project/OPS/role/10003", "/status", "/issue/PAY-1",
    "/issue/PAY-1?expand=names,schema&fields=summary,worklog", "/issue/picker?query=regular&currentJQL=",
    "/issue/picker?query=zzzz", "/search/jql?jql=project=PAY&fields=*all&maxResults=5&expand=names,schema",
    "/search/jql?jql=project=PAY", "/issue/{many}/worklog", "/issue/{many}/worklog?expand=properties&maxResults=3",
    "/issue/{many}/worklog/{worklog}", "/issue/{many}/worklog/{worklog}/properties",
    "/issue/{many}/worklog/{worklog}/properties/app", "/worklog/updated?since=0", "/worklog/deleted",
    "/worklog/updated?since=0&expand=properties", "/field", "/issuetype", "/issuetype/10001", "/priority",
    "/priority/3", "/status/10000", "/status/Done", "/statuscategory", "/permissions", "/users",
    "/users/search?maxResults=3", "/project", "/user/viewissue/search?query=&issueKey=PAY-1",
    "/issue/PAY-8/comment", "/issue/PAY-1?fields=*all",
)  # fmt: skip


def fill(emulated: EmulatedSite, path: str) -> str:
    many = emulated.issue("worklogs-21")
    row = emulated.site.worklogs.rows[many.worklog_ids[0]]
    row = replace(row, properties=row.properties or {"app": {"key": "k"}})
    emulated.site.worklogs.replace(row)
    former = next(p for p in emulated.site.people.values() if p.account_type == "unknown")
    names = {
        "me": emulated.person(0).account_id,
        "former": former.account_id,
        "group": next(g.id for g in emulated.site.groups.values() if g.name == "staff"),
        "many": many.key,
        "worklog": str(row.id),
    }
    return path.format(**names)


@pytest.mark.parametrize("path", GOOD_READS)
def test_reads_are_answered_as_documented(
    still: EmulatedSite, check: Callable[[TestResponse], None], path: str
) -> None:
    answer = still.be(0).get(fill(still, path))
    assert answer.status_code == 200, answer.text
    check(answer)


def test_assignable_people_are_a_list_as_the_text_says(still: EmulatedSite) -> None:
    answer = still.be(0).get("/user/assignable/search", query="", project="PAY")
    assert answer.status_code == 200
    assert all(person["active"] for person in answer.json or [{}])


def test_user_groups_is_a_list_as_the_text_says(still: EmulatedSite) -> None:
    answer = still.be(0).get("/user/groups", accountId=still.person(0).account_id)
    assert answer.status_code == 200
    assert {"name", "groupId", "self"} == set((answer.json or [{}])[0])


TANGLED = "project = PAY AND NOT (labels in (a, EMPTY) OR worklogAuthor = currentUser()) order by key desc"
GOOD_POSTS = (
    ("/permissions/check", {"globalPermissions": ["ADMINISTER"],
                            "projectPermissions": [{"permissions": ["BROWSE_PROJECTS"], "projects": [10000, 1],
                                                    "issues": [10001]}]}),
    ("/permissions/project", {"permissions": ["WORK_ON_ISSUES"]}),
    ("/issue/bulkfetch", {"issueIdsOrKeys": ["PAY-1", "10002", "NO-1"], "fields": ["summary", "worklog"]}),
    ("/search/jql", {"jql": "worklogDate >= -30d", "fields": ["*all"], "maxResults": 3, "expand": "names,changelog"}),
    ("/search/approximate-count", {"jql": "project = WEB"}),
    ("/jql/match", {"issueIds": [10001, 1], "jqls": ["project = PAY", "project = NOPE", "project ="]}),
    ("/jql/parse?validation=strict", {"queries": [TANGLED, "summary = test", "universe = 42"]}),
)  # fmt: skip


@pytest.mark.parametrize(("path", "body"), GOOD_POSTS, ids=[path for path, _ in GOOD_POSTS])
def test_posts_are_answered_as_documented(
    still: EmulatedSite, check: Callable[[TestResponse], None], path: str, body: Any
) -> None:
    answer = still.be(0).post(path, body)
    assert answer.status_code == 200, answer.text
    check(answer)


def test_writes_are_answered_as_documented(
    emulated: EmulatedSite, check: Callable[[TestResponse], None]
) -> None:
    issue_key, other = emulated.issue("worklogs-0").key, emulated.issue("worklogs-20").key
    made = emulated.post(
        f"/issue/{issue_key}/worklog", {"timeSpent": "1h 30m", "started": STARTED}, expand="properties"
    )
    check(made)
    number = int((made.json or {})["id"])
    path = f"/issue/{issue_key}/worklog/{number}"
    answers = [
        emulated.put(path, {"timeSpentSeconds": 60}),
        emulated.put(f"{path}/properties/app", {"a": 1}),
        emulated.put(f"{path}/properties/app", [1, 2]),
        emulated.delete(f"{path}/properties/app"),
        emulated.post(
            f"/issue/{issue_key}/worklog/move",
            {"ids": [int(path.rsplit("/", maxsplit=1)[-1])], "issueIdOrKey": other},
        ),
        emulated.put(f"/issue/{issue_key}", {"fields": {"summary": "New"}}),
        emulated.put(f"/issue/{issue_key}", {"fields": {"summary": "Newer"}}, returnIssue="true"),
    ]
    answers.append(emulated.call("DELETE", f"/issue/{other}/worklog", json={"ids": [number]}))
    comment = emulated.post(f"/issue/{issue_key}/comment", {"body": COMMENT})
    check(comment)
    number = int((comment.json or {})["id"])
    check(emulated.put(f"/issue/{issue_key}/comment/{number}", {"body": COMMENT}))
    check(emulated.get(f"/issue/{issue_key}/comment"))
    check(emulated.delete(f"/issue/{issue_key}/comment/{number}"))
    again = emulated.log(emulated.issue("worklogs-0"))["id"]
    answers.append(emulated.delete(f"/issue/{issue_key}/worklog/{again}"))
    answers.append(emulated.delete(f"/issue/{issue_key}"))
    assert [answer.status_code for answer in answers] == [200, 201, 200, 204, 204, 204, 200, 204, 204, 204]
    for answer in answers:
        check(answer)


BAD_CALLS: tuple[tuple[str, str, Any, int], ...] = (
    ("GET", "/issue/NO-1", None, 404),
    ("GET", "/issue/PAY-1/worklog?maxResults=x", None, 404),
    ("GET", "/issue/PAY-1/worklog/1", None, 404),
    ("GET", "/mypermissions", None, 400),
    ("GET", "/mypermissions?permissions=FLY", None, 400),
    ("GET", "/mypermissions?permissions=BROWSE_PROJECTS&projectKey=NOPE", None, 404),
    ("GET", "/user?accountId=nobody", None, 404),
    ("GET", "/user/bulk", None, 400),
    ("GET", "/user/search", None, 400),
    ("GET", "/group/member", None, 400),
    ("GET", "/group/member?groupId=x", None, 404),
    ("GET", "/project/NOPE", None, 404),
    ("GET", "/project/pay", None, 404),
    ("GET", "/project/99", None, 404),
    ("GET", "/priority/99", None, 404),
    ("GET", "/issuetype/99", None, 404),
    ("GET", "/status/Nowhere", None, 404),
    ("GET", "/user/assignable/search", None, 400),
    ("GET", "/user/assignable/search?project=PAY", None, 400),
    ("GET", "/user/assignable/search?project=PAY&query=a&accountId=a", None, 400),
    ("GET", "/user/viewissue/search?projectKey=PAY", None, 400),
    ("GET", "/project/search?id=x", None, 400),
    ("GET", "/project/search?status=gone", None, 400),
    ("GET", "/issue/PAY-8/comment/1", None, 404),
    ("POST", "/issue/PAY-8/comment", {"body": None}, 400),
    ("GET", "/project/NOPE/role", None, 404),
    ("GET", "/project/PAY/role/1", None, 404),
    ("GET", "/search/jql?jql=", None, 400),
    ("POST", "/search/jql", {"jql": "order by key"}, 400),
    ("POST", "/search/jql", {"surprise": 1}, 400),
    ("POST", "/jql/parse?validation=strict", {}, 400),
    ("POST", "/jql/parse", {"queries": ["project = PAY"]}, 400),
    ("POST", "/search/approximate-count", {"jql": "("}, 400),
    ("POST", "/worklog/list", {"ids": []}, 400),
    ("POST", "/issue/bulkfetch", {"issueIdsOrKeys": []}, 400),
    ("POST", "/permissions/check", {"globalPermissions": ["FLY"]}, 400),
    ("POST", "/permissions/check", {"accountId": "nobody", "globalPermissions": ["ADMINISTER"]}, 400),
    ("GET", "/mypermissions?permissions=EDIT_ISSUES&commentId=1", None, 400),
    ("GET", "/project/search?" + "&".join(f"id={number}" for number in range(51)), None, 400),
    ("GET", "/project/search?" + "&".join(f"keys=K{number}" for number in range(51)), None, 400),
    ("POST", "/issue/PAY-8/worklog", {"timeSpentSeconds": 0}, 400),
    ("POST", "/issue/PAY-8/worklog/move", {"ids": [1], "issueIdOrKey": "PAY-9"}, 404),
    ("PUT", "/issue/PAY-8", {"fields": {"summary": ""}}, 400),
    ("PUT", "/issue/PAY-8/worklog/1", {}, 404),
    ("DELETE", "/issue/PAY-8/worklog/1", None, 404),
)


@pytest.mark.parametrize(("method", "path", "body", "status"), BAD_CALLS)
def test_bad_calls_are_refused_as_documented(
    still: EmulatedSite, check: Callable[[TestResponse], None], method: str, path: str, body: Any, status: int
) -> None:
    answer = still.be(0).call(method, path, json=body)
    assert answer.status_code == status, answer.text
    assert set(answer.json or {}) == {"errorMessages", "errors"}
    check(answer)


def test_every_address_and_scope_is_the_documents(document: dict[str, Any], still: EmulatedSite) -> None:
    api = Api(still.site)
    for resource in RESOURCES:
        resource.register(api)
    documented = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path.removeprefix("/rest/api/3"))): operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if isinstance(operation, dict)
    }
    for (method, path), (scope, anonymous) in api.scopes.items():
        shape = re.sub(r"<\w+>", "{}", path)
        if (method, shape) in NOT_IN_DOCUMENT:
            continue
        wanted = documented[method, shape]["x-atlassian-connect-scope"]
        assert wanted in with_implied([scope]), (method, path, scope, wanted)
        assert wanted == scope, (method, path, scope, wanted)
        assert anonymous is documented[method, shape].get("x-anonymous", False), (method, path)


def test_changelogs_have_the_documents_form(
    emulated: EmulatedSite, check: Callable[[TestResponse], None]
) -> None:
    emulated.be(0).put("/issue/PAY-1", {"fields": {"summary": "New words"}})
    emulated.put("/issue/PAY-1/assignee", {"accountId": None})
    body = {"jql": "key = PAY-1", "fields": ["summary", "comment"], "expand": "changelog"}
    answer = emulated.post("/search/jql", body)
    assert len((answer.json or {})["issues"][0]["changelog"]["histories"]) == 2
    check(answer)
