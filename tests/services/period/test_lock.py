"""A closed day stays as it was closed, whichever way a write takes; others' worklogs need a permission."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.adapters.support.portable_cache import PortableCache
from tests.services.support.scene import BERLIN, MONDAY, OPS, PAY, WEEK, Scene, seen
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotAllowed, TimesheetError
from timesheet.domain.period.closed_day import ALL_OPEN
from timesheet.domain.period.closed_day import ClosedDays as ClosedMarks
from timesheet.domain.period.period import MemberRecord
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Member, Scope, Team, TeamPermission
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.period.lock import PeriodLock
from timesheet.services.snapshot.own import snapshot_at
from timesheet.services.timesheet.command import CopyWorklogs
from timesheet.services.timesheet.copy import apply_copy, plan_copy
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.cell import save_cell
from timesheet.services.worklog.command import (
    CellEdit,
    DeleteWorklog,
    MoveWorklog,
    TimeEntry,
    UndoWrites,
    WorklogEdit,
)
from timesheet.services.worklog.log import change_worklog, delete_worklog, log_time, move_worklog
from timesheet.services.worklog.undo import offer_undo, undo
from timesheet.services.worklog.write_result import Seen, WriteResult

HOUR = 3600
LAST_WEEK = DateSpan(MONDAY - timedelta(days=7), MONDAY - timedelta(days=1))
FRIDAY = MONDAY - timedelta(days=3)
CLOSED = DateSpan(MONDAY - timedelta(days=14), FRIDAY)


def mark(worklog: Worklog) -> Seen:
    return Seen(worklog.id, worklog.updated)


@pytest.fixture
def closed(scene: Scene) -> Scene:
    """Close all days of the viewer's team up to Friday of last week."""
    team = scene.site.team("boss", "viewer-1", "viewer-2")
    scene.site.close(team, CLOSED, scene.jira.now)
    return scene


