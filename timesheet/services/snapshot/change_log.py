"""The change log in the cache: it corrects snapshots, and reads that were in progress during a change.

Jira's search lags behind its writes, and a read may be in progress while a write arrives. So every change is
stored here and applied to each new snapshot. A deleted worklog stays deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter
from typing import Any
from uuid import uuid4

from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.services.ports.cache import PersonCache, ValueChange
from timesheet.services.ports.jira import Snapshot
from timesheet.services.snapshot.cached_snapshot import CachedSnapshot
from timesheet.services.snapshot.change import MOST_WINDOWS, ChangeLog, WorklogEvent, WorklogState
from timesheet.services.viewer.context import ViewerContext

CACHE_SECONDS = 24 * 3600
SEARCH_LAG = timedelta(minutes=1)
"""The time after which Jira's search has every write; some seconds are usual, and up to half a minute was seen."""
RECORDED_FOR = 2 * SEARCH_LAG


def window_key(own: PersonCache, window: DateSpan) -> str:
    """Return the cache key of the viewer's snapshot of ``window``."""
    return f"{own.site}:window:{own.account_id}:{window.first}:{window.last}"


def cached_window(own: PersonCache, window: DateSpan) -> CachedSnapshot | None:
    """Return the person's cached snapshot of ``window``."""
    value = own.cache.get(window_key(own, window))
    return value if isinstance(value, CachedSnapshot) else None


def read_change_log(own: PersonCache) -> ChangeLog:
    """Return the viewer's change log, empty if nothing of theirs is cached."""
    change_log = own.cache.get(change_log_key(own))
    return change_log if isinstance(change_log, ChangeLog) else ChangeLog()


def note_window(own: PersonCache, window: DateSpan) -> None:
    """Remember that a snapshot of ``window`` is or will be cached.

    A window that is no longer among the latest receives no changes, so it is forgotten.
    """
    before = read_change_log(own).windows
    if window not in before:
        _update_change_log(own, lambda change_log: change_log.with_window(window))
        for dropped in before[: max(0, len(before) + 1 - MOST_WINDOWS)]:
            own.cache.delete(window_key(own, dropped))


def note_begun(own: PersonCache, issue_id: int, now: datetime) -> None:
    """Record that a write is about to be sent to Jira.

    If the process is killed before `note_ended`, the write stays known.
    """
    _update_change_log(own, lambda change_log: change_log.with_begun(issue_id, now))


def note_ended(own: PersonCache, issue_id: int) -> None:
    """Record that the first begun write on this issue did not happen."""
    own.cache.update(change_log_key(own), lambda change_log: change_log.without_begun((issue_id,)))


def suspect_lost_writes(own: PersonCache, now: datetime) -> Sequence[int]:
    """Mark every snapshot to be read again, and return the issues of unfinished writes.

    The search has to name these issues.
    """
    lost = read_change_log(own).lost_writes(now)
    if lost:
        own.cache.update(change_log_key(own), lambda change_log: change_log.without_begun(lost))
        suspect_windows(own, issue_ids=lost)
    return lost


def note_changes(
    own: PersonCache, changes: Iterable[WorklogState], ended: int | None = None
) -> list[Snapshot]:
    """Store changes and apply them to every cached snapshot of the viewer, without reading from Jira.

    Return these snapshots, the latest read first. With ``ended``, the first begun write on this issue is noted as
    being in all of them.
    """
    listed, change_log = tuple(changes), ChangeLog()

    def with_changes(before: ChangeLog) -> ChangeLog:
        nonlocal change_log
        change_log = before.with_changes(listed)
        return change_log

    _update_change_log(own, with_changes)
    # An answer that comes late puts an older version into a snapshot that was checked without it.
    overtaken = any(change_log.has_newer_event(change) for change in listed)
    updates: dict[str, Callable[[Any], Any]] = {
        window_key(own, window): partial(
            CachedSnapshot.with_changes,
            author=own.account_id,
            window=window,
            changes=listed,
            check_again=overtaken,
        )
        for window in change_log.windows
    }
    if ended is not None:
        # The last one, so that a process that is killed before leaves the write begun.
        updates[change_log_key(own)] = lambda change_log: change_log.without_begun((ended,))
    return _latest_first(own.cache.update_all(updates))


