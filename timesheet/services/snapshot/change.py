"""The recent changes to a person's worklogs, and what is uncertain about them; each list keeps its latest entries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import MOST_NAMED

LOST_AFTER = timedelta(seconds=10)
"""A write that was begun so long ago and not ended belongs to a process that was killed, or that waits for Jira."""
MOST_CHANGES, MOST_EVENTS, MOST_SUSPECTS, MOST_WINDOWS, MOST_BEGUN = 300, 300, 300, 24, 50


@dataclass(frozen=True, slots=True)
class WorklogState:
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

    ``suspicion_count`` counts how often the state was uncertain and only Jira knew it; ``suspects`` are the affected
    worklogs and ``named`` the issues. ``begun`` are the writes in progress: their issues, and when they began.
    ``id`` distinguishes it from an earlier log, which a full cache may have dropped.
    """

    windows: tuple[DateSpan, ...] = ()
    changes: tuple[WorklogState, ...] = ()
    events: tuple[WorklogEvent, ...] = ()
    suspicion_count: int = 0
    suspects: tuple[tuple[int, datetime], ...] = ()
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

    def has_newer_event(self, change: WorklogState) -> bool:
        """Return True if an event reports a later version of a worklog than this change."""
        if change.worklog is None:
            return False
        updated, number = epoch_ms(change.worklog.updated), change.worklog_id
        return any(event.worklog_id == number and event.updated > updated for event in self.events)

    def lost_writes(self, now: datetime) -> tuple[int, ...]:
        """Return the issues of writes that are too old to be still in progress."""
        return tuple(issue_id for issue_id, at in self.begun if now - at >= LOST_AFTER)

    def is_writing(self, now: datetime) -> bool:
        """Return True if a write may still be in progress."""
        return any(now - at < LOST_AFTER for _, at in self.begun)

    def is_deleted(self, worklog_id: int) -> bool:
        """Return True if this worklog is known to be deleted."""
        return any(change.worklog_id == worklog_id and change.worklog is None for change in self.changes)

    def deleted_before(self, at: datetime) -> frozenset[int]:
        """Return the worklogs that were reported as deleted before this time."""
        return frozenset(one.worklog_id for one in self.changes if one.worklog is None and one.at < at)

    def with_window(self, window: DateSpan) -> ChangeLog:
        """Return the log with this window as the latest one."""
        others = tuple(one for one in self.windows if one != window)
        return replace(self, windows=(*others, window)[-MOST_WINDOWS:])

    def with_changes(self, changes: Sequence[WorklogState]) -> ChangeLog:
        """Return the log with these changes, each in the place of an earlier one of its worklog."""
        ids = {change.worklog_id for change in changes}
        others = tuple(one for one in self.changes if one.worklog_id not in ids)
        return replace(self, changes=(*others, *changes)[-MOST_CHANGES:])

    def with_event(self, event: WorklogEvent) -> ChangeLog:
        """Return the log with this event, unless it has one about the same or a later version of the worklog."""
        known = next((one for one in self.events if one.worklog_id == event.worklog_id), None)
        if known and known.updated >= event.updated:
            return self
        others = (one for one in self.events if one.worklog_id != event.worklog_id)
        return replace(self, events=(*others, event)[-MOST_EVENTS:])

    def with_suspects(self, suspects: Sequence[tuple[int, datetime]], issue_ids: Sequence[int]) -> ChangeLog:
        """Return the log with one more suspicion, about these worklogs and issues."""
        return replace(
            self,
            suspicion_count=self.suspicion_count + 1,
            suspects=(*self.suspects, *suspects)[-MOST_SUSPECTS:],
            named=tuple(dict.fromkeys((*issue_ids, *self.named)))[:MOST_NAMED],
        )

    def with_begun(self, issue_id: int, now: datetime) -> ChangeLog:
        """Return the log with a write on this issue in progress."""
        return replace(self, begun=(*self.begun, (issue_id, now))[-MOST_BEGUN:])

    def without_begun(self, issue_ids: Iterable[int]) -> ChangeLog:
        """Return the log without the oldest write in progress on each of these issues."""
        begun = list(self.begun)
        for issue_id in issue_ids:
            oldest = next((one for one in begun if one[0] == issue_id), None)
            if oldest:
                begun.remove(oldest)
        return replace(self, begun=tuple(begun))

    def without_deletions(self, worklog_ids: Collection[int]) -> ChangeLog:
        """Return the log without the deletions of worklogs that exist after all."""
        changes = (one for one in self.changes if one.worklog or one.worklog_id not in worklog_ids)
        return replace(self, changes=tuple(changes))

    def without_worklogs(self, worklog_ids: Collection[int]) -> ChangeLog:
        """Return the log without what it knows of these worklogs, except that they were deleted."""
        changes = (one for one in self.changes if one.worklog is None or one.worklog_id not in worklog_ids)
        events = (one for one in self.events if one.worklog_id not in worklog_ids)
        return replace(self, changes=tuple(changes), events=tuple(events))
