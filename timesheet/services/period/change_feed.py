"""Find the changes to worklogs that no event reported, in Jira's own lists of changed and deleted worklogs.

Events may be lost: while the app was away, by an import, or on the way. Each cycle continues where the last
one ended, with an overlap, because entries may appear late. A change that an event already reported costs
nothing more. Restricted worklogs that the app itself may not see are left to the nightly comparison of closed
periods.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.long_list import parts_of
from timesheet.services.period.worklog_event import REMEMBERED, put_event
from timesheet.services.ports.cache import Cache
from timesheet.services.ports.change_feed import ChangedWorklog, ChangeFeed, FeedPage, FeedPosition
from timesheet.services.ports.job import JobStore
from timesheet.services.ports.worklog_event import DELETED_VERSION, ReceivedEvent, WorklogEventStore
from timesheet.services.resilience.budget import POINTS_AN_HOUR
from timesheet.services.snapshot.webhook import note_missed

OVERLAP = timedelta(minutes=2)
"""The time before the end of a read that the next one reads again, because entries may appear late."""
QUIET = timedelta(minutes=15)
"""The age of the last entry after which no entry before it appears anymore."""
MILLISECOND = timedelta(milliseconds=1)
MOST_PAGES, LISTED_AT_ONCE = 20, 1000
SHORTEST_CYCLE, LONGEST_CYCLE = timedelta(minutes=5), timedelta(hours=12)
POINTS_A_CYCLE, FEED_POINTS = 4, POINTS_AN_HOUR // 5
"""The points of an uneventful cycle, and a fifth of those that Atlassian allows an app of its first tier in an hour."""


@dataclass(frozen=True, slots=True)
class FeedSite:
    """One site's feed, and the stores for what it reports."""

    feed: ChangeFeed
    events: WorklogEventStore
    jobs: JobStore
    cache: Cache
    site: str


@dataclass(frozen=True, slots=True)
class FeedRead:
    """The result of one read: how many changes no event had reported, and whether there is more to read now."""

    missed: int
    more: bool


def read_changes(context: FeedSite, now: datetime) -> FeedRead:
    """Continue reading both lists, store new changes, and remember how far the lists were read.

    The first read of a site begins now. The nightly comparison covers earlier changes.
    """
    begin = epoch_ms(now)
    position = context.events.position() or FeedPosition(begin, begin)
    updated = _read(context.feed.updated, position.updated, begin)
    deleted = _read(context.feed.deleted, position.deleted, begin)
    # Everything is read before anything is written, so nothing is locked during calls to Jira.
    events = [*_changed(context, updated), *_deleted(context, deleted)]
    for event in events:
        # An event that is stored is not found again, so the cache is corrected before.
        note_missed(context.cache, context.site, event, now.astimezone(UTC))
        put_event(context.events, context.jobs, event, now)
    context.events.save_position(
        FeedPosition(
            _next_position(position.updated, updated, begin), _next_position(position.deleted, deleted, begin)
        )
    )
    context.events.forget(now - REMEMBERED)
    return FeedRead(len(events), not (updated.last and deleted.last))


def cycle_of(sites: int) -> timedelta:
    """Return the time between two reads of a site, so that all sites together stay within FEED_POINTS an hour."""
    needed = timedelta(hours=sites * POINTS_A_CYCLE / FEED_POINTS)
    return min(max(needed, SHORTEST_CYCLE), LONGEST_CYCLE)


def _read(read: Callable[[int], FeedPage], position: int, now: int) -> FeedPage:
    """Return the pages since ``position`` as one. It ends at ``now`` at the latest, or no later read would find more.

    If more changes than a page has are of one millisecond, Jira returns the same page again, so the next one begins
    after that millisecond. Jira has no way to list the rest of them; the nightly comparison finds those that matter.
    """
    changes: list[tuple[int, int]] = []
    since, last = position, False
    for _ in range(MOST_PAGES):
        page = read(since)
        changes.extend(page.changes)
        until = min(page.until, now)
        if until == since and not page.last and page.changes and page.changes[-1][1] == since:
            until += 1
        last = page.last or until <= since
        since = max(until, since)
        if last:
            break
    return FeedPage(tuple(dict.fromkeys(changes)), since, last)


def _next_position(position: int, read: FeedPage, now: int) -> int:
    """Return where the next read begins: at the end of an unfinished one, otherwise some minutes earlier.

    Of a site where nothing has changed for a while, each read would find the last changes again, at the cost of a point
    for each, and count them as new once their events are forgotten.
    """
    if not read.last:
        return read.until
    if read.changes and now - read.until > QUIET // MILLISECOND:
        return max(position, read.until + 1)
    return max(position, read.until - OVERLAP // MILLISECOND)


def _changed(context: FeedSite, page: FeedPage) -> Sequence[ReceivedEvent]:
    versions = set(page.changes)
    missed = sorted({number for number, _ in versions - context.events.recorded(versions)})
    parts = parts_of(missed, LISTED_AT_ONCE)
    return [_event(worklog) for part in parts for worklog in context.feed.read(part)]


def _event(worklog: ChangedWorklog) -> ReceivedEvent:
    return ReceivedEvent(
        worklog.id, worklog.updated, worklog.issue_id, worklog.author, worklog.who, worklog.started
    )


def _deleted(context: FeedSite, page: FeedPage) -> Sequence[ReceivedEvent]:
    versions = {(number, DELETED_VERSION) for number, _ in page.changes}
    return [
        ReceivedEvent(number, DELETED_VERSION, 0, None, None, None)
        for number, _ in sorted(versions - context.events.recorded(versions))
    ]
