"""The worklogs of a cell of a team's table, as far as the team's roles and Jira allow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from babel import Locale
from flask import Blueprint, render_template, request

from timesheet.domain.errors import NotFound
from timesheet.domain.identifier import read_account_id
from timesheet.domain.message import message
from timesheet.domain.period.closed_day import ClosedDays
from timesheet.domain.permission import Module, TeamAction
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.adf import adf_to_text
from timesheet.domain.worklog.issue import Issue, issue_in
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.period.closing import period_at
from timesheet.services.ports.jira import Snapshot
from timesheet.services.snapshot.own import zone_of
from timesheet.services.team.member_day import read_day_of
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.dates import clock_time, full_date, is_second_pass, printed_hours
from timesheet.web.http.fields import read_day
from timesheet.web.http.language import Printed, printed_durations, reader_locale
from timesheet.web.worklog.attribute import attribute_words
from timesheet.web.worklog.bulk import selectable_worklogs

blueprint = Blueprint("team_worklog", __name__)


@dataclass(frozen=True, slots=True)
class TeamWorklogLine:
    """One worklog, ready to print. ``words`` are its attributes. ``second``: it starts in the second pass of a
    repeated hour.
    """

    id: int
    issue: Issue
    start: str
    hours: str
    duration: Printed
    comment: str
    restricted: bool
    closed: str
    words: tuple[str, ...] = ()
    second: bool = False


@blueprint.get("/teams/<team_id>/worklogs")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def show_worklogs(team_id: str) -> str:
    """Show one member's worklogs of one day, with the actions the viewer may take."""
    context = current()
    team_context = context.team_context
    person = read_account_id(request.args.get("person"), "person")
    day = read_day(request.args.get("day"), date.min)
    if day == date.min:
        raise NotFound(message("There is no such day."))
    opened, snapshot = read_day_of(
        team_context,
        context.viewer_context,
        context.jira,
        team_id,
        person,
        day,
        period_at(team_context, day),
    )
    zone, locale = zone_of(context.viewer_context, person), reader_locale(context.profile().locale)
    closed = context.viewer_context.lock.closed(
        person, DateSpan(day, day), snapshot.issues.values(), snapshot.worklogs, zone
    )
    own = person == team_context.viewer
    issues = {worklog.issue_id: issue_in(snapshot.issues, worklog.issue_id) for worklog in snapshot.worklogs}
    return render_template(
        "team/overview/_worklogs.html",
        team=opened.team,
        site_url=context.site.display_url,
        person=team_context.people([person])[person],
        own=own,
        day=day,
        date=full_date(day, locale),
        entries=_entries(context, snapshot, closed, zone, locale),
        total=printed_durations(*(worklog.seconds for worklog in snapshot.worklogs)),
        selectable=selectable_worklogs(context.viewer_context, snapshot.worklogs, issues),
        may_change=own or opened.may(TeamAction.CHANGE_WORKLOGS),
        closed=closed.on(day),
        whole=bool(closed.whole(day)),
        zone_name=zone.key,
        problems=[missing.what for missing in snapshot.missing],
    )


def _entries(
    context: Context, snapshot: Snapshot, closed: ClosedDays, zone: ZoneInfo, locale: Locale
) -> list[TeamWorklogLine]:
    """Return the worklogs of a day as they are printed, with start and end in the zone of their author."""
    attributes = context.viewer_context.attributes.all()

    def entry(worklog: Worklog) -> TeamWorklogLine:
        issue = issue_in(snapshot.issues, worklog.issue_id)
        return TeamWorklogLine(
            id=worklog.id,
            issue=issue,
            start=clock_time(worklog.started, zone, locale),
            hours=printed_hours(worklog.started, worklog.seconds, zone, locale),
            duration=printed_durations(worklog.seconds),
            comment=adf_to_text(worklog.comment),
            restricted=worklog.restricted,
            closed=closed.of_worklog(worklog, issue),
            words=attribute_words(attributes, worklog),
            second=is_second_pass(worklog.started, zone),
        )

    return [entry(worklog) for worklog in snapshot.worklogs]
