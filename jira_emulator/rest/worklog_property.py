"""App data on worklogs."""

from __future__ import annotations

from dataclasses import replace

from jira_emulator.model import Issue, Json, WorklogRow
from jira_emulator.rest.api import Answer, Api
from jira_emulator.rest.call import Call
from jira_emulator.rest.errors import ApiError
from jira_emulator.rest.worklog import open_worklog, require_own_or_all
from jira_emulator.rest.worklog_input import check_property
from jira_emulator.site import as_id


def register(api: Api) -> None:
    """Register these resources."""
    path = "/issue/<issue_key>/worklog/<worklog_id>/properties"
    api.route("GET", path, anonymous=True)(list_keys)
    api.route("GET", f"{path}/<property_key>", anonymous=True)(read)
    api.route("PUT", f"{path}/<property_key>", anonymous=True)(put)
    api.route("DELETE", f"{path}/<property_key>", anonymous=True)(delete)


def list_keys(call: Call, issue_key: str, worklog_id: str) -> Answer:
    """Return the keys of a worklog's properties."""
    issue, row = _open(call, issue_key, worklog_id)
    address = f"{call.render.api}/issue/{issue.id}/worklog/{row.id}/properties"
    call.charge(1)
    return {"keys": [{"self": f"{address}/{key}", "key": key} for key in row.properties or {}]}


def read(call: Call, issue_key: str, worklog_id: str, property_key: str) -> Answer:
    """Return one property."""
    _, row = _open(call, issue_key, worklog_id)
    _require_key(row, property_key)
    call.charge(1)
    return {"key": property_key, "value": (row.properties or {})[property_key]}


def put(call: Call, issue_key: str, worklog_id: str, property_key: str) -> Answer:
    """Set a property to any JSON: 201 if it is new, 200 if it existed. The worklog's ``updated`` stays."""
    issue, row = _open(call, issue_key, worklog_id)
    _require_edit(call, issue, row)
    value = call.json()
    check_property(property_key, value)
    known = property_key in (row.properties or {})
    _replace(call, row, (row.properties or {}) | {property_key: value})
    return None, 200 if known else 201


def delete(call: Call, issue_key: str, worklog_id: str, property_key: str) -> Answer:
    """Remove a property."""
    issue, row = _open(call, issue_key, worklog_id)
    _require_edit(call, issue, row)
    _require_key(row, property_key)
    _replace(call, row, {k: v for k, v in (row.properties or {}).items() if k != property_key} or None)
    return None, 204


def _open(call: Call, issue_key: str, worklog_id: str) -> tuple[Issue, WorklogRow]:
    if as_id(worklog_id) is None:
        raise ApiError(400, f"The worklog id '{worklog_id}' is invalid.")
    return open_worklog(call, issue_key, worklog_id)


def _replace(call: Call, row: WorklogRow, properties: Json | None) -> None:
    call.site.worklogs.replace(replace(row, properties=properties))


def _require_key(row: WorklogRow, key: str) -> None:
    if key not in (row.properties or {}):
        raise ApiError(404, f"The property with key '{key}' does not exist.")


def _require_edit(call: Call, issue: Issue, row: WorklogRow) -> None:
    try:
        require_own_or_all(call, issue, row, "EDIT")
    except ApiError as error:
        raise ApiError(403, error.messages[0]) from None
