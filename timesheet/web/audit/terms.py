"""The words for settings and their values in the audit log, which are those of the configuration screens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from babel import Locale

from timesheet.domain.message import message
from timesheet.domain.permission import MODULE_NAMES, SITE_PERMISSION_NAMES, TEAM_PERMISSION_NAMES
from timesheet.web.calendar.calendar_year import PART_NAMES
from timesheet.web.http.dates import short_date
from timesheet.web.http.errors import LAYERS
from timesheet.web.site.configuration import WEEK_STARTS

Words = Mapping[str, str]
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
GRANT = frozenset({"whom", "groups", "people"})
_PARTS: Words = {str(part): words for part, words in PART_NAMES.items()}
_SETTINGS: Words = MappingProxyType(
    {
        **{str(name): words for name, words in (*MODULE_NAMES.items(), *SITE_PERMISSION_NAMES.items())},
        "audit_days": message("Days to keep audit events"),
        "base_url": message("Address"),
        "day": message("Work date"),
        "default_scheme": message("Default workload scheme"),
        "file_sha256": message("SHA-256 of the file"),
        "first": message("First day"),
        "jql": message("Filter (JQL)"),
        "joined": message("Joining date"),
        "last": message("Last day"),
        "left": message("Leaving date"),
        "schemes": message("Workload schemes"),
        "seconds": message("Time"),
        "start": message("Starts on"),
        "week_start": message("Week starts on"),
        "weekdays": message("Monday to Sunday"),
    }
)
_VALUES: Mapping[str, Words] = MappingProxyType(
    {
        "permissions": {str(name): words for name, words in TEAM_PERMISSION_NAMES.items()},
        "week_start": dict(WEEK_STARTS),
        "layer": LAYERS,
        "days": _PARTS,
        "leaves": _PARTS,
    }
)


def setting_words(key: str) -> str:
    """Return the name of a setting in words."""
    words = key.replace("_", " ")
    return _SETTINGS.get(key) or words[:1].upper() + words[1:]


def value_words(key: str, value: str, locale: Locale) -> str | None:
    """Return a text value in words: an option, or a date in this locale; None if it is neither."""
    if found := _VALUES.get(key, {}).get(value):
        return found
    try:
        day = date.fromisoformat(value) if ISO_DATE.fullmatch(value) else None
    except ValueError:
        day = None
    return short_date(day, locale) if day else None
