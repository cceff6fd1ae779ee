"""Logging, changing and deleting worklogs: one's own, and those of members one manages."""

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
from timesheet.services.viewer.context import Desk
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
    Saved,
    Seen,
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


def save_cell(desk: Desk, edit: CellEdit) -> Saved:
    """What a typed cell means: create, change the time, delete when emptied, nothing when it is the same.

    Raises InvalidInput for text that is no duration or a cell with several worklogs, Conflict when the
    cell is not what the browser saw, JiraUnavailable while an earlier try may still arrive.
    """
    seconds, note = 0, ""
    if edit.text.strip():
        reading = read_seconds(desk, edit.text)
        seconds, note = reading.seconds, reading.note
    what = ("cell", edit.issue_id, edit.day, seconds, *(seen.worklog_id for seen in edit.seen))
    save = _save_seen if edit.seen else _save_empty
    return once(desk, edit.key, what, lambda: save(desk, edit, seconds, note))


def _save_empty(desk: Desk, edit: CellEdit, seconds: int, note: str) -> Saved:
    """Save into a cell that the browser saw empty: what an earlier try left there is the one to change."""
    lost = lost_creations(desk, edit.issue_id, edit.day, edit.tried)
    current = own_worklogs(desk, edit.day, edit.issue_id)
    if lost and {worklog.id for worklog in current} <= {lost[-1].id}:
        saved = _over(desk, lost[-1], seconds, note)
        return saved if saved.steps else replace(saved, steps=(found_step(lost[-1]),))
    again = new_id(desk.viewer, edit.key, edit.issue_id, edit.day, seconds)
    if current and not desk.journal.earlier(again):
        if [worklog.seconds for worklog in current] == [seconds]:
            return _recognized(desk, current[0])
        theirs, yours = format_hm(sum(worklog.seconds for worklog in current)), format_hm(seconds)
        said = OPEN_LIST if len(current) > 1 else NEWER
        sentence = said.format(count=len(current), theirs=theirs, yours=yours)
        raise Conflict(sentence, theirs, yours, current[-1])
    if not seconds:
        return unchanged()
    start = _start(desk, edit.day, None, 0)
    draft = WorklogDraft(edit.issue_id, start.instant, seconds, edit.key)
    return write_new(desk, draft, [note, start.note])


def _save_seen(desk: Desk, edit: CellEdit, seconds: int, note: str) -> Saved:
    """Save over the one worklog that the browser saw in the cell."""
    current = own_worklogs(desk, edit.day, edit.issue_id)
    if len(edit.seen) > 1 or len(current) > 1:
        raise InvalidInput(OPEN_LIST.format(count=max(len(edit.seen), len(current))), field="duration")
    [seen] = edit.seen
    if seconds and [w.seconds for w in current] == [seconds] and not _lost(desk, edit.issue_id, seen):
        return unchanged(current[0])
    try:
        before = current_worklog(desk, edit.issue_id, seen, format_hm(seconds), edit.tried)
    except Gone as gone:
        if not gone.by_viewer:
            raise
        return _save_empty(desk, edit, seconds, note)
    except Conflict as conflict:
        if seconds and isinstance(conflict.current, Worklog) and conflict.current.seconds == seconds:
            return _recognized(desk, conflict.current)
        raise
    return _over(desk, before, seconds, note)


def _over(desk: Desk, before: Worklog, seconds: int, note: str) -> Saved:
    """Make a worklog last ``seconds``; it is deleted for none."""
    if not seconds:
        require_way_back(desk, before)
        return write_removal(desk, before, EstimateChange())
    if before.seconds == seconds:
        require_arrived(desk, before)
        settle_earlier(desk, before)
        return _recognized(desk, before, note)
    return write_change(desk, before, WorklogChange(seconds=seconds), [note])


def _recognized(desk: Desk, worklog: Worklog, note: str = "") -> Saved:
    """The outcome of a write whose wish Jira holds already: mostly an earlier try of it, whose answer was lost."""
    return finish(desk, known_issue(desk, worklog.issue_id), None, worklog, [note])


def _lost(desk: Desk, issue_id: int, seen: Seen) -> bool:
    return bool(lost_changes(desk, issue_id, seen.worklog_id))


