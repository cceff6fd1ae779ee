"""A closed day stays as it was closed, whichever way a write takes; others' worklogs need a permission."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.services.support.closing import CLOSED, FRIDAY, HOUR, LAST_WEEK, holding, in_auckland, mark
from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene, seen
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotAllowed, TimesheetError
from timesheet.domain.period.closed_day import ALL_OPEN
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope, TeamPermission
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.period.lock import PeriodLock
from timesheet.services.timesheet.command import CopyWorklogs
from timesheet.services.timesheet.copy import apply_copy, plan_copy
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
from timesheet.services.worklog.safeguard.seen import SeenWorklog
from timesheet.services.worklog.undo import offer_undo, undo


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
        "lead, a team administrator, or a member with “Manage this team” can reopen it"
        in refused.value.sentence
    )


ARCHIVED = "The team is archived. Its lead or a team administrator can restore it and then reopen the period."


def test_an_archived_team_stays_closed_and_says_what_comes_first(closed: Scene) -> None:
    worklog = closed.put(PAY, FRIDAY, HOUR)
    for team_id, team in closed.site.teams.teams.items():
        closed.site.teams.teams[team_id] = replace(team, archived=True)
    for write in (WRITES["cell"], WRITES["change"]):
        with pytest.raises(NotAllowed, match=re.escape(ARCHIVED)):
            write(closed, worklog)


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
    assert (undone.saved, "has closed" in undone.not_undone[0].reason) == ((), True)


def test_an_undo_comes_too_late_for_a_closed_day(scene: Scene) -> None:
    worklog = scene.put(PAY, FRIDAY, HOUR)
    tokens = offer_undo(
        scene.viewer_context,
        delete_worklog(scene.viewer_context, DeleteWorklog(PAY, mark(worklog), "key-00001")),
    )
    scene.site.close(scene.site.team("boss", "viewer-1"), CLOSED, scene.jira.now)
    assert "has closed" in undo(scene.viewer_context, UndoWrites(tuple(tokens))).not_undone[0].reason
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
        scene.site.teams.stored.clear()
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
    scene.site.teams.stored.clear()
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


def test_while_jira_cannot_say_nothing_is_written_into_a_closed_period(scene: Scene) -> None:
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


@pytest.mark.parametrize("jql", ["broken", "key = former-0123456789abcdef0123456789abcdef"])
def test_a_scope_that_cannot_be_read_keeps_the_day_closed(scene: Scene, jql: str) -> None:
    team = scene.site.team("boss", "viewer-1", scope=Scope(jql=jql))
    scene.site.close(team, CLOSED, scene.jira.now)
    with pytest.raises(NotAllowed, match="fix the team’s scope") as refused:
        log_time(scene.viewer_context, TimeEntry(PAY, FRIDAY, "1h", "key-00001"))
    assert (refused.value.layer, refused.value.permission) == ("team", "Manage this team")


@pytest.mark.parametrize("archived", [False, True])
def test_a_refusal_does_not_speak_of_a_team_of_the_author_that_the_viewer_does_not_know(
    scene: Scene, archived: bool
) -> None:
    known = scene.site.team("boss", "viewer-1", "viewer-2")
    scene.site.team("boss", "viewer-2", team_id="unknown")
    if archived:
        scene.site.role(known, "editor", TeamPermission.MANAGE_WORKLOGS)
        scene.site.add(known, "viewer-1", "editor")
        scene.site.teams.teams[known.id] = replace(known, archived=True)
    worklog = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    [reason] = scene.viewer_context.lock.unmanaged([(worklog, {MONDAY})], scene.jira.issues).values()
    with pytest.raises(NotAllowed) as refused:
        change_worklog(scene.viewer_context, WorklogEdit(PAY, mark(worklog), "key-00001", text="2h"))
    assert reason == refused.value.sentence
    assert ("is archived" if archived else "in a team that has its author") in reason
    assert refused.value.permission == ("" if archived else "Manage worklogs")


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


def latest(scene: Scene, worklog: Worklog) -> SeenWorklog:
    return SeenWorklog(worklog.id, scene.jira.worklogs[worklog.id].updated)


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


@pytest.mark.parametrize("jql", ["broken", "key = former-0123456789abcdef0123456789abcdef"])
def test_a_refused_scope_grants_nothing_and_another_team_may(scene: Scene, jql: str) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    edit = WorklogEdit(PAY, mark(worklog), "key-00001", text="2h")
    scene.site.team("viewer-1", "viewer-2", scope=Scope(jql=jql))
    with pytest.raises(NotAllowed, match="somebody else’s"):
        change_worklog(scene.viewer_context, edit)
    scene.site.team("viewer-1", "viewer-2", team_id="beta")
    change_worklog(scene.viewer_context, replace(edit, key="key-00002"))
    assert scene.jira.worklogs[worklog.id].seconds == 2 * HOUR


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
def test_the_lock_decides_in_advance_as_at_the_write_for_worklogs_of_others(
    scene: Scene, lead: str, scope: Scope, allowed: bool
) -> None:
    scene.site.team(lead, "viewer-1", "viewer-2", scope=scope)
    worklog = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    issues = {PAY: replace(scene.jira.issues[PAY], project_id=1)}
    reasons = scene.viewer_context.lock.unmanaged([(worklog, {MONDAY})], issues)
    with nullcontext() if allowed else pytest.raises(NotAllowed):
        change_worklog(scene.viewer_context, WorklogEdit(PAY, mark(worklog), "key-00001", text="2h"))
    assert list(reasons) == ([] if allowed else [worklog.id])


def test_what_was_closed_while_jira_answered_is_closed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request reads the database once; a closing of somebody else in between shows only after it reads again."""
    team = scene.site.team("boss", "viewer-1")
    lock = scene.viewer_context.lock
    assert isinstance(lock, PeriodLock)
    monkeypatch.setattr(lock.stores, "renew", lambda: scene.site.close(team, CLOSED, scene.jira.now))
    with pytest.raises(NotAllowed, match="has closed"):
        save_cell(scene.viewer_context, CellEdit(PAY, FRIDAY, "1h", "key-00001"))
    assert scene.jira.worklogs == {}


