"""Babel's locales, each with data of its own."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from babel import Locale, localedata

from timesheet.domain.lazy import lazy

UNUSED = ("currency_", "compact_currency_", "compound_unit_", "unit_display_", "meta_zones", "time_zones")
"""The beginnings of the names of parts that the app never shows. With units, they are three quarters of a copy."""


class OwnLocale(Locale):
    """A locale with a copy of its data, without that on currencies, zones, and units other than of time.

    Locales share the parts that they inherit, and Babel writes into them what it looks up for one locale: after a
    Japanese month, the months of German would be Japanese.
    """

    @lazy
    def _data(self) -> localedata.LocaleDataDict:
        data: Any = localedata.load(str(self))
        used = {part: content for part, content in data.items() if not part.startswith(UNUSED)}
        units = {unit: of for unit, of in data["unit_patterns"].items() if unit.startswith("duration-")}
        return localedata.LocaleDataDict(deepcopy({**used, "unit_patterns": units}))


@cache
def open_locale(name: str) -> Locale:
    """Return a locale by its name, such as ``pt_BR``. Raise UnknownLocaleError or ValueError like ``Locale.parse``."""
    return OwnLocale.parse(name)
