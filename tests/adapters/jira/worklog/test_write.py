from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.adapters.support.jira_json import START, ZONES, client, worklog
from tests.adapters.support.jira_server import Reply, Request, scripted_jira
from timesheet.adapters.jira.worklog import write
from timesheet.domain.errors import InvalidInput, JiraUnavailable
from timesheet.domain.jira_time import epoch_ms
from timesheet.services.ports.jira import EstimateChange, WorklogChange, WorklogDraft

DRAFT = WorklogDraft(12, START, 3600, "key-0001")
MINE = [{"key": "timesheet.key", "value": {"key": "key-0001"}}]
LOST = [Reply(500), Reply(502), Reply(503), Reply(cut=True), Reply(201, json={}, claimed=99)]


TRACKS_TIME, TRACKS_NONE = (
    Reply(
        json={
            "timeTrackingEnabled": enabled,
            "timeTrackingConfiguration": {"workingHoursPerDay": 8, "workingDaysPerWeek": 5},
        }
    )
    for enabled in (True, False)
)


def found(*worklogs: dict[str, Any]) -> Reply:
    return Reply(json={"startAt": 0, "maxResults": 5000, "total": len(worklogs), "worklogs": list(worklogs)})


def test_t01_what_is_sent_to_create() -> None:
    comment = {"type": "doc", "version": 1, "content": []}
    draft = WorklogDraft(12, START, 3600, "key-0001", comment, EstimateChange("manual", 1800))
    with scripted_jira(Reply(201, worklog(7))) as jira:
        made = client(jira).create_worklog(draft, ZONES)
    [request] = jira.requests
    assert (made.id, made.day.isoformat()) == (7, "2026-11-16")
    assert request.path == "/rest/api/3/issue/12/worklog"
    assert request.query == {"adjustEstimate": "manual", "reduceBy": "30m"}
    assert request.body == {
        "started": "2026-11-16T08:00:00.000+0000",
        "timeSpentSeconds": 3600,
        "properties": MINE,
        "comment": comment,
    }


@pytest.mark.parametrize("levels", [320, 1200])
def test_a_comment_that_is_nested_too_deeply_costs_no_time_and_is_never_shortened(levels: int) -> None:
    deep = '{"content":[' * levels + "]}" * levels
    raw = json.dumps(worklog(7) | {"comment": 0}).replace('"comment": 0', f'"comment": {deep}')
    with scripted_jira(Reply(raw=raw.encode())) as jira:
        read = client(jira).read_worklog(12, 7, ZONES)
        assert read.seconds == worklog(7)["timeSpentSeconds"]
        drafts = [
            replace(DRAFT, comment=read.comment),
            replace(DRAFT, properties={"other-app": dict(read.comment or {})}),
        ]
        for draft in drafts:
            with pytest.raises(InvalidInput, match="something that Timesheet cannot read"):
                client(jira).create_worklog(draft, ZONES)
        with pytest.raises(InvalidInput, match="something that Timesheet cannot read"):
            client(jira).update_worklog(12, 7, WorklogChange(comment=read.comment), ZONES)
    assert jira.lines() == ["GET issue/12/worklog/7"], "no part of it is written"


@pytest.mark.parametrize("lost", LOST)
def test_t32_a_lost_answer_is_looked_for_and_not_written_twice(lost: Reply) -> None:
    with scripted_jira(lost, found(worklog(6), worklog(7, properties=MINE))) as jira:
        assert client(jira).create_worklog(DRAFT, ZONES).id == 7
    assert jira.lines() == ["POST issue/12/worklog", "GET issue/12/worklog"]
    query = jira.requests[1].query
    assert query["expand"] == "properties"
    assert int(query["startedAfter"]) < epoch_ms(START) < int(query["startedBefore"])


