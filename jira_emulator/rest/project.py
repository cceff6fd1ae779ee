"""Projects and their roles."""

from __future__ import annotations

from jira_emulator.model import Json, Project, ProjectRole
from jira_emulator.rest.api import Answer, Api
from jira_emulator.rest.call import PERSON_POINTS, Call
from jira_emulator.rest.errors import ApiError
from jira_emulator.rest.page import page_of
from jira_emulator.site import as_id

_ACTIONS = {
    "view": ("BROWSE_PROJECTS", "ADMINISTER_PROJECTS"),
    "browse": ("BROWSE_PROJECTS",),
    "edit": ("ADMINISTER_PROJECTS",),
    "create": ("CREATE_ISSUES",),
}
_STATUSES = frozenset(("live", "archived", "deleted"))
MOST = 50
_OF_ADMINS = ("view", "edit")
"""The actions that people who administer Jira have for every project, although they may not browse it."""


def register(api: Api) -> None:
    """Register these resources."""
    api.route("GET", "/project", anonymous=True)(list_projects)
    api.route("GET", "/project/search", anonymous=True)(search)
    api.route("GET", "/project/<project_key>", anonymous=True)(read)
    api.route("GET", "/project/<project_key>/role", anonymous=True)(roles)
    api.route("GET", "/project/<project_key>/role/<role_id>", anonymous=True)(role)


def search(call: Call) -> Answer:
    """Return projects with which the caller can do the action, by text, id, or key, sorted by key or name; live ones
    unless requested otherwise.
    """
    action, order = call.text("action") or "view", call.text("orderBy") or "key"
    if action not in _ACTIONS or order.lstrip("+-") not in ("key", "name"):
        raise ApiError(400, "The action or the orderBy parameter is invalid.")
    wanted = call.texts("status") or ["live"]
    if not set(wanted) <= _STATUSES or any(as_id(one) is None for one in call.texts("id")):
        raise ApiError(400, "The status or the id parameter is invalid.")
    if len(call.texts("id")) > MOST or len(call.texts("keys")) > MOST:
        raise ApiError(400, f"At most {MOST} projects can be named by id or key.")
    has, everything = call.permissions.has, action in _OF_ADMINS and call.permissions.has_global("ADMINISTER")
    found = [
        p
        for p in call.site.projects.values()
        if everything or any(has(permission, p) for permission in _ACTIONS[action])
    ]
    found = [p for p in found if _matches(call, p) and ("archived" if p.archived else "live") in wanted]
    field = order.lstrip("+-")
    found.sort(key=lambda p: (getattr(p, field).lower(), p.id), reverse=order.startswith("-"))
    page = page_of(call, "/project/search", found, most=100)
    call.charge(len(page["values"]))
    return page | {"values": [_described(call, project) for project in page["values"]]}


def read(call: Call, project_key: str) -> Answer:
    """Return one project with lead, issue types, and roles."""
    project = call.open_project(project_key)
    call.charge(1)
    return _described(call, project) | {
        "description": "",
        "lead": call.render.person(project.lead),
        "assigneeType": "UNASSIGNED",
        "issueTypes": [call.issues.type(kind) for kind in call.site.types.values()],
        "components": [],
        "versions": [],
        "roles": _role_addresses(call, project),
        "properties": {},
    }


def roles(call: Call, project_key: str) -> Answer:
    """Return role names with their addresses. For administrators of the project."""
    project = _administered(call, project_key)
    call.charge(len(project.actors), PERSON_POINTS)
    return _role_addresses(call, project)


def role(call: Call, project_key: str, role_id: str) -> Answer:
    """Return the people in a role. For administrators of the project."""
    project = _administered(call, project_key)
    number = as_id(role_id) or 0
    found = call.site.roles.get(number)
    if found is None or number not in project.actors:
        raise ApiError(404, f"Can not retrieve a role actor for a null project role: {role_id}")
    actors = _actors(call, project, found)
    call.charge(1 + len(actors), PERSON_POINTS)
    return {
        "self": f"{call.render.api}/project/{project.id}/role/{found.id}",
        "name": found.name,
        "id": found.id,
        "description": found.description,
        "actors": actors,
    }


def list_projects(call: Call) -> Answer:
    """Return all live projects the caller may browse, by key."""
    found = sorted((p for p in call.permissions.projects() if not p.archived), key=lambda p: p.key)
    call.charge(len(found))
    return [_described(call, project) for project in found]


def _matches(call: Call, project: Project) -> bool:
    query = (call.text("query") or "").lower()
    ids, keys = call.texts("id"), [key.upper() for key in call.texts("keys")]
    return (
        (query in project.key.lower() or query in project.name.lower())
        and (not ids or str(project.id) in ids)
        and (not keys or project.key in keys)
    )


def _administered(call: Call, project_key: str) -> Project:
    project = call.open_project(project_key)
    if not call.permissions.has("ADMINISTER_PROJECTS", project) and not call.permissions.has_global(
        "ADMINISTER"
    ):
        raise ApiError(
            404, "You must have global or project administrator rights to see the roles of a project."
        )
    return project


def _described(call: Call, project: Project) -> Json:
    rendered = call.issues.project(project) | ({"archived": True} if project.archived else {})
    return rendered | {
        "expand": "description,lead,issueTypes,url,projectKeys,permissions,insight",
        "style": "next-gen" if project.simplified else "classic",
        "isPrivate": False,
    }


def _role_addresses(call: Call, project: Project) -> Json:
    address = f"{call.render.api}/project/{project.id}/role"
    return {call.site.roles[role_id].name: f"{address}/{role_id}" for role_id in project.actors}


def _actors(call: Call, project: Project, found: ProjectRole) -> list[Json]:
    filled = project.actors[found.id]
    shown: list[Json] = []
    for account_id in sorted(filled.people):
        person = call.site.people[account_id]
        shown.append(
            {
                "id": 10000 + len(shown),
                "displayName": person.display_name,
                "type": "atlassian-user-role-actor",
                "actorUser": {"accountId": account_id},
            }
        )
    for group in sorted((call.site.groups[g] for g in filled.groups), key=lambda g: g.name):
        named = {"displayName": group.name, "name": group.name, "groupId": group.id}
        kind = "atlassian-group-role-actor"
        shown.append({"id": 10000 + len(shown), "displayName": group.name, "type": kind, "actorGroup": named})
    return shown