Write = Callable[[Scene, Worklog], object]
WRITES: dict[str, Write] = {
    "cell": lambda scene, _: save_cell(scene.viewer_context, CellEdit(OPS, FRIDAY, "1h", "key-00001")),
    "cell changed": lambda scene, w: save_cell(
        scene.viewer_context, CellEdit(PAY, FRIDAY, "2h", "key-00002", seen(w))
    ),
    "cell emptied": lambda scene, w: save_cell(
        scene.viewer_context, CellEdit(PAY, FRIDAY, "", "key-00003", seen(w))
    ),
    "log": lambda scene, _: log_time(
        scene.viewer_context, TimeEntry(PAY, FRIDAY, "1h", "key-00004", time(14))
    ),
    "change": lambda scene, w: change_worklog(
        scene.viewer_context, WorklogEdit(PAY, mark(w), "key-00005", text="3h")
    ),
    "comment": lambda scene, w: change_worklog(
        scene.viewer_context, WorklogEdit(PAY, mark(w), "key-00006", comment="why")
    ),
    "moved out": lambda scene, w: change_worklog(
        scene.viewer_context, WorklogEdit(PAY, mark(w), "key-00007", day=MONDAY)
    ),
    "delete": lambda scene, w: delete_worklog(
        scene.viewer_context, DeleteWorklog(PAY, mark(w), "key-00008", final=True)
    ),
    "other issue": lambda scene, w: move_worklog(
        scene.viewer_context, MoveWorklog(WorklogEdit(PAY, mark(w), "key-00009"), OPS)
    ),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_t44_no_way_leads_into_a_closed_day(closed: Scene, write: Write) -> None:
    worklog = closed.put(PAY, FRIDAY, HOUR)
    before = dict(closed.jira.worklogs)
    with pytest.raises(NotAllowed) as refused:
        write(closed, worklog)
    assert closed.jira.worklogs == before
    assert (refused.value.layer, refused.value.permission) == ("team", "Manage this team")
    assert (
        "Team alpha has closed the period from 2 November 2026 to 13 November 2026" in refused.value.sentence
    )
    assert (
        "lead, a team administrator or a member with “Manage this team” can reopen it"
        in refused.value.sentence
    )


def test_example_12_a_move_is_checked_at_both_ends(closed: Scene) -> None:
    worklog = closed.put(PAY, MONDAY, HOUR)
    for issue_id, key in ((PAY, "key-00001"), (OPS, "key-00002")):
        with pytest.raises(NotAllowed, match="13 November"):
            move_worklog(
                closed.viewer_context, MoveWorklog(WorklogEdit(PAY, mark(worklog), key, day=FRIDAY), issue_id)
            )
    assert list(closed.jira.worklogs.values()) == [worklog]


def test_a_copy_leaves_closed_days_out_and_its_undo_is_refused(closed: Scene) -> None:
    closed.put(PAY, MONDAY, HOUR)
    closed.put(OPS, MONDAY + timedelta(days=5), HOUR)
    plan = plan_copy(closed.viewer_context, WEEK, LAST_WEEK)
    assert [(line.issue.id, line.closed, "Closed by" in line.skip) for line in plan] == [
        (PAY, True, True),
        (OPS, False, False),
    ]
    result = apply_copy(closed.viewer_context, CopyWorklogs(WEEK, LAST_WEEK.first, "copy-0001"))
    assert [saved.worklog.day for saved in result.saved if saved.worklog] == [FRIDAY + timedelta(days=1)]
    assert result.failed == ()
    weekend = DateSpan(FRIDAY + timedelta(days=1), LAST_WEEK.last)
    closed.site.close(closed.site.teams.get("alpha"), weekend, closed.jira.now, "another")
    undone = undo(closed.viewer_context, UndoWrites(tuple(offer_undo(closed.viewer_context, *result.saved))))
    assert (undone.saved, "has closed" in undone.kept[0].reason) == ((), True)


def test_an_undo_comes_too_late_for_a_closed_day(scene: Scene) -> None:
    worklog = scene.put(PAY, FRIDAY, HOUR)
    tokens = offer_undo(
        scene.viewer_context,
        delete_worklog(scene.viewer_context, DeleteWorklog(PAY, mark(worklog), "key-00001")),
    )
    scene.site.close(scene.site.team("boss", "viewer-1"), CLOSED, scene.jira.now)
    assert "has closed" in undo(scene.viewer_context, UndoWrites(tuple(tokens))).kept[0].reason
    assert scene.jira.worklogs == {}


def test_t10_open_days_of_a_week_that_crosses_the_border_stay_open(closed: Scene) -> None:
    saturday = FRIDAY + timedelta(days=1)
    assert log_time(closed.viewer_context, TimeEntry(PAY, saturday, "1h", "key-00001")).worklog is not None
    lock = closed.viewer_context.lock
    marked = lock.closed("viewer-1", LAST_WEEK)
    assert list(marked.days) == [LAST_WEEK.first + timedelta(days=n) for n in range(5)]
    assert marked.whole(FRIDAY).startswith(
        "Closed by Team alpha (from 2 November 2026 to 13 November 2026). The team’s lead"
    )
    assert lock.closed("nobody", LAST_WEEK) is lock.closed("viewer-1", WEEK) is ALL_OPEN


def test_a_reopened_period_is_open(closed: Scene) -> None:
    closed.site.periods.reopen("record", "boss", closed.jira.now)
    assert log_time(closed.viewer_context, TimeEntry(PAY, FRIDAY, "1h", "key-00001")).worklog is not None


def test_only_a_member_that_day_and_only_in_scope_is_locked(scene: Scene) -> None:
    team = scene.site.team("boss", scope=Scope((1,), "key = PAY-12"))
    scene.site.add(team, "viewer-1", joined=FRIDAY)
    scene.site.close(team, CLOSED, scene.jira.now)
    log_time(scene.viewer_context, TimeEntry(PAY, FRIDAY - timedelta(days=1), "1h", "key-00001"))
    log_time(scene.viewer_context, TimeEntry(OPS, FRIDAY, "1h", "key-00002"))
    with pytest.raises(NotAllowed):
        log_time(scene.viewer_context, TimeEntry(PAY, FRIDAY, "1h", "key-00003"))
    issues = scene.jira.issues
    marked = scene.viewer_context.lock.closed("viewer-1", LAST_WEEK, issues.values())
    assert [(bool(marked.of(FRIDAY, issues[number])), marked.whole(FRIDAY)) for number in (PAY, OPS)] == [
        (True, ""),
        (False, ""),
    ]
    assert marked.on(FRIDAY - timedelta(days=1)) == ""
    scene.site.teams.teams["alpha"] = replace(team, scope=Scope((99,)))
    log_time(scene.viewer_context, TimeEntry(PAY, FRIDAY, "1h", "key-00004"))


def holding(scene: Scene, *worklogs: Worklog, zone: str | None = "Europe/Berlin", **basis: str) -> None:
    """Close the days of a team with one project in scope up to Friday, with these worklogs in them."""
    team = scene.site.team("boss", "viewer-1", scope=Scope((1,)))
    members = (MemberRecord("viewer-1", 0, 0, basis, zone),)
    held = [worklog.id for worklog in worklogs]
    scene.site.close(team, CLOSED, scene.jira.now, members=members, worklogs=held)


HELD_WRITES = {name: write for name, write in WRITES.items() if name not in ("cell", "log")}


@pytest.mark.parametrize("write", HELD_WRITES.values(), ids=HELD_WRITES.keys())
@pytest.mark.parametrize("way", ["scope", "member", "dates", "zone"])
def test_a_worklog_that_a_closing_holds_is_locked_whatever_else_says(
    scene: Scene, write: Write, way: str
) -> None:
    worklog = scene.put(PAY, FRIDAY, HOUR, time(23))
    holding(scene, worklog)
    if way == "scope":
        scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], project_id=9)
    elif way == "member":
        scene.site.teams.held.clear()
    elif way == "dates":
        scene.site.add(scene.site.teams.get("alpha"), "viewer-1", joined=MONDAY)
    else:
        scene.jira.profile = replace(scene.jira.profile, zone=ZoneInfo("Pacific/Auckland"))
        scene.viewer_context = scene.viewer_context_of("viewer-1")
        scene.jira.zones_of["viewer-1"] = ZoneInfo("Pacific/Auckland")
    if way == "zone" and write in (WRITES["cell changed"], WRITES["cell emptied"]):
        # In the new zone the cell of that day is empty, so the grid differs from Jira.
        with pytest.raises(TimesheetError):
            write(scene, worklog)
    else:
        with pytest.raises(NotAllowed) as refused:
            write(scene, worklog)
        assert (refused.value.layer, refused.value.permission) == ("team", "Manage this team")
        assert refused.value.sentence.startswith(
            "Team alpha has closed the period from 2 November 2026 to 13 November 2026"
        )
        assert "can reopen it" in refused.value.sentence
    assert scene.jira.worklogs == {worklog.id: worklog}


