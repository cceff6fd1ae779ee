"""The recent changes to a person's worklogs, used to correct reads that were in progress.

Jira's search lags behind its writes, and a read may be in progress while a write arrives. So every change is
stored here and applied to each new snapshot. A deleted worklog stays deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter
from typing import Any
from uuid import uuid4

from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.cache import Cache
from timesheet.services.ports.jira import MOST_NAMED, Snapshot
from timesheet.services.ports.journal import Journal

KEPT_SECONDS = 24 * 3600
IN_TIME = attrgetter("started", "id")
SEARCH_LAG = timedelta(minutes=1)
"""After this time Jira's search has every write; some seconds are usual, and up to half a minute was seen."""
RECORDED_FOR = 2 * SEARCH_LAG
LOST_AFTER = timedelta(seconds=10)
"""A write that was begun so long ago and not ended belongs to a process that was killed, or that waits for Jira."""
MOST_CHANGES, MOST_EVENTS, MOST_DOUBTS, MOST_WINDOWS, MOST_BEGUN = 300, 300, 300, 24, 50
READ_ALONE = -1
"""The value of ``Held.doubted`` if the writes of other processes were unknown during the read."""


@dataclass(frozen=True, slots=True)
class Change:
    """The state of a worklog since ``at``; ``worklog`` is None if it was deleted."""

    worklog_id: int
    worklog: Worklog | None
    at: datetime
    issue: Issue | None = None


@dataclass(frozen=True, slots=True)
class WorklogEvent:
    """The content of a Jira event about a worklog, which is only a hint until the worklog is read.

    ``updated`` is in epoch milliseconds. ``worklog`` is None if the event does not contain all of it.
    """

    worklog_id: int
    issue_id: int
    updated: int
    started: datetime
    at: datetime
    worklog: Worklog | None = None


@dataclass(frozen=True, slots=True)
class ChangeLog:
    """One person's cached windows, the latest changes to their worklogs, and the latest events, oldest first.

    ``doubted`` counts how often the state was uncertain and only Jira knew it; ``doubts`` are the affected
    worklogs and ``named`` the issues. ``begun`` are the writes in progress: their issues, and when they began.
    ``id`` distinguishes it from an earlier log, which a full cache may have dropped.
    """

    windows: tuple[DateSpan, ...] = ()
    changes: tuple[Change, ...] = ()
    events: tuple[WorklogEvent, ...] = ()
    doubted: int = 0
    doubts: tuple[tuple[int, datetime], ...] = ()
    named: tuple[int, ...] = ()
    begun: tuple[tuple[int, datetime], ...] = ()
    id: str = ""

    def events_after(self, last: WorklogEvent | None) -> tuple[WorklogEvent, ...]:
        """Return the events that arrived after ``last``; all of them if it is None or not there anymore."""
        events = self.events
        # It is near the end, and comparing events takes longer than anything else here.
        for end in range(len(events), 0, -1):
            if events[end - 1] == last:
                return events[end:]
        return events

    def has_newer_event(self, change: Change) -> bool:
        """Return True if an event reports a later version of a worklog than this change."""
        worklog, number = change.worklog, change.worklog_id
        return worklog is not None and any(
            event.updated > epoch_ms(worklog.updated)
            for event in [event for event in self.events if event.worklog_id == number]
        )

    def lost_writes(self, now: datetime) -> tuple[int, ...]:
        """Return the issues of writes that are too old to be still in progress."""
        return tuple(issue_id for issue_id, at in self.begun if now - at >= LOST_AFTER)

    def tombstone(self, worklog_id: int) -> bool:
        """Return True if this worklog is known to be deleted."""
        return any(change.worklog_id == worklog_id and change.worklog is None for change in self.changes)


