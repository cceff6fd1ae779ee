"""Copy the hours of one week into another: first a plan to preview, then the copy.

Jira has no operation for many worklogs, so a call works for a while and stops. The plan and its results so
far are kept, and the next call with the same key continues with the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from timesheet.domain.duration import format_hm, whole_minutes
from timesheet.domain.errors import Conflict, InvalidInput, JiraUnavailable, TimesheetError
from timesheet.domain.jira_time import moved_to
from timesheet.domain.message import Message, message
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.adf import adf_to_text
from timesheet.domain.worklog.issue import Issue, issue_in
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import UNKNOWN_VALUES, Snapshot
from timesheet.services.resilience.patience import never
from timesheet.services.snapshot.own import snapshot_at
from timesheet.services.snapshot.row_lock import read_row_locks
from timesheet.services.timesheet.command import CopyWorklogs
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.attribute import copied, copy_refusal
from timesheet.services.worklog.command import MOST_AT_ONCE, NOT_TRIED_AFTER, STOPPED, TimeEntry
from timesheet.services.worklog.log import log_time
from timesheet.services.worklog.safeguard.idempotency import NO_KEY, digest, is_key, turn_of_cell
from timesheet.services.worklog.safeguard.lost_write import lost_form
from timesheet.services.worklog.write_result import WriteResult, own_worklogs

NOT_WHOLE = message("Nothing can be copied now, as the two weeks could not be read completely.")
HIDDEN = message("There is no such issue, or Jira does not show it to you.")
HIDDEN_SUMMARY = message("deleted, or hidden from you")
FORGOTTEN = message("The progress is no longer available. Try again: nothing is logged twice.")
CACHE_SECONDS = 900


@dataclass(frozen=True, slots=True)
class CopyLine:
    """One worklog to copy to ``day``; ``skip`` says why it is not copied, empty if it is.

    ``closed`` is True if it is not copied because that day is closed, ``refused`` is True if Jira takes no
    time on the issue, or if an option of the worklog was removed, or a required value is missing. ``moved`` is
    True if the clocks skip its time of day on that day.
    """

    worklog_id: int
    issue: Issue
    day: date
    seconds: int
    skip: str = ""
    closed: bool = False
    refused: bool = False
    moved: bool = False

    def key(self, of_copy: str) -> str:
        """Return the key of this line's write. The same copy to other days writes again, and moves nothing."""
        return f"{of_copy}-{self.worklog_id}-{self.day.toordinal()}"


@dataclass(frozen=True, slots=True)
class CopyResult:
    """The copied worklogs, and the lines that were not confirmed, each with its message.

    ``lines`` are all that were chosen, ``left`` those with which the next call continues; ``command`` is a
    hash of the choice. ``unsure`` says that Jira may have written one of them, because its answer was lost.
    """

    saved: tuple[WriteResult, ...] = ()
    failed: tuple[tuple[CopyLine, str], ...] = ()
    unsure: bool = False
    command: str = ""
    lines: tuple[CopyLine, ...] = ()
    left: tuple[tuple[CopyLine, TimeEntry], ...] = field(default=(), repr=False)

    @property
    def done(self) -> int:
        """Return how many lines were tried."""
        return len(self.saved) + len(self.failed)

    def ended(self, why: str, *, unsure: bool = False) -> CopyResult:
        """Return the result if nothing more is tried; each remaining line gets a message."""
        rest = tuple((line, why) for line, _ in self.left)
        return replace(self, failed=(*self.failed, *rest), left=(), unsure=unsure)


def plan_copy(context: ViewerContext, source: DateSpan, target: DateSpan) -> tuple[CopyLine, ...]:
    """Return the worklogs of ``source`` day by day on ``target``; days that already have time or are closed
    are skipped.
    """
    if len(source) != len(target):
        raise InvalidInput(message("Copy between ranges of the same length."), field="date")
    return _plan(context, read_complete(context, source), source, target)


