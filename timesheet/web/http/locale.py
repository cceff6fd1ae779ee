"""Babel's locales, each with data of its own."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from babel import Locale, localedata

from timesheet.domain.lazy import lazy


class OwnLocale(Locale):
    """A locale with a copy of its data.

    Locales share the parts that they inherit, and Babel writes into them what it looks up for one locale: after a
    Japanese month, the months of German would be Japanese.
    """

    @lazy
    def _data(self) -> localedata.LocaleDataDict:
        own: Any = deepcopy(localedata.load(str(self)))
        return localedata.LocaleDataDict(own)


@cache
def open_locale(name: str) -> Locale:
    """Return a locale by its name, such as ``pt_BR``. Raise UnknownLocaleError or ValueError like ``Locale.parse``."""
    return OwnLocale.parse(name)
