"""Collect the results of a read of worklogs: filtered by author and work date, and each once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from timesheet.adapters.jira.call.reading import issue_of, person_of, worklog_of, zone_of
from timesheet.adapters.jira.call.rows import (
    COUNTED,
    WHOLE,
    Author,
    IssueWorklogs,
    Malformed,
    RowReader,
    WholeRow,
    WorkedRow,
    WorklogRow,
)
from timesheet.domain.identifier import number_of
from timesheet.domain.jira_time import work_date
from timesheet.domain.message import message
from timesheet.domain.person import Person
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import CROWDED_FROM, Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import UNREADABLE_WORKLOG, Missing, Zones
from timesheet.services.ports.packed_worklogs import PackedWorklog

UNREADABLE = message("Jira’s record of a worklog cannot be read.")
EPOCH, MILLISECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)

Row = TypeVar("Row", bound=WorklogRow)


def may_lie_in(span: DateSpan, malformed: Malformed, zones: Zones, fallback: ZoneInfo) -> bool:
    """Return True unless it is certain that an unreadable worklog is outside of these days."""
    zone = zone_of(malformed.author, zones, fallback)
    return malformed.started is None or work_date(malformed.started, zone) in span


@dataclass(eq=False)
class Collector(ABC, Generic[Row]):
    """Worklogs of ``authors`` with a work date in ``span``; issues by id, and those to be read separately.

    ``crowded`` are the issues with nearly as many worklogs as Jira allows, with their numbers.
    """

    authors: frozenset[str]
    span: DateSpan
    zones: Zones
    fallback: ZoneInfo
    issues: dict[int, Issue] = field(default_factory=dict)
    long: dict[int, str] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)
    crowded: dict[int, int] = field(default_factory=dict)

    @property
    @abstractmethod
    def reader(self) -> RowReader[Row]:
        """Return the decoder of the responses."""

    @abstractmethod
    def count(self) -> int:
        """Return how many worklogs have been collected."""

    @abstractmethod
    def keep(self, row: Row) -> None:
        """Add a worklog if it belongs here. Raise ValueError or OverflowError for an invalid one."""

    def take(self, row: WorkedRow[Row]) -> int | None:
        """Add an issue; return its id if it has more worklogs than it came with."""
        issue, part = issue_of(row.id, row.key, row.fields), row.fields.worklog
        self.issues[issue.id] = issue
        if part:
            self.keep_all(issue.key, part)
            if part.total and part.total >= CROWDED_FROM:
                self.crowded[issue.id] = part.total
        if (part and part.whole) or issue.id in self.long:
            return None
        self.long[issue.id] = issue.key
        return issue.id

    def keep_all(self, key: str, part: IssueWorklogs[Row]) -> None:
        """Add worklogs of one issue; unreadable ones are recorded as missing, because they may be anybody's time."""
        malformed = any(map(self._may_count, part.malformed))
        for row in part.worklogs:
            try:
                self.keep(row)
            except (ValueError, OverflowError):
                malformed = malformed or self._may_count(Malformed(row.author, row.started))
        if malformed:
            self.lack(message("{issue}: {problem}", issue=key, problem=UNREADABLE), UNREADABLE_WORKLOG)

    def lack(self, what: str, code: str) -> None:
        """Record once that something is missing."""
        if (one := Missing(what, code)) not in self.missing:
            self.missing.append(one)

    def _may_count(self, malformed: Malformed) -> bool:
        """Return False if it is certain that somebody else wrote it, or that its day is outside the range."""
        if malformed.author and malformed.author.account_id not in self.authors:
            return False
        return may_lie_in(self.span, malformed, self.zones, self.fallback)

    def of_used(self, used: set[int]) -> Mapping[int, Issue]:
        """Return the issues that are used."""
        return {number: issue for number, issue in self.issues.items() if number in used}


@dataclass(eq=False)
class WorklogCollector(Collector[WholeRow]):
    """Collects worklogs with their comments, by id."""

    worklogs: dict[int, Worklog] = field(default_factory=dict)

    @property
    def reader(self) -> RowReader[WholeRow]:
        return WHOLE

    def count(self) -> int:
        return len(self.worklogs)

    def keep(self, row: WholeRow) -> None:
        if row.author is None or row.author.account_id not in self.authors:
            return
        worklog = worklog_of(row, self.zones, self.fallback)
        if worklog.day in self.span:
            self.worklogs[worklog.id] = worklog


@dataclass(eq=False)
class RowCollector(Collector[WorklogRow]):
    """Collects worklogs as numbers, by id, with the people in them. ``places`` are the indices of the authors."""

    places: Mapping[str, int] = field(default_factory=dict)
    entries: dict[int, PackedWorklog] = field(default_factory=dict)
    met: dict[str, Person] = field(default_factory=dict)
    _known: dict[str | None, tuple[int, ZoneInfo]] = field(default_factory=dict)

    @property
    def reader(self) -> RowReader[WorklogRow]:
        return COUNTED

    def count(self) -> int:
        return len(self.entries)

    def keep(self, row: WorklogRow) -> None:
        author = row.author
        if author is None:
            return
        place, zone = self._known.get(author.account_id) or self._meet(author)
        if place < 0:
            return
        day = row.started.astimezone(zone).date()
        if day not in self.span:
            return
        number, issue_id = number_of(row.id), number_of(row.issue_id)
        created, updated = ((at - EPOCH) // MILLISECOND for at in (row.created or row.changed, row.changed))
        self.entries[number] = (
            place, day.toordinal(), row.time_spent_seconds, issue_id, number, updated, created,
        )  # fmt: skip

    def _meet(self, author: Author) -> tuple[int, ZoneInfo]:
        """Return the index and the zone of an author; the index is negative for somebody who was not requested."""
        place = self.places.get(author.account_id or "", -1)
        zone = self.fallback
        if place >= 0:
            zone, person = zone_of(author, self.zones, self.fallback), person_of(author)
            # Without a name, a worklog says less about its author than Jira does when asked.
            if author.display_name:
                self.met[person.account_id] = person
        self._known[author.account_id] = place, zone
        return place, zone
