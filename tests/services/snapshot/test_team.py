"""A team's time is read once; after that only changes, with 0 calls if there are none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.support.fake_jira import packed_from
from tests.services.support.scene import BERLIN, MONDAY, OPS, PAY, WEEK, Scene, event
from tests.services.support.windows import is_stale
from timesheet.adapters.cache.choice import CACHED
from timesheet.adapters.cache.codec import Codec
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.domain.errors import InvalidInput, JiraUnavailable
from timesheet.domain.jira_time import started_at, work_date
from timesheet.domain.team.team import Scope
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import SCOPE_FORMER, Missing, Snapshot
from timesheet.services.ports.packed_worklogs import PackedWorklogs, patch_worklogs
from timesheet.services.ports.team_jira import TeamTimeQuery
from timesheet.services.snapshot import team as team_snapshot
from timesheet.services.snapshot.change import WorklogState
from timesheet.services.snapshot.change_log import note_changes
from timesheet.services.snapshot.team import CHECKED, WHOLE, Freshness, read_team_snapshot
from timesheet.services.snapshot.webhook import note_worklog_event
from timesheet.services.viewer.stale_read import PAUSE_SECONDS
from timesheet.services.worklog.command import DeleteWorklog, TimeEntry, WorklogEdit
from timesheet.services.worklog.log import change_worklog, delete_worklog, log_time
from timesheet.services.worklog.safeguard.seen import SeenWorklog

HOUR = 3600
TEAM = ("viewer-1", "viewer-2", "viewer-3")


def read(scene: Scene, scope: Scope | None = None, freshness: Freshness = Freshness.USUAL) -> PackedWorklogs:
    query = TeamTimeQuery(TEAM, WEEK, scope or Scope())
    return read_team_snapshot(scene.viewer_context, scene.jira, query, freshness)


def hours(packed: PackedWorklogs) -> dict[tuple[str, int], int]:
    sums: dict[tuple[str, int], int] = defaultdict(int)
    for person, _, seconds, issue_id, _, _, _ in packed.entries():
        sums[packed.people[person], issue_id] += seconds
    return dict(sums)


def days(packed: PackedWorklogs) -> list[date]:
    return [date.fromordinal(day) for _, day, *_ in packed.entries()]


def receive(scene: Scene, worklog: Worklog, name: str = "worklog_updated") -> None:
    context = scene.viewer_context
    note_worklog_event(scene.cache, context.site, name, event(worklog), context.clock)


def edit(scene: Scene, worklog: Worklog, seconds: int) -> Worklog:
    """Change a worklog in Jira itself."""
    scene.wait(1)
    scene.jira.worklogs[worklog.id] = replace(worklog, seconds=seconds, updated=scene.jira.now)
    return scene.jira.worklogs[worklog.id]


def test_everybody_in_one_reading_then_no_call(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    scene.put(OPS, MONDAY, 2 * HOUR, author="viewer-3")
    scene.put(OPS, MONDAY, 4 * HOUR, author="stranger")
    packed = read(scene)
    assert hours(packed) == {("viewer-2", PAY): HOUR, ("viewer-3", OPS): 2 * HOUR}
    assert (packed.complete, set(packed.issues), scene.calls()) == (True, {PAY, OPS}, ["read_team_worklogs"])
    scene.wait(CHECKED.total_seconds() - 1)
    assert read_team_snapshot(scene.viewer_context, scene.jira, TeamTimeQuery(TEAM, WEEK, Scope())) is packed
    assert scene.calls() == []


def test_everybodys_zone_is_read_at_once_and_nothing_without_them(scene: Scene) -> None:
    context, wanted = scene.viewer_context, TeamTimeQuery(TEAM, WEEK, Scope())
    scene.jira.failing["read_zones"] = [JiraUnavailable("Down.")]
    with pytest.raises(JiraUnavailable, match=r"Down\."):
        read_team_snapshot(replace(context, cache=MemoryCache()), scene.jira, wanted)
    assert scene.calls() == []
    scene.jira.zone_calls.clear()
    read_team_snapshot(context, scene.jira, wanted)
    assert (scene.calls(), scene.jira.zone_calls) == (["read_team_worklogs"], [TEAM])


def test_another_fallback_zone_has_the_days_read_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.jira.zones_of["viewer-2"] = None
    late = started_at(MONDAY, time(23), ZoneInfo("UTC")).instant
    worklog = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    scene.jira.worklogs[worklog.id] = replace(worklog, started=late)
    assert days(read(scene)) == [MONDAY]
    monkeypatch.setattr(type(scene.jira), "fallback_zone", ZoneInfo("Asia/Tokyo"))
    assert days(read(scene)) == [MONDAY + timedelta(days=1)]
    scene.calls()
    read(scene)
    assert scene.calls() == []


def test_only_what_is_in_scope(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    scene.put(OPS, MONDAY, HOUR, author="viewer-2")
    assert hours(read(scene, Scope(jql="key = OPS-31"))) == {("viewer-2", OPS): HOUR}
    with pytest.raises(InvalidInput):
        read(scene, Scope(jql="nonsense"))


def test_after_a_foreign_edit_one_issue_is_read_again(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    scene.put(OPS, MONDAY, HOUR, author="viewer-3")
    read(scene)
    scene.calls()
    receive(scene, edit(scene, worklog, 3 * HOUR))
    assert hours(read(scene)) == {("viewer-2", PAY): 3 * HOUR, ("viewer-3", OPS): HOUR}
    assert scene.calls() == [f"read_team_worklogs [{PAY}]"]
    read(scene)
    assert scene.calls() == []


def test_a_new_issue_and_a_deletion_are_received(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    read(scene)
    scene.wait(1)
    del scene.jira.worklogs[worklog.id]
    receive(scene, worklog, "worklog_deleted")
    receive(scene, scene.put(OPS, MONDAY, HOUR, author="viewer-3"), "worklog_created")
    scene.calls()
    assert hours(read(scene)) == {("viewer-3", OPS): HOUR}
    assert scene.calls() == [f"read_team_worklogs [{PAY}, {OPS}]"]
    assert read(scene).issues.keys() == {OPS}
    assert scene.calls() == []


@pytest.mark.parametrize("author", ["viewer-1", "viewer-2"])
def test_a_deletion_that_did_not_happen_takes_no_time_away(scene: Scene, author: str) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR, author=author)
    expected = hours(read(scene))
    scene.wait(1)
    receive(scene, worklog, "worklog_deleted")
    scene.wait(1)
    assert hours(read(scene)) == expected == {(author, PAY): HOUR}
    scene.wait(600)
    assert hours(read(scene)) == expected
    scene.calls()
    read(scene)
    assert scene.calls() == [], "it is checked once, not for as long as the event is known"


def test_a_deletion_at_the_moment_of_the_read_counts_although_jira_still_shows_the_worklog(
    scene: Scene,
) -> None:
    mine, other = scene.put(PAY, MONDAY, HOUR), scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    read(scene)
    receive(scene, edit(scene, other, 2 * HOUR))
    note_changes(scene.own_cache, [WorklogState(mine.id, None, scene.jira.now)])
    assert hours(read(scene)) == {("viewer-2", PAY): 2 * HOUR}


def test_events_of_other_people_and_echoes_cost_nothing(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    packed = read(scene)
    scene.calls()
    receive(scene, worklog)
    receive(scene, replace(worklog, id=99, author="stranger", updated=scene.jira.now))
    assert read(scene) is packed
    assert scene.calls() == []


def test_events_that_the_snapshot_has_are_compared_with_it_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    packed = read(scene)
    receive(scene, worklog)
    assert read(scene) is packed
    monkeypatch.delattr(PackedWorklogs, "updates_of")
    assert read(scene) is packed


def test_an_event_that_comes_after_one_that_was_seen_counts(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    read(scene)
    receive(scene, replace(worklog, id=99, author="stranger"))
    receive(scene, worklog)
    read(scene)
    read(scene)
    scene.calls()
    receive(scene, edit(scene, worklog, 2 * HOUR))
    assert hours(read(scene)) == {("viewer-2", PAY): 2 * HOUR}
    assert scene.calls() == [f"read_team_worklogs [{PAY}]"]


def test_events_of_other_people_alone_change_nothing(scene: Scene) -> None:
    packed = read(scene)
    receive(scene, scene.put(PAY, MONDAY, HOUR, author="stranger"))
    scene.calls()
    assert read(scene) is packed
    assert scene.calls() == []


@pytest.mark.parametrize(
    ("most", "call"), [(1, "read_team_worklogs"), (2, f"read_team_worklogs [{PAY}, {OPS}]")]
)
def test_after_many_changes_everything_is_read_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, most: int, call: str
) -> None:
    monkeypatch.setattr(team_snapshot, "MOST_AGAIN", most)
    worklogs = [scene.put(issue_id, MONDAY, HOUR, author="viewer-2") for issue_id in (PAY, OPS)]
    read(scene)
    for worklog in worklogs:
        receive(scene, edit(scene, worklog, 2 * HOUR))
    scene.calls()
    assert sum(hours(read(scene)).values()) == 4 * HOUR
    assert scene.calls() == [call]


@pytest.mark.parametrize(("most", "call"), [(0, "read_team_worklogs"), (1, "changed_issues")])
def test_more_issues_than_a_question_can_name_are_read_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, most: int, call: str
) -> None:
    monkeypatch.setattr(team_snapshot, "MOST_CACHED", most)
    scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    scene.wait(120)
    read(scene)
    scene.wait(CHECKED.total_seconds())
    scene.calls()
    read(scene)
    assert scene.calls() == [call]


def test_t36_an_issue_that_moved_out_of_scope_leaves(scene: Scene) -> None:
    worklog = scene.put(OPS, MONDAY, HOUR, author="viewer-2")
    scope = Scope(jql="key = OPS-31")
    read(scene, scope)
    scene.jira.issues[OPS] = replace(scene.jira.issues[OPS], key="PAY-77")
    receive(scene, edit(scene, worklog, 2 * HOUR))
    assert hours(read(scene, scope)) == {}


def move(scene: Scene, issue_id: int) -> None:
    """Report that an issue was moved to another project."""
    scene.wait(1)
    items = [{"field": "Key", "fromString": "OPS-31", "toString": "PAY-77"}]
    payload = {"issue": {"id": str(issue_id)}, "changelog": {"items": items}}
    context = scene.viewer_context
    note_worklog_event(scene.cache, context.site, "jira:issue_updated", payload, context.clock)
    scene.wait(1)
    scene.calls()


def test_t36_an_issue_that_moved_into_the_scope_comes_at_once(scene: Scene) -> None:
    scene.put(OPS, MONDAY, HOUR, author="viewer-2")
    scope = Scope(jql="key = PAY-77")
    assert hours(read(scene, scope)) == {}
    scene.jira.issues[OPS] = replace(scene.jira.issues[OPS], key="PAY-77")
    move(scene, OPS)
    assert hours(read(scene, scope)) == {("viewer-2", OPS): HOUR}
    assert scene.calls() == [f"read_team_worklogs [{OPS}]"]
    read(scene, scope)
    assert scene.calls() == []


def test_t36_a_moved_issue_that_the_viewer_does_not_see_has_nothing_else_read_again(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR, author="viewer-3")
    scene.wait(120)
    read(scene)
    move(scene, 999)
    assert hours(read(scene)) == {("viewer-3", PAY): HOUR}
    assert scene.calls() == ["read_team_worklogs [999]", "changed_issues"]
    read(scene)
    assert scene.calls() == []


def test_t36_of_many_moved_issues_a_search_finds_those_that_count(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team_snapshot, "MOST_AGAIN", 1)
    scene.put(PAY, MONDAY, HOUR, author="viewer-3")
    scene.wait(120)
    read(scene)
    scene.put(OPS, MONDAY, HOUR, author="viewer-2")
    for number in (998, 999):
        move(scene, number)
    assert hours(read(scene)) == {("viewer-3", PAY): HOUR, ("viewer-2", OPS): HOUR}
    assert scene.calls() == ["changed_issues", f"read_team_worklogs [{OPS}]"]


def test_t37_a_deleted_issue_has_everything_read_again(scene: Scene) -> None:
    worklog = scene.put(OPS, MONDAY, HOUR, author="viewer-2")
    scene.put(PAY, MONDAY, HOUR, author="viewer-3")
    read(scene)
    scene.wait(1)
    del scene.jira.issues[OPS], scene.jira.worklogs[worklog.id]
    receive(scene, worklog, "worklog_deleted")
    scene.calls()
    assert hours(read(scene)) == {("viewer-3", PAY): HOUR}
    assert scene.calls() == [f"read_team_worklogs [{OPS}]", "read_team_worklogs"]


@pytest.mark.parametrize("whole", [False, True])
def test_a_slow_read_does_not_replace_a_newer_one(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    gone = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    kept = scene.put(PAY, MONDAY, HOUR, author="viewer-3")
    read(scene)
    scene.wait(WHOLE.total_seconds() if whole else 1)
    receive(scene, edit(scene, kept, 2 * HOUR))
    read_now = scene.jira.read_team_worklogs

    def read_slowly(*given: Any, **more: Any) -> PackedWorklogs:
        found = read_now(*given, **more)
        monkeypatch.undo()
        scene.wait(1)
        del scene.jira.worklogs[gone.id]
        read(scene, freshness=Freshness.NOW)
        return found

    monkeypatch.setattr(scene.jira, "read_team_worklogs", read_slowly)
    assert hours(read(scene)) == {("viewer-3", PAY): 2 * HOUR}
    scene.calls()
    assert (hours(read(scene)), scene.calls()) == ({("viewer-3", PAY): 2 * HOUR}, [])


def test_own_writes_are_applied_without_a_call(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    read(scene)
    saved = log_time(scene.viewer_context, TimeEntry(PAY, MONDAY, "2h", "key-12345"))
    assert saved.worklog is not None
    scene.calls()
    assert hours(read(scene)) == {("viewer-2", PAY): HOUR, ("viewer-1", PAY): 2 * HOUR}
    seen = SeenWorklog(saved.worklog.id, saved.worklog.updated)
    changed = change_worklog(scene.viewer_context, WorklogEdit(PAY, seen, "key-22345", text="3h")).worklog
    assert changed is not None
    receive(scene, changed)
    scene.calls()
    assert hours(read(scene))["viewer-1", PAY] == 3 * HOUR
    delete_worklog(
        scene.viewer_context, DeleteWorklog(PAY, SeenWorklog(changed.id, changed.updated), "key-32345")
    )
    scene.calls()
    assert hours(read(scene)) == {("viewer-2", PAY): HOUR}
    assert scene.calls() == []


def test_an_own_write_at_the_moment_of_the_read_is_shown(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    read(scene)
    mine = scene.put(PAY, MONDAY, 2 * HOUR)
    note_changes(scene.own_cache, [WorklogState(mine.id, mine, scene.jira.now)])
    assert hours(read(scene)) == {("viewer-2", PAY): HOUR, ("viewer-1", PAY): 2 * HOUR}


def test_an_own_write_after_the_clock_was_set_back_is_shown(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    read(scene)
    scene.wait(3000)
    log_time(scene.viewer_context, TimeEntry(PAY, MONDAY, "1h", "key-12345"))
    read(scene)
    scene.wait(-60)
    log_time(scene.viewer_context, TimeEntry(OPS, MONDAY, "2h", "key-22345"))
    scene.calls()
    for _ in range(2):
        assert hours(read(scene))["viewer-1", OPS] == 2 * HOUR
    assert len(scene.calls()) == 1


def test_an_own_write_during_the_wait_for_another_read_is_shown(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    read(scene)
    receive(scene, edit(scene, other, 3 * HOUR))
    create_now = scene.cache.get_or_create

    def wait_first(key: str, create: Callable[[], Any], ttl: float) -> Any:
        monkeypatch.undo()
        scene.wait(1)
        mine = scene.put(OPS, MONDAY, 2 * HOUR)
        note_changes(scene.own_cache, [WorklogState(mine.id, mine, scene.jira.now)])
        scene.wait(1)
        return create_now(key, create, ttl)

    monkeypatch.setattr(scene.cache, "get_or_create", wait_first)
    read(scene)
    assert hours(read(scene)) == {("viewer-2", PAY): 3 * HOUR, ("viewer-1", OPS): 2 * HOUR}


def test_own_writes_are_shown_with_what_others_changed(scene: Scene) -> None:
    mine = scene.put(PAY, MONDAY, HOUR)
    other = scene.put(OPS, MONDAY, HOUR, author="viewer-2")
    read(scene)
    receive(scene, edit(scene, other, 3 * HOUR))
    delete_worklog(scene.viewer_context, DeleteWorklog(PAY, SeenWorklog(mine.id, mine.updated), "key-12345"))
    log_time(scene.viewer_context, TimeEntry(PAY, MONDAY, "2h", "key-22345"))
    scene.calls()
    assert hours(read(scene)) == {("viewer-1", PAY): 2 * HOUR, ("viewer-2", OPS): 3 * HOUR}
    assert scene.calls() == [f"read_team_worklogs [{OPS}]"]


def test_an_own_write_on_a_new_issue_is_read(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    read(scene)
    log_time(scene.viewer_context, TimeEntry(OPS, MONDAY, "2h", "key-12345"))
    scene.calls()
    assert hours(read(scene))["viewer-1", OPS] == 2 * HOUR
    assert scene.calls() == [f"read_team_worklogs [{OPS}]"]


def test_an_own_write_on_a_new_issue_that_jira_did_not_answer_is_read_once(scene: Scene) -> None:
    read(scene)
    scene.wait(1)
    scene.jira.lost = [JiraUnavailable("Cut off.", wrote_maybe=True)]
    with pytest.raises(JiraUnavailable):
        log_time(scene.viewer_context, TimeEntry(PAY, MONDAY, "1h", "key-0001"))
    scene.calls()
    assert hours(read(scene)) == {("viewer-1", PAY): HOUR}
    assert f"read_team_worklogs [{PAY}]" in scene.calls()
    read(scene)
    assert scene.calls() == []


def test_an_own_write_on_a_new_issue_outside_the_days_is_not_read(scene: Scene) -> None:
    read(scene)
    log_time(scene.viewer_context, TimeEntry(OPS, MONDAY + timedelta(days=7), "2h", "key-12345"))
    scene.calls()
    assert hours(read(scene)) == {}
    assert scene.calls() == []


def test_after_a_while_one_call_asks_what_changed(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    scene.wait(120)
    read(scene)
    scene.wait(2 * CHECKED.total_seconds())
    scene.calls()
    read(scene)
    assert scene.calls() == ["changed_issues"]
    edit(scene, worklog, 2 * HOUR)
    scene.wait(CHECKED.total_seconds())
    assert hours(read(scene)) == {("viewer-2", PAY): 2 * HOUR}
    assert scene.calls() == ["changed_issues", f"read_team_worklogs [{PAY}]"]
    scene.wait(HOUR)
    read(scene)
    assert scene.calls() == ["read_team_worklogs"]


def test_a_change_without_an_event_is_found_while_others_have_one(scene: Scene) -> None:
    reported = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    unreported = scene.put(OPS, MONDAY, HOUR, author="viewer-3")
    checked = read(scene).checked_at
    edit(scene, unreported, 2 * HOUR)
    for minute in range(1, 5):
        scene.wait(59)
        reported = edit(scene, reported, HOUR + 60 * minute)
        receive(scene, reported)
        packed = read(scene)
        assert (packed.checked_at, hours(packed)["viewer-2", PAY]) == (checked, reported.seconds)
    scene.wait(60)
    packed = read(scene)
    assert (packed.checked_at, hours(packed)["viewer-3", OPS]) == (scene.jira.now, 2 * HOUR)


def test_an_own_write_that_is_deleted_in_jira_goes_although_no_event_reports_it(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    read(scene)
    mine = log_time(scene.viewer_context, TimeEntry(PAY, MONDAY, "2h", "key-000001", time(9))).worklog
    assert mine is not None
    del scene.jira.worklogs[mine.id]
    scene.jira.bereft[PAY] = scene.jira.now
    scene.wait(CHECKED.total_seconds())
    assert hours(read(scene)) == {("viewer-2", PAY): HOUR}


@pytest.mark.parametrize("freshness", [Freshness.NOW, Freshness.USUAL])
def test_an_own_write_that_somebody_moved_to_another_week_goes(scene: Scene, freshness: Freshness) -> None:
    scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    read(scene)
    mine = log_time(scene.viewer_context, TimeEntry(PAY, MONDAY, "2h", "key-000001", time(9))).worklog
    assert mine is not None
    moved = replace(
        mine, started=mine.started - timedelta(days=7), updated=mine.updated + timedelta(seconds=1)
    )
    scene.jira.worklogs[mine.id] = moved
    scene.wait(2)
    receive(scene, moved)
    assert hours(read(scene, freshness=freshness)) == {("viewer-2", PAY): HOUR}


def test_when_jira_is_down_the_last_reading_is_shown_and_says_so(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    scene.jira.failing["read_worklogs"] = [JiraUnavailable("Jira is away.")]
    with pytest.raises(JiraUnavailable):
        read(scene)
    with pytest.raises(JiraUnavailable):
        read(scene)
    scene.wait(20)
    read(scene)
    receive(scene, edit(scene, worklog, 2 * HOUR))
    scene.jira.failing["read_worklogs"] = [JiraUnavailable("Jira is away.")]
    packed = read(scene)
    assert (is_stale(packed), hours(packed)) == (True, {("viewer-2", PAY): HOUR})
    assert packed.missing[-1].what == "Jira is away. These figures are less than a minute old."
    assert hours(read(scene)) == {("viewer-2", PAY): 2 * HOUR}
    assert read(scene).complete


def test_when_jira_refuses_a_search_that_nobody_typed_the_last_reading_is_shown(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    in_project, typed = Scope((10,)), Scope(jql="labels = x")
    known = {scope: hours(read(scene, scope)) for scope in (Scope(), in_project, typed)}
    scene.wait(WHOLE.total_seconds())
    for scope in (Scope(), in_project):
        scene.jira.failing["read_worklogs"] = [InvalidInput("Jira refuses this.")]
        for _ in range(2):
            packed = read(scene, scope)
            assert (is_stale(packed), hours(packed)) == (True, known[scope])
            assert packed.missing[-1].what.startswith("Jira refuses this. These figures are ")
    scene.jira.failing["read_worklogs"] = [InvalidInput("Jira does not know this label.")]
    with pytest.raises(InvalidInput, match="label"):
        read(scene, typed)
    scene.wait(PAUSE_SECONDS)
    assert not is_stale(read(scene))


def test_when_jira_was_down_and_nothing_is_known_a_refresh_calls_it_again(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    scene.jira.failing["read_worklogs"] = [JiraUnavailable("Jira is away.")]
    for _ in range(2):
        with pytest.raises(JiraUnavailable, match="Jira is away"):
            read(scene)
    assert hours(read(scene, freshness=Freshness.NOW)) == {("viewer-2", PAY): HOUR}


def test_an_incomplete_reading_says_so_and_is_tried_again(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    scene.jira.missing = (Missing("PAY-12: Jira did not give all its worklogs", "issue-worklogs"),)
    assert not read(scene).complete
    scene.jira.missing = ()
    assert not read(scene).complete
    scene.wait(PAUSE_SECONDS)
    assert read(scene).complete
    assert read(scene, freshness=Freshness.NOW).complete


def test_a_filter_with_a_former_user_costs_no_more_calls_and_hides_no_change(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    scene.jira.missing = (Missing("The filter names a former user.", SCOPE_FORMER),)
    assert [one.code for one in read(scene).lacks] == [SCOPE_FORMER]
    receive(scene, edit(scene, worklog, 2 * HOUR))
    packed = read(scene)
    assert [one.code for one in packed.lacks] == [SCOPE_FORMER]
    assert hours(packed) == {("viewer-2", PAY): 2 * HOUR}
    scene.wait(PAUSE_SECONDS)
    scene.calls()
    assert [one.code for one in read(scene).lacks] == [SCOPE_FORMER]
    assert scene.calls() == []


def test_what_a_job_has_just_read_is_used_as_it_is(scene: Scene) -> None:
    packed = read(scene)
    scene.wait(WHOLE.total_seconds())
    scene.calls()
    assert read(scene, freshness=Freshness.CACHED) is packed
    assert scene.calls() == []


def test_a_part_that_is_incomplete_never_replaces_what_is_known(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    read(scene)
    receive(scene, edit(scene, worklog, 2 * HOUR))
    scene.jira.missing = (Missing("PAY-12: Jira did not give all its worklogs", "issue-worklogs"),)
    packed = read(scene)
    assert (is_stale(packed), hours(packed)) == (True, {("viewer-2", PAY): HOUR})


WORKLOGS = st.builds(
    lambda number, issue_id, author, days, seconds, later: Worklog(
        number, issue_id, author, MONDAY + timedelta(days=days),
        started_at(MONDAY + timedelta(days=days), time(9), BERLIN).instant,
        seconds, Scene().jira.now + timedelta(seconds=later),
    ),
    st.integers(1, 6), st.sampled_from([PAY, OPS]), st.sampled_from([*TEAM, "stranger"]), st.integers(-2, 9),
    st.integers(1, 90_000), st.integers(0, 3),
)  # fmt: skip


@given(st.lists(WORKLOGS, unique_by=lambda w: w.id), st.lists(WORKLOGS, unique_by=lambda w: w.id))
def test_applied_changes_are_as_if_read_that_way(before: list[Worklog], after: list[Worklog]) -> None:
    scene = Scene()
    inside = tuple(w for w in before if w.author in TEAM and w.day in WEEK)
    packed = packed_from(Snapshot(inside, scene.jira.issues, scene.jira.now), TEAM, WEEK)
    latest = {w.id: w for w in inside}
    for worklog in after:
        known = latest.get(worklog.id)
        if known is None or worklog.updated >= known.updated:
            latest[worklog.id] = worklog
    expected = {
        w.id: (w.author, w.day.toordinal(), w.seconds, w.issue_id)
        for w in latest.values()
        if w.author in TEAM and w.day in WEEK
    }
    found = {
        e[4]: (TEAM[e[0]], e[1], e[2], e[3])
        for e in patch_worklogs(packed, {w.id: w for w in after}).entries()
    }
    assert found == expected


@given(st.lists(WORKLOGS, unique_by=lambda w: w.id))
def test_a_packed_snapshot_survives_the_shared_cache(worklogs: list[Worklog]) -> None:
    scene = Scene()
    inside = tuple(w for w in worklogs if w.author in TEAM and w.day in WEEK)
    packed = packed_from(Snapshot(inside, scene.jira.issues, scene.jira.now), TEAM, WEEK)
    codec = Codec(CACHED)
    assert codec.decode(codec.encode(packed)) == packed
    assert all(work_date(w.started, BERLIN) == w.day for w in inside)
