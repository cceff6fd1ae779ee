"""Save one typed cell: parse its text, compare it with the current state, and make at most one write."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace

from timesheet.domain.duration import format_hm, same_minutes
from timesheet.domain.errors import Conflict, InvalidInput
from timesheet.domain.message import Message, counted, message
from timesheet.domain.worklog.adf import edited, text_to_adf
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import EstimateChange, WorklogChange, WorklogDraft
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.attribute import (
    Properties,
    changed_properties,
    in_the_dialog,
    new_properties,
    pasted,
)
from timesheet.services.worklog.change import new_start
from timesheet.services.worklog.command import CellEdit
from timesheet.services.worklog.reversal import undone_since
from timesheet.services.worklog.safeguard.current import Gone, current_worklog, newer
from timesheet.services.worklog.safeguard.idempotency import (
    attempt,
    digest,
    id_of_new,
    turn_of_cell,
    turn_of_worklog,
)
from timesheet.services.worklog.safeguard.lost_write import (
    lost_changes,
    lost_creations,
    require_arrived,
    settle_earlier,
)
from timesheet.services.worklog.safeguard.seen import SeenWorklog
from timesheet.services.worklog.undo import require_restorable
from timesheet.services.worklog.write import write_change, write_new, write_removal
from timesheet.services.worklog.write_result import (
    WriteResult,
    already_gone,
    found_step,
    found_steps,
    own_worklogs,
    read_seconds,
    recognized,
    recognized_removal,
    since_seen,
    unchanged,
)

GONE_HERE = message(
    "This worklog is no longer in Jira, or Jira hides it from you. Press Enter to log {yours} as a new one."
)


def save_cell(context: ViewerContext, edit: CellEdit) -> WriteResult:
    """Save a typed cell: create, change time or comment, delete if emptied, or do nothing if it is the same.

    Raise InvalidInput for text that is not a duration, for a comment without time or one that Jira does not take, and
    for a cell with several worklogs; Conflict if the cell is not what the browser saw, JiraUnavailable while an earlier
    try may still arrive.
    """
    seconds, note = 0, ""
    if edit.text.strip() or edit.comment:
        reading = read_seconds(context, edit.text)
        seconds, note = reading.seconds, reading.note
    seen_ids = (seen.worklog_id for seen in edit.seen)
    what = ("cell", edit.issue_id, edit.day, seconds, *seen_ids, digest(edit.comment))
    with attempt(context, edit.key, what, turn := _turn(context, edit)) as request:
        if request.earlier:
            return request.earlier
        try:
            saved = _use_case(edit)(context, edit, seconds, note)
        except Conflict:
            later = _after_undo(context, edit)
            if later is None:
                raise
            other = _turn(context, later)
            with context.cache.turn(other) if other != turn else nullcontext():
                saved = _use_case(later)(context, later, seconds, note)
        return request.keep(saved)


def _turn(context: ViewerContext, edit: CellEdit) -> str:
    """Return the name of the turn in which what the browser saw in the cell is compared and written."""
    if edit.seen:
        return turn_of_worklog(context, edit.seen[0].worklog_id)
    return turn_of_cell(context, edit.issue_id, edit.day)


def _after_undo(context: ViewerContext, edit: CellEdit) -> CellEdit | None:
    """Return what was typed as if the browser had seen what the person's undo left in the cell; None without one."""
    undone = undone_since(context, edit.seen[0] if edit.seen else None, edit.undone)
    if undone is None:
        return None
    left = undone.worklog
    return replace(edit, seen=(SeenWorklog(left.id, left.updated),) if left else ())


def _use_case(edit: CellEdit) -> Callable[[ViewerContext, CellEdit, int, str], WriteResult]:
    return _save_seen if edit.seen else _save_empty


