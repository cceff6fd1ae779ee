"""Logging work over REST: strict input, exact sums, and who may do what."""

from __future__ import annotations

from typing import Any

import pytest

from jira_emulator.model import Actors, Restriction
from jira_emulator.seeding.access import ADMINISTRATORS, MEMBERS
from jira_emulator.seeding.issues import CLOSED
from jira_emulator.seeding.people import NO_PROJECT, NO_WORK_IN_WEB
from tests.emulator.support.world import ALL_SCOPES, COMMENT, STARTED, WORK_SCOPES, World


def test_a_worklog_is_the_callers(world: World) -> None:
    made = world.be(1).log(world.issue("worklogs-0"), author={"accountId": world.person(0).account_id})
    assert made["author"]["accountId"] == world.person(1).account_id


def test_t28_an_app_without_a_person_logs_as_itself(world: World) -> None:
    made = world.be_app().log(world.issue("worklogs-0"))
    assert made["author"]["accountType"] == "app"


@pytest.mark.parametrize(
    "started",
    [
        "2026-11-24T09:00:00.000Z", "2026-11-24T09:00:00.000+00:00", "2026-11-24T09:00:00+0000", "2026-11-24",
        "2026-11-24T09:00:00.000", "2026-02-30T09:00:00.000+0000", "2026-11-24T25:00:00.000+0000", 1_764_000_000_000,
        "2026-11-24T09:00:00.000000+0000", "2026-11-24T09:00:00.000+0000 ", "0001-01-01T00:00:00.000+0000",
    ],
)  # fmt: skip
def test_t01_only_jiras_own_form_of_started_is_taken(world: World, started: Any) -> None:
    answer = world.post("/issue/PAY-8/worklog", {"timeSpentSeconds": 60, "started": started})
    assert answer.status_code == 400
    assert (answer.json or {})["errors"].keys() == {"startDate"}
    assert (answer.json or {})["errorMessages"] == ["Worklog must not be null."]


def test_a_worklog_without_a_start_starts_now(world: World) -> None:
    answer = world.post("/issue/PAY-8/worklog", {"timeSpentSeconds": 60, "started": None})
    assert answer.status_code == 201
    assert (answer.json or {})["started"] == (answer.json or {})["created"]


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
def test_the_reason_of_a_refusal_stands_under_its_field(
    world: World, body: dict[str, Any], query: dict[str, str], field: str
) -> None:
    answer = world.post("/issue/PAY-8/worklog", {"started": STARTED} | body, **query)
    assert answer.status_code == 400
    assert (answer.json or {})["errorMessages"] == ["Worklog must not be null."]
    assert (answer.json or {})["errors"].keys() == {field}


def test_what_jira_does_not_know_in_a_worklog_is_passed_over(world: World) -> None:
    made = world.log(world.issue("worklogs-0"), surprise=1, issueId="5", updateAuthor={"odd": []})
    assert "surprise" not in made


def test_t01_started_comes_back_in_the_callers_zone(world: World) -> None:
    made = world.log(world.issue("worklogs-0"), started="2026-07-01T23:30:00.123-0500")
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
def test_bad_bodies_are_refused_and_change_nothing(world: World, body: dict[str, Any]) -> None:
    issue = world.issue("worklogs-0")
    answer = world.post(f"/issue/{issue.key}/worklog", {"started": STARTED} | body)
    assert answer.status_code == 400, answer.text
    assert (answer.json or {})["errorMessages"] or (answer.json or {})["errors"]
    assert not issue.worklog_ids
    assert not world.events


def test_bad_json_and_content_types(world: World) -> None:
    path = "/issue/PAY-8/worklog"
    assert world.call("POST", path, data="{", content_type="application/json").status_code == 400
    assert world.call("POST", path, data="[" * 100_000, content_type="application/json").status_code == 400
    assert (
        world.call(
            "POST", path, data='{"timeSpentSeconds": NaN}', content_type="application/json"
        ).status_code
        == 400
    )
    assert world.call("POST", path, data="a=b", content_type="text/plain").status_code == 415
    assert world.call("POST", path).status_code == 415


