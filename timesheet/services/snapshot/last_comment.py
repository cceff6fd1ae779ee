"""The comment that the viewer used last on an issue."""

from __future__ import annotations

from timesheet.domain.worklog.adf import adf_to_text
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.snapshot.issue import recent_snapshots
from timesheet.services.viewer.context import ViewerContext


def last_comment(context: ViewerContext, issue_id: int) -> str:
    """Return the comment of the viewer's latest worklog on an issue, as far as it is cached; empty if none has one.

    That of a restricted worklog is left out, because Jira shows a new one to more people.
    """
    read: dict[int, Worklog] = {}
    for snapshot in recent_snapshots(context):
        for one in snapshot.worklogs:
            if one.issue_id == issue_id:
                read.setdefault(one.id, one)
    latest = sorted(read.values(), key=lambda one: (one.updated, one.id), reverse=True)
    texts = (adf_to_text(one.comment).strip() for one in latest if not one.restricted)
    return next(filter(None, texts), "")
