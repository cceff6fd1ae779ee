"""The worklogs of one cell: the viewer's worklogs of one day on one issue, ready to print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.adf import adf_to_text
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import BY_START, Worklog
from timesheet.services.snapshot.issue import get_issue
from timesheet.services.snapshot.row_limit import known_limits
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.safeguard.seen import seen_mark
from timesheet.services.worklog.write_result import own_worklogs
from timesheet.web.http.dates import clock_time, full_date, is_second_pass, printed_hours
from timesheet.web.http.language import Printed, localize, printed_durations, reader_locale
from timesheet.web.worklog.attribute import attribute_words
from timesheet.web.worklog.form import new_key


@dataclass(frozen=True, slots=True)
class RefusedText:
    """The text typed for one worklog, and why it was refused."""

    text: str
    sentence: str


@dataclass(frozen=True, slots=True)
class CellEntry:
    """One worklog of the list; ``duration`` is the content of its field, ``was`` the content when it was shown,
    ``exactly`` its tooltip if Jira has seconds.

    ``closed`` says why it cannot change, empty if it can. ``words`` are its attributes. ``second``: it starts in the
    second pass of a repeated hour.
    """

    id: int
    seen: str
    key: str
    start: str
    hours: str
    was: str
    duration: str
    exactly: str
    comment: str
    restricted: bool
    problem: str = ""
    closed: str = ""
    words: tuple[str, ...] = ()
    second: bool = False


@dataclass(frozen=True, slots=True)
class CellList:
    """The whole list with its sum; ``seen`` has the marks of all of it.

    ``closed`` says why nothing in it can change, ``full`` why nothing can be added, ``fixed`` why a worklog cannot be
    edited, and ``kept`` why none can be deleted; empty if that is possible. ``locked``: Jira takes no new time
    on any day.
    """

    issue: Issue
    day: date
    date: str
    total: Printed
    entries: tuple[CellEntry, ...]
    closed: str = ""
    full: str = ""
    fixed: str = ""
    kept: str = ""
    locked: bool = False

    @property
    def seen(self) -> str:
        """Return the marks of every worklog in the list."""
        return ",".join(entry.seen for entry in self.entries)


def open_cell(
    context: ViewerContext, issue_id: int, day: date, refused: Mapping[int, RefusedText] | None = None
) -> CellList:
    """Return the list from the cached sheet; ``refused`` keeps typed text, by worklog id, with its error."""
    worklogs = sorted(own_worklogs(context, day, issue_id), key=BY_START)
    issue = get_issue(context, issue_id)
    closed = context.lock.closed(context.viewer, DateSpan(day, day), [issue], worklogs, context.zone)
    limit = known_limits(context, [issue]).on(issue)
    return CellList(
        issue=issue,
        day=day,
        date=full_date(day, reader_locale(context.profile.locale)),
        total=printed_durations(*(worklog.seconds for worklog in worklogs)),
        entries=tuple(
            replace(
                _entry(context, worklog, (refused or {}).get(worklog.id)),
                closed=localize(closed.of_worklog(worklog, issue) or limit.frozen),
            )
            for worklog in worklogs
        ),
        closed=localize(closed.of_cell(day, issue, worklogs) or limit.frozen),
        full=localize(closed.all_day(day, issue) or limit.full),
        fixed=localize(limit.fixed) if worklogs else "",
        kept=localize(limit.kept) if worklogs else "",
        locked=bool(limit.full),
    )


def remaining_cell(context: ViewerContext, issue_id: int, day: date) -> CellList | None:
    """Return the list of a cell as it is now; None if nothing is left in it."""
    cell = open_cell(context, issue_id, day)
    return cell if cell.entries else None


def _entry(context: ViewerContext, worklog: Worklog, refused: RefusedText | None) -> CellEntry:
    locale, duration = reader_locale(context.profile.locale), printed_durations(worklog.seconds)
    return CellEntry(
        id=worklog.id,
        seen=seen_mark(worklog),
        key=new_key(),
        start=clock_time(worklog.started, context.zone, locale),
        hours=printed_hours(worklog.started, worklog.seconds, context.zone, locale),
        was=duration.text,
        duration=refused.text if refused else duration.text,
        exactly=duration.exactly,
        comment=adf_to_text(worklog.comment),
        restricted=worklog.restricted,
        problem=localize(refused.sentence) if refused else "",
        words=attribute_words(context.attributes.all(), worklog),
        second=is_second_pass(worklog.started, context.zone),
    )
