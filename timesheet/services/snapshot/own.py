"""Read a person's own timesheet: from the cache while it is fresh, otherwise from Jira.

Snapshots cover whole months with a margin, so switching between weeks, and between week and month, uses the
cache. If Jira cannot be reached, the last read is used with its age.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from timesheet.domain.errors import AppBusy, InvalidInput, JiraBusy, JiraUnavailable, TimesheetError
from timesheet.domain.identity import Identity, Profile
from timesheet.domain.span import DateSpan, month_of
from timesheet.domain.worklog.issue import issue_in
from timesheet.domain.worklog.worklog import Worklog, dated
from timesheet.services.ports.cache import Cache
from timesheet.services.ports.jira import STALE, Missing, Snapshot
from timesheet.services.resilience.priority import yielding
from timesheet.services.snapshot.cached_snapshot import READ_ALONE, CachedSnapshot
from timesheet.services.snapshot.change import ChangeLog, WorklogEvent
from timesheet.services.snapshot.change_log import (
    add_issues,
    cached_window,
    note_checked,
    read_change_log,
    window_key,
)
from timesheet.services.snapshot.changed_issue import any_changed_since
from timesheet.services.snapshot.issue import with_issues
from timesheet.services.snapshot.long_issue import covering_windows
from timesheet.services.snapshot.reconcile import due_events
from timesheet.services.snapshot.window import (
    days_of,
    old_figures,
    read_events,
    read_window,
    stale_window,
    unsearched_note,
)
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.once import once
from timesheet.services.viewer.person import profile_key
from timesheet.services.viewer.profile import last_profile, tracking_key
from timesheet.services.viewer.stale_read import PAUSE_SECONDS, fresh_for, is_ahead
from timesheet.services.viewer.zone import cached_zone, in_one_zone, last_zone

T = TypeVar("T")

FRESH = timedelta(minutes=5)
# An incomplete read is repeated as soon as Jira may have recovered.
INCOMPLETE = timedelta(seconds=PAUSE_SECONDS)
LEAD_DAYS, MARGIN_DAYS = 14, 7
"""The days of a window before and after its months: with them, two weeks and the week before them are in one window."""
# With more events than this, reading everything is faster.
MOST_EVENTS = 50


def zone_of(context: ViewerContext, account_id: str) -> ZoneInfo:
    """Return the zone of a person's work dates, the same for every viewer; cached for ten minutes."""
    if account_id == context.viewer:
        return context.zone
    return context.zones_of([account_id]).get(account_id) or context.jira.fallback_zone


def read_worklog(context: ViewerContext, issue_id: int, worklog_id: int) -> Worklog:
    """Return one worklog from Jira with its work date in the zone of its author."""
    # Without zones, so that a read of the viewer's account that has begun is waited for only afterward.
    [worklog] = _dated(context, [context.jira.read_worklog(issue_id, worklog_id, {})])
    return worklog


def begin_worklog(context: ViewerContext, issue_id: int, worklog_id: int) -> Callable[[], Worklog]:
    """Begin to read one worklog, and return a function that waits for it and returns it as ``read_worklog`` does."""
    read = once(lambda: context.jira.read_worklog(issue_id, worklog_id, {}))
    context.jira.begin(read)
    return lambda: _dated(context, [read()])[0]


def read_listed(context: ViewerContext, worklog_ids: Sequence[int]) -> Sequence[Worklog]:
    """Return these worklogs from Jira, if the viewer may see them, with work dates in the zones of their authors."""
    return _dated(context, context.jira.read_listed(worklog_ids, context.own_zones))


def _dated(context: ViewerContext, worklogs: Sequence[Worklog]) -> Sequence[Worklog]:
    """Return worklogs with work dates in the zones of their authors, who are known only from the answer.

    If Jira refuses to show the app any zone, they stay in the one that the answer states, as on every screen.
    """
    others = {one.author for one in worklogs if one.author != context.viewer}
    zones = context.zones_of(others) if others else {}
    return dated(worklogs, {**zones, **context.own_zones})


