"""Comments on issues."""

from __future__ import annotations

from typing import Any

from jira_emulator.issue.history import emit_issue_event
from jira_emulator.model import Comment, Issue, Json
from jira_emulator.rest.api import Answer, Api
from jira_emulator.rest.call import Call
from jira_emulator.rest.errors import ApiError
from jira_emulator.rest.worklog_input import read_rich_text

PAGE = 5000


def register(api: Api) -> None:
    """Register these resources."""
    path = "/issue/<issue_key>/comment"
    api.route("GET", path, anonymous=True)(list_comments)
    api.route("POST", path, anonymous=True)(create)
    api.route("GET", f"{path}/<comment_id>", anonymous=True)(read)
    api.route("PUT", f"{path}/<comment_id>", anonymous=True)(update)
    api.route("DELETE", f"{path}/<comment_id>")(delete)


def list_comments(call: Call, issue_key: str) -> Answer:
    """Return comments, oldest first unless ``orderBy`` is ``-created``."""
    issue = call.open_issue(issue_key)
    start, size = call.number("startAt", 0), call.number("maxResults", PAGE, most=PAGE)
    found = sorted(issue.comments, key=lambda comment: comment.id, reverse=call.text("orderBy") == "-created")
    page = found[start : start + size]
    call.charge(len(page))
    comments = [call.issues.comment(issue, comment) for comment in page]
    return {"startAt": start, "maxResults": size, "total": len(found), "comments": comments}


def read(call: Call, issue_key: str, comment_id: str) -> Answer:
    """Return one comment."""
    issue, comment = _open(call, issue_key, comment_id)
    call.charge(1)
    return call.issues.comment(issue, comment)


def create(call: Call, issue_key: str) -> Answer:
    """Add a comment as the caller."""
    issue = call.open_issue(issue_key)
    if not call.permissions.has("ADD_COMMENTS", issue.project, issue):
        raise ApiError(403, "You do not have the permission to comment on this issue.")
    now = call.site.now_ms()
    comment = Comment(call.site.take_comment_id(), call.actor, _body(call), now, now)
    issue.comments.append(comment)
    _changed(call, issue, "issue_commented")
    return call.issues.comment(issue, comment), 201


def update(call: Call, issue_key: str, comment_id: str) -> Answer:
    """Change one's own comment or, as an administrator of the project, anybody's."""
    issue, comment = _open(call, issue_key, comment_id)
    _require_own(call, issue, comment)
    comment.body, comment.updated = _body(call), call.site.now_ms()
    _changed(call, issue, "issue_comment_edited")
    return call.issues.comment(issue, comment)


def delete(call: Call, issue_key: str, comment_id: str) -> Answer:
    """Delete one's own comment or, as an administrator of the project, anybody's."""
    issue, comment = _open(call, issue_key, comment_id)
    _require_own(call, issue, comment)
    issue.comments.remove(comment)
    _changed(call, issue, "issue_comment_deleted")
    return None, 204


def _open(call: Call, issue_key: str, comment_id: str) -> tuple[Issue, Comment]:
    issue = call.open_issue(issue_key)
    found = next((comment for comment in issue.comments if str(comment.id) == comment_id), None)
    if found is None:
        raise ApiError(404, f"Can not find a comment for the id: {comment_id}.")
    return issue, found


def _require_own(call: Call, issue: Issue, comment: Comment) -> None:
    if comment.author != call.actor and not call.permissions.has("ADMINISTER_PROJECTS", issue.project, issue):
        raise ApiError(400, "You do not have the permission to change this comment.")


def _body(call: Call) -> Json:
    given: Any = call.any_body().get("body")
    text = read_rich_text(call, given, "comment")
    if text is None:
        raise ApiError(400, errors={"comment": "Comment body can not be empty!"})
    return text


def _changed(call: Call, issue: Issue, kind: str) -> None:
    issue.updated = call.site.now_ms()
    emit_issue_event(call.site, "jira:issue_updated", issue, call.actor, kind=kind)