def in_auckland(scene: Scene) -> ViewerContext:
    """Move the viewer's Jira profile to the other end of the world."""
    auckland = ZoneInfo("Pacific/Auckland")
    scene.jira.profile = replace(scene.jira.profile, zone=auckland)
    scene.jira.zones_of["viewer-1"] = auckland
    return scene.viewer_context_of("viewer-1")


def marks(scene: Scene, context: ViewerContext, span: DateSpan = LAST_WEEK) -> ClosedMarks:
    """Return the marks of a sheet with these days."""
    shown = snapshot_at(context, span, refresh=True)
    return context.lock.closed("viewer-1", span, scene.jira.issues.values(), shown.worklogs, context.zone)


def test_a_held_worklog_is_marked_where_nothing_else_on_its_day_is_closed(scene: Scene) -> None:
    held, moved, other = (scene.put(PAY, FRIDAY, HOUR, time(hour)) for hour in (9, 11, 13))
    holding(scene, held, moved)
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], project_id=9)
    saturday = FRIDAY + timedelta(days=1)
    scene.jira.worklogs[moved.id] = replace(moved, started=moved.started + timedelta(days=1))
    found, issue = marks(scene, scene.viewer_context), scene.jira.issues[PAY]
    shown = {worklog.id: worklog for worklog in snapshot_at(scene.viewer_context, LAST_WEEK).worklogs}
    said = found.of_worklog(shown[held.id], issue)
    assert said == (
        "Closed by Team alpha (from 2 November 2026 to 13 November 2026) with this worklog in it. "
        "The team’s lead, a team administrator or a member with “Manage this team” can reopen it."
    )
    assert found.of_worklog(shown[moved.id], issue) == found.on(saturday) == said
    assert found.of_worklog(shown[other.id], issue) == found.of(FRIDAY, issue) == ""
    assert found.of_cell(FRIDAY, issue, [shown[held.id]]) == said
    assert found.of_cell(FRIDAY, issue, [shown[held.id], shown[other.id]]) == ""
    assert found.of_cell(saturday, issue, ()) == found.whole(saturday) == ""


def test_a_screen_without_its_worklogs_asks_for_none(scene: Scene) -> None:
    holding(scene)
    assert scene.viewer_context.lock.closed("viewer-1", WEEK) is ALL_OPEN


def test_a_day_that_another_zone_shifts_is_marked_by_the_zone_of_the_closing(scene: Scene) -> None:
    late = scene.put(PAY, FRIDAY, HOUR, time(23))
    free = scene.put(PAY, FRIDAY, HOUR, time(22))
    holding(scene, late)
    context, saturday, issue = in_auckland(scene), FRIDAY + timedelta(days=1), scene.jira.issues[PAY]
    found = marks(scene, context)
    shown = {worklog.id: worklog for worklog in snapshot_at(context, LAST_WEEK).worklogs}
    assert {worklog.day for worklog in shown.values()} == {saturday}
    zone = "in the time zone of that closing: Europe/Berlin"
    assert "with this worklog in it" in found.of_worklog(shown[late.id], issue)
    assert zone in found.of_worklog(shown[free.id], issue)
    assert (found.whole(saturday), found.all_day(saturday, issue)) == ("", "")
    # The next start is 13:00 in Auckland, after the last worklog: that is Saturday in Berlin too.
    assert found.of(saturday, issue) == ""
    for number in (late.id, free.id):
        del scene.jira.worklogs[number]
    found = marks(scene, context)
    assert zone in found.of(saturday, issue)
    assert zone in found.on(saturday)
    assert found.of(saturday, replace(issue, project_id=9)) == ""
    assert found.of(saturday + timedelta(days=1), issue) == ""
    assert marks(scene, context, WEEK) is ALL_OPEN


def test_another_zone_shifts_a_day_into_a_closing_that_ends_just_before_the_screen(scene: Scene) -> None:
    holding(scene)
    context, saturday = in_auckland(scene), FRIDAY + timedelta(days=1)
    found = marks(scene, context, DateSpan(saturday, saturday))
    assert "Europe/Berlin" in found.of(saturday, scene.jira.issues[PAY])