def _save_seen(context: ViewerContext, edit: CellEdit, seconds: int, note: str) -> WriteResult:
    """Save over the one worklog that the browser saw in the cell."""
    current = own_worklogs(context, edit.day, edit.issue_id)
    if len(edit.seen) > 1 or len(current) > 1:
        raise InvalidInput(_open_list(max(len(edit.seen), len(current))), field="duration")
    [seen] = edit.seen
    if (
        len(current) == 1
        and _is_typed(current[0], edit, seconds)
        and not lost_changes(context, edit.issue_id, seen.worklog_id)
    ):
        known = current[0].updated == seen.updated or not found_steps(context, seen, current[0])
        return unchanged(current[0]) if known else recognized(context, current[0], seen=seen)
    try:
        before = current_worklog(context, edit.issue_id, seen, format_hm(seconds), edit.tried, edit.day)
    except Gone as gone:
        if gone.by_viewer:
            saved = _save_empty(context, edit, seconds, note)
            return saved if saved.changed else recognized_removal(context, edit.issue_id, seen)
        if own_worklogs(context, edit.day, edit.issue_id):
            raise
        if not seconds:
            return already_gone()
        raise Conflict(message(GONE_HERE, yours=format_hm(seconds))) from gone
    except Conflict as conflict:
        theirs = conflict.current
        if not isinstance(theirs, Worklog) or theirs.day != edit.day:
            raise
        if _is_typed(theirs, edit, seconds):
            return recognized(context, theirs, seen=seen)
        raise
    return since_seen(context, _over(context, before, edit, seconds, note), seen)


def _save_empty(context: ViewerContext, edit: CellEdit, seconds: int, note: str) -> WriteResult:
    """Save into a cell that the browser saw empty; if an earlier try left a worklog there, change that one."""
    lost = lost_creations(context, edit.issue_id, edit.day, edit.tried)
    current = own_worklogs(context, edit.day, edit.issue_id)
    if lost and {worklog.id for worklog in current} <= {lost[-1].id}:
        saved = _over(context, lost[-1], edit, seconds, note)
        # The browser saw an empty cell, and undo leads back to that.
        return replace(saved, steps=(found_step(saved.worklog),)) if saved.worklog else saved
    again = id_of_new(context.viewer, edit.key, edit.issue_id, edit.day, seconds)
    if current and not context.journal.earlier(again):
        if len(current) == 1 and _is_typed(current[0], edit, seconds):
            return recognized(context, current[0])
        theirs, yours = format_hm(sum(worklog.seconds for worklog in current)), format_hm(seconds)
        sentence = _open_list(len(current)) if len(current) > 1 else newer(current[0], yours)
        raise Conflict(sentence, theirs, current[-1])
    if not seconds:
        return unchanged()
    start = new_start(context, edit.day)
    properties = _properties(context, edit)
    comment = text_to_adf(edit.comment) if edit.comment else None
    draft = WorklogDraft(edit.issue_id, start.instant, seconds, edit.key, comment, properties=properties)
    return write_new(context, draft, [note, start.note])


def _properties(context: ViewerContext, edit: CellEdit) -> Properties:
    """Return the attributes of a new worklog: those of the one that was copied, and defaults for the rest."""
    typed = pasted(context, edit.like, edit.day)
    return new_properties(context, edit.day, typed, advise=in_the_dialog)


def _changed_properties(context: ViewerContext, before: Worklog, edit: CellEdit) -> Properties | None:
    """Return the attributes that a pasted cell brings along; None if they stay as they are."""
    return changed_properties(context, before, pasted(context, edit.like, edit.day), edit.day)


def _open_list(count: int) -> Message:
    return counted(
        "This cell has {count} worklog. Open the list to change it.",
        "This cell has {count} worklogs. Open the list to change one of them.",
        count,
    )


def _is_typed(worklog: Worklog, edit: CellEdit, seconds: int) -> bool:
    """Return True if a worklog has the typed time, which is not zero, and the typed comment, if there is one."""
    same = edit.comment is None or edited(worklog.comment, edit.comment) is None
    return bool(seconds) and same_minutes(worklog.seconds, seconds) and same


def _over(context: ViewerContext, before: Worklog, edit: CellEdit, seconds: int, note: str) -> WriteResult:
    """Set a worklog to ``seconds`` and the typed comment; delete it for zero."""
    if not seconds:
        require_restorable(context, before)
        return write_removal(context, before, EstimateChange())
    if _is_typed(before, edit, seconds):
        require_arrived(context, before)
        settle_earlier(context, before)
        return recognized(context, before, note, edit.seen[0] if edit.seen else None)
    change = WorklogChange(
        seconds=None if same_minutes(before.seconds, seconds) else seconds,
        comment=None if edit.comment is None else edited(before.comment, edit.comment),
        properties=_changed_properties(context, before, edit),
    )
    return write_change(context, before, change, [note])