def recorded_issues(context: ViewerContext, *, log_lost: bool) -> Sequence[int]:
    """Return the issues that the app recently wrote to, the viewer's first, if the cache does not show these writes.

    With ``log_lost``, what showed them may be gone: a full cache dropped it, or it belongs to another release, as
    during an upgrade.
    """
    if not (log_lost or context.cache.isolated):
        return ()
    return context.journal.recent(context.clock() - RECORDED_FOR, context.viewer)


def cached_snapshots(own: PersonCache) -> list[Snapshot]:
    """Return the viewer's cached snapshots, the latest read first."""
    keys = [window_key(own, window) for window in read_change_log(own).windows]
    return _latest_first(own.cache.get_all(keys))


def update_window(own: PersonCache, window: DateSpan, changes: Iterable[WorklogState]) -> None:
    """Apply ``changes`` to one snapshot."""
    listed = tuple(changes)
    own.cache.update(
        window_key(own, window), lambda cached: cached.with_changes(own.account_id, window, listed)
    )


def note_checked(own: PersonCache, window: DateSpan, cached: CachedSnapshot, last: WorklogEvent) -> None:
    """Remember that ``cached`` reflects the events up to ``last``.

    This stays true after later changes, because an older version never replaces a newer one, but not after
    another read.
    """
    own.cache.update(
        window_key(own, window),
        lambda now: replace(now, checked=last) if now.snapshot.read_at == cached.snapshot.read_at else now,
    )


def add_issues(own: PersonCache, window: DateSpan, issues: Mapping[int, Issue]) -> None:
    """Add issues that were read separately to the snapshot that contains their worklogs."""
    own.cache.update(window_key(own, window), lambda cached: cached.with_issues(issues))


def event_change(event: WorklogEvent) -> ValueChange:
    """Return the change that remembers an event in its author's change log, with the newest version of each worklog."""
    return ValueChange(_new_change_log, lambda change_log: change_log.with_event(event), CACHE_SECONDS)


def suspect_windows(
    own: PersonCache,
    suspects: Iterable[tuple[int, datetime]] = (),
    issue_ids: Iterable[int] = (),
) -> None:
    """Mark the viewer's snapshots to be read again when next needed; until then they are used if Jira is down.

    ``suspects`` are worklogs to read by id then, with the time at which they were not as expected. The search
    must not miss the issues.
    """
    listed, issues = tuple(suspects), tuple(issue_ids)
    _update_change_log(own, lambda change_log: change_log.with_suspects(listed, issues))


def forget_changes(own: PersonCache, worklog_ids: Collection[int]) -> None:
    """Forget what is stored about worklogs that no longer exist in Jira; deletions stay stored."""
    _update_change_log(own, lambda change_log: change_log.without_worklogs(worklog_ids))


def forget_deletions(own: PersonCache, worklog_ids: Collection[int]) -> None:
    """Forget that worklogs were reported as deleted which exist in Jira after all."""
    if worklog_ids:
        _update_change_log(own, lambda change_log: change_log.without_deletions(worklog_ids))


def _latest_first(values: Iterable[object]) -> list[Snapshot]:
    snapshots = [value.snapshot for value in values if isinstance(value, CachedSnapshot)]
    return sorted(snapshots, key=attrgetter("read_at"), reverse=True)


def change_log_key(own: PersonCache) -> str:
    """Return the cache key of the viewer's change log."""
    return f"{own.site}:change-log:{own.account_id}"


def _update_change_log(own: PersonCache, change: Callable[[ChangeLog], ChangeLog]) -> None:
    """Change the log and renew its expiry, because the latest entries are needed longest."""
    own.cache.change(change_log_key(own), _new_change_log, change, CACHE_SECONDS)


def _new_change_log() -> ChangeLog:
    return ChangeLog(id=uuid4().hex)
