"""Record that a report left the app as a file. The people whose time it is can see that."""

from __future__ import annotations

from timesheet.domain.audit.event import Value
from timesheet.domain.report.file import FileKind
from timesheet.domain.report.terms import Dimension
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.ports.stores import Stores
from timesheet.services.report.report import Report
from timesheet.services.team.export import record_time_export

REPORT, WORKLOGS = "report", "worklogs"


def record_export(stores: Stores, recorder: AuditRecorder, report: Report, kind: FileKind) -> None:
    """Record the export: its range, its teams, and if it lists each worklog, but not the texts of its filters."""
    query, teams = report.query, [part.opened.team.id for part in report.source.parts]
    values: dict[str, Value] = {
        "by": WORKLOGS if Dimension.WORKLOG in query.rows else REPORT,
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
    record_time_export(stores, recorder, teams, report.source.people, values)
