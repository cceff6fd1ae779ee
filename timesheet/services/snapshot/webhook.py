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
from timesheet.services.ports.cache import Cache, PersonCache
from timesheet.services.ports.clock import Clock
from timesheet.services.ports.worklog_event import ReceivedEvent
from timesheet.services.snapshot.change import WorklogEvent, WorklogState
from timesheet.services.snapshot.change_log import change_log_key, event_change, note_changes
from timesheet.services.snapshot.changed_issue import note_changed_issue, note_gone, note_moved
from timesheet.services.snapshot.lost_time import note_removed
from timesheet.services.snapshot.worklog_event import SiteWorklogEvent, events_key, site_event_change
from timesheet.services.viewer.person import zone_key
from timesheet.services.viewer.zone import zone_named

DELETED = "worklog_deleted"
WORKLOG_EVENTS = ("worklog_created", "worklog_updated", DELETED)
ISSUE_DELETED = "jira:issue_deleted"
ISSUE_EVENTS = ("jira:issue_updated", ISSUE_DELETED)
# The effects of logging time on an issue; the worklog's own event describes them better. Not among them are
# issue_work_started and issue_work_stopped, which are changes of the status.
WORK_EVENTS = ("issue_work_logged", "issue_worklog")
TIME_FIELDS = frozenset({"timespent", "timeestimate", "WorklogId", "WorklogTimeSpent"})


def note_worklog_event(
    cache: Cache, site: str, event_name: str, payload: Mapping[str, Any], clock: Clock
) -> None:
    """Handle a verified event of ``site``; an event that cannot be read changes nothing."""
    try:
        if event_name in WORKLOG_EVENTS:
            _note_worklog(cache, site, event_name, payload["worklog"], clock().astimezone(UTC))
        elif event_name in ISSUE_EVENTS:
            _note_issue(cache, site, event_name, payload, clock())
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        # A hint that cannot be read is ignored: the next read returns the current state.
        return


def note_missed(cache: Cache, site: str, event: ReceivedEvent, now: datetime) -> None:
    """Handle a change that no event reported; a snapshot that shows the worklog reads it when next viewed."""
    worklog_id, author, started = event.worklog_id, event.author, event.started
    updated = None if event.deleted else event.version
    of_site = SiteWorklogEvent(worklog_id, event.issue_id, author or "", updated, now, started)
    if author is None or updated is None or started is None:
        _note_of_site(cache, site, of_site)
    else:
        of_author = WorklogEvent(worklog_id, event.issue_id, updated, started, now, None)
        _note_both(PersonCache(cache, site, author), of_site, of_author)


def _note_worklog(cache: Cache, site: str, event_name: str, data: Mapping[str, Any], now: datetime) -> None:
    worklog_id, author = number_of(data["id"]), (data.get("author") or {}).get("accountId")
    dated = event_name == DELETED or (data.get("updated") and data.get("started"))
    if not (isinstance(author, str) and dated):
        # Jira does not say who owns it or which version it is, so every snapshot that shows its issue is read again.
        note_changed_issue(cache, site, number_of(data["issueId"]), now)
        return
    own = PersonCache(cache, site, author)
    updated = None if event_name == DELETED else epoch_ms(parse_instant(data["updated"]))
    started = None if updated is None else parse_instant(data["started"])
    of_site = SiteWorklogEvent(worklog_id, number_of(data["issueId"]), author, updated, now, started)
    if updated is None or started is None:
        _note_of_site(cache, site, of_site)
        note_removed(own, worklog_id, now)
        note_changes(own, [WorklogState(worklog_id, None, now)])
        return
    # The values to change are read with the zone, so that they are replaced at once although other processes change
    # them too.
    keys = zone_key(site, author), events_key(site), change_log_key(own)
    zone = zone_named(cache.get_all(keys)[0])
    of_author = WorklogEvent(
        worklog_id,
        number_of(data["issueId"]),
        updated,
        started,
        now,
        _worklog(data, author, zone) if zone else None,
    )
    _note_both(own, of_site, of_author)


def _note_of_site(cache: Cache, site: str, event: SiteWorklogEvent) -> None:
    cache.change(events_key(site), *site_event_change(event))


def _note_both(own: PersonCache, of_site: SiteWorklogEvent, of_author: WorklogEvent) -> None:
    own.cache.change_all(
        {
            events_key(own.site): site_event_change(of_site),
            change_log_key(own): event_change(of_author),
        }
    )


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
    keys = [item.get("fromString") for item in items if str(item.get("field")).casefold() == "key"]
    if event_name == "jira:issue_updated" and fields and fields <= TIME_FIELDS:
        return
    issue_id, at = number_of(payload["issue"]["id"]), now.astimezone(UTC)
    note_changed_issue(cache, site, issue_id, at)
    if event_name == ISSUE_DELETED:
        note_gone(cache, site, issue_id, at)
    elif keys and isinstance(keys[0], str):
        note_moved(cache, site, issue_id, keys[0])
