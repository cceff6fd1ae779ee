"""Export a team's time as rows of a file, by member and day or also by issue. The people concerned can see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Values
from timesheet.domain.permission import team_refusal
from timesheet.domain.person import Person
from timesheet.domain.team.team import TeamPermission
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.sheet import issue_order
from timesheet.services.audit.record import AuditRecorder, record_export
from timesheet.services.ports.stores import Stores
from timesheet.services.team.member_day import OWN_ONLY
from timesheet.services.team.overview import Overview

DAYS, ISSUES = "days", "issues"


@dataclass(frozen=True, slots=True)
class DayRow:
    """One member on one day: whole seconds spent and expected, and the letter of the reason for a day off."""

    person: Person
    day: date
    spent: int
    capacity: int
    away: str


@dataclass(frozen=True, slots=True)
class ExportRow:
    """The time of one member on one issue on one day, in whole seconds."""

    person: Person
    day: date
    issue: Issue
    spent: int


def record_time_export(
    stores: Stores, recorder: AuditRecorder, team_ids: Sequence[str], people: Iterable[str], after: Values
) -> None:
    """Record that time left the app as a file, for those whose time it is; without teams, it is the actor's own.

    Reading it may have taken long. Somebody whose data was erased meanwhile must not come back by the event.
    """
    stores.lock_site()
    people = frozenset(people)
    known = {member.account_id for team_id in team_ids for member in stores.teams.members(team_id)}
    if team_ids and not people <= known:
        closings = (closing for team_id in team_ids for closing in stores.periods.records(team_id))
        known |= {member.account_id for closing in closings for member in closing.members}
    only = team_ids[0] if len(team_ids) == 1 else ""
    record_export(recorder, Action.TIME_EXPORTED, only, team_id=only, people=people & known, after=after)


def export_days(overview: Overview, stores: Stores, recorder: AuditRecorder) -> Sequence[DayRow]:
    """Return every member on every day, as far as the overview shows them."""
    _record(overview, stores, recorder, DAYS)
    return [
        DayRow(line.person, day, spent, capacity, line.letters.get(number, ""))
        for line in overview.lines
        for number, (day, spent, capacity) in enumerate(
            zip(overview.span, line.spent, line.capacity, strict=True)
        )
    ]


def export_issues(overview: Overview, stores: Stores, recorder: AuditRecorder) -> Sequence[ExportRow]:
    """Return every member's time by issue and day. Raise NotAllowed for a viewer who sees only the sums of others."""
    if not overview.sees_worklogs:
        raise team_refusal(TeamPermission.VIEW_WORKLOGS, OWN_ONLY)
    _record(overview, stores, recorder, ISSUES)
    return list(_issue_rows(overview))


def _issue_rows(overview: Overview) -> Iterator[ExportRow]:
    found = overview.by_person_and_issue()
    for line in overview.lines:
        rows = found.get(line.account_id, {})
        for issue in sorted(map(overview.issue, rows), key=issue_order):
            for day, spent in zip(overview.span, rows[issue.id], strict=True):
                if spent:
                    yield ExportRow(line.person, day, issue, spent)


def _record(overview: Overview, stores: Stores, recorder: AuditRecorder, by: str) -> None:
    span = overview.span
    record_time_export(
        stores,
        recorder,
        [overview.opened.team.id],
        [line.account_id for line in overview.lines],
        {"by": by, "first": span.first.isoformat(), "last": span.last.isoformat()},
    )
