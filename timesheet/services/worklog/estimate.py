"""The remaining estimate around a write: read before it if needed, and restored when the write is undone."""

from __future__ import annotations

from timesheet.domain.message import Seconds, message
from timesheet.domain.worklog.estimate import put_back, sent_mode
from timesheet.domain.worklog.issue import Issue
from timesheet.services.ports.jira import EstimateChange
from timesheet.services.snapshot.changed_issue import former_keys
from timesheet.services.snapshot.issue import get_issue, remember_issue
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.write_result import WriteStep

NO_TIME = message("nothing")
CHANGED = message(
    "The remaining estimate of {issue} was changed in the meantime: that change stays, and {left} is left now."
)
NEVER = message("{issue} had no estimate before, but Jira cannot remove one: {left} is left.")


def issue_with_estimate(context: ViewerContext, issue_id: int, spent: int) -> Issue:
    """Return an issue whose remaining estimate is known well enough to compute the effect of ``spent`` seconds.

    Jira stops at zero. If the estimate would end below zero, the earlier value could not be computed
    afterward, so it is read now. An issue that was moved since it was read is read again too: its key and its project
    are others.
    """
    issue = get_issue(context, issue_id)
    if former_keys(context.cache, context.site).get(issue_id) == issue.key:
        return read_estimate(context, issue_id)
    if issue.remaining_seconds is None or not 0 < issue.remaining_seconds < spent:
        return issue
    return read_estimate(context, issue_id)


def read_estimate(context: ViewerContext, issue_id: int) -> Issue:
    """Return the current issue from Jira, and cache it."""
    issue = context.jira.read_issue(str(issue_id))
    remember_issue(context, issue)
    return issue


def undone_estimate(context: ViewerContext, step: WriteStep) -> tuple[EstimateChange, str]:
    """Return how to change the estimate when a write is undone, and a note about it.

    Without the figures before and after it, the effect of the write is unknown, so Jira reverses it by its own
    arithmetic. If somebody changed the estimate in between, their change stays: only the difference made by the write
    is restored, and nothing if the write had set a value of its own.
    """
    issue_id, mode, was, left = step.worklog.issue_id, step.mode, step.was_left, step.left
    if mode == "auto" and was is None and left is None:
        return EstimateChange(sent_mode(read_estimate(context, issue_id).remaining_seconds, mode)), ""
    if mode == "leave" or was == left:
        return EstimateChange("leave"), ""
    issue = read_estimate(context, issue_id)
    now = issue.remaining_seconds
    goal = put_back(now, mode, was, left)
    new_estimate = NO_TIME if goal is None else Seconds(goal)
    note = ""
    if now != left:
        note = message(CHANGED, issue=issue.key, left=new_estimate)
    elif was is None:
        note = message(NEVER, issue=issue.key, left=new_estimate)
    if goal is None or goal == now:
        return EstimateChange("leave"), note
    return EstimateChange("new", goal), note
