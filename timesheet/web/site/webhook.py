"""Receive Jira's events, which are only hints: they may be late, duplicated, or missing.

A cached snapshot is corrected immediately, without a call. The effect on closed periods may require calls to
Jira, so the event is stored and a worker processes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Blueprint, g, request

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.site import Site
from timesheet.domain.worklog.json_repair import repaired
from timesheet.services.period.worklog_event import put_event, read_event
from timesheet.services.snapshot.webhook import ISSUE_EVENTS, WORKLOG_EVENTS, note_worklog_event
from timesheet.web.http.access import takes
from timesheet.web.http.dependencies import dependencies

blueprint = Blueprint("webhook", __name__, url_prefix="/connect/webhook")

SEEN_SECONDS = 3600.0
LARGEST_EVENT = 25 * 1024 * 1024
"""The size of the largest events from Jira: that of an issue has all of its fields, comments, and changed texts
(https://developer.atlassian.com/cloud/jira/platform/webhooks/#known-issues). The token is verified before it is read.
"""
LONGEST_IDENTIFIER = 128
"""Jira's are half as long. A longer one would only fill the cache, so its event is received each time."""


@blueprint.post("/worklog")
@takes("webhook", permission="site", largest=LARGEST_EVENT)
def worklog() -> tuple[str, int]:
    """Receive the event of a created, changed, or deleted worklog."""
    return _note_once(WORKLOG_EVENTS)


@blueprint.post("/issue")
@takes("webhook", permission="site", largest=LARGEST_EVENT)
def issue() -> tuple[str, int]:
    """Receive the event of a changed or deleted issue."""
    return _note_once(ISSUE_EVENTS)


def _note_once(events: tuple[str, ...]) -> tuple[str, int]:
    payload = event_body()
    name = payload.get("webhookEvent")
    if name not in events:
        raise InvalidInput(message("The call reports no event that the app uses."), field="webhookEvent")
    identifier = request.headers.get("X-Atlassian-Webhook-Identifier", "")
    mark = f"webhook:{g.site.key}:{identifier}" if 0 < len(identifier) <= LONGEST_IDENTIFIER else ""
    receive_event(g.site, str(name), payload, mark, repeated=_is_repeated())
    return "", 204


def event_body() -> Mapping[str, Any]:
    """Return the JSON object that an event brings, repaired like every answer of Jira; empty for anything else."""
    sent = request.get_data()
    try:
        body = orjson.loads(sent)
    except ValueError as error:
        body = _mended_body(sent, error)
    return body if isinstance(body, dict) else {}


def _mended_body(sent: bytes, error: ValueError) -> object:
    try:
        return orjson.loads(repaired(sent, error))
    except ValueError:
        return None


def _is_repeated() -> bool:
    """Return True if Jira says that it sends this event again; the first time nothing has to be looked up."""
    return request.headers.get("X-Atlassian-Webhook-Retry", "0") != "0"


def receive_event(
    site: Site, name: str, payload: Mapping[str, Any], mark: str, *, repeated: bool = True
) -> None:
    """Receive a verified event of a site, whichever way it arrived.

    One that may be ``repeated`` is received once in an hour, if it has a ``mark``. It gets the mark at the end, because
    a delivery that failed is repeated to be received.
    """
    cache = dependencies().operation.cache
    if mark and repeated and cache.get(mark):
        return
    stored = _receive(site, name, payload)
    if mark and not stored:
        cache.put(mark, True, SEEN_SECONDS)


def _receive(site: Site, name: str, payload: Mapping[str, Any]) -> bool:
    """Correct the cache, and store an event for a worker.

    Return True if it is stored, now or before: then the database knows it, and correcting the cache again
    for a repeated one changes nothing.
    """
    deps = dependencies()
    note_worklog_event(deps.operation.cache, site.key, name, payload, deps.operation.clock)
    data = payload.get("worklog")
    event = read_event(name, data) if name in WORKLOG_EVENTS and isinstance(data, dict) else None
    if event is None:
        return False
    put_event(deps.stores.events_of(site.key), deps.jobs.jobs_of(site.key), event, deps.operation.clock())
    return True
