"""The rows on which the viewer cannot log time, cached for all of them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType

from timesheet.domain.errors import TimesheetError
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.services.snapshot.worklog_right import remember_worklog_rights
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.stale_read import CLOCKS_APART

LOCK_SECONDS = 600
KEEP_SECONDS = 86_400
"""The time for which a lock that is no longer current is shown until Jira is asked about it again."""
FAILED_SECONDS = 60
"""The time for which Jira is not asked again after it did not answer; a save says what it refuses."""
CachedLocks = Mapping[int, tuple[int, str, float]]
"""The status of each issue, the lock, and when the read began, in seconds since 1970."""
NOTHING: CachedLocks = MappingProxyType({})
UNKNOWN = (None, "", 0.0)


def cached_row_locks(context: ViewerContext, issues: Sequence[Issue]) -> tuple[Mapping[int, RowLock], bool]:
    """Return the locked ones among these issues as Jira said last, and True if that is recent for all of them."""
    cached: CachedLocks = context.cache.get(_key(context)) or NOTHING
    return _locked(cached, issues), not _unknown(context, cached, issues)


def read_row_locks(context: ViewerContext, issues: Sequence[Issue]) -> Mapping[int, RowLock]:
    """Return the locked ones among these issues; Jira is asked about those that are not known."""
    cached: CachedLocks = context.cache.get(_key(context)) or NOTHING
    new = _unknown(context, cached, issues)
    if not new:
        return _locked(cached, issues)
    began = context.clock().timestamp()
    try:
        locks = _read(context, new)
    except TimesheetError:
        # What Jira said last remains, and it is asked again soon.
        locks, began = _locked(cached, new), began - LOCK_SECONDS + FAILED_SECONDS
    read = _keep(context, new, locks, began)
    # Not only from the cache, because the known ones may have expired during the read.
    return _locked({**cached, **read, **(context.cache.get(_key(context)) or NOTHING)}, issues)


def read_row_lock(context: ViewerContext, issue: Issue) -> RowLock | None:
    """Return why the viewer cannot log time on an issue; a read of it that another thread has begun is waited for."""
    lock = context.cache.get_or_create(
        context.key("row-lock", issue.id), lambda: str(read_row_locks(context, [issue]).get(issue.id, "")), 0
    )
    return _lock(lock)


def is_unlocked_now(context: ViewerContext, issue: Issue) -> bool:
    """Return True if Jira says now that the viewer can log time on an issue, whatever it said before."""
    began = context.clock().timestamp()
    try:
        locks = _read(context, [issue])
    except TimesheetError:
        return False
    _keep(context, [issue], locks, began)
    return issue.id not in locks


def forget_row_locks(context: ViewerContext) -> None:
    """Let Jira be asked about all locks again, because the viewer wants the current state; until then they stay."""

    def outdated(there: CachedLocks) -> CachedLocks:
        return {number: (status, lock, 0.0) for number, (status, lock, _) in there.items()}

    context.cache.change(_key(context), dict, outdated, KEEP_SECONDS, renew=False)


def _read(context: ViewerContext, issues: Sequence[Issue]) -> Mapping[int, RowLock]:
    """Read the locks; the rights to worklogs come with the same call."""
    read = context.jira.read_row_locks(issues)
    remember_worklog_rights(context, read.rights)
    return read.locks


def _keep(
    context: ViewerContext, issues: Sequence[Issue], locks: Mapping[int, RowLock], began: float
) -> CachedLocks:
    """Cache what a read that ``began`` then said about these issues, and return it as it is cached."""
    latest = (context.clock() + CLOCKS_APART).timestamp()
    read = {issue.id: (issue.status_id, str(locks.get(issue.id, "")), began) for issue in issues}
    context.cache.change(_key(context), dict, partial(_newest, read, latest), KEEP_SECONDS)
    return read


def _unknown(context: ViewerContext, cached: CachedLocks, issues: Sequence[Issue]) -> list[Issue]:
    """Return the issues of which no lock is current: not read, in another status since, or read too long ago."""
    now = context.clock()
    oldest, latest = now.timestamp() - LOCK_SECONDS, (now + CLOCKS_APART).timestamp()
    return [
        issue
        for issue in issues
        if not issue.loading
        and (
            (found := cached.get(issue.id, UNKNOWN))[0] != issue.status_id or not oldest < found[2] <= latest
        )
    ]


def _locked(cached: CachedLocks, issues: Sequence[Issue]) -> Mapping[int, RowLock]:
    """Return the locks of these issues; one that was read in another status says nothing about this one."""
    found = {}
    for issue in issues:
        status, text, _ = cached.get(issue.id, UNKNOWN)
        if text and status == issue.status_id and (lock := _lock(text)):
            found[issue.id] = lock
    return found


def _newest(read: CachedLocks, latest: float, there: CachedLocks) -> CachedLocks:
    """Return both, and of an issue in both what the later read found: a slow read never replaces a newer one.

    A read that began after ``latest`` is one of the future, because the clock was set back since.
    """
    newer = {
        number: one
        for number, one in there.items()
        if number not in read or read[number][2] < one[2] <= latest
    }
    return {**read, **newer}


def _lock(text: str) -> RowLock | None:
    """Return the lock of this text; None for no lock, or for one that only another release knows."""
    return next((lock for lock in RowLock if lock == text), None)


def _key(context: ViewerContext) -> str:
    return context.key("locked-rows")
