"""Reading a person's own timesheet: from the cache while it is fresh, from Jira when it is not.

Snapshots are kept for whole months with a margin, so that stepping from week to week and between
week and month stays warm. When Jira cannot be asked, the last reading stands in and says how old it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from timesheet.domain.errors import AppBusy, JiraBusy, JiraUnavailable
from timesheet.domain.identity import Identity, Profile, TimeTracking
from timesheet.domain.issue import issue_in
from timesheet.domain.span import DateSpan, month_of
from timesheet.services.ports.jira import STALE, Cache, Clock, Jira, Missing, Snapshot
from timesheet.services.snapshot.change_log import Held, WorklogEvent, add_issues, read_change_log, window_key
from timesheet.services.snapshot.changed_issue import any_changed_since
from timesheet.services.snapshot.issue import with_issues
from timesheet.services.snapshot.long_issue import covering_windows
from timesheet.services.snapshot.reconcile import due_events
from timesheet.services.snapshot.window import (
    age_of,
    days_of,
    held_window,
    read_events,
    read_window,
    stale_window,
    unsearched_note,
)
from timesheet.services.viewer.context import ViewerContext, utc_now
from timesheet.services.viewer.person import profile_key, zone_key
from timesheet.services.viewer.stale_read import PAUSE_SECONDS, read_with_fallback
from timesheet.services.viewer.zone import in_one_zone, known_zone, read_zones

FRESH = timedelta(minutes=5)
# What lacked something is asked for again as soon as Jira may have recovered.
INCOMPLETE = timedelta(seconds=PAUSE_SECONDS)
SETTINGS_SECONDS = 600
MARGIN_DAYS = 7
# More events than these are read faster with everything else.
MOST_EVENTS = 50


def read_profile(jira: Jira, cache: Cache, identity: Identity, *, refresh: bool = False) -> Profile:
    """The viewer's locale, name and the zone of their work dates; cached for ten minutes, or read anew."""
    site, viewer = identity.site, identity.account_id
    key = profile_key(site, viewer)
    if refresh:
        cache.delete(key)
        cache.delete(zone_key(site, viewer))
    if cache.get(key) is None and cache.get(zone_key(site, viewer)) is None:
        jira.begin(lambda: read_zones(jira, cache, site, [viewer]))
    stated = read_with_fallback(cache, key, jira.read_profile, SETTINGS_SECONDS)
    return in_one_zone(stated, read_zones(jira, cache, site, [viewer]).get(viewer))


def zone_of(context: ViewerContext, account_id: str) -> ZoneInfo:
    """The zone of somebody's work dates, the same for every viewer; kept for ten minutes."""
    own = context.zone if account_id == context.viewer else None
    return own or context.zones.get(account_id) or context.jira.fallback_zone


def read_time_tracking(jira: Jira, cache: Cache, identity: Identity) -> TimeTracking:
    """What a day and a week mean on this site; cached for ten minutes."""
    return read_with_fallback(cache, f"{identity.site}:tracking", jira.read_time_tracking, SETTINGS_SECONDS)


def read_snapshot(
    jira: Jira,
    cache: Cache,
    identity: Identity,
    profile: Profile,
    span: DateSpan,
    *,
    refresh: bool = False,
    clock: Clock = utc_now,
) -> Snapshot:
    """The viewer's own worklogs in ``span`` (days in his zone), with the issues they are on.

    Fresh for five minutes, or until an event says otherwise; ``refresh`` asks Jira now. When Jira
    cannot be asked, an older reading is returned and marked stale; without one JiraUnavailable is raised.
    """
    return snapshot_at(ViewerContext(jira, cache, identity, lambda: profile, clock), span, refresh=refresh)


def snapshot_at(context: ViewerContext, span: DateSpan, *, refresh: bool = False) -> Snapshot:
    """As read_snapshot, for use cases that have a desk."""
    window, held, fresh = _cached(context, window_around(span), refresh=refresh)
    snapshot = _snapshot_at(context, span, window, held, fresh=fresh, refresh=refresh)
    whole = with_issues(context, snapshot)
    if whole is not snapshot:
        add_issues(context.cache, context.site, context.viewer, window, whole.issues)
    return whole


def _cached(context: ViewerContext, window: DateSpan, *, refresh: bool) -> tuple[DateSpan, Held | None, bool]:
    """Return the window to answer from, what is cached of it, and whether that is fresh.

    A window that is not fresh itself is answered from a wider one that is, and that lacks nothing.
    """
    held = held_window(context, window)
    if refresh or (held and _fresh(context, held)):
        return window, held, not refresh
    change_log = read_change_log(context.cache, context.site, context.viewer)
    for wider, other in covering_windows(context, change_log, window):
        if not other.snapshot.lacks and _fresh(context, other):
            return wider, other, True
    return window, held, False


