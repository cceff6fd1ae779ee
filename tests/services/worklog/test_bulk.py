"""Changing many worklogs: the plan tells each one's fate, and applying it keeps to that, in parts, once each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from tests.services.support.scene import BERLIN, MONDAY, OPS, PAY, WEEK, Scene, seen
from timesheet.domain.errors import JiraUnavailable, NotAllowed
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.worklog.bulk import CHANGED, THERE, apply_bulk, plan_bulk, stop_bulk
from timesheet.services.worklog.command import BulkAction, BulkEdit, Chosen, UndoWrites
from timesheet.services.worklog.move import RESTRICTED
from timesheet.services.worklog.undo import offer_undo, undo

HOUR = 3600
TUESDAY, FRIDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=4)
KEY = "bulk-0001"


def never() -> bool:
    return False


def edit_of(action: BulkAction, *worklogs: Worklog, **more: Any) -> BulkEdit:
    chosen = tuple(Chosen(worklog.issue_id, seen(worklog)[0]) for worklog in worklogs)
    return BulkEdit(action, chosen, WEEK, KEY, **more)


def three(scene: Scene) -> tuple[Worklog, ...]:
    return (
        scene.put(PAY, MONDAY, HOUR, time(9)),
        scene.put(OPS, MONDAY, 2 * HOUR, time(10)),
        scene.put(PAY, TUESDAY, 3 * HOUR, time(9)),
    )


def test_a_plan_changes_nothing_and_skips_what_is_there_or_changed_meanwhile(scene: Scene) -> None:
    first, second, third = three(scene)
    old = replace(second, updated=second.updated - timedelta(seconds=1))
    plan = plan_bulk(scene.viewer_context, edit_of(BulkAction.MOVE_TO_DAY, third, old, first, day=TUESDAY))
    assert [(line.chosen.seen.worklog_id, line.skip) for line in plan] == [
        (first.id, ""),
        (second.id, CHANGED),
        (third.id, THERE),
    ]
    assert set(scene.jira.worklogs.values()) == {first, second, third}


def test_all_move_to_a_day_at_their_time_and_go_back_in_one_undo(scene: Scene) -> None:
    before = three(scene)
    edit = edit_of(BulkAction.MOVE_TO_DAY, *before, day=FRIDAY)
    progress = apply_bulk(scene.viewer_context, edit, never)
    assert (progress.failed, progress.trouble) == ((), "")
    assert scene.hours() == {(PAY, FRIDAY): [HOUR, 3 * HOUR], (OPS, FRIDAY): [2 * HOUR]}
    assert [w.started.astimezone(BERLIN).time() for w in scene.sheet().worklogs] == [
        time(9),
        time(9),
        time(10),
    ]
    undo(scene.viewer_context, UndoWrites(offer_undo(scene.viewer_context, *progress.writes)))
    assert scene.hours() == {(PAY, MONDAY): [HOUR], (OPS, MONDAY): [2 * HOUR], (PAY, TUESDAY): [3 * HOUR]}


def test_all_move_to_an_issue_except_what_is_there(scene: Scene) -> None:
    edit = edit_of(BulkAction.MOVE_TO_ISSUE, *three(scene), issue_id=OPS)
    assert [line.skip for line in plan_bulk(scene.viewer_context, edit)] == ["", THERE, ""]
    progress = apply_bulk(scene.viewer_context, edit, never)
    assert len(progress.writes) == 2
    assert scene.hours() == {(OPS, MONDAY): [HOUR, 2 * HOUR], (OPS, TUESDAY): [3 * HOUR]}
    undo(scene.viewer_context, UndoWrites(offer_undo(scene.viewer_context, *progress.writes)))
    assert scene.hours() == {(PAY, MONDAY): [HOUR], (OPS, MONDAY): [2 * HOUR], (PAY, TUESDAY): [3 * HOUR]}


def test_what_only_some_may_see_stays_on_its_issue(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR, restricted=True)
    edit = edit_of(BulkAction.MOVE_TO_ISSUE, worklog, issue_id=OPS)
    assert [line.skip for line in plan_bulk(scene.viewer_context, edit)] == [RESTRICTED]
    assert apply_bulk(scene.viewer_context, edit, never).failed == ((worklog.id, RESTRICTED),)
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}


def test_deleting_leaves_what_could_not_come_back(scene: Scene) -> None:
    lost = scene.put(OPS, TUESDAY, HOUR, restricted=True)
    edit = edit_of(BulkAction.DELETE, scene.put(PAY, MONDAY, HOUR), lost)
    plan = plan_bulk(scene.viewer_context, edit)
    assert [bool(line.skip) for line in plan] == [False, True]
    progress = apply_bulk(scene.viewer_context, edit, never)
    assert scene.hours() == {(OPS, TUESDAY): [HOUR]}
    assert [number for number, _ in progress.failed] == [lost.id]
    undo(scene.viewer_context, UndoWrites(offer_undo(scene.viewer_context, *progress.writes)))
    assert scene.hours() == {(PAY, MONDAY): [HOUR], (OPS, TUESDAY): [HOUR]}


def test_a_call_does_its_part_and_the_next_one_goes_on(scene: Scene) -> None:
    edit = edit_of(BulkAction.MOVE_TO_DAY, *three(scene), day=FRIDAY)
    for done in (1, 2, 3, 3):
        assert len(apply_bulk(scene.viewer_context, edit, lambda: True).known) == done
    assert scene.hours() == {(PAY, FRIDAY): [HOUR, 3 * HOUR], (OPS, FRIDAY): [2 * HOUR]}
    assert len([call for call in scene.calls() if call == "update_worklog"]) == 3


def test_stopping_keeps_what_was_done(scene: Scene) -> None:
    edit = edit_of(BulkAction.MOVE_TO_DAY, *three(scene), day=FRIDAY)
    apply_bulk(scene.viewer_context, edit, lambda: True)
    scene.calls()
    assert len(stop_bulk(scene.viewer_context, edit).writes) == 1
    assert scene.calls() == []


@pytest.mark.parametrize(
    ("error", "trouble", "moved"), [(NotAllowed("no"), "", 2), (JiraUnavailable("away"), "away", 1)]
)
def test_a_refusal_stops_nothing_and_a_silent_jira_stops_the_rest(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, error: Exception, trouble: str, moved: int
) -> None:
    first, second, third = three(scene)
    real: Callable[..., Worklog] = scene.jira.update_worklog

    def update(issue_id: int, worklog_id: int, *more: Any) -> Worklog:
        if worklog_id == second.id:
            raise error
        return real(issue_id, worklog_id, *more)

    monkeypatch.setattr(scene.jira, "update_worklog", update)
    edit = edit_of(BulkAction.MOVE_TO_DAY, first, second, third, day=FRIDAY)
    progress = apply_bulk(scene.viewer_context, edit, never)
    assert (len(progress.writes), progress.trouble) == (moved, trouble)
    assert progress.failed == (() if trouble else ((second.id, "no"),))
    monkeypatch.undo()
    assert len(apply_bulk(scene.viewer_context, edit, never).writes) == (3 if trouble else 2)
