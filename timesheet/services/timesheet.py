"""Reading a person's own timesheet: from the cache while it is fresh, from Jira when it is not.

Snapshots are kept for whole months with a margin, so that stepping from week to week and between
week and month stays warm. When Jira cannot be asked, the last reading stands in and says how old it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from timesheet.domain.errors import JiraBusy, JiraUnavailable
from timesheet.domain.identity import Identity, Profile, TimeTracking
from timesheet.domain.span import DateSpan, month_of
from timesheet.services.desk import Desk, utc_now
from timesheet.services.issue import with_issues
from timesheet.services.ledger import (
    Held,
    add_issues,
    note_window,
    overlaid,
    read_ledger,
    recent_changes,
    update_window,
    window_key,
)
from timesheet.services.person import profile_key, zone_key
from timesheet.services.ports import STALE, Cache, Clock, Jira, Missing, Snapshot
from timesheet.services.standby import PAUSE_SECONDS, told
from timesheet.services.touched import touched_since

FRESH = timedelta(minutes=5)
# What lacked something is asked for again as soon as Jira may have recovered.
INCOMPLETE = timedelta(seconds=PAUSE_SECONDS)
KEPT_SECONDS = 12 * 3600
SETTINGS_SECONDS = 600
MARGIN_DAYS = 7
PROGRESS_SECONDS = 60


def read_profile(jira: Jira, cache: Cache, identity: Identity) -> Profile:
    """The viewer's zone, locale and name; cached for ten minutes."""
    key = profile_key(identity.site, identity.account_id)
    return told(cache, key, jira.read_profile, SETTINGS_SECONDS)


def zone_of(desk: Desk, account_id: str) -> ZoneInfo:
    """The zone of somebody's work dates, as far as Jira tells it; kept for ten minutes."""
    if account_id == desk.viewer:
        return desk.zone
    key = zone_key(desk.site, account_id)
    return told(desk.cache, key, lambda: desk.jira.read_zone(account_id), SETTINGS_SECONDS)


def read_time_tracking(jira: Jira, cache: Cache, identity: Identity) -> TimeTracking:
    """What a day and a week mean on this site; cached for ten minutes."""
    return told(cache, f"{identity.site}:tracking", jira.read_time_tracking, SETTINGS_SECONDS)


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
    return snapshot_at(Desk(jira, cache, identity, lambda: profile, clock), span, refresh=refresh)


def snapshot_at(desk: Desk, span: DateSpan, *, refresh: bool = False) -> Snapshot:
    """As read_snapshot, for use cases that have a desk."""
    snapshot = _snapshot_at(desk, span, refresh=refresh)
    whole = with_issues(desk, snapshot)
    if whole is not snapshot:
        add_issues(desk.cache, desk.site, desk.viewer, window_around(span), whole.issues)
    return whole


def _snapshot_at(desk: Desk, span: DateSpan, *, refresh: bool) -> Snapshot:
    window = window_around(span)
    held = desk.cache.get(window_key(desk.site, desk.viewer, window))
    if not isinstance(held, Held):
        held = None
    if held and not refresh and _fresh(desk, held):
        return within(held.snapshot, span)
    try:
        return within(_read_again(desk, window, refresh=refresh), span)
    except JiraUnavailable as error:
        if held is None:
            raise
        return within(_stale(held.snapshot, desk.clock(), error), span)


def is_warm(cache: Cache, identity: Identity, span_of: Callable[[Profile], DateSpan]) -> bool:
    """True when the viewer's span can be shown from the cache alone, be it fresh or not."""
    profile = cache.get(profile_key(identity.site, identity.account_id))
    if profile is None or cache.get(f"{identity.site}:tracking") is None:
        return False
    window = window_around(span_of(profile))
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


def _fresh(desk: Desk, held: Held) -> bool:
    snapshot = held.snapshot
    if held.suspect or desk.clock() - snapshot.read_at >= (FRESH if snapshot.complete else INCOMPLETE):
        return False
    return not touched_since(desk.cache, desk.site, snapshot.issues, snapshot.read_at)


def reading_progress(cache: Cache, identity: Identity) -> tuple[int, int] | None:
    """How many issues and worklogs the viewer's reading has brought so far; None before the first have come."""
    found: tuple[int, int] | None = cache.get(f"{identity.site}:progress:{identity.account_id}")
    return found


def _read_again(desk: Desk, window: DateSpan, *, refresh: bool) -> Snapshot:
    """One reading for all who ask at the same time; Jira is left alone for a moment after a failure."""
    key = window_key(desk.site, desk.viewer, window)
    failure = None if refresh else desk.cache.get(f"{key}:down")
    if isinstance(failure, str):
        raise JiraUnavailable(failure)
    try:
        return desk.cache.get_or_create(f"{key}:reading", lambda: _read(desk, window), 0)
    except JiraUnavailable as error:
        desk.cache.put(f"{key}:down", error.sentence, pause_after(error))
        raise


def _read(desk: Desk, window: DateSpan) -> Snapshot:
    cache, site, viewer = desk.cache, desk.site, desk.viewer
    note_window(cache, site, viewer, window)

    def heard(issues: int, worklogs: int) -> None:
        cache.put(desk.key("progress"), (issues, worklogs), PROGRESS_SECONDS)

    snapshot = desk.jira.read_worklogs([viewer], window, desk.zones, heard)
    # Stored first, put right after: a write that lands in between finds it and changes it too.
    cache.put(window_key(site, viewer, window), Held(snapshot), KEPT_SECONDS)
    changes = recent_changes(read_ledger(cache, site, viewer), snapshot.read_at)
    update_window(cache, site, viewer, window, changes)
    return overlaid(snapshot, viewer, window, changes)


def _stale(snapshot: Snapshot, now: datetime, error: JiraUnavailable) -> Snapshot:
    minutes = int((now - snapshot.read_at).total_seconds()) // 60
    age = "less than a minute" if minutes < 1 else f"{minutes} minute{'s' if minutes > 1 else ''}"
    note = Missing(f"{error.sentence} These figures are {age} old.", STALE)
    return replace(snapshot, missing=(*snapshot.missing, note))
