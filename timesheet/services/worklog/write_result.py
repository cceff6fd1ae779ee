"""The result of a write, and what is the same for all writes before and after Jira is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from timesheet.domain.duration import MINUTE, Reading, day_warning, read_duration
from timesheet.domain.errors import InvalidInput, JiraUnavailable, TimesheetError
from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.message import message
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import Snapshot
from timesheet.services.snapshot.change import WorklogState
from timesheet.services.snapshot.change_log import note_changes
from timesheet.services.snapshot.issue import get_issue, remember_issue
from timesheet.services.snapshot.lost_time import note_own_deletion
from timesheet.services.snapshot.own import snapshot_at
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.safeguard.seen import SeenWorklog

NOTHING_TO_DELETE = message(
    "Nothing was deleted: the worklog is no longer in Jira, or Jira hides it from you."
)
TRIED_SECONDS = 900
"""The time for which it is known what a write with a lost response was to change: as long as a write can be undone."""


@dataclass(frozen=True, slots=True)
class WriteStep:
    """One write: the worklog before and after it, None if there was none, and the issue's remaining estimate.

    ``mode`` is how the estimate was changed.
    """

    before: Worklog | None
    after: Worklog | None
    was_left: int | None
    left: int | None
    mode: str

    @property
    def worklog(self) -> Worklog:
        """Return the worklog, as it is or was."""
        worklog = self.after or self.before
        assert worklog is not None  # noqa: S101 - a write without a worklog is none
        return worklog


@dataclass(frozen=True, slots=True)
class WriteResult:
    """The result of a write: the days and issues whose figures changed, and the sentences for the person.

    ``worklog`` is None after a deletion; ``removed`` then contains it. ``issue`` has the estimates after the
    write, as far as they are known. ``changed`` is False if nothing had to be sent. ``steps`` are the writes
    in order, to be undone in reverse; ``over_long`` warns that the day has more than 24 hours.
    """

    worklog: Worklog | None
    days: tuple[date, ...] = ()
    issues: tuple[int, ...] = ()
    issue: Issue | None = None
    notes: tuple[str, ...] = ()
    removed: Worklog | None = None
    changed: bool = True
    steps: tuple[WriteStep, ...] = ()
    over_long: bool = False


def read_seconds(context: ViewerContext, text: str) -> Reading:
    """Return a typed duration. Raise InvalidInput, or TimeTrackingOff if this Jira does not track time."""
    return read_duration(text, context.required_tracking())


def require_time(reading: Reading) -> Reading:
    """Return a typed duration above zero. Raise InvalidInput for zero, because Jira stores no worklog without time."""
    if reading.seconds < MINUTE:
        raise InvalidInput(message("A worklog needs at least one minute."), field="duration")
    return reading


def own_worklogs(context: ViewerContext, day: date, issue_id: int | None = None) -> list[Worklog]:
    """Return the viewer's worklogs of one day, on one issue or on all, from the cached snapshot."""
    worklogs = snapshot_at(context, DateSpan(day, day)).worklogs
    return [w for w in worklogs if issue_id is None or w.issue_id == issue_id]


def day_note(context: ViewerContext, planned: Iterable[tuple[date, int]]) -> str:
    """Return a warning if new time of the viewer, as days with seconds, makes one of the days longer than 24 hours."""
    sums = Counter[date]()
    for day, seconds in planned:
        sums[day] += seconds
    for worklog in snapshot_at(context, DateSpan(min(sums), max(sums))).worklogs if sums else ():
        if worklog.day in sums:
            sums[worklog.day] += worklog.seconds
    return day_warning(max(sums.values(), default=0))


def finish(
    context: ViewerContext,
    issue: Issue,
    before: Worklog | None,
    after: Worklog | None,
    notes: Iterable[str] = (),
    step: WriteStep | None = None,
) -> WriteResult:
    """Apply a write that Jira accepted to the cached snapshots, and return what changed.

    ``issue`` is as it is after the write. Only the cache is used, so nothing can fail from here on.
    """
    either = [worklog for worklog in (before, after) if worklog]
    change = WorklogState(either[-1].id, after, context.clock(), issue)
    if after is None:
        note_own_deletion(context.own_cache, either[-1].issue_id, change.worklog_id, change.at)
    snapshots = note_changes(context.own_cache, [change], ended=issue.id)
    remember_issue(context, issue)
    days = tuple(sorted({worklog.day for worklog in either}))
    warning = _day_note(snapshots, after)
    sentences = tuple(note for note in (*notes, warning) if note)
    return WriteResult(
        after,
        days,
        (issue.id,),
        issue,
        sentences,
        before if after is None else None,
        steps=(step,) if step else (),
        over_long=bool(warning),
    )