@pytest.mark.parametrize(("given", "kept"), [(89, 60), (90, 120), (30, 60), (3599, 3600), (3600, 3600)])
def test_seconds_are_kept_as_whole_minutes(world: World, given: int, kept: int) -> None:
    assert world.log(world.issue("worklogs-0"), given)["timeSpentSeconds"] == kept


@pytest.mark.parametrize(
    ("query", "remaining"),
    [
        ({}, 3600), ({"adjustEstimate": "leave"}, 7200), ({"adjustEstimate": "new", "newEstimate": "3h"}, 10_800),
        ({"adjustEstimate": "manual", "reduceBy": "30m"}, 5400), ({"adjustEstimate": "manual", "reduceBy": "1w"}, 0),
    ],
)  # fmt: skip
def test_t31_creating_moves_the_estimate(world: World, query: dict[str, str], remaining: int) -> None:
    issue = world.issue("worklogs-0")
    issue.remaining_estimate = 7200
    answer = world.post(
        f"/issue/{issue.key}/worklog", {"timeSpentSeconds": 3600, "started": STARTED}, **query
    )
    assert answer.status_code == 201
    assert (issue.remaining_estimate, issue.time_spent) == (remaining, 3600)


def test_t31_update_and_delete_move_the_estimate(world: World) -> None:
    issue = world.issue("worklogs-0")
    issue.remaining_estimate = 7200
    path = f"/issue/{issue.key}/worklog/{world.log(issue)['id']}"
    assert world.put(path, {"timeSpentSeconds": 5400}).status_code == 200
    assert (issue.remaining_estimate, issue.time_spent) == (1800, 5400)
    assert world.delete(path, adjustEstimate="manual", increaseBy="10m").status_code == 204
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
def test_t31_bad_adjustments_change_nothing(world: World, method: str, query: dict[str, str]) -> None:
    issue = world.issue("worklogs-0")
    made = world.log(issue)
    before = (issue.remaining_estimate, issue.time_spent, list(issue.worklog_ids))
    path = f"/issue/{issue.key}/worklog" + ("" if method == "POST" else f"/{made['id']}")
    body = {"timeSpentSeconds": 60, "started": STARTED}
    assert world.call(method, path, json=body, query_string=query).status_code == 400
    assert (issue.remaining_estimate, issue.time_spent, issue.worklog_ids) == before


def test_t16_an_update_without_a_comment_keeps_it(world: World) -> None:
    issue = world.issue("worklogs-0")
    made = world.log(issue, comment=COMMENT)
    changed = world.put(f"/issue/{issue.key}/worklog/{made['id']}", {"timeSpentSeconds": 120}).json or {}
    assert changed["comment"] == COMMENT
    assert changed["started"] == made["started"]


@pytest.mark.parametrize("count", [0, 20, 21, 5001])
def test_t20_t21_lists_come_whole_in_pages(still: World, count: int) -> None:
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


def test_started_after_is_inclusive_and_before_is_not(still: World) -> None:
    issue = still.be(0).issue("worklogs-21")
    starts = sorted(still.site.worklogs.rows[i].started for i in issue.worklog_ids)
    page = (
        still.get(f"/issue/{issue.id}/worklog", startedAfter=starts[0], startedBefore=starts[-1]).json or {}
    )
    assert page["total"] == sum(starts[0] <= s < starts[-1] for s in starts)
    assert page["total"] >= 1


def test_t26_restricted_worklogs_are_seen_by_their_group_only(world: World) -> None:
    issue = world.issue("worklogs-0")
    made = world.be(0).log(issue, visibility={"type": "group", "value": "operations"})
    path = f"/issue/{issue.key}/worklog"
    assert made["visibility"]["identifier"]
    assert (world.be(3).get(path).json or {})["total"] == 1
    assert (world.be(1).get(path).json or {})["total"] == 0
    assert world.get(f"{path}/{made['id']}").status_code == 404
    assert world.delete(f"{path}/{made['id']}").status_code == 404
    fields = (world.get(f"/issue/{issue.key}", fields="worklog").json or {})["fields"]
    assert fields["worklog"]["total"] == 0
    assert world.search(f"key = {issue.key} AND worklogDate >= 2026-11-24") == []