@pytest.mark.parametrize("lost", LOST)
def test_t32_what_is_not_found_after_a_lost_answer_may_still_arrive_and_is_not_sent_again(
    lost: Reply,
) -> None:
    others = [{"key": "timesheet.key", "value": {"key": "other"}}, {"key": "x", "value": {"key": "key-0001"}}]
    with (
        scripted_jira(lost, found(worklog(6, properties=others)), Reply(201, worklog(7))) as jira,
        pytest.raises(
            JiraUnavailable, match=r"may or may not be saved\. Try again in a few minutes"
        ) as unsure,
    ):
        client(jira).create_worklog(DRAFT, ZONES)
    assert unsure.value.wrote_maybe
    assert [line.split()[0] for line in jira.lines()] == ["POST", "GET"]


def test_t32_what_was_certainly_not_sent_is_not_a_maybe() -> None:
    busy = Reply(429, headers={"Retry-After": "60"})
    with scripted_jira(busy) as jira, pytest.raises(JiraUnavailable) as refused:
        client(jira).create_worklog(DRAFT, ZONES)
    assert not refused.value.wrote_maybe
    assert jira.lines() == ["POST issue/12/worklog"]


@pytest.mark.parametrize(
    "script",
    [
        [Reply(504), found()],
        [Reply(502), found()],
        [Reply(502), Reply(404)],
        [Reply(502), found({"strange": 1})],
    ],
)
def test_t32_where_it_stays_unsure_it_says_so(script: list[Reply]) -> None:
    with (
        scripted_jira(*script) as jira,
        pytest.raises(JiraUnavailable, match="may or may not be saved") as unsure,
    ):
        client(jira).create_worklog(DRAFT, ZONES)
    assert unsure.value.wrote_maybe
    assert sum(request.method == "POST" for request in jira.requests) == 1


def test_t32_a_second_try_looks_before_it_writes() -> None:
    with scripted_jira(found(worklog(7, properties=MINE))) as jira:
        assert client(jira).create_worklog(DRAFT, ZONES, look_first=True).id == 7
    with scripted_jira(found(), Reply(201, worklog(8))) as jira:
        assert client(jira).create_worklog(DRAFT, ZONES, look_first=True).id == 8


@pytest.mark.parametrize(
    ("change", "body"),
    [
        (WorklogChange(seconds=60), {"timeSpentSeconds": 60}),
        (WorklogChange(started=START + timedelta(minutes=1)), {"started": "2026-11-16T08:01:00.000+0000"}),
        (WorklogChange(comment={"type": "doc"}), {"comment": {"type": "doc"}}),
    ],
)
def test_t33_an_update_sends_only_what_changed(change: WorklogChange, body: dict[str, Any]) -> None:
    with scripted_jira(Reply(json=worklog(7))) as jira:
        client(jira).update_worklog(12, 7, change, ZONES)
    [request] = jira.requests
    assert (request.method, request.query, request.body) == ("PUT", {"adjustEstimate": "auto"}, body)


def test_t31_each_way_for_the_estimate() -> None:
    ways = [EstimateChange("leave"), EstimateChange("new", 5400), EstimateChange("manual", 60)]
    with scripted_jira(route=lambda _: Reply(204)) as jira:
        for way in ways:
            client(jira).delete_worklog(12, 7, way)
    assert [request.query for request in jira.requests] == [
        {"adjustEstimate": "leave"},
        {"adjustEstimate": "new", "newEstimate": "90m"},
        {"adjustEstimate": "manual", "increaseBy": "1m"},
    ]


@pytest.mark.parametrize("lost", [Reply(500), Reply(502), Reply(503), Reply(cut=True)])
def test_t32_an_update_is_sent_once_and_looked_after(lost: Reply) -> None:
    with scripted_jira(lost, Reply(json=worklog(7, timeSpentSeconds=60))) as jira:
        assert client(jira).update_worklog(12, 7, WorklogChange(seconds=60), ZONES).seconds == 60
    assert [request.method for request in jira.requests] == ["PUT", "GET"]


