"""Issues: read one or many, edit the fields that a timesheet edits, delete."""

from __future__ import annotations

from typing import Any

from jira_emulator.issue.adf import plain_text
from jira_emulator.issue.estimate import InvalidDurationError, parse_duration
from jira_emulator.issue.fields import FIELDS, choose_fields
from jira_emulator.issue.issue import IssueEdit, delete_issue, edit_issue
from jira_emulator.model import Issue, Json, Priority
from jira_emulator.rest.api import Answer, Api
from jira_emulator.rest.call import Call, check_properties, is_texts
from jira_emulator.rest.errors import ApiError, bad_payload
from jira_emulator.rest.worklog import NOT_EDITABLE
from jira_emulator.rest.worklog_input import read_rich_text

BULK = 100
_BULK_BODY = frozenset(("expand", "fields", "fieldsByKeys", "issueIdsOrKeys", "properties"))
_EDIT_BODY = frozenset(("fields", "update", "historyMetadata", "properties", "transition"))
EDITABLE = frozenset(("summary", "labels", "assignee", "timetracking", "description", "priority"))


def register(api: Api) -> None:
    """Register these resources."""
    api.route("GET", "/issue/<issue_key>", anonymous=True)(read)
    api.route("PUT", "/issue/<issue_key>", anonymous=True)(edit)
    api.route("DELETE", "/issue/<issue_key>", anonymous=True)(delete)
    api.route("PUT", "/issue/<issue_key>/assignee")(assign)
    api.route("POST", "/issue/bulkfetch", anonymous=True)(bulk_fetch)


def read(call: Call, issue_key: str) -> Answer:
    """Return one issue, by default with all fields."""
    issue = call.open_issue(issue_key)
    chosen = choose_fields(call.texts("fields") or ["*all"], FIELDS)
    call.charge(1)
    rendered = call.issues.issue(issue, chosen)
    if call.expands("names"):
        rendered["names"] = {name: call.render.name(FIELDS[name].name) for name in chosen}
    if call.expands("schema"):
        rendered["schema"] = {name: FIELDS[name].schema() for name in chosen}
    if call.expands("editmeta"):
        rendered["editmeta"] = {"fields": _edit_fields(call, issue)}
    return rendered


def _edit_fields(call: Call, issue: Issue) -> Json:
    """Return what the caller may edit: nothing if the status forbids it or without *Edit issues*."""
    if not issue.status.editable or not call.permissions.has("EDIT_ISSUES", issue.project, issue):
        return {}
    return {name: _edit_field(name) for name in sorted(EDITABLE)}


def _edit_field(name: str) -> Json:
    return {
        "required": name == "summary",
        "schema": FIELDS[name].schema(),
        "name": FIELDS[name].name,
        "key": name,
        "operations": ["set", "edit"] if name == "timetracking" else ["set"],
    }


def bulk_fetch(call: Call) -> Answer:
    """Return up to 100 issues by id or key; those the caller may not see are absent."""
    body = call.body(_BULK_BODY)
    wanted: Any = body.get("issueIdsOrKeys")
    fields: Any = body.get("fields") or ["*navigable"]
    if not is_texts(wanted) or not is_texts(fields) or not is_texts(body.get("expand", [])):
        raise bad_payload()
    check_properties(body)
    if not 0 < len(wanted) <= BULK:
        raise ApiError(400, f"Between 1 and {BULK} issue IDs or keys must be given.")
    found = (call.site.find_issue(text) for text in wanted)
    issues = {i.id: i for i in found if i is not None and call.permissions.can_see(i)}
    chosen = choose_fields(fields, FIELDS)
    call.charge(len(issues))
    shown = [call.issues.issue(issue, chosen) for issue in sorted(issues.values(), key=lambda i: i.id)]
    return {"issues": shown, "issueErrors": []}


def edit(call: Call, issue_key: str) -> Answer:
    """Change summary, labels, assignee, or time tracking."""
    issue = call.open_issue(issue_key)
    body = call.body(_EDIT_BODY)
    fields, update = body.get("fields") or {}, body.get("update") or {}
    if not isinstance(fields, dict) or not isinstance(update, dict) or not (fields or update):
        raise bad_payload()
    _require_edit(call, issue)
    values = dict(fields) | {
        name: _operation(issue, name, fields, operations) for name, operations in update.items()
    }
    unknown = {name: f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
               for name in values if name not in EDITABLE}  # fmt: skip
    if unknown:
        raise ApiError(400, errors=unknown)
    edit_issue(call.site, issue, call.actor, read_edit(call, values))
    if call.flag("returnIssue", False):
        return call.issues.issue(issue, tuple(FIELDS)), 200
    return None, 204


def assign(call: Call, issue_key: str) -> Answer:
    """Assign the issue to a person, or to nobody for null."""
    issue = call.open_issue(issue_key)
    if not call.permissions.has("ASSIGN_ISSUES", issue.project, issue):
        raise ApiError(400, "You do not have permission to assign issues in this project.")
    account_id = call.any_body().get("accountId")
    wanted = None if account_id is None else {"accountId": account_id}
    edit_issue(call.site, issue, call.actor, read_edit(call, {"assignee": wanted}))
    return None, 204


