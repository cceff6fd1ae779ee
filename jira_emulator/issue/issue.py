"""Change issues and emit events. Callers hold the site's lock."""

from __future__ import annotations

from dataclasses import dataclass

from jira_emulator.issue.history import change_item, emit_issue_event, emit_worklog_event
from jira_emulator.model import Issue, Priority, Project, Status
from jira_emulator.site import Site


@dataclass(frozen=True, slots=True)
class IssueEdit:
    """New values; None = unchanged. Estimates are in seconds; ``unassign`` clears the assignee."""

    summary: str | None = None
    labels: tuple[str, ...] | None = None
    assignee: str | None = None
    unassign: bool = False
    original: int | None = None
    remaining: int | None = None
    description: str | None = None
    priority: Priority | None = None
    status: Status | None = None


_ATTRIBUTES = (
    ("summary", "summary", "summary"),
    ("labels", "labels", "labels"),
    ("original", "original_estimate", "timeoriginalestimate"),
    ("remaining", "remaining_estimate", "timeestimate"),
    ("description", "description", "description"),
)


def create_issue(site: Site, issue: Issue, actor: str) -> None:
    """Add a new issue and emit its event."""
    site.index.note(issue, new=True)
    site.add_issue(issue)
    emit_issue_event(site, "jira:issue_created", issue, actor, kind="issue_created")


def edit_issue(site: Site, issue: Issue, actor: str, edit: IssueEdit) -> None:
    """Change an issue; emit no event if nothing differs."""
    site.index.note(issue)
    items = []
    for given, attribute, field in _ATTRIBUTES:
        value, before = getattr(edit, given), getattr(issue, attribute)
        if value is not None and value != before:
            setattr(issue, attribute, value)
            items.append(change_item(field, _as_text(before), _as_text(value)))
    for field, value in (("priority", edit.priority), ("status", edit.status)):
        before = getattr(issue, field)
        if value is not None and value is not before:
            setattr(issue, field, value)
            ids = before.id if before else None, value.id
            items.append(change_item(field, *ids, names=(before.name if before else None, value.name)))
    assignee = None if edit.unassign else edit.assignee or issue.assignee
    if assignee != issue.assignee:
        items.append(change_item("assignee", issue.assignee, assignee))
        issue.assignee = assignee
    if items:
        issue.updated = site.now_ms()
        emit_issue_event(site, "jira:issue_updated", issue, actor, kind="issue_generic", items=items)


def move_issue(site: Site, issue: Issue, project: Project, actor: str) -> None:
    """Move an issue to another project, where it gets a new key; its old key still finds it, as in Jira."""
    site.index.note(issue)
    project.last_number += 1
    before, key = issue.project, f"{project.key}-{project.last_number}"
    items = [
        change_item("project", before.id, project.id, names=(before.name, project.name)),
        change_item("Key", None, None, names=(issue.key, key)),
    ]
    issue.project, issue.key, issue.updated = project, key, site.now_ms()
    site.issue_ids[key] = issue.id
    emit_issue_event(site, "jira:issue_updated", issue, actor, kind="issue_moved", items=items)


def delete_issue(site: Site, issue: Issue, actor: str) -> None:
    """Delete an issue with its subtasks and all their worklogs; children of an epic lose their parent."""
    site.index.note(issue)
    for child_id in list(site.children.pop(issue.id, ())):
        child = site.issues[child_id]
        if child.type.level < 0:
            delete_issue(site, child, actor)
        else:
            site.index.note(child)
            child.parent_id = None
    for worklog_id in issue.worklog_ids:
        row = site.worklogs.rows[worklog_id]
        site.worklogs.delete(row, site.now_ms())
        emit_worklog_event(site, "worklog_deleted", row, actor, cascade=True)
    issue.worklog_ids.clear()
    site.remove_issue(issue)
    emit_issue_event(site, "jira:issue_deleted", issue, actor, kind="issue_deleted")


def _as_text(value: object) -> object:
    return " ".join(value) if isinstance(value, tuple) else value
