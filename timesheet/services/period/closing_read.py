"""Read a period's time for its closing, with what people save here meanwhile.

A save that has passed the lock may reach Jira after the read. What the app itself writes is in its journal, so the
closing asks there instead of waiting for Jira's events.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Member
from timesheet.services.ports.journal import Intent
from timesheet.services.ports.packed_worklogs import PackedWorklogs
from timesheet.services.ports.team_jira import TeamJira
from timesheet.services.snapshot.change_log import RECORDED_FOR
from timesheet.services.snapshot.team import Freshness
from timesheet.services.team.overview import read_time
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.team_context import OpenTeam

PASSES = 4
ANSWERED_WITHIN = timedelta(minutes=2)
"""A write is answered in less time, or it has failed, and its outcome may stay unknown for long."""
FROM_UTC = timedelta(days=1)
"""The date of a moment in a time zone is at most one day from its date in UTC."""


def read_all(
    context: ViewerContext, jira: TeamJira, opened: OpenTeam, members: Sequence[Member], span: DateSpan
) -> tuple[PackedWorklogs, datetime]:
    """Return the members' time, read now, and since when writes may not be in it.

    Issues on which the members' time was written shortly before or during the read are read again by name,
    because Jira's search finds a new worklog late. If people go on saving, this ends after ``PASSES`` reads.
    Raise UnreadableScope as ``read_time`` does.
    """
    since = context.clock() - RECORDED_FOR
    packed = read_time(context, jira, opened, members, span, Freshness.NOW)
    for _ in range(PASSES):
        began = context.clock()
        issues = issues_written(context, members, span, since)
        if not issues:
            break
        packed = read_time(context, jira, opened, members, span, again=issues)
        since = began
    return packed, since


def issues_written(
    context: ViewerContext, members: Sequence[Member], span: DateSpan, since: datetime
) -> frozenset[int]:
    """Return the issues on which time of the members in ``span`` was written since then, or is being written now."""
    people = frozenset(member.account_id for member in members)
    recorded = {
        int(worklog["issue"])
        for worklog in context.journal.recorded(people, since)
        if "day" in worklog and date.fromisoformat(worklog["day"]) in span
    }
    latest = context.clock() - ANSWERED_WITHIN
    open_now = {
        intent.issue_id
        for intent in context.journal.unfinished()
        if intent.at >= latest and (intent.author or intent.account_id) in people and _may_touch(intent, span)
    }
    return frozenset(recorded | open_now)


def _may_touch(intent: Intent, span: DateSpan) -> bool:
    """Return True if a write may concern a work date in ``span``, in whatever zone its start is read."""
    days = [date.fromisoformat(str(intent.before["day"]))] if "day" in intent.before else []
    if started := intent.wanted.get("started"):
        day = datetime.fromisoformat(str(started)).date()
        days += [day - FROM_UTC, day, day + FROM_UTC]
    return not days or any(day in span for day in days)
