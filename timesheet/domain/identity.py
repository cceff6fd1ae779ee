"""The identity behind a request: the person and their site, the only result of authentication."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Identity:
    """A verified viewer of a verified site. ``site`` is the site's key."""

    site: str
    account_id: str


@dataclass(frozen=True, slots=True)
class Profile:
    """The viewer's own settings in Jira. ``zone_hidden`` is True if the fallback zone is used."""

    account_id: str
    zone: ZoneInfo
    zone_hidden: bool
    locale: str
    display_name: str


@dataclass(frozen=True, slots=True)
class TimeTracking:
    """Jira's time tracking settings: what "1d" and "1w" mean on this site."""

    enabled: bool
    day_seconds: int
    week_seconds: int


USUAL_TRACKING = TimeTracking(True, 8 * 3600, 40 * 3600)
"""The settings of a new Jira."""
