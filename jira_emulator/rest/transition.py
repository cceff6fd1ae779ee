"""Workflow transitions; every status leads to every other one."""

from __future__ import annotations

from typing import Any

from jira_emulator.issue.issue import IssueEdit, edit_issue
from jira_emulator.model import Issue, Json, Status
from jira_emulator.rest.api import Answer, Api
from jira_emulator.rest.call import Call
from jira_emulator.rest.errors import ApiError
from jira_emulator.seeding.issues import TODO


def register(api: Api) -> None:
    """Register these resources."""
    api.route("GET", "/issue/<issue_key>/transitions", anonymous=True)(list_transitions)
    api.route("POST", "/issue/<issue_key>/transitions", anonymous=True)(move)


def list_transitions(call: Call, issue_key: str) -> Answer:
    """Return the transitions that the caller may make; none without the permission."""
    issue = call.open_issue(issue_key)
    found = _targets(call, issue)
    call.charge(len(found))
    return {"expand": "transitions", "transitions": [_described(call, target) for target in found.values()]}


def move(call: Call, issue_key: str) -> Answer:
    """Make a transition."""
    issue = call.open_issue(issue_key)
    wanted: Any = call.any_body().get("transition")
    target = _targets(call, issue).get(str(wanted.get("id")) if isinstance(wanted, dict) else "")
    if target is None:
        raise ApiError(400, "It seems that you have tried to perform an illegal workflow operation.")
    edit_issue(call.site, issue, call.actor, IssueEdit(status=target))
    return None, 204


def _targets(call: Call, issue: Issue) -> dict[str, Status]:
    if not call.permissions.has("TRANSITION_ISSUES", issue.project, issue):
        return {}
    return {_id(status): status for status in call.site.statuses.values() if status is not issue.status}


def _id(status: Status) -> str:
    return str((status.id - TODO + 1) * 10 + 1)


def _described(call: Call, target: Status) -> Json:
    return {
        "id": _id(target),
        "name": call.render.name(target.name),
        "to": call.issues.status(target),
        "hasScreen": False,
        "isGlobal": True,
        "isInitial": False,
        "isAvailable": True,
        "isConditional": False,
        "isLooped": False,
    }