def unchanged(worklog: Worklog | None = None) -> WriteResult:
    """Return a result without a write, because there was nothing to do."""
    return WriteResult(worklog, changed=False)


def already_gone() -> WriteResult:
    """Return the result of deleting a worklog that is no longer in Jira: nothing was sent, and a note says so."""
    return replace(unchanged(), notes=(NOTHING_TO_DELETE,))


def found_step(worklog: Worklog) -> WriteStep:
    """Return the step of a new worklog that was found after its response was lost; the estimate before it is
    unknown.
    """
    return WriteStep(None, worklog, None, None, "auto")


@contextmanager
def noted_try(context: ViewerContext, step: WriteStep) -> Iterator[None]:
    """Remember what a change or deletion is about to change, for the request that finds it if its response is lost.

    Without that, nothing would know what to restore if it is undone. A refused one has changed nothing, but an
    earlier try of the same change may have: it is remembered as long as its outcome is unknown.
    """
    assert step.before is not None  # noqa: S101 - a new worklog replaces nothing
    name = _try_name(context, SeenWorklog(step.before.id, step.before.updated))
    context.cache.put(name, step, TRIED_SECONDS)
    try:
        yield
    except TimesheetError as error:
        lost = isinstance(error, JiraUnavailable) and error.wrote_maybe
        if not lost and not _tried_before(context, step.before):
            context.cache.delete(name)
        raise


def _tried_before(context: ViewerContext, before: Worklog) -> bool:
    """Return True if an earlier write of the viewer over this version has not been answered."""
    unfinished = context.journal.unfinished_on(before.issue_id)
    return any(
        (intent.account_id, intent.worklog_id, intent.updated) == (context.viewer, before.id, before.updated)
        for intent in unfinished
    )


def found_steps(context: ViewerContext, seen: SeenWorklog, after: Worklog | None) -> tuple[WriteStep, ...]:
    """Return the step from the version that a browser saw to ``after``, the result of the viewer's write whose response
    was lost; none if no write of theirs replaced that version.
    """
    step = context.cache.get(_try_name(context, seen))
    return (replace(step, after=after),) if isinstance(step, WriteStep) else ()


def since_seen(context: ViewerContext, saved: WriteResult, seen: SeenWorklog) -> WriteResult:
    """Return the result of a change or deletion with an undo that leads back to the version that a browser saw, also if
    an earlier write of the viewer, whose response was lost, came in between.
    """
    before = saved.steps[0].before if len(saved.steps) == 1 else None
    if before is None or before.updated == seen.updated:
        return saved
    steps = found_steps(context, seen, saved.worklog)
    if not steps:
        return saved
    return replace(saved, steps=(replace(steps[0], left=saved.steps[0].left),))


def _try_name(context: ViewerContext, seen: SeenWorklog) -> str:
    return context.key("tried", seen.worklog_id, epoch_ms(seen.updated))


def booked(issue: Issue, moved: int, remaining: int | None) -> Issue:
    """Return the issue with ``moved`` seconds more spent (fewer if negative) and a new remaining estimate."""
    spent = max(0, (issue.spent_seconds or 0) + moved)
    return replace(issue, remaining_seconds=remaining, spent_seconds=spent)


def _day_note(snapshots: Iterable[Snapshot], after: Worklog | None) -> str:
    """Return a warning about a day of more than 24 hours, as far as the viewer's snapshots contain that day."""
    if after is None:
        return ""
    for snapshot in snapshots:
        same_day = [worklog for worklog in snapshot.worklogs if worklog.day == after.day]
        if any(worklog.id == after.id for worklog in same_day):
            return day_warning(sum(worklog.seconds for worklog in same_day))
    return day_warning(after.seconds)


def recognized(
    context: ViewerContext, worklog: Worklog, note: str = "", seen: SeenWorklog | None = None
) -> WriteResult:
    """Return the result of a write that Jira contains already, usually from an earlier try whose response was lost.

    It can be undone if that try replaced the version that was ``seen``.
    """
    result = finish(context, get_issue(context, worklog.issue_id), None, worklog, [note])
    return replace(result, steps=found_steps(context, seen, worklog)) if seen else result


def recognized_removal(context: ViewerContext, issue_id: int, seen: SeenWorklog) -> WriteResult:
    """Return the result of the viewer's own deletion, whose response was lost; it can be undone if it is known what
    was deleted.
    """
    steps = found_steps(context, seen, None)
    before = steps[0].before if steps else None
    days = (before.day,) if before else ()
    issue = get_issue(context, issue_id) if before else None
    return WriteResult(None, days, (issue_id,), issue, removed=before, steps=steps)
