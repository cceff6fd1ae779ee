"""Every request gets a response; the emulator never crashes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.support.emulated_site import STARTED, EmulatedSite

LOG = {"timeSpentSeconds": 60, "started": STARTED}
NEW = {"project": {"key": "PAY"}, "issuetype": {"name": "Task"}, "summary": "s"}
ODD: tuple[Any, ...] = (
    1,
    -1,
    1.5,
    True,
    "",
    "x",
    [],
    {},
    [1],
    ["x"],
    [None],
    {"a": 1},
    "9" * 5000,
    10**30,
    "\ud800",
)
BODIES: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("POST", "/issue/PAY-8/worklog", LOG, "timeSpentSeconds timeSpent started comment visibility properties"),
    ("PUT", "/issue/PAY-8", {}, "fields update"),
    ("POST", "/issue", {}, "fields update"),
    ("POST", "/issue/bulkfetch", {"issueIdsOrKeys": ["PAY-1"]}, "issueIdsOrKeys fields expand properties"),
    (
        "POST",
        "/search/jql",
        {"jql": "project = PAY"},
        "jql fields maxResults nextPageToken expand properties reconcileIssues",
    ),
    ("POST", "/search/approximate-count", {}, "jql"),
    ("POST", "/jql/parse?validation=strict", {}, "queries"),
    ("POST", "/worklog/list", {}, "ids"),
    ("POST", "/permissions/check", {}, "accountId globalPermissions projectPermissions"),
    ("POST", "/permissions/project", {}, "permissions"),
    ("POST", "/issue/PAY-8/worklog/move", {"ids": [1], "issueIdOrKey": "PAY-1"}, "ids issueIdOrKey"),
    ("DELETE", "/issue/PAY-9/worklog", {}, "ids"),
)
PATHS = (
    "/issue/{}", "/issue/{}/worklog", "/issue/PAY-8/worklog/{}", "/project/{}", "/project/PAY/role/{}",
    "/user?accountId={}", "/user/search?query={}", "/worklog/updated?since={}", "/search/jql?jql={}",
    "/search/jql?jql=project=PAY&maxResults={}", "/issue/PAY-8/worklog?startedAfter={}", "/project/search?orderBy={}",
    "/issue/PAY-8/worklog?maxResults={}", "/user/bulk?accountId=x&startAt={}", "/issue/picker?query={}&currentJQL=",
    "/groups/picker?query={}", "/mypermissions?permissions=ADMINISTER&issueKey={}", "/issue/PAY-1?fields={}",
    "/universal_avatar/view/type/user/owner/{}", "/group/member?groupId={}",
)  # fmt: skip
TEXTS = ("x", "-1", "9" * 30, "9" * 5000, "%00", "%F0%9F%9A%80", "%D9%A3", "1.5", '"', "*", "%27", "%20", "-")


@pytest.mark.parametrize(("method", "path", "base", "names"), BODIES, ids=[f"{b[0]} {b[1]}" for b in BODIES])
def test_odd_bodies_cause_no_server_error(
    still: EmulatedSite, method: str, path: str, base: dict[str, Any], names: str
) -> None:
    still.be(0)
    for odd in ODD:
        for body in (odd, *({**base, name: odd} for name in names.split())):
            assert still.call(method, path, json=body).status_code < 500, (path, body)


@pytest.mark.parametrize(
    "name", ["summary", "labels", "assignee", "timetracking", "project", "issuetype", "parent"]
)
def test_odd_fields_cause_no_server_error(still: EmulatedSite, name: str) -> None:
    still.be(0)
    for odd in (*ODD, {"accountId": 1}, {"originalEstimate": 5}, {"id": 5}, {"name": []}, {"key": {}}):
        for method, path, base in (("PUT", "/issue/PAY-8", {}), ("POST", "/issue", NEW)):
            assert still.call(method, path, json={"fields": {**base, name: odd}}).status_code < 500, odd
            assert still.call(method, path, json={"update": {name: odd}}).status_code < 500, odd


@pytest.mark.parametrize("path", PATHS)
def test_odd_addresses_cause_no_server_error(still: EmulatedSite, path: str) -> None:
    for text in TEXTS:
        assert still.be(0).call("GET", path.format(text)).status_code < 500, text
