"""Writes that Jira does not answer, or answers with a response that is lost."""

from __future__ import annotations

import pytest

from tests.services.support.scene import MONDAY, PAY, Scene, seen
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import WorklogChange, WorklogDraft
from timesheet.services.worklog.cell import save_cell
from timesheet.services.worklog.command import (
    CellEdit,
)
from timesheet.services.worklog.write_result import WriteResult

HOUR = 3600
LATE = JiraUnavailable("Late.", status=504, wrote_maybe=True)
CUT = JiraUnavailable("Cut off.", wrote_maybe=True)
LOSSES = pytest.mark.parametrize("loss", [LATE, CUT], ids=["late", "cut"])


def type_cell(
    scene: Scene, text: str, *was: Worklog, key: str = "key-0001", tried: tuple[str, ...] = ()
) -> WriteResult:
    return save_cell(scene.viewer_context, CellEdit(PAY, MONDAY, text, key, seen(*was), tried))


def late_post(
    scene: Scene, text: str = "1", key: str = "key-0001", loss: JiraUnavailable = LATE
) -> WorklogDraft:
    """Type into the empty cell; Jira does not answer. What it was sent is returned, to arrive later."""
    scene.jira.failing["create_worklog"] = [loss]
    with pytest.raises(JiraUnavailable):
        type_cell(scene, text, key=key)
    [intent] = scene.journal.unfinished()
    assert intent.started
    return WorklogDraft(PAY, intent.started, int(str(intent.wanted["seconds"])), key)


def lost_post(scene: Scene) -> Worklog:
    """Type into the empty cell; Jira has written it, and its answer is lost."""
    scene.jira.lost = [LATE]
    with pytest.raises(JiraUnavailable):
        type_cell(scene, "1")
    return list(scene.jira.worklogs.values())[-1]


def arrive(scene: Scene, draft: WorklogDraft) -> None:
    scene.jira.create_worklog(draft, scene.viewer_context.own_zones)


def seconds(scene: Scene) -> list[int]:
    return [worklog.seconds for worklog in scene.jira.worklogs.values()]


def lost_put(scene: Scene, was: Worklog, *, arrives: bool) -> None:
    """Type over a worklog; the answer is lost, whether Jira has changed it or not."""
    scene.jira.failing["update_worklog"] = [LATE]
    with pytest.raises(JiraUnavailable):
        type_cell(scene, "2", was)
    if arrives:
        put_arrives(scene, was)


def put_arrives(scene: Scene, was: Worklog, text: str = "2") -> None:
    scene.jira.update_worklog(
        PAY, was.id, WorklogChange(seconds=int(text) * HOUR), scene.viewer_context.own_zones
    )
