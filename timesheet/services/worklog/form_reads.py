"""Begin what the worklog form and its saves need from Jira, so that these calls run at the same time."""

from __future__ import annotations

from timesheet.services.snapshot.issue import get_issue
from timesheet.services.snapshot.row_lock import read_row_lock
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.profile import begin_profile, prepare_time_tracking


def begin_form_reads(context: ViewerContext, issue_id: int | None = None) -> None:
    """Begin to read what is unknown: the viewer's account, the length of a day, and whether an issue takes time."""
    begin_profile(context)
    prepare_time_tracking(context)
    if issue_id is not None:
        context.jira.begin(lambda: read_row_lock(context, get_issue(context, issue_id)))