@dataclass(frozen=True, slots=True)
class Held:
    """A cached snapshot with work dates in ``zone``, and the state of the change log ``log`` when it was read.

    ``whole_at`` is when it was last complete. ``unsearched`` are worklogs that search does not find, with the
    time at which they were read by id; ``settled`` are events that changed nothing here, by worklog. ``checked`` is
    the last of the events that this snapshot is known to reflect.
    """

    snapshot: Snapshot
    zone: str = "UTC"
    doubted: int = 0
    whole_at: datetime | None = None
    unsearched: Mapping[int, datetime] = field(default_factory=dict)
    settled: Mapping[int, int] = field(default_factory=dict)
    checked: WorklogEvent | None = None
    log: str = ""


def window_key(site: str, viewer: str, window: DateSpan) -> str:
    """Return the cache key of the viewer's snapshot of ``window``."""
    return f"{site}:window:{viewer}:{window.first}:{window.last}"


def read_change_log(cache: Cache, site: str, viewer: str) -> ChangeLog:
    """Return the viewer's change log, empty if nothing of theirs is cached."""
    change_log = cache.get(_key(site, viewer))
    return change_log if isinstance(change_log, ChangeLog) else ChangeLog()


def note_window(cache: Cache, site: str, viewer: str, window: DateSpan) -> None:
    """Remember that a snapshot of ``window`` is or will be cached.

    A window that is no longer among the latest receives no changes, so it is forgotten.
    """
    before = read_change_log(cache, site, viewer).windows
    if window not in before:
        _update_change_log(cache, site, viewer, lambda change_log: _with_window(change_log, window))
        for dropped in before[: max(0, len(before) + 1 - MOST_WINDOWS)]:
            cache.delete(window_key(site, viewer, dropped))


def note_begun(cache: Cache, site: str, viewer: str, issue_id: int, now: datetime) -> None:
    """Note that a write is about to be sent to Jira.

    If the process is killed before `note_ended`, the write stays known.
    """
    _update_change_log(
        cache,
        site,
        viewer,
        lambda change_log: replace(change_log, begun=(*change_log.begun, (issue_id, now))[-MOST_BEGUN:]),
    )


def note_ended(cache: Cache, site: str, viewer: str, issue_id: int) -> None:
    """Note that the first begun write on this issue did not happen."""
    cache.update(_key(site, viewer), lambda change_log: _without_begun(change_log, (issue_id,)))


def doubt_lost_writes(cache: Cache, site: str, viewer: str, now: datetime) -> Sequence[int]:
    """Mark every snapshot to be read again, and return the issues of unfinished writes.

    The search has to name these issues.
    """
    lost = read_change_log(cache, site, viewer).lost_writes(now)
    if lost:
        cache.update(_key(site, viewer), lambda change_log: _without_begun(change_log, lost))
        suspect_windows(cache, site, viewer, issue_ids=lost)
    return lost


def note_changes(
    cache: Cache, site: str, viewer: str, changes: Iterable[Change], ended: int | None = None
) -> list[Snapshot]:
    """Store changes and apply them to every cached snapshot of the viewer, without reading from Jira.

    Return these snapshots, the latest read first. With ``ended``, the first begun write on this issue is noted as
    being in all of them.
    """
    listed = tuple(changes)
    _update_change_log(cache, site, viewer, lambda change_log: _with_changes(change_log, listed))
    change_log = read_change_log(cache, site, viewer)
    # An answer that comes late puts an older version into a snapshot that was checked without it.
    overtaken = any(change_log.has_newer_event(change) for change in listed)
    updates: dict[str, Callable[[Any], Any]] = {
        window_key(site, viewer, window): partial(
            _with_changes_in, viewer, window, listed, check_again=overtaken
        )
        for window in change_log.windows
    }
    if ended is not None:
        # The last one, so that a process that is killed before leaves the write begun.
        updates[_key(site, viewer)] = lambda change_log: _without_begun(change_log, (ended,))
    return _latest_first(cache.update_all(updates))