def log_time(desk: Desk, entry: TimeEntry) -> Saved:
    """Create one worklog; raises InvalidInput for a bad duration, day, time, comment or estimate.

    Where an earlier try of the same form held something else and arrived, its worklog is changed instead.
    """
    reading = require_time(read_seconds(desk, entry.text))
    comment = text_to_adf(entry.comment) if entry.comment.strip() else None
    require_estimate(entry.estimate)

    def write() -> Saved:
        if made := lost_form(desk, entry.key):
            return _log_again(desk, entry, made, reading)
        start = _start(desk, entry.day, entry.time, entry.fold)
        draft = WorklogDraft(
            entry.issue_id, start.instant, reading.seconds, entry.key, comment, entry.estimate
        )
        return write_new(desk, draft, [reading.note, *start_notes(start)])

    what = ("log", entry.issue_id, entry.day, entry.time, entry.fold, reading.seconds, digest(entry.comment))
    return once(desk, entry.key, what, write)


def _log_again(desk: Desk, entry: TimeEntry, made: Worklog, reading: Reading) -> Saved:
    """The same form once more: ``made`` came of an earlier try, and becomes what the form holds now."""
    # The first try has moved the estimate already, in whatever way.
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
    if entry.issue_id == made.issue_id and not differs(change_of(desk, made, edit, reading)[0]):
        return replace(_recognized(desk, made, reading.note), steps=(found_step(made),))
    return move_worklog(desk, edit, entry.issue_id)


def change_worklog(desk: Desk, edit: WorklogEdit) -> Saved:
    """Change time, day, start or comment of one worklog; only what differs is sent.

    A day without a time keeps the time of day. Raises Conflict when it is not what the browser saw.
    """
    reading = None if edit.text is None else require_time(read_seconds(desk, edit.text))
    require_estimate(edit.estimate)
    what = ("change", edit.seen.worklog_id, edit.seen.updated, *_content(edit))

    def write() -> Saved:
        yours = format_hm(reading.seconds) if reading else ""
        try:
            before = current_worklog(desk, edit.issue_id, edit.seen, yours, edit.tried)
        except Conflict as conflict:
            theirs = conflict.current
            if not isinstance(theirs, Worklog) or differs(change_of(desk, theirs, edit, reading)[0]):
                raise
            return _recognized(desk, theirs)
        change, notes = change_of(desk, before, edit, reading)
        if not differs(change):
            require_arrived(desk, before)
            return unchanged(before)
        return write_change(desk, before, change, notes)

    return once(desk, edit.key, what, write)


def delete_worklog(
    desk: Desk,
    issue_id: int,
    seen: Seen,
    key: str,
    estimate: EstimateChange | None = None,
    *,
    final: bool = False,
) -> Saved:
    """Delete one worklog. Raises Conflict when it changed meanwhile.

    ``final``: the person knows that it cannot be undone; without it NoWayBack is raised for such a worklog.
    """
    chosen = estimate or EstimateChange()
    require_estimate(chosen)

    def write() -> Saved:
        try:
            before = current_worklog(desk, issue_id, seen, "nothing")
        except Gone as gone:
            if not gone.by_viewer:
                raise
            return Saved(None, issues=(issue_id,))
        if not final:
            require_way_back(desk, before)
        return write_removal(desk, before, chosen)

    return once(desk, key, ("delete", seen.worklog_id), write)


def move_worklog(desk: Desk, edit: WorklogEdit, to_issue_id: int) -> Saved:
    """Move a worklog to another issue, with the changes that ``edit`` brings.

    The estimate choice is for the new issue; the old one gets its time back, unless estimates are left.
    """
    if to_issue_id == edit.issue_id:
        return change_worklog(desk, edit)
    reading = None if edit.text is None else require_time(read_seconds(desk, edit.text))
    require_estimate(edit.estimate)
    what = ("move", edit.seen.worklog_id, to_issue_id, *_content(edit))

    def write() -> Saved:
        before = current_worklog(desk, edit.issue_id, edit.seen, "", edit.tried)
        change, notes = change_of(desk, before, edit, reading)
        draft = WorklogDraft(
            to_issue_id,
            change.started or before.started,
            change.seconds or before.seconds,
            edit.key,
            change.comment or before.comment,
            edit.estimate,
        )
        leave = EstimateChange("leave") if edit.estimate.mode == "leave" else EstimateChange()
        return carry_over(desk, before, draft, notes, leave)

    return once(desk, edit.key, what, write)


def _content(edit: WorklogEdit) -> tuple[object, ...]:
    """What makes an edit another one than the same form sent before."""
    estimate = edit.estimate.mode, edit.estimate.seconds
    return (edit.day, edit.time, edit.fold, edit.text, digest(edit.comment), *estimate)


def _start(desk: Desk, day: date, clock: time | None, fold: int) -> Start:
    if clock is not None:
        return started_at(day, clock, desk.zone, fold)
    others = own_worklogs(desk, day)
    return next_start(day, desk.zone, [(worklog.started, worklog.seconds) for worklog in others])