def _plan(
    context: ViewerContext, whole: Snapshot, source: DateSpan, target: DateSpan
) -> tuple[CopyLine, ...]:
    """Return the plan of a copy; ``whole`` is the time of ``source``."""
    days = {worklog.id: worklog.day + (target.first - source.first) for worklog in whole.worklogs}
    starts = {one.id: moved_to(one.started, days[one.id], context.zone) for one in whole.worklogs}
    # Until Jira assigns ids, each copy has the negative id of its original.
    copies = [
        replace(one, id=-one.id, day=days[one.id], started=starts[one.id].instant) for one in whole.worklogs
    ]
    planned = plan_lines(context, target, copies, whole.issues)
    lines = tuple(replace(line, moved=starts[line.worklog_id].moved) for line in planned)
    if len(lines) > MOST_AT_ONCE:
        raise InvalidInput(
            message("That is more than {most} worklogs: copy a shorter range.", most=MOST_AT_ONCE),
            field="date",
        )
    return lines


def apply_copy(
    context: ViewerContext, command: CopyWorklogs, enough: Callable[[], bool] = never
) -> CopyResult:
    """Log everything in the current plan, or only that of some issues, until it is ``enough``.

    One refusal does not stop the rest. Comments are copied as text, and only on request, because most describe the week
    in which they were written. If Jira stops responding, the rest is not tried. A call with the same key
    continues where the last one stopped.
    """
    what = hash_of(command.source, command.to, command.comments, command.issue_ids)

    def planned() -> CopyResult:
        # Read once: another tab may log time meanwhile, of which the plan would have a line and no original.
        whole = read_complete(context, command.source)
        originals = {worklog.id: worklog for worklog in whole.worklogs}
        return begin_lines(
            what,
            _plan(context, whole, command.source, command.target),
            command.issue_ids,
            lambda line: _entry(context, line, originals[line.worklog_id], command),
        )

    return log_lines(context, command.key, planned, enough, what)


def plan_lines(
    context: ViewerContext, target: DateSpan, copies: Sequence[Worklog], issues: Mapping[int, Issue]
) -> tuple[CopyLine, ...]:
    """Return a line for each of ``copies``, worklogs on days of ``target`` with the negative ids of their lines.

    An issue that is not among ``issues`` is one that Jira does not show to the viewer. A copy of a worklog with seconds
    has whole minutes.
    """
    taken = _taken(read_complete(context, target))
    closed = context.lock.closed(context.viewer, target, issues.values(), copies, context.zone)
    locks = read_row_locks(context, list(issues.values()))

    def line(new: Worklog) -> CopyLine:
        issue, day = issues.get(new.issue_id) or _hidden(new.issue_id), new.day
        why = closed.of_worklog(new, issue)
        skip = why or _skip(taken, issue.id, day)
        lock = locks.get(issue.id)
        shown = issue.id in issues
        refusal = HIDDEN if not shown else lock.sentence(issue) if lock else copy_refusal(context, new)
        return CopyLine(
            worklog_id=-new.id,
            issue=issue,
            day=day,
            seconds=whole_minutes(new.seconds),
            skip=skip or refusal,
            closed=bool(why),
            refused=bool(refusal and not skip),
        )

    return tuple(map(line, copies))


def _hidden(issue_id: int) -> Issue:
    return replace(issue_in({}, issue_id), summary=HIDDEN_SUMMARY, type_name="")


def hash_of(*choice: object) -> str:
    """Return a hash of what was chosen, the same in each process."""
    return digest(repr([sorted(one) if isinstance(one, frozenset) else one for one in choice]))


def begin_lines(
    command: str,
    lines: Iterable[CopyLine],
    issue_ids: frozenset[int] | None,
    entry_of: Callable[[CopyLine], TimeEntry],
) -> CopyResult:
    """Return a copy of which nothing is logged yet, of all lines or only those of some issues."""
    chosen = tuple(line for line in lines if issue_ids is None or line.issue.id in issue_ids)
    left, failed = list[tuple[CopyLine, TimeEntry]](), list[tuple[CopyLine, str]]()
    for line in (line for line in chosen if not line.skip):
        try:
            left.append((line, entry_of(line)))
        except TimesheetError as error:
            failed.append((line, error.sentence))
    return CopyResult(failed=tuple(failed), command=command, lines=chosen, left=tuple(left))