def test_t32_a_delete_is_looked_after_and_sent_again() -> None:
    with scripted_jira(Reply(502), Reply(404), TRACKS_TIME) as jira:
        client(jira).delete_worklog(12, 7, EstimateChange())
    assert jira.lines() == ["DELETE issue/12/worklog/7", HERE, "GET configuration"]
    with scripted_jira(Reply(502), Reply(json=worklog(7)), Reply(204)) as jira:
        client(jira).delete_worklog(12, 7, EstimateChange())
    assert [request.method for request in jira.requests] == ["DELETE", "GET", "DELETE"]


UNREAD = [
    Reply(201, raw=b'{"id": "7", "iss'),
    Reply(201, json={"id": "7"}),
    Reply(201, json=[]),
    Reply(201),
    Reply(200, raw=b"<html>Log in</html>"),
]
AS_WANTED = worklog(7, timeSpentSeconds=60)
HERE = "GET issue/12/worklog/7"


@pytest.mark.parametrize("unread", UNREAD)
def test_t32_an_answer_that_cannot_be_read_makes_no_second_worklog(unread: Reply) -> None:
    with scripted_jira(unread, found(worklog(7, properties=MINE))) as jira:
        assert client(jira).create_worklog(DRAFT, ZONES).id == 7
    assert jira.lines() == ["POST issue/12/worklog", "GET issue/12/worklog"]


@pytest.mark.parametrize("unread", UNREAD)
def test_t32_what_jira_took_and_does_not_show_is_not_sent_again(unread: Reply) -> None:
    with scripted_jira(unread, found()) as jira, pytest.raises(JiraUnavailable) as unsure:
        client(jira).create_worklog(DRAFT, ZONES)
    assert unsure.value.wrote_maybe
    assert [request.method for request in jira.requests] == ["POST", "GET"]


@pytest.mark.parametrize(
    "second",
    [
        {"startAt": 1, "maxResults": 1, "total": 2, "worklogs": []},
        {"startAt": 1, "maxResults": 1, "total": 3, "worklogs": [worklog(8)]},
        {"startAt": 1, "maxResults": 1, "total": 2, "worklogs": [worklog(8), worklog(9)]},
    ],
    ids=["ends early", "moved in between", "more than the total"],
)
def test_t32_pages_that_are_not_all_of_it_prove_nothing(second: dict[str, Any]) -> None:
    first = Reply(json={"startAt": 0, "maxResults": 1, "total": 2, "worklogs": [worklog(6)]})
    script = (Reply(502), *[first, Reply(json=second)] * 2)
    with scripted_jira(*script) as jira, pytest.raises(JiraUnavailable, match="may or may not"):
        client(jira).create_worklog(DRAFT, ZONES)
    assert [request.method for request in jira.requests] == ["POST", *["GET"] * 4]
    assert "startedAfter" not in jira.requests[3].query


@pytest.mark.parametrize("around", [[], [worklog(6)], [worklog(6), worklog(7, properties=MINE)]], ids=len)
def test_t32_a_total_that_counts_all_days_does_not_leave_a_write_unsettled(
    around: list[dict[str, Any]],
) -> None:
    def route(request: Request) -> Reply:
        start = int(request.query.get("startAt", "0"))
        rows = around if "startedAfter" in request.query else [worklog(number) for number in range(9)]
        return Reply(
            json={"startAt": start, "maxResults": 1, "total": 9, "worklogs": rows[start : start + 1]}
        )

    with scripted_jira(route=route) as jira:
        found = client(jira).find_worklog(DRAFT, ZONES)
    assert (found.id if found else None) == (7 if len(around) == 2 else None)


def test_t32_a_worklog_is_found_on_a_later_page() -> None:
    rows = [worklog(6), worklog(7, properties=MINE)]

    def route(request: Request) -> Reply:
        if request.method == "POST":
            return Reply(502)
        start = int(request.query.get("startAt", "0"))
        return Reply(
            json={"startAt": start, "maxResults": 1, "total": 2, "worklogs": rows[start : start + 1]}
        )

    with scripted_jira(route=route) as jira:
        assert client(jira).create_worklog(DRAFT, ZONES).id == 7
    assert [request.method for request in jira.requests] == ["POST", "GET", "GET"]


