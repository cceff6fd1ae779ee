"""Worklogs across all issues: changed, deleted, and many by id."""

from __future__ import annotations

from itertools import islice

from jira_emulator.issue.store import Entry
from jira_emulator.model import Json, WorklogRow
from jira_emulator.rest.api import Answer, Api
from jira_emulator.rest.call import Call
from jira_emulator.rest.errors import ApiError, bad_payload

PAGE = 1000
HIDDEN_MS = 60_000


def register(api: Api) -> None:
    """Register these resources."""
    api.route("GET", "/worklog/updated")(updated)
    api.route("GET", "/worklog/deleted")(deleted)
    api.route("POST", "/worklog/list", "READ")(list_by_ids)


def updated(call: Call) -> Answer:
    """Return visible worklogs changed at or after ``since`` (ms), oldest first, without those of the last minute."""
    since, until = _range(call)
    rows = call.site.worklogs.rows
    entries = (e for e in call.site.worklogs.changed_between(since, until) if _visible(call, rows[e[1]]))
    page = list(islice(entries, PAGE + 1))
    answer = _page(call, "updated", since, page)
    if call.expands("properties"):
        for value in answer["values"]:
            properties = rows[value["worklogId"]].properties or {}
            value["properties"] = [{"key": k, "value": v} for k, v in properties.items()]
    return answer


def deleted(call: Call) -> Answer:
    """Return worklogs deleted at or after ``since`` (ms), whoever could see them, without those of the last minute."""
    since, until = _range(call)
    return _page(call, "deleted", since, call.site.worklogs.deleted_between(since, until)[: PAGE + 1])


def list_by_ids(call: Call) -> Answer:
    """Return up to 1,000 worklogs; those that are restricted to others are absent."""
    ids = call.body(("ids",)).get("ids")
    if not isinstance(ids, list) or any(isinstance(i, bool) or not isinstance(i, int) for i in ids):
        raise bad_payload()
    if not 0 < len(ids) <= PAGE:
        raise ApiError(400, f"Between 1 and {PAGE} worklog IDs must be given.")
    known = (call.site.worklogs.rows.get(number) for number in sorted(set(ids)))
    rows = [row for row in known if row is not None and _visible(call, row)]
    call.charge(len(rows))
    with_properties = call.expands("properties")
    return [call.render.worklog(row, properties=with_properties) for row in rows]


def _range(call: Call) -> tuple[int, int]:
    return call.number("since", 0), call.site.now_ms() - HIDDEN_MS


def _visible(call: Call, row: WorklogRow) -> bool:
    """Return whether the caller may see a worklog by its own restriction; Jira does not ask about the issue here."""
    return call.permissions.can_see_worklog(row, call.site.issues[row.issue_id])


def _page(call: Call, name: str, since: int, entries: list[Entry]) -> Json:
    page, last = entries[:PAGE], len(entries) <= PAGE
    until = page[-1][0] if page else since
    call.charge(len(page))
    address = f"{call.render.api}/worklog/{name}?since="
    shown: Json = {
        "values": [{"worklogId": number, "updatedTime": when, "properties": []} for when, number in page],
        "since": since,
        "until": until,
        "self": f"{address}{since}",
        "lastPage": last,
    }
    return shown if last else shown | {"nextPage": f"{address}{until}"}
