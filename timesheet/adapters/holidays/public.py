"""Public holidays from the library ``holidays``, and names of countries and languages from Babel's CLDR data.

The library is loaded when an import is offered: it takes 3 MiB, and few processes ever import holidays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from babel import Locale, UnknownLocaleError

from timesheet.domain.alphabet import alphabetical
from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.name import LONGEST_NAME
from timesheet.services.ports.calendar import OfferedDay, Place

if TYPE_CHECKING:
    from holidays import HolidayBase

FIRST_YEAR, LAST_YEAR = 1971, 2100
ENGLISH = Locale("en")
BETWEEN = "; "


class LibraryHolidays:
    """Implements PublicHolidays."""

    def countries(self, locale: str) -> Sequence[Place]:
        """See PublicHolidays."""
        return _countries(_language_of(locale))

    def regions(self, country: str) -> Sequence[Place]:
        """See PublicHolidays."""
        return _regions(country)

    def languages(self, country: str, locale: str) -> Sequence[Place]:
        """See PublicHolidays; the country's own language comes second, then English."""
        if country not in _codes():
            return ()
        calendar = _holidays_of(country)
        own, codes = calendar.default_language or "", calendar.supported_languages
        language = locale.partition("_")[0]
        ranked = sorted(
            codes,
            key=lambda code: (
                code.partition("_")[0] != language,
                code != own,
                not code.startswith("en"),
                code,
            ),
        )
        names = _language_of(locale)
        return tuple(Place(code, _language_name(code, names)) for code in ranked)

    def days(self, country: str, region: str, year: int, language: str) -> Sequence[OfferedDay]:
        """See PublicHolidays."""
        if country not in _codes():
            raise InvalidInput(message("Choose a country from the list."), field="country")
        if region and region not in _codes()[country]:
            raise InvalidInput(message("Choose a region of that country from the list."), field="region")
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise InvalidInput(
                message(
                    "Choose a year from {first_year} to {last_year}.",
                    first_year=FIRST_YEAR,
                    last_year=LAST_YEAR,
                ),
                field="year",
            )
        known = _holidays_of(country)
        # Without a language the library would use the server's own.
        spoken = language if language in known.supported_languages else known.default_language
        found = _holidays_of(country, subdiv=region or None, years=[year], language=spoken)
        return tuple(
            OfferedDay(day, title.replace(BETWEEN, " / ")[:LONGEST_NAME])
            for day, title in sorted(found.items())
        )


def _holidays_of(country: str, **chosen: Any) -> HolidayBase:
    from holidays import country_holidays  # noqa: PLC0415

    return country_holidays(country, **chosen)


@lru_cache(maxsize=1)
def _codes() -> dict[str, tuple[str, ...]]:
    """Return the regions of each country, by their codes."""
    from holidays import list_supported_countries  # noqa: PLC0415

    supported = list_supported_countries(include_aliases=False)
    return {country: tuple(regions) for country, regions in supported.items()}


@lru_cache(maxsize=16)
def _countries(names: Locale) -> tuple[Place, ...]:
    places = (Place(code, str(names.territories.get(code) or code)) for code in _codes())
    return tuple(sorted(places, key=lambda place: alphabetical(place.name)))


def _language_of(locale: str) -> Locale:
    """Return the language in which places have names, without the country of ``locale``."""
    try:
        return Locale.parse(locale.partition("_")[0])
    except (UnknownLocaleError, ValueError):
        return ENGLISH


@lru_cache(maxsize=256)
def _regions(country: str) -> tuple[Place, ...]:
    if not _codes().get(country):
        return ()
    names = defaultdict[str, list[str]](list)
    for name, code in _holidays_of(country).subdivisions_aliases.items():
        names[code].append(name)
    places = (Place(code, names[code][0] if names[code] else code) for code in _codes()[country])
    return tuple(sorted(places, key=lambda place: alphabetical(place.name)))


def _language_name(code: str, names: Locale) -> str:
    try:
        return str(Locale.parse(code).get_display_name(names) or code)
    except (UnknownLocaleError, ValueError):
        return code