def test_t29_own_and_all(world: World) -> None:
    issue = world.issue("worklogs-0")
    path = f"/issue/{issue.key}/worklog/{world.be(1).log(issue)['id']}"
    assert world.be(2).put(path, {"timeSpentSeconds": 60}).status_code == 400
    assert world.delete(path).status_code == 400
    changed = world.be(0).put(path, {"timeSpentSeconds": 60}).json or {}
    assert changed["author"]["accountId"] == world.person(1).account_id
    assert changed["updateAuthor"]["accountId"] == world.person(0).account_id
    assert world.be(1).delete(path).status_code == 204


def test_t29_own_worklogs_can_be_changed_without_work_on_issues(world: World) -> None:
    issue = world.issue("worklogs-0")
    path = f"/issue/{issue.key}/worklog"
    first, second, third = (world.be(1).log(issue)["id"] for _ in range(3))
    grants = issue.project.scheme.grants
    grants["WORK_ON_ISSUES"] = ()
    assert world.post(path, {"timeSpentSeconds": 60, "started": STARTED}).status_code == 400
    assert world.put(f"{path}/{first}", {"timeSpentSeconds": 60}).status_code == 200
    assert world.delete(f"{path}/{first}").status_code == 204
    assert world.be(0).delete(f"{path}/{second}").status_code == 204
    grants["EDIT_OWN_WORKLOGS"] = grants["DELETE_OWN_WORKLOGS"] = ()
    assert world.be(1).put(f"{path}/{third}", {"timeSpentSeconds": 60}).status_code == 400
    assert world.delete(f"{path}/{third}").status_code == 400


def test_an_archived_project_is_read_but_neither_changed_nor_found(world: World) -> None:
    issue, project = world.issue("worklogs-0"), world.project("PAY")
    made = world.log(issue)["id"]
    path = f"/issue/{issue.key}/worklog"
    project.archived = True
    assert world.search("worklogDate = 2026-11-24 and project = PAY") == []
    assert world.search(f"id = {issue.id}", reconcileIssues=[issue.id]) == []
    assert (world.post("/search/approximate-count", {"jql": "project = PAY"}).json or {})["count"] == 0
    assert "PAY" not in [p["key"] for p in (world.get("/project/search").json or {})["values"]]
    archived = (world.get("/project/search", status="archived").json or {})["values"]
    assert [(p["key"], p["archived"]) for p in archived] == [("PAY", True)]
    assert (world.get(path).json or {})["total"] == 1
    assert (world.get(f"/issue/{issue.id}", fields="worklog").json or {})["fields"]["worklog"]["total"] == 1
    assert [row["id"] for row in world.post("/worklog/list", {"ids": [int(made)]}).json or []] == [made]
    assert world.post(path, {"timeSpentSeconds": 60, "started": STARTED}).status_code == 400
    assert world.put(f"{path}/{made}", {"timeSpentSeconds": 60}).status_code == 400
    assert world.delete(f"{path}/{made}").status_code == 400
    world.clock.forward(minutes=2)
    feed = (world.get("/worklog/updated", since=world.site.now_ms() - 200_000).json or {})["values"]
    assert int(made) in [value["worklogId"] for value in feed]
    assert issue.key not in str(world.get("/issue/picker", query=issue.key, currentJQL="").json)
    project.archived = False
    assert world.search(f"id = {issue.id}") == [issue.key]


def test_t29_a_viewer_reads_but_cannot_log(world: World) -> None:
    issue = world.issues_of("WEB")[5]
    world.be(NO_WORK_IN_WEB)
    assert world.get(f"/issue/{issue.key}").status_code == 200
    answer = world.post(f"/issue/{issue.key}/worklog", {"timeSpentSeconds": 60, "started": STARTED})
    assert answer.status_code == 400


