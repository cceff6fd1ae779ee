"""The changes of a window of worklogs between reads."""

from __future__ import annotations

from typing import Any

from tests.services.support.scene import Scene
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import STALE, MayLack, Snapshot
from timesheet.services.snapshot.webhook import note_worklog_event
from timesheet.services.viewer.profile import read_profile


def send_event(scene: Scene, name: str, payload: dict[str, Any], site: str = "site-1") -> None:
    note_worklog_event(scene.cache, site, name, payload, scene.viewer_context.clock)


def warm(scene: Scene) -> None:
    read_profile(scene.viewer_context)
    scene.sheet()
    scene.calls()


def hide(scene: Scene, *worklogs: Worklog) -> None:
    """Hide these from Jira's search, because it lags or their project is archived."""
    scene.jira.hidden_lag = {worklog.id for worklog in worklogs}


def ids(snapshot: Snapshot) -> set[int]:
    return {worklog.id for worklog in snapshot.worklogs}


def is_stale(read: MayLack) -> bool:
    """Return True if Jira could not be reached and this is an older read."""
    return STALE in {part.code for part in read.missing}