def log_lines(
    context: ViewerContext,
    key: str,
    planned: Callable[[], CopyResult],
    enough: Callable[[], bool],
    command: str = "",
) -> CopyResult:
    """Log the rest of the copy with this key, which is ``planned`` at the first call; see ``apply_copy``.

    Another ``command`` with the same key is another copy: somebody changed their choice after an answer was lost.
    """
    name = _name(context, key)
    with context.cache.turn(name):
        previous = _copy_so_far(context, key)
        result = previous if previous and command in ("", previous.command) else planned()
        context.cache.put(name, result, CACHE_SECONDS)
        while result.left:
            (line, entry), *rest = result.left
            try:
                saved = (*result.saved, _log(context, line, entry, result.saved))
                result = replace(result, saved=saved, left=tuple(rest))
            except JiraUnavailable as error:
                so_far = replace(result, failed=(*result.failed, (line, error.sentence)), left=tuple(rest))
                return so_far.ended(NOT_TRIED_AFTER, unsure=error.wrote_maybe)
            except TimesheetError as error:
                failed = (*result.failed, (line, error.sentence))
                result = replace(result, failed=failed, left=tuple(rest))
            context.cache.put(name, result, CACHE_SECONDS)
            if enough():
                break
        return result


def _log(
    context: ViewerContext, line: CopyLine, entry: TimeEntry, saved: Sequence[WriteResult]
) -> WriteResult:
    """Log one line. Raise Conflict if somebody has logged other time there since the plan was made.

    What an earlier try of this line left there is found by its key.
    """
    copied_ids = {one.worklog.id for one in saved if one.worklog}
    with context.cache.turn(turn_of_cell(context, line.issue.id, line.day)):
        current = own_worklogs(context, line.day, line.issue.id)
        others = [worklog for worklog in current if worklog.id not in copied_ids]
        if others and not lost_form(context, entry.key):
            raise Conflict(_already_there(sum(worklog.seconds for worklog in others)))
        return log_time(context, entry)


def go_on(context: ViewerContext, key: str, enough: Callable[[], bool]) -> CopyResult:
    """Continue a copy that has begun. Raise Conflict if its progress is no longer known."""
    return log_lines(context, key, _forgotten, enough)


def stop_copy(context: ViewerContext, key: str) -> CopyResult:
    """Stop the copy. Wait for a call in progress to end its part, and return what was done."""
    name = _name(context, key)
    with context.cache.turn(name):
        result = (_copy_so_far(context, key) or _forgotten()).ended(STOPPED)
        context.cache.put(name, result, CACHE_SECONDS)
        return result


def _copy_so_far(context: ViewerContext, key: str) -> CopyResult | None:
    """Return what earlier calls with this key did, None if there was none."""
    found = context.cache.get(_name(context, key))
    return found if isinstance(found, CopyResult) else None


def read_complete(context: ViewerContext, span: DateSpan) -> Snapshot:
    """Return a complete snapshot; with an incomplete one, hours could be duplicated or missed unnoticed."""
    snapshot = snapshot_at(context, span, needed=True)
    lacking = [part for part in snapshot.missing if part.absent or part.code == UNKNOWN_VALUES]
    if lacking:
        raise JiraUnavailable(message("{sentence} {reason}", sentence=NOT_WHOLE, reason=lacking[0].what))
    return snapshot


def _name(context: ViewerContext, key: str) -> str:
    if not is_key(key):
        raise InvalidInput(NO_KEY)
    return context.key("copy", key)


def _forgotten() -> CopyResult:
    raise Conflict(FORGOTTEN)


def _entry(context: ViewerContext, line: CopyLine, original: Worklog, command: CopyWorklogs) -> TimeEntry:
    start = moved_to(original.started, line.day, context.zone)
    clock = start.instant.astimezone(context.zone)
    return TimeEntry(
        line.issue.id,
        line.day,
        format_hm(line.seconds),
        line.key(command.key),
        clock.time(),
        clock.fold,
        # Jira shows the copy to more people than a restricted worklog.
        comment=adf_to_text(original.comment) if command.comments and not original.restricted else "",
        attributes=copied(context, original, line.day),
    )


def _taken(snapshot: Snapshot) -> dict[tuple[int, date], int]:
    taken: dict[tuple[int, date], int] = {}
    for worklog in snapshot.worklogs:
        cell = worklog.issue_id, worklog.day
        taken[cell] = taken.get(cell, 0) + worklog.seconds
    return taken


def _skip(taken: dict[tuple[int, date], int], issue_id: int, day: date) -> str:
    seconds = taken.get((issue_id, day))
    return _already_there(seconds) if seconds else ""


def _already_there(seconds: int) -> Message:
    return message("already has {time}", time=format_hm(seconds))