def snapshot_at(
    context: ViewerContext, span: DateSpan, *, refresh: bool = False, lead: int = 0, needed: bool = False
) -> Snapshot:
    """Return the viewer's own worklogs in ``span`` (days in their zone) and on ``lead`` days before, with their issues.

    They are fresh for five minutes, or until an event reports a change; ``refresh`` reads from Jira now. If
    Jira cannot be reached, or refuses the search, return an older read, marked stale; without one, raise what it was.

    While Jira's points are short, people without cached figures go first, even if this read is part of a
    save, unless it is ``needed`` and an old read is not enough.
    """
    window = window_around(span)
    cached = cached_window(context.own_cache, window)
    # Read after the snapshot, because a write is noted there before it is in any snapshot.
    change_log = read_change_log(context.own_cache)
    fresh = not refresh and cached is not None and _fresh(context, cached, change_log)
    days = DateSpan(span.first - timedelta(days=lead), span.last) if lead else span
    if not (fresh or refresh) and (other := _other(context, days, cached, change_log)):
        fresh, (window, cached) = True, other
    if cached and fresh and not change_log.events_after(cached.checked):
        snapshot = _part_of(cached, days)
    else:
        due = due_events(cached, change_log, days_of(context, window)) if cached else ()
        try:
            if cached and fresh and not due:
                note_checked(context.own_cache, window, cached, change_log.events[-1])
                current = cached
            elif cached and fresh and len(due) <= MOST_EVENTS:
                current = _events_again(context, window, cached, due)
            else:
                old = cached and not (refresh or needed or _outdated(context, cached, change_log))
                with yielding() if old else nullcontext():
                    current = _read_again(context, window, refresh=refresh)
            snapshot = _part_of(current, days)
        except (JiraUnavailable, InvalidInput) as error:
            if cached is None:
                raise
            note_refused(context.cache, window_key(context.own_cache, window), error)
            known = within(stale_window(cached, context.viewer, window, due), days)
            snapshot = _stale(known, cached.snapshot.read_at, context.clock(), error)
    whole = with_issues(context, snapshot)
    if whole is not snapshot:
        add_issues(context.own_cache, window, whole.issues)
    return whole


def read_ahead(context: ViewerContext, span_of: Callable[[Profile, date], DateSpan | None]) -> None:
    """Read the viewer's own worklogs while other reads run; ``span_of`` returns the days from the account and today.

    Jira may be asked for the account meanwhile, so it is the one that was known last. If Jira states another zone, the
    worklogs are read again when they are needed.
    """
    stated = last_profile(context)
    if stated is None:
        return
    known = in_one_zone(stated, last_zone(context.cache, context.site, context.viewer))
    ahead = replace(context, account=lambda: known)
    # What Jira refuses now, it refuses again where it matters.
    with suppress(TimesheetError):
        if span := span_of(known, ahead.today):
            snapshot_at(ahead, span)


def _other(
    context: ViewerContext, days: DateSpan, cached: CachedSnapshot | None, change_log: ChangeLog
) -> tuple[DateSpan, CachedSnapshot] | None:
    """Return another window with these days that is fresh, complete, and no older than the one that is not fresh.

    An older read may lack the issue that changed.
    """
    for window, other in covering_windows(context, change_log, days):
        older = cached is not None and other.snapshot.read_at < cached.snapshot.read_at
        if not (older or other.snapshot.lacks) and _fresh(context, other, change_log):
            return window, other
    return None


def is_warm(context: ViewerContext, span_of: Callable[[Profile, date], DateSpan]) -> bool:
    """Return True if the viewer's span can be shown from the cache alone, fresh or not; see ``read_ahead``."""
    cache, site, viewer = context.cache, context.site, context.viewer
    stated = cache.get(profile_key(site, viewer))
    if stated is None or cache.get(tracking_key(context.identity)) is None:
        return False
    known = in_one_zone(stated, cached_zone(cache, site, viewer))
    span = span_of(known, replace(context, account=lambda: known).today)
    return cached_window(context.own_cache, window_around(span)) is not None


