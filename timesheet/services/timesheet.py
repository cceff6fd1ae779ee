"""Reading a person's own timesheet: from the cache while it is fresh, from Jira when it is not.

Snapshots are kept for whole months with a margin, so that stepping from week to week and between
week and month stays warm. When Jira cannot be asked, the last reading stands in and says how old it is.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.identity import Identity, Profile, TimeTracking
from timesheet.domain.span import DateSpan, month_of
from timesheet.services.ledger import (
    Held,
    Ledger,
    note_window,
    overlaid,
    read_ledger,
    recent_changes,
    update_window,
    window_key,
)
from timesheet.services.ports import STALE, Cache, Clock, Jira, Missing, Snapshot, Zones
from timesheet.services.touched import touched_since

FRESH = timedelta(minutes=5)
KEPT_SECONDS = 12 * 3600
SETTINGS_SECONDS = 600
MARGIN_DAYS = 7
JOIN_SECONDS = 1
PAUSE_SECONDS = 15


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def read_profile(jira: Jira, cache: Cache, identity: Identity) -> Profile:
    """The viewer's zone, locale and name; cached for ten minutes."""
    key = profile_key(identity.site, identity.account_id)
    return cache.get_or_create(key, jira.read_profile, SETTINGS_SECONDS)


def profile_key(site: str, account_id: str) -> str:
    """Where a person's profile lies in the cache."""
    return f"{site}:profile:{account_id}"


def read_time_tracking(jira: Jira, cache: Cache, identity: Identity) -> TimeTracking:
    """What a day and a week mean on this site; cached for ten minutes."""
    return cache.get_or_create(f"{identity.site}:tracking", jira.read_time_tracking, SETTINGS_SECONDS)


def zones_of(profile: Profile) -> Zones:
    """The viewer's own zone, for the work dates of his worklogs."""
    return {profile.account_id: profile.zone}


def read_snapshot(
    jira: Jira,
    cache: Cache,
    identity: Identity,
    profile: Profile,
    span: DateSpan,
    refresh: bool = False,
    clock: Clock = utc_now,
) -> Snapshot:
    """The viewer's own worklogs in ``span`` (days in his zone), with the issues they are on.

    Fresh for five minutes, or until an event says otherwise; ``refresh`` asks Jira now. When Jira
    cannot be asked, an older reading is returned and marked stale; without one JiraUnavailable is raised.
    """
    window = window_around(span)
    key = window_key(identity.site, identity.account_id, window)
    held = cache.get(key)
    if not isinstance(held, Held):
        held = None
    if held and not refresh and _fresh(cache, identity, held, clock()):
        return within(held.snapshot, span)
    try:
        return within(_read_again(jira, cache, identity, profile, window, refresh), span)
    except JiraUnavailable as error:
        if held is None:
            raise
        return within(_stale(held.snapshot, clock(), error), span)


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


def _fresh(cache: Cache, identity: Identity, held: Held, now: datetime) -> bool:
    snapshot = held.snapshot
    if held.suspect or now - snapshot.read_at >= FRESH:
        return False
    return not touched_since(cache, identity.site, snapshot.issues, snapshot.read_at)


def _read_again(
    jira: Jira, cache: Cache, identity: Identity, profile: Profile, window: DateSpan, refresh: bool
) -> Snapshot:
    """One reading for all who ask at the same time; Jira is left alone for a moment after a failure."""
    key = window_key(identity.site, identity.account_id, window)
    down = f"{key}:down"
    failure = None if refresh else cache.get(down)
    if isinstance(failure, str):
        raise JiraUnavailable(failure)
    if refresh:
        cache.delete(f"{key}:reading")
    try:
        return cache.get_or_create(
            f"{key}:reading", lambda: _read(jira, cache, identity, profile, window), JOIN_SECONDS
        )
    except JiraUnavailable as error:
        cache.put(down, error.sentence, PAUSE_SECONDS)
        raise


def _read(jira: Jira, cache: Cache, identity: Identity, profile: Profile, window: DateSpan) -> Snapshot:
    site, viewer = identity.site, identity.account_id
    note_window(cache, site, viewer, window)
    snapshot = jira.read_worklogs([viewer], window, zones_of(profile))
    # Stored first, put right after: a write that lands in between finds it and changes it too.
    cache.put(window_key(site, viewer, window), Held(snapshot), KEPT_SECONDS)
    ledger: Ledger = read_ledger(cache, site, viewer)
    changes = recent_changes(ledger, snapshot.read_at)
    update_window(cache, site, viewer, window, changes)
    return overlaid(snapshot, viewer, window, changes)


def _stale(snapshot: Snapshot, now: datetime, error: JiraUnavailable) -> Snapshot:
    minutes = int((now - snapshot.read_at).total_seconds()) // 60
    age = "less than a minute" if minutes < 1 else f"{minutes} minute{'s' if minutes > 1 else ''}"
    note = Missing(f"{error.sentence} These figures are {age} old.", STALE)
    return replace(snapshot, missing=(*snapshot.missing, note))
