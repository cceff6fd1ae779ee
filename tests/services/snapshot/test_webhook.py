from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene, event, seen
from tests.services.support.windows import is_stale, send_event, warm
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.jira_time import epoch_ms, format_instant
from timesheet.domain.span import DateSpan, month_of
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.worklog_event import DELETED_VERSION, ReceivedEvent
from timesheet.services.snapshot.change import WorklogEvent, WorklogState
from timesheet.services.snapshot.change_log import note_changes, read_change_log
from timesheet.services.snapshot.changed_issue import former_keys, gone_since
from timesheet.services.snapshot.lost_time import lost_notes
from timesheet.services.snapshot.webhook import TIME_FIELDS, note_missed
from timesheet.services.snapshot.worklog_event import SiteWorklogEvent, site_events_since
from timesheet.services.viewer.profile import read_profile
from timesheet.services.viewer.stale_read import PAUSE_SECONDS
from timesheet.services.worklog.cell import save_cell
from timesheet.services.worklog.command import CellEdit, DeleteWorklog
from timesheet.services.worklog.log import delete_worklog

HOUR = 3600


def later(scene: Scene) -> datetime:
    scene.wait(30)
    return scene.jira.now


def test_a_change_in_jira_shows_with_one_reading(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    later(scene)
    now = Worklog(was.id, PAY, was.author, MONDAY, was.started, 2 * HOUR, scene.jira.now)
    scene.jira.worklogs[was.id] = now
    send_event(scene, "worklog_updated", event(now))
    assert scene.hours() == {(PAY, MONDAY): [2 * HOUR]}
    assert scene.calls() == [f"read_listed [{was.id}]", "read_issues"]
    scene.sheet()
    assert scene.calls() == []


@pytest.mark.parametrize("age", [0, 600], ids=["fresh", "old"])
@pytest.mark.parametrize("refresh", [False, True])
def test_a_change_is_known_even_while_jira_is_down(scene: Scene, age: int, refresh: bool) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    send_event(
        scene, "worklog_updated", event(was, timeSpentSeconds=7200, updated=format_instant(later(scene)))
    )
    scene.wait(age)
    for call in ("read_listed", "read_worklogs"):
        scene.jira.failing[call] = [JiraUnavailable("Down.")]
    snapshot = scene.sheet(refresh=refresh)
    assert is_stale(snapshot)
    assert [w.seconds for w in snapshot.worklogs] == [2 * HOUR]


def test_a_delete_shows_without_a_reading_and_is_final(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    send_event(scene, "worklog_deleted", event(was))
    assert scene.hours() == {}
    send_event(scene, "worklog_updated", event(was, updated=format_instant(later(scene))))
    send_event(scene, "worklog_created", event(was, updated=format_instant(later(scene))))
    assert scene.hours() == {}
    assert scene.calls() == []


def test_a_deletion_that_did_not_happen_lasts_until_jira_is_read_again(scene: Scene) -> None:
    """Nothing proves what an event says: its token can be used again with other content."""
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    send_event(scene, "worklog_deleted", event(was))
    assert scene.hours() == {}
    later(scene)
    scene.sheet(refresh=True)
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}
    scene.calls()
    scene.jira.worklogs[was.id] = now = replace(was, seconds=2 * HOUR, updated=later(scene))
    send_event(scene, "worklog_updated", event(now))
    assert scene.hours() == {(PAY, MONDAY): [2 * HOUR]}


@pytest.mark.parametrize("author", [None, {}, {"displayName": "Somebody"}])
def test_an_event_that_does_not_say_whose_worklog_it_is_has_its_issue_read_again(
    scene: Scene, author: object
) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    later(scene)
    del scene.jira.worklogs[was.id]
    send_event(scene, "worklog_deleted", event(was, author=author))
    assert scene.hours() == {}
    assert scene.calls() == ["read_worklogs", f"read_listed [{was.id}]", "read_issues"]


@pytest.mark.parametrize("seconds", [-3600, 10**12, "1h", 0.5])
def test_an_absurd_duration_of_an_event_is_not_taken(scene: Scene, seconds: object) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    send_event(
        scene, "worklog_updated", event(was, timeSpentSeconds=seconds, updated=format_instant(later(scene)))
    )
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}


def test_t25_an_older_version_changes_nothing(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    older = format_instant(was.updated - timedelta(seconds=1))
    send_event(scene, "worklog_updated", event(was, timeSpentSeconds=60, updated=older))
    send_event(scene, "worklog_updated", event(was, timeSpentSeconds=60))
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}
    assert scene.calls() == []


