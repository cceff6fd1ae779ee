"""Log, change, and delete worklogs: the viewer's own, and those of members they manage."""

from __future__ import annotations

from dataclasses import replace

from timesheet.domain.duration import Reading, format_hm
from timesheet.domain.errors import Conflict
from timesheet.domain.worklog.adf import text_to_adf
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import EstimateChange, WorklogDraft
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.attribute import new_properties
from timesheet.services.worklog.change import change_of, differs, new_start, require_estimate
from timesheet.services.worklog.command import DeleteWorklog, MoveWorklog, TimeEntry, Typed, WorklogEdit
from timesheet.services.worklog.move import carry_over
from timesheet.services.worklog.safeguard.current import Gone, current_worklog
from timesheet.services.worklog.safeguard.idempotency import attempt, digest, turn_of_worklog
from timesheet.services.worklog.safeguard.lost_write import lost_form, require_arrived
from timesheet.services.worklog.safeguard.seen import SeenWorklog
from timesheet.services.worklog.undo import require_restorable
from timesheet.services.worklog.write import write_change, write_new, write_removal
from timesheet.services.worklog.write_result import (
    WriteResult,
    already_gone,
    found_step,
    found_steps,
    read_seconds,
    recognized,
    recognized_removal,
    require_time,
    since_seen,
    unchanged,
)


def log_time(context: ViewerContext, entry: TimeEntry) -> WriteResult:
    """Create one worklog. Raise InvalidInput for a bad duration, day, time, comment, or estimate.

    If an earlier try of the same form had other content and arrived, its worklog is changed instead.
    """
    reading = require_time(read_seconds(context, entry.text))
    comment = text_to_adf(entry.comment) if entry.comment.strip() else None
    require_estimate(entry.estimate)

    form = entry.issue_id, entry.day, entry.time, entry.fold, reading.seconds, digest(entry.comment)
    what = ("log", *form, _attributes_of(entry.attributes))
    with attempt(context, entry.key, what, context.key("form", entry.key)) as request:
        if request.earlier:
            return request.earlier
        if made := lost_form(context, entry.key):
            return request.keep(_log_again(context, entry, made, reading))
        start = new_start(context, entry.day, entry.time, entry.fold)
        properties = new_properties(context, entry.day, entry.attributes)
        draft = WorklogDraft(
            issue_id=entry.issue_id,
            started=start.instant,
            seconds=reading.seconds,
            key=entry.key,
            comment=comment,
            estimate=entry.estimate,
            properties=properties,
        )
        return request.keep(write_new(context, draft, [reading.note, start.note]))


def _log_again(context: ViewerContext, entry: TimeEntry, made: Worklog, reading: Reading) -> WriteResult:
    """Submit the same form again; ``made`` is the worklog of an earlier try."""
    edit = WorklogEdit(
        issue_id=made.issue_id,
        seen=SeenWorklog(made.id, made.updated),
        key=entry.key,
        day=entry.day,
        time=entry.time,
        fold=entry.fold,
        text=entry.text,
        comment=entry.comment,
        estimate=entry.estimate,
        attributes=entry.attributes,
    )
    saved = _complete(context, MoveWorklog(edit, entry.issue_id), made, reading)
    # The worklog is new for the person, and undo takes all of it back.
    return replace(saved, steps=(found_step(saved.worklog or made),))


def _complete(
    context: ViewerContext, command: MoveWorklog, made: Worklog, reading: Reading | None
) -> WriteResult:
    """Give ``made``, the worklog of an earlier try of a form, the current content of the form."""
    edit = command.edit
    # The first try has changed the estimate already, in whatever way.
    estimate = edit.estimate if edit.estimate.mode == "auto" else EstimateChange("leave")
    seen = SeenWorklog(made.id, made.updated)
    edit = replace(edit, issue_id=made.issue_id, seen=seen, estimate=estimate, tried=(), was_day=None)
    if command.to_issue_id == made.issue_id and not differs(change_of(context, made, edit, reading)[0]):
        return recognized(context, made, reading.note if reading else "")
    return move_worklog(context, MoveWorklog(edit, command.to_issue_id))


