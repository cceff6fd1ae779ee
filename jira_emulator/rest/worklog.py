"""Worklogs of one issue: list, read, create, update, delete."""

from __future__ import annotations

from jira_emulator.issue.worklog import add_worklog, delete_worklog, update_worklog
from jira_emulator.model import Issue, Json, WorklogRow
from jira_emulator.rest.api import Answer, Api
from jira_emulator.rest.call import Call
from jira_emulator.rest.errors import NO_WORKLOG, ApiError, no_worklog
from jira_emulator.rest.worklog_input import read_adjustment, read_worklog
from jira_emulator.site import as_id

PAGE = 5000
NOT_EDITABLE = "You can not edit this issue or its worklogs: it is not in an editable workflow state."

NO_WORK = "you do not have the permission to associate a worklog to this issue."
_NOT_ALLOWED = {
    "EDIT": "you do not have permission to edit the specified worklog.",
    "DELETE": "you do not have permission to delete the specified worklog.",
}


def register(api: Api) -> None:
    """Register these resources."""
    api.route("GET", "/issue/<issue_key>/worklog", anonymous=True)(list_worklogs)
    api.route("POST", "/issue/<issue_key>/worklog", anonymous=True)(create)
    api.route("GET", "/issue/<issue_key>/worklog/<worklog_id>", anonymous=True)(read)
    api.route("PUT", "/issue/<issue_key>/worklog/<worklog_id>", anonymous=True)(update)
    api.route("DELETE", "/issue/<issue_key>/worklog/<worklog_id>", anonymous=True)(delete)


def list_worklogs(call: Call, issue_key: str) -> Answer:
    """Return visible worklogs, oldest first, started on or after one bound and before the other; at most
    5,000 per page.
    """
    start = call.number("startAt", 0, status=404)
    size = call.number("maxResults", PAGE, most=PAGE, status=404)
    after, before = _bound(call, "startedAfter"), _bound(call, "startedBefore")
    rows = call.issues.visible_worklogs(open_for_worklogs(call, issue_key))
    chosen = [
        row
        for row in rows
        if (after is None or row.started >= after) and (before is None or row.started < before)
    ]
    page = chosen[start : start + size]
    call.charge(len(page))
    with_properties = call.expands("properties")
    return {
        "startAt": start,
        "maxResults": size,
        "total": len(chosen),
        "worklogs": [call.render.worklog(row, properties=with_properties) for row in page],
    }


def read(call: Call, issue_key: str, worklog_id: str) -> Answer:
    """Return one visible worklog."""
    _, row = open_worklog(call, issue_key, worklog_id)
    call.charge(1)
    return _rendered(call, row)


def create(call: Call, issue_key: str) -> Answer:
    """Log work as the caller, who becomes the author."""
    issue = open_for_worklogs(call, issue_key)
    require_work(call, issue)
    require_editable(call, issue)
    given = read_worklog(call, issue, new=True)
    adjustment = read_adjustment(call, "POST")
    call.flag("notifyUsers", True)
    limit = call.site.worklog_limit
    if limit is not None and len(issue.worklog_ids) >= limit:
        raise ApiError(413, f"The issue has reached its limit of {limit} worklogs.")
    return _rendered(call, add_worklog(call.site, issue, call.actor, given, adjustment)), 201


def update(call: Call, issue_key: str, worklog_id: str) -> Answer:
    """Change the values in the body of a worklog."""
    issue, row = open_worklog(call, issue_key, worklog_id)
    require_own_or_all(call, issue, row, "EDIT")
    require_editable(call, issue)
    given = read_worklog(call, issue, new=False)
    adjustment = read_adjustment(call, "PUT")
    call.flag("notifyUsers", True)
    return _rendered(call, update_worklog(call.site, issue, row, call.actor, given, adjustment))


def delete(call: Call, issue_key: str, worklog_id: str) -> Answer:
    """Delete a worklog and adjust the estimate."""
    issue, row = open_worklog(call, issue_key, worklog_id)
    require_own_or_all(call, issue, row, "DELETE")
    require_editable(call, issue)
    adjustment = read_adjustment(call, "DELETE")
    call.flag("notifyUsers", True)
    delete_worklog(call.site, issue, row, call.actor, adjustment)
    return None, 204


def open_for_worklogs(call: Call, issue_key: str) -> Issue:
    """Return the issue, if the caller may see it and the site tracks time. Raise 404 otherwise."""
    if not call.site.time_tracking.enabled:
        raise ApiError(404, "Time Tracking is not enabled.")
    return call.open_issue(issue_key)


def open_worklog(call: Call, issue_key: str, worklog_id: str) -> tuple[Issue, WorklogRow]:
    """Return a worklog that belongs to the issue and that the caller may see. Raise 404 otherwise."""
    issue = open_for_worklogs(call, issue_key)
    row = call.site.worklogs.rows.get(as_id(worklog_id) or 0)
    if row is None or row.issue_id != issue.id or not call.permissions.can_see_worklog(row, issue):
        raise no_worklog(worklog_id)
    return issue, row


def require_work(call: Call, issue: Issue) -> None:
    """Raise 400 unless the caller may work on the issue."""
    if not call.permissions.has("WORK_ON_ISSUES", issue.project, issue):
        raise _not_allowed(call, NO_WORK)


def require_own_or_all(call: Call, issue: Issue, row: WorklogRow, verb: str) -> None:
    """Raise 400 unless the caller may EDIT or DELETE this worklog; Work on issues is not needed for that."""
    has = call.permissions.has
    own = row.author == call.actor and has(f"{verb}_OWN_WORKLOGS", issue.project, issue)
    if not own and not has(f"{verb}_ALL_WORKLOGS", issue.project, issue):
        raise _not_allowed(call, _NOT_ALLOWED[verb])


def require_editable(call: Call, issue: Issue) -> None:
    """Raise 400 for a closed issue, unless an app with Administer Jira overrides it."""
    if call.flag("overrideEditableFlag", False):
        if call.caller.app_key is None or not call.permissions.has_global("ADMINISTER"):
            raise ApiError(400, "Only an app user who administers Jira can use overrideEditableFlag.")
    elif not issue.status.editable:
        raise ApiError(400, NOT_EDITABLE, NO_WORKLOG)


def _not_allowed(call: Call, sentence: str) -> ApiError:
    """Return a refusal that addresses the caller by name."""
    return ApiError(400, f"{call.site.people[call.actor].display_name}, {sentence}", NO_WORKLOG)


def _bound(call: Call, name: str) -> int | None:
    text = call.text(name)
    if text is None or text == "":
        return None
    if as_id(text.removeprefix("-")) is None:
        raise ApiError(404, f"The value '{text}' of the parameter '{name}' is not a number.")
    return int(text)


def _rendered(call: Call, row: WorklogRow) -> Json:
    return call.render.worklog(row, properties=call.expands("properties"))
