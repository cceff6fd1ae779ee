"""People: the caller, others, and who belongs to which group."""

from __future__ import annotations

from jira_emulator.model import Json, Person
from jira_emulator.rest.api import Answer, Api
from jira_emulator.rest.call import PERSON_POINTS, Call
from jira_emulator.rest.errors import ApiError
from jira_emulator.rest.page import page_of


def register(api: Api) -> None:
    """Register these resources."""
    api.route("GET", "/myself")(myself)
    api.route("GET", "/user")(read)
    api.route("GET", "/user/bulk")(bulk)
    api.route("GET", "/user/groups")(groups)


def myself(call: Call) -> Answer:
    """Return the caller, with their own zone and locale even if hidden from others."""
    call.charge(1, PERSON_POINTS)
    person = call.site.people[call.actor]
    rendered = call.render.person(call.actor) | {"locale": person.locale, "timeZone": person.time_zone}
    return rendered | _expanded(call, person)


def read(call: Call) -> Answer:
    """Return one person by account id."""
    person = _open(call, call.text("accountId"))
    call.charge(1, PERSON_POINTS)
    return call.render.person(person.account_id) | _expanded(call, person)


def bulk(call: Call) -> Answer:
    """Return people by account ids, 10 per page unless requested otherwise; unknown ids are absent."""
    ids = call.texts("accountId")
    if not ids:
        raise ApiError(400, "The accountId query parameter is missing.")
    known = [account_id for account_id in dict.fromkeys(ids) if account_id in call.site.people]
    page = page_of(call, "/user/bulk", known, default=10, most=200)
    call.charge(len(page["values"]), PERSON_POINTS)
    return page | {"values": [call.render.person(account_id) for account_id in page["values"]]}


def groups(call: Call) -> Answer:
    """Return the groups of a person."""
    person = _open(call, call.text("accountId"))
    found = call.site.groups_of(person.account_id)
    call.charge(len(found), PERSON_POINTS)
    return [_group(call, g.id, g.name) for g in found]


def _open(call: Call, account_id: str | None) -> Person:
    if account_id is None:
        raise ApiError(404, "The accountId query parameter must be given.")
    if not call.permissions.has_global("USER_PICKER") and account_id != call.actor:
        raise ApiError(403, "You do not have permission to browse users.")
    person = call.site.people.get(account_id)
    if person is None:
        raise ApiError(
            404, f"Specified user does not exist or you do not have required permissions: {account_id}"
        )
    return person


def _expanded(call: Call, person: Person) -> Json:
    """Return groups and application roles: always counted, listed only on request."""
    groups = [_group(call, g.id, g.name) for g in call.site.groups_of(person.account_id)]
    role = {"key": "jira-software", "name": "Jira", "groups": [], "platform": False}
    roles = [role] if person.active and person.account_type == "atlassian" else []
    return {
        name: {"size": len(found), "items": found if call.expands(name) else []}
        for name, found in (("groups", groups), ("applicationRoles", roles))
    } | {"expand": "groups,applicationRoles"}


def _group(call: Call, group_id: str, name: str) -> Json:
    return {"name": name, "groupId": group_id, "self": f"{call.render.api}/group?groupId={group_id}"}
