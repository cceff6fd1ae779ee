"""Query permissions."""

from __future__ import annotations

from typing import Any

from jira_emulator.model import Caller, Issue, Json, Project
from jira_emulator.permission import GLOBAL_PERMISSIONS, PROJECT_PERMISSIONS, Permissions
from jira_emulator.rest.api import Answer, Api
from jira_emulator.rest.call import PERSON_POINTS, Call, is_texts
from jira_emulator.rest.errors import ApiError, bad_payload

MOST = 1000
_KEYS = (*GLOBAL_PERMISSIONS, *PROJECT_PERMISSIONS)


def register(api: Api) -> None:
    """Register these resources."""
    api.route("GET", "/mypermissions", anonymous=True)(mine)
    api.route("GET", "/permissions", "ADMIN", anonymous=True)(every)
    api.route("POST", "/permissions/check", "READ", anonymous=True)(check)
    api.route("POST", "/permissions/project", "READ", anonymous=True)(permitted_projects)


def mine(call: Call) -> Answer:
    """Return the caller's permissions, for an issue, a project, or anywhere."""
    keys = [key.strip() for key in (call.text("permissions") or "").split(",") if key.strip()]
    if not keys:
        raise ApiError(400, "The 'permissions' query parameter is required.")
    unknown = [key for key in keys if key not in GLOBAL_PERMISSIONS and key not in PROJECT_PERMISSIONS]
    if unknown:
        raise ApiError(400, f"Unrecognized permission keys: {', '.join(unknown)}")
    if call.text("commentId") and keys != ["BROWSE_PROJECTS"]:
        raise ApiError(400, "Of a comment, only BROWSE_PROJECTS can be checked.")
    project, issue = _context(call)
    call.charge(len(keys), PERSON_POINTS)
    return {"permissions": {key: _described(call, key, project, issue) for key in keys}}


def every(call: Call) -> Answer:
    """Return all existing permissions. For administrators."""
    call.require_admin()
    names = GLOBAL_PERMISSIONS | PROJECT_PERMISSIONS
    return {"permissions": {key: _named(key) for key in names}}


def check(call: Call) -> Answer:
    """Return permissions of the caller or, for administrators and the servers of Connect apps, of anybody."""
    body = call.body(("accountId", "globalPermissions", "projectPermissions"))
    global_keys, project_grants = body.get("globalPermissions") or [], body.get("projectPermissions") or []
    if not is_texts(global_keys) or not isinstance(project_grants, list):
        raise bad_payload()
    unknown = [key for key in global_keys if key not in GLOBAL_PERMISSIONS]
    if unknown:
        raise ApiError(400, f"Unrecognized permissions: {', '.join(unknown)}")
    permissions = _permissions_of(call, body.get("accountId"))
    granted = [grant for entry in project_grants for grant in _check_entry(call, permissions, entry)]
    call.charge(len(global_keys) + len(granted), PERSON_POINTS)
    return {
        "globalPermissions": [key for key in global_keys if permissions.has_global(key)],
        "projectPermissions": granted,
    }


def permitted_projects(call: Call) -> Answer:
    """Return projects in which the caller has all of these permissions."""
    keys = call.body(("permissions",)).get("permissions")
    if not is_texts(keys) or not keys or any(key not in PROJECT_PERMISSIONS for key in keys):
        raise ApiError(400, "A project permission is missing or unknown.")
    found = [p for p in call.site.projects.values() if all(call.permissions.has(key, p) for key in keys)]
    call.charge(len(found))
    return {"projects": [{"id": p.id, "key": p.key} for p in found]}


def _context(call: Call) -> tuple[Project | None, Issue | None]:
    wanted_issue = call.text("issueKey") or call.text("issueId")
    if wanted_issue:
        issue = call.open_issue(wanted_issue)
        return issue.project, issue
    wanted_project = call.text("projectKey") or call.text("projectId")
    return (call.open_project(wanted_project), None) if wanted_project else (None, None)


def _described(call: Call, key: str, project: Project | None, issue: Issue | None) -> Json:
    permissions = call.permissions
    is_global = key in GLOBAL_PERMISSIONS
    if is_global:
        have = permissions.has_global(key)
    elif project is None:
        have = permissions.has_anywhere(key)
    else:
        have = permissions.has(key, project, issue)
    return {"id": str(_KEYS.index(key))} | _named(key) | {"havePermission": have}


def _named(key: str) -> Json:
    kind = "GLOBAL" if key in GLOBAL_PERMISSIONS else "PROJECT"
    names = GLOBAL_PERMISSIONS | PROJECT_PERMISSIONS
    return {"key": key, "name": names[key], "type": kind, "description": ""}


def _permissions_of(call: Call, account_id: Any) -> Permissions:
    if account_id is None or account_id == call.caller.account_id:
        return call.permissions
    if not isinstance(account_id, str):
        raise bad_payload()
    if not call.caller.is_connect_server and not call.permissions.has_global("ADMINISTER"):
        raise ApiError(403, "You are not authorized to check the permissions of another user.")
    if account_id not in call.site.people:
        raise ApiError(400, f"The account ID '{account_id}' is invalid.")
    return Permissions(call.site, Caller(account_id))


def _check_entry(call: Call, permissions: Permissions, entry: Any) -> list[Json]:
    if not isinstance(entry, dict) or not entry.keys() <= {"permissions", "projects", "issues"}:
        raise bad_payload()
    keys, projects, issues = entry.get("permissions"), entry.get("projects") or [], entry.get("issues") or []
    if not is_texts(keys) or not keys:
        raise ApiError(400, "At least one project permission must be given.")
    unknown = [key for key in keys if key not in PROJECT_PERMISSIONS]
    if unknown:
        raise ApiError(400, f"Unrecognized permissions: {', '.join(unknown)}")
    if not _is_numbers(projects) or not _is_numbers(issues):
        raise bad_payload()
    if len(projects) > MOST or len(issues) > MOST:
        raise ApiError(400, f"At most {MOST} projects and {MOST} issues can be checked.")
    return [_granted(call, permissions, key, projects, issues) for key in keys]


def _granted(call: Call, permissions: Permissions, key: str, projects: list[int], issues: list[int]) -> Json:
    known_projects = (call.site.projects[i] for i in projects if i in call.site.projects)
    known_issues = (call.site.issues[i] for i in issues if i in call.site.issues)
    return {
        "permission": key,
        "projects": [p.id for p in known_projects if permissions.has(key, p)],
        "issues": [
            i.id for i in known_issues if permissions.can_see(i) and permissions.has(key, i.project, i)
        ],
    }


def _is_numbers(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(n, int) and not isinstance(n, bool) for n in value)
