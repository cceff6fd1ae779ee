"""A move to another issue with every change that the dialog allows."""

from __future__ import annotations

from datetime import time, timedelta
from random import Random
from typing import Any

import pytest

from tests.services.support.lagging_jira import LOST, LaggingJira
from tests.services.support.scene import BERLIN, MONDAY, OPS, PAY, Scene, seen
from timesheet.domain.attribute.attribute import Attribute, Kind
from timesheet.domain.attribute.values import PROPERTY
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotAllowed, NotFound
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import TeamPermission
from timesheet.services.ports.jira import EstimateChange
from timesheet.services.worklog.command import MoveWorklog, WorklogEdit
from timesheet.services.worklog.log import move_worklog
from timesheet.services.worklog.safeguard.lost_write import MOVED_TWICE
from timesheet.services.worklog.write_result import WriteResult

HOUR = 3600
TEXT = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "as it was"}]}],
}


def move(scene: Scene, **changes: Any) -> WriteResult:
    was = scene.put(PAY, MONDAY, HOUR, comment=TEXT)
    return move_worklog(
        scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0001", **changes), OPS)
    )


def test_a_bare_move_keeps_everything(scene: Scene) -> None:
    made = move(scene).worklog
    assert made is not None
    assert (made.issue_id, made.day, made.seconds, made.comment) == (OPS, MONDAY, HOUR, TEXT)
    assert list(scene.jira.worklogs) == [made.id]


def test_a_move_takes_along_what_is_kept_with_the_worklog(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR, properties={"other": 1, PROPERTY: {"ticket": "A"}})
    scene.site.attributes.stored = [Attribute("ticket", "Ticket", Kind.TEXT, everywhere=True, version=1)]
    edit = WorklogEdit(PAY, seen(was)[0], "move-0001", attributes=(("ticket", "B"),))
    made = move_worklog(scene.viewer_context, MoveWorklog(edit, OPS)).worklog
    assert made is not None
    assert made.properties == {"other": 1, PROPERTY: {"ticket": "B"}}


def test_only_its_author_can_move_a_worklog(scene: Scene) -> None:
    team = scene.site.team("boss", "viewer-2")
    scene.site.role(team, "editor", TeamPermission.MANAGE_WORKLOGS)
    scene.site.add(team, "viewer-1", "editor")
    was = scene.put(PAY, MONDAY, HOUR, author="viewer-2")
    with pytest.raises(InvalidInput, match="only its author can move it"):
        move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0001"), OPS))
    assert scene.jira.worklogs == {was.id: was}


def test_a_worklog_that_only_some_people_see_is_not_moved(scene: Scene) -> None:
    """The new one would be visible to everybody."""
    was = scene.put(PAY, MONDAY, HOUR, restricted=True)
    with pytest.raises(InvalidInput, match="visible to some people only"):
        move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0001"), OPS))
    assert scene.jira.worklogs == {was.id: was}


def test_nothing_is_created_for_a_worklog_that_a_closed_day_holds(scene: Scene) -> None:
    team = scene.site.team("boss", "viewer-1")
    scene.site.close(team, DateSpan(MONDAY, MONDAY), scene.jira.now)
    with pytest.raises(NotAllowed, match="has closed"):
        move(scene, day=MONDAY + timedelta(days=1))
    assert "create_worklog" not in scene.calls()


@pytest.mark.parametrize("way", [EstimateChange(), EstimateChange("new", 5 * HOUR)])
def test_a_refused_move_leaves_both_estimates_as_they_were(scene: Scene, way: EstimateChange) -> None:
    scene.jira.failing["delete_worklog"] = [NotAllowed("No.")]
    with pytest.raises(NotAllowed):
        move(scene, estimate=way)
    assert (scene.jira.issues[PAY].remaining_seconds, scene.jira.issues[OPS].remaining_seconds) == (
        6 * HOUR,
        HOUR,
    )


