"""Change worklogs: rows, the issue's sums and estimate, and events. Callers hold the site's lock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jira_emulator.issue.estimate import Adjustment, after_create, after_delete, after_update
from jira_emulator.issue.history import change_item, emit_issue_event, emit_worklog_event
from jira_emulator.model import Issue, Json, Restriction, WorklogRow
from jira_emulator.site import Site


@dataclass(frozen=True, slots=True)
class WorklogInput:
    """A caller's validated input; None = not given. ``started`` in epoch ms, ``seconds`` in whole minutes."""

    started: int | None = None
    seconds: int | None = None
    comment: Json | None = None
    restriction: Restriction | None = None
    properties: Json | None = None


def add_worklog(
    site: Site, issue: Issue, author: str, given: WorklogInput, adjustment: Adjustment
) -> WorklogRow:
    """Log work on an issue as ``author``."""
    site.index.note(issue)
    now = site.now_ms()
    row = WorklogRow(
        id=site.take_worklog_id(),
        issue_id=issue.id,
        author=author,
        update_author=author,
        started=now if given.started is None else given.started,
        seconds=given.seconds or 0,
        created=now,
        updated=now,
        comment=given.comment,
        restriction=given.restriction,
        properties=given.properties,
    )
    site.worklogs.add(row)
    issue.worklog_ids.append(row.id)
    remaining = after_create(issue.remaining_estimate, row.seconds, adjustment)
    emit_worklog_event(site, "worklog_created", row, author)
    _settle(site, issue, author, "issue_work_logged", row, spent_by=row.seconds, remaining=remaining)
    return row


def update_worklog(
    site: Site, issue: Issue, row: WorklogRow, actor: str, given: WorklogInput, adjustment: Adjustment
) -> WorklogRow:
    """Change the given values and keep the rest. The author stays; ``actor`` becomes the update author."""
    site.index.note(issue)
    changed = replace(
        row,
        seconds=row.seconds if given.seconds is None else given.seconds,
        started=row.started if given.started is None else given.started,
        comment=row.comment if given.comment is None else given.comment,
        restriction=row.restriction if given.restriction is None else given.restriction,
        properties=row.properties if given.properties is None else (row.properties or {}) | given.properties,
        update_author=actor,
        updated=max(site.now_ms(), row.updated + 1),
    )
    site.worklogs.replace(changed)
    remaining = after_update(issue.remaining_estimate, row.seconds, changed.seconds, adjustment)
    emit_worklog_event(site, "worklog_updated", changed, actor)
    spent_by = changed.seconds - row.seconds
    _settle(site, issue, actor, "issue_worklog_updated", changed, spent_by=spent_by, remaining=remaining)
    return changed


def delete_worklog(site: Site, issue: Issue, row: WorklogRow, actor: str, adjustment: Adjustment) -> None:
    """Delete one worklog and restore its time."""
    site.index.note(issue)
    _forget(site, issue, row)
    remaining = after_delete(issue.remaining_estimate, row.seconds, adjustment)
    emit_worklog_event(site, "worklog_deleted", row, actor)
    _settle(site, issue, actor, "issue_worklog_deleted", row, spent_by=-row.seconds, remaining=remaining)


def delete_worklogs_silently(
    site: Site, issue: Issue, rows: Sequence[WorklogRow], adjustment: Adjustment
) -> None:
    """Delete like Jira's bulk delete: sums and estimate follow, no event is sent."""
    site.index.note(issue)
    for row in rows:
        _forget(site, issue, row)
        _spend(issue, -row.seconds, after_delete(issue.remaining_estimate, row.seconds, adjustment))
    issue.updated = site.now_ms()


def move_worklogs_silently(
    site: Site, source: Issue, target: Issue, rows: Sequence[WorklogRow], adjustment: Adjustment
) -> None:
    """Move like Jira's bulk move: ids and ``updated`` stay, sums and estimates follow, no event, no history."""
    for issue in (source, target):
        site.index.note(issue)
    for row in rows:
        site.worklogs.replace(replace(row, issue_id=target.id))
        source.worklog_ids.remove(row.id)
        _spend(source, -row.seconds, after_delete(source.remaining_estimate, row.seconds, adjustment))
        target.worklog_ids.append(row.id)
        _spend(target, row.seconds, after_create(target.remaining_estimate, row.seconds, adjustment))
    target.worklog_ids.sort()


def _forget(site: Site, issue: Issue, row: WorklogRow) -> None:
    site.worklogs.delete(row, site.now_ms())
    issue.worklog_ids.remove(row.id)


def _spend(issue: Issue, seconds: int, remaining: int | None) -> None:
    issue.time_spent = (issue.time_spent or 0) + seconds
    issue.remaining_estimate = remaining


def _settle(
    site: Site, issue: Issue, actor: str, kind: str, row: WorklogRow, *, spent_by: int, remaining: int | None
) -> None:
    spent, estimate = issue.time_spent, issue.remaining_estimate
    _spend(issue, spent_by, remaining)
    issue.updated = site.now_ms()
    items = [
        change_item(field, before, after)
        for field, before, after in (
            ("timespent", spent, issue.time_spent),
            ("timeestimate", estimate, issue.remaining_estimate),
        )
        if before != after
    ]
    # Jira's event for a new worklog has the changelog of a deleted one: its id changes to null.
    new_id = row.id if kind == "issue_worklog_updated" else None
    items.append(change_item("WorklogId", row.id, new_id))
    emit_issue_event(site, "jira:issue_updated", issue, actor, kind=kind, items=items)
