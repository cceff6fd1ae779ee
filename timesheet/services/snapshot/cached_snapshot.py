"""A snapshot in the cache, and how later changes are applied to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import BY_START, Worklog
from timesheet.services.ports.jira import Snapshot
from timesheet.services.snapshot.change import WorklogEvent, WorklogState

READ_ALONE = -1
"""The value of ``CachedSnapshot.suspicion_count`` if the writes of other processes were unknown during the read."""


@dataclass(frozen=True, slots=True)
class CachedSnapshot:
    """A cached snapshot with work dates in ``zone``, and the state of the change log ``log`` when it was read.

    ``whole_at`` is when it was last complete. ``unsearched`` are worklogs that search does not find, with the
    time at which they were read by id; ``settled`` are events that changed nothing here, by worklog. ``checked`` is
    the last of the events that this snapshot is known to reflect.
    """

    snapshot: Snapshot
    zone: str = "UTC"
    suspicion_count: int = 0
    whole_at: datetime | None = None
    unsearched: Mapping[int, datetime] = field(default_factory=dict)
    settled: Mapping[int, int] = field(default_factory=dict)
    checked: WorklogEvent | None = None
    log: str = ""

    @property
    def read_at(self) -> datetime:
        """Return when (UTC) the read of the snapshot began."""
        return self.snapshot.read_at

    def with_changes(
        self, author: str, window: DateSpan, changes: Iterable[WorklogState], *, check_again: bool = False
    ) -> CachedSnapshot:
        """Return it with changes; with ``check_again``, all events are compared with it once more."""
        checked = None if check_again else self.checked
        return replace(self, snapshot=patch_snapshot(self.snapshot, author, window, changes), checked=checked)

    def with_issues(self, issues: Mapping[int, Issue]) -> CachedSnapshot:
        """Return it with those of these issues that have worklogs in it and that it lacks."""
        snapshot = self.snapshot
        all_issues = {**_used(issues, snapshot.worklogs), **snapshot.issues}
        return replace(self, snapshot=replace(snapshot, issues=all_issues))


def patch_snapshot(
    snapshot: Snapshot, author: str, window: DateSpan, changes: Iterable[WorklogState]
) -> Snapshot:
    """Return ``snapshot`` with ``changes`` applied; an older version never replaces a newer one."""
    worklogs = {worklog.id: worklog for worklog in snapshot.worklogs}
    issues = dict(snapshot.issues)
    placed = True
    for change in changes:
        placed &= _apply_change(worklogs, change, author, window)
        if change.issue and (change.at >= snapshot.read_at or change.issue.id not in issues):
            issues[change.issue.id] = change.issue
    ordered = tuple(worklogs.values() if placed else sorted(worklogs.values(), key=BY_START))
    return replace(snapshot, worklogs=ordered, issues=_used(issues, ordered))


def _apply_change(worklogs: dict[int, Worklog], change: WorklogState, author: str, window: DateSpan) -> bool:
    """Apply one change; return True if the worklogs stay in the order of their start."""
    worklog, current = change.worklog, worklogs.get(change.worklog_id)
    if worklog is None or (worklog.day not in window and not _older(worklog, current)):
        worklogs.pop(change.worklog_id, None)
    elif worklog.author == author and not _older(worklog, current):
        worklogs[worklog.id] = worklog
        return current is not None and current.started == worklog.started
    return True


def _older(worklog: Worklog, current: Worklog | None) -> bool:
    return current is not None and worklog.updated < current.updated


def newest(worklogs: Iterable[Worklog | None]) -> Worklog | None:
    """Return the version that was updated last; the first of equal ones."""
    return max(filter(None, worklogs), key=lambda worklog: worklog.updated, default=None)


def _used(issues: Mapping[int, Issue], worklogs: Iterable[Worklog]) -> dict[int, Issue]:
    """Return the issues that have one of these worklogs."""
    used = {worklog.issue_id for worklog in worklogs}
    return {issue_id: issue for issue_id, issue in issues.items() if issue_id in used}
