"""The three ways to change a worklog in Jira: each asks the lock, leaves an audit event and patches the cache."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime

from timesheet.domain.audit import Values
from timesheet.domain.audit_action import Action
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.estimate import after_create, after_delete, after_update
from timesheet.domain.jira_time import work_date
from timesheet.domain.worklog import Worklog
from timesheet.services.audit import NOTHING
from timesheet.services.desk import Desk
from timesheet.services.issue import known_issue
from timesheet.services.ledger import suspect_windows
from timesheet.services.ports import EstimateChange, WorklogChange, WorklogDraft
from timesheet.services.saved import Saved, booked, finish
from timesheet.services.timesheet import zone_of
from timesheet.services.touched import note_touched
from timesheet.services.worklog_journal import Intent, Written, facts, written

UNDO_SECONDS = 900
MAYBE_SECONDS = 3600


def write_new(desk: Desk, draft: WorklogDraft, notes: Iterable[str], more: Values = NOTHING) -> Saved:
    """Create; a draft whose earlier fate is unknown is looked for first, at the start it had then.

    ``more`` is what its audit event tells of where it came from.
    """
    issue = known_issue(desk, draft.issue_id)
    earlier = tried_before(desk, draft.key)
    if earlier:
        draft = replace(draft, started=earlier)
    desk.lock.check(desk.viewer, issue, {work_date(draft.started, desk.zone)})
    intent = Intent(
        Action.WORKLOG_CREATED,
        desk.viewer,
        draft.issue_id,
        desk.clock(),
        write_key=draft.key,
        more=more,
        started=draft.started,
    )
    try:
        made = _written(
            desk,
            intent,
            lambda: desk.jira.create_worklog(draft, desk.zones, earlier is not None),
        )
    except JiraUnavailable as error:
        if error.wrote_maybe:
            desk.cache.put(desk.key("maybe", draft.key), draft.started, MAYBE_SECONDS)
        raise
    left = after_create(issue.remaining_seconds, made.seconds, draft.estimate.mode, draft.estimate.seconds)
    return finish(desk, booked(issue, made.seconds, left), None, made, notes)


def tried_before(desk: Desk, key: str) -> datetime | None:
    """When the worklog begins that an earlier try with this key may have written; None where there was none."""
    earlier = desk.cache.get(desk.key("maybe", key))
    return earlier if isinstance(earlier, datetime) else None


def write_change(desk: Desk, before: Worklog, change: WorklogChange, notes: Iterable[str]) -> Saved:
    """Change what differs; the lock is asked about the old days and the new ones."""
    issue = known_issue(desk, before.issue_id)
    desk.lock.check(before.author, issue, _days(desk, before, change.started))
    seconds = before.seconds if change.seconds is None else change.seconds
    mode, amount = change.estimate.mode, change.estimate.seconds
    left = after_update(issue.remaining_seconds, before.seconds, seconds, mode, amount)
    if mode == "manual":
        # Jira has no manual way for an update: the same is said as a new value.
        new = EstimateChange("leave") if left is None else EstimateChange("new", left)
        change = replace(change, estimate=new)
    after = _written(
        desk,
        _intent(desk, Action.WORKLOG_CHANGED, before),
        lambda: desk.jira.update_worklog(before.issue_id, before.id, change, desk.zones),
    )
    return finish(desk, booked(issue, after.seconds - before.seconds, left), before, after, notes)


def write_removal(desk: Desk, before: Worklog, estimate: EstimateChange) -> Saved:
    """Delete; what went is remembered for a while, so that it can be restored."""
    issue = known_issue(desk, before.issue_id)
    desk.lock.check(before.author, issue, {before.day})
    _written(
        desk,
        _intent(desk, Action.WORKLOG_DELETED, before),
        lambda: desk.jira.delete_worklog(before.issue_id, before.id, estimate),
    )
    desk.cache.put(desk.key("removed", before.id), before, UNDO_SECONDS)
    left = after_delete(issue.remaining_seconds, before.seconds, estimate.mode, estimate.seconds)
    return finish(desk, booked(issue, -before.seconds, left), before, None)


def _written(desk: Desk, intent: Intent, write: Callable[[], Written]) -> Written:
    """Write and record it; what Jira may have done unheard is looked for when its issue is next shown."""
    try:
        return written(desk.journal, intent, write)
    except JiraUnavailable as error:
        if error.wrote_maybe:
            suspect_windows(desk.cache, desk.site, desk.viewer)
            note_touched(desk.cache, desk.site, intent.issue_id, desk.clock())
        raise


def _intent(desk: Desk, action: Action, before: Worklog) -> Intent:
    return Intent(
        action,
        desk.viewer,
        before.issue_id,
        desk.clock(),
        before.id,
        before.author,
        before=facts(before),
        updated=before.updated,
    )


def _days(desk: Desk, before: Worklog, started: datetime | None) -> set[date]:
    """The work dates before and after a change."""
    moved = set() if started is None else {work_date(started, zone_of(desk, before.author))}
    return {before.day} | moved
