"""Read meetings from a person's calendar file in memory, and keep them for an hour in the cache and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, zip_longest
from types import MappingProxyType

from timesheet.domain.errors import TimesheetError
from timesheet.domain.span import DateSpan
from timesheet.domain.suggestion.suggestion import Meeting
from timesheet.domain.worklog.issue import Issue
from timesheet.services.ports.meeting import MeetingReader
from timesheet.services.snapshot.issue import issue_by_key
from timesheet.services.viewer.context import ViewerContext

CACHE_SECONDS = 3600
MOST_KEYS = 30
"""The most issues of one file that are looked up; the person chooses the issue of the other meetings."""

StoredMeetings = tuple[tuple[Meeting, ...], Mapping[int, Issue]]
NOTHING: StoredMeetings = ((), MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class FileRead:
    """The number of meetings found, whether there are more, and the number of unreadable events."""

    count: int
    cut: bool
    unread: int = 0


def store_meetings(
    context: ViewerContext, read_meetings: MeetingReader, data: bytes, span: DateSpan
) -> FileRead:
    """Read the meetings of ``span`` from a file, replacing earlier ones, and find their issues.

    Raise InvalidInput for a file that cannot be read; then the earlier meetings stay.
    """
    read = read_meetings(data, span, context.zone)
    issues = _issues(context, _keys(read.meetings))
    meetings = tuple(
        replace(one, issue_id=next((issues[key].id for key in one.keys if key in issues), None))
        for one in read.meetings
    )
    context.cache.put(
        context.key("meetings"), (meetings, {issue.id: issue for issue in issues.values()}), CACHE_SECONDS
    )
    return FileRead(len(meetings), read.cut, read.unread)


def stored_meetings(context: ViewerContext) -> StoredMeetings:
    """Return the meetings of the file that was read last, with their issues."""
    cached: StoredMeetings | None = context.cache.get(context.key("meetings"))
    return cached or NOTHING


def _keys(meetings: Sequence[Meeting]) -> list[str]:
    """Return the keys to look up: the first ones of all meetings, then the second ones, as in "COVID-19, PAY-12"."""
    ranks = zip_longest(*(one.keys for one in meetings), fillvalue="")
    return [key for key in dict.fromkeys(chain.from_iterable(ranks)) if key][:MOST_KEYS]


def _issues(context: ViewerContext, checked_keys: Sequence[str]) -> dict[str, Issue]:
    for key in checked_keys[1:]:
        context.jira.begin(partial(issue_by_key, context, key))
    found = {}
    for key in checked_keys:
        try:
            issue = issue_by_key(context, key)
        except TimesheetError:
            break
        if issue:
            found[key] = issue
    return found
