"""Changes to worklogs, and events about them, for tests of the change log."""

from __future__ import annotations

from tests.services.support.scene import Scene
from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import Snapshot
from timesheet.services.snapshot.change import WorklogEvent, WorklogState

HOUR = 3600
VIEWER = "viewer-1"


def snapshot(scene: Scene, *worklogs: Worklog) -> Snapshot:
    issues = {worklog.issue_id: scene.jira.issues[worklog.issue_id] for worklog in worklogs}
    return Snapshot(tuple(worklogs), issues, scene.jira.now)


def change(scene: Scene, worklog: Worklog, gone: bool = False) -> WorklogState:
    issue = scene.jira.issues[worklog.issue_id]
    return WorklogState(worklog.id, None if gone else worklog, scene.jira.now, issue)


def event_about(scene: Scene, worklog: Worklog, worklog_id: int | None = None) -> WorklogEvent:
    number = worklog.id if worklog_id is None else worklog_id
    return WorklogEvent(number, worklog.issue_id, epoch_ms(worklog.updated), worklog.started, scene.jira.now)