@pytest.mark.parametrize("key", ["key-0001", "other"])
def test_t32_pages_without_a_total_end_with_an_empty_one(key: str) -> None:
    rows = [worklog(6), worklog(7, properties=[{"key": "timesheet.key", "value": {"key": key}}])]

    def route(request: Request) -> Reply:
        start = int(request.query.get("startAt", "0"))
        return Reply(json={"startAt": start, "maxResults": 1, "worklogs": rows[start : start + 1]})

    with scripted_jira(route=route) as jira:
        found = client(jira).find_worklog(DRAFT, ZONES)
    assert (found.id if found else None) == (7 if key == DRAFT.key else None)


@pytest.mark.parametrize("rows", [[], [worklog(6)]])
def test_t32_neither_nothing_nor_an_endless_list_proves_anything_without_a_total(
    rows: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "MOST_PAGES", 3)
    with (
        scripted_jira(route=lambda _: Reply(json={"worklogs": rows})) as jira,
        pytest.raises(JiraUnavailable),
    ):
        client(jira).find_worklog(DRAFT, ZONES)


@pytest.mark.parametrize("author", [None, {}, {"displayName": "Ada"}])
def test_a_write_whose_answer_names_no_author_is_the_persons_own(author: object) -> None:
    late = {"started": "2026-11-16T23:30:00.000+0000", "author": author}
    with scripted_jira(Reply(201, worklog(7) | late), Reply(200, worklog(7) | late)) as jira:
        made = client(jira).create_worklog(DRAFT, ZONES)
        changed = client(jira).update_worklog(12, 7, WorklogChange(seconds=60), ZONES)
    assert [(one.author, one.day.isoformat()) for one in (made, changed)] == [("ada", "2026-11-17")] * 2


@pytest.mark.parametrize(
    "unread", [Reply(200, raw=b"{"), Reply(200, json=[]), Reply(200, json={"id": "7"}), Reply(302)]
)
def test_t32_a_change_whose_answer_cannot_be_read_is_looked_at(unread: Reply) -> None:
    with scripted_jira(unread, Reply(json=AS_WANTED)) as jira:
        assert client(jira).update_worklog(12, 7, WorklogChange(seconds=60), ZONES).seconds == 60
    assert jira.lines() == ["PUT issue/12/worklog/7", HERE]


@pytest.mark.parametrize("after", [Reply(json=worklog(7)), Reply(404), Reply(401), Reply(json={})])
def test_t32_a_change_nobody_knows_of_is_not_called_undone(after: Reply) -> None:
    def route(request: Request) -> Reply:
        return Reply(502) if request.method == "PUT" else after

    with scripted_jira(route=route) as jira, pytest.raises(JiraUnavailable, match="may or may not") as unsure:
        client(jira).update_worklog(12, 7, WorklogChange(seconds=60), ZONES)
    assert unsure.value.wrote_maybe


def test_a_change_that_jira_puts_off_has_not_happened() -> None:
    busy = Reply(429, headers={"Retry-After": "60"})
    with scripted_jira(busy) as jira, pytest.raises(JiraUnavailable) as refused:
        client(jira).update_worklog(12, 7, WorklogChange(seconds=60), ZONES)
    assert not refused.value.wrote_maybe


@pytest.mark.parametrize("said", [Reply(200, raw=b"<html>"), Reply(200, json={}), Reply(302), Reply(500)])
def test_a_delete_counts_when_the_worklog_is_gone_and_not_when_something_is_answered(said: Reply) -> None:
    with scripted_jira(said, Reply(404), TRACKS_TIME) as jira:
        client(jira).delete_worklog(12, 7, EstimateChange())
    with scripted_jira(said, Reply(json=worklog(7)), Reply(204)) as jira:
        client(jira).delete_worklog(12, 7, EstimateChange())
    assert [request.method for request in jira.requests] == ["DELETE", "GET", "DELETE"]
    with (
        scripted_jira(said, Reply(json=worklog(7)), said, Reply(json=worklog(7))) as jira,
        pytest.raises(JiraUnavailable) as unsure,
    ):
        client(jira).delete_worklog(12, 7, EstimateChange())
    assert unsure.value.wrote_maybe
    with scripted_jira(said, Reply(401), Reply(401)) as jira, pytest.raises(JiraUnavailable) as unsure:
        client(jira).delete_worklog(12, 7, EstimateChange())
    assert unsure.value.wrote_maybe


