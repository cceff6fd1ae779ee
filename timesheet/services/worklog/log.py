"""Log, change, and delete worklogs: the viewer's own, and those of members they manage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from timesheet.domain.adf import text_to_adf
from timesheet.domain.duration import Reading, format_hm
from timesheet.domain.errors import Conflict, InvalidInput
from timesheet.domain.jira_time import Start, next_start, started_at
from timesheet.domain.worklog import Worklog
from timesheet.services.ports.jira import EstimateChange, WorklogChange, WorklogDraft
from timesheet.services.snapshot.issue import known_issue
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.change import change_of, differs, require_estimate, start_notes
from timesheet.services.worklog.command import CellEdit, TimeEntry, WorklogEdit
from timesheet.services.worklog.fate import lost_changes, lost_creations, lost_form, require_arrived
from timesheet.services.worklog.journal import new_id
from timesheet.services.worklog.move import carry_over
from timesheet.services.worklog.undo import require_way_back
from timesheet.services.worklog.write import settle_earlier, write_change, write_new, write_removal
from timesheet.services.worklog.write_result import (
    NEWER,
    Gone,
    Seen,
    WriteResult,
    current_worklog,
    digest,
    finish,
    found_step,
    once,
    own_worklogs,
    read_seconds,
    require_time,
    unchanged,
)

OPEN_LIST = "This cell holds {count} worklogs. Open the list to change one of them."


def save_cell(context: ViewerContext, edit: CellEdit) -> WriteResult:
    """Save a typed cell: create, change the time, delete if emptied, or do nothing if it is the same.

    Raise InvalidInput for text that is not a duration or a cell with several worklogs, Conflict if the cell
    is not what the browser saw, JiraUnavailable while an earlier try may still arrive.
    """
    seconds, note = 0, ""
    if edit.text.strip():
        reading = read_seconds(context, edit.text)
        seconds, note = reading.seconds, reading.note
    what = ("cell", edit.issue_id, edit.day, seconds, *(seen.worklog_id for seen in edit.seen))
    save = _save_seen if edit.seen else _save_empty
    return once(context, edit.key, what, lambda: save(context, edit, seconds, note))


def _save_empty(context: ViewerContext, edit: CellEdit, seconds: int, note: str) -> WriteResult:
    """Save into a cell that the browser saw empty; if an earlier try left a worklog there, change that one."""
    lost = lost_creations(context, edit.issue_id, edit.day, edit.tried)
    current = own_worklogs(context, edit.day, edit.issue_id)
    if lost and {worklog.id for worklog in current} <= {lost[-1].id}:
        saved = _over(context, lost[-1], seconds, note)
        return saved if saved.steps else replace(saved, steps=(found_step(lost[-1]),))
    again = new_id(context.viewer, edit.key, edit.issue_id, edit.day, seconds)
    if current and not context.journal.earlier(again):
        if [worklog.seconds for worklog in current] == [seconds]:
            return _recognized(context, current[0])
        theirs, yours = format_hm(sum(worklog.seconds for worklog in current)), format_hm(seconds)
        said = OPEN_LIST if len(current) > 1 else NEWER
        sentence = said.format(count=len(current), theirs=theirs, yours=yours)
        raise Conflict(sentence, theirs, yours, current[-1])
    if not seconds:
        return unchanged()
    start = _start(context, edit.day, None, 0)
    draft = WorklogDraft(edit.issue_id, start.instant, seconds, edit.key)
    return write_new(context, draft, [note, start.note])


def _save_seen(context: ViewerContext, edit: CellEdit, seconds: int, note: str) -> WriteResult:
    """Save over the one worklog that the browser saw in the cell."""
    current = own_worklogs(context, edit.day, edit.issue_id)
    if len(edit.seen) > 1 or len(current) > 1:
        raise InvalidInput(OPEN_LIST.format(count=max(len(edit.seen), len(current))), field="duration")
    [seen] = edit.seen
    if seconds and [w.seconds for w in current] == [seconds] and not _lost(context, edit.issue_id, seen):
        return unchanged(current[0])
    try:
        before = current_worklog(context, edit.issue_id, seen, format_hm(seconds), edit.tried)
    except Gone as gone:
        if not gone.by_viewer:
            raise
        return _save_empty(context, edit, seconds, note)
    except Conflict as conflict:
        if seconds and isinstance(conflict.current, Worklog) and conflict.current.seconds == seconds:
            return _recognized(context, conflict.current)
        raise
    return _over(context, before, seconds, note)


def _over(context: ViewerContext, before: Worklog, seconds: int, note: str) -> WriteResult:
    """Set a worklog to ``seconds``; delete it for zero."""
    if not seconds:
        require_way_back(context, before)
        return write_removal(context, before, EstimateChange())
    if before.seconds == seconds:
        require_arrived(context, before)
        settle_earlier(context, before)
        return _recognized(context, before, note)
    return write_change(context, before, WorklogChange(seconds=seconds), [note])


def _recognized(context: ViewerContext, worklog: Worklog, note: str = "") -> WriteResult:
    """Return the result of a write that Jira contains already, usually from an earlier try whose response was lost."""
    return finish(context, known_issue(context, worklog.issue_id), None, worklog, [note])


def _lost(context: ViewerContext, issue_id: int, seen: Seen) -> bool:
    return bool(lost_changes(context, issue_id, seen.worklog_id))


def log_time(context: ViewerContext, entry: TimeEntry) -> WriteResult:
    """Create one worklog. Raise InvalidInput for a bad duration, day, time, comment, or estimate.

    If an earlier try of the same form had other content and arrived, its worklog is changed instead.
    """
    reading = require_time(read_seconds(context, entry.text))
    comment = text_to_adf(entry.comment) if entry.comment.strip() else None
    require_estimate(entry.estimate)

    def write() -> WriteResult:
        if made := lost_form(context, entry.key):
            return _log_again(context, entry, made, reading)
        start = _start(context, entry.day, entry.time, entry.fold)
        draft = WorklogDraft(
            entry.issue_id, start.instant, reading.seconds, entry.key, comment, entry.estimate
        )
        return write_new(context, draft, [reading.note, *start_notes(start)])

    what = ("log", entry.issue_id, entry.day, entry.time, entry.fold, reading.seconds, digest(entry.comment))
    return once(context, entry.key, what, write)


def _log_again(context: ViewerContext, entry: TimeEntry, made: Worklog, reading: Reading) -> WriteResult:
    """Submit the same form again: ``made`` is the worklog of an earlier try and gets the current content of
    the form.
    """
    # The first try has changed the estimate already, in whatever way.
    estimate = entry.estimate if entry.estimate.mode == "auto" else EstimateChange("leave")
    edit = WorklogEdit(
        made.issue_id,
        Seen(made.id, made.updated),
        entry.key,
        entry.day,
        entry.time,
        entry.fold,
        entry.text,
        entry.comment,
        estimate,
    )
    if entry.issue_id == made.issue_id and not differs(change_of(context, made, edit, reading)[0]):
        return replace(_recognized(context, made, reading.note), steps=(found_step(made),))
    return move_worklog(context, edit, entry.issue_id)


def change_worklog(context: ViewerContext, edit: WorklogEdit) -> WriteResult:
    """Change time, day, start, or comment of one worklog; only differences are sent.

    A day without a time keeps the time of day. Raise Conflict if the worklog is not what the browser saw.
    """
    reading = None if edit.text is None else require_time(read_seconds(context, edit.text))
    require_estimate(edit.estimate)
    what = ("change", edit.seen.worklog_id, edit.seen.updated, *_content(edit))

    def write() -> WriteResult:
        yours = format_hm(reading.seconds) if reading else ""
        try:
            before = current_worklog(context, edit.issue_id, edit.seen, yours, edit.tried)
        except Conflict as conflict:
            theirs = conflict.current
            if not isinstance(theirs, Worklog) or differs(change_of(context, theirs, edit, reading)[0]):
                raise
            return _recognized(context, theirs)
        change, notes = change_of(context, before, edit, reading)
        if not differs(change):
            require_arrived(context, before)
            return unchanged(before)
        return write_change(context, before, change, notes)

    return once(context, edit.key, what, write)


def delete_worklog(
    context: ViewerContext,
    issue_id: int,
    seen: Seen,
    key: str,
    estimate: EstimateChange | None = None,
    *,
    final: bool = False,
) -> WriteResult:
    """Delete one worklog. Raise Conflict if it changed meanwhile.

    ``final``: the person knows that it cannot be undone; without it NoWayBack is raised for such a worklog.
    """
    chosen = estimate or EstimateChange()
    require_estimate(chosen)

    def write() -> WriteResult:
        try:
            before = current_worklog(context, issue_id, seen, "nothing")
        except Gone as gone:
            if not gone.by_viewer:
                raise
            return WriteResult(None, issues=(issue_id,))
        if not final:
            require_way_back(context, before)
        return write_removal(context, before, chosen)

    return once(context, key, ("delete", seen.worklog_id), write)


def move_worklog(context: ViewerContext, edit: WorklogEdit, to_issue_id: int) -> WriteResult:
    """Move a worklog to another issue, with the changes in ``edit``.

    The estimate choice applies to the new issue; the old one gets its time back, unless estimates are left.
    """
    if to_issue_id == edit.issue_id:
        return change_worklog(context, edit)
    reading = None if edit.text is None else require_time(read_seconds(context, edit.text))
    require_estimate(edit.estimate)
    what = ("move", edit.seen.worklog_id, to_issue_id, *_content(edit))

    def write() -> WriteResult:
        before = current_worklog(context, edit.issue_id, edit.seen, "", edit.tried)
        change, notes = change_of(context, before, edit, reading)
        draft = WorklogDraft(
            to_issue_id,
            change.started or before.started,
            change.seconds or before.seconds,
            edit.key,
            change.comment or before.comment,
            edit.estimate,
        )
        leave = EstimateChange("leave") if edit.estimate.mode == "leave" else EstimateChange()
        return carry_over(context, before, draft, notes, leave)

    return once(context, edit.key, what, write)


def _content(edit: WorklogEdit) -> tuple[object, ...]:
    """Return the content that distinguishes an edit from an earlier one of the same form."""
    estimate = edit.estimate.mode, edit.estimate.seconds
    return (edit.day, edit.time, edit.fold, edit.text, digest(edit.comment), *estimate)


def _start(context: ViewerContext, day: date, clock: time | None, fold: int) -> Start:
    if clock is not None:
        return started_at(day, clock, context.zone, fold)
    others = own_worklogs(context, day)
    return next_start(day, context.zone, [(worklog.started, worklog.seconds) for worklog in others])
