"""Compute what an edit changes in a worklog: start, time, and comment, each only if it differs."""

from __future__ import annotations

from datetime import date, time

from timesheet.domain.duration import Reading
from timesheet.domain.errors import InvalidInput
from timesheet.domain.jira_time import Start, next_start, started_at
from timesheet.domain.message import message
from timesheet.domain.worklog.adf import edited
from timesheet.domain.worklog.estimate import MODES
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import EstimateChange, WorklogChange
from timesheet.services.snapshot.own import zone_of
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.attribute import changed_properties
from timesheet.services.worklog.command import WorklogEdit
from timesheet.services.worklog.write_result import own_worklogs


def change_of(
    context: ViewerContext, before: Worklog, edit: WorklogEdit, reading: Reading | None
) -> tuple[WorklogChange, list[str]]:
    """Return the changes of an edit, and notes about its new start and duration.

    Raise InvalidInput for an attribute that cannot be used or is missing.
    """
    start = _moved_start(context, before, edit)
    change = WorklogChange(
        started=start.instant if start else None,
        seconds=reading.seconds if reading and reading.seconds != before.seconds else None,
        comment=None if edit.comment is None else edited(before.comment, edit.comment),
        estimate=edit.estimate,
        properties=changed_properties(context, before, edit.attributes, edit.day or before.day),
    )
    return change, [reading.note if reading else "", start.note if start else ""]


def differs(change: WorklogChange) -> bool:
    """Return True if there is anything to send."""
    return change != WorklogChange(estimate=change.estimate) or change.estimate.mode not in ("auto", "leave")


def _moved_start(context: ViewerContext, before: Worklog, edit: WorklogEdit) -> Start | None:
    """Return the start after the edit, in the author's zone; None if day and minute do not change."""
    zone = zone_of(context, before.author)
    local = before.started.astimezone(zone)
    day, clock = edit.day or local.date(), edit.time or local.time()
    same_minute = edit.time is None or (clock.hour, clock.minute) == (local.hour, local.minute)
    fold = local.fold if edit.fold is None else edit.fold
    if day == local.date() and same_minute and fold == local.fold:
        return None
    # Jira has seconds that no form shows.
    return started_at(day, local.time() if same_minute else clock, zone, fold)


def require_estimate(estimate: EstimateChange) -> None:
    """Raise InvalidInput for an estimate change that Jira does not have or that lacks its amount."""
    if estimate.mode not in MODES:
        raise InvalidInput(
            message("There is no such way to adjust the remaining estimate."), field="estimate"
        )
    if estimate.mode in ("new", "manual") and (estimate.seconds is None or estimate.seconds < 0):
        raise InvalidInput(message("Enter the new remaining estimate."), field="estimate")


def new_start(context: ViewerContext, day: date, clock: time | None = None, fold: int = 0) -> Start:
    """Return where a new worklog begins: at ``clock``, or at 09:00 or after the day's last worklog."""
    if clock is not None:
        return started_at(day, clock, context.zone, fold)
    others = own_worklogs(context, day)
    return next_start(day, context.zone, [(worklog.started, worklog.seconds) for worklog in others])
