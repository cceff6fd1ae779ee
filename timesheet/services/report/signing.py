"""Read one person's month for a sheet to sign: the viewer's own, or that of a member of a team.

The viewer must be allowed to see the worklogs of that member.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from timesheet.domain.errors import NotFound
from timesheet.domain.message import message
from timesheet.domain.permission import team_refusal
from timesheet.domain.report.file import FileKind
from timesheet.domain.report.query import Filter, ReportQuery
from timesheet.domain.report.table import Cell, Label
from timesheet.domain.report.terms import Dimension, Figure
from timesheet.domain.span import month_of
from timesheet.domain.team.team import TeamPermission
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.calendar.expected import read_expected
from timesheet.services.ports.stores import Stores
from timesheet.services.ports.team_jira import WholeJira
from timesheet.services.report.report import Presentation, Report, read_report
from timesheet.services.snapshot.own import zone_of
from timesheet.services.team.export import record_time_export
from timesheet.services.team.member_day import OWN_ONLY
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.team_context import TeamContext

NOT_A_MEMBER = message("This person is not in the team in that month. Choose another month or person.")
SIGNING_SHEET = "signing sheet"
NOTHING = Cell(0, 0)


@dataclass(frozen=True, slots=True)
class SheetOwner:
    """The person whose time a sheet is about: oneself without a ``team_id``, otherwise a member of the team."""

    account_id: str
    team_id: str = ""


@dataclass(frozen=True, slots=True)
class MonthDay:
    """One day: its issues with their time, sums as they are printed, and the reason for a day off in words."""

    day: date
    issues: Sequence[tuple[Label, Cell]]
    spent: Cell
    expected: Cell
    reason: str


@dataclass(frozen=True, slots=True)
class SignedMonth:
    """A person's month. ``zone`` is that of their work dates. ``team`` and ``lead`` are empty for one's own time.

    ``lead`` is also empty for the month of the lead: nobody approves their own time.
    """

    owner: SheetOwner
    person: str
    zone: str
    team: str
    lead: str
    days: Sequence[MonthDay]
    report: Report


def read_month(
    team_context: TeamContext,
    context: ViewerContext,
    jira: WholeJira,
    owner: SheetOwner,
    day: date,
    presentation: Presentation,
) -> SignedMonth:
    """Return the month of ``day``.

    Raise NotFound for a team or member that is not there, NotAllowed if the viewer may not see the worklogs.
    """
    span = month_of(day)
    query = ReportQuery(
        span=span,
        team_ids=(owner.team_id,) if owner.team_id else (),
        rows=(Dimension.DAY, Dimension.ISSUE),
        figures=(Figure.SPENT, Figure.CAPACITY),
        filters=(Filter(Dimension.PERSON, frozenset({owner.account_id})),) if owner.team_id else (),
    )
    report = read_report(team_context, context, jira, query, presentation)
    part = report.source.parts[0] if report.source.parts else None
    if part and owner.account_id not in {member.account_id for member in part.members}:
        if part.opened.own_figures_only and owner.account_id != team_context.viewer:
            raise team_refusal(TeamPermission.VIEW_WORKLOGS, OWN_ONLY)
        raise NotFound(NOT_A_MEMBER)
    lead = part.opened.team.lead if part else ""
    names = team_context.people([owner.account_id, lead] if lead else [owner.account_id])
    return SignedMonth(
        owner=owner,
        person=names[owner.account_id].name,
        zone=zone_of(context, owner.account_id).key,
        team=part.opened.team.name if part else "",
        lead=names[lead].name if lead not in ("", owner.account_id) else "",
        days=_days(report, _reasons(team_context, owner, report, presentation)),
        report=report,
    )


def record_month(stores: Stores, recorder: AuditRecorder, month: SignedMonth) -> None:
    """Record that the month was exported, for the person whose time it is."""
    span, team_id = month.report.query.span, month.owner.team_id
    record_time_export(
        stores,
        recorder,
        [team_id] if team_id else [],
        [month.owner.account_id],
        {
            "by": SIGNING_SHEET,
            "format": FileKind.PDF.value,
            "first": span.first.isoformat(),
            "last": span.last.isoformat(),
            **({} if team_id else {"own": True}),
        },
    )


def _reasons(
    team_context: TeamContext, owner: SheetOwner, report: Report, presentation: Presentation
) -> Sequence[str]:
    days = read_expected(
        team_context.stores,
        team_context.cache,
        team_context.site,
        presentation.tracking,
        owner.account_id,
        report.query.span,
    )
    own = report.source.parts[0].members if report.source.parts else ()
    member = next((one for one in own if one.account_id == owner.account_id), None)
    # Why somebody is away on other days is no business of this team.
    return [
        day.reason if member is None or member.active_on(on) else ""
        for on, day in zip(report.query.span, days, strict=True)
    ]


def _days(report: Report, reasons: Sequence[str]) -> Sequence[MonthDay]:
    """Return every day of the month, those without time too."""
    issues: dict[str, list[tuple[Label, Cell]]] = {}
    sums: dict[str, tuple[Cell, Cell]] = {}
    for row in report.table.rows():
        key = row.labels[0].key
        if row.level:
            issues.setdefault(key, []).append((row.label, row.cells[0]))
        else:
            sums[key] = (row.cells[0], row.cells[1])
    return [
        MonthDay(
            day,
            issues.get(day.isoformat(), ()),
            *sums.get(day.isoformat(), (NOTHING, NOTHING)),
            reason,
        )
        for day, reason in zip(report.query.span, reasons, strict=True)
    ]