def test_a_refused_move_can_be_sent_again(scene: Scene) -> None:
    was = scene.put(PAY, MONDAY, HOUR)
    command = MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0001"), OPS)
    for _ in range(2):
        scene.jira.failing["delete_worklog"] = [NotAllowed("No.")]
        with pytest.raises(NotAllowed, match="No"):
            move_worklog(scene.viewer_context, command)
        assert scene.hours() == {(PAY, MONDAY): [HOUR]}
    moved = move_worklog(scene.viewer_context, command).worklog
    assert moved
    assert list(scene.jira.worklogs.values()) == [moved]
    assert moved.issue_id == OPS


def test_a_move_that_can_neither_be_finished_nor_taken_back_names_both_worklogs(scene: Scene) -> None:
    scene.jira.failing["delete_worklog"] = [NotAllowed("No."), NotAllowed("No.")]
    with pytest.raises(JiraUnavailable) as failed:
        move(scene)
    old, new = scene.jira.worklogs.values()
    assert (old.issue_id, new.issue_id) == (PAY, OPS)
    assert failed.value.sentence == MOVED_TWICE.format(old=old.id, new=new.id)


def test_the_new_worklog_stays_if_jira_finds_no_old_one_to_delete(scene: Scene) -> None:
    """A server in between may have sent the deletion twice, so that the second one found nothing."""
    was = scene.put(PAY, MONDAY, HOUR)
    scene.sheet()
    delete = scene.jira.delete_worklog

    def delete_twice(issue_id: int, worklog_id: int, estimate: EstimateChange) -> None:
        delete(issue_id, worklog_id, estimate)
        raise NotFound("Gone.")

    scene.jira.delete_worklog = delete_twice  # type: ignore[method-assign]
    with pytest.raises(JiraUnavailable) as failed:
        move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0001"), OPS))
    [new] = scene.jira.worklogs.values()
    assert failed.value.sentence == MOVED_TWICE.format(old=was.id, new=new.id)
    assert scene.hours() == {(OPS, MONDAY): [HOUR]}, "the sheet shows what Jira has"


def test_a_move_brings_its_changes_along(scene: Scene) -> None:
    made = move(scene, day=MONDAY + timedelta(days=1), time=time(14), text="20m", comment="new").worklog
    assert made is not None
    assert (made.seconds, made.started.astimezone(BERLIN).time()) == (1200, time(14))
    assert made.comment is not None
    assert made.comment["content"][0]["content"][0]["text"] == "new"


@pytest.mark.parametrize(
    ("way", "left_behind", "left_there"),
    [
        (EstimateChange(), 7 * HOUR, 0),
        (EstimateChange("leave"), 6 * HOUR, HOUR),
        (EstimateChange("new", 5 * HOUR), 7 * HOUR, 5 * HOUR),
    ],
)
def test_t31_both_estimates_follow_a_move(
    scene: Scene, way: EstimateChange, left_behind: int, left_there: int
) -> None:
    move(scene, estimate=way)
    assert scene.jira.issues[PAY].remaining_seconds == left_behind
    assert scene.jira.issues[OPS].remaining_seconds == left_there


def test_a_move_with_a_bad_time_moves_nothing(scene: Scene) -> None:
    with pytest.raises(InvalidInput):
        move(scene, text="0")
    assert [worklog.issue_id for worklog in scene.jira.worklogs.values()] == [PAY]


@pytest.mark.parametrize("seed", range(20))
def test_an_old_worklog_whose_deletion_was_lost_is_not_shown_beside_the_new_one(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Search may still find the old one; its issue is read by itself."""
    plain = scene.jira
    scene.jira = jira = LaggingJira(plain.profile, plain.now, issues=plain.issues, chance=Random(seed))
    scene.viewer_context = scene.viewer_context_of("viewer-1")
    was = jira.put(scene.put(PAY, MONDAY, HOUR))
    scene.wait(3600)
    scene.sheet(refresh=True)
    real = jira.delete_worklog

    def lose(*values: Any) -> None:
        real(*values)
        raise LOST

    monkeypatch.setattr(jira, "delete_worklog", lose)
    with pytest.raises(JiraUnavailable, match=f"old worklog {was.id} may still be there"):
        move_worklog(scene.viewer_context, MoveWorklog(WorklogEdit(PAY, seen(was)[0], "move-0001"), OPS))
    for _ in range(3):
        assert scene.hours() == {(OPS, MONDAY): [HOUR]}
        scene.wait(5)