def test_t25_update_after_delete_of_ones_own_revives_nothing(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "key-0001"))
    scene.calls()
    send_event(scene, "worklog_updated", event(was, updated=format_instant(later(scene))))
    assert scene.hours() == {}
    assert scene.calls() == []


def test_the_echo_of_an_own_write_changes_nothing(scene: Scene) -> None:
    warm(scene)
    saved = save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "1", "key-0001"))
    scene.calls()
    assert saved.worklog is not None
    for _ in range(2):
        send_event(scene, "worklog_created", event(saved.worklog))
        send_event(scene, "jira:issue_updated", logged_work())
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}
    assert scene.calls() == []


def test_an_echo_before_the_answer_costs_no_reading(scene: Scene) -> None:
    scene.put(PAY, MONDAY + timedelta(days=1), HOUR)
    warm(scene)
    create = scene.jira.create_worklog

    def create_and_send_event(*args: Any, **named: Any) -> Worklog:
        made = create(*args, **named)
        send_event(scene, "worklog_created", event(made))
        return made

    scene.jira.create_worklog = create_and_send_event  # type: ignore[method-assign]
    save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "1", "key-0001"))
    scene.calls()
    assert scene.hours()[PAY, MONDAY] == [HOUR]
    assert scene.calls() == []


def test_other_people_and_other_sites_cost_no_reading(scene: Scene) -> None:
    mine = scene.put(PAY, MONDAY, HOUR)
    theirs = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    warm(scene)
    later_text = format_instant(later(scene))
    send_event(scene, "worklog_created", event(theirs, updated=later_text))
    send_event(scene, "worklog_deleted", event(theirs))
    send_event(scene, "worklog_deleted", event(mine), site="site-2")
    send_event(scene, "jira:issue_deleted", {"issue": {"id": "99999"}})
    send_event(scene, "jira:issue_deleted", {"issue": {"id": str(PAY)}}, site="site-2")
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}
    assert scene.calls() == []


def logged_work() -> dict[str, Any]:
    items = [{"field": "timespent"}, {"field": "timeestimate"}, {"field": "WorklogId"}]
    return {"issue": {"id": str(PAY)}, "changelog": {"items": items}}


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("jira:issue_updated", {"issue": {"id": str(PAY)}, "changelog": {"items": [{"field": "summary"}]}}),
        ("jira:issue_updated", {"issue": {"id": str(PAY)}}),
        ("jira:issue_deleted", {"issue": {"id": str(PAY)}}),
        ("jira:issue_updated", {"issue": {"id": str(PAY)}, "issue_event_type_name": "issue_work_started"}),
        ("jira:issue_updated", {"issue": {"id": str(PAY)}, "issue_event_type_name": "issue_work_stopped"}),
    ],
)
def test_a_changed_issue_is_read_again_by_those_who_show_it(
    scene: Scene, name: str, payload: dict[str, Any]
) -> None:
    scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    later(scene)
    send_event(scene, name, payload)
    scene.sheet()
    assert scene.calls()[:1] == ["read_worklogs"]
    scene.sheet()
    assert scene.calls() == []


