"""Read everybody's time on one issue."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from timesheet.adapters.jira.call.reading import person_of, worklog_of
from timesheet.adapters.jira.call.refusal import explaining_not_found
from timesheet.adapters.jira.call.rows import WHOLE, Malformed
from timesheet.adapters.jira.call.transport import Transport
from timesheet.adapters.jira.jql import PAD_DAYS
from timesheet.adapters.jira.worklog.collector import UNREADABLE, may_lie_in
from timesheet.adapters.jira.worklog.issue_worklogs import read_between
from timesheet.domain.person import FORMER
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.worklog import BY_START, Worklog
from timesheet.services.ports.jira import UNREADABLE_WORKLOG, IssueTime, Missing, Zones

UNREAD = Missing(UNREADABLE, UNREADABLE_WORKLOG)


def read_issue_time(
    transport: Transport, issue_id: int, span: DateSpan, zones: Zones, fallback: ZoneInfo, read_at: datetime
) -> IssueTime:
    """Return everybody's worklogs on one issue with a work date in ``span``, and the names that came with them."""
    with explaining_not_found(transport):
        part = read_between(transport, issue_id, span.padded(PAD_DAYS), WHOLE)
    unread = any(may_lie_in(span, malformed, zones, fallback) for malformed in part.malformed)
    found: dict[int, Worklog] = {}
    names: dict[str, str] = {}
    for row in part.worklogs:
        try:
            worklog = worklog_of(row, zones, fallback)
        except (ValueError, OverflowError):
            unread = unread or may_lie_in(span, Malformed(row.author, row.started), zones, fallback)
            continue
        if worklog.day in span:
            found[worklog.id] = worklog
            if not (row.author and row.author.account_id):
                names[worklog.author] = FORMER
            elif row.author.display_name:
                names[worklog.author] = person_of(row.author).name
    ordered = sorted(found.values(), key=BY_START)
    return IssueTime(tuple(ordered), names, read_at, (UNREAD,) if unread else ())
