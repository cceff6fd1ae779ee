"""Read worklogs by their ids, which works before a search finds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from timesheet.adapters.jira.call.call import Call
from timesheet.adapters.jira.call.parallel import Parallel
from timesheet.adapters.jira.call.reading import read_worklog_json, strictly
from timesheet.adapters.jira.call.refusal import accepted
from timesheet.adapters.jira.call.transport import Transport
from timesheet.adapters.jira.worklog.collector import UNREADABLE
from timesheet.domain.errors import JiraUnavailable, TimesheetError
from timesheet.domain.identifier import number_of
from timesheet.domain.long_list import parts_of
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import WorklogsUnread, Zones

LISTED_AT_ONCE = 1000


def read_listed(
    transport: Transport,
    parallel: Parallel,
    worklog_ids: Sequence[int],
    zones: Zones,
    fallback: ZoneInfo,
) -> list[Worklog]:
    """Return worklogs by their ids, if the viewer may see them; Jira returns nothing about the others.

    Raise WorklogsUnread if some of them cannot be read.
    """

    def read(ids: Sequence[int]) -> list[Any]:
        body = {"ids": list(ids)}
        call = Call("POST", "worklog/list", {"expand": "properties"}, body)
        return _listed(accepted(transport.send(call)))

    found: list[Worklog] = []
    unread: list[int] = []
    parts = parts_of(worklog_ids, LISTED_AT_ONCE)
    for part in parallel.each(read, parts, transport.limits.width(transport.site)):
        if isinstance(part, TimesheetError):
            raise part
        for data in part:
            try:
                found.append(read_worklog_json(data, zones, fallback, expanded=True))
            except JiraUnavailable:
                unread.append(_id_of(data))
    if unread:
        raise WorklogsUnread(UNREADABLE, ids=frozenset(unread), others=found)
    return found


@strictly
def _listed(answer: object) -> list[Any]:
    if not isinstance(answer, list):
        raise TypeError("not a list of worklogs")
    return answer


@strictly
def _id_of(data: Mapping[str, Any]) -> int:
    return number_of(data["id"])
