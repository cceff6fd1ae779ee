"""Read the viewer's account and the site's time tracking settings, each cached for ten minutes."""

from __future__ import annotations

from typing import Protocol

from timesheet.domain.errors import NotHere
from timesheet.domain.identity import USUAL_TRACKING, Identity, Profile, TimeTracking
from timesheet.services.ports.cache import Cache
from timesheet.services.ports.jira import Jira
from timesheet.services.viewer.person import profile_key, zone_key
from timesheet.services.viewer.stale_read import PAUSE_SECONDS, last_key, read_with_fallback
from timesheet.services.viewer.zone import in_one_zone, read_zones

SETTINGS_SECONDS = 600


class Viewer(Protocol):
    """The person who makes a request, with the Jira that they see; contexts of views and of use cases are viewers."""

    @property
    def jira(self) -> Jira:
        """Return the site's Jira, called as the viewer."""

    @property
    def cache(self) -> Cache:
        """Return the cache."""

    @property
    def identity(self) -> Identity:
        """Return the viewer and their site."""


def read_profile(viewer: Viewer, *, refresh: bool = False) -> Profile:
    """Return the viewer's locale, name, and zone of work dates; cached for ten minutes, or read again."""
    jira, cache = viewer.jira, viewer.cache
    site, account_id = viewer.identity.site, viewer.identity.account_id
    key = profile_key(site, account_id)
    if refresh:
        cache.delete(key)
        cache.delete(zone_key(site, account_id))
    stated = cache.get(key)
    if stated is None:
        if cache.get(zone_key(site, account_id)) is None:
            jira.begin(lambda: read_zones(jira, cache, site, [account_id]))
        stated = _read_stated(viewer)
    zone = read_zones(jira, cache, site, [account_id]).get(account_id)
    return in_one_zone(stated, zone, jira.fallback_zone)


def prepare_profile(viewer: Viewer) -> bool:
    """Return True if the viewer's account is known and fresh; otherwise begin to read it, without their zone."""
    known = viewer.cache.get(profile_key(viewer.identity.site, viewer.identity.account_id)) is not None
    if not known:
        viewer.jira.begin(lambda: _read_stated(viewer))
    return known


def begin_profile(viewer: Viewer) -> bool:
    """Begin to read all of the viewer's profile; return True if their account is known and fresh."""
    jira, cache = viewer.jira, viewer.cache
    site, account_id = viewer.identity.site, viewer.identity.account_id
    known = prepare_profile(viewer)
    if cache.get(zone_key(site, account_id)) is None:
        jira.begin(lambda: read_zones(jira, cache, site, [account_id]))
    return known


def last_profile(viewer: Viewer) -> Profile | None:
    """Return the viewer's account as Jira stated it within the last hours; None if it was not read."""
    key = profile_key(viewer.identity.site, viewer.identity.account_id)
    found: Profile | None = viewer.cache.get(key) or viewer.cache.get(last_key(key))
    return found


def read_time_tracking(viewer: Viewer) -> TimeTracking:
    """Return the length of a day and a week on this site; cached for ten minutes.

    A Jira that never stated them has the usual ones, for seconds only, because its answer may have been a passing one.
    """
    key = tracking_key(viewer.identity)
    try:
        return read_with_fallback(viewer.cache, key, viewer.jira.read_time_tracking, SETTINGS_SECONDS)
    except NotHere:
        viewer.cache.put(key, USUAL_TRACKING, PAUSE_SECONDS)
        return USUAL_TRACKING


def forget_time_tracking(viewer: Viewer) -> None:
    """Let the time tracking settings be read again; if Jira does not answer, the last ones are used."""
    viewer.cache.delete(tracking_key(viewer.identity))


def prepare_time_tracking(viewer: Viewer) -> None:
    """Begin to read the time tracking settings if they are unknown, because they depend on no other answer."""
    if viewer.cache.get(tracking_key(viewer.identity)) is None:
        viewer.jira.begin(lambda: read_time_tracking(viewer))


def _read_stated(viewer: Viewer) -> Profile:
    """Return the viewer's account as Jira states it to them."""
    key = profile_key(viewer.identity.site, viewer.identity.account_id)
    return read_with_fallback(viewer.cache, key, viewer.jira.read_profile, SETTINGS_SECONDS)


def tracking_key(identity: Identity) -> str:
    """Return the cache key of the site's time tracking settings."""
    return f"{identity.site}:tracking"
