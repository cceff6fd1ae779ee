"""Undo, as tests call it, and the state of Jira that they compare."""

from __future__ import annotations

from tests.services.support.scene import Scene, seen
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.worklog.command import (
    UndoWrites,
    WorklogEdit,
)
from timesheet.services.worklog.log import change_worklog
from timesheet.services.worklog.undo import (
    Undone,
    offer_undo,
    undo,
)
from timesheet.services.worklog.write_result import WriteResult


def take_back(scene: Scene, *saved: WriteResult) -> Undone:
    return undo(scene.viewer_context, UndoWrites(tuple(offer_undo(scene.viewer_context, *saved))))


def content(scene: Scene) -> list[tuple[int, object, int, object]]:
    worklogs = scene.jira.worklogs.values()
    return sorted((w.issue_id, w.started, w.seconds, w.comment) for w in worklogs)


def left(scene: Scene) -> dict[int, int | None]:
    return {number: issue.remaining_seconds for number, issue in scene.jira.issues.items()}


def changed_to(scene: Scene, worklog: Worklog, text: str) -> WriteResult:
    key = f"key-{worklog.id}-{text}"
    return change_worklog(
        scene.viewer_context, WorklogEdit(worklog.issue_id, seen(worklog)[0], key, text=text)
    )


def reasons(undone: Undone) -> list[str]:
    """Return why writes were not reversed."""
    return [kept.reason for kept in undone.not_undone]
