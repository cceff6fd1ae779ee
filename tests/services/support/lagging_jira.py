"""A Jira whose search lags and is unsteady, in which people work without the app, and which loses responses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.services.support.fake_jira import FakeJira
from timesheet.domain.errors import JiraUnavailable, NotFound
from timesheet.domain.jira_time import work_date
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import (
    EstimateChange,
    IssueTime,
    LongIssue,
    OnProgress,
    Snapshot,
    WorklogChange,
    WorklogDraft,
    Zones,
    ignore_progress,
)

Rows = dict[int, Worklog]
Event = tuple[str, Worklog]
# Jira accepts fifty; this smaller number represents somebody who works on more issues.
NAMED = 2
LOST = JiraUnavailable("Jira gave no answer.", wrote_maybe=True)


@dataclass(frozen=True)
class Past:
    """The worklogs of an issue until ``when``."""

    when: datetime
    issue_id: int
    rows: Rows


@dataclass
class LaggingJira(FakeJira):
    """A Jira with lag. ``events`` are not delivered yet; ``late`` writes are in progress although nobody
    waits anymore.
    """

    chance: Random = field(default_factory=Random)
    lag: timedelta = timedelta(seconds=30)
    past: list[Past] = field(default_factory=list)
    archived: set[int] = field(default_factory=set)
    deleted: dict[int, Issue] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    late: list[tuple[datetime, WorklogDraft]] = field(default_factory=list)
    made: dict[str, set[int]] = field(default_factory=dict)
    fate: str = ""
    present: Rows | None = None

    def read_worklogs(
        self,
        authors: Sequence[str],
        span: DateSpan,
        zones: Zones,
        progress: OnProgress = ignore_progress,
        named: Sequence[int] = (),
        earlier: Sequence[LongIssue] = (),
    ) -> Snapshot:
        """Return what the index shows: named issues as they are, others as they are or were within the lag."""
        present, issues = self.worklogs, self.issues
        at_once = frozenset(named[:NAMED]) | {one.id for one in earlier}
        self.worklogs, self.issues = self._indexed(at_once), {**issues, **self.deleted}
        self.present = present
        try:
            return super().read_worklogs(authors, span, zones, progress, named, earlier)
        finally:
            self.worklogs, self.issues, self.present = present, issues, None

    def counted_on(self, issue_id: int, days: DateSpan) -> int:
        """Return the count, which does not come from the index."""
        with_index, self.worklogs = self.worklogs, self.worklogs if self.present is None else self.present
        try:
            return super().counted_on(issue_id, days)
        finally:
            self.worklogs = with_index

    def _indexed(self, named: frozenset[int]) -> Rows:
        found: Rows = {}
        for issue_id in (self.issues.keys() | self.deleted.keys()) - self.archived:
            present = {n: w for n, w in self.worklogs.items() if w.issue_id == issue_id}
            states = [present]
            if issue_id not in named:
                states += [
                    p.rows for p in self.past if p.issue_id == issue_id and self.now - p.when < self.lag
                ]
            found |= self.chance.choice(states)
        return found

    def note(self, *issue_ids: int) -> None:
        """Store the state before a change."""
        self.past = [one for one in self.past if self.now - one.when < self.lag]
        for issue_id in issue_ids:
            rows = {n: w for n, w in self.worklogs.items() if w.issue_id == issue_id}
            self.past.append(Past(self.now, issue_id, rows))

    def create_worklog(self, draft: WorklogDraft, zones: Zones, *, look_first: bool = False) -> Worklog:
        if look_first and self.keys.get(draft.key) in self.worklogs:
            return super().create_worklog(draft, zones, look_first=look_first)
        fate, self.fate = self.fate, ""
        if fate == "late":
            self.late.append((self.now, draft))
            raise JiraUnavailable("Jira gave no answer.", status=504, wrote_maybe=True)
        self.note(draft.issue_id)
        made = super().create_worklog(draft, zones)
        self.made.setdefault(draft.key, set()).add(made.id)
        self.events.append(("worklog_created", made))
        if fate == "lost":
            raise LOST
        return made

    def arrive(self) -> Worklog | None:
        """Carry out a late write."""
        _, draft = self.late.pop(0)
        if draft.issue_id not in self.issues:
            return None
        self.note(draft.issue_id)
        failing, self.failing = self.failing, {}
        made = super().create_worklog(draft, {self.profile.account_id: self.profile.zone})
        self.failing = failing
        self.made.setdefault(draft.key, set()).add(made.id)
        self.events.append(("worklog_created", made))
        return made

    def update_worklog(self, issue_id: int, worklog_id: int, change: WorklogChange, zones: Zones) -> Worklog:
        fate, self.fate = self.fate, ""
        self._find(issue_id, worklog_id)
        self.note(issue_id)
        after = super().update_worklog(issue_id, worklog_id, change, zones)
        self.events.append(("worklog_updated", after))
        if fate:
            raise LOST
        return after

    def delete_worklog(self, issue_id: int, worklog_id: int, estimate: EstimateChange) -> None:
        fate, self.fate = self.fate, ""
        before = self._find(issue_id, worklog_id)
        self.note(issue_id)
        super().delete_worklog(issue_id, worklog_id, estimate)
        self.events.append(("worklog_deleted", before))
        if fate:
            raise LOST

    def put(self, worklog: Worklog) -> Worklog:
        """Log or change a worklog in Jira itself."""
        before = self.worklogs.get(worklog.id)
        self.note(*{worklog.issue_id, *((before.issue_id,) if before else ())})
        self.worklogs[worklog.id] = replace(worklog, updated=self._tick())
        self.events.append((f"worklog_{'updated' if before else 'created'}", self.worklogs[worklog.id]))
        return self.worklogs[worklog.id]

    def take(self, worklog_id: int) -> None:
        """Delete a worklog in Jira itself."""
        before = self.worklogs[worklog_id]
        self.note(before.issue_id)
        self._tick()
        del self.worklogs[worklog_id]
        self.events.append(("worklog_deleted", before))

    def move(self, worklog_id: int, issue_id: int) -> None:
        """Move a worklog like Jira does between issues, without an event and without an update."""
        before = self.worklogs[worklog_id]
        self.note(before.issue_id, issue_id)
        self._tick()
        self.worklogs[worklog_id] = replace(before, issue_id=issue_id)

    def bury(self, issue_id: int) -> None:
        """Delete an issue with its worklogs."""
        self.note(issue_id)
        self._tick()
        self.deleted[issue_id] = self.issues.pop(issue_id)
        self.worklogs = {n: w for n, w in self.worklogs.items() if w.issue_id != issue_id}

    def read_issue_time(self, issue_id: int, span: DateSpan, zones: Zones) -> IssueTime:
        if issue_id not in self.issues:
            raise NotFound("There is no such issue.")
        return super().read_issue_time(issue_id, span, zones)

    def time(self, span: DateSpan, zone: ZoneInfo) -> dict[tuple[int, date], int]:
        """Return the truth: the viewer's seconds by issue and day."""
        sums: Counter[tuple[int, date]] = Counter()
        for worklog in self.worklogs.values():
            day = work_date(worklog.started, zone)
            if worklog.author == self.profile.account_id and day in span:
                sums[worklog.issue_id, day] += worklog.seconds
        return dict(sums)