def test_what_jira_hides_while_it_tracks_no_time_is_not_proof_of_a_delete() -> None:
    with (
        scripted_jira(Reply(502), Reply(404), TRACKS_NONE) as jira,
        pytest.raises(JiraUnavailable, match="may or may not") as unsure,
    ):
        client(jira).delete_worklog(12, 7, EstimateChange())
    assert unsure.value.wrote_maybe


def test_a_page_for_people_is_not_proof_of_a_delete() -> None:
    """Atlassian answers 404 with a page for every address of a site that is closed."""
    closed = Reply(404, raw=b"<!DOCTYPE html>", headers={"Content-Type": "text/html;charset=UTF-8"})
    there = Reply(json=worklog(7))
    for script in ((Reply(502), closed, closed), (Reply(502), there, *(closed,) * 4)):
        with scripted_jira(*script) as jira, pytest.raises(JiraUnavailable, match="may or may not") as unsure:
            client(jira).delete_worklog(12, 7, EstimateChange())
        assert unsure.value.wrote_maybe


def test_a_second_delete_that_is_put_off_says_nothing_of_the_first() -> None:
    there, busy = Reply(json=worklog(7)), Reply(429, headers={"Retry-After": "60"})
    with scripted_jira(Reply(502), there, busy, there) as jira, pytest.raises(JiraUnavailable) as unsure:
        client(jira).delete_worklog(12, 7, EstimateChange())
    assert unsure.value.wrote_maybe


def test_a_delete_that_was_only_slow_is_done() -> None:
    def route(request: Request) -> Reply:
        if request.method == "GET":
            return Reply(json=worklog(7)) if len(jira.requests) == 2 else Reply(404)
        return Reply(504) if len(jira.requests) == 1 else Reply(404)

    with scripted_jira(route=route) as jira:
        client(jira).delete_worklog(12, 7, EstimateChange())
    assert [request.method for request in jira.requests][:4] == ["DELETE", "GET", "DELETE", "GET"]


VALUES = {"timesheet.attributes": {"billable": True}}


def test_attributes_are_written_in_the_same_call_and_come_back_with_it() -> None:
    listed = [{"key": "timesheet.attributes", "value": {"billable": True}}]
    draft = WorklogDraft(12, START, 3600, "key-0001", properties=VALUES)
    with scripted_jira(Reply(201, worklog(7, properties=[*MINE, *listed]))) as jira:
        made = client(jira).create_worklog(draft, ZONES)
    [request] = jira.requests
    assert request.query == {"adjustEstimate": "auto", "expand": "properties"}
    assert request.body["properties"] == [*MINE, *listed]
    assert made.properties == {**VALUES, "timesheet.key": {"key": "key-0001"}}
    with scripted_jira(Reply(200, worklog(7, properties=listed))) as jira:
        changed = client(jira).update_worklog(12, 7, WorklogChange(properties=VALUES), ZONES)
    [request] = jira.requests
    assert (request.query["expand"], request.body) == ("properties", {"properties": listed})
    assert changed.properties == VALUES


@pytest.mark.parametrize("arrived", [True, False])
def test_a_lost_change_of_attributes_is_compared(arrived: bool) -> None:
    listed = [{"key": "timesheet.attributes", "value": {"billable": True}}] if arrived else []
    with scripted_jira(Reply(500), Reply(json=worklog(7, properties=listed))) as jira:
        if arrived:
            client(jira).update_worklog(12, 7, WorklogChange(properties=VALUES), ZONES)
        else:
            with pytest.raises(JiraUnavailable):
                client(jira).update_worklog(12, 7, WorklogChange(properties=VALUES), ZONES)
    assert jira.requests[1].query == {"expand": "properties"}
