"""Logging, changing, deleting and restoring worklogs: one's own, and those of members one manages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from timesheet.domain.adf import edited, text_to_adf
from timesheet.domain.duration import Reading, format_hm
from timesheet.domain.errors import Conflict, InvalidInput, JiraUnavailable, TimesheetError
from timesheet.domain.estimate import MODES
from timesheet.domain.jira_time import Start, next_start, started_at
from timesheet.domain.worklog import Worklog
from timesheet.services.desk import Desk
from timesheet.services.issue import known_issue
from timesheet.services.ledger import suspect_windows
from timesheet.services.ports import EstimateChange, WorklogChange, WorklogDraft
from timesheet.services.saved import (
    NEWER,
    Saved,
    Seen,
    current_worklog,
    once,
    own_worklogs,
    read_seconds,
    require_time,
    unchanged,
)
from timesheet.services.timesheet import zone_of
from timesheet.services.worklog_journal import new_id
from timesheet.services.worklog_words import CellEdit, TimeEntry, WorklogEdit
from timesheet.services.worklog_write import write_change, write_new, write_removal

OPEN_LIST = "This cell holds {count} worklogs. Open the list to change one of them."
BOTH = (
    "The time is on the new issue (worklog {new}), but the old worklog {old} may still be there. "
    "Reload, and delete one of them if you see both."
)
TWICE = "That hour comes twice on that day, as the clocks go back: choose the first or the second one."


def save_cell(desk: Desk, edit: CellEdit) -> Saved:
    """What a typed cell means: create, change the time, delete when emptied, nothing when it is the same.

    Raises InvalidInput for text that is no duration or a cell with several worklogs, Conflict when the
    cell is not what the browser saw.
    """
    seconds, note = 0, ""
    if edit.text.strip():
        reading = read_seconds(desk, edit.text)
        seconds, note = reading.seconds, reading.note
    what = ("cell", edit.issue_id, edit.day, seconds, *(seen.worklog_id for seen in edit.seen))
    return once(desk, edit.key, what, lambda: _save_cell(desk, edit, seconds, note))


def _save_cell(desk: Desk, edit: CellEdit, seconds: int, note: str) -> Saved:
    current = own_worklogs(desk, edit.day, edit.issue_id)
    yours = format_hm(seconds)
    if len(edit.seen) > 1 or (len(edit.seen) == 1 and len(current) > 1):
        raise InvalidInput(OPEN_LIST.format(count=max(len(edit.seen), len(current))), field="duration")
    if not edit.seen:
        again = new_id(desk.viewer, edit.key, edit.issue_id, edit.day, seconds)
        if current and not desk.journal.earlier(again):
            theirs = format_hm(sum(worklog.seconds for worklog in current))
            said = OPEN_LIST if len(current) > 1 else NEWER
            sentence = said.format(count=len(current), theirs=theirs, yours=yours)
            raise Conflict(sentence, theirs, yours, current[-1])
        return _create(desk, edit, seconds, note) if seconds else unchanged()
    if not seconds:
        return _delete(desk, edit.issue_id, edit.seen[0], EstimateChange())
    if [worklog.seconds for worklog in current] == [seconds]:
        return unchanged(current[0])
    before = current_worklog(desk, edit.issue_id, edit.seen[0], yours)
    return write_change(desk, before, WorklogChange(seconds=seconds), [note])


def _create(desk: Desk, edit: CellEdit, seconds: int, note: str) -> Saved:
    start = _start(desk, edit.day, None, 0)
    return write_new(desk, WorklogDraft(edit.issue_id, start.instant, seconds, edit.key), [note, start.note])


def log_time(desk: Desk, entry: TimeEntry) -> Saved:
    """Create one worklog; raises InvalidInput for a bad duration, day, time, comment or estimate."""
    reading = require_time(read_seconds(desk, entry.text))
    comment = text_to_adf(entry.comment) if entry.comment.strip() else None
    _require_estimate(entry.estimate)

    def write() -> Saved:
        start = _start(desk, entry.day, entry.time, entry.fold)
        draft = WorklogDraft(
            entry.issue_id, start.instant, reading.seconds, entry.key, comment, entry.estimate
        )
        return write_new(desk, draft, [reading.note, *_start_notes(start)])

    return once(desk, entry.key, ("log", entry.issue_id, entry.day, entry.time, reading.seconds), write)


def change_worklog(desk: Desk, edit: WorklogEdit) -> Saved:
    """Change time, day, start or comment of one worklog; only what differs is sent.

    A day without a time keeps the time of day. Raises Conflict when it is not what the browser saw.
    """
    reading = None if edit.text is None else require_time(read_seconds(desk, edit.text))
    _require_estimate(edit.estimate)
    what = ("change", edit.seen.worklog_id, edit.seen.updated, edit.day, edit.time, edit.text)

    def write() -> Saved:
        yours = format_hm(reading.seconds) if reading else ""
        before = current_worklog(desk, edit.issue_id, edit.seen, yours)
        start = _moved_start(desk, before, edit)
        change = WorklogChange(
            started=start.instant if start else None,
            seconds=reading.seconds if reading and reading.seconds != before.seconds else None,
            comment=None if edit.comment is None else edited(before.comment, edit.comment),
            estimate=edit.estimate,
        )
        if change == WorklogChange(estimate=change.estimate) and change.estimate.mode in ("auto", "leave"):
            return unchanged(before)
        notes = [reading.note if reading else "", *(_start_notes(start) if start else ())]
        return write_change(desk, before, change, notes)

    return once(desk, edit.key, what, write)


def delete_worklog(
    desk: Desk, issue_id: int, seen: Seen, key: str, estimate: EstimateChange | None = None
) -> Saved:
    """Delete one worklog; it can be restored for a while. Raises Conflict when it changed meanwhile."""
    chosen = estimate or EstimateChange()
    _require_estimate(chosen)
    return once(desk, key, ("delete", seen.worklog_id), lambda: _delete(desk, issue_id, seen, chosen))


def restore_worklog(desk: Desk, worklog_id: int, key: str) -> Saved:
    """Undo a delete: the same content as a new worklog with a new id."""
    removed = desk.cache.get(desk.key("removed", worklog_id))
    if not isinstance(removed, Worklog):
        raise InvalidInput("It is too late to undo this: log the time again.")
    if removed.author != desk.viewer:
        raise InvalidInput(
            "Jira makes every worklog its writer’s own, so only its author can log this again."
        )
    if removed.restricted:
        raise InvalidInput("That worklog was visible to some people only: undo cannot bring that back.")
    draft = WorklogDraft(removed.issue_id, removed.started, removed.seconds, key, removed.comment)
    return once(
        desk, key, ("restore", worklog_id), lambda: write_new(desk, draft, [], {"restored": worklog_id})
    )


def move_worklog(desk: Desk, edit: WorklogEdit, to_issue_id: int) -> Saved:
    """Move a worklog to another issue, with the changes that ``edit`` brings.

    Jira has no move for one's own worklogs, so the new one is made first and the old one deleted then.
    The estimate choice is for the new issue; the old one gets its time back, unless estimates are left.
    """
    if to_issue_id == edit.issue_id:
        return change_worklog(desk, edit)
    reading = None if edit.text is None else require_time(read_seconds(desk, edit.text))
    _require_estimate(edit.estimate)
    what = ("move", edit.seen.worklog_id, to_issue_id, edit.day, edit.time, edit.text)
    return once(desk, edit.key, what, lambda: _move(desk, edit, to_issue_id, reading))


def _move(desk: Desk, edit: WorklogEdit, to_issue_id: int, reading: Reading | None) -> Saved:
    before = current_worklog(desk, edit.issue_id, edit.seen, "")
    if before.author != desk.viewer:
        raise InvalidInput(
            "Jira makes every worklog its writer’s own, so only its author can move it to another issue."
        )
    if before.restricted:
        raise InvalidInput("This worklog is visible to some people only: move it in Jira to keep it so.")
    start = _moved_start(desk, before, edit)
    instant = start.instant if start else before.started
    seconds = reading.seconds if reading else before.seconds
    comment = None if edit.comment is None else edited(before.comment, edit.comment)
    # Before the new one is made, as otherwise it would have to be taken back.
    desk.lock.check(
        before.author, known_issue(desk, before.issue_id), {before.day}, [before.started], before.id
    )
    draft = WorklogDraft(to_issue_id, instant, seconds, edit.key, comment or before.comment, edit.estimate)
    notes = [reading.note if reading else "", *(_start_notes(start) if start else ())]
    made = write_new(desk, draft, notes, {"moved_from": before.id})
    assert made.worklog is not None  # noqa: S101 - a log without a worklog raises
    leave = EstimateChange("leave") if edit.estimate.mode == "leave" else EstimateChange()
    gone = _remove_moved(desk, before, made.worklog, leave)
    return replace(made, days=tuple(sorted({*made.days, *gone.days})), issues=(*gone.issues, *made.issues))


def _remove_moved(desk: Desk, before: Worklog, made: Worklog, estimate: EstimateChange) -> Saved:
    """Delete the old worklog; where Jira refuses that, take the new one back and pass the refusal on."""
    try:
        return write_removal(desk, before, estimate)
    except JiraUnavailable as error:
        # Whether the old one is gone is not known, so deleting the new one might lose the time.
        suspect_windows(desk.cache, desk.site, desk.viewer)
        raise JiraUnavailable(BOTH.format(old=before.id, new=made.id), wrote_maybe=True) from error
    except TimesheetError as error:
        try:
            write_removal(desk, made, estimate)
        except TimesheetError:
            raise JiraUnavailable(BOTH.format(old=before.id, new=made.id), wrote_maybe=True) from error
        raise


def _delete(desk: Desk, issue_id: int, seen: Seen, estimate: EstimateChange) -> Saved:
    return write_removal(desk, current_worklog(desk, issue_id, seen, "nothing"), estimate)


def _start(desk: Desk, day: date, clock: time | None, fold: int) -> Start:
    if clock is not None:
        return started_at(day, clock, desk.zone, fold)
    others = own_worklogs(desk, day)
    return next_start(day, desk.zone, [(worklog.started, worklog.seconds) for worklog in others])


def _moved_start(desk: Desk, before: Worklog, edit: WorklogEdit) -> Start | None:
    """Where the worklog begins after the edit, in its author's zone; None when day and minute stay as they are."""
    zone = zone_of(desk, before.author)
    local = before.started.astimezone(zone)
    day, clock = edit.day or local.date(), edit.time or local.time()
    same_minute = edit.time is None or (clock.hour, clock.minute) == (local.hour, local.minute)
    fold = local.fold if edit.fold is None else edit.fold
    if day == local.date() and same_minute and fold == local.fold:
        return None
    return started_at(day, clock, zone, fold)


def _start_notes(start: Start) -> list[str]:
    return [start.note, TWICE if start.repeated else ""]


def _require_estimate(estimate: EstimateChange) -> None:
    if estimate.mode not in MODES:
        raise InvalidInput("There is no such way to adjust the remaining estimate.", field="estimate")
    if estimate.mode in ("new", "manual") and (estimate.seconds is None or estimate.seconds < 0):
        raise InvalidInput("Say what the remaining estimate is to be.", field="estimate")
