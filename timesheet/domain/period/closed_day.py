"""The closed days and worklogs of a person, and the issues they are closed for, so a screen can mark them in
advance.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from timesheet.domain.message import message
from timesheet.domain.period.period import who_reopens
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope, Team
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog

CLOSED_FOR = {
    (False, False): message("Closed by {team} (from {first} to {last}). {who_reopens}"),
    (True, False): message(
        "Closed by {team} (from {first} to {last}, for the issues in its scope). {who_reopens}"
    ),
    (False, True): message(
        "Closed by {team} (from {first} to {last}, in the time zone of that closing: {zone}). {who_reopens}"
    ),
    (True, True): message(
        "Closed by {team} (from {first} to {last}, for the issues in its scope, "
        "in the time zone of that closing: {zone}). {who_reopens}"
    ),
}
"""The sentences by whether only some issues are closed, and whether only in the time zone of the closing."""


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day within a period that a team has closed. ``found`` contains the ids of the issues that the JQL of
    its scope finds.

    ``zone`` names the time zone that the closing used, if only in that zone the start of the day's next
    worklog falls into the period; "" if the whole day is in the period.
    """

    team: Team
    period: DateSpan
    found: frozenset[int] = frozenset()
    zone: str = ""

    @property
    def whole(self) -> bool:
        """Return True if the day is closed for every issue and at every time of day."""
        return self.team.scope == Scope() and not self.zone

    @property
    def sentence(self) -> str:
        """Return a sentence that says which team closed the day, in which period, and who can reopen it."""
        pattern = CLOSED_FOR[self.team.scope != Scope(), bool(self.zone)]
        zone = {"zone": self.zone} if self.zone else {}
        period = {"first": self.period.first, "last": self.period.last}
        return message(pattern, team=self.team.name, **period, **zone, who_reopens=who_reopens(self.team))

    def covers(self, issue: Issue) -> bool:
        """Return True if time on this issue is closed. False for an issue that the JQL was not checked against."""
        scope = self.team.scope
        return scope.has_project(issue.project_id) and (not scope.jql or issue.id in self.found)


@dataclass(frozen=True, slots=True)
class ClosedWorklog:
    """A worklog that cannot change, whatever its current day and issue are; with its current work date."""

    day: date
    sentence: str


def closed_worklog_sentence(team: Team, period: DateSpan) -> str:
    """Return a sentence that says which team closed which period with a worklog in it, and who can reopen it."""
    return message(
        "Closed by {team} (from {first} to {last}) with this worklog in it. {who_reopens}",
        team=team.name,
        first=period.first,
        last=period.last,
        who_reopens=who_reopens(team),
    )


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """The closed days of one person in a span, each with its closings, and the ``worklogs`` closed in addition."""

    days: Mapping[date, tuple[ClosedDay, ...]]
    worklogs: Mapping[int, ClosedWorklog] = field(default_factory=dict)

    def on(self, day: date) -> str:
        """Return why a day is closed for every issue, some issues, or a worklog on it; empty if it is open."""
        return (
            self.whole(day)
            or next((closed.sentence for closed in self.days.get(day, ())), "")
            or next((one.sentence for one in self.worklogs.values() if one.day == day), "")
        )

    def whole(self, day: date) -> str:
        """Return why a day is closed for every issue; empty if some issues can change."""
        return next((closed.sentence for closed in self.days.get(day, ()) if closed.whole), "")

    def of(self, day: date, issue: Issue) -> str:
        """Return why a time typed for this day and issue is refused; empty if it is accepted."""
        return next((closed.sentence for closed in self.days.get(day, ()) if closed.covers(issue)), "")

    def all_day(self, day: date, issue: Issue) -> str:
        """Return why this day accepts no new time on this issue at any start; empty if some start is possible."""
        closings = self.days.get(day, ())
        return next((one.sentence for one in closings if not one.zone and one.covers(issue)), "")

    def of_worklog(self, worklog: Worklog, issue: Issue) -> str:
        """Return why this worklog cannot change; empty if it can."""
        if closed := self.worklogs.get(worklog.id):
            return closed.sentence
        return self.all_day(worklog.day, issue)

    def of_cell(self, day: date, issue: Issue, worklogs: Collection[Worklog]) -> str:
        """Return why the time in a cell cannot change: all its worklogs are closed, or it is empty and
        accepts no time.
        """
        if not worklogs:
            return self.of(day, issue)
        reasons = [self.of_worklog(worklog, issue) for worklog in worklogs]
        return reasons[0] if all(reasons) else ""


ALL_OPEN = ClosedDays({})
