"""The general settings of a site: the available time zones and first days of the week."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from zoneinfo import available_timezones

from timesheet.domain.audit import SHORTEST_RETENTION
from timesheet.domain.errors import InvalidInput
from timesheet.services.ports.jira import SiteSettings

LONGEST_RETENTION = 36_500
WEEK_STARTS = ("locale", *map(str, range(7)))
UNSPOKEN = ("posix/", "right/", "Etc/", "SystemV/", "US/")


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Return the available zones: UTC and the named places, without obscure aliases."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith(UNSPOKEN))
    return ("UTC", *sorted(places))


def checked_settings(settings: SiteSettings) -> SiteSettings:
    """Return the settings with the zone in its official spelling. Raise InvalidInput for fallback_zone or
    week_start.
    """
    typed = settings.fallback_zone.strip().casefold()
    zone = next((name for name in zone_names() if name.casefold() == typed), None)
    if zone is None:
        sentence = "There is no such time zone. Choose one from the list, like Europe/Berlin."
        raise InvalidInput(sentence, field="fallback_zone")
    if settings.week_start not in WEEK_STARTS:
        raise InvalidInput("Choose a weekday, or each person’s own locale.", field="week_start")
    return replace(settings, fallback_zone=zone)


def read_retention(text: str) -> int | None:
    """Return the days for which audit events are kept, None for forever. Raise InvalidInput for audit_days."""
    typed = text.strip()
    if not typed:
        return None
    if not (
        typed.isascii() and typed.isdigit() and SHORTEST_RETENTION <= int(typed[:9]) <= LONGEST_RETENTION
    ):
        sentence = f"Type a whole number of days from {SHORTEST_RETENTION} to {LONGEST_RETENTION}, or nothing for ever."
        raise InvalidInput(sentence, field="audit_days")
    return int(typed)


def shortens(before: int | None, after: int | None) -> bool:
    """Return True if a new retention time (None: forever) would delete events that would otherwise stay."""
    return after is not None and (before is None or after < before)
