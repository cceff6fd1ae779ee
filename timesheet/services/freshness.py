"""Jira's events as hints: they put cached snapshots right, or have them read again.

Events may be lost, doubled, late and out of order. So an older version never replaces a newer one,
a deleted worklog stays deleted, and only the snapshots of the person concerned are touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from timesheet.domain.identity import Profile
from timesheet.domain.issue import Issue
from timesheet.domain.jira_time import epoch_ms, parse_instant, work_date
from timesheet.domain.worklog import Worklog, counted_seconds
from timesheet.services.desk import utc_now
from timesheet.services.ledger import (
    Change,
    Ledger,
    held_snapshots,
    note_changes,
    read_ledger,
    suspect_windows,
    writing,
)
from timesheet.services.person import profile_key
from timesheet.services.ports import Cache, Clock, Snapshot
from timesheet.services.touched import note_touched
from timesheet.services.worked import Worked, note_worked

DELETED = "worklog_deleted"
WORKLOG_EVENTS = ("worklog_created", "worklog_updated", DELETED)
ISSUE_EVENTS = ("jira:issue_updated", "jira:issue_deleted")
WORK_EVENTS = ("issue_work", "issue_worklog")
# What logging time does to an issue; the worklog's own event tells it better.
TIME_FIELDS = frozenset({"timespent", "timeestimate", "WorklogId", "WorklogTimeSpent"})


def note_worklog_event(
    cache: Cache, site: str, event_name: str, payload: Mapping[str, Any], clock: Clock = utc_now
) -> None:
    """Take in a verified event of ``site``; one that cannot be read changes nothing."""
    try:
        if event_name in WORKLOG_EVENTS:
            _note_worklog(cache, site, event_name, payload["worklog"], clock())
        elif event_name in ISSUE_EVENTS:
            _note_issue(cache, site, event_name, payload, clock())
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        # A hint that cannot be read is no hint: the next reading brings the truth.
        return


def _note_worklog(cache: Cache, site: str, event_name: str, data: Mapping[str, Any], now: datetime) -> None:
    worklog_id, author = int(data["id"]), (data.get("author") or {}).get("accountId")
    if not isinstance(author, str):
        # Whose it is, Jira does not say: whoever shows its issue reads it again.
        note_touched(cache, site, int(data["issueId"]), now.astimezone(UTC))
        return
    updated = None if event_name == DELETED else epoch_ms(parse_instant(data["updated"]))
    note_worked(cache, site, Worked(worklog_id, int(data["issueId"]), author, updated, now))
    ledger = read_ledger(cache, site, author)
    if not ledger.windows or ledger.tombstone(worklog_id):
        return
    if event_name == DELETED:
        note_changes(cache, site, author, [Change(worklog_id, None, now)])
        return
    snapshots = held_snapshots(cache, site, author)
    known = _known(snapshots, ledger, worklog_id)
    if known and parse_instant(data["updated"]) <= known.updated:
        return
    profile = cache.get(profile_key(site, author))
    issue = _issue(snapshots, int(data["issueId"]))
    worklog = _worklog(data, profile, known) if isinstance(profile, Profile) and issue else None
    if worklog:
        note_changes(cache, site, author, [Change(worklog_id, worklog, now)])
    if not writing(cache, site, author):
        # The estimates of its issue moved as well, and this event does not say how.
        suspect_windows(cache, site, author)


def _known(snapshots: list[Snapshot], ledger: Ledger, worklog_id: int) -> Worklog | None:
    noted = (change.worklog for change in reversed(ledger.changes) if change.worklog_id == worklog_id)
    held = (worklog for snapshot in snapshots for worklog in snapshot.worklogs if worklog.id == worklog_id)
    both = [worklog for worklog in (next(noted, None), next(held, None)) if worklog]
    return max(both, key=lambda worklog: worklog.updated, default=None)


def _issue(snapshots: list[Snapshot], issue_id: int) -> Issue | None:
    return next((s.issues[issue_id] for s in snapshots if issue_id in s.issues), None)


def _worklog(data: Mapping[str, Any], profile: Profile, known: Worklog | None) -> Worklog | None:
    """The worklog of an event; None when its comment came as wiki text, which is not what Jira stores."""
    comment = data.get("comment")
    if comment and not isinstance(comment, Mapping):
        return None
    started = parse_instant(data["started"])
    return Worklog(
        id=int(data["id"]),
        issue_id=int(data["issueId"]),
        author=profile.account_id,
        day=work_date(started, profile.zone),
        started=started,
        seconds=counted_seconds(data["timeSpentSeconds"]),
        updated=parse_instant(data["updated"]),
        comment=comment or None,
        restricted="visibility" in data or bool(known and known.restricted),
    )


def _note_issue(cache: Cache, site: str, event_name: str, payload: Mapping[str, Any], now: datetime) -> None:
    items = (payload.get("changelog") or {}).get("items") or ()
    if str(payload.get("issue_event_type_name", "")).startswith(WORK_EVENTS):
        return
    fields = {item.get("fieldId") or item.get("field") for item in items}
    if event_name == "jira:issue_updated" and fields and fields <= TIME_FIELDS:
        return
    note_touched(cache, site, int(payload["issue"]["id"]), now.astimezone(UTC))
