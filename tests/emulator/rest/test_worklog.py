"""Logging work over REST: strict input, exact sums, and who may do what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from jira_emulator.model import Actors, Restriction
from jira_emulator.seeding.access import ADMINISTRATORS, MEMBERS
from jira_emulator.seeding.issues import CLOSED
from jira_emulator.seeding.people import NO_PROJECT, NO_WORK_IN_WEB
from tests.emulator.support.emulated_site import ALL_SCOPES, COMMENT, STARTED, WORK_SCOPES, EmulatedSite


def test_a_worklog_is_the_callers(emulated: EmulatedSite) -> None:
    made = emulated.be(1).log(
        emulated.issue("worklogs-0"), author={"accountId": emulated.person(0).account_id}
    )
    assert made["author"]["accountId"] == emulated.person(1).account_id


def test_t28_an_app_without_a_person_logs_as_itself(emulated: EmulatedSite) -> None:
    made = emulated.be_app().log(emulated.issue("worklogs-0"))
    assert made["author"]["accountType"] == "app"


@pytest.mark.parametrize(
    "started",
    [
        "2026-11-24T09:00:00.000Z", "2026-11-24T09:00:00.000+00:00", "2026-11-24T09:00:00+0000", "2026-11-24",
        "2026-11-24T09:00:00.000", "2026-02-30T09:00:00.000+0000", "2026-11-24T25:00:00.000+0000", 1_764_000_000_000,
        "2026-11-24T09:00:00.000000+0000", "2026-11-24T09:00:00.000+0000 ", "0001-01-01T00:00:00.000+0000",
    ],
)  # fmt: skip
def test_t01_only_jiras_own_form_of_started_is_taken(emulated: EmulatedSite, started: Any) -> None:
    answer = emulated.post("/issue/PAY-8/worklog", {"timeSpentSeconds": 60, "started": started})
    assert answer.status_code == 400
    assert (answer.json or {})["errors"].keys() == {"startDate"}
    assert (answer.json or {})["errorMessages"] == ["Worklog must not be null."]


def test_a_worklog_without_a_start_starts_now(emulated: EmulatedSite) -> None:
    answer = emulated.post("/issue/PAY-8/worklog", {"timeSpentSeconds": 60, "started": None})
    assert answer.status_code == 201
    assert (answer.json or {})["started"] == (answer.json or {})["created"]


@pytest.mark.parametrize("started", ["1970-01-02T08:00:00.000+0000", "9999-12-28T20:00:00.000+0000"])
def test_a_worklog_is_in_any_year_of_four_digits(emulated: EmulatedSite, started: str) -> None:
    emulated.log(emulated.issue("worklogs-0"), started=started)
    found = emulated.search(f'worklogDate >= {started[:10]} and worklogDate <= "{started[:10]}"')
    assert found == [emulated.issue("worklogs-0").key]


@pytest.mark.parametrize(
    ("body", "query", "field"),
    [
        ({"timeSpent": "soon"}, {}, "timeLogged"),
        ({"timeSpentSeconds": 0}, {}, "timeLogged"),
        ({}, {}, "timeLogged"),
        ({"timeSpent": "1h"}, {"adjustEstimate": "new", "newEstimate": "soon"}, "newEstimate"),
        ({"timeSpent": "1h"}, {"adjustEstimate": "manual", "reduceBy": "x"}, "adjustmentAmount"),
    ],
)
def test_the_reason_of_a_refusal_is_under_its_field(
    emulated: EmulatedSite, body: dict[str, Any], query: dict[str, str], field: str
) -> None:
    answer = emulated.post("/issue/PAY-8/worklog", {"started": STARTED} | body, **query)
    assert answer.status_code == 400
    assert (answer.json or {})["errorMessages"] == ["Worklog must not be null."]
    assert (answer.json or {})["errors"].keys() == {field}


def test_what_jira_does_not_know_in_a_worklog_is_passed_over(emulated: EmulatedSite) -> None:
    made = emulated.log(emulated.issue("worklogs-0"), surprise=1, issueId="5", updateAuthor={"odd": []})
    assert "surprise" not in made


def test_t01_started_comes_back_in_the_callers_zone(emulated: EmulatedSite) -> None:
    made = emulated.log(emulated.issue("worklogs-0"), started="2026-07-01T23:30:00.123-0500")
    assert made["started"] == "2026-07-02T06:30:00.123+0200"


@pytest.mark.parametrize(
    "body",
    [
        {}, {"timeSpentSeconds": 60, "timeSpent": "1m"}, {"timeSpentSeconds": 29}, {"timeSpentSeconds": 0},
        {"timeSpentSeconds": -60}, {"timeSpentSeconds": "60"}, {"timeSpentSeconds": 1.5}, {"timeSpentSeconds": True},
        {"timeSpent": "1:30"}, {"timeSpent": "0m"}, {"timeSpent": 60}, {"timeSpentSeconds": 10**20},
        {"timeSpentSeconds": 60, "comment": "plain"},
        {"timeSpentSeconds": 60, "comment": {"type": "doc", "version": 1, "content": [{"type": "odd"}]}},
        {"timeSpentSeconds": 60, "comment": {"type": "doc", "version": 2, "content": []}},
        {"timeSpentSeconds": 60, "visibility": {"type": "group", "value": "no-such-group"}},
        {"timeSpentSeconds": 60, "visibility": {"type": "planet", "value": "x"}},
        {"timeSpentSeconds": 60, "properties": [{"key": "a"}]},
        {"timeSpentSeconds": 60, "properties": [{"key": "a", "value": "x" * 32_768}]},
    ],
)  # fmt: skip
def test_bad_bodies_are_refused_and_change_nothing(emulated: EmulatedSite, body: dict[str, Any]) -> None:
    issue = emulated.issue("worklogs-0")
    answer = emulated.post(f"/issue/{issue.key}/worklog", {"started": STARTED} | body)
    assert answer.status_code == 400, answer.text
    assert (answer.json or {})["errorMessages"] or (answer.json or {})["errors"]
    assert not issue.worklog_ids
    assert not emulated.events


def test_bad_json_and_content_types(emulated: EmulatedSite) -> None:
    path = "/issue/PAY-8/worklog"
    assert emulated.call("POST", path, data="{", content_type="application/json").status_code == 400
    assert emulated.call("POST", path, data="[" * 100_000, content_type="application/json").status_code == 400
    assert (
        emulated.call(
            "POST", path, data='{"timeSpentSeconds": NaN}', content_type="application/json"
        ).status_code
        == 400
    )
    assert emulated.call("POST", path, data="a=b", content_type="text/plain").status_code == 415
    assert emulated.call("POST", path).status_code == 415


@pytest.mark.parametrize(("given", "kept"), [(89, 60), (90, 120), (30, 60), (3599, 3600), (3600, 3600)])
def test_seconds_are_kept_as_whole_minutes(emulated: EmulatedSite, given: int, kept: int) -> None:
    assert emulated.log(emulated.issue("worklogs-0"), given)["timeSpentSeconds"] == kept


@pytest.mark.parametrize(
    ("query", "remaining"),
    [
        ({}, 3600), ({"adjustEstimate": "leave"}, 7200), ({"adjustEstimate": "new", "newEstimate": "3h"}, 10_800),
        ({"adjustEstimate": "manual", "reduceBy": "30m"}, 5400), ({"adjustEstimate": "manual", "reduceBy": "1w"}, 0),
    ],
)  # fmt: skip
def test_t31_creating_moves_the_estimate(
    emulated: EmulatedSite, query: dict[str, str], remaining: int
) -> None:
    issue = emulated.issue("worklogs-0")
    issue.remaining_estimate = 7200
    answer = emulated.post(
        f"/issue/{issue.key}/worklog", {"timeSpentSeconds": 3600, "started": STARTED}, **query
    )
    assert answer.status_code == 201
    assert (issue.remaining_estimate, issue.time_spent) == (remaining, 3600)


def test_t31_update_and_delete_move_the_estimate(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    issue.remaining_estimate = 7200
    path = f"/issue/{issue.key}/worklog/{emulated.log(issue)['id']}"
    assert emulated.put(path, {"timeSpentSeconds": 5400}).status_code == 200
    assert (issue.remaining_estimate, issue.time_spent) == (1800, 5400)
    assert emulated.delete(path, adjustEstimate="manual", increaseBy="10m").status_code == 204
    assert (issue.remaining_estimate, issue.time_spent) == (2400, 0)


@pytest.mark.parametrize(
    ("method", "query"),
    [
        ("POST", {"adjustEstimate": "new"}), ("POST", {"adjustEstimate": "new", "newEstimate": "soon"}),
        ("POST", {"adjustEstimate": "manual"}), ("POST", {"adjustEstimate": "manual", "increaseBy": "1h"}),
        ("POST", {"adjustEstimate": "magic"}), ("PUT", {"adjustEstimate": "manual", "reduceBy": "1h"}),
        ("DELETE", {"adjustEstimate": "manual", "reduceBy": "1h"}), ("POST", {"notifyUsers": "perhaps"}),
    ],
)  # fmt: skip
def test_t31_bad_adjustments_change_nothing(
    emulated: EmulatedSite, method: str, query: dict[str, str]
) -> None:
    issue = emulated.issue("worklogs-0")
    made = emulated.log(issue)
    before = (issue.remaining_estimate, issue.time_spent, list(issue.worklog_ids))
    path = f"/issue/{issue.key}/worklog" + ("" if method == "POST" else f"/{made['id']}")
    body = {"timeSpentSeconds": 60, "started": STARTED}
    assert emulated.call(method, path, json=body, query_string=query).status_code == 400
    assert (issue.remaining_estimate, issue.time_spent, issue.worklog_ids) == before


def test_t16_an_update_without_a_comment_keeps_it(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    made = emulated.log(issue, comment=COMMENT)
    changed = emulated.put(f"/issue/{issue.key}/worklog/{made['id']}", {"timeSpentSeconds": 120}).json or {}
    assert changed["comment"] == COMMENT
    assert changed["started"] == made["started"]


@pytest.mark.parametrize("count", [0, 20, 21, 5001])
def test_t20_t21_lists_come_whole_in_pages(still: EmulatedSite, count: int) -> None:
    issue, seen = still.be(0).issue(f"worklogs-{count}"), list[str]()
    while True:
        page = still.get(f"/issue/{issue.id}/worklog", startAt=len(seen)).json or {}
        assert page["total"] == count
        seen += [row["id"] for row in page["worklogs"]]
        if len(seen) >= page["total"]:
            break
        assert len(page["worklogs"]) == 5000
    assert [int(i) for i in seen] == issue.worklog_ids
    assert len(set(seen)) == count


def test_started_after_is_inclusive_and_before_is_not(still: EmulatedSite) -> None:
    issue = still.be(0).issue("worklogs-21")
    starts = sorted(still.site.worklogs.rows[i].started for i in issue.worklog_ids)
    page = (
        still.get(f"/issue/{issue.id}/worklog", startedAfter=starts[0], startedBefore=starts[-1]).json or {}
    )
    assert page["total"] == sum(starts[0] <= s < starts[-1] for s in starts)
    assert page["total"] >= 1


def test_t26_restricted_worklogs_are_seen_by_their_group_only(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    made = emulated.be(0).log(issue, visibility={"type": "group", "value": "operations"})
    path = f"/issue/{issue.key}/worklog"
    assert made["visibility"]["identifier"]
    assert (emulated.be(3).get(path).json or {})["total"] == 1
    assert (emulated.be(1).get(path).json or {})["total"] == 0
    assert emulated.get(f"{path}/{made['id']}").status_code == 404
    assert emulated.delete(f"{path}/{made['id']}").status_code == 404
    fields = (emulated.get(f"/issue/{issue.key}", fields="worklog").json or {})["fields"]
    assert fields["worklog"]["total"] == 0
    assert emulated.search(f"key = {issue.key} AND worklogDate >= 2026-11-24") == []


def test_t29_own_and_all(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    path = f"/issue/{issue.key}/worklog/{emulated.be(1).log(issue)['id']}"
    assert emulated.be(2).put(path, {"timeSpentSeconds": 60}).status_code == 400
    assert emulated.delete(path).status_code == 400
    changed = emulated.be(0).put(path, {"timeSpentSeconds": 60}).json or {}
    assert changed["author"]["accountId"] == emulated.person(1).account_id
    assert changed["updateAuthor"]["accountId"] == emulated.person(0).account_id
    assert emulated.be(1).delete(path).status_code == 204


def test_t29_own_worklogs_can_be_changed_without_work_on_issues(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    path = f"/issue/{issue.key}/worklog"
    first, second, third = (emulated.be(1).log(issue)["id"] for _ in range(3))
    grants = issue.project.scheme.grants
    grants["WORK_ON_ISSUES"] = ()
    assert emulated.post(path, {"timeSpentSeconds": 60, "started": STARTED}).status_code == 400
    assert emulated.put(f"{path}/{first}", {"timeSpentSeconds": 60}).status_code == 200
    assert emulated.delete(f"{path}/{first}").status_code == 204
    assert emulated.be(0).delete(f"{path}/{second}").status_code == 204
    grants["EDIT_OWN_WORKLOGS"] = grants["DELETE_OWN_WORKLOGS"] = ()
    assert emulated.be(1).put(f"{path}/{third}", {"timeSpentSeconds": 60}).status_code == 400
    assert emulated.delete(f"{path}/{third}").status_code == 400


def test_an_archived_project_is_read_but_neither_changed_nor_found(emulated: EmulatedSite) -> None:
    issue, project = emulated.issue("worklogs-0"), emulated.project("PAY")
    made = emulated.log(issue)["id"]
    path = f"/issue/{issue.key}/worklog"
    project.archived = True
    assert emulated.search("worklogDate = 2026-11-24 and project = PAY") == []
    assert emulated.search(f"id = {issue.id}", reconcileIssues=[issue.id]) == []
    assert (emulated.post("/search/approximate-count", {"jql": "project = PAY"}).json or {})["count"] == 0
    assert "PAY" not in [p["key"] for p in (emulated.get("/project/search").json or {})["values"]]
    archived = (emulated.get("/project/search", status="archived").json or {})["values"]
    assert [(p["key"], p["archived"]) for p in archived] == [("PAY", True)]
    assert (emulated.get(path).json or {})["total"] == 1
    assert (emulated.get(f"/issue/{issue.id}", fields="worklog").json or {})["fields"]["worklog"][
        "total"
    ] == 1
    assert [row["id"] for row in emulated.post("/worklog/list", {"ids": [int(made)]}).json or []] == [made]
    assert emulated.post(path, {"timeSpentSeconds": 60, "started": STARTED}).status_code == 400
    assert emulated.put(f"{path}/{made}", {"timeSpentSeconds": 60}).status_code == 400
    assert emulated.delete(f"{path}/{made}").status_code == 400
    emulated.clock.forward(minutes=2)
    feed = (emulated.get("/worklog/updated", since=emulated.site.now_ms() - 200_000).json or {})["values"]
    assert int(made) in [value["worklogId"] for value in feed]
    assert issue.key not in str(emulated.get("/issue/picker", query=issue.key, currentJQL="").json)
    project.archived = False
    assert emulated.search(f"id = {issue.id}") == [issue.key]


def test_t29_a_viewer_reads_but_cannot_log(emulated: EmulatedSite) -> None:
    issue = emulated.issues_of("WEB")[5]
    emulated.be(NO_WORK_IN_WEB)
    assert emulated.get(f"/issue/{issue.key}").status_code == 200
    answer = emulated.post(f"/issue/{issue.key}/worklog", {"timeSpentSeconds": 60, "started": STARTED})
    assert answer.status_code == 400


def test_t29_invisible_issues_do_not_exist(emulated: EmulatedSite) -> None:
    secret = next(i for i in emulated.issues_of("SEC") if i.security is not None)
    member = next(
        n
        for n in range(1, 12)
        if emulated.person(n).active and emulated.person(n).account_id != secret.reporter
    )
    secret.project.actors[MEMBERS] = Actors({emulated.person(member).account_id})
    plain = next(i for i in emulated.issues_of("SEC") if i.security is None)
    assert emulated.be(member).get(f"/issue/{plain.key}").status_code == 200
    for number in (member, NO_PROJECT):
        answers = [
            emulated.be(number).get(f"/issue/{secret.key}"),
            emulated.get(f"/issue/{secret.id}/worklog"),
            emulated.post(f"/issue/{secret.key}/worklog", {"timeSpentSeconds": 60, "started": STARTED}),
        ]
        assert [a.status_code for a in answers] == [404, 404, 404]
    assert emulated.be(NO_PROJECT).search("created is not EMPTY") == []


def test_t30_closed_issues_refuse(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    path = f"/issue/{issue.key}/worklog"
    made = emulated.log(issue)["id"]
    issue.status = emulated.site.statuses[CLOSED]
    body = {"timeSpentSeconds": 60, "started": STARTED}
    assert emulated.post(path, body).status_code == 400
    assert emulated.put(f"{path}/{made}", body).status_code == 400
    assert emulated.delete(f"{path}/{made}").status_code == 400
    assert emulated.post(path, body, overrideEditableFlag="true").status_code == 400
    assert (
        emulated.be_app(WORK_SCOPES, person=0).post(path, body, overrideEditableFlag="true").status_code
        == 400
    )
    assert (
        emulated.be_app(ALL_SCOPES, person=1).post(path, body, overrideEditableFlag="true").status_code == 400
    )
    assert (
        emulated.be_app(ALL_SCOPES, person=0).post(path, body, overrideEditableFlag="true").status_code == 201
    )


def test_t27_the_limit_of_an_issue(emulated: EmulatedSite) -> None:
    emulated.site.worklog_limit = 20
    issue = emulated.issue("worklogs-20")
    answer = emulated.post(f"/issue/{issue.key}/worklog", {"timeSpentSeconds": 60, "started": STARTED})
    assert answer.status_code == 413
    assert len(issue.worklog_ids) == 20


def test_without_time_tracking_there_are_no_worklogs(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-20")
    emulated.site.time_tracking.enabled = False
    path = f"/issue/{issue.key}/worklog"
    assert emulated.get(path).status_code == 404
    assert emulated.post(path, {"timeSpentSeconds": 60, "started": STARTED}).status_code == 404
    assert emulated.get(f"{path}/{issue.worklog_ids[0]}").status_code == 404
    assert "worklog" not in (emulated.get(f"/issue/{issue.key}").json or {})["fields"]
    assert emulated.get("/configuration/timetracking").status_code == 204
    assert "timeTrackingConfiguration" not in (emulated.get("/configuration").json or {})
    found = emulated.post("/search/jql", {"jql": "worklogDate >= 1970-01-02", "fields": ["id"]})
    assert (found.json or {})["issues"] == []


def test_t31_t35_move_is_silent_and_settles_both_issues(emulated: EmulatedSite) -> None:
    source, target = emulated.issue("worklogs-20"), emulated.issue("worklogs-0")
    source.remaining_estimate, target.remaining_estimate = 600, 9000
    ids = source.worklog_ids[:2]
    moved_seconds = sum(emulated.site.worklogs.rows[i].seconds for i in ids)
    before = source.time_spent or 0
    body = {"ids": ids, "issueIdOrKey": target.key}
    assert emulated.be(1).post(f"/issue/{source.key}/worklog/move", body).status_code == 400
    assert emulated.be(0).post(f"/issue/{source.key}/worklog/move", body).status_code == 204
    assert target.worklog_ids == ids
    assert (source.time_spent, target.time_spent) == (before - moved_seconds, moved_seconds)
    assert (source.remaining_estimate, target.remaining_estimate) == (
        600 + moved_seconds,
        9000 - moved_seconds,
    )
    assert not emulated.events
    assert emulated.post(f"/issue/{source.key}/worklog/move", body).status_code == 404


def test_t35_bulk_delete_is_silent(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-20")
    ids = list(issue.worklog_ids[:3])
    path = f"/issue/{issue.key}/worklog"
    assert emulated.be(1).call("DELETE", path, json={"ids": ids}).status_code == 400
    assert emulated.be(0).call("DELETE", path, json={"ids": [*ids, 1]}).status_code == 404
    assert len(issue.worklog_ids) == 20
    assert (
        emulated.call("DELETE", path, json={"ids": ids}, query_string={"adjustEstimate": "new"}).status_code
        == 400
    )
    assert emulated.call("DELETE", path, json={"ids": ids}).status_code == 204
    assert len(issue.worklog_ids) == 17
    assert not emulated.events


def test_t32_properties_travel_with_the_worklog(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    made = emulated.log(issue, properties=[{"key": "once", "value": {"key": "k-1"}}])
    assert "properties" not in made
    page = emulated.get(f"/issue/{issue.key}/worklog", expand="properties").json or {}
    assert page["worklogs"][0]["properties"] == [{"key": "once", "value": {"key": "k-1"}}]
    path = f"/issue/{issue.key}/worklog/{made['id']}/properties"
    assert [k["key"] for k in (emulated.get(path).json or {})["keys"]] == ["once"]
    assert emulated.put(f"{path}/second", "text").status_code == 201
    null = emulated.call("PUT", f"{path}/second", data="null", content_type="application/json")
    assert null.status_code == 200
    assert emulated.get(f"{path}/second").json == {"key": "second", "value": None}
    assert emulated.be(2).put(f"{path}/third", 1).status_code == 403
    assert emulated.get(f"{path}/none").status_code == 404
    assert emulated.be(0).delete(f"{path}/once").status_code == 204
    assert emulated.get(f"{path}/once").status_code == 404
    assert emulated.get(f"/issue/{issue.key}/worklog/x/properties").status_code == 400


@pytest.mark.parametrize(
    ("scopes", "statuses"),
    [
        (frozenset(), (403, 403, 403)),
        (frozenset(("READ",)), (200, 403, 403)),
        (frozenset(("WRITE",)), (200, 201, 403)),
        (frozenset(("DELETE",)), (200, 201, 204)),
    ],
)
def test_an_app_is_limited_by_its_scopes(
    emulated: EmulatedSite, scopes: frozenset[str], statuses: tuple[int, int, int]
) -> None:
    issue = emulated.issue("worklogs-0")
    path = f"/issue/{issue.key}/worklog"
    made = emulated.be(1).log(issue)["id"]
    emulated.be_app(scopes, person=1)
    answers = (
        emulated.get(path),
        emulated.post(path, {"timeSpentSeconds": 60, "started": STARTED}),
        emulated.delete(f"{path}/{made}"),
    )
    assert tuple(a.status_code for a in answers) == statuses


def test_writes_cost_one_point_and_reads_what_they_read(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    emulated.log(issue)
    assert emulated.points == 1
    emulated.get(f"/issue/{issue.key}")
    assert emulated.points == 2
    emulated.get("/myself")
    assert emulated.points == 3
    emulated.search("project = PAY", maxResults=100)
    assert emulated.points == 101


def test_t35_moves_have_limits(emulated: EmulatedSite) -> None:
    source, target = emulated.issue("worklogs-20"), emulated.issue("worklogs-0")
    path, first = f"/issue/{source.key}/worklog/move", source.worklog_ids[0]

    def move(ids: list[int], to: str = target.key, **query: str) -> int:
        return emulated.post(path, {"ids": ids, "issueIdOrKey": to}, **query).status_code

    assert move([]) == 400
    assert move([first] * 5001) == 400
    assert move([first], source.key) == 400
    assert move([first], "HRX-1") == 404
    assert move([first, -1]) == 404
    assert move([first], adjustEstimate="manual") == 400
    emulated.site.worklog_limit = 0
    assert move([first]) == 400
    emulated.site.worklog_limit = None
    worklogs = emulated.site.worklogs
    administrators = Restriction("role", "Administrators", str(ADMINISTRATORS))
    worklogs.replace(replace(worklogs.rows[first], restriction=administrators))
    assert move([first]) == 400
    assert len(source.worklog_ids) == 20


@pytest.mark.parametrize(
    "node",
    [
        {"type": "paragraph", "content": [{"type": "text", "text": ""}]},
        {"type": "paragraph", "content": "text"},
        {"type": "paragraph", "attrs": []},
        {"type": "text", "text": "not a block"},
        "paragraph",
    ],
)
def test_documents_are_checked(emulated: EmulatedSite, node: object) -> None:
    body = {
        "timeSpentSeconds": 60,
        "started": STARTED,
        "comment": {"type": "doc", "version": 1, "content": [node]},
    }
    answer = emulated.post("/issue/PAY-8/worklog", body)
    assert answer.status_code == 400
    assert (answer.json or {})["errorMessages"] == ["INVALID_INPUT"]


@pytest.mark.parametrize(("length", "status"), [(32_767, 201), (32_768, 400)])
def test_a_comment_has_a_longest_length(emulated: EmulatedSite, length: int, status: int) -> None:
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": "x" * length}]}
    comment = {"type": "doc", "version": 1, "content": [paragraph]}
    answer = emulated.post(
        "/issue/PAY-8/worklog", {"timeSpent": "1h", "started": STARTED, "comment": comment}
    )
    assert answer.status_code == status
    assert list((answer.json or {}).get("errors", {})) == ([] if status == 201 else ["comment"])


def test_a_refused_write_names_the_person_and_that_nothing_was_made(emulated: EmulatedSite) -> None:
    issue, name = emulated.issue("worklogs-0"), emulated.person(NO_WORK_IN_WEB).display_name
    made = emulated.be(0).log(issue)
    scheme = issue.project.scheme
    issue.project.scheme = replace(scheme, grants={"BROWSE_PROJECTS": scheme.grants["BROWSE_PROJECTS"]})
    path = f"/issue/{issue.key}/worklog"
    emulated.be(NO_WORK_IN_WEB)
    for answer, doing in (
        (emulated.post(path, {"timeSpent": "1h", "started": STARTED}), "associate a worklog to this issue"),
        (emulated.put(f"{path}/{made['id']}", {"timeSpent": "1h"}), "edit the specified worklog"),
        (emulated.delete(f"{path}/{made['id']}"), "delete the specified worklog"),
    ):
        first, last = (answer.json or {})["errorMessages"]
        assert (answer.status_code, last) == (400, "Worklog must not be null.")
        assert first.startswith(f"{name}, you do not have ")
        assert first.endswith(f"{doing}.")