def test_time_logged_on_an_issue_by_others_is_not_a_change_of_it(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    later(scene)
    send_event(scene, "jira:issue_updated", logged_work())
    send_event(
        scene, "jira:issue_updated", {"issue": {"id": str(PAY)}, "issue_event_type_name": "issue_work_logged"}
    )
    scene.sheet()
    assert scene.calls() == []


def test_a_worklog_on_an_issue_not_yet_shown_is_read(scene: Scene) -> None:
    warm(scene)
    new = scene.put(OPS, MONDAY, HOUR)
    send_event(scene, "worklog_created", event(new, updated=format_instant(later(scene))))
    assert scene.hours() == {(OPS, MONDAY): [HOUR]}
    assert set(scene.sheet().issues) == {OPS}


def test_a_wiki_comment_is_not_taken_for_jiras_own(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    send_event(scene, "worklog_updated", event(was, comment="*bold*", updated=format_instant(later(scene))))
    assert all(worklog.comment is None for worklog in scene.sheet().worklogs)
    assert scene.calls() == [f"read_listed [{was.id}]", "read_issues"]


LATE = "2026-11-24T10:00:00.000+0000"


@pytest.mark.parametrize(
    "payload",
    [{}, {"worklog": None}, {"worklog": {}}, {"worklog": {"id": "x", "author": {"accountId": "viewer-1"}}},
     {"worklog": {"id": "99", "author": {"accountId": "viewer-1"}, "issueId": "12", "updated": "soon"}},
     {"worklog": {"id": str(2**63), "author": {"accountId": "me"}, "issueId": "12", "updated": LATE, "started": LATE}},
     {"worklog": {"id": "1", "author": None}}, {"issue": None}, {"issue": {"id": []}}, {"issue": {"id": str(2**63)}}],
)  # fmt: skip
@pytest.mark.parametrize("name", ["worklog_created", "worklog_deleted", "jira:issue_updated", "unheard_of"])
def test_events_that_cannot_be_read_do_no_harm(scene: Scene, name: str, payload: dict[str, Any]) -> None:
    scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    send_event(scene, name, payload)
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}


def october(scene: Scene) -> DateSpan:
    """Cache a month in which OPS has time, beside the week that does not contain it."""
    month = month_of(MONDAY - timedelta(days=31))
    scene.put(OPS, month.first + timedelta(days=4), HOUR)
    read_profile(scene.viewer_context)
    scene.sheet(month)
    scene.sheet()
    scene.calls()
    return month


def test_a_worklog_on_an_issue_that_only_another_month_knows_shows_with_its_issue(scene: Scene) -> None:
    october(scene)
    save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, "1", "key-0001"))
    scene.wait(3)
    send_event(scene, "worklog_created", event(scene.put(OPS, MONDAY, HOUR)))
    assert scene.hours()[OPS, MONDAY] == [HOUR]
    assert set(scene.sheet().issues) == {PAY, OPS}


def test_a_change_whose_issue_cannot_be_read_shows_its_time_and_is_tried_again(scene: Scene) -> None:
    october(scene)
    new = scene.put(OPS, MONDAY, HOUR)
    note_changes(scene.own_cache, [WorklogState(new.id, new, scene.jira.now)])
    scene.jira.failing["read_issues"] = [JiraUnavailable("Down.")]
    assert [w.issue_id for w in scene.sheet().worklogs] == [OPS]
    assert scene.sheet().issues == {}
    assert scene.calls() == ["read_issues"], "Jira is left alone for a moment"
    scene.wait(PAUSE_SECONDS)
    assert set(scene.sheet().issues) == {OPS}
    scene.wait(10)
    assert set(scene.sheet().issues) == {OPS}
    assert scene.calls() == ["read_issues"], "it is kept with the snapshot"


@pytest.mark.parametrize(
    ("comment", "restricted"), [(None, False), ({"type": "doc", "version": 1, "content": []}, True)]
)
def test_an_event_shows_comment_and_restriction_while_jira_is_down(
    scene: Scene, comment: dict[str, Any] | None, restricted: bool
) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    more = {"visibility": {"type": "role", "value": "Member"}} if restricted else {}
    payload = event(was, timeSpentSeconds=7200, comment=comment, updated=format_instant(later(scene)), **more)
    send_event(scene, "worklog_updated", payload)
    scene.jira.failing["read_listed"] = [JiraUnavailable("Down.")]
    [worklog] = scene.sheet().worklogs
    assert (worklog.seconds, worklog.comment, worklog.restricted) == (7200, comment, restricted)


