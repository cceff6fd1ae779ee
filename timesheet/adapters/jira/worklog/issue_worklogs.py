"""Read the worklogs of one issue, of all authors, by their start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from timesheet.adapters.jira.call.call import Call
from timesheet.adapters.jira.call.refusal import accepted
from timesheet.adapters.jira.call.rows import IssueWorklogs, RowReader, WorklogRow
from timesheet.adapters.jira.call.transport import NONSENSE, Transport
from timesheet.adapters.jira.worklog.collector import Row
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.message import message
from timesheet.domain.span import DateSpan

LONG_PAGE, MOST_PAGES = 5000, 1000
"""The size of a page that is requested, and how many are read: a Jira may send far shorter ones."""


def read_between(
    transport: Transport, issue_id: int, days: DateSpan, reader: RowReader[Row]
) -> IssueWorklogs[Row]:
    """Return the worklogs that start on these UTC days, page by page until Jira's own total is reached.

    If Jira states no total, the list ends with an empty page after others. So does one whose total counts the days
    outside, too, unless Jira may have cut it off. A total of less than what came proves nothing.
    """
    window, whole, come, last, before = _window(days), IssueWorklogs[Row]([]), 0, None, 1
    for _ in range(MOST_PAGES):
        # A page begins with the last worklog of the one before; otherwise worklogs have moved in between.
        params = {**window, "startAt": max(0, come - before), "maxResults": LONG_PAGE}
        call = Call("GET", f"issue/{issue_id}/worklog", params, read=reader.part)
        part: IssueWorklogs[Row] = accepted(transport.send(call))
        first, newest = part.marked or _ends(part.worklogs)
        again = before if come else 0
        fresh = part.count - again
        if again and first == last and not fresh:
            # Pages of one have no room for both.
            before = 0
            continue
        if again and first != last:
            break
        whole.worklogs.extend(part.worklogs)
        whole.malformed += part.malformed
        come, last = come + fresh, newest
        if part.total is not None and come > part.total:
            break
        if come == part.total if part.total is not None else come and not fresh:
            return whole
        if not fresh:
            if come < LONG_PAGE and part.total and part.total == _total(transport, issue_id, reader):
                return whole
            break
    raise JiraUnavailable(message("Jira’s pages do not add up to its total."))


def _total(transport: Transport, issue_id: int, reader: RowReader[Row]) -> int | None:
    """Return how many worklogs an issue has on all days; None if Jira lists none of them."""
    params = {"startAt": 0, "maxResults": 1}
    part: IssueWorklogs[Row] = accepted(
        transport.send(Call("GET", f"issue/{issue_id}/worklog", params, read=reader.part))
    )
    return part.total if part.count else None


def count_between(transport: Transport, issue_id: int, days: DateSpan, reader: RowReader[Row]) -> int:
    """Return how many worklogs start on these UTC days; Jira charges for one of them. Raise JiraUnavailable if it
    states no total.
    """
    params = {**_window(days), "startAt": 0, "maxResults": 1}
    part: IssueWorklogs[Row] = accepted(
        transport.send(Call("GET", f"issue/{issue_id}/worklog", params, read=reader.part))
    )
    if part.total is None:
        raise JiraUnavailable(NONSENSE)
    return part.total


def _window(days: DateSpan) -> dict[str, int]:
    """Return Jira's bounds, a millisecond wider, so nothing is lost if Jira excludes its bounds."""
    after = datetime.combine(days.first, time.min, UTC)
    before = datetime.combine(days.last + timedelta(days=1), time.min, UTC)
    return {"startedAfter": epoch_ms(after) - 1, "startedBefore": epoch_ms(before) + 1}


def _ends(rows: Sequence[WorklogRow]) -> tuple[str | int | None, str | int | None]:
    return (rows[0].id, rows[-1].id) if rows else (None, None)
