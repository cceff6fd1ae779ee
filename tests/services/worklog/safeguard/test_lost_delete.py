"""Deletions whose response from Jira was lost: they are found, and nothing overtakes them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.support.lost_writes import (
    HOUR,
    LATE,
    LOSSES,
    seconds,
    type_cell,
)
from tests.services.support.scene import MONDAY, PAY, Scene, seen
from tests.services.support.undoing import take_back
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import Conflict, JiraUnavailable
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import EstimateChange
from timesheet.services.snapshot.change_log import cached_snapshots
from timesheet.services.snapshot.issue import get_issue, get_issues
from timesheet.services.worklog.command import (
    DeleteWorklog,
)
from timesheet.services.worklog.log import delete_worklog
from timesheet.services.worklog.safeguard.lost_write import (
    deleted_by_lost_write,
)
from timesheet.services.worklog.safeguard.settle import SETTLED_AFTER, Settled, settle
from timesheet.services.worklog.write_result import NOTHING_TO_DELETE


def lost_delete(scene: Scene, was: Worklog, *, arrives: bool, loss: JiraUnavailable = LATE) -> None:
    scene.jira.failing["delete_worklog"] = [loss]
    with pytest.raises(JiraUnavailable):
        type_cell(scene, "", was)
    if arrives:
        scene.jira.delete_worklog(PAY, was.id, EstimateChange())


@pytest.mark.parametrize("text", ["", "2"])
def test_what_the_viewers_own_lost_deletion_took_is_not_a_conflict(scene: Scene, text: str) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    lost_delete(scene, was, arrives=True)
    saved = type_cell(scene, text, was, key="key-0002")
    assert (saved.worklog and saved.worklog.seconds) == (2 * HOUR if text else None)
    assert seconds(scene) == ([2 * HOUR] if text else [])
    assert scene.hours() == ({(PAY, MONDAY): [2 * HOUR]} if text else {})
    assert scene.journal.unfinished() == []


def test_a_lost_deletion_did_not_happen_although_somebody_else_changed_the_worklog(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    lost_delete(scene, was, arrives=False)
    scene.wait(1)
    now = scene.jira.worklogs[was.id] = replace(was, seconds=3 * HOUR, updated=scene.jira.now)
    type_cell(scene, "2", now, key="key-0002")
    finished = [intent.action for step, intent, _ in scene.journal.steps if step == "finish"]
    assert finished == [Action.WORKLOG_CHANGED]
    later = scene.jira.now + SETTLED_AFTER * 2
    assert settle(scene.journal, lambda _: scene.jira, scene.cache_of, later) == Settled(dropped=1)


def test_a_lost_deletion_that_is_found_brings_the_estimate_that_jira_has_now(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    [before] = get_issues(scene.viewer_context, [PAY])
    lost_delete(scene, was, arrives=True)
    type_cell(scene, "", was, key="key-0002")
    [after] = get_issues(scene.viewer_context, [PAY])
    assert after.remaining_seconds == scene.jira.issues[PAY].remaining_seconds != before.remaining_seconds


def test_a_conflict_brings_the_estimate_that_jira_has_now(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    get_issues(scene.viewer_context, [PAY])
    scene.wait(1)
    scene.jira.worklogs[was.id] = replace(was, seconds=3 * HOUR, updated=scene.jira.now)
    scene.jira.issues[PAY] = replace(scene.jira.issues[PAY], remaining_seconds=4 * HOUR)
    with pytest.raises(Conflict):
        type_cell(scene, "2", was)
    [after] = get_issues(scene.viewer_context, [PAY])
    assert after.remaining_seconds == 4 * HOUR


@LOSSES
def test_a_deletion_that_may_still_arrive_is_not_overtaken(scene: Scene, loss: JiraUnavailable) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    lost_delete(scene, was, arrives=False, loss=loss)
    with pytest.raises(JiraUnavailable, match="has not answered an earlier change"):
        type_cell(scene, "2", was, key="key-0002")
    type_cell(scene, "", was, key="key-0003")
    assert seconds(scene) == []


def test_a_lost_deletion_of_the_dialog_or_a_list_is_found(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    lost_delete(scene, was, arrives=True)
    saved = delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "key-0002"))
    assert (saved.worklog, saved.removed, saved.issues) == (None, was, (PAY,))
    assert saved.issue == scene.jira.issues[PAY], "the message names it"
    assert take_back(scene, saved).not_undone == ()
    assert seconds(scene) == [HOUR]


def test_a_lost_deletion_of_a_cell_that_is_found_can_be_undone(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    lost_delete(scene, was, arrives=True)
    saved = type_cell(scene, "", was, key="key-0002")
    assert saved.changed
    assert take_back(scene, saved).not_undone == ()
    assert scene.hours() == {(PAY, MONDAY): [HOUR]}


def test_a_lost_deletion_of_which_nothing_is_known_anymore_is_found_without_an_undo(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    lost_delete(scene, was, arrives=True)
    scene.wait(901)
    saved = delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "key-0002"))
    assert (saved.worklog, saved.removed, saved.issue, saved.steps) == (None, None, None, ())


def test_what_somebody_else_deleted_is_not_called_deleted_by_the_viewer(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    del scene.jira.worklogs[was.id]
    with pytest.raises(Conflict, match="no longer in Jira"):
        type_cell(scene, "2", was)
    emptied = type_cell(scene, "", was, key="key-0002")
    assert (emptied.changed, emptied.steps) == (False, ())
    deleted = delete_worklog(scene.viewer_context, DeleteWorklog(PAY, seen(was)[0], "key-0003"))
    assert (deleted.changed, deleted.steps, deleted.notes) == (False, (), (NOTHING_TO_DELETE,))


def test_what_was_gone_and_is_shown_again_is_deleted(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    hidden = scene.jira.worklogs.pop(was.id)
    delete = DeleteWorklog(PAY, seen(was)[0], "key-0001")
    assert not delete_worklog(scene.viewer_context, delete).changed
    scene.jira.worklogs[was.id] = hidden
    assert delete_worklog(scene.viewer_context, delete).changed
    assert scene.jira.worklogs == {}


def test_a_deletion_whose_answer_was_lost_leaves_the_sheet_and_moves_the_estimate(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    assert not deleted_by_lost_write(scene.viewer_context, PAY, was.id)
    lost_delete(scene, was, arrives=True)
    scene.calls()
    assert deleted_by_lost_write(scene.viewer_context, PAY, was.id)
    assert scene.calls() == ["read_issue"]
    shown = cached_snapshots(scene.own_cache)
    assert [snapshot.worklogs for snapshot in shown] == [()]
    assert get_issue(scene.viewer_context, PAY).remaining_seconds == 7 * HOUR
    assert not deleted_by_lost_write(scene.viewer_context, PAY, was.id)
