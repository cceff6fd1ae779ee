"""The rows on which the viewer cannot log time, cached for all of them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from timesheet.domain.errors import TimesheetError
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.services.viewer.context import ViewerContext

LOCK_SECONDS = 600
FAILED_SECONDS = 60
"""How long nothing is known after Jira did not answer; a save says what it refuses."""
CachedLocks = Mapping[int, tuple[int, str]]
NOTHING: CachedLocks = MappingProxyType({})


def cached_row_locks(context: ViewerContext, issues: Sequence[Issue]) -> Mapping[int, RowLock] | None:
    """Return the locked ones among these issues, or None if Jira has not been asked about all of them."""
    cached: CachedLocks = context.cache.get(_key(context)) or NOTHING
    return None if _unknown(cached, issues) else _locked(cached, issues)


def read_row_locks(context: ViewerContext, issues: Sequence[Issue]) -> Mapping[int, RowLock]:
    """Return the locked ones among these issues; Jira is asked about those that are not known."""
    cached: CachedLocks = context.cache.get(_key(context)) or NOTHING
    new = _unknown(cached, issues)
    if not new:
        return _locked(cached, issues)
    try:
        locks, seconds = context.jira.read_row_locks(new), None
    except TimesheetError:
        locks, seconds = {}, FAILED_SECONDS
    read = {issue.id: (issue.status_id, str(locks.get(issue.id, ""))) for issue in new}
    # A later read keeps the time of the first one, so that no answer gets old. Without an answer, all are read
    # again soon.
    if cached:
        context.cache.update(_key(context), lambda there: {**(there or {}), **read}, seconds)
    else:
        context.cache.put(_key(context), read, seconds or LOCK_SECONDS)
    # Not from the cache, because the known ones may have expired during the read.
    return _locked({**cached, **read}, issues)


def read_row_lock(context: ViewerContext, issue: Issue) -> RowLock | None:
    """Return why the viewer cannot log time on an issue; a read of it that another thread has begun is waited for."""
    lock = context.cache.get_or_create(
        context.key("row-lock", issue.id), lambda: str(read_row_locks(context, [issue]).get(issue.id, "")), 0
    )
    return _lock(lock)


def forget_row_locks(context: ViewerContext) -> None:
    """Forget the locks, so Jira is asked again, because the viewer wants the current state."""
    context.cache.delete(_key(context))


def _unknown(cached: CachedLocks, issues: Sequence[Issue]) -> list[Issue]:
    return [
        issue
        for issue in issues
        if not issue.loading and cached.get(issue.id, (None, ""))[0] != issue.status_id
    ]


def _locked(cached: CachedLocks, issues: Sequence[Issue]) -> Mapping[int, RowLock]:
    found = {issue.id: _lock(cached.get(issue.id, (None, ""))[1]) for issue in issues}
    return {issue_id: lock for issue_id, lock in found.items() if lock}


def _lock(text: str) -> RowLock | None:
    """Return the lock of this text; None for no lock, or for one that only another release knows."""
    return next((lock for lock in RowLock if lock == text), None)


def _key(context: ViewerContext) -> str:
    return context.key("row-locks")
