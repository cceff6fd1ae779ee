"""Record that a report left the app as a file. The people whose time it is can see that."""

from __future__ import annotations

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Value
from timesheet.domain.report.file import FileKind
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.report.report import Report

REPORT = "report"


def record_export(recorder: AuditRecorder, report: Report, kind: FileKind) -> None:
    """Record the export with its range, teams, and rows, but without the texts of its filters."""
    query, teams = report.query, [part.opened.team.id for part in report.source.parts]
    only = teams[0] if len(teams) == 1 else ""
    values: dict[str, Value] = {
        "by": REPORT,
        "format": kind.value,
        "first": query.span.first.isoformat(),
        "last": query.span.last.isoformat(),
    }
    if len(teams) > 1:
        values["teams"] = teams
    if query.as_closed:
        values["as_closed"] = True
    if not teams:
        values["own"] = True
    record(
        recorder,
        Action.TIME_EXPORTED,
        only,
        team_id=only,
        people=report.source.people,
        after=values,
    )
