"""Export a team's time as rows of a file, by member and day or also by issue. The people concerned can see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from timesheet.domain.audit.action import Action
from timesheet.domain.errors import NotAllowed
from timesheet.domain.message import message
from timesheet.domain.person import Person
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.sheet import issue_order
from timesheet.services.audit.record import AuditRecorder, record
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
class IssueRow:
    """The time of one member on one issue on one day, in whole seconds."""

    person: Person
    day: date
    issue: Issue
    spent: int


def export_days(overview: Overview, recorder: AuditRecorder) -> Sequence[DayRow]:
    """Return every member on every day, as far as the overview shows them."""
    _record(overview, recorder, DAYS)
    return [
        DayRow(line.person, day, spent, capacity, line.letters.get(number, ""))
        for line in overview.lines
        for number, (day, spent, capacity) in enumerate(
            zip(overview.span, line.spent, line.capacity, strict=True)
        )
    ]


def export_issues(overview: Overview, recorder: AuditRecorder) -> Sequence[IssueRow]:
    """Return every member's time by issue and day. Raise NotAllowed for a viewer who sees only the sums of others."""
    if not overview.sees_worklogs:
        raise NotAllowed(OWN_ONLY, layer="team", permission=message("View worklogs"))
    _record(overview, recorder, ISSUES)
    return list(_issue_rows(overview))


def _issue_rows(overview: Overview) -> Iterator[IssueRow]:
    found = overview.by_person_and_issue()
    for line in overview.lines:
        rows = found.get(line.account_id, {})
        for issue in sorted(map(overview.issue, rows), key=issue_order):
            for day, spent in zip(overview.span, rows[issue.id], strict=True):
                if spent:
                    yield IssueRow(line.person, day, issue, spent)


def _record(overview: Overview, recorder: AuditRecorder, by: str) -> None:
    team_id, span = overview.opened.team.id, overview.span
    record(
        recorder,
        Action.TIME_EXPORTED,
        team_id,
        team_id=team_id,
        people=[line.account_id for line in overview.lines],
        after={"by": by, "first": span.first.isoformat(), "last": span.last.isoformat()},
    )
