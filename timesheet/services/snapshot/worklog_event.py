"""Worklogs named by recent Jira events, of all people; a team's snapshot reads their issues again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from timesheet.services.ports.jira import Cache

KEPT_SECONDS = 3600
MOST_EVENTS = 1000


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


def note_site_event(cache: Cache, site: str, event: SiteWorklogEvent) -> None:
    """Remember an event; only the last of each worklog is kept, and the oldest of a thousand is forgotten."""
    cache.change(_key(site), tuple[SiteWorklogEvent, ...], lambda events: _with(events, event), KEPT_SECONDS)


def site_events_since(
    cache: Cache, site: str, since: datetime, last: SiteWorklogEvent | None = None
) -> tuple[SiteWorklogEvent, ...]:
    """Return the events that arrived at ``since`` or later; with ``last``, only those stored after it."""
    found: list[SiteWorklogEvent] = []
    for event in reversed(cache.get(_key(site)) or ()):
        if event == last:
            break
        if event.at >= since:
            found.append(event)
    return tuple(reversed(found))


def _with(events: tuple[SiteWorklogEvent, ...], event: SiteWorklogEvent) -> tuple[SiteWorklogEvent, ...]:
    others = (known for known in events if known.worklog_id != event.worklog_id)
    return (*others, event)[-MOST_EVENTS:]


def _key(site: str) -> str:
    return f"{site}:worked"
