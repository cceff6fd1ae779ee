"""Worklogs named by recent Jira events, of all people; a team's snapshot reads their issues again.

They are kept as one text with a line for each event: every event stores all of them again, and a shared cache
would otherwise take a thousand objects apart each time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from timesheet.services.ports.cache import Cache, ValueChange

CACHE_SECONDS = 3600
MOST_EVENTS = 1000
KEPT = timedelta(hours=2)
"""The time for which an event is kept. A team's snapshot older than an hour is read completely, whatever events say."""
OUT_OF_ORDER = timedelta(minutes=10)
"""The time by which the clocks of two processes may differ; events before that are not even read."""


@dataclass(frozen=True, slots=True)
class SiteWorklogEvent:
    """One event: ``updated`` in epoch milliseconds, None for a deletion; ``at`` is when it arrived.

    ``started`` is the start of the worklog, if the event contains it.
    """

    worklog_id: int
    issue_id: int
    author: str
    updated: int | None
    at: datetime
    started: datetime | None = None


def events_key(site: str) -> str:
    """Return the cache key of the events of a site."""
    return f"{site}:worklog-events"


def site_event_change(event: SiteWorklogEvent) -> ValueChange:
    """Return the change that remembers an event under ``events_key``.

    Only the latest version of each worklog is kept. What is two hours old is forgotten, and the oldest of a thousand.
    """
    return ValueChange(str, lambda lines: _with(lines, event), CACHE_SECONDS)


def site_events_since(
    cache: Cache, site: str, since: datetime, last: SiteWorklogEvent | None = None
) -> tuple[SiteWorklogEvent, ...]:
    """Return the events that arrived at ``since`` or later; with ``last``, only those stored after it."""
    found: list[SiteWorklogEvent] = []
    last_line = last and _line(last)
    for line in reversed((cache.get(events_key(site)) or "").splitlines(keepends=True)):
        if line == last_line:
            break
        event = _read(line)
        if event.at < since - OUT_OF_ORDER:
            break
        if event.at >= since:
            found.append(event)
    return tuple(reversed(found))


def _with(lines: str, event: SiteWorklogEvent) -> str:
    """Return the lines with that of the event at the end, and without the one of the same worklog before it.

    An event that arrives after a later one changes nothing.
    """
    lines = _without_old(lines, event.at - KEPT)
    known = _place(lines, event.worklog_id)
    if known is not None:
        end = lines.index("\n", known) + 1
        if _overtaken(event, _read(lines[known:end])):
            return lines
        lines = lines[:known] + lines[end:]
    elif lines.count("\n") >= MOST_EVENTS:
        lines = lines[lines.index("\n") + 1 :]
    return lines + _line(event)


def _without_old(lines: str, since: datetime) -> str:
    """Return the lines without the first ones, which arrived before ``since``."""
    start = 0
    while start < len(lines):
        end = lines.index("\n", start) + 1
        if _read(lines[start:end]).at >= since:
            break
        start = end
    return lines[start:]


def _overtaken(event: SiteWorklogEvent, known: SiteWorklogEvent) -> bool:
    """Return True if a later event of the same worklog is known; a deletion is the last one."""
    if known.updated is None:
        return True
    return event.updated is not None and event.updated < known.updated


def _place(lines: str, worklog_id: int) -> int | None:
    """Return where the line of a worklog begins."""
    start = f"[{worklog_id},"
    if lines.startswith(start):
        return 0
    found = lines.find(f"\n{start}")
    return None if found < 0 else found + 1


def _line(event: SiteWorklogEvent) -> str:
    """Return an event as JSON, which contains no end of a line, whatever Jira says of the author."""
    started = event.started and event.started.isoformat()
    values = (event.worklog_id, event.issue_id, event.author, event.updated, event.at.isoformat(), started)
    return json.dumps(values, separators=(",", ":")) + "\n"


def _read(line: str) -> SiteWorklogEvent:
    """Return the event of a line; a later release, which runs beside this one during an upgrade, may append values."""
    worklog_id, issue_id, author, updated, at, started, *_ = json.loads(line)
    begun = started and datetime.fromisoformat(started)
    return SiteWorklogEvent(worklog_id, issue_id, author, updated, datetime.fromisoformat(at), begun)
