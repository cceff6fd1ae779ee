"""Emit changes to the bus in the form of Connect webhooks."""

from __future__ import annotations

from jira_emulator.issue.fields import FIELDS
from jira_emulator.issue.issue_fields import IssueRenderer
from jira_emulator.model import Caller, Event, HistoryEntry, Issue, Json, WorklogRow
from jira_emulator.permission import Permissions
from jira_emulator.render import Renderer
from jira_emulator.site import Site

_NOT_IN_EVENTS = ("worklog", "statusCategory", "comment")
_FIELDS = tuple(name for name in FIELDS if name not in _NOT_IN_EVENTS)
READER = Caller(None, "webhooks", frozenset(("READ",)))
"""Webhooks are rendered as for an app that reads, in version 2: the site's zone, nothing that people hide."""
_VERSION = "2"


def change_item(
    field: str, before: object, after: object, *, names: tuple[str | None, str] | None = None
) -> Json:
    """Return one line of a changelog; ``names`` are the readable values if ids changed."""
    old, new = names or (_text(before), _text(after))
    return {
        "field": field,
        "fieldtype": "jira",
        "fieldId": field,
        "from": _text(before),
        "fromString": old,
        "to": _text(after),
        "toString": new,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def emit_worklog_event(site: Site, name: str, row: WorklogRow, actor: str, *, cascade: bool = False) -> None:
    """Emit ``worklog_created``, ``_updated``, or ``_deleted``: the worklog alone, without an empty comment."""
    rendered = Renderer(site, READER, _VERSION).worklog(row)
    rendered.pop("visibility", None)
    if not rendered.get("comment"):
        rendered.pop("comment", None)
    payload: Json = {"timestamp": site.now_ms(), "webhookEvent": name, "worklog": rendered}
    site.bus.emit(Event(name, payload, actor, cascade))


def emit_issue_event(
    site: Site, name: str, issue: Issue, actor: str, *, kind: str, items: list[Json] | None = None
) -> None:
    """Emit ``jira:issue_created``, ``_updated``, or ``_deleted`` with the issue and its changes, which its changelog
    keeps.
    """
    renderer = Renderer(site, READER, _VERSION)
    payload: Json = {
        "timestamp": site.now_ms(),
        "webhookEvent": name,
        "issue_event_type_name": kind,
        "user": renderer.person(actor),
        "issue": IssueRenderer(renderer, Permissions(site, READER)).issue(issue, _FIELDS),
    }
    if items:
        entry = HistoryEntry(site.take_change_id(), actor, site.now_ms(), tuple(items))
        issue.changes += (entry,)
        payload["changelog"] = {"id": str(entry.id), "items": items}
    site.bus.emit(Event(name, payload, actor))
