"""The three ways to change a worklog in Jira: each asks the lock, leaves an audit event and patches the cache."""

from __future__ import annotations

from collections.abc import Iterable
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
from timesheet.services.ports import EstimateChange, WorklogChange, WorklogDraft
from timesheet.services.saved import Saved, booked, finish
from timesheet.services.timesheet import zone_of
from timesheet.services.worklog_journal import Intent, facts, written

UNDO_SECONDS = 900
MAYBE_SECONDS = 3600


def write_new(desk: Desk, draft: WorklogDraft, notes: Iterable[str], more: Values = NOTHING) -> Saved:
    """Create; a draft whose earlier fate is unknown is looked for first, at the start it had then.

    ``more`` is what its audit event tells of where it came from.
    """
    issue = known_issue(desk, draft.issue_id)
    maybe = desk.key("maybe", draft.key)
    earlier = desk.cache.get(maybe)
    if isinstance(earlier, datetime):
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
        made = written(
            desk.journal,
            intent,
            lambda: desk.jira.create_worklog(draft, desk.zones, isinstance(earlier, datetime)),
        )
    except JiraUnavailable as error:
        if error.wrote_maybe:
            desk.cache.put(maybe, draft.started, MAYBE_SECONDS)
        raise
    left = after_create(issue.remaining_seconds, made.seconds, draft.estimate.mode, draft.estimate.seconds)
    return finish(desk, booked(issue, made.seconds, left), None, made, notes)


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
    after = written(
        desk.journal,
        _intent(desk, Action.WORKLOG_CHANGED, before),
        lambda: desk.jira.update_worklog(before.issue_id, before.id, change, desk.zones),
    )
    return finish(desk, booked(issue, after.seconds - before.seconds, left), before, after, notes)


def write_removal(desk: Desk, before: Worklog, estimate: EstimateChange) -> Saved:
    """Delete; what went is remembered for a while, so that it can be restored."""
    issue = known_issue(desk, before.issue_id)
    desk.lock.check(before.author, issue, {before.day})
    written(
        desk.journal,
        _intent(desk, Action.WORKLOG_DELETED, before),
        lambda: desk.jira.delete_worklog(before.issue_id, before.id, estimate),
    )
    desk.cache.put(desk.key("removed", before.id), before, UNDO_SECONDS)
    left = after_delete(issue.remaining_seconds, before.seconds, estimate.mode, estimate.seconds)
    return finish(desk, booked(issue, -before.seconds, left), before, None)


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
