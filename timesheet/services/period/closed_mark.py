"""Collect the closed days of a span, and the closed worklogs on it, to mark them on a screen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from timesheet.domain.jira_time import ZONES_APART, find_zone, next_start, work_date
from timesheet.domain.period.closed_day import ClosedDay, ClosedWorklog, closed_worklog_sentence
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Team
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.stores import Stores


@dataclass(eq=False)
class ClosedMarks:
    """Collects the closed days of one span, each closing once per day.

    ``issue_ids`` are the issues on the screen. ``find`` returns which of them a JQL matches; it is called once for
    each team.
    """

    stores: Stores
    find: Callable[[str, Sequence[int]], frozenset[int]]
    span: DateSpan
    issue_ids: Sequence[int]
    days: defaultdict[date, tuple[ClosedDay, ...]] = field(default_factory=lambda: defaultdict(tuple))
    _teams: dict[str, tuple[Team, frozenset[int]]] = field(default_factory=dict)
    _marked: set[tuple[date, str]] = field(default_factory=set)

    def add(self, day: date, record: ClosingRecord, zone: str = "") -> None:
        """Mark one day as closed by one closing. ``zone`` is the closing's, if the author's current one differs."""
        if (day, record.id) not in self._marked:
            self._marked.add((day, record.id))
            self.days[day] += (self._closed(record, zone),)

    def add_recorded(
        self, recorded: Collection[ClosingRecord], worklogs: Collection[Worklog], zone: ZoneInfo | None
    ) -> None:
        """Mark the days according to the membership and zone that the closings recorded."""
        near = self.span.padded(ZONES_APART)
        for record in recorded:
            if not record.span.overlaps(near):
                continue
            member, used = record.members[0], _other_zone(record, zone)
            for day in self.span:
                if day in record.span and member.active_on(day):
                    self.add(day, record)
                elif zone and used:
                    then = _next_day(day, zone, used, worklogs)
                    if then in record.span and member.active_on(then):
                        self.add(day, record, used.key)

    def worklogs(
        self, recorded: Collection[ClosingRecord], worklogs: Collection[Worklog], issues: Mapping[int, Issue]
    ) -> dict[int, ClosedWorklog]:
        """Return worklogs that are closed although their day is open in the current zone: because a closing
        contains them, or because they start in it by its own zone.
        """
        by_id = {record.id: record for record in recorded}
        closing_of = dict(self.stores.periods.holders(list(by_id), [worklog.id for worklog in worklogs]))
        found = dict[int, ClosedWorklog]()
        for worklog in worklogs:
            if worklog.id in closing_of:
                record = by_id[closing_of[worklog.id]]
                found[worklog.id] = ClosedWorklog(
                    worklog.day, closed_worklog_sentence(self._team(record)[0], record.span)
                )
            elif closed := self._starts_in(recorded, worklog, issues.get(worklog.issue_id)):
                found[worklog.id] = ClosedWorklog(worklog.day, closed.sentence)
        return found

    def _starts_in(
        self, recorded: Collection[ClosingRecord], worklog: Worklog, issue: Issue | None
    ) -> ClosedDay | None:
        for record in recorded:
            used = find_zone(record.members[0].zone)
            then = work_date(worklog.started, used) if used else worklog.day
            if used and then in record.span and record.members[0].active_on(then):
                closed = self._closed(record, used.key)
                if issue and then != worklog.day and closed.covers(issue):
                    return closed
        return None

    def _closed(self, record: ClosingRecord, zone: str) -> ClosedDay:
        team, found = self._team(record)
        return ClosedDay(team, record.span, found, zone)

    def _team(self, record: ClosingRecord) -> tuple[Team, frozenset[int]]:
        if record.team_id not in self._teams:
            team = self.stores.teams.get(record.team_id)
            self._teams[team.id] = team, self.find(team.scope.jql, self.issue_ids)
        return self._teams[record.team_id]


def _other_zone(record: ClosingRecord, zone: ZoneInfo | None) -> ZoneInfo | None:
    """Return the zone that a closing used for the member it recorded, if it differs from ``zone``."""
    used = find_zone(record.members[0].zone)
    return None if used == zone else used


def _next_day(day: date, zone: ZoneInfo, used: ZoneInfo, worklogs: Collection[Worklog]) -> date:
    """Return the work date, in a closing's zone, of a worklog that would be typed into ``day`` now."""
    others = [(worklog.started, worklog.seconds) for worklog in worklogs if worklog.day == day]
    return work_date(next_start(day, zone, others).instant, used)
