"""The worklogs of one member on one day, behind a cell of the team's table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from timesheet.domain.errors import JiraUnavailable, NotFound
from timesheet.domain.message import Seconds, message
from timesheet.domain.permission import TeamAction, team_refusal
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import TeamPermission
from timesheet.domain.worklog.worklog import BY_START
from timesheet.services.ports.jira import UNSEARCHED, Missing, Snapshot
from timesheet.services.ports.packed_worklogs import PackedWorklogs
from timesheet.services.ports.team_jira import TeamJira
from timesheet.services.snapshot.attribute import with_attributes
from timesheet.services.snapshot.change_log import SEARCH_LAG, read_change_log
from timesheet.services.snapshot.team_reconcile import issues_to_name
from timesheet.services.snapshot.window import unsearched_note
from timesheet.services.team.overview import cached_time, members_in, visible_members
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.person import CachedNames
from timesheet.services.viewer.team_context import OpenTeam, TeamContext, member_or_none, open_team

UNLISTED = message(
    "{time} that the team’s figure counts is not listed: Jira’s search does not find it (archived project?), "
    "and Jira did not answer when asked for it. Open the day again in a moment."
)
CLOSED = message(
    "Jira’s search does not find the time of a closed account: only time that was read before is shown, and more may "
    "be missing."
)
OWN_ONLY = message(
    "In this team you see your own worklogs. To see those of others you need “View worklogs” in it. "
    "Its lead, a team administrator, or somebody with “Manage this team” can grant it."
)


def read_day_of(
    team_context: TeamContext,
    context: ViewerContext,
    jira: TeamJira,
    team_id: str,
    account_id: str,
    day: date,
    span: DateSpan,
) -> tuple[OpenTeam, Snapshot]:
    """Return one member's worklogs of one day in scope, with comments and attributes, in their current state in Jira.

    Search does not find archived projects. What the team's figures of ``span`` count of them is read by id; if
    that fails, a note says how much it is. Raise NotAllowed if the viewer sees only sums, NotFound for somebody
    who is not a member on that day.
    """
    opened = open_team(team_context, team_id, TeamAction.SEE_WORKLOGS)
    if not opened.sees_worklogs_of(account_id):
        raise team_refusal(TeamPermission.VIEW_WORKLOGS, OWN_ONLY)
    member = member_or_none(team_context.stores, team_id, account_id)
    if member is None or not member.active_on(day):
        raise NotFound(message("There is no such person in this team on that day."))
    changes = read_change_log(context.own_cache).changes
    named = issues_to_name(context, [account_id], changes, first=False)
    zones = context.zones_of([account_id])
    found = jira.read_member_worklogs(account_id, DateSpan(day, day), opened.team.scope, zones, named)
    members = members_in(visible_members(team_context, opened), span)
    counted = cached_time(context, opened, members, span)
    if counted:
        found = _with_counted(context, found, counted, account_id, day)
    return opened, with_attributes(context, found, ())


def _with_counted(
    context: ViewerContext, found: Snapshot, counted: PackedWorklogs, account_id: str, day: date
) -> Snapshot:
    """Return the snapshot with the worklogs that the team's figure counts and search did not find."""
    known = {worklog.id for worklog in found.worklogs}
    missed = {
        number: seconds
        for person, on, seconds, _, number, _, _ in counted.entries()
        if counted.people[person] == account_id and on == day.toordinal() and number not in known
    }
    if not missed:
        return found
    try:
        listed = context.jira.read_listed(sorted(missed), context.zones_of([account_id]))
    except JiraUnavailable:
        note = Missing(message(UNLISTED, time=Seconds(sum(missed.values()))), "unlisted")
        return replace(found, missing=(*found.missing, note))
    of_day = [
        worklog
        for worklog in listed
        if (worklog.author, worklog.day) == (account_id, day) and worklog.issue_id in counted.issues
    ]
    issues = {worklog.issue_id: counted.issues[worklog.issue_id] for worklog in of_day}
    keys = {issues[w.issue_id].key for w in of_day if w.updated < found.read_at - SEARCH_LAG}
    person = CachedNames(context.cache, context.site).of([account_id])[account_id]
    closed = person is not None and not person.known
    note = Missing(CLOSED, UNSEARCHED) if closed else unsearched_note(keys)
    return replace(
        found,
        worklogs=tuple(sorted((*found.worklogs, *of_day), key=BY_START)),
        issues={**found.issues, **issues},
        missing=(*found.missing, *([note] if keys else [])),
    )
