"""Read the viewer's account and the site's time tracking settings, each cached for ten minutes."""

from __future__ import annotations

from timesheet.domain.identity import Identity, Profile, TimeTracking
from timesheet.services.ports.cache import Cache
from timesheet.services.ports.jira import Jira
from timesheet.services.viewer.person import profile_key, zone_key
from timesheet.services.viewer.stale_read import last_key, read_with_fallback
from timesheet.services.viewer.zone import in_one_zone, read_zones

SETTINGS_SECONDS = 600


def read_profile(jira: Jira, cache: Cache, identity: Identity, *, refresh: bool = False) -> Profile:
    """Return the viewer's locale, name, and zone of work dates; cached for ten minutes, or read again."""
    site, viewer = identity.site, identity.account_id
    key = profile_key(site, viewer)
    if refresh:
        cache.delete(key)
        cache.delete(zone_key(site, viewer))
    stated = cache.get(key)
    if stated is None:
        if cache.get(zone_key(site, viewer)) is None:
            jira.begin(lambda: read_zones(jira, cache, site, [viewer]))
        stated = _read_stated(jira, cache, identity)
    return in_one_zone(stated, read_zones(jira, cache, site, [viewer]).get(viewer), jira.fallback_zone)


def prepare_profile(jira: Jira, cache: Cache, identity: Identity) -> bool:
    """Return True if the viewer's account is known and fresh; otherwise begin to read it, without their zone."""
    known = cache.get(profile_key(identity.site, identity.account_id)) is not None
    if not known:
        jira.begin(lambda: _read_stated(jira, cache, identity))
    return known


def begin_profile(jira: Jira, cache: Cache, identity: Identity) -> bool:
    """Begin to read all of the viewer's profile; return True if their account is known and fresh."""
    site, viewer = identity.site, identity.account_id
    known = prepare_profile(jira, cache, identity)
    if cache.get(zone_key(site, viewer)) is None:
        jira.begin(lambda: read_zones(jira, cache, site, [viewer]))
    return known


def last_profile(cache: Cache, identity: Identity) -> Profile | None:
    """Return the viewer's account as Jira stated it within the last hours; None if it was not read."""
    key = profile_key(identity.site, identity.account_id)
    found: Profile | None = cache.get(key) or cache.get(last_key(key))
    return found


def read_time_tracking(jira: Jira, cache: Cache, identity: Identity) -> TimeTracking:
    """Return the length of a day and a week on this site; cached for ten minutes."""
    return read_with_fallback(cache, tracking_key(identity), jira.read_time_tracking, SETTINGS_SECONDS)


def forget_time_tracking(cache: Cache, identity: Identity) -> None:
    """Let the time tracking settings be read again; if Jira does not answer, the last ones are used."""
    cache.delete(tracking_key(identity))


def prepare_time_tracking(jira: Jira, cache: Cache, identity: Identity) -> None:
    """Begin to read the time tracking settings if they are unknown, because they depend on no other answer."""
    if cache.get(tracking_key(identity)) is None:
        jira.begin(lambda: read_time_tracking(jira, cache, identity))


def _read_stated(jira: Jira, cache: Cache, identity: Identity) -> Profile:
    """Return the viewer's account as Jira states it to them."""
    key = profile_key(identity.site, identity.account_id)
    return read_with_fallback(cache, key, jira.read_profile, SETTINGS_SECONDS)


def tracking_key(identity: Identity) -> str:
    """Return the cache key of the site's time tracking settings."""
    return f"{identity.site}:tracking"
