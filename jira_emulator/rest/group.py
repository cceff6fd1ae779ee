"""Groups and their members."""

from __future__ import annotations

from markupsafe import escape

from jira_emulator.model import Group
from jira_emulator.rest.api import Answer, Api
from jira_emulator.rest.call import PERSON_POINTS, Call
from jira_emulator.rest.errors import ApiError
from jira_emulator.rest.page import page_of

PICKED = 20
"""The most groups that a picker lists: the usual value of ``jira.ajax.autocomplete.limit``."""


def register(api: Api) -> None:
    """Register these resources."""
    api.route("GET", "/group/bulk", "ADMIN")(bulk)
    api.route("GET", "/group/member", "ADMIN")(members)
    api.route("GET", "/groups/picker", anonymous=True)(picker)


def bulk(call: Call) -> Answer:
    """Return groups by ids or names, or all. For callers who may browse users and groups."""
    call.require_people()
    ids, names = call.texts("groupId"), [name.lower() for name in call.texts("groupName")]
    found = [
        {"name": group.name, "groupId": group.id}
        for group in _by_name(call)
        if not (ids or names) or group.id in ids or group.name.lower() in names
    ]
    page = page_of(call, "/group/bulk", found)
    call.charge(len(page["values"]), PERSON_POINTS)
    return page


def members(call: Call) -> Answer:
    """Return members of a group, at most 50 per page, active ones unless requested otherwise.

    For callers who may browse users and groups, and for administrators.
    """
    if not call.permissions.has_global("ADMINISTER"):
        call.require_people()
    group_id, name = call.text("groupId"), call.text("groupname")
    if not group_id and not name:
        raise ApiError(400, "The group name or the group id must be given.")
    group = call.site.groups.get(group_id) if group_id else call.site.group_named(name or "")
    if group is None:
        raise ApiError(404, f"The group '{group_id or name}' does not exist.")
    inactive = call.flag("includeInactiveUsers", False)
    people = [call.site.people[account_id] for account_id in group.members]
    found = sorted((p.display_name.lower(), p.account_id) for p in people if inactive or p.active)
    page = page_of(call, "/group/member", found)
    call.charge(len(page["values"]), PERSON_POINTS)
    return page | {"values": [call.render.person(account_id) for _, account_id in page["values"]]}


def picker(call: Call) -> Answer:
    """Return groups whose name contains the query, in the same case unless requested otherwise; none without Browse
    users and groups.
    """
    query, excluded = call.text("query") or "", {*call.texts("exclude"), *call.texts("excludeId")}
    any_case = call.flag("caseInsensitive", False)
    allowed = call.permissions.has_global("USER_PICKER")
    found = [
        group
        for group in _by_name(call)
        if allowed and _contains(group.name, query, any_case) and not excluded & {group.name, group.id}
    ]
    groups = found[: call.number("maxResults", PICKED, most=PICKED)]
    call.charge(len(groups), PERSON_POINTS)
    return {
        "header": f"Showing {len(groups)} of {len(found)} matching groups",
        "total": len(found),
        "groups": [
            {"name": g.name, "groupId": g.id, "html": mark(g.name, query.lower()), "labels": []}
            for g in groups
        ],
    }


def _contains(name: str, query: str, any_case: bool) -> bool:
    return query.lower() in name.lower() if any_case else query in name


def mark(text: str, low: str) -> str:
    """Return text as HTML with the first occurrence of a lowercase query in bold."""
    at = text.lower().find(low) if low else -1
    if at < 0:
        return str(escape(text))
    end = at + len(low)
    return f"{escape(text[:at])}<b>{escape(text[at:end])}</b>{escape(text[end:])}"


def _by_name(call: Call) -> list[Group]:
    return sorted(call.site.groups.values(), key=lambda g: g.name)
