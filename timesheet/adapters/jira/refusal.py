"""Jira's refusals as sentences: which permission is missing, or what else stands in the way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from timesheet.adapters.jira.reading import read_issue_json, read_tracking_json, strictly
from timesheet.adapters.jira.transport import NONSENSE, Answer, Call, Transport
from timesheet.domain.errors import (
    InvalidInput,
    JiraUnavailable,
    NotAllowed,
    NotFound,
    TimesheetError,
    TimeTrackingOff,
)
from timesheet.domain.issue import Issue

GONE = "This is not in Jira any more, or Jira does not show it to you."
CREATE, UPDATE, DELETE = "create", "update", "delete"

_NAMES = {
    "WORK_ON_ISSUES": "Work on issues",
    "EDIT_OWN_WORKLOGS": "Edit own worklogs",
    "EDIT_ALL_WORKLOGS": "Edit all worklogs",
    "DELETE_OWN_WORKLOGS": "Delete own worklogs",
    "DELETE_ALL_WORKLOGS": "Delete all worklogs",
}
_NEEDED = {
    UPDATE: ("EDIT_OWN_WORKLOGS", "EDIT_ALL_WORKLOGS"),
    DELETE: ("DELETE_OWN_WORKLOGS", "DELETE_ALL_WORKLOGS"),
}
_FIELDS = {
    "timeLogged": "duration",
    "timeSpent": "duration",
    "timeSpentSeconds": "duration",
    "started": "date",
    "startDate": "date",
    "comment": "comment",
    "adjustEstimate": "estimate",
    "newEstimate": "estimate",
    "reduceBy": "estimate",
    "increaseBy": "estimate",
}
_CLOSED = re.compile(r"non.?editable|not (?:be )?edit(?:ed|able)|workflow state|closed", re.IGNORECASE)


def accepted(answer: Answer) -> Any:
    """What was read of a good answer; else NotFound, NotAllowed or InvalidInput in Jira's own words."""
    if answer.status < 300:
        if not isinstance(answer.json, dict | list | Struct):
            raise JiraUnavailable(NONSENSE)
        return answer.json
    raise refusal(answer)


def refusal(answer: Answer) -> TimesheetError:
    """What a refusing answer says by itself."""
    words, field = jira_words(answer)
    if answer.status == 404:
        return NotFound(GONE)
    if answer.status == 403:
        return NotAllowed(f"Jira refuses: {words}" if words else "Jira does not allow that for your account.")
    if answer.status in (410, 415):
        return JiraUnavailable(NONSENSE)
    return InvalidInput(f"Jira refuses: {words}" if words else "Jira refuses this.", field=field)


def jira_words(answer: Answer) -> tuple[str, str]:
    """Jira's own sentences, and which of our fields they are about."""
    data = answer.json if isinstance(answer.json, dict) else {}
    messages, errors = data.get("errorMessages"), data.get("errors")
    texts = [text for text in messages if isinstance(text, str)] if isinstance(messages, list) else []
    named = {k: v for k, v in errors.items() if isinstance(v, str)} if isinstance(errors, dict) else {}
    field = next((_FIELDS[name] for name in named if name in _FIELDS), "")
    return " ".join([*texts, *named.values()])[:500], field


def refused_write(
    transport: Transport, answer: Answer, action: str, issue_id: int, worklog_id: int = 0
) -> TimesheetError:
    """Why a write was refused: looks at the issue and at the viewer's permissions once, and says so.

    ``worklog_id`` is the one that was to change, for writes that change one.
    """
    try:
        return _reason(transport, answer, action, issue_id, worklog_id)
    except NotFound as error:
        return error
    except TimesheetError:
        return refusal(answer)


def _reason(
    transport: Transport, answer: Answer, action: str, issue_id: int, worklog_id: int
) -> TimesheetError:
    words, field = jira_words(answer)
    issue = _issue(transport, issue_id)
    if answer.status == 413:
        return InvalidInput(
            f"{issue.key} holds as many worklogs as Jira allows on one issue. Log on a new issue.",
            field="issue",
        )
    if missing := _missing_permission(transport, action, issue_id, worklog_id):
        name = _NAMES[missing]
        return NotAllowed(
            f"You need “{name}” in {issue.project_key}. A project admin can grant it.", permission=name
        )
    if answer.status == 404 and not _tracking_on(transport):
        return TimeTrackingOff()
    if answer.status == 404:
        return NotFound(GONE)
    if _CLOSED.search(words):
        return NotAllowed(
            f"{issue.key} is {issue.status_name}: its workflow allows no changes of time there."
        )
    if field == "estimate" or "estimate" in words.lower():
        return InvalidInput(f"Jira refuses the remaining estimate: {words}", field="estimate")
    return refusal(answer)


def _issue(transport: Transport, issue_id: int) -> Issue:
    params = {"fields": "summary,project,issuetype,status"}
    return read_issue_json(accepted(transport.send(Call("GET", f"issue/{issue_id}", params))))


def _missing_permission(transport: Transport, action: str, issue_id: int, worklog_id: int) -> str | None:
    """The first permission the viewer lacks: own worklogs need the own or the all kind, others' the all kind."""
    params: dict[str, str | int] = {"issueId": issue_id, "permissions": ",".join(_NAMES)}
    lacking = _lacking(accepted(transport.send(Call("GET", "mypermissions", params))))
    if "WORK_ON_ISSUES" in lacking:
        return "WORK_ON_ISSUES"
    if action == CREATE or _NEEDED[action][1] not in lacking:
        return None
    own, everybodys = _NEEDED[action]
    if not _is_own(transport, issue_id, worklog_id):
        return everybodys
    return own if own in lacking else None


@strictly
def _lacking(answer: Mapping[str, Any]) -> frozenset[str]:
    """What Jira says the viewer lacks; of what it does not name, nothing is known."""
    return frozenset(key for key, entry in answer["permissions"].items() if entry["havePermission"] is False)


@strictly
def _is_own(transport: Transport, issue_id: int, worklog_id: int) -> bool:
    worklog = accepted(transport.send(Call("GET", f"issue/{issue_id}/worklog/{worklog_id}")))
    viewer = accepted(transport.send(Call("GET", "myself")))
    return bool(worklog["author"]["accountId"] == viewer["accountId"])


def _tracking_on(transport: Transport) -> bool:
    return read_tracking_json(accepted(transport.send(Call("GET", "configuration")))).enabled