def test_t29_invisible_issues_do_not_exist(world: World) -> None:
    secret = next(i for i in world.issues_of("SEC") if i.security is not None)
    member = next(
        n for n in range(1, 12) if world.person(n).active and world.person(n).account_id != secret.reporter
    )
    secret.project.actors[MEMBERS] = Actors({world.person(member).account_id})
    plain = next(i for i in world.issues_of("SEC") if i.security is None)
    assert world.be(member).get(f"/issue/{plain.key}").status_code == 200
    for number in (member, NO_PROJECT):
        answers = [
            world.be(number).get(f"/issue/{secret.key}"),
            world.get(f"/issue/{secret.id}/worklog"),
            world.post(f"/issue/{secret.key}/worklog", {"timeSpentSeconds": 60, "started": STARTED}),
        ]
        assert [a.status_code for a in answers] == [404, 404, 404]
    assert world.be(NO_PROJECT).search("created is not EMPTY") == []


def test_t30_closed_issues_refuse(world: World) -> None:
    issue = world.issue("worklogs-0")
    path = f"/issue/{issue.key}/worklog"
    made = world.log(issue)["id"]
    issue.status = world.site.statuses[CLOSED]
    body = {"timeSpentSeconds": 60, "started": STARTED}
    assert world.post(path, body).status_code == 400
    assert world.put(f"{path}/{made}", body).status_code == 400
    assert world.delete(f"{path}/{made}").status_code == 400
    assert world.post(path, body, overrideEditableFlag="true").status_code == 400
    assert (
        world.be_app(WORK_SCOPES, person=0).post(path, body, overrideEditableFlag="true").status_code == 400
    )
    assert world.be_app(ALL_SCOPES, person=1).post(path, body, overrideEditableFlag="true").status_code == 400
    assert world.be_app(ALL_SCOPES, person=0).post(path, body, overrideEditableFlag="true").status_code == 201


def test_t27_the_limit_of_an_issue(world: World) -> None:
    world.site.worklog_limit = 20
    issue = world.issue("worklogs-20")
    answer = world.post(f"/issue/{issue.key}/worklog", {"timeSpentSeconds": 60, "started": STARTED})
    assert answer.status_code == 413
    assert len(issue.worklog_ids) == 20


def test_time_tracking_off(world: World) -> None:
    issue = world.issue("worklogs-20")
    world.site.time_tracking.enabled = False
    path = f"/issue/{issue.key}/worklog"
    assert world.get(path).status_code == 404
    assert world.post(path, {"timeSpentSeconds": 60, "started": STARTED}).status_code == 404
    assert world.get(f"{path}/{issue.worklog_ids[0]}").status_code == 404
    assert "worklog" not in (world.get(f"/issue/{issue.key}").json or {})["fields"]
    assert world.get("/configuration/timetracking").status_code == 204
    assert "timeTrackingConfiguration" not in (world.get("/configuration").json or {})


def test_t31_t35_move_is_silent_and_settles_both_issues(world: World) -> None:
    source, target = world.issue("worklogs-20"), world.issue("worklogs-0")
    source.remaining_estimate, target.remaining_estimate = 600, 9000
    ids = source.worklog_ids[:2]
    moved_seconds = sum(world.site.worklogs.rows[i].seconds for i in ids)
    before = source.time_spent or 0
    body = {"ids": ids, "issueIdOrKey": target.key}
    assert world.be(1).post(f"/issue/{source.key}/worklog/move", body).status_code == 400
    assert world.be(0).post(f"/issue/{source.key}/worklog/move", body).status_code == 204
    assert target.worklog_ids == ids
    assert (source.time_spent, target.time_spent) == (before - moved_seconds, moved_seconds)
    assert (source.remaining_estimate, target.remaining_estimate) == (
        600 + moved_seconds,
        9000 - moved_seconds,
    )
    assert not world.events
    assert world.post(f"/issue/{source.key}/worklog/move", body).status_code == 404