def recorded_issues(cache: Cache, journal: Journal, now: datetime) -> Sequence[int]:
    """Return the issues that other processes recently wrote to, if the cache does not show their writes."""
    return journal.lately(now - RECORDED_FOR) if cache.isolated else ()


def held_snapshots(cache: Cache, site: str, viewer: str) -> list[Snapshot]:
    """Return the viewer's cached snapshots, the latest read first."""
    keys = [window_key(site, viewer, window) for window in read_change_log(cache, site, viewer).windows]
    return _latest_first(cache.get_all(keys))


def update_window(cache: Cache, site: str, viewer: str, window: DateSpan, changes: Iterable[Change]) -> None:
    """Apply ``changes`` to one snapshot."""
    cache.update(window_key(site, viewer, window), partial(_with_changes_in, viewer, window, tuple(changes)))


def note_checked(
    cache: Cache, site: str, viewer: str, window: DateSpan, held: Held, last: WorklogEvent
) -> None:
    """Remember that ``held`` reflects the events up to ``last``.

    This stays true after later changes, because an older version never replaces a newer one, but not after
    another read.
    """
    cache.update(
        window_key(site, viewer, window),
        lambda now: replace(now, checked=last) if now.snapshot.read_at == held.snapshot.read_at else now,
    )


def add_issues(cache: Cache, site: str, viewer: str, window: DateSpan, issues: Mapping[int, Issue]) -> None:
    """Add issues that were read separately to the snapshot that contains their worklogs."""
    cache.update(
        window_key(site, viewer, window),
        lambda held: replace(held, snapshot=_with_issues(held.snapshot, issues)),
    )


def note_event(cache: Cache, site: str, author: str, event: WorklogEvent) -> None:
    """Remember an event about ``author``'s worklog; the newest version of each worklog is kept."""
    _update_change_log(cache, site, author, lambda change_log: _with_event(change_log, event))


def suspect_windows(
    cache: Cache,
    site: str,
    viewer: str,
    doubts: Iterable[tuple[int, datetime]] = (),
    issue_ids: Iterable[int] = (),
) -> None:
    """Mark the viewer's snapshots to be read again when next needed; until then they are used if Jira is down.

    ``doubts`` are worklogs to read by id then, with the time at which they were not as expected. The search
    must not miss ``issues``.
    """
    listed, issues = tuple(doubts), tuple(issue_ids)
    _update_change_log(
        cache,
        site,
        viewer,
        lambda change_log: replace(
            change_log,
            doubted=change_log.doubted + 1,
            doubts=(*change_log.doubts, *listed)[-MOST_DOUBTS:],
            named=tuple(dict.fromkeys((*issues, *change_log.named)))[:MOST_NAMED],
        ),
    )


def forget_changes(cache: Cache, site: str, viewer: str, worklog_ids: Collection[int]) -> None:
    """Forget what is stored about worklogs that no longer exist in Jira; deletions stay stored."""
    _update_change_log(
        cache,
        site,
        viewer,
        lambda change_log: replace(
            change_log,
            changes=tuple(
                c for c in change_log.changes if c.worklog is None or c.worklog_id not in worklog_ids
            ),
            events=tuple(e for e in change_log.events if e.worklog_id not in worklog_ids),
        ),
    )


def overlaid(snapshot: Snapshot, author: str, window: DateSpan, changes: Iterable[Change]) -> Snapshot:
    """Return ``snapshot`` with ``changes`` applied; an older version never replaces a newer one."""
    worklogs = {worklog.id: worklog for worklog in snapshot.worklogs}
    issues = dict(snapshot.issues)
    placed = True
    for change in changes:
        placed &= _lay(worklogs, change, author, window)
        if change.issue and (change.at >= snapshot.read_at or change.issue.id not in issues):
            issues[change.issue.id] = change.issue
    ordered = tuple(worklogs.values() if placed else sorted(worklogs.values(), key=IN_TIME))
    return replace(snapshot, worklogs=ordered, issues=_used(issues, ordered))


