"""Fields, types, priorities, statuses, and their categories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from jira_emulator.issue.fields import FIELDS, SPRINT
from jira_emulator.rest.api import Answer, Api
from jira_emulator.rest.call import Call
from jira_emulator.rest.errors import ApiError

Kind = TypeVar("Kind")
_KEY = {"id": "issuekey", "key": "issuekey", "custom": False, "orderable": False, "navigable": True,
        "searchable": False, "clauseNames": ["id", "issue", "issuekey", "key"]}  # fmt: skip


def register(api: Api) -> None:
    """Register these resources."""
    api.route("GET", "/field", anonymous=True)(fields)
    api.route("GET", "/issuetype", anonymous=True)(types)
    api.route("GET", "/issuetype/<type_id>", anonymous=True)(issue_type)
    api.route("GET", "/priority")(priorities)
    api.route("GET", "/priority/<priority_id>")(priority)
    api.route("GET", "/status", anonymous=True)(statuses)
    api.route("GET", "/status/<id_or_name>", anonymous=True)(status)
    api.route("GET", "/statuscategory")(categories)


def fields(call: Call) -> Answer:
    """Return all fields, with names in the caller's language."""
    fields = [field for field in FIELDS.values() if field.id != SPRINT or call.site.jira_software]
    call.charge(len(fields))
    return [_KEY | {"name": call.render.name("Key")}] + [
        field.described(call.render.name(field.name)) for field in fields
    ]


def types(call: Call) -> Answer:
    """Return all issue types, for callers who can browse any project."""
    found = _browsable(call, call.site.types.values())
    return [call.issues.type(kind) for kind in found]


def issue_type(call: Call, type_id: str) -> Answer:
    """Return one issue type."""
    found = [kind for kind in _browsable(call, call.site.types.values()) if str(kind.id) == type_id]
    return call.issues.type(_one(found, "The issue type with ID '{}' does not exist.", type_id))


def priorities(call: Call) -> Answer:
    """Return all priorities, the highest first."""
    call.charge(len(call.site.priorities))
    return [call.issues.priority(priority) for priority in call.site.priorities.values()]


def priority(call: Call, priority_id: str) -> Answer:
    """Return one priority."""
    found = [priority for priority in call.site.priorities.values() if str(priority.id) == priority_id]
    return call.issues.priority(_one(found, "The priority with ID '{}' does not exist.", priority_id))


def statuses(call: Call) -> Answer:
    """Return all statuses, for callers who can browse any project."""
    return [call.issues.status(status) for status in _browsable(call, call.site.statuses.values())]


def status(call: Call, id_or_name: str) -> Answer:
    """Return one status by its id, or by its name in English or in the caller's language."""
    names = (id_or_name, id_or_name.lower())
    found = [
        status
        for status in _browsable(call, call.site.statuses.values())
        if str(status.id) in names
        or status.name.lower() in names
        or call.render.name(status.name).lower() in names
    ]
    return call.issues.status(_one(found, "The status '{}' does not exist.", id_or_name))


def categories(call: Call) -> Answer:
    """Return the status categories."""
    found = dict.fromkeys(status.category for status in call.site.statuses.values())
    call.charge(len(found))
    return [call.issues.category(category) for category in found]


def _browsable(call: Call, kinds: Iterable[Kind]) -> list[Kind]:
    found = list(kinds) if call.permissions.has_anywhere("BROWSE_PROJECTS") else []
    call.charge(len(found))
    return found


def _one(found: Sequence[Kind], sentence: str, wanted: str) -> Kind:
    if not found:
        raise ApiError(404, sentence.format(wanted))
    return found[0]
