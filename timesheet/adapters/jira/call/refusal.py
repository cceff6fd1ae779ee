"""Explain Jira's refusals in sentences: the missing permission, or another reason.

Jira uses the language of the caller, so a refusal is classified by its status, by the keys of ``errors``, and
by what Jira says about issue and permissions when asked; its text is only shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from msgspec import Struct

from timesheet.adapters.jira.call.call import Call, JiraResponse
from timesheet.adapters.jira.call.reading import (
    read_issue_json,
    read_own_permissions,
    read_tracking_json,
    strictly,
)
from timesheet.adapters.jira.call.transport import NONSENSE, Transport
from timesheet.domain.errors import (
    InvalidInput,
    JiraUnavailable,
    NotAllowed,
    NotFound,
    TimesheetError,
    TimeTrackingOff,
)
from timesheet.domain.message import Message, message
from timesheet.domain.worklog.issue import MOST_WORKLOGS, Issue, crowded_note
from timesheet.domain.worklog.right import DELETE_RIGHTS, EDIT_RIGHTS, RIGHT_NAMES
from timesheet.domain.worklog.row_lock import RowLock

BLOCKED = message(
    "Something in front of Jira refuses calls from Timesheet, so nothing was read or saved. Ask a Jira admin "
    "whether this site allows only certain IP addresses."
)
GONE = message("This is no longer in Jira, or Jira does not show it to you.")
REFUSALS = (400, 409, 413, 422)
"""The statuses with which Jira refuses what a request asks for. Others without a word come from a server in between."""
CREATE, UPDATE, DELETE = "create", "update", "delete"

_WORK, _EDIT_ISSUES = "WORK_ON_ISSUES", "EDIT_ISSUES"
_NAMES: Mapping[str, Message] = {
    _WORK: message("Work on issues"),
    **{right.value: name for right, name in RIGHT_NAMES.items()},
}
# Jira requires *Work on issues* only for a new worklog.
_NEEDED = {
    UPDATE: EDIT_RIGHTS,
    DELETE: DELETE_RIGHTS,
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
    "adjustmentAmount": "estimate",
}


def accepted(answer: JiraResponse) -> Any:
    """Return the content of a successful response. Raise NotFound, NotAllowed, or InvalidInput with Jira's
    own message.
    """
    if answer.status < 300:
        if not isinstance(answer.json, dict | list | Struct):
            raise JiraUnavailable(NONSENSE)
        return answer.json
    raise refusal(answer)


def refusal(answer: JiraResponse) -> TimesheetError:
    """Return the error for a refusing response alone."""
    words, field = jira_words(answer)
    if answer.status == 404:
        return NotFound(GONE)
    if answer.status == 403 and answer.is_page and not words:
        return JiraUnavailable(BLOCKED)
    if answer.status == 403:
        return NotAllowed(
            message("Jira refuses: {words}", words=words)
            if words
            else message("Jira does not allow that for your account.")
        )
    if answer.status in (410, 415) or not (words or answer.status in REFUSALS):
        return JiraUnavailable(NONSENSE)
    return InvalidInput(
        message("Jira refuses: {words}", words=words) if words else message("Jira refuses this."), field=field
    )


def jira_words(answer: JiraResponse) -> tuple[str, str]:
    """Return Jira's own sentences, and the fields of the app that they are about.

    If ``errors`` say what is wrong, ``errorMessages`` only say that nothing was created ("Worklog must not be
    null."). Atlassian's gateway in front of Jira has a single ``message``.
    """
    data = answer.json if isinstance(answer.json, dict) else {}
    messages, errors = data.get("errorMessages"), data.get("errors")
    listed = messages if isinstance(messages, list) else [data.get("message")]
    texts = [text for text in listed if isinstance(text, str)]
    named = {k: v for k, v in errors.items() if isinstance(v, str)} if isinstance(errors, dict) else {}
    field = next((_FIELDS[name] for name in named if name in _FIELDS), "")
    return " ".join(named.values() or texts)[:500], field


def refused_write(
    transport: Transport, answer: JiraResponse, action: str, issue_id: int, worklog_id: int
) -> TimesheetError:
    """Return why a write was refused, after reading the issue and the viewer's permissions once.

    ``worklog_id`` is the worklog to change, for writes that change one.
    """
    answer = _without_last_message(answer)
    try:
        return _reason(transport, answer, action, issue_id, worklog_id)
    except NotFound as error:
        return error
    except TimesheetError:
        return refusal(answer)


def _without_last_message(answer: JiraResponse) -> JiraResponse:
    """Return a refusal without the last of several messages, which only says that there is no worklog to write."""
    messages = answer.json.get("errorMessages") if isinstance(answer.json, dict) else None
    if not isinstance(messages, list) or len(messages) < 2:
        return answer
    return replace(answer, json={**answer.json, "errorMessages": messages[:-1]})


def _reason(
    transport: Transport, answer: JiraResponse, action: str, issue_id: int, worklog_id: int
) -> TimesheetError:
    issue, editable = _issue(transport, issue_id)
    if answer.status == 413:
        return InvalidInput(crowded_note(issue.key, MOST_WORKLOGS), field="issue")
    if is_archived(transport, issue.project_key):
        return NotAllowed(RowLock.ARCHIVED.sentence(issue))
    permissions = _permissions(transport, issue_id)
    if missing := _missing_permission(transport, permissions, action, issue_id, worklog_id):
        name = _NAMES[missing]
        return NotAllowed(
            message(
                "You need “{name}” in {project_key}. A project admin can grant it.",
                name=name,
                project_key=issue.project_key,
            ),
            permission=name,
        )
    if answer.status == 404:
        return NotFound(GONE) if tracks_time(transport) else TimeTrackingOff()
    words, field = jira_words(answer)
    if field == "estimate":
        return InvalidInput(
            message("Jira refuses the remaining estimate: {words}", words=words), field="estimate"
        )
    if not field and editable is False and permissions.get(_EDIT_ISSUES):
        return NotAllowed(RowLock.WORKFLOW.sentence(issue))
    if not field and issue.done and words:
        # Jira does not say why somebody may not edit the issue; its status may be the reason.
        kind = NotAllowed if answer.status == 403 else InvalidInput
        return kind(
            message(
                "Jira refuses: {words} ({issue} is {status}.)",
                words=words,
                issue=issue.key,
                status=issue.status_name,
            )
        )
    return refusal(answer)


def _issue(transport: Transport, issue_id: int) -> tuple[Issue, bool | None]:
    """Return the issue, and whether the viewer may edit any field of it; None if Jira does not say.

    A status whose workflow forbids changes leaves no field to edit.
    """
    params = {"fields": "summary,project,issuetype,status", "expand": "editmeta"}
    answer = accepted(transport.send(Call("GET", f"issue/{issue_id}", params)))
    meta = answer.get("editmeta") if isinstance(answer, dict) else None
    fields = meta.get("fields") if isinstance(meta, dict) else None
    return read_issue_json(answer), bool(fields) if isinstance(fields, dict) else None


def is_archived(transport: Transport, project_key: str) -> bool:
    """Return whether the project is archived; False if Jira does not say.

    In an archived project Jira grants nobody the permissions to change time, so no missing permission is the
    cause.
    """
    try:
        answer = accepted(transport.send(Call("GET", f"project/{project_key}")))
    except TimesheetError:
        return False
    return isinstance(answer, dict) and answer.get("archived") is True


def _missing_permission(
    transport: Transport, permissions: Mapping[str, bool], action: str, issue_id: int, worklog_id: int
) -> str | None:
    """Return the first permission the viewer lacks: own worklogs need the own or the all kind, others' the all kind."""
    if action == CREATE:
        return _WORK if permissions.get(_WORK) is False else None
    own, everybodys = _NEEDED[action]
    if permissions.get(everybodys) is not False:
        return None
    if not _is_own(transport, issue_id, worklog_id):
        return everybodys
    return own if permissions.get(own) is False else None


def _permissions(transport: Transport, issue_id: int) -> Mapping[str, bool]:
    """Return whether the viewer has each permission that a write may need; those that Jira does not name are absent."""
    params: dict[str, str | int] = {"issueId": issue_id, "permissions": ",".join((*_NAMES, _EDIT_ISSUES))}
    return read_own_permissions(accepted(transport.send(Call("GET", "mypermissions", params))))


@strictly
def _is_own(transport: Transport, issue_id: int, worklog_id: int) -> bool:
    worklog = accepted(transport.send(Call("GET", f"issue/{issue_id}/worklog/{worklog_id}")))
    viewer = accepted(transport.send(Call("GET", "myself")))
    return bool(worklog["author"]["accountId"] == viewer["accountId"])


def tracks_time(transport: Transport) -> bool:
    """Return False if this Jira does not track time: it then answers as if it had none of the issues."""
    try:
        return read_tracking_json(accepted(transport.send(Call("GET", "configuration")))).enabled
    except TimesheetError:
        return True  # Jira did not say; its first answer counts.


@contextmanager
def explaining_not_found(transport: Transport) -> Iterator[None]:
    """Raise TimeTrackingOff in place of NotFound if worklogs were not found because this Jira does not track time."""
    try:
        yield
    except NotFound:
        if tracks_time(transport):
            raise
        raise TimeTrackingOff from None
