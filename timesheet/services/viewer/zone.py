"""The time zones of people's work dates: one for each person, whoever the viewer is.

Jira shows people their own zone even if they hide it from everybody else. So all zones are read as the app
itself; a person whose zone the app cannot see has the site's fallback zone on every screen, including their
own timesheet.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from timesheet.domain.errors import JiraUnavailable, NotAllowed, NotFound
from timesheet.domain.identity import Profile
from timesheet.domain.jira_time import find_zone
from timesheet.domain.person import erased
from timesheet.services.ports.cache import Cache, key_part
from timesheet.services.ports.jira import Jira
from timesheet.services.viewer.person import zone_key
from timesheet.services.viewer.stale_read import LAST_SECONDS, PAUSE_SECONDS, last_key

CACHE_SECONDS = 600
REFUSED_SECONDS = 60
GENERATION_SECONDS = 24 * 3600
HIDDEN, REFUSED = "", "?"


def read_zones(jira: Jira, cache: Cache, site: str, account_ids: Collection[str]) -> Mapping[str, ZoneInfo]:
    """Return the zone of each of these people; cached for ten minutes, and longer if Jira does not respond.

    If Jira refuses to show the app any people, those whose zone is not known from before are absent, and the zones that
    it shows the viewer are used. Raise JiraUnavailable if Jira does not respond and a zone is not known from before.
    """
    ids = dict.fromkeys(account_ids)
    named = [who for who in ids if not erased(who)]
    found = cache.get_all([zone_key(site, who) for who in named])
    names = dict.fromkeys(ids, HIDDEN) | dict(zip(named, found, strict=True))
    unread = sorted(who for who, name in names.items() if name is None)
    if unread:
        key = f"{site}:zones:{key_part(unread)}"
        names |= cache.get_or_create(key, lambda: _ask(jira, cache, site, unread), 0)
    return {who: zone_named(name) or jira.fallback_zone for who, name in names.items() if name != REFUSED}


def cached_zone(cache: Cache, site: str, account_id: str) -> ZoneInfo | None:
    """Return a person's zone as it was read within the last ten minutes; None if it is hidden or was not read."""
    return zone_named(cache.get(zone_key(site, account_id)))


def last_zone(cache: Cache, site: str, account_id: str) -> ZoneInfo | None:
    """Return a person's zone as it was read within the last hours; None if it is hidden or was not read."""
    key = zone_key(site, account_id)
    return zone_named(cache.get(key) or cache.get(last_key(key)))


def zone_named(cached: str | None) -> ZoneInfo | None:
    """Return the zone that is cached under a person's ``zone_key``; see ``cached_zone``.

    Another version may have cached a zone that this one does not know, as during an upgrade: it counts as hidden.
    """
    return find_zone(cached) if cached != REFUSED else None


def generation(cache: Cache, site: str) -> str:
    """Return a token for the zones of this site's people, which changes when one of them changed."""
    return cache.get(_generation_key(site)) or ""


def in_one_zone(stated: Profile, zone: ZoneInfo | None, fallback: ZoneInfo | None = None) -> Profile:
    """Return the viewer with the zone that counts for everybody; ``zone_hidden`` if that is the site's ``fallback``
    although Jira shows them another one.

    For a while after they changed their zone, both may be known and differ, and neither is hidden.
    """
    if zone is None:
        return stated
    hidden = stated.zone_hidden or (zone == fallback and zone != stated.zone)
    return replace(stated, zone=zone, zone_hidden=hidden)


def _ask(jira: Jira, cache: Cache, site: str, account_ids: Sequence[str]) -> Mapping[str, str]:
    """Return names of zones, HIDDEN if Jira shows none; a change starts a new generation.

    Jira may leave people out of a list for a moment. Their last zone counts, but not for long, so they are asked for
    again soon.
    """
    try:
        zones = jira.read_zones(account_ids)
    except (NotAllowed, NotFound):
        last = _last_read(cache, site, account_ids)
        names = {who: REFUSED if name is None else name for who, name in last.items()}
        cache.put_all({zone_key(site, who): name for who, name in names.items()}, REFUSED_SECONDS)
        return names
    except JiraUnavailable:
        last = _last_read(cache, site, account_ids)
        if None in last.values():
            raise
        cache.put_all({zone_key(site, who): name for who, name in last.items()}, PAUSE_SECONDS)
        return last
    left_out = [who for who in account_ids if who not in zones]
    kept = {who: name for who, name in _last_read(cache, site, left_out).items() if name} if left_out else {}
    cache.put_all({zone_key(site, who): name for who, name in kept.items()}, REFUSED_SECONDS)
    read = {who: zone.key if (zone := zones.get(who)) else HIDDEN for who in account_ids if who not in kept}
    _note(cache, site, read)
    return read | kept


def _note(cache: Cache, site: str, names: Mapping[str, str]) -> None:
    before = _last_read(cache, site, names)
    cache.put_all({zone_key(site, who): name for who, name in names.items()}, CACHE_SECONDS)
    cache.put_all({last_key(zone_key(site, who)): name for who, name in names.items()}, LAST_SECONDS)
    if any(before[who] not in (None, name) for who, name in names.items()):
        cache.put(_generation_key(site), uuid4().hex, GENERATION_SECONDS)


def _last_read(cache: Cache, site: str, account_ids: Collection[str]) -> dict[str, Any]:
    """Return what was known last about each of these people; None if nothing was."""
    found = cache.get_all([last_key(zone_key(site, who)) for who in account_ids])
    return dict(zip(account_ids, found, strict=True))


def _generation_key(site: str) -> str:
    return f"{site}:zone-generation"
