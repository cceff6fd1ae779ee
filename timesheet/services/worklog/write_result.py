"""The result of a write, and the rules that all writes share: once per key, never over a newer change."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256

from timesheet.domain.duration import MINUTE, Reading, day_warning, format_hm, read_duration
from timesheet.domain.errors import Conflict, InvalidInput, NotFound, TimeTrackingOff
from timesheet.domain.issue import Issue
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog import Worklog
from timesheet.services.snapshot.change_log import Change, held_snapshots, note_changes, suspect_windows
from timesheet.services.snapshot.issue import remember_issue
from timesheet.services.snapshot.own import read_time_tracking, snapshot_at
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.fate import changed_by_lost_write, deleted_by_lost_write, recognize

REPEAT_SECONDS = 600
GONE = "This worklog is not in Jira any more: somebody deleted or moved it. Reload to see what is there now."
NEWER = "Somebody changed this worklog meanwhile: it is {theirs} now, you entered {yours}."

_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(eq=False)
class Gone(Conflict):
    """The worklog no longer exists in Jira; ``by_viewer``: their own deletion removed it, but its response was lost."""

    by_viewer: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A worklog as the browser saw it: its id and Jira's ``updated``."""

    worklog_id: int
    updated: datetime


@dataclass(frozen=True, slots=True)
class Step:
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
    """The result of a write: the days and issues whose figures changed, and what to tell the person.

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
    steps: tuple[Step, ...] = ()
    over_long: bool = False


def is_key(text: str) -> bool:
    """Return True if this can be the key of a write."""
    return _KEY.fullmatch(text) is not None


def once(
    context: ViewerContext, key: str, what: Iterable[object], write: Callable[[], WriteResult]
) -> WriteResult:
    """Return the result of ``write``; a second call with the same key and content returns the first result again."""
    if not is_key(key):
        raise InvalidInput("The form is out of date: reload the page and try again.")
    content = "/".join(str(part) for part in what)
    saved = context.cache.get_or_create(context.key("write", key, content), write, REPEAT_SECONDS)
    if saved.worklog:
        version = Seen(saved.worklog.id, saved.worklog.updated)
        context.cache.put(context.key("wrote", key), version, REPEAT_SECONDS)
    return saved


def digest(text: str | None) -> str:
    """Return a short hash of a text, to compare it without keeping it."""
    return "" if text is None else sha256(text.encode()).hexdigest()[:16]


def read_seconds(context: ViewerContext, text: str) -> Reading:
    """Return a typed duration. Raise InvalidInput, or TimeTrackingOff if this Jira does not track time."""
    tracking = read_time_tracking(context.jira, context.cache, context.identity)
    if not tracking.enabled:
        raise TimeTrackingOff
    return read_duration(text, tracking)


def require_time(reading: Reading) -> Reading:
    """Return a typed duration above zero. Raise InvalidInput for zero, because Jira stores no worklog without time."""
    if reading.seconds < MINUTE:
        raise InvalidInput("A worklog needs at least one minute.", field="duration")
    return reading


def own_worklogs(context: ViewerContext, day: date, issue_id: int | None = None) -> list[Worklog]:
    """Return the viewer's worklogs of one day, on one issue or on all, from the cached snapshot."""
    worklogs = snapshot_at(context, DateSpan(day, day)).worklogs
    return [w for w in worklogs if issue_id is None or w.issue_id == issue_id]


def current_worklog(
    context: ViewerContext, issue_id: int, seen: Seen, yours: str, tried: Iterable[str] = ()
) -> Worklog:
    """Return the current worklog from Jira. Raise Conflict if it is not what the browser saw.

    A change by the viewer's own lost write is not a conflict: ``tried`` are the keys whose responses never
    reached the browser. Raise Gone if it no longer exists.
    """
    try:
        theirs = context.jira.read_worklog(issue_id, seen.worklog_id, context.zones)
    except NotFound as error:
        suspect_windows(context.cache, context.site, context.viewer, [(seen.worklog_id, context.clock())])
        raise Gone(
            GONE, yours=yours, by_viewer=deleted_by_lost_write(context, issue_id, seen.worklog_id)
        ) from error
    if theirs.updated != seen.updated:
        recognize(context, theirs)
        if not (changed_by_lost_write(context, theirs, seen.updated) or _wrote(context, theirs, tried)):
            shown = format_hm(theirs.seconds)
            raise Conflict(NEWER.format(theirs=shown, yours=yours), theirs=shown, yours=yours, current=theirs)
    return theirs


def _wrote(context: ViewerContext, worklog: Worklog, keys: Iterable[str]) -> bool:
    """Return True if this version of a worklog came from a write with one of these keys."""
    version = Seen(worklog.id, worklog.updated)
    return any(context.cache.get(context.key("wrote", key)) == version for key in keys)


def finish(
    context: ViewerContext,
    issue: Issue,
    before: Worklog | None,
    after: Worklog | None,
    notes: Iterable[str] = (),
    step: Step | None = None,
) -> WriteResult:
    """Apply a write that Jira accepted to the cached snapshots, and return what changed.

    ``issue`` is as it is after the write. Only the cache is used, so nothing can fail from here on.
    """
    either = [worklog for worklog in (before, after) if worklog]
    note_changes(
        context.cache, context.site, context.viewer, [Change(either[-1].id, after, context.clock(), issue)]
    )
    remember_issue(context, issue)
    days = tuple(sorted({worklog.day for worklog in either}))
    warning = _day_note(context, after)
    told = tuple(note for note in (*notes, warning) if note)
    return WriteResult(
        after,
        days,
        (issue.id,),
        issue,
        told,
        before if after is None else None,
        steps=(step,) if step else (),
        over_long=bool(warning),
    )


def unchanged(worklog: Worklog | None = None) -> WriteResult:
    """Return a result without a write, because there was nothing to do."""
    return WriteResult(worklog, changed=False)


def found_step(worklog: Worklog) -> Step:
    """Return the step of a new worklog that was found after its response was lost; the estimate before it is
    unknown.
    """
    return Step(None, worklog, None, None, "auto")


def booked(issue: Issue, moved: int, remaining: int | None) -> Issue:
    """Return the issue with ``moved`` seconds more spent (fewer if negative) and a new remaining estimate."""
    spent = max(0, (issue.spent_seconds or 0) + moved)
    return replace(issue, remaining_seconds=remaining, spent_seconds=spent)


def _day_note(context: ViewerContext, after: Worklog | None) -> str:
    """Return a warning about a day of more than 24 hours, as far as the cache knows that day."""
    if after is None:
        return ""
    for snapshot in held_snapshots(context.cache, context.site, context.viewer):
        if any(worklog.id == after.id for worklog in snapshot.worklogs):
            return day_warning(sum(w.seconds for w in snapshot.worklogs if w.day == after.day))
    return day_warning(after.seconds)