def change_worklog(context: ViewerContext, edit: WorklogEdit) -> WriteResult:
    """Change time, day, start, or comment of one worklog; only differences are sent.

    A day without a time keeps the time of day. Raise Conflict if the worklog is not what the browser saw.
    """
    reading = None if edit.text is None else require_time(read_seconds(context, edit.text))
    require_estimate(edit.estimate)
    what = ("change", edit.seen.worklog_id, edit.seen.updated, *_content(edit))
    with attempt(context, edit.key, what, turn_of_worklog(context, edit.seen.worklog_id)) as request:
        if request.earlier:
            return request.earlier
        yours = format_hm(reading.seconds) if reading else ""
        try:
            before = current_worklog(context, edit.issue_id, edit.seen, yours, edit.tried, edit.was_day)
        except Conflict as conflict:
            theirs = conflict.current
            if not isinstance(theirs, Worklog) or differs(change_of(context, theirs, edit, reading)[0]):
                raise
            return request.keep(recognized(context, theirs, seen=edit.seen))
        change, notes = change_of(context, before, edit, reading)
        if not differs(change):
            require_arrived(context, before)
            found = found_steps(context, edit.seen, before) if before.updated != edit.seen.updated else ()
            return request.keep(recognized(context, before, seen=edit.seen) if found else unchanged(before))
        return request.keep(since_seen(context, write_change(context, before, change, notes), edit.seen))


def delete_worklog(context: ViewerContext, command: DeleteWorklog) -> WriteResult:
    """Delete one worklog; do nothing if it is gone already. Raise Conflict if it changed meanwhile, NotRestorable if
    that cannot be undone, unless it is ``final``.
    """
    issue_id, seen = command.issue_id, command.seen
    require_estimate(command.estimate)
    turn = turn_of_worklog(context, seen.worklog_id)
    with attempt(context, command.key, ("delete", seen.worklog_id), turn) as request:
        if request.earlier:
            return request.earlier
        try:
            before = current_worklog(context, issue_id, seen, "", day=command.was_day)
        except Gone as gone:
            if not gone.by_viewer:
                # Not kept: if Jira shows the worklog again, the same request deletes it.
                return already_gone()
            return request.keep(recognized_removal(context, issue_id, seen))
        if not command.final:
            require_restorable(context, before)
        return request.keep(write_removal(context, before, command.estimate))


def move_worklog(context: ViewerContext, command: MoveWorklog) -> WriteResult:
    """Move a worklog to another issue, with other changes to it.

    The estimate choice applies to the new issue; the old one gets its time back, unless estimates are left.
    """
    edit, to_issue_id = command.edit, command.to_issue_id
    if to_issue_id == edit.issue_id:
        return change_worklog(context, edit)
    reading = None if edit.text is None else require_time(read_seconds(context, edit.text))
    require_estimate(edit.estimate)
    what = ("move", edit.seen.worklog_id, to_issue_id, *_content(edit))
    with attempt(context, edit.key, what, turn_of_worklog(context, edit.seen.worklog_id)) as request:
        if request.earlier:
            return request.earlier
        try:
            before = current_worklog(context, edit.issue_id, edit.seen, "", edit.tried, edit.was_day)
        except Gone:
            # The deletion of an earlier try of this move arrived late, so the move is complete.
            made = lost_form(context, edit.key)
            if not made:
                raise
            return request.keep(_moved(context, edit, _complete(context, command, made, reading)))
        change, notes = change_of(context, before, edit, reading)
        draft = WorklogDraft(
            issue_id=to_issue_id,
            started=change.started or before.started,
            seconds=change.seconds or before.seconds,
            key=edit.key,
            comment=change.comment or before.comment,
            estimate=edit.estimate,
            properties=change.properties or {},
        )
        leave = EstimateChange("leave") if edit.estimate.mode == "leave" else EstimateChange()
        return request.keep(carry_over(context, before, draft, notes, leave))


def _moved(context: ViewerContext, edit: WorklogEdit, saved: WriteResult) -> WriteResult:
    """Return the result of a move that was found complete, with the steps to undo it if they are known."""
    removal = found_steps(context, edit.seen, None)
    if saved.steps or not removal or not saved.worklog:
        return saved
    return replace(saved, issues=(edit.issue_id, *saved.issues), steps=(found_step(saved.worklog), *removal))


def _content(edit: WorklogEdit) -> tuple[object, ...]:
    """Return the content that distinguishes an edit from an earlier one of the same form."""
    estimate = edit.estimate.mode, edit.estimate.seconds
    attributes = _attributes_of(edit.attributes)
    return (edit.day, edit.time, edit.fold, edit.text, digest(edit.comment), *estimate, attributes)


def _attributes_of(typed: Typed | None) -> str:
    return "" if typed is None else digest(repr(typed))
