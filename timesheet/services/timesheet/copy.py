"""Copy the hours of one week into another: first a plan to preview, then the copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from timesheet.domain.duration import format_hm
from timesheet.domain.errors import InvalidInput, JiraUnavailable, TimesheetError
from timesheet.domain.jira_time import moved_to
from timesheet.domain.message import message
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.adf import adf_to_text
from timesheet.domain.worklog.issue import Issue, issue_in
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import UNKNOWN_VALUES, Snapshot
from timesheet.services.snapshot.own import snapshot_at
from timesheet.services.snapshot.row_lock import read_row_locks
from timesheet.services.timesheet.command import CopyWorklogs
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.attribute import copied
from timesheet.services.worklog.command import MOST_LINES, TimeEntry
from timesheet.services.worklog.log import log_time
from timesheet.services.worklog.write_result import WriteResult

NOT_WHOLE = message("Nothing can be copied now, as the two weeks could not be read completely.")
HIDDEN = message("There is no such issue, or Jira does not show it to you.")
NOT_TRIED = message("Not tried, because the one before it could not be saved.")


@dataclass(frozen=True, slots=True)
class CopyLine:
    """One worklog to copy to ``day``; ``skip`` says why it is not copied, empty if it is.

    ``closed`` is True if it is not copied because that day is closed, ``refused`` if it is because Jira takes no time
    on the issue.
    """

    worklog_id: int
    issue: Issue
    day: date
    seconds: int
    skip: str = ""
    closed: bool = False
    refused: bool = False


@dataclass(frozen=True, slots=True)
class CopyResult:
    """The copied worklogs, and the lines that were not confirmed, each with its message.

    ``unsure`` says that Jira may have written one of them, because its answer was lost.
    """

    saved: tuple[WriteResult, ...]
    failed: tuple[tuple[CopyLine, str], ...]
    unsure: bool = False


def plan_copy(context: ViewerContext, source: DateSpan, target: DateSpan) -> tuple[CopyLine, ...]:
    """Return the worklogs of ``source`` day by day on ``target``; days that already have time or are closed
    are skipped.
    """
    if len(source) != len(target):
        raise InvalidInput(message("Copy between stretches of the same length."), field="date")
    whole = read_complete(context, source)
    lines = plan_lines(
        context, target, _copies(whole, target.first - source.first, context.zone), whole.issues
    )
    if len(lines) > MOST_LINES:
        raise InvalidInput(
            message("That is more than {most} worklogs: copy a shorter stretch.", most=MOST_LINES),
            field="date",
        )
    return lines


def apply_copy(context: ViewerContext, command: CopyWorklogs) -> CopyResult:
    """Log everything in the current plan, or only that of some issues; one refusal does not stop the rest.

    Comments are copied as text, and only on request, because most describe the week in which they were
    written. If Jira stops responding, the rest is not tried.
    """
    originals = {worklog.id: worklog for worklog in read_complete(context, command.source).worklogs}
    return log_lines(
        context,
        plan_copy(context, command.source, command.target),
        command.issue_ids,
        lambda line: _entry(context, line, originals[line.worklog_id], command),
    )


def plan_lines(
    context: ViewerContext, target: DateSpan, copies: Sequence[Worklog], issues: Mapping[int, Issue]
) -> tuple[CopyLine, ...]:
    """Return a line for each of ``copies``, worklogs on days of ``target`` with the negative ids of their lines.

    An issue that is not among ``issues`` is one that Jira does not show to the viewer.
    """
    taken = _taken(read_complete(context, target))
    closed = context.lock.closed(context.viewer, target, issues.values(), copies, context.zone)
    locks = read_row_locks(context, list(issues.values()))

    def line(copied: Worklog) -> CopyLine:
        issue, day = issue_in(issues, copied.issue_id), copied.day
        why = closed.of_worklog(copied, issue)
        skip = why or _skip(taken, issue.id, day)
        lock = locks.get(issue.id)
        refusal = HIDDEN if issue.id not in issues else lock.sentence(issue) if lock else ""
        return CopyLine(
            -copied.id, issue, day, copied.seconds, skip or refusal, bool(why), bool(refusal and not skip)
        )

    return tuple(map(line, copies))


def log_lines(
    context: ViewerContext,
    lines: Iterable[CopyLine],
    issue_ids: frozenset[int] | None,
    entry_of: Callable[[CopyLine], TimeEntry],
) -> CopyResult:
    """Log the lines that are not skipped, or only those of some issues; see ``apply_copy``."""
    saved, failed, down, unsure = list[WriteResult](), list[tuple[CopyLine, str]](), "", False
    for line in lines:
        if line.skip or not (issue_ids is None or line.issue.id in issue_ids):
            continue
        if down:
            failed.append((line, down))
            continue
        try:
            saved.append(log_time(context, entry_of(line)))
        except JiraUnavailable as error:
            failed.append((line, error.sentence))
            down, unsure = NOT_TRIED, error.wrote_maybe
        except TimesheetError as error:
            failed.append((line, error.sentence))
    return CopyResult(tuple(saved), tuple(failed), unsure)


def read_complete(context: ViewerContext, span: DateSpan) -> Snapshot:
    """Return a complete snapshot; with an incomplete one, hours could be duplicated or missed unnoticed."""
    snapshot = snapshot_at(context, span, needed=True)
    lacking = [part for part in snapshot.missing if part.absent or part.code == UNKNOWN_VALUES]
    if lacking:
        raise JiraUnavailable(message("{sentence} {reason}", sentence=NOT_WHOLE, reason=lacking[0].what))
    return snapshot


def _entry(context: ViewerContext, line: CopyLine, original: Worklog, command: CopyWorklogs) -> TimeEntry:
    start = moved_to(original.started, line.day, context.zone)
    clock = start.instant.astimezone(context.zone)
    return TimeEntry(
        line.issue.id,
        line.day,
        format_hm(line.seconds),
        f"{command.key}-{line.worklog_id}",
        clock.time(),
        clock.fold,
        comment=adf_to_text(original.comment) if command.comments else "",
        attributes=copied(context, original, line.day),
    )


def _copies(source: Snapshot, step: timedelta, zone: ZoneInfo) -> list[Worklog]:
    """Return the worklogs that copying creates; until Jira assigns ids, each has the negative id of its original."""
    days = [(worklog, worklog.day + step) for worklog in source.worklogs]
    return [replace(w, id=-w.id, day=day, started=moved_to(w.started, day, zone).instant) for w, day in days]


def _taken(there: Snapshot) -> dict[tuple[int, date], int]:
    taken: dict[tuple[int, date], int] = {}
    for worklog in there.worklogs:
        cell = worklog.issue_id, worklog.day
        taken[cell] = taken.get(cell, 0) + worklog.seconds
    return taken


def _skip(taken: dict[tuple[int, date], int], issue_id: int, day: date) -> str:
    seconds = taken.get((issue_id, day))
    return message("already has {time}", time=format_hm(seconds)) if seconds else ""
