"""Read a person's window without reading issues with thousands of worklogs again if they did not change.

Jira charges a point for each worklog of such an issue, whoever wrote it. So the result of an earlier read of
the same person is reused as long as Jira shows that nothing changed:

* the issue's ``updated`` and its number of worklogs, both from a search that reads past the index, are the same;
* as many worklogs as before start on the days that were read;
* each of the person's worklogs, read by id, is unchanged.

Adding or deleting a worklog changes both numbers. Jira's events show that logging time also changes the issue
(``jira:issue_updated`` with ``issue_work_logged``). Jira documents this for no other kind of change, and a
bulk move leaves no history. So ``updated`` is never trusted alone: the count detects a worklog that
moved to another day, and reading each one detects a move, an edit, and a restriction. If anything differs,
everything is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.worklog import BY_START, Worklog
from timesheet.services.ports.jira import MOST_NAMED, LongIssue, OnProgress, Snapshot
from timesheet.services.snapshot.cached_snapshot import CachedSnapshot
from timesheet.services.snapshot.change import ChangeLog
from timesheet.services.snapshot.change_log import cached_window
from timesheet.services.snapshot.changed_issue import any_changed_since
from timesheet.services.viewer.context import ViewerContext

REUSED_FOR = timedelta(hours=12)
"""The time after which a long issue is read again, whatever Jira shows of it."""
MOST_REUSED = 10


@dataclass(frozen=True, slots=True)
class Earlier:
    """One issue as an earlier read saw it, with the person's worklogs on it in the window."""

    issue: LongIssue
    worklogs: tuple[Worklog, ...]


def read_worklogs(
    context: ViewerContext,
    window: DateSpan,
    change_log: ChangeLog,
    progress: OnProgress,
    named: Sequence[int],
    *,
    refresh: bool,
) -> Snapshot:
    """Read the viewer's worklogs of a window; with ``refresh``, read all of them again.

    Raise JiraUnavailable if not even the search works.
    """
    earlier = () if refresh else _earlier(context, change_log, window)

    def read(earlier: Sequence[Earlier]) -> Snapshot:
        # The search must not miss what is compared, so these issues are among those it names.
        issues = [one.issue for one in earlier]
        first = [number for number in named if number not in {one.id for one in issues}]
        names = (*first[: MOST_NAMED - len(issues)], *(one.id for one in issues))
        return context.jira.read_worklogs(
            [context.viewer], window, context.own_zones, progress, names, issues
        )

    found = read(earlier)
    unchanged = [one for one in earlier if one.issue in found.long]
    if not unchanged:
        return found
    worklogs = {worklog.id: worklog for one in unchanged for worklog in one.worklogs}
    if not _as_before(context, worklogs.values()):
        return read(())
    whole = {**worklogs, **{worklog.id: worklog for worklog in found.worklogs}}
    ordered = tuple(sorted(whole.values(), key=BY_START))
    return replace(found, worklogs=ordered)


def covering_windows(
    context: ViewerContext, change_log: ChangeLog, window: DateSpan
) -> Iterator[tuple[DateSpan, CachedSnapshot]]:
    """Yield the cached windows that contain all of ``window``, the latest first."""
    for wider in reversed(change_log.windows):
        if (
            window.first in wider
            and window.last in wider
            and (cached := cached_window(context.own_cache, wider))
        ):
            yield wider, cached


def _earlier(context: ViewerContext, change_log: ChangeLog, window: DateSpan) -> tuple[Earlier, ...]:
    """Return the long issues of which an earlier, complete read may still be valid; the latest read of each."""
    now, found = context.clock(), dict[int, Earlier]()
    for _, cached in covering_windows(context, change_log, window):
        snapshot = cached.snapshot
        if (
            cached.zone != context.zone.key
            or cached.suspicion_count != change_log.suspicion_count
            or snapshot.lacks
        ):
            continue
        for issue in snapshot.long:
            other = found.get(issue.id)
            newer = other is None or other.issue.read_at < issue.read_at
            if (
                newer
                and now - issue.read_at < REUSED_FOR
                and not _changed_since(context, change_log, issue.id, snapshot)
            ):
                own = (w for w in snapshot.worklogs if w.issue_id == issue.id and w.day in window)
                found[issue.id] = Earlier(issue, tuple(own))
    return tuple(found.values())[:MOST_REUSED]


def _changed_since(context: ViewerContext, change_log: ChangeLog, issue_id: int, snapshot: Snapshot) -> bool:
    """Return True if an event or a write of the viewer reports a change on the issue since that read."""
    since = snapshot.read_at
    events = any(event.issue_id == issue_id and event.at >= since for event in change_log.events)
    own = any(c.worklog and c.worklog.issue_id == issue_id and c.at >= since for c in change_log.changes)
    return events or own or any_changed_since(context.cache, context.site, [issue_id], since)


def _as_before(context: ViewerContext, worklogs: Collection[Worklog]) -> bool:
    """Return True if Jira shows each of these worklogs unchanged; False if it does not respond."""
    ids = sorted(worklog.id for worklog in worklogs)
    if not ids:
        return True
    try:
        listed = {worklog.id: worklog for worklog in context.jira.read_listed(ids, context.own_zones)}
    except JiraUnavailable:
        return False
    return all(listed.get(worklog.id) == worklog for worklog in worklogs)
