"""Which days and worklogs of a person are closed, and for which issues: what a screen marks before anybody types."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from timesheet.domain.issue import Issue
from timesheet.domain.period import WHO_REOPENS, span_text
from timesheet.domain.span import DateSpan
from timesheet.domain.team import Scope
from timesheet.domain.worklog import Worklog


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day within a period that a team has closed. ``found``: ids of the issues that the scope's JQL finds.

    ``zone`` names the time zone that the closing used, where only that zone puts the start of the day's next worklog
    into the period; "" where the whole day lies in it.
    """

    team: str
    period: DateSpan
    scope: Scope = field(default_factory=Scope)
    found: frozenset[int] = frozenset()
    zone: str = ""

    @property
    def whole(self) -> bool:
        """True when it is closed for every issue and at every time of day."""
        return self.scope == Scope() and not self.zone

    @property
    def sentence(self) -> str:
        """Which team closed it, with which period, and who can reopen it."""
        part = "" if self.scope == Scope() else ", for the issues in its scope"
        part += f", in the time zone of that closing: {self.zone}" if self.zone else ""
        return f"Closed by {self.team} ({span_text(self.period)}{part}). {WHO_REOPENS}"

    def covers(self, issue: Issue) -> bool:
        """Whether time on this issue is closed. One that the JQL was not asked about is not known to be."""
        projects = self.scope.project_ids
        if projects and issue.project_id not in projects:
            return False
        return not self.scope.jql or issue.id in self.found


@dataclass(frozen=True, slots=True)
class ClosedWorklog:
    """A worklog that cannot change whatever its day and issue say now, with the work date it has now."""

    day: date
    sentence: str


def held_sentence(team: str, period: DateSpan) -> str:
    """Say which team closed which period with a worklog in it, and who can reopen it."""
    return f"Closed by {team} ({span_text(period)}) with this worklog in it. {WHO_REOPENS}"


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """The closed days of one person in some span, each with its closings, and the ``worklogs`` closed beside them."""

    days: Mapping[date, tuple[ClosedDay, ...]]
    worklogs: Mapping[int, ClosedWorklog] = field(default_factory=dict)

    def on(self, day: date) -> str:
        """Why a day is closed, be it for every issue, for some, or for a worklog on it; empty for an open one."""
        return (
            self.whole(day)
            or next((closed.sentence for closed in self.days.get(day, ())), "")
            or next((held.sentence for held in self.worklogs.values() if held.day == day), "")
        )

    def whole(self, day: date) -> str:
        """Why a day is closed for every issue; empty while some can change."""
        return next((closed.sentence for closed in self.days.get(day, ()) if closed.whole), "")

    def of(self, day: date, issue: Issue) -> str:
        """Why a time typed for this day on this issue is refused; empty where it is taken."""
        return next((closed.sentence for closed in self.days.get(day, ()) if closed.covers(issue)), "")

    def all_day(self, day: date, issue: Issue) -> str:
        """Why this day takes no new time on this issue, whenever it starts; empty where some start is open."""
        closings = self.days.get(day, ())
        return next((one.sentence for one in closings if not one.zone and one.covers(issue)), "")

    def of_worklog(self, worklog: Worklog, issue: Issue) -> str:
        """Why this worklog cannot change; empty where it can."""
        if held := self.worklogs.get(worklog.id):
            return held.sentence
        return self.all_day(worklog.day, issue)

    def of_cell(self, day: date, issue: Issue, worklogs: Collection[Worklog]) -> str:
        """Why the time in a cell cannot change: every worklog in it is closed, or it is empty and takes nothing."""
        if not worklogs:
            return self.of(day, issue)
        reasons = [self.of_worklog(worklog, issue) for worklog in worklogs]
        return reasons[0] if all(reasons) else ""


ALL_OPEN = ClosedDays({})