@lru_cache(maxsize=512)
def window_around(span: DateSpan) -> DateSpan:
    """Return the month of the span's middle, or all months of a longer span, with some days on either side."""
    middle = span.first + timedelta(days=len(span) // 2)
    window = _with_margin(month_of(middle))
    if span.first in window and span.last in window:
        return window
    return _with_margin(DateSpan(month_of(span.first).first, month_of(span.last).last))


def _with_margin(span: DateSpan) -> DateSpan:
    return DateSpan(span.first - timedelta(days=LEAD_DAYS), span.last + timedelta(days=MARGIN_DAYS))


def within(snapshot: Snapshot, span: DateSpan) -> Snapshot:
    """Return only what falls into ``span``, with only the issues that remain."""
    first, last = span.first, span.last
    worklogs = [w for w in snapshot.worklogs if first <= w.day <= last]
    used = {w.issue_id for w in worklogs}
    issues = {issue_id: issue for issue_id, issue in snapshot.issues.items() if issue_id in used}
    return replace(snapshot, worklogs=tuple(worklogs), issues=issues)


def _part_of(cached: CachedSnapshot, span: DateSpan) -> Snapshot:
    """Return the cached part of ``span``, with a note about time that search does not find."""
    snapshot = within(cached.snapshot, span)
    if not cached.unsearched:
        return snapshot
    keys = {
        issue_in(snapshot.issues, worklog.issue_id).key
        for worklog in snapshot.worklogs
        if worklog.id in cached.unsearched
    }
    if not keys:
        return snapshot
    return replace(snapshot, missing=(*snapshot.missing, unsearched_note(keys)))


def _fresh(context: ViewerContext, cached: CachedSnapshot, change_log: ChangeLog) -> bool:
    usual = INCOMPLETE if cached.snapshot.lacks else FRESH
    now, read_at = context.clock(), cached.snapshot.read_at
    if now - read_at >= fresh_for(context.cache, usual) or is_ahead(read_at, now):
        return False
    return not _outdated(context, cached, change_log)


def _outdated(context: ViewerContext, cached: CachedSnapshot, change_log: ChangeLog) -> bool:
    """Return True if the snapshot is known to differ from Jira, however recent it is."""
    snapshot = cached.snapshot
    suspicion_count = READ_ALONE if context.cache.isolated else change_log.suspicion_count
    if (
        cached.suspicion_count != suspicion_count
        or cached.zone != context.zone.key
        or cached.log != change_log.id
    ):
        return True
    if change_log.begun and change_log.lost_writes(context.clock()):
        return True
    return any_changed_since(context.cache, context.site, snapshot.issues, snapshot.read_at)


def reading_progress(cache: Cache, identity: Identity) -> tuple[int, int] | None:
    """Return how many issues and worklogs the viewer's read has returned so far; None before the first."""
    found: tuple[int, int] | None = cache.get(f"{identity.site}:progress:{identity.account_id}")
    return found


def _read_again(context: ViewerContext, window: DateSpan, *, refresh: bool) -> CachedSnapshot:
    """Read once for all concurrent callers; Jira is not called again for a moment after a failure."""
    key = window_key(context.own_cache, window)
    # A refresh does not share a read that began before it was requested, and nobody one in another zone.
    name = f"{key}:{context.zone.key}:{'refresh' if refresh else 'reading'}"
    return unless_down(
        context.cache,
        key,
        lambda: context.cache.get_or_create(name, partial(read_window, context, window, refresh=refresh), 0),
        refresh=refresh,
    )


def _events_again(
    context: ViewerContext, window: DateSpan, cached: CachedSnapshot, due: Sequence[WorklogEvent]
) -> CachedSnapshot:
    key = window_key(context.own_cache, window)
    return unless_down(
        context.cache,
        key,
        lambda: context.cache.get_or_create(
            f"{key}:events", partial(read_events, context, window, cached, due), 0
        ),
    )


def unless_down(cache: Cache, key: str, read: Callable[[], T], *, refresh: bool = False) -> T:
    """Return what is read; for a moment after a failure Jira is not called again, unless a person asks for it.

    The moment is at most as long as people were asked to wait.
    """
    failure = None if refresh else cache.get(f"{key}:down")
    if isinstance(failure, str):
        raise JiraUnavailable(failure)
    try:
        return read()
    except JiraUnavailable as error:
        if not isinstance(error, AppBusy):
            wait = error.retry_after if isinstance(error, JiraBusy) else 0
            cache.put(f"{key}:down", error.sentence, min(PAUSE_SECONDS, wait or PAUSE_SECONDS))
        raise


def note_refused(cache: Cache, key: str, error: JiraUnavailable | InvalidInput) -> None:
    """Let ``unless_down`` not repeat a search for a moment that Jira refuses although nobody typed a part of it."""
    if isinstance(error, InvalidInput):
        cache.put(f"{key}:down", error.sentence, PAUSE_SECONDS)


def _stale(snapshot: Snapshot, read_at: datetime, now: datetime, error: TimesheetError) -> Snapshot:
    note = Missing(old_figures(error, read_at, now), STALE)
    return replace(snapshot, missing=(*snapshot.missing, note))
