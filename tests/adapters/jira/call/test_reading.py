"""The rules that converted issues and worklogs share."""

from __future__ import annotations

import gc
from datetime import UTC, datetime
from typing import Any
from weakref import ref
from zoneinfo import ZoneInfo

import orjson
import pytest

from timesheet.adapters.jira.call.reading import read_issue_json, read_profile_json, read_worklog_json
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.worklog.issue import Component, Parent
from timesheet.services.worklog.safeguard.seen import read_seen, seen_mark

BERLIN = ZoneInfo("Europe/Berlin")
ISSUE = orjson.dumps(
    {
        "id": "10001",
        "key": "PAY-1",
        "fields": {
            "summary": "Pay",
            "project": {"id": "1", "key": "PAY", "name": "Payments for all"},
            "issuetype": {"id": "2", "name": "A kind of task"},
            "status": {"id": "3", "name": "Nearly done", "statusCategory": {"key": "done"}},
        },
    }
)
WORKLOG = orjson.dumps(
    {
        "id": "1",
        "issueId": "10001",
        "author": {"accountId": "5b10ac8d82e05b22cc7d4ef5", "timeZone": "UTC"},
        "started": "2026-11-02T09:00:00.000+0000",
        "updated": "2026-11-02T09:00:00.000+0000",
        "created": "2026-11-02T09:00:00.000+0000",
        "timeSpentSeconds": 3600,
    }
)


@pytest.mark.parametrize("odd", ["true", 1.5, [], {}, -1, 10**30], ids=str)
def test_what_only_chooses_an_icon_or_a_language_may_have_any_form(odd: object) -> None:
    data = _decoded(ISSUE)
    data["fields"]["issuetype"] = {"name": "Task", "subtask": odd, "hierarchyLevel": odd, "avatarId": odd}
    assert read_issue_json(data).type_name == "Task"

    profile = read_profile_json(
        {"accountId": "ana", "locale": odd, "displayName": odd, "timeZone": odd}, BERLIN
    )
    assert (profile.account_id, profile.zone, profile.zone_hidden) == ("ana", BERLIN, True)
    assert (profile.locale, profile.display_name) == ((odd, odd) if isinstance(odd, str) else ("en_US", ""))


def test_names_that_many_issues_share_take_memory_once() -> None:
    one, other = (read_issue_json(_decoded(ISSUE)) for _ in range(2))
    assert one == other
    for name in ("project_key", "project_name", "type_name", "status_name"):
        assert getattr(one, name) is getattr(other, name)


def test_issues_below_the_same_one_share_it_while_one_of_them_is_in_memory() -> None:
    data = _decoded(ISSUE)
    data["fields"]["parent"] = {"id": "10009", "key": "PAY-9", "fields": {"summary": "All payments"}}
    one, other = (read_issue_json(_decoded(orjson.dumps(data))) for _ in range(2))
    assert one.parent == Parent(10009, "PAY-9", "All payments")
    assert one.parent is other.parent

    data["fields"]["parent"]["fields"]["summary"] = "All payments, renamed"
    renamed = read_issue_json(data)
    assert (renamed.parent, other.parent) == (
        Parent(10009, "PAY-9", "All payments, renamed"),
        Parent(10009, "PAY-9", "All payments"),
    )
    forgotten = ref(renamed.parent)
    del renamed
    gc.collect()
    assert forgotten() is None


def test_null_in_a_field_that_is_only_shown_costs_no_issue() -> None:
    data = _decoded(ISSUE)
    data["fields"] |= {
        "status": {"id": None, "name": None, "statusCategory": None},
        "issuetype": {"id": None, "name": None, "subtask": None, "hierarchyLevel": None, "avatarId": None},
        "components": [{"id": None, "name": "Core"}, {"id": "7", "name": None}, {"id": "8", "name": "Web"}],
    }
    found = read_issue_json(data)
    assert (found.status_name, found.status_id, found.type_name, found.type_id) == ("", 0, "", 0)
    assert found.components == (Component(8, "Web"),)


@pytest.mark.parametrize("seconds", [2**63, -(2**64), 10**30])
def test_an_estimate_that_cannot_be_added_up_counts_as_none(seconds: int) -> None:
    data = _decoded(ISSUE)
    data["fields"]["timetracking"] = {"originalEstimateSeconds": seconds, "timeSpentSeconds": 60}
    found = read_issue_json(data)
    assert (found.estimate_seconds, found.spent_seconds) == (None, 60)


@pytest.mark.parametrize("name", ["id", "issueId"])
@pytest.mark.parametrize("number", ["-1", str(2**63), 2**70, "1" * 5000])
def test_a_worklog_whose_ids_no_table_can_store_is_not_read(name: str, number: object) -> None:
    with pytest.raises(JiraUnavailable):
        read_worklog_json({**_decoded(WORKLOG), name: number}, {}, ZoneInfo("UTC"))


def test_worklogs_share_the_id_of_their_author() -> None:
    one, other = (read_worklog_json(_decoded(WORKLOG), {}, ZoneInfo("UTC")) for _ in range(2))
    assert one == other
    assert one.author is other.author


@pytest.mark.parametrize("name", ["started", "updated", "created"])
def test_instants_are_cut_to_milliseconds_which_is_all_that_a_form_brings_back(name: str) -> None:
    row = {**_decoded(WORKLOG), name: "2026-11-02T09:00:00.123999+0000"}
    worklog = read_worklog_json(row, {}, ZoneInfo("UTC"))
    assert getattr(worklog, name) == datetime(2026, 11, 2, 9, 0, 0, 123_000, UTC)
    assert read_seen(seen_mark(worklog)).updated == worklog.updated


def test_a_worklog_whose_visibility_is_null_is_for_everybody() -> None:
    assert not read_worklog_json({**_decoded(WORKLOG), "visibility": None}, {}, ZoneInfo("UTC")).restricted
    limited = {"type": "role", "value": "Crew", "identifier": "7"}
    assert read_worklog_json({**_decoded(WORKLOG), "visibility": limited}, {}, ZoneInfo("UTC")).restricted


def _decoded(body: bytes) -> Any:
    return orjson.loads(body)
