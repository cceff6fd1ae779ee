"""Search: pages, tokens, fields, and the results of one caller."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.support.emulated_site import EmulatedSite

NO_OPERATOR = (
    "Error in the JQL Query: Expecting operator but got 'query'. The valid operators are '=', '!=', '<', '>', '<=', "
    "'>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'. (line 1, character 9)"
)


def test_only_the_id_comes_unless_fields_are_requested(still: EmulatedSite) -> None:
    page = still.be(0).post("/search/jql", {"jql": "project = PAY", "maxResults": 1}).json or {}
    assert page["issues"][0].keys() == {"id"}
    assert "total" not in page
    assert page["isLast"] is False
    keys = still.get("/search/jql", jql="key = PAY-1", fields="key").json or {}
    assert keys["issues"][0].keys() == {"expand", "id", "key", "self"}
    assert keys["isLast"] is True
    assert "nextPageToken" not in keys


def test_t22_pages_are_smaller_than_requested_and_complete(still: EmulatedSite) -> None:
    body: dict[str, Any] = {
        "jql": "project = PAY order by key asc",
        "fields": ["summary"],
        "maxResults": 1000,
    }
    seen: list[str] = []
    for _ in range(10):
        page = still.be(0).post("/search/jql", body).json or {}
        assert len(page["issues"]) <= 100
        seen += [issue["key"] for issue in page["issues"]]
        if page["isLast"]:
            break
        body["nextPageToken"] = page["nextPageToken"]
    assert seen == still.search("project = PAY order by key asc")
    assert len(seen) > 100


def test_tokens_are_bound_to_their_query_and_end_after_a_week(emulated: EmulatedSite) -> None:
    body = {"jql": "project = PAY", "maxResults": 2}
    token = (emulated.post("/search/jql", body).json or {})["nextPageToken"]
    assert emulated.post("/search/jql", body | {"nextPageToken": token}).status_code == 200
    for bad in ("zzz", "", token[:-4] + "AAAA", token.swapcase(), "é"):
        expected = 200 if bad == "" else 400
        assert emulated.post("/search/jql", body | {"nextPageToken": bad}).status_code == expected
    assert emulated.post("/search/jql", {"jql": "project = WEB", "nextPageToken": token}).status_code == 400
    emulated.clock.forward(days=8)
    assert emulated.post("/search/jql", body | {"nextPageToken": token}).status_code == 400


@pytest.mark.parametrize("count", [0, 20, 21, 5001])
def test_t20_embedded_worklogs_stop_at_twenty(still: EmulatedSite, count: int) -> None:
    issue = still.be(0).issue(f"worklogs-{count}")
    answer = still.post("/search/jql", {"jql": f"key = {issue.key}", "fields": ["worklog"]}).json or {}
    embedded = answer["issues"][0]["fields"]["worklog"]
    assert embedded["total"] == count
    assert embedded["maxResults"] == 20
    assert [int(row["id"]) for row in embedded["worklogs"]] == issue.worklog_ids[:20]


@pytest.mark.parametrize("jql", ["", "   ", "order by key", "ORDER BY created DESC"])
def test_unbounded_queries_are_refused(still: EmulatedSite, jql: str) -> None:
    answer = still.be(0).post("/search/jql", {"jql": jql})
    assert answer.status_code == 400
    assert (answer.json or {})["errorMessages"] == [
        "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
    ]
    assert still.get("/search/jql").status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"maxResults": 0}, {"maxResults": -1}, {"maxResults": 5001}, {"maxResults": "5"},
        {"fields": "summary"}, {"startAt": 5},
        {"expand": ["names"]}, {"jql": 5}, {"properties": list("abcdef")}, {"reconcileIssues": list(range(51))},
        {"reconcileIssues": ["PAY-1"]}, {"nextPageToken": 5},
    ],
)  # fmt: skip
def test_bad_parameters_of_a_search_are_refused(still: EmulatedSite, body: dict[str, Any]) -> None:
    assert still.be(0).post("/search/jql", {"jql": "project = PAY"} | body).status_code == 400


def test_the_old_search_is_gone(still: EmulatedSite) -> None:
    assert still.be(0).get("/search", jql="project = PAY").status_code == 410
    assert still.post("/search", {"jql": "project = PAY"}).status_code == 410


def test_fields_can_be_chosen_and_left_out(still: EmulatedSite) -> None:
    def fields(*wanted: str) -> set[str]:
        answer = still.be(0).get("/issue/PAY-1", fields=",".join(wanted)).json or {}
        return set(answer["fields"])

    assert fields("summary", "no-such-field") == {"summary"}
    assert "worklog" in fields("*all")
    assert "worklog" not in fields("*navigable")
    assert fields("*navigable") - fields("*navigable", "-summary") == {"summary"}
    assert fields("*all") - fields("-worklog") == {"worklog"}


def test_counting_and_fetching_in_bulk(still: EmulatedSite) -> None:
    keys = still.be(0).search("labels = awkward")
    assert (still.post("/search/approximate-count", {"jql": "labels = awkward"}).json or {})["count"] == len(
        keys
    )
    answer = still.post(
        "/issue/bulkfetch", {"issueIdsOrKeys": [*keys, keys[0], "NO-1"], "fields": ["summary"]}
    )
    found = (answer.json or {})["issues"]
    assert {issue["key"] for issue in found} == set(keys)
    assert len(found) == len(keys)
    assert still.post("/issue/bulkfetch", {"issueIdsOrKeys": ["PAY-1"] * 101}).status_code == 400
    six = {"issueIdsOrKeys": ["PAY-1"], "properties": list("abcdef")}
    assert still.post("/issue/bulkfetch", six).status_code == 400


def test_awkward_summaries_come_unchanged(still: EmulatedSite) -> None:
    answer = still.be(0).post("/search/jql", {"jql": "labels = awkward", "fields": ["summary"]}).json or {}
    summaries = {issue["fields"]["summary"] for issue in answer["issues"]}
    assert any('<b>bold</b> & "quoted"' in s for s in summaries)
    assert any("🚀" in s for s in summaries)


def test_parse_returns_structure_errors_and_warnings(still: EmulatedSite) -> None:
    queries = ["project = NOPE", "invalid query = 1", "summary = test", "summary in test"]
    answer = still.be(0).post("/jql/parse", {"queries": queries}, validation="strict").json or {}
    strict = [query.get("errors") for query in answer["queries"]]
    assert strict == [
        ["The value 'NOPE' does not exist for the field 'project'."],
        [NO_OPERATOR],
        ["The operator '=' is not supported by the 'summary' field."],
        ["Operator 'in' does not support the non-list value 'test' for field 'summary'."],
    ]
    warned = still.post("/jql/parse", {"queries": queries[:1]}, validation="warn").json or {}
    assert warned["queries"][0]["errors"] == strict[0]
    assert warned["queries"][0]["structure"]["where"]["operand"]["value"] == "NOPE"


def test_the_picker_finds_by_key_and_words_and_escapes(still: EmulatedSite) -> None:
    own = still.search("worklogAuthor = currentUser() order by updated desc")[0]
    history = (still.be(0).get("/issue/picker", query=own).json or {})["sections"]
    assert history[0]["id"] == "hs"
    assert own in [issue["key"] for issue in history[0]["issues"]]
    assert len(history) == 1
    answer = still.get("/issue/picker", query="escape bold", currentJQL="").json or {}
    shown = answer["sections"][1]["issues"][0]
    assert "<script>" in shown["summaryText"]
    assert "<script>" not in shown["summary"]
    broken = still.get("/issue/picker", query="x", currentJQL="project = 1").json or {}
    assert broken["sections"][1]["issues"] == []


def test_the_picker_leaves_subtasks_out_unless_they_are_requested(still: EmulatedSite) -> None:
    [key] = still.search("issuetype = Sub-task and project = PAY")[:1]

    def found(**more: str) -> list[str]:
        answer = still.get("/issue/picker", query=key, currentJQL="", **more).json or {}
        return [issue["key"] for section in answer["sections"] for issue in section["issues"]]

    assert key not in found()
    assert key in found(showSubTasks="true")