def test_wiki_text_keeps_an_event_from_being_shown_before_it_is_read(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    payload = event(was, timeSpentSeconds=7200, comment="h1. Done", updated=format_instant(later(scene)))
    send_event(scene, "worklog_updated", payload)
    scene.jira.failing["read_listed"] = [JiraUnavailable("Down.")]
    assert [w.seconds for w in scene.sheet().worklogs] == [HOUR]


@pytest.mark.parametrize("field", sorted(TIME_FIELDS))
@pytest.mark.parametrize("other", [(), ("summary",)])
def test_a_change_of_time_fields_alone_has_nothing_read(
    scene: Scene, field: str, other: tuple[str, ...]
) -> None:
    scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    later(scene)
    items = [{"field": name} for name in (field, *other)]
    send_event(scene, "jira:issue_updated", {"issue": {"id": str(PAY)}, "changelog": {"items": items}})
    scene.sheet()
    assert scene.calls() == (["read_worklogs"] if other else [])


def test_all_time_fields_at_once_have_nothing_read(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    later(scene)
    items = [{"field": name} for name in sorted(TIME_FIELDS)]
    send_event(scene, "jira:issue_updated", {"issue": {"id": str(PAY)}, "changelog": {"items": items}})
    scene.sheet()
    assert scene.calls() == []


@pytest.mark.parametrize("unknown", ["started", "updated"])
def test_an_event_without_start_or_version_has_its_issue_read_again(scene: Scene, unknown: str) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    scene.jira.worklogs[was.id] = replace(was, seconds=2 * HOUR, updated=later(scene))
    said = {"updated": format_instant(scene.jira.now), unknown: None}
    send_event(scene, "worklog_updated", event(was, **said))
    assert scene.hours() == {(PAY, MONDAY): [2 * HOUR]}
    assert scene.calls() == ["read_worklogs"]


def test_each_event_is_noted_for_the_teams_of_its_author(scene: Scene) -> None:
    """Also where the author's zone is not known, as nothing has read it."""
    was, now = scene.put(PAY, MONDAY, HOUR, author="viewer-9"), scene.jira.now
    send_event(scene, "worklog_created", event(was))
    [noted] = site_events_since(scene.cache, "site-1", now)
    assert noted == SiteWorklogEvent(was.id, PAY, "viewer-9", epoch_ms(was.updated), now, was.started)
    send_event(scene, "worklog_deleted", event(was))
    [gone] = site_events_since(scene.cache, "site-1", now)
    assert (gone.worklog_id, gone.updated) == (was.id, None)


def test_a_deletion_is_noted_although_it_says_when_it_started(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    send_event(scene, "worklog_deleted", event(was))
    assert read_change_log(replace(scene.own_cache, account_id=was.author)).changes == (
        WorklogState(was.id, None, scene.jira.now),
    )


def test_a_change_that_no_event_reported_is_noted_for_its_author_and_the_teams(scene: Scene) -> None:
    was, now = scene.put(PAY, MONDAY, HOUR), scene.jira.now
    note_missed(scene.cache, "site-1", ReceivedEvent(was.id, 7, PAY, was.author, None, was.started), now)
    [noted] = site_events_since(scene.cache, "site-1", now)
    assert noted == SiteWorklogEvent(was.id, PAY, was.author, 7, now, was.started)
    assert read_change_log(replace(scene.own_cache, account_id=was.author)).events == (
        WorklogEvent(was.id, PAY, 7, was.started, now, None),
    )


@pytest.mark.parametrize(("version", "author"), [(DELETED_VERSION, "viewer-1"), (7, None), (7, "viewer-1")])
def test_a_change_without_version_author_or_start_is_noted_for_the_teams_alone(
    scene: Scene, version: int, author: str | None
) -> None:
    note_missed(scene.cache, "site-1", ReceivedEvent(1, version, PAY, author, None, None), scene.jira.now)
    [noted] = site_events_since(scene.cache, "site-1", scene.jira.now)
    assert (noted.author, noted.updated is None) == (author or "", version == DELETED_VERSION)
    assert read_change_log(scene.own_cache).events == ()


@pytest.mark.parametrize(("name", "gone"), [("jira:issue_deleted", {PAY}), ("jira:issue_updated", set())])
def test_an_issue_that_is_deleted_is_noted_as_gone(scene: Scene, name: str, gone: set[int]) -> None:
    send_event(scene, name, {"issue": {"id": str(PAY)}})
    assert gone_since(scene.cache, "site-1", scene.jira.now) == gone


def test_the_time_of_a_deleted_worklog_is_remembered_until_its_issue_is_deleted_too(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    warm(scene)
    send_event(scene, "worklog_deleted", event(was))
    assert lost_notes(scene.viewer_context, WEEK, ()) == []
    send_event(scene, "jira:issue_deleted", {"issue": {"id": str(PAY)}})
    [note] = lost_notes(scene.viewer_context, WEEK, ())
    assert note.startswith("PAY-12 was deleted in Jira: 1h")


@pytest.mark.parametrize(
    ("items", "former"),
    [
        ([{"field": "summary", "fromString": "Rates"}, {"field": "Key", "fromString": "OLD-7"}], "OLD-7"),
        ([{"field": "summary", "fromString": "Rates"}], None),
        ([{"field": "Key", "fromString": None}], None),
    ],
)
def test_t36_the_key_before_a_move_is_noted(
    scene: Scene, items: list[dict[str, Any]], former: str | None
) -> None:
    send_event(scene, "jira:issue_updated", {"issue": {"id": str(PAY)}, "changelog": {"items": items}})
    assert former_keys(scene.cache, "site-1") == ({PAY: former} if former else {})