def delete(call: Call, issue_key: str) -> Answer:
    """Delete an issue and its worklogs."""
    issue = call.open_issue(issue_key)
    if not call.permissions.has("DELETE_ISSUES", issue.project, issue):
        raise ApiError(403, "You do not have permission to delete issues in this project.")
    with_subtasks = call.flag("deleteSubtasks", False)
    subtasks = [i for i in call.site.children.get(issue.id, ()) if call.site.issues[i].type.level < 0]
    if subtasks and not with_subtasks:
        raise ApiError(
            400, f"The issue '{issue.key}' has subtasks. You must specify the 'deleteSubtasks' parameter."
        )
    delete_issue(call.site, issue, call.actor)
    return None, 204


def _require_edit(call: Call, issue: Issue) -> None:
    if call.flag("overrideEditableFlag", False):
        if call.caller.app_key is None or not call.permissions.has_global("ADMINISTER"):
            raise ApiError(403, "Only an app user who administers Jira can use overrideEditableFlag.")
    elif not issue.status.editable:
        raise ApiError(400, NOT_EDITABLE)
    if not call.permissions.has("EDIT_ISSUES", issue.project, issue):
        raise ApiError(400, "You do not have permission to edit issues in this project.")


def _operation(issue: Issue, name: str, fields: Json, operations: Any) -> Any:
    if name in fields:
        raise ApiError(400, errors={name: f"Field '{name}' cannot appear in both 'fields' and 'update'."})
    if name == "labels":
        return _changed_labels(issue, operations)
    if not isinstance(operations, list) or len(operations) != 1 or not isinstance(operations[0], dict):
        raise bad_payload()
    verb, value = _verb_of(operations[0])
    if verb not in ("set", "edit") or (verb == "edit" and name != "timetracking"):
        raise ApiError(400, errors={name: f"Field with id '{name}' does not support operation '{verb}'."})
    return value


def _verb_of(operation: Any) -> tuple[str | None, Any]:
    """Return the verb of an operation and its value; None for what is no operation."""
    if not isinstance(operation, dict) or len(operation) != 1:
        return None, None
    [(verb, value)] = operation.items()
    return verb, value


def _changed_labels(issue: Issue, operations: Any) -> list[Any]:
    labels: list[Any] = list(issue.labels)
    for operation in operations if isinstance(operations, list) else [None]:
        verb, value = _verb_of(operation)
        if verb == "set" and isinstance(value, list):
            labels = value
        elif verb == "add" and value not in labels:
            labels.append(value)
        elif verb == "remove":
            labels = [label for label in labels if label != value]
        elif verb != "add":
            raise bad_payload()
    return labels


def read_edit(call: Call, values: Json) -> IssueEdit:
    """Return the new values of the editable fields, validated. Raise 400."""
    tracking = values.get("timetracking", {})
    if not isinstance(tracking, dict) or not tracking.keys() <= {"originalEstimate", "remainingEstimate"}:
        raise ApiError(
            400, errors={"timetracking": "Time tracking takes originalEstimate and remainingEstimate."}
        )
    return IssueEdit(
        summary=_read_summary(values["summary"]) if "summary" in values else None,
        labels=_read_labels(values["labels"]) if "labels" in values else None,
        assignee=_read_assignee(call, values["assignee"]) if "assignee" in values else None,
        unassign="assignee" in values and values["assignee"] is None,
        original=_read_estimate(call, tracking, "originalEstimate"),
        remaining=_read_estimate(call, tracking, "remainingEstimate"),
        description=_read_description(call, values.get("description")) if "description" in values else None,
        priority=_read_priority(call, values["priority"]) if "priority" in values else None,
    )


def _read_summary(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ApiError(400, errors={"summary": "You must specify a summary of the issue."})
    if "\n" in value or "\r" in value:
        raise ApiError(
            400, errors={"summary": "The summary is invalid because it contains newline characters."}
        )
    if len(value) > 255:
        raise ApiError(400, errors={"summary": "Summary can't exceed 255 characters."})
    return value


def _read_description(call: Call, value: Any) -> str:
    document = read_rich_text(call, value, "description")
    return "" if document is None else plain_text(document)


def _read_priority(call: Call, value: Any) -> Priority:
    wanted = (value.get("id"), value.get("name")) if isinstance(value, dict) else ()
    for priority in call.site.priorities.values():
        if str(priority.id) in wanted or priority.name in wanted or call.render.name(priority.name) in wanted:
            return priority
    raise ApiError(400, errors={"priority": "The priority selected is invalid."})


def _read_labels(value: Any) -> tuple[str, ...]:
    if not is_texts(value) or any(not label or " " in label for label in value):
        raise ApiError(400, errors={"labels": "A label is a text without spaces."})
    return tuple(value)


def _read_assignee(call: Call, value: Any) -> str | None:
    if value is None:
        return None
    account_id = value.get("accountId") if isinstance(value, dict) else None
    person = call.site.people.get(account_id) if isinstance(account_id, str) else None
    if person is None or not person.active:
        raise ApiError(400, errors={"assignee": "Specify a valid value for assignee"})
    return person.account_id


def _read_estimate(call: Call, tracking: Json, name: str) -> int | None:
    value = tracking.get(name)
    if value is None:
        return None
    try:
        return parse_duration(value if isinstance(value, str) else "", call.site.time_tracking)
    except InvalidDurationError:
        raise ApiError(
            400, errors={f"timetracking_{name.lower()}": f"'{value}' is not a valid duration."}
        ) from None