def test_t02_a_members_day_is_in_their_own_zone(scene: Scene) -> None:
    scene.jira.zones_of["viewer-2"] = zone = ZoneInfo("Pacific/Auckland")
    team = scene.site.team("viewer-1", "viewer-2")
    worklog = scene.put(PAY, MONDAY, HOUR, time(13), author="viewer-2")
    assert worklog.started.astimezone(zone).date() == MONDAY + timedelta(days=1)
    scene.site.close(team, DateSpan(MONDAY, MONDAY), scene.jira.now)
    edit = WorklogEdit(PAY, mark(worklog), "key-00001", day=MONDAY)
    with pytest.raises(NotAllowed, match="has closed"):
        change_worklog(scene.viewer_context, edit)
    change_worklog(scene.viewer_context, replace(edit, key="key-00002", day=None, time=time(8)))


def test_a_deleted_issue_among_others_does_not_make_the_others_unmanaged(scene: Scene) -> None:
    scene.site.team("viewer-1", "viewer-2", scope=Scope(jql="key = PAY-12"))
    worklog, gone = (scene.put(issue_id, MONDAY, HOUR, author="viewer-2") for issue_id in (PAY, OPS))
    issues = dict(scene.jira.issues)
    del scene.jira.issues[OPS]
    reasons = scene.viewer_context.lock.unmanaged([(one, {MONDAY}) for one in (worklog, gone)], issues)
    assert list(reasons) == [gone.id]


def test_a_deleted_issue_among_others_does_not_hide_that_their_days_are_closed(scene: Scene) -> None:
    team = scene.site.team("boss", "viewer-1", scope=Scope(jql="key = PAY-12"))
    scene.site.close(team, CLOSED, scene.jira.now)
    pay, gone = scene.jira.issues[PAY], scene.jira.issues.pop(OPS)
    closed = scene.viewer_context.lock.closed("viewer-1", CLOSED, [pay, gone])
    assert (bool(closed.of_cell(FRIDAY, pay, ())), bool(closed.of_cell(FRIDAY, gone, ()))) == (True, False)