def _lay(worklogs: dict[int, Worklog], change: Change, author: str, window: DateSpan) -> bool:
    """Apply one change; return True if the worklogs stay in the order of their start."""
    worklog, known = change.worklog, worklogs.get(change.worklog_id)
    if worklog is None or (worklog.day not in window and not _older(worklog, known)):
        worklogs.pop(change.worklog_id, None)
    elif worklog.author == author and not _older(worklog, known):
        worklogs[worklog.id] = worklog
        return known is not None and known.started == worklog.started
    return True


def _latest_first(cached: Iterable[object]) -> list[Snapshot]:
    snapshots = [held.snapshot for held in cached if isinstance(held, Held)]
    return sorted(snapshots, key=attrgetter("read_at"), reverse=True)


def _older(worklog: Worklog, known: Worklog | None) -> bool:
    return known is not None and worklog.updated < known.updated


def newest(worklogs: Iterable[Worklog | None]) -> Worklog | None:
    """Return the version that was updated last; the first of equal ones."""
    return max(filter(None, worklogs), key=lambda worklog: worklog.updated, default=None)


def _with_issues(snapshot: Snapshot, issues: Mapping[int, Issue]) -> Snapshot:
    return replace(snapshot, issues={**_used(issues, snapshot.worklogs), **snapshot.issues})


def _used(issues: Mapping[int, Issue], worklogs: Iterable[Worklog]) -> dict[int, Issue]:
    used = {worklog.issue_id for worklog in worklogs}
    return {issue_id: issue for issue_id, issue in issues.items() if issue_id in used}


def _key(site: str, viewer: str) -> str:
    return f"{site}:change-log:{viewer}"


def _with_window(change_log: ChangeLog, window: DateSpan) -> ChangeLog:
    others = tuple(w for w in change_log.windows if w != window)
    return replace(change_log, windows=(*others, window)[-MOST_WINDOWS:])


def _with_changes(change_log: ChangeLog, changes: tuple[Change, ...]) -> ChangeLog:
    ids = {change.worklog_id for change in changes}
    others = tuple(c for c in change_log.changes if c.worklog_id not in ids)
    return replace(change_log, changes=(*others, *changes)[-MOST_CHANGES:])


def _with_changes_in(
    viewer: str, window: DateSpan, changes: tuple[Change, ...], held: Held, *, check_again: bool = False
) -> Held:
    """Return ``held`` with changes; with ``check_again``, all events are compared with it once more."""
    checked = None if check_again else held.checked
    return replace(held, snapshot=overlaid(held.snapshot, viewer, window, changes), checked=checked)


def _without_begun(change_log: ChangeLog, issue_ids: Iterable[int]) -> ChangeLog:
    """Return the log without the oldest write in progress on each of these issues."""
    begun = list(change_log.begun)
    for issue_id in issue_ids:
        oldest = next((one for one in begun if one[0] == issue_id), None)
        if oldest:
            begun.remove(oldest)
    return replace(change_log, begun=tuple(begun))


def _with_event(change_log: ChangeLog, event: WorklogEvent) -> ChangeLog:
    known = next((e for e in change_log.events if e.worklog_id == event.worklog_id), None)
    if known and known.updated >= event.updated:
        return change_log
    others = (e for e in change_log.events if e.worklog_id != event.worklog_id)
    return replace(change_log, events=(*others, event)[-MOST_EVENTS:])


def _update_change_log(
    cache: Cache, site: str, viewer: str, change: Callable[[ChangeLog], ChangeLog]
) -> None:
    """Change the log and renew its expiry, because the latest entries are needed longest."""
    cache.change(_key(site, viewer), _new_change_log, change, KEPT_SECONDS)


def _new_change_log() -> ChangeLog:
    return ChangeLog(id=uuid4().hex)
