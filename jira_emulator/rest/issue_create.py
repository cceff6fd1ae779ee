"""Create issues, with the fields that need no screen."""

from __future__ import annotations

from typing import Any

from jira_emulator.issue.issue import create_issue
from jira_emulator.model import Issue, IssueType, Json, Project, Status
from jira_emulator.rest.api import Answer, Api
from jira_emulator.rest.call import Call
from jira_emulator.rest.errors import ApiError, bad_payload
from jira_emulator.rest.issue import EDITABLE, read_edit
from jira_emulator.seeding.issues import MEDIUM

_FIELDS = EDITABLE | {"project", "issuetype", "parent", "reporter"}


def register(api: Api) -> None:
    """Register this resource."""
    api.route("POST", "/issue")(create)


def create(call: Call) -> Answer:
    """Create an issue in its first status, reported by the caller."""
    fields = call.body(("fields", "update")).get("fields")
    if not isinstance(fields, dict):
        raise bad_payload()
    unknown = {
        name: f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
        for name in fields
        if name not in _FIELDS
    }
    if unknown:
        raise ApiError(400, errors=unknown)
    issue = _made(call, fields)
    create_issue(call.site, issue, call.actor)
    return {"id": str(issue.id), "key": issue.key, "self": f"{call.render.api}/issue/{issue.id}"}, 201


def _made(call: Call, fields: Json) -> Issue:
    project, kind = _project(call, fields.get("project")), _type(call, fields.get("issuetype"))
    edit = read_edit(call, {"summary": None, **{name: fields[name] for name in fields if name in EDITABLE}})
    parent = _parent(call, fields.get("parent"), kind)
    number, now = project.last_number + 1, call.site.now_ms()
    project.last_number = number
    call.site.next_issue_id += 1
    return Issue(
        id=call.site.next_issue_id,
        key=f"{project.key}-{number}",
        project=project,
        type=kind,
        status=_first_status(call),
        summary=edit.summary or "",
        reporter=call.actor,
        assignee=edit.assignee,
        created=now,
        updated=now,
        labels=edit.labels or (),
        description=edit.description or "",
        priority=edit.priority or call.site.priorities[MEDIUM],
        parent_id=parent.id if parent else None,
        original_estimate=edit.original,
        remaining_estimate=edit.original if edit.remaining is None else edit.remaining,
    )


def _project(call: Call, value: Any) -> Project:
    wanted = (value.get("key") or value.get("id")) if isinstance(value, dict) else None
    project = call.site.find_project(wanted) if isinstance(wanted, str) else None
    if project is None or not call.permissions.has("CREATE_ISSUES", project):
        raise ApiError(400, errors={"project": "Specify a valid project ID or key"})
    return project


def _type(call: Call, value: Any) -> IssueType:
    wanted = (value.get("id"), value.get("name")) if isinstance(value, dict) else ()
    found = (
        kind
        for kind in call.site.types.values()
        if str(kind.id) in wanted or kind.name in wanted or call.render.name(kind.name) in wanted
    )
    kind = next(found, None)
    if kind is None:
        raise ApiError(400, errors={"issuetype": "Specify a valid issue type"})
    return kind


def _parent(call: Call, value: Any, kind: IssueType) -> Issue | None:
    if value is None and kind.level >= 0:
        return None
    wanted = (value.get("key") or value.get("id")) if isinstance(value, dict) else None
    parent = call.site.find_issue(wanted) if isinstance(wanted, str) else None
    if parent is None or not call.permissions.can_see(parent) or parent.type.level != kind.level + 1:
        raise ApiError(400, errors={"parent": "Specify a valid parent of the level above"})
    return parent


def _first_status(call: Call) -> Status:
    return call.site.statuses[min(call.site.statuses)]
