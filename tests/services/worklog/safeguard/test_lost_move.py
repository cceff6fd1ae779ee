"""Moves and undos whose response from Jira was lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.services.support.lost_writes import (
    CUT,
    HOUR,
    LATE,
    LOSSES,
    arrive,
    seconds,
    type_cell,
)
from tests.services.support.scene import BARE, MONDAY, OPS, PAY, Scene, seen
from tests.services.support.undoing import take_back
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import EstimateChange, WorklogDraft
from timesheet.services.worklog.command import (
    DeleteWorklog,
    MoveWorklog,
    UndoWrites,
    WorklogEdit,
)
from timesheet.services.worklog.log import change_worklog, delete_worklog, move_worklog
from timesheet.services.worklog.safeguard.lost_write import (
    UNDER_WAY,
)
from timesheet.services.worklog.undo import offer_undo, undo


@LOSSES
@pytest.mark.parametrize("key", ["move-0001", "move-0002"])
@pytest.mark.parametrize(("to", "text"), [(OPS, None), (OPS, "2h"), (BARE, None)])
def test_t32_a_worklog_is_not_moved_again_while_its_first_move_may_arrive(
    scene: Scene, loss: JiraUnavailable, key: str, to: int, text: str | None
) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.jira.failing["create_worklog"] = [loss]
    with pytest.raises(JiraUnavailable):
        move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0001"), OPS))
    again = WorklogEdit(PAY, seen(was)[0], key, text=text)
    with pytest.raises(JiraUnavailable, match="may or may not be saved"):
        move_worklog(scene.viewer_context, MoveWorklog(again, to))
    arrive(scene, WorklogDraft(OPS, was.started, HOUR, "move-0001"))
    if (to, text) == (OPS, None):
        move_worklog(scene.viewer_context, MoveWorklog(again, to))
        assert [(w.issue_id, w.seconds) for w in scene.jira.worklogs.values()] == [(OPS, HOUR)]
    else:
        with pytest.raises(JiraUnavailable, match=f"old worklog {was.id} may still be there"):
            move_worklog(scene.viewer_context, MoveWorklog(again, to))
        assert {w.issue_id for w in scene.jira.worklogs.values()} == {PAY, OPS}


def lost_move(scene: Scene, loss: JiraUnavailable = LATE) -> Worklog:
    """Move a worklog to the other issue; Jira does not answer its creation there. Return the old one."""
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    scene.jira.failing["create_worklog"] = [loss]
    with pytest.raises(JiraUnavailable):
        move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0001"), OPS))
    return was


NEXT: dict[str, Callable[[Scene, Worklog], object]] = {
    "typed over": lambda scene, was: type_cell(scene, "2", was),
    "emptied": lambda scene, was: type_cell(scene, "", was),
    "changed": lambda scene, was: change_worklog(
        scene.viewer_context, WorklogEdit(PAY, seen(was)[0], "next-0001", text="2h")
    ),
    "deleted": lambda scene, was: delete_worklog(
        scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "next-0001")
    ),
}


@LOSSES
@pytest.mark.parametrize("act", NEXT)
def test_t32_the_old_worklog_waits_while_its_move_may_still_arrive(
    scene: Scene, act: str, loss: JiraUnavailable
) -> None:
    was = lost_move(scene, loss)
    with pytest.raises(JiraUnavailable, match="has not answered an earlier change of this worklog") as unsure:
        NEXT[act](scene, was)
    assert unsure.value.wrote_maybe
    assert list(scene.jira.worklogs.values()) == [was]
    scene.wait(UNDER_WAY.total_seconds())
    NEXT[act](scene, was)
    assert seconds(scene) == ([] if act in ("emptied", "deleted") else [2 * HOUR])


@pytest.mark.parametrize("act", ["typed over", "changed"])
def test_t32_the_old_worklog_is_not_changed_once_its_move_has_arrived(scene: Scene, act: str) -> None:
    was = lost_move(scene)
    arrive(scene, WorklogDraft(OPS, was.started, HOUR, "move-0001"))
    with pytest.raises(JiraUnavailable, match=f"old worklog {was.id} may still be there"):
        NEXT[act](scene, was)
    assert scene.hours() == {(PAY, MONDAY): [HOUR], (OPS, MONDAY): [HOUR]}, "both are shown, to choose one"
    NEXT[act](scene, was)
    assert seconds(scene) == [2 * HOUR, HOUR]


@pytest.mark.parametrize("act", ["emptied", "deleted"])
def test_t32_deleting_the_old_worklog_completes_a_move_that_has_arrived(scene: Scene, act: str) -> None:
    was = lost_move(scene)
    arrive(scene, WorklogDraft(OPS, was.started, HOUR, "move-0001"))
    NEXT[act](scene, was)
    assert scene.hours() == {(OPS, MONDAY): [HOUR]}
    recorded = [intent.action for step, intent, _ in scene.journal.steps if step == "finish"]
    assert recorded == [Action.WORKLOG_CREATED, Action.WORKLOG_DELETED]


def test_t32_a_move_that_never_arrived_holds_up_no_other_one_for_ever(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.jira.failing["create_worklog"] = [CUT]
    with pytest.raises(JiraUnavailable):
        move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0001"), OPS))
    scene.wait(UNDER_WAY.total_seconds())
    move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0002"), BARE))
    assert [(w.issue_id, w.seconds) for w in scene.jira.worklogs.values()] == [(BARE, HOUR)]


@LOSSES
def test_t32_an_undo_that_is_tried_again_waits_for_what_may_still_arrive(
    scene: Scene, loss: JiraUnavailable
) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    tokens = offer_undo(scene.viewer_context, type_cell(scene, "", was))
    scene.jira.failing["create_worklog"] = [loss]
    again = undo(scene.viewer_context, UndoWrites(tuple(tokens))).again
    [waiting] = undo(scene.viewer_context, UndoWrites(tuple(again))).not_undone
    assert "may or may not be saved" in waiting.reason
    with pytest.raises(JiraUnavailable, match="may or may not be saved"):
        type_cell(scene, "1", key="key-0009")
    [intent] = scene.journal.unfinished()
    arrive(scene, WorklogDraft(PAY, was.started, HOUR, intent.write_key))
    undo(scene.viewer_context, UndoWrites(tuple(again)))
    assert seconds(scene) == [HOUR]


def test_t32_a_move_that_is_tried_again_finds_what_was_lost(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.jira.lost = [LATE]
    with pytest.raises(JiraUnavailable):
        move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0001"), OPS))
    move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0002"), OPS))
    assert [(w.issue_id, w.seconds) for w in scene.jira.worklogs.values()] == [(OPS, HOUR)]


def test_t32_an_undo_that_is_tried_again_finds_what_was_lost(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    tokens = offer_undo(scene.viewer_context, type_cell(scene, "", was))
    scene.jira.lost = [LATE]
    [kept] = undo(scene.viewer_context, UndoWrites(tuple(tokens))).not_undone
    assert kept.reason == "Late."
    undo(scene.viewer_context, UndoWrites(tuple(tokens)))
    undo(scene.viewer_context, UndoWrites(tuple(tokens)))
    assert seconds(scene) == [HOUR]


def move_with_late_deletion(scene: Scene, move: MoveWorklog) -> None:
    """Move a worklog; Jira does not answer the deletion of the old one, which arrives afterward."""
    scene.jira.failing["delete_worklog"] = [CUT]
    with pytest.raises(JiraUnavailable, match="may still be there"):
        move_worklog(scene.viewer_context, move)
    del scene.jira.worklogs[move.edit.seen.worklog_id]


def test_t32_a_move_whose_deletion_arrived_late_is_complete_when_it_is_tried_again(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    move = MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0001"), OPS)
    move_with_late_deletion(scene, move)
    saved = move_worklog(scene.viewer_context, move)
    assert saved.worklog
    assert scene.hours() == {(OPS, MONDAY): [HOUR]}
    assert take_back(scene, saved).not_undone == ()
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}
    assert scene.journal.unfinished() == []


@pytest.mark.parametrize(("to", "text"), [(OPS, "2h"), (BARE, None), (BARE, "2h")])
def test_t32_what_was_changed_in_the_form_since_a_move_arrived_is_saved_too(
    scene: Scene, to: int, text: str | None
) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    edit = WorklogEdit(PAY, seen(was)[0], "move-0001", estimate=EstimateChange("new", HOUR))
    move_with_late_deletion(scene, MoveWorklog(edit, OPS))
    saved = move_worklog(scene.viewer_context, MoveWorklog(replace(edit, text=text), to))
    assert saved.worklog
    assert saved.worklog.issue_id == to
    assert scene.hours() == {(to, MONDAY): [2 * HOUR if text else HOUR]}


def test_t32_a_move_is_complete_when_its_late_deletion_was_settled_before_it_is_tried_again(
    scene: Scene,
) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    move = MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0001"), OPS)
    move_with_late_deletion(scene, move)
    [intent] = scene.journal.unfinished()
    scene.journal.finish(intent.settled(), None)
    saved = move_worklog(scene.viewer_context, move)
    assert saved.worklog
    assert scene.hours() == {(OPS, MONDAY): [HOUR]}
