"""The time of everybody on one issue, for its panel in Jira."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from timesheet.domain.day_text import FIRST_YEAR, LAST_YEAR
from timesheet.domain.errors import NotAllowed, NotFound
from timesheet.domain.jira_time import ZONES_APART, epoch_ms
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import dated
from timesheet.services.ports.jira import IssueTime
from timesheet.services.snapshot.change_log import read_change_log
from timesheet.services.snapshot.changed_issue import any_changed_since
from timesheet.services.snapshot.row_lock import read_row_lock
from timesheet.services.snapshot.worklog_event import site_events_since
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.once import once
from timesheet.services.viewer.stale_read import fresh_for, is_ahead, keep_newest
from timesheet.services.worklog.estimate import read_estimate

WEEKS = 4
BEFORE_JIRA, LAST_DAY = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
FRESH = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class PanelTime:
    """The time of everybody on one issue in some days, and the issue as it was at that moment, with its time in all."""

    issue: Issue
    time: IssueTime

    @property
    def read_at(self) -> datetime:
        """Return when (UTC) the read began."""
        return self.time.read_at


def panel_span(today: date, *, whole: bool = False) -> DateSpan:
    """Return the last four weeks up to ``today``, or the whole time, to which days to come belong too."""
    if whole:
        return DateSpan(BEFORE_JIRA, LAST_DAY)
    return DateSpan(today - timedelta(days=7 * WEEKS - 1), today)


def read_panel(context: ViewerContext, issue_id: int, span: DateSpan, *, refresh: bool = False) -> PanelTime:
    """Return one issue with everybody's worklogs on it in ``span``; read again after a minute, or if it is known
    to have changed.

    A refresh does not share a read that began before it was requested, and is not replaced by one. What was read
    is forgotten if Jira no longer shows the issue to the viewer.
    """
    key = context.key("issue-time", issue_id, span.first, span.last)
    cached = context.cache.get(key)
    if isinstance(cached, PanelTime) and not refresh and _fresh(context, issue_id, cached.time):
        return cached
    name = f"{key}:{'refresh' if refresh else 'reading'}"
    try:
        read = context.cache.get_or_create(name, lambda: _read(context, issue_id, span), 0)
    except (NotFound, NotAllowed):
        context.cache.delete(key)
        raise
    return keep_newest(context.cache, key, read, context.clock(), FRESH.total_seconds())


def _read(context: ViewerContext, issue_id: int, span: DateSpan) -> PanelTime:
    """Read the issue, and meanwhile the worklogs. Whether the viewer can log time depends on the issue."""
    issue_now = once(lambda: read_estimate(context, issue_id))
    context.jira.begin(lambda: read_row_lock(context, issue_now()))
    time = _read_time(context, issue_id, span)
    return PanelTime(issue_now(), time)


def _read_time(context: ViewerContext, issue_id: int, span: DateSpan) -> IssueTime:
    """Read first, then compute dates: only the response shows whose zones are needed, and they are read together.

    If the span ends today, the time of people for whom it is tomorrow already counts too, up to their own today.
    """
    now = context.clock()
    found = context.jira.read_issue_time(issue_id, span.padded(ZONES_APART), {})
    zones = context.zones_of(sorted({worklog.author for worklog in found.worklogs}))
    today = now.astimezone(context.zone).date()
    last = (
        {who: max(today, now.astimezone(zone).date()) for who, zone in zones.items()}
        if span.last == today
        else {}
    )
    worklogs = tuple(
        worklog
        for worklog in dated(found.worklogs, zones)
        if span.first <= worklog.day <= last.get(worklog.author, span.last)
    )
    authors = {worklog.author for worklog in worklogs}
    names = {author: name for author, name in found.names.items() if author in authors}
    return replace(found, worklogs=worklogs, names=names)


def _fresh(context: ViewerContext, issue_id: int, cached: IssueTime) -> bool:
    now = context.clock()
    if (
        cached.missing
        or now - cached.read_at >= fresh_for(context.cache, FRESH)
        or is_ahead(cached.read_at, now)
        or any_changed_since(context.cache, context.site, [issue_id], cached.read_at)
        or _reported(context, issue_id, cached)
    ):
        return False
    changes = read_change_log(context.own_cache).changes
    return not any(c.at >= cached.read_at and c.issue and c.issue.id == issue_id for c in changes)


def _reported(context: ViewerContext, issue_id: int, cached: IssueTime) -> bool:
    """Return True if Jira reported a change of a worklog on the issue that this read does not have."""
    updates = {worklog.id: epoch_ms(worklog.updated) for worklog in cached.worklogs}
    events = site_events_since(context.cache, context.site, cached.read_at)
    return any(
        event.issue_id == issue_id and event.updated != updates.get(event.worklog_id) for event in events
    )
