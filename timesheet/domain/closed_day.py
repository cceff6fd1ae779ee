"""Which days of a person are closed, and for which issues: what a screen marks before anybody types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from timesheet.domain.issue import Issue
from timesheet.domain.period import WHO_REOPENS, span_text
from timesheet.domain.span import DateSpan
from timesheet.domain.team import Scope


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day within a period that a team has closed. ``found``: ids of the issues that the scope's JQL finds."""

    team: str
    period: DateSpan
    scope: Scope = field(default_factory=Scope)
    found: frozenset[int] = frozenset()

    @property
    def whole(self) -> bool:
        """True when it is closed for every issue."""
        return self.scope == Scope()

    @property
    def sentence(self) -> str:
        """Which team closed it, with which period, and who can reopen it."""
        part = "" if self.whole else ", for the issues in its scope"
        return f"Closed by {self.team} ({span_text(self.period)}{part}). {WHO_REOPENS}"

    def covers(self, issue: Issue) -> bool:
        """Whether time on this issue is closed. One that the JQL was not asked about is not known to be."""
        projects = self.scope.project_ids
        if projects and issue.project_id not in projects:
            return False
        return not self.scope.jql or issue.id in self.found


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """The closed days of one person in some span, each with the closings that hold it."""

    days: Mapping[date, tuple[ClosedDay, ...]]

    def on(self, day: date) -> str:
        """Why a day is closed, be it for every issue or for some; empty for an open one."""
        return self.whole(day) or next((closed.sentence for closed in self.days.get(day, ())), "")

    def whole(self, day: date) -> str:
        """Why a day is closed for every issue; empty while some can change."""
        return next((closed.sentence for closed in self.days.get(day, ()) if closed.whole), "")

    def of(self, day: date, issue: Issue) -> str:
        """Why time of this day on this issue cannot change; empty where it can."""
        return next((closed.sentence for closed in self.days.get(day, ()) if closed.covers(issue)), "")


ALL_OPEN = ClosedDays({})
