"""Change many of a person's worklogs at once: a plan with a verdict for each, then one after the other.

Jira has no operation for many worklogs, and each write takes as long as one from the dialog. So a call works for a
while and stops; the next call with the same key goes on with what is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from timesheet.domain.attribute.attribute import GONE
from timesheet.domain.errors import InvalidInput, JiraUnavailable, TimesheetError
from timesheet.domain.jira_time import moved_to
from timesheet.domain.message import message
from timesheet.domain.period.closed_day import ClosedDays
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.snapshot.issue import known_issue
from timesheet.services.snapshot.own import snapshot_at
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.attribute import changed_properties
from timesheet.services.worklog.command import (
    BulkAction,
    BulkEdit,
    Chosen,
    DeleteWorklog,
    MoveWorklog,
    WorklogEdit,
)
from timesheet.services.worklog.log import change_worklog, delete_worklog, move_worklog
from timesheet.services.worklog.move import RESTRICTED
from timesheet.services.worklog.undo import lost_by_deleting
from timesheet.services.worklog.write_result import WriteResult

KEPT_SECONDS = 900
CHANGED = message("It was changed or deleted meanwhile.")
THERE = message("It is there already.")
SAME = message("It has this value already.")
NOT_OFFERED = message("Work of this person is not logged with this attribute on that day.")


@dataclass(frozen=True, slots=True)
class BulkLine:
    """One chosen worklog and its issue, as cached; None if it is not there any more.

    ``skip`` says why it stays as it is, empty if it changes.
    """

    chosen: Chosen
    worklog: Worklog | None
    issue: Issue
    skip: str = ""


@dataclass(frozen=True, slots=True)
class BulkProgress:
    """What became of the chosen worklogs so far, by id: the writes, and the sentence for each that was refused.

    ``trouble`` is why Jira cannot be asked for the rest now; ``unsure`` says that it may have carried out the last
    write, whose answer was lost.
    """

    saved: tuple[tuple[int, WriteResult], ...] = ()
    failed: tuple[tuple[int, str], ...] = ()
    trouble: str = ""
    unsure: bool = False

    @property
    def known(self) -> frozenset[int]:
        """Return the worklogs that need not be tried again."""
        return frozenset(worklog_id for worklog_id, _ in (*self.saved, *self.failed))

    @property
    def writes(self) -> tuple[WriteResult, ...]:
        """Return the writes that changed something, in order."""
        return tuple(saved for _, saved in self.saved if saved.changed)


def plan_bulk(context: ViewerContext, edit: BulkEdit) -> tuple[BulkLine, ...]:
    """Return each chosen worklog with its verdict, from what is cached, by start; the plan changes nothing."""
    snapshot, worklogs = snapshot_at(context, edit.span), _cached(context, edit)
    target = known_issue(context, edit.issue_id) if edit.issue_id else None
    issues = {
        one.issue_id: snapshot.issues.get(one.issue_id) or known_issue(context, one.issue_id)
        for one in edit.chosen
    }
    lines = [BulkLine(one, worklogs.get(one.seen.worklog_id), issues[one.issue_id]) for one in edit.chosen]
    found = [line.worklog for line in lines if line.worklog]
    moved = [_moved(context, edit, worklog) for worklog in found]
    lock, viewer, zone = context.lock, context.viewer, context.zone
    here = lock.closed(viewer, edit.span, list(issues.values()), found, zone)
    days = DateSpan(edit.day, edit.day) if edit.day else edit.span
    there = lock.closed(viewer, days, [target] if target else list(issues.values()), moved, zone)
    judged = (replace(line, skip=_skip(context, edit, line, target, here, there)) for line in lines)
    return tuple(sorted(judged, key=_by_start))


def apply_bulk(context: ViewerContext, edit: BulkEdit, enough: Callable[[], bool]) -> BulkProgress:
    """Change the chosen worklogs that are not known yet, until it is ``enough``; one refusal does not stop the rest.

    Each is checked again when it is written. If Jira stops responding, the rest is not tried now.
    """
    name = context.key("bulk", edit.key)
    with context.cache.turn(name):
        progress = bulk_progress(context, edit)
        for one in (one for one in edit.chosen if one.seen.worklog_id not in progress.known):
            number = one.seen.worklog_id
            try:
                progress = replace(progress, saved=(*progress.saved, (number, _change(context, edit, one))))
            except JiraUnavailable as error:
                return replace(progress, trouble=error.sentence, unsure=error.wrote_maybe)
            except TimesheetError as error:
                progress = replace(progress, failed=(*progress.failed, (number, error.sentence)))
            context.cache.put(name, progress, KEPT_SECONDS)
            if enough():
                break
        return progress


def bulk_progress(context: ViewerContext, edit: BulkEdit) -> BulkProgress:
    """Return what earlier calls with this key did."""
    found = context.cache.get(context.key("bulk", edit.key))
    return found if isinstance(found, BulkProgress) else BulkProgress()


def stop_bulk(context: ViewerContext, edit: BulkEdit) -> BulkProgress:
    """Return what was done, once a call that is still at work has done its part; nothing more is changed."""
    with context.cache.turn(context.key("bulk", edit.key)):
        return bulk_progress(context, edit)


def _change(context: ViewerContext, edit: BulkEdit, chosen: Chosen) -> WriteResult:
    key = f"{edit.key}-{chosen.seen.worklog_id}"
    if edit.action is BulkAction.DELETE:
        return delete_worklog(context, DeleteWorklog(chosen.issue_id, chosen.seen, key))
    if edit.typed is not None:
        worklog = _cached(context, edit).get(chosen.seen.worklog_id)
        if worklog and (why := _unusable(context, edit, worklog)):
            raise InvalidInput(why)
        return change_worklog(context, WorklogEdit(chosen.issue_id, chosen.seen, key, attributes=edit.typed))
    change = WorklogEdit(chosen.issue_id, chosen.seen, key, day=edit.day)
    return move_worklog(context, MoveWorklog(change, edit.issue_id or chosen.issue_id))


def _cached(context: ViewerContext, edit: BulkEdit) -> dict[int, Worklog]:
    """Return the worklogs of the days of the edit by id, as they are cached."""
    return {worklog.id: worklog for worklog in snapshot_at(context, edit.span).worklogs}


def _moved(context: ViewerContext, edit: BulkEdit, worklog: Worklog) -> Worklog:
    """Return the worklog where it is to be."""
    if edit.day:
        started = moved_to(worklog.started, edit.day, context.zone).instant
        return replace(worklog, day=edit.day, started=started)
    return replace(worklog, issue_id=edit.issue_id) if edit.issue_id else worklog


def _skip(
    context: ViewerContext,
    edit: BulkEdit,
    line: BulkLine,
    target: Issue | None,
    here: ClosedDays,
    there: ClosedDays,
) -> str:
    """Return why a worklog stays as it is; ``here`` are the closed days where it is, ``there`` where it is to be."""
    worklog = line.worklog
    if worklog is None or worklog.updated != line.chosen.seen.updated:
        return CHANGED
    moved = _moved(context, edit, worklog)
    if why := here.of_worklog(worklog, line.issue):
        return why
    if edit.action is BulkAction.DELETE:
        # What other apps keep with it is not cached, and is read when it is deleted.
        return lost_by_deleting(context, replace(worklog, properties=worklog.properties or {}))
    if edit.action is BulkAction.SET_ATTRIBUTE:
        return _attribute_skip(context, edit, worklog)
    if (moved.day, moved.issue_id) == (worklog.day, worklog.issue_id):
        return THERE if edit.day or target else ""
    if target and worklog.restricted:
        return RESTRICTED
    return there.of_worklog(moved, target or line.issue)


def _attribute_skip(context: ViewerContext, edit: BulkEdit, worklog: Worklog) -> str:
    """Return why a worklog keeps its value of the attribute; empty while no attribute is chosen."""
    if edit.typed is None:
        return ""
    if why := _unusable(context, edit, worklog):
        return why
    try:
        return "" if changed_properties(context, worklog, edit.typed, worklog.day) else SAME
    except InvalidInput as error:
        return error.sentence


def _unusable(context: ViewerContext, edit: BulkEdit, worklog: Worklog) -> str:
    """Return why this worklog cannot get the value; anything can be cleared that need not be there."""
    if not edit.value:
        return ""
    offered = context.attributes.of(worklog.author, worklog.day)
    attribute = next((one for one in offered if one.id == edit.attribute), None)
    if attribute is None:
        return NOT_OFFERED
    removed = {one.id for one in attribute.options} - {one.id for one in attribute.offered}
    return message(GONE, name=attribute.name) if edit.value in removed else ""


def _by_start(line: BulkLine) -> tuple[date, str, int]:
    worklog = line.worklog
    if worklog is None:
        return date.max, "", line.chosen.seen.worklog_id
    return worklog.day, worklog.started.isoformat(), worklog.id
