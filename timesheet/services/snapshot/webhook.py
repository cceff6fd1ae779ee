"""Handle Jira's events as hints: the worklogs they name are read when somebody next views them.

Events may be lost, duplicated, late, and out of order. So an older version never replaces a newer one, a
deleted worklog stays deleted, and only the person who owns the worklog reads anything. The event of one of
the app's own writes is recognized by the worklog's version, not by the time at which it arrives.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from timesheet.domain.identifier import number_of
from timesheet.domain.jira_time import epoch_ms, parse_instant, work_date
from timesheet.domain.worklog.packed_json import packed
from timesheet.domain.worklog.worklog import Worklog, counted_seconds
from timesheet.services.ports.cache import Cache
from timesheet.services.ports.clock import Clock
from timesheet.services.ports.worklog_event import ReceivedEvent
from timesheet.services.snapshot.change import Change, WorklogEvent
from timesheet.services.snapshot.change_log import note_changes, note_event
from timesheet.services.snapshot.changed_issue import note_changed_issue, note_gone
from timesheet.services.snapshot.worklog_event import SiteWorklogEvent, note_site_event
from timesheet.services.viewer.context import utc_now
from timesheet.services.viewer.zone import cached_zone

DELETED = "worklog_deleted"
WORKLOG_EVENTS = ("worklog_created", "worklog_updated", DELETED)
ISSUE_DELETED = "jira:issue_deleted"
ISSUE_EVENTS = ("jira:issue_updated", ISSUE_DELETED)
WORK_EVENTS = ("issue_work", "issue_worklog")
# The effect of logging time on an issue; the worklog's own event describes it better.
TIME_FIELDS = frozenset({"timespent", "timeestimate", "WorklogId", "WorklogTimeSpent"})


def note_worklog_event(
    cache: Cache, site: str, event_name: str, payload: Mapping[str, Any], clock: Clock = utc_now
) -> None:
    """Handle a verified event of ``site``; an event that cannot be read changes nothing."""
    try:
        if event_name in WORKLOG_EVENTS:
            _note_worklog(cache, site, event_name, payload["worklog"], clock())
        elif event_name in ISSUE_EVENTS:
            _note_issue(cache, site, event_name, payload, clock())
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        # A hint that cannot be read is ignored: the next read returns the current state.
        return


def note_missed(cache: Cache, site: str, event: ReceivedEvent, now: datetime) -> None:
    """Handle a change that no event reported; a snapshot that shows the worklog reads it when next viewed."""
    worklog_id, author, started = event.worklog_id, event.author, event.started
    updated = None if event.deleted else event.version
    note_site_event(
        cache, site, SiteWorklogEvent(worklog_id, event.issue_id, author or "", updated, now, started)
    )
    if author is not None and updated is not None and started is not None:
        note_event(cache, site, author, WorklogEvent(worklog_id, event.issue_id, updated, started, now, None))


def _note_worklog(cache: Cache, site: str, event_name: str, data: Mapping[str, Any], now: datetime) -> None:
    worklog_id, author = number_of(data["id"]), (data.get("author") or {}).get("accountId")
    if not isinstance(author, str):
        # Jira does not say who owns it, so every snapshot that shows its issue is read again.
        note_changed_issue(cache, site, number_of(data["issueId"]), now.astimezone(UTC))
        return
    updated = None if event_name == DELETED else epoch_ms(parse_instant(data["updated"]))
    started = None if updated is None else parse_instant(data["started"])
    note_site_event(
        cache, site, SiteWorklogEvent(worklog_id, number_of(data["issueId"]), author, updated, now, started)
    )
    if updated is None or started is None:
        note_changes(cache, site, author, [Change(worklog_id, None, now)])
        return
    zone = cached_zone(cache, site, author)
    event = WorklogEvent(
        worklog_id,
        number_of(data["issueId"]),
        updated,
        started,
        now.astimezone(UTC),
        _worklog(data, author, zone) if zone else None,
    )
    note_event(cache, site, author, event)


def _worklog(data: Mapping[str, Any], author: str, zone: ZoneInfo) -> Worklog | None:
    """Return the worklog of an event; None if it cannot be read or has wiki text, which is not what Jira stores."""
    comment = data.get("comment")
    if comment and not isinstance(comment, Mapping):
        return None
    started = parse_instant(data["started"])
    try:
        seconds, created = counted_seconds(data["timeSpentSeconds"]), parse_instant(data["created"])
    except (KeyError, ValueError):
        return None
    return Worklog(
        id=number_of(data["id"]),
        issue_id=number_of(data["issueId"]),
        author=author,
        day=work_date(started, zone),
        started=started,
        seconds=seconds,
        updated=parse_instant(data["updated"]),
        comment=packed(comment) if comment else None,
        restricted=data.get("visibility") is not None,
        created=created,
    )


def _note_issue(cache: Cache, site: str, event_name: str, payload: Mapping[str, Any], now: datetime) -> None:
    items = (payload.get("changelog") or {}).get("items") or ()
    if str(payload.get("issue_event_type_name", "")).startswith(WORK_EVENTS):
        return
    fields = {item.get("fieldId") or item.get("field") for item in items}
    if event_name == "jira:issue_updated" and fields and fields <= TIME_FIELDS:
        return
    issue_id, at = number_of(payload["issue"]["id"]), now.astimezone(UTC)
    note_changed_issue(cache, site, issue_id, at)
    if event_name == ISSUE_DELETED:
        note_gone(cache, site, issue_id, at)
