"""Compare a search result with the known worklogs of a person, and read the differences by id.

Jira's search lags behind writes, is inconsistent, and leaves out archived projects. So a worklog that is
known (from an earlier read, a write of the viewer, or an event) and that a search does not return in that version is
read by id: ``worklog/list`` returns the current state regardless of the index. So known time never disappears
because of a search, and deleted time does not stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from timesheet.domain.jira_time import epoch_ms, work_date
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import MOST_NAMED, Snapshot
from timesheet.services.snapshot.cached_snapshot import CachedSnapshot, newest
from timesheet.services.snapshot.change import ChangeLog, WorklogEvent
from timesheet.services.snapshot.change_log import SEARCH_LAG

NAMED_FOR = timedelta(hours=1)
"""The time after a write of the viewer or an event for which its issue is named in searches."""
CONFIRMED_FOR = timedelta(hours=1)
"""The time for which a worklog that search does not find counts as read by id."""


@dataclass(frozen=True, slots=True)
class WorklogVersion:
    """The latest known version of a worklog; ``worklog`` is None if only an event is known."""

    updated: int
    worklog: Worklog | None


@dataclass(frozen=True, slots=True)
class Days:
    """The people and days whose worklogs are wanted, and the zone of their work dates."""

    author: str
    window: DateSpan
    zone: ZoneInfo

    def has(self, worklog: Worklog) -> bool:
        """Return True if this worklog belongs here."""
        return worklog.author == self.author and self.dated(worklog).day in self.window

    def dated(self, worklog: Worklog) -> Worklog:
        """Return the worklog with its work date in this zone."""
        day = work_date(worklog.started, self.zone)
        return worklog if day == worklog.day else replace(worklog, day=day)


def issues_to_name(
    cached: CachedSnapshot | None, change_log: ChangeLog, now: datetime, recorded: Sequence[int] = ()
) -> Sequence[int]:
    """Return the issues that a search must not miss, the most important first.

    They are those of writes whose response was lost, of ``recorded`` writes, of the viewer's latest writes and
    events, and those on which the person has recently worked.
    """
    since = now - NAMED_FOR
    changes = [(c.at, c.worklog.issue_id) for c in change_log.changes if c.worklog and c.at >= since]
    events = [(event.at, event.issue_id) for event in change_log.events if event.at >= since]
    recent = [issue_id for _, issue_id in sorted((*changes, *events), reverse=True)]
    before = reversed(cached.snapshot.worklogs) if cached else ()
    return tuple(dict.fromkeys((*change_log.named, *recorded, *recent, *(w.issue_id for w in before))))[
        :MOST_NAMED
    ]


def newest_versions(
    worklogs: Iterable[Worklog], change_log: ChangeLog, days: Days
) -> Mapping[int, WorklogVersion]:
    """Return the newest known version of each worklog of these days that is not known to be deleted, by id.

    ``worklogs`` are the person's worklogs as earlier reads found them, some perhaps in several versions.
    """
    latest: dict[int, Worklog] = {}
    written = (change.worklog for change in change_log.changes if change.worklog)
    for worklog in (*worklogs, *written):
        one = latest.get(worklog.id)
        if one is None or worklog.updated > one.updated:
            latest[worklog.id] = worklog
    known = {
        number: WorklogVersion(epoch_ms(worklog.updated), days.dated(worklog))
        for number, worklog in latest.items()
        if days.has(worklog)
    }
    for event in change_log.events:
        number = event.worklog_id
        if number not in known and work_date(event.started, days.zone) not in days.window:
            continue
        if number not in latest or event.updated > epoch_ms(latest[number].updated):
            known[number] = WorklogVersion(event.updated, event.worklog)
    return {number: one for number, one in known.items() if not change_log.is_deleted(number)}


def find_suspects(
    found: Snapshot,
    known: Mapping[int, WorklogVersion],
    change_log: ChangeLog,
    gone: frozenset[int],
    settled: Mapping[int, int],
) -> frozenset[int]:
    """Return the worklogs that have to be read by id.

    Those that are known but that the search did not return, or returned in an older version; those on issues
    reported as deleted; and those that a write found in an unexpected state.
    """
    found_versions = {worklog.id: epoch_ms(worklog.updated) for worklog in found.worklogs}
    missed = (
        number
        for number, one in known.items()
        if found_versions.get(number, -1) < one.updated and settled.get(number, -1) < one.updated
    )
    on_gone = (worklog.id for worklog in found.worklogs if worklog.issue_id in gone)
    since = found.read_at - SEARCH_LAG
    reported = (number for number, at in change_log.suspects if at >= since and number in found_versions)
    return frozenset((*missed, *on_gone, *reported))


def with_read_again(
    worklogs: Iterable[Worklog], read_ids: Iterable[int], listed: Mapping[int, Worklog], days: Days
) -> dict[int, Worklog]:
    """Return the worklogs by id, with those that were read by id as Jira returned them, or removed."""
    result = {worklog.id: worklog for worklog in worklogs}
    for number in read_ids:
        row = newest((listed.get(number), result.get(number) if number in listed else None))
        if row and days.has(row):
            result[number] = days.dated(row)
        else:
            result.pop(number, None)
    return result


def due_events(cached: CachedSnapshot, change_log: ChangeLog, days: Days) -> tuple[WorklogEvent, ...]:
    """Return the events that the snapshot does not reflect; a write of the viewer reflects its own event.

    Events that it was found to reflect before are not compared again.
    """
    new = change_log.events_after(cached.checked)
    if not new:
        return ()
    cached_versions = {worklog.id: epoch_ms(worklog.updated) for worklog in cached.snapshot.worklogs}
    return tuple(event for event in new if _due(event, cached_versions, cached, change_log, days))


def _due(
    event: WorklogEvent,
    cached_versions: Mapping[int, int],
    cached: CachedSnapshot,
    change_log: ChangeLog,
    days: Days,
) -> bool:
    number = event.worklog_id
    if cached.settled.get(number, -1) >= event.updated or change_log.is_deleted(number):
        return False
    if number in cached_versions:
        return cached_versions[number] < event.updated
    return work_date(event.started, days.zone) in days.window and not _moved_on(event, change_log, days)


def _moved_on(event: WorklogEvent, change_log: ChangeLog, days: Days) -> bool:
    """Return True if the viewer moved the worklog, in this or a later version, to a day that is not shown here."""
    written = (c.worklog for c in change_log.changes if c.worklog_id == event.worklog_id and c.worklog)
    return any(epoch_ms(w.updated) >= event.updated and not days.has(w) for w in written)


def left_out(worklogs: Iterable[int], listed: Mapping[int, Worklog], read_at: datetime) -> Iterator[int]:
    """Yield the worklogs read by id that search should find by now but did not return."""
    for number in worklogs:
        if number in listed and listed[number].updated < read_at - SEARCH_LAG:
            yield number


def issues_of(cached: CachedSnapshot | None, change_log: ChangeLog, found: Snapshot) -> dict[int, Issue]:
    """Return all known issues, each from its latest source."""
    written = {c.issue.id: c.issue for c in change_log.changes if c.issue}
    during = {c.issue.id: c.issue for c in change_log.changes if c.issue and c.at >= found.read_at}
    return {**written, **(cached.snapshot.issues if cached else {}), **found.issues, **during}
