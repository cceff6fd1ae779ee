"""Read a person's window without reading again what did not change on issues with thousands of worklogs.

Jira charges a point for each worklog of such an issue, whoever wrote it. So what an earlier reading of the same person
brought of it is used again as long as Jira shows that nothing changed there:

* the issue's ``updated`` and its number of worklogs, both from a search that looks past the index, are what they were;
* as many worklogs as before start on the days that were read;
* each of the person's worklogs, asked for by its id, is what it was.

Adding or deleting a worklog changes both numbers. That logging time changes the issue as well is what Jira's events
show (``../shared/reference/platform.md`` D.6: ``jira:issue_updated`` with ``issue_work_logged``). Nothing says so of
each kind of change, and a bulk move leaves no history (D.1). So ``updated`` is never trusted alone: the count notices
a worklog that was given another day, and asking for each one notices a move, an edit, and a restriction. Where
anything differs, everything is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog import Worklog
from timesheet.services.ports.jira import MOST_NAMED, LongIssue, Snapshot, Told
from timesheet.services.snapshot.change_log import ChangeLog, Held, window_key
from timesheet.services.snapshot.changed_issue import any_changed_since
from timesheet.services.viewer.context import ViewerContext

REUSED_FOR = timedelta(hours=12)
"""After so long a long issue is read anew, whatever Jira shows of it."""
MOST_REUSED = 10


@dataclass(frozen=True, slots=True)
class Earlier:
    """One issue as an earlier reading saw it, with the person's worklogs on it in the window."""

    issue: LongIssue
    worklogs: tuple[Worklog, ...]


def read_worklogs(
    context: ViewerContext,
    window: DateSpan,
    change_log: ChangeLog,
    told: Told,
    named: Sequence[int],
    *,
    asked: bool = False,
) -> Snapshot:
    """Read the viewer's worklogs of a window; ``asked``: all of them anew.

    Raises JiraUnavailable when not even the search works.
    """
    earlier = () if asked else _earlier(context, change_log, window)

    def read(earlier: Sequence[Earlier]) -> Snapshot:
        # Search must not miss what is compared, so these issues have their places among those that are named.
        issues = [one.issue for one in earlier]
        first = [number for number in named if number not in {one.id for one in issues}]
        names = (*first[: MOST_NAMED - len(issues)], *(one.id for one in issues))
        return context.jira.read_worklogs([context.viewer], window, context.zones, told, names, issues)

    found = read(earlier)
    unchanged = [one for one in earlier if one.issue in found.long]
    if not unchanged:
        return found
    worklogs = {worklog.id: worklog for one in unchanged for worklog in one.worklogs}
    if not _as_before(context, worklogs.values()):
        return read(())
    whole = {**worklogs, **{worklog.id: worklog for worklog in found.worklogs}}
    ordered = tuple(sorted(whole.values(), key=lambda worklog: (worklog.started, worklog.id)))
    return replace(found, worklogs=ordered)


def covering_windows(
    context: ViewerContext, change_log: ChangeLog, window: DateSpan
) -> Iterator[tuple[DateSpan, Held]]:
    """Yield the cached windows that hold all of ``window``, the one noted last first."""
    for wider in reversed(change_log.windows):
        if wider.first <= window.first and window.last <= wider.last:
            held = context.cache.get(window_key(context.site, context.viewer, wider))
            if isinstance(held, Held):
                yield wider, held


def _earlier(context: ViewerContext, change_log: ChangeLog, window: DateSpan) -> tuple[Earlier, ...]:
    """Return the long issues of which an earlier, whole reading may still be right; the one read last of each."""
    now, found = context.clock(), dict[int, Earlier]()
    for _, held in covering_windows(context, change_log, window):
        snapshot = held.snapshot
        if held.zone != context.zone.key or held.doubted != change_log.doubted or snapshot.lacks:
            continue
        for issue in snapshot.long:
            other = found.get(issue.id)
            newer = other is None or other.issue.read_at < issue.read_at
            if (
                newer
                and now - issue.read_at < REUSED_FOR
                and not _heard_of(context, change_log, issue.id, snapshot)
            ):
                own = (w for w in snapshot.worklogs if w.issue_id == issue.id and w.day in window)
                found[issue.id] = Earlier(issue, tuple(own))
    return tuple(found.values())[:MOST_REUSED]


def _heard_of(context: ViewerContext, change_log: ChangeLog, issue_id: int, snapshot: Snapshot) -> bool:
    """Return whether an event or an own write tells of a change on the issue since that reading."""
    since = snapshot.read_at
    events = any(event.issue_id == issue_id and event.at >= since for event in change_log.events)
    own = any(c.worklog and c.worklog.issue_id == issue_id and c.at >= since for c in change_log.changes)
    return events or own or any_changed_since(context.cache, context.site, [issue_id], since)


def _as_before(context: ViewerContext, worklogs: Collection[Worklog]) -> bool:
    """Return whether Jira shows each of these worklogs as it was; where it does not answer, nobody knows."""
    ids = sorted(worklog.id for worklog in worklogs)
    if not ids:
        return True
    try:
        listed = {worklog.id: worklog for worklog in context.jira.read_listed(ids, context.zones)}
    except JiraUnavailable:
        return False
    return all(listed.get(worklog.id) == worklog for worklog in worklogs)
