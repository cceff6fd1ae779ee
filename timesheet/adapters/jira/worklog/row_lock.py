"""Ask Jira on which issues the viewer cannot log time: one call for the permissions, and one each for the closed
statuses and for the projects without the permission.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from timesheet.adapters.jira.call.call import Call
from timesheet.adapters.jira.call.parallel import Parallel
from timesheet.adapters.jira.call.reading import strictly
from timesheet.adapters.jira.call.refusal import accepted, is_archived
from timesheet.adapters.jira.call.transport import Transport
from timesheet.adapters.jira.worklog.right import MOST_ISSUES, RIGHTS, granted_issues, rights_of
from timesheet.domain.errors import TimesheetError
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.services.ports.jira import RowRights

WORK, EDIT, BROWSE = "WORK_ON_ISSUES", "EDIT_ISSUES", "BROWSE_PROJECTS"
MOST_STATUSES = 20
"""The most statuses that are asked about at once, each of a project and type; a row in a further one is refused when
it is saved.
"""
MOST_PROJECTS = 5
"""The most projects without the permission of which Jira is asked whether they are archived, the actual reason then."""


def read_row_locks(transport: Transport, parallel: Parallel, issues: Sequence[Issue]) -> RowRights:
    """Return the issues on which the viewer cannot log time, with the reason, and the rights to their worklogs.

    A status whose workflow forbids changes leaves no field to edit. The workflow is the same for all issues of a
    project and type, so one issue answers for them; only done ones are asked about, as others are rarely closed.
    """
    issues = issues[:MOST_ISSUES]
    ids = [issue.id for issue in issues]
    granted = granted_issues(transport, [WORK, EDIT, BROWSE, *RIGHTS], ids)
    working, editing, seen = (granted.get(name, frozenset()) for name in (WORK, EDIT, BROWSE))
    locks = {
        issue_id: RowLock.PERMISSION if issue_id in seen else RowLock.GONE
        for issue_id in ids
        if issue_id not in working
    }
    without = {issue.id: issue.project_key for issue in issues if locks.get(issue.id) is RowLock.PERMISSION}
    for project_key in list(dict.fromkeys(without.values()))[:MOST_PROJECTS]:
        if is_archived(transport, project_key):
            locks |= {number: RowLock.ARCHIVED for number, key in without.items() if key == project_key}
    by_status: dict[tuple[int, int, int], list[int]] = {}
    for issue in issues:
        if issue.done and issue.id in editing and issue.id not in locks:
            by_status.setdefault((issue.project_id, issue.type_id, issue.status_id), []).append(issue.id)
    groups = list(by_status.values())[:MOST_STATUSES]
    first, width = [of_status[0] for of_status in groups], transport.limits.width(transport.site)
    answers = parallel.each(partial(_editable, transport), first, width)
    for of_status, editable in zip(groups, answers, strict=True):
        if isinstance(editable, TimesheetError):
            raise editable
        if not editable:
            locks |= dict.fromkeys(of_status, RowLock.WORKFLOW)
    return RowRights(locks, rights_of(granted, ids))


@strictly
def _editable(transport: Transport, issue_id: int) -> bool:
    params = {"fields": "status", "expand": "editmeta"}
    answer = accepted(transport.send(Call("GET", f"issue/{issue_id}", params)))
    return bool(answer["editmeta"]["fields"])