def test_another_zone_shifts_a_day_into_a_closing_that_begins_just_after_the_screen(scene: Scene) -> None:
    """The next start on that Sunday is after noon in Berlin, which is Monday in Auckland."""
    holding(scene, zone="Pacific/Auckland")
    sunday = CLOSED.first - timedelta(days=1)
    assert marks(scene, scene.viewer_context, DateSpan(sunday, sunday)) is ALL_OPEN
    scene.put(PAY, sunday, 4 * HOUR, time(9))
    found = marks(scene, scene.viewer_context, DateSpan(sunday, sunday))
    assert "Pacific/Auckland" in found.of(sunday, scene.jira.issues[PAY])


def test_where_the_zone_of_today_is_not_known_none_shifts_a_day(scene: Scene) -> None:
    holding(scene)
    found = scene.viewer_context.lock.closed("viewer-1", LAST_WEEK, scene.jira.issues.values())
    assert [bool(found.on(day)) for day in LAST_WEEK] == [True] * 5 + [False] * 2


def test_a_worklog_that_another_zone_shifts_is_marked_only_into_the_closing(scene: Scene) -> None:
    holding(scene, joined="2026-11-09", left="2026-11-12")
    scene.site.teams.held.clear()
    inside, left, after = (
        scene.put(PAY, FRIDAY + timedelta(days=days), HOUR, time(23)) for days in (-1, 0, 1)
    )
    context = in_auckland(scene)
    found, issue = marks(scene, context), scene.jira.issues[PAY]
    shown = {worklog.id: worklog for worklog in snapshot_at(context, LAST_WEEK).worklogs}
    assert [bool(found.of_worklog(shown[one.id], issue)) for one in (inside, left, after)] == [
        True,
        False,
        False,
    ]


def test_what_a_jql_scope_finds_is_asked_again_after_a_minute(scene: Scene) -> None:
    scene.site.close(
        scene.site.team("boss", "viewer-1", scope=Scope(jql="key = PAY-12")), CLOSED, scene.jira.now
    )
    scene.calls()
    for seconds in (0, 59, 1):
        scene.wait(seconds)
        scene.viewer_context.lock.closed("viewer-1", LAST_WEEK, scene.jira.issues.values())
    assert scene.calls() == ["found_among"] * 2


def test_days_that_a_closing_recorded_stay_marked_for_whoever_left(scene: Scene) -> None:
    holding(scene, zone=None, joined="2026-11-09", left="2026-11-12")
    scene.site.teams.held.clear()
    found, issue = marks(scene, scene.viewer_context), scene.jira.issues[PAY]
    assert [bool(found.of(day, issue)) for day in LAST_WEEK] == [True, True, True, True, False, False, False]
    assert len(found.days[LAST_WEEK.first]) == 1


def test_a_day_closed_by_record_and_by_membership_is_marked_once(scene: Scene) -> None:
    holding(scene)
    assert len(marks(scene, scene.viewer_context).days[FRIDAY]) == 1


@pytest.mark.parametrize(("before", "after"), [(9, 1), (1, 9)])
def test_an_issue_that_changed_project_meanwhile_counts_where_it_is_now(
    scene: Scene, before: int, after: int
) -> None:
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], project_id=before)
    log_time(scene.viewer_context, TimeEntry(PAY, MONDAY, "1h", "key-00001"))
    holding(scene)
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], project_id=after)
    entry = TimeEntry(PAY, FRIDAY, "1h", "key-00002")
    if after == 1:
        with pytest.raises(NotAllowed, match="has closed"):
            log_time(scene.viewer_context, entry)
    else:
        assert log_time(scene.viewer_context, entry).worklog is not None