def test_t35_bulk_delete_is_silent(world: World) -> None:
    issue = world.issue("worklogs-20")
    ids = list(issue.worklog_ids[:3])
    path = f"/issue/{issue.key}/worklog"
    assert world.be(1).call("DELETE", path, json={"ids": ids}).status_code == 400
    assert world.be(0).call("DELETE", path, json={"ids": [*ids, 1]}).status_code == 404
    assert len(issue.worklog_ids) == 20
    assert (
        world.call("DELETE", path, json={"ids": ids}, query_string={"adjustEstimate": "new"}).status_code
        == 400
    )
    assert world.call("DELETE", path, json={"ids": ids}).status_code == 204
    assert len(issue.worklog_ids) == 17
    assert not world.events


def test_t32_properties_travel_with_the_worklog(world: World) -> None:
    issue = world.issue("worklogs-0")
    made = world.log(issue, properties=[{"key": "once", "value": {"key": "k-1"}}])
    assert "properties" not in made
    page = world.get(f"/issue/{issue.key}/worklog", expand="properties").json or {}
    assert page["worklogs"][0]["properties"] == [{"key": "once", "value": {"key": "k-1"}}]
    path = f"/issue/{issue.key}/worklog/{made['id']}/properties"
    assert [k["key"] for k in (world.get(path).json or {})["keys"]] == ["once"]
    assert world.put(f"{path}/second", "text").status_code == 201
    null = world.call("PUT", f"{path}/second", data="null", content_type="application/json")
    assert null.status_code == 200
    assert world.get(f"{path}/second").json == {"key": "second", "value": None}
    assert world.be(2).put(f"{path}/third", 1).status_code == 403
    assert world.get(f"{path}/none").status_code == 404
    assert world.be(0).delete(f"{path}/once").status_code == 204
    assert world.get(f"{path}/once").status_code == 404
    assert world.get(f"/issue/{issue.key}/worklog/x/properties").status_code == 400


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
    world: World, scopes: frozenset[str], statuses: tuple[int, int, int]
) -> None:
    issue = world.issue("worklogs-0")
    path = f"/issue/{issue.key}/worklog"
    made = world.be(1).log(issue)["id"]
    world.be_app(scopes, person=1)
    answers = (
        world.get(path),
        world.post(path, {"timeSpentSeconds": 60, "started": STARTED}),
        world.delete(f"{path}/{made}"),
    )
    assert tuple(a.status_code for a in answers) == statuses


def test_writes_cost_one_point_and_reads_what_they_read(world: World) -> None:
    issue = world.issue("worklogs-0")
    world.log(issue)
    assert world.points == 1
    world.get(f"/issue/{issue.key}")
    assert world.points == 2
    world.get("/myself")
    assert world.points == 3
    world.search("project = PAY", maxResults=100)
    assert world.points == 101


def test_t35_moves_have_limits(world: World) -> None:
    source, target = world.issue("worklogs-20"), world.issue("worklogs-0")
    path, first = f"/issue/{source.key}/worklog/move", source.worklog_ids[0]

    def move(ids: list[int], to: str = target.key, **query: str) -> int:
        return world.post(path, {"ids": ids, "issueIdOrKey": to}, **query).status_code

    assert move([]) == 400
    assert move([first] * 5001) == 400
    assert move([first], source.key) == 400
    assert move([first], "HRX-1") == 404
    assert move([first, -1]) == 404
    assert move([first], adjustEstimate="manual") == 400
    world.site.worklog_limit = 0
    assert move([first]) == 400
    world.site.worklog_limit = None
    world.site.worklogs.rows[first].restriction = Restriction("role", "Administrators", str(ADMINISTRATORS))
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
def test_documents_are_checked(world: World, node: object) -> None:
    body = {
        "timeSpentSeconds": 60,
        "started": STARTED,
        "comment": {"type": "doc", "version": 1, "content": [node]},
    }
    answer = world.post("/issue/PAY-8/worklog", body)
    assert answer.status_code == 400
    assert (answer.json or {})["errorMessages"] == ["INVALID_INPUT"]
