"""Delete and move many worklogs at once, without notifications and events."""

from __future__ import annotations

from typing import Any

from jira_emulator.issue.worklog import delete_worklogs_silently, move_worklogs_silently
from jira_emulator.model import Issue, WorklogRow
from jira_emulator.rest.api import Answer, Api
from jira_emulator.rest.call import Call
from jira_emulator.rest.errors import ApiError, bad_payload, no_worklog
from jira_emulator.rest.worklog import open_for_worklogs, open_worklog, require_editable, require_work
from jira_emulator.rest.worklog_input import read_adjustment

MOST = 5000


def register(api: Api) -> None:
    """Register these resources."""
    api.route("DELETE", "/issue/<issue_key>/worklog")(delete_many)
    api.route("POST", "/issue/<issue_key>/worklog/move")(move)


def delete_many(call: Call, issue_key: str) -> Answer:
    """Delete up to 5,000 worklogs of an issue; needs Delete all worklogs."""
    issue = open_for_worklogs(call, issue_key)
    rows = _open_rows(call, issue, call.body(("ids",)).get("ids"))
    _require_delete_all(call, issue)
    require_editable(call, issue)
    delete_worklogs_silently(call.site, issue, rows, read_adjustment(call, "BULK"))
    return None, 204


def move(call: Call, issue_key: str) -> Answer:
    """Move up to 5,000 worklogs to another issue; those restricted to a role stay where they are."""
    source = open_for_worklogs(call, issue_key)
    body = call.body(("ids", "issueIdOrKey"))
    wanted = body.get("issueIdOrKey")
    if not isinstance(wanted, str) or not wanted:
        raise bad_payload()
    target = call.open_issue(wanted)
    rows = _open_rows(call, source, body.get("ids"))
    _require_delete_all(call, source)
    for issue in (source, target):
        require_work(call, issue)
        require_editable(call, issue)
    if target is source:
        raise ApiError(400, "The source and the destination are the same issue.")
    if any(row.restriction is not None and row.restriction.type == "role" for row in rows):
        raise ApiError(400, "Worklogs restricted by project roles can not be moved.")
    limit = call.site.worklog_limit
    if limit is not None and len(target.worklog_ids) + len(rows) > limit:
        raise ApiError(400, f"The destination would have more than {limit} worklogs.")
    move_worklogs_silently(call.site, source, target, rows, read_adjustment(call, "BULK"))
    return None, 204


def _open_rows(call: Call, issue: Issue, ids: Any) -> list[WorklogRow]:
    if (
        not isinstance(ids, list)
        or not ids
        or any(isinstance(i, bool) or not isinstance(i, int) for i in ids)
    ):
        raise bad_payload()
    if len(ids) > MOST:
        raise ApiError(400, f"At most {MOST} worklogs can be handled at once.")
    if any(i < 0 for i in ids):
        raise no_worklog(next(i for i in ids if i < 0))
    return [open_worklog(call, str(issue.id), str(number))[1] for number in dict.fromkeys(ids)]


def _require_delete_all(call: Call, issue: Issue) -> None:
    if not call.permissions.has("DELETE_ALL_WORKLOGS", issue.project, issue):
        raise ApiError(400, "You do not have the permission to delete all worklogs of this issue.")
