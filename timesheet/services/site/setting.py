"""The general settings of a site: their names, their choices, and how they are saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import available_timezones

from timesheet.domain.audit.event import SHORTEST_RETENTION
from timesheet.domain.calendar.workload_scheme import WEEKDAY_NAMES
from timesheet.domain.errors import InvalidInput
from timesheet.domain.language import LANGUAGES, TEST_LANGUAGES
from timesheet.domain.message import message
from timesheet.domain.timer import TIMER_ROUNDING_NAMES
from timesheet.services.command.form import FormFields
from timesheet.services.ports.settings import SettingsStore, SiteSettings
from timesheet.services.site.command import (
    LONGEST_RETENTION,
    NO_LANGUAGE,
    RETENTION,
    UNCONFIRMED,
    SaveSettings,
)

SETTING_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "fallback_zone": message("Fallback time zone"),
        "week_start": message("Week starts on"),
        "language": message("Language"),
        "audit_days": message("Days to keep audit events"),
        "timer_rounding": message("Rounding of timers"),
        "timer_projects": message("Projects with timers"),
    }
)
"""The names of the settings for the form, the audit log, and the preview of an import."""
WEEK_START_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "locale": message("Each person’s own locale"),
        **{str(number): name for number, name in enumerate(WEEKDAY_NAMES)},
    }
)
NO_TIMER_ROUNDING = message("Choose how timers are rounded from the list.")
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
    zone_name = settings.fallback_zone.strip().casefold()
    zone = next((name for name in zone_names() if name.casefold() == zone_name), None)
    if zone is None:
        sentence = message("There is no such time zone. Choose one from the list, like Europe/Berlin.")
        raise InvalidInput(sentence, field="fallback_zone")
    if settings.week_start not in WEEK_START_NAMES:
        raise InvalidInput(message("Choose a weekday, or each person’s own locale."), field="week_start")
    return replace(settings, fallback_zone=zone)


def _check_choices(settings: SiteSettings, stored: SiteSettings) -> None:
    """Raise InvalidInput for a language or timer_rounding that does not exist.

    A choice that a newer release has stored stays: while two releases serve a site, an older one does not know it.
    """
    if settings.language not in ("", stored.language, *LANGUAGES, *TEST_LANGUAGES):
        raise InvalidInput(NO_LANGUAGE, field="language")
    if settings.timer_rounding not in (stored.timer_rounding, *TIMER_ROUNDING_NAMES):
        raise InvalidInput(NO_TIMER_ROUNDING, field="timer_rounding")


def save_settings(store: SettingsStore, command: SaveSettings) -> SiteSettings:
    """Save the general settings; case does not matter in a zone. Raise InvalidInput for the field; Conflict with
    the stored ones.

    A shorter retention time destroys evidence, so exactly that time has to be confirmed.
    """
    stored, settings = store.read_site(), command.settings
    days = settings.audit_days
    _check_retention(days)
    _check_choices(settings, stored)
    checked = checked_settings(settings)
    if shortens(stored.audit_days, days) and command.let_go != days:
        raise InvalidInput(UNCONFIRMED, field="let_go")
    return store.save_site(checked)


def read_retention(text: str) -> int | None:
    """Return the typed days for which audit events are kept, None for forever. Raise InvalidInput for audit_days."""
    days = FormFields({"audit_days": [text]}).number_or_none("audit_days", RETENTION)
    _check_retention(days)
    return days


def _check_retention(days: int | None) -> None:
    """Raise InvalidInput for audit_days if audit events cannot be kept for so many days; None is forever."""
    if days is not None and not SHORTEST_RETENTION <= days <= LONGEST_RETENTION:
        raise InvalidInput(RETENTION, field="audit_days")


def shortens(before: int | None, after: int | None) -> bool:
    """Return True if a new retention time (None: forever) would delete events that would otherwise stay."""
    return after is not None and (before is None or after < before)