def test_a_reopened_closing_holds_nothing(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    holding(scene, worklog)
    scene.site.periods.reopen("record", "boss", scene.jira.now)
    assert (
        delete_worklog(scene.viewer_context, DeleteWorklog(PAY, mark(worklog), "key-00001")).removed
        == worklog
    )


def test_a_new_worklog_is_judged_in_the_zone_the_closing_used_too(scene: Scene) -> None:
    holding(scene)
    auckland = ZoneInfo("Pacific/Auckland")
    scene.jira.profile = replace(scene.jira.profile, zone=auckland)
    scene.jira.zones_of["viewer-1"] = auckland
    context = scene.viewer_context_of("viewer-1")
    saturday = FRIDAY + timedelta(days=1)
    with pytest.raises(NotAllowed, match="so 13 November 2026 cannot change"):
        log_time(context, TimeEntry(PAY, saturday, "1h", "key-00001", time(11, 59)))
    assert log_time(context, TimeEntry(PAY, saturday, "1h", "key-00002", time(12))).worklog is not None
    assert log_time(context, TimeEntry(PAY, saturday, "1h", "key-00003", time(13))).worklog is not None
    with pytest.raises(NotAllowed, match="so 13 November 2026 cannot change"):
        log_time(context, TimeEntry(PAY, FRIDAY, "1h", "key-00004"))


def test_a_changed_start_is_judged_in_the_zone_the_closing_used_too(scene: Scene) -> None:
    saturday = FRIDAY + timedelta(days=1)
    worklog = scene.put(PAY, saturday, HOUR, time(12))
    holding(scene)
    context = in_auckland(scene)
    early = WorklogEdit(PAY, mark(worklog), "key-00001", day=saturday, time=time(11, 59))
    with pytest.raises(NotAllowed, match="so 13 November 2026 cannot change"):
        change_worklog(context, early)
    assert change_worklog(context, replace(early, time=time(12), key="key-00002")).changed


def test_whoever_left_the_team_after_a_closing_logs_nothing_into_it(scene: Scene) -> None:
    holding(scene, zone=None, joined="2026-11-03", left="2026-11-12")
    scene.site.teams.held.clear()
    for number, day in enumerate((date(2026, 11, 3), date(2026, 11, 12))):
        with pytest.raises(NotAllowed, match="has closed"):
            log_time(scene.viewer_context, TimeEntry(PAY, day, "1h", f"key-0000{number}"))
    for number, day in enumerate((date(2026, 11, 2), date(2026, 11, 13))):
        assert (
            log_time(scene.viewer_context, TimeEntry(PAY, day, "1h", f"key-1000{number}")).worklog is not None
        )


def test_others_are_refused_as_others_before_they_hear_of_a_closing(scene: Scene) -> None:
    worklog = scene.put(PAY, FRIDAY, HOUR, author="viewer-2")
    holding(scene, worklog)
    with pytest.raises(NotAllowed, match="somebody else’s worklog") as refused:
        delete_worklog(scene.viewer_context, DeleteWorklog(PAY, mark(worklog), "key-00001"))
    assert (refused.value.layer, refused.value.permission) == ("team", "Manage worklogs")


def test_a_jql_scope_is_asked_once_for_all_issues_of_a_screen(scene: Scene) -> None:
    scene.site.close(
        scene.site.team("boss", "viewer-1", scope=Scope(jql="key = PAY-12")), CLOSED, scene.jira.now
    )
    scene.calls()
    for _ in range(2):
        assert scene.viewer_context.lock.closed("viewer-1", WEEK, scene.jira.issues.values()) is ALL_OPEN
        scene.viewer_context.lock.closed("viewer-1", LAST_WEEK)
    assert scene.calls() == []
    for _ in range(2):
        scene.viewer_context.lock.closed("viewer-1", LAST_WEEK, scene.jira.issues.values())
    assert scene.calls() == ["found_among"]


@pytest.mark.parametrize("error", [InvalidInput("No."), JiraUnavailable("Away.")])
def test_what_jira_cannot_tell_is_not_marked_and_still_refused(scene: Scene, error: TimesheetError) -> None:
    scene.site.close(
        scene.site.team("boss", "viewer-1", scope=Scope(jql="key = PAY-12")), CLOSED, scene.jira.now
    )
    scene.jira.failing["found_among"] = [error]
    marked = scene.viewer_context.lock.closed("viewer-1", LAST_WEEK, scene.jira.issues.values())
    assert marked.of(FRIDAY, scene.jira.issues[PAY]) == ""
    assert "in its scope" in marked.on(FRIDAY)
    with pytest.raises(NotAllowed):
        log_time(scene.viewer_context, TimeEntry(PAY, FRIDAY, "1h", "key-00001"))


def test_while_jira_cannot_tell_nothing_is_written_into_a_closed_period(scene: Scene) -> None:
    scene.site.close(
        scene.site.team("boss", "viewer-1", scope=Scope(jql="key = PAY-12")), CLOSED, scene.jira.now
    )
    worklog = scene.put(PAY, FRIDAY, HOUR)
    scene.jira.failing["found_among"] = [JiraUnavailable("Away.")] * 4
    marked = scene.viewer_context.lock.closed("viewer-1", LAST_WEEK, scene.jira.issues.values())
    assert marked.of(FRIDAY, scene.jira.issues[PAY]) == ""
    with pytest.raises(JiraUnavailable, match="Away"):
        log_time(scene.viewer_context, TimeEntry(PAY, FRIDAY, "1h", "key-00001"))
    with pytest.raises(JiraUnavailable, match="Away"):
        delete_worklog(scene.viewer_context, DeleteWorklog(PAY, mark(worklog), "key-00002"))
    result = apply_copy(scene.viewer_context, CopyWorklogs(WEEK, LAST_WEEK.first, "copy-0001"))
    assert result.saved == ()
    assert list(scene.jira.worklogs.values()) == [worklog]


def test_a_scope_that_cannot_be_read_keeps_the_day_closed(scene: Scene) -> None:
    team = scene.site.team("boss", "viewer-1", scope=Scope(jql="broken"))
    scene.site.close(team, CLOSED, scene.jira.now)
    with pytest.raises(NotAllowed, match="fix the team’s scope") as refused:
        log_time(scene.viewer_context, TimeEntry(PAY, FRIDAY, "1h", "key-00001"))
    assert (refused.value.layer, refused.value.permission) == ("team", "Manage this team")


def test_others_worklogs_need_manage_worklogs(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    edit = WorklogEdit(PAY, mark(worklog), "key-00001", text="2h")
    with pytest.raises(NotAllowed, match="somebody else’s worklog") as refused:
        change_worklog(scene.viewer_context, edit)
    assert (refused.value.layer, refused.value.permission) == ("team", "Manage worklogs")
    team = scene.site.team("boss", "viewer-1", "viewer-2")
    scene.site.role(team, "editor", TeamPermission.MANAGE_WORKLOGS)
    with pytest.raises(NotAllowed) as refused:
        change_worklog(scene.viewer_context, replace(edit, key="key-00002"))
    assert (refused.value.layer, refused.value.permission) == ("team", "Manage worklogs")
    scene.site.add(team, "viewer-1", "editor")
    assert change_worklog(scene.viewer_context, replace(edit, key="key-00003")).worklog is not None
    with pytest.raises(InvalidInput, match="only its author"):
        move_worklog(
            scene.viewer_context,
            MoveWorklog(replace(edit, seen=latest(scene, worklog), key="key-00004"), OPS),
        )
    scene.site.close(team, WEEK, scene.jira.now)
    with pytest.raises(NotAllowed, match="has closed"):
        delete_worklog(
            scene.viewer_context, DeleteWorklog(PAY, latest(scene, worklog), "key-00005", final=True)
        )


def latest(scene: Scene, worklog: Worklog) -> Seen:
    return Seen(worklog.id, scene.jira.worklogs[worklog.id].updated)


def test_managing_reaches_members_on_their_days_and_issues_in_scope(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    team = scene.site.team("viewer-1", scope=Scope(jql="key = PAY-12"))
    scene.site.add(team, "viewer-2", joined=MONDAY)
    edit = WorklogEdit(PAY, mark(worklog), "key-00001", day=MONDAY - timedelta(days=1))
    with pytest.raises(NotAllowed, match="on that day"):
        change_worklog(scene.viewer_context, edit)
    moved = change_worklog(
        scene.viewer_context, replace(edit, key="key-00002", day=MONDAY + timedelta(days=1))
    )
    assert moved.worklog is not None
    assert moved.worklog.day == MONDAY + timedelta(days=1)
    other = scene.put(OPS, MONDAY, HOUR, author="viewer-2")
    with pytest.raises(NotAllowed, match="somebody else’s"):
        delete_worklog(scene.viewer_context, DeleteWorklog(OPS, mark(other), "key-00003", final=True))


@pytest.mark.parametrize(
    ("lead", "scope", "allowed"),
    [
        ("viewer-1", Scope(), True),
        ("viewer-1", Scope((1,)), True),
        ("viewer-1", Scope((2,)), False),
        ("viewer-1", Scope(jql="key = PAY-12"), True),
        ("viewer-1", Scope(jql="key = OPS-31"), False),
        ("boss", Scope(), False),
    ],
)
def test_which_worklogs_of_others_may_change_is_told_in_advance_as_it_is_decided(
    scene: Scene, lead: str, scope: Scope, allowed: bool
) -> None:
    scene.site.team(lead, "viewer-1", "viewer-2", scope=scope)
    worklog = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    issues = {PAY: replace(scene.jira.issues[PAY], project_id=1)}
    told = scene.viewer_context.lock.unmanaged([(worklog, {MONDAY})], issues)
    with nullcontext() if allowed else pytest.raises(NotAllowed):
        change_worklog(scene.viewer_context, WorklogEdit(PAY, mark(worklog), "key-00001", text="2h"))
    assert list(told) == ([] if allowed else [worklog.id])


def test_what_was_closed_while_jira_answered_is_closed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request reads the database once; a closing of somebody else in between shows only after it reads again."""
    team = scene.site.team("boss", "viewer-1")
    lock = scene.viewer_context.lock
    assert isinstance(lock, PeriodLock)
    monkeypatch.setattr(lock.stores, "renew", lambda: scene.site.close(team, CLOSED, scene.jira.now))
    with pytest.raises(NotAllowed, match="has closed"):
        save_cell(scene.viewer_context, CellEdit(PAY, FRIDAY, "1h", "key-00001"))
    assert scene.jira.worklogs == {}


def test_t02_a_members_day_is_in_his_own_zone(scene: Scene) -> None:
    scene.jira.zones_of["viewer-2"] = zone = ZoneInfo("Pacific/Auckland")
    team = scene.site.team("viewer-1", "viewer-2")
    worklog = scene.put(PAY, MONDAY, HOUR, time(13), author="viewer-2")
    assert worklog.started.astimezone(zone).date() == MONDAY + timedelta(days=1)
    scene.site.close(team, DateSpan(MONDAY, MONDAY), scene.jira.now)
    edit = WorklogEdit(PAY, mark(worklog), "key-00001", day=MONDAY)
    with pytest.raises(NotAllowed, match="has closed"):
        change_worklog(scene.viewer_context, edit)
    change_worklog(scene.viewer_context, replace(edit, key="key-00002", day=None, time=time(8)))


SCOPES = (Scope(), Scope((1,)), Scope(jql="labels = billable"), Scope((1,), "labels = billable"))
ZONES = (BERLIN, ZoneInfo("Pacific/Auckland"), ZoneInfo("America/Los_Angeles"))


class ClosedDays(RuleBasedStateMachine):
    """Writes of every kind, closings and reopenings in any order, while scope, labels, projects and zones change.

    What a closing in force holds never changes, and no write reaches into a closed day, by the scope and the zone of
    today or by the zone of the closing. Both are judged here from what is in Jira before and after each write.
    """

    def __init__(self) -> None:
        super().__init__()
        self.scene, self.number = Scene(), 0
        team = self.scene.site.team("boss", "viewer-1", "viewer-2")
        self.scene.site.role(team, "editor", TeamPermission.MANAGE_WORKLOGS)
        self.scene.site.add(team, "viewer-1", "editor", joined=MONDAY - timedelta(days=10))
        self.scene.jira.labels = {PAY: {"billable"}, OPS: set()}
        self.team_id, self.kept = team.id, dict[str, dict[int, Worklog]]()

    days = st.integers(-9, 6).map(lambda n: MONDAY + timedelta(days=n))
    issues = st.sampled_from([PAY, OPS])
    people = st.sampled_from(["viewer-1", "viewer-2"])
    clocks = st.none() | st.sampled_from([time(0, 30), time(12), time(23, 30)])

    @property
    def team(self) -> Team:
        return self.scene.site.teams.get(self.team_id)

    def attempt(
        self, write: Callable[[ViewerContext, str], object], context: ViewerContext | None = None
    ) -> None:
        """Try a write, and check that it changed no closed day."""
        self.number += 1
        before = dict(self.scene.jira.worklogs)
        with suppress(TimesheetError):
            write(context or self.scene.viewer_context, f"key-{self.number:06}")
        after = self.scene.jira.worklogs
        for number in before.keys() | after.keys():
            was, now = before.get(number), after.get(number)
            if was != now:
                assert not [side for side in (was, now) if side and self.locked(side)], (was, now)

    def some(self, pick: int) -> Worklog | None:
        found = sorted(self.scene.jira.worklogs.values(), key=lambda w: w.id)
        return found[pick % len(found)] if found else None

    def zone(self, author: str) -> ZoneInfo:
        return self.scene.jira.zones_of.get(author) or BERLIN

    def counts(self, issue_id: int) -> bool:
        """Return whether an issue is in the team's scope today."""
        scope = self.team.scope
        in_projects = (
            not scope.project_ids or self.scene.jira.issues[issue_id].project_id in scope.project_ids
        )
        return in_projects and (not scope.jql or "billable" in self.scene.jira.labels[issue_id])

    def locked(self, worklog: Worklog) -> bool:
        """Return whether a closing in force locks it, by the current rules or by what it recorded."""
        member = self.scene.site.teams.member(self.team_id, worklog.author)
        for record in self.scene.site.periods.held.values():
            if record.open:
                continue
            used = next((one.zone for one in record.members if one.account_id == worklog.author), None)
            zones = {self.zone(worklog.author), ZoneInfo(used or "Europe/Berlin")}
            days = {worklog.started.astimezone(zone).date() for zone in zones}
            inside = [day for day in days if day in record.span and member.active_on(day)]
            if worklog.id in record.worklogs or (inside and self.counts(worklog.issue_id)):
                return True
        return False

    @rule(day=days, issue_id=issues, hours=st.integers(0, 3))
    def type_cell(self, day: date, issue_id: int, hours: int) -> None:
        here = [w for w in self.inside(day, day) if w.issue_id == issue_id and w.author == "viewer-1"]
        self.attempt(
            lambda context, key: save_cell(
                context, CellEdit(issue_id, day, f"{hours}h", key, tuple(map(mark, here)))
            )
        )

    @rule(day=days, issue_id=issues, clock=clocks)
    def log(self, day: date, issue_id: int, clock: time | None) -> None:
        self.attempt(lambda context, key: log_time(context, TimeEntry(issue_id, day, "1h", key, clock)))

    @rule(
        pick=st.integers(0, 20), day=st.none() | days, clock=clocks, text=st.none() | st.just("2h"), to=issues
    )
    def change(self, pick: int, day: date | None, clock: time | None, text: str | None, to: int) -> None:
        if worklog := self.some(pick):
            at = worklog.issue_id
            self.attempt(
                lambda context, key: move_worklog(
                    context, MoveWorklog(WorklogEdit(at, mark(worklog), key, day, clock, text=text), to)
                )
            )

    @rule(pick=st.integers(0, 20), again=st.booleans())
    def delete(self, pick: int, again: bool) -> None:
        if worklog := self.some(pick):
            gone: list[WriteResult] = []
            self.attempt(
                lambda context, key: gone.append(
                    delete_worklog(context, DeleteWorklog(worklog.issue_id, mark(worklog), key))
                )
            )
            if again and gone:
                self.attempt(
                    lambda context, key: undo(context, UndoWrites(tuple(offer_undo(context, *gone))))
                )

    @rule(back=st.booleans())
    def copy(self, back: bool) -> None:
        source, target = (WEEK, LAST_WEEK) if back else (LAST_WEEK, WEEK)
        self.attempt(lambda context, key: apply_copy(context, CopyWorklogs(source, target.first, key)))

    @rule(day=days, issue_id=issues, clock=clocks)
    def colleague(self, day: date, issue_id: int, clock: time | None) -> None:
        entry = TimeEntry(issue_id, day, "1h", f"other-{self.number:06}", clock)
        own = self.scene.jira.profile
        self.scene.jira.profile = replace(own, account_id="viewer-2", zone=self.zone("viewer-2"))
        self.attempt(lambda context, _: log_time(context, entry), self.scene.viewer_context_of("viewer-2"))
        self.scene.jira.profile = own

    @rule(first=days, length=st.integers(0, 4))
    def close(self, first: date, length: int) -> None:
        span = DateSpan(first, first + timedelta(days=length))
        self.number += 1
        record_id = f"record-{self.number}"
        held = {w.id: w for w in self.inside(span.first, span.last) if self.counts(w.issue_id)}
        members = tuple(
            MemberRecord(one.account_id, 0, 0, basis_of_stay(one), self.zone(one.account_id).key)
            for one in self.scene.site.teams.members(self.team_id)
        )
        with suppress(TimesheetError):
            self.scene.site.close(self.team, span, self.scene.jira.now, record_id, members, held)
            self.kept[record_id] = {number: self.scene.jira.worklogs[number] for number in held}

    @rule(pick=st.integers(0, 20))
    def reopen(self, pick: int) -> None:
        records = [record for record in self.scene.site.periods.held.values() if not record.open]
        if records:
            record = records[pick % len(records)]
            self.scene.site.periods.reopen(record.id, "boss", self.scene.jira.now)
            del self.kept[record.id]

    @rule(scope=st.sampled_from(SCOPES))
    def change_scope(self, scope: Scope) -> None:
        self.scene.site.teams.teams[self.team_id] = replace(self.team, scope=scope)

    @rule(issue_id=issues, labels=st.sampled_from([(), ("billable",)]))
    def change_labels(self, issue_id: int, labels: tuple[str, ...]) -> None:
        self.scene.jira.labels[issue_id] = set(labels)

    @rule(issue_id=issues, project_id=st.sampled_from([1, 9]))
    def change_project(self, issue_id: int, project_id: int) -> None:
        """Move an issue to another project in Jira, without any cache learning of it."""
        issue = self.scene.jira.issues[issue_id]
        self.scene.jira.issues[issue_id] = replace(issue, project_id=project_id)

    @rule(who=people, zone=st.sampled_from(ZONES))
    def change_zone(self, who: str, zone: ZoneInfo) -> None:
        """Change the zone in the person's Jira profile; their sheets and zones are read again."""
        self.scene.jira.zones_of[who] = zone
        if who == "viewer-1":
            self.scene.jira.profile = replace(self.scene.jira.profile, zone=zone)
            self.scene.viewer_context = self.scene.viewer_context_of("viewer-1")
        self.scene.wait(24 * 3600)

    def inside(self, first: date, last: date) -> list[Worklog]:
        """Return all but the days before the viewer joined, which belong to none of their teams."""
        dated = [
            replace(w, day=w.started.astimezone(self.zone(w.author)).date())
            for w in self.scene.jira.worklogs.values()
        ]
        members = self.scene.site.teams
        return [
            w
            for w in dated
            if first <= w.day <= last and members.member(self.team_id, w.author).active_on(w.day)
        ]

    @invariant()
    def what_closings_hold_stands(self) -> None:
        for held in self.kept.values():
            assert {number: self.scene.jira.worklogs.get(number) for number in held} == held

    @invariant()
    def what_is_locked_is_marked(self) -> None:
        """Check that a sheet read now marks exactly the worklogs that a write would refuse."""
        kept, self.scene.cache = self.scene.cache, PortableCache(now=lambda: self.scene.seconds)
        try:
            context = self.scene.viewer_context_of("viewer-1")
            for span in (LAST_WEEK, WEEK):
                shown = snapshot_at(context, span)
                marked = context.lock.closed(
                    "viewer-1", span, shown.issues.values(), shown.worklogs, context.zone
                )
                for worklog in shown.worklogs:
                    said = marked.of_worklog(worklog, shown.issues[worklog.issue_id])
                    assert bool(said) == self.locked(worklog)
        finally:
            self.scene.cache = kept


def basis_of_stay(member: Member) -> dict[str, str]:
    """Return what a closing records of a member's joining and leaving dates."""
    return {
        name: day.isoformat()
        for name, day in (("joined", member.joined), ("left", member.left))
        if day is not None
    }


ClosedDays.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestClosedDays = ClosedDays.TestCase