def _snapshot_at(
    context: ViewerContext, span: DateSpan, window: DateSpan, held: Held | None, *, fresh: bool, refresh: bool
) -> Snapshot:
    due: tuple[WorklogEvent, ...] = ()
    try:
        if held and fresh:
            due = due_events(
                held, read_change_log(context.cache, context.site, context.viewer), days_of(context, window)
            )
            if not due:
                return _shown(held, span)
            if len(due) <= MOST_EVENTS:
                return _shown(_events_again(context, window, held, due), span)
        return _shown(_read_again(context, window, asked=refresh), span)
    except JiraUnavailable as error:
        if held is None:
            raise
        snapshot = stale_window(held, context.viewer, window, due)
        return _stale(within(snapshot, span), held.snapshot.read_at, context.clock(), error)


def is_warm(cache: Cache, identity: Identity, span_of: Callable[[Profile], DateSpan]) -> bool:
    """True when the viewer's span can be shown from the cache alone, be it fresh or not."""
    profile = cache.get(profile_key(identity.site, identity.account_id))
    if profile is None or cache.get(f"{identity.site}:tracking") is None:
        return False
    zone = known_zone(cache, identity.site, identity.account_id)
    window = window_around(span_of(in_one_zone(profile, zone)))
    return isinstance(cache.get(window_key(identity.site, identity.account_id, window)), Held)


def pause_after(error: JiraUnavailable) -> float:
    """The seconds for which a reading that failed is not tried again: no more than people were told to wait."""
    wait = error.retry_after if isinstance(error, JiraBusy) else 0
    return min(PAUSE_SECONDS, wait or PAUSE_SECONDS)


def window_around(span: DateSpan) -> DateSpan:
    """The month of the span's middle with a week on either side, or all months a longer span touches."""
    middle = span.first + timedelta(days=len(span) // 2)
    window = month_of(middle).padded(MARGIN_DAYS)
    if span.first in window and span.last in window:
        return window
    return DateSpan(month_of(span.first).first, month_of(span.last).last).padded(MARGIN_DAYS)


def within(snapshot: Snapshot, span: DateSpan) -> Snapshot:
    """Only what falls into ``span``, with only the issues that are left."""
    first, last = span.first, span.last
    worklogs = tuple(w for w in snapshot.worklogs if first <= w.day <= last)
    used = {w.issue_id for w in worklogs}
    issues = {issue_id: issue for issue_id, issue in snapshot.issues.items() if issue_id in used}
    return replace(snapshot, worklogs=worklogs, issues=issues)


def _shown(held: Held, span: DateSpan) -> Snapshot:
    """What is held of ``span``; time that search does not find is told of."""
    snapshot = within(held.snapshot, span)
    keys = {
        issue_in(snapshot.issues, worklog.issue_id).key
        for worklog in snapshot.worklogs
        if worklog.id in held.unsearched
    }
    if not keys:
        return snapshot
    return replace(snapshot, missing=(*snapshot.missing, unsearched_note(keys)))


def _fresh(context: ViewerContext, held: Held) -> bool:
    snapshot, change_log = held.snapshot, read_change_log(context.cache, context.site, context.viewer)
    if held.doubted != change_log.doubted or held.zone != context.zone.key:
        return False
    if context.clock() - snapshot.read_at >= (INCOMPLETE if snapshot.lacks else FRESH):
        return False
    return not any_changed_since(context.cache, context.site, snapshot.issues, snapshot.read_at)


def reading_progress(cache: Cache, identity: Identity) -> tuple[int, int] | None:
    """How many issues and worklogs the viewer's reading has brought so far; None before the first have come."""
    found: tuple[int, int] | None = cache.get(f"{identity.site}:progress:{identity.account_id}")
    return found


def _read_again(context: ViewerContext, window: DateSpan, *, asked: bool) -> Held:
    """One reading for all who ask at the same time; Jira is left alone for a moment after a failure."""
    key = window_key(context.site, context.viewer, window)
    # Who refreshes does not get a reading that began before they asked.
    name = f"{key}:{'refresh' if asked else 'reading'}"
    return _unless_down(
        context,
        key,
        lambda: context.cache.get_or_create(name, partial(read_window, context, window, asked=asked), 0),
        asked=asked,
    )


def _events_again(context: ViewerContext, window: DateSpan, held: Held, due: Sequence[WorklogEvent]) -> Held:
    key = window_key(context.site, context.viewer, window)
    return _unless_down(
        context,
        key,
        lambda: context.cache.get_or_create(
            f"{key}:events", partial(read_events, context, window, held, due), 0
        ),
    )


def _unless_down(context: ViewerContext, key: str, read: Callable[[], Held], *, asked: bool = False) -> Held:
    failure = None if asked else context.cache.get(f"{key}:down")
    if isinstance(failure, str):
        raise JiraUnavailable(failure)
    try:
        return read()
    except JiraUnavailable as error:
        if not isinstance(error, AppBusy):
            context.cache.put(f"{key}:down", error.sentence, pause_after(error))
        raise


def _stale(snapshot: Snapshot, read_at: datetime, now: datetime, error: JiraUnavailable) -> Snapshot:
    note = Missing(f"{error.sentence} These figures are {age_of(read_at, now)} old.", STALE)
    return replace(snapshot, missing=(*snapshot.missing, note))
