"""Public holidays from the library, with names that people can choose from."""

from __future__ import annotations

from datetime import date

import pytest

from timesheet.adapters.holidays.public import LibraryHolidays
from timesheet.domain.errors import InvalidInput

KNOWN = LibraryHolidays()


def titles(country: str, region: str, year: int, language: str = "en_US") -> dict[date, str]:
    return {day.date: day.title for day in KNOWN.days(country, region, year, language)}


def test_countries_and_regions_have_names_in_order() -> None:
    countries = KNOWN.countries("en_GB")
    assert ("DE", "Germany") in [(place.code, place.name) for place in countries]
    codes = [place.code for place in countries]
    assert codes.index("AF") < codes.index("AX") < codes.index("AL"), "Åland Islands stand with A"
    assert ("BY", "Bayern") in [(place.code, place.name) for place in KNOWN.regions("DE")]
    assert KNOWN.regions("nowhere") == ()


@pytest.mark.parametrize(
    ("locale", "germany", "french"),
    [
        ("ja", "ドイツ", "フランス語"),
        ("de_AT", "Deutschland", "Französisch"),
        ("pt_BR", "Alemanha", "francês"),
        ("xx", "Germany", "French"),
    ],
)
def test_countries_and_languages_have_names_in_the_readers_language(
    locale: str, germany: str, french: str
) -> None:
    assert ("DE", germany) in [(place.code, place.name) for place in KNOWN.countries(locale)]
    assert ("fr", french) in [(place.code, place.name) for place in KNOWN.languages("CH", locale)]


def test_regions_have_names() -> None:
    countries = KNOWN.countries("en")
    assert all(place.name for country in countries for place in KNOWN.regions(country.code))


def test_a_region_has_holidays_that_the_country_has_not() -> None:
    corpus_christi = date(2026, 6, 4)
    assert titles("DE", "BY", 2026)[corpus_christi] == "Corpus Christi"
    assert corpus_christi not in titles("DE", "", 2026)
    assert titles("DE", "", 2026)[date(2026, 12, 25)] == "Christmas Day"
    assert list(titles("DE", "BY", 2026)) == sorted(titles("DE", "BY", 2026))
    assert all(day.year == 2026 for day in titles("DE", "BY", 2026))


def test_names_come_in_a_language_of_the_country() -> None:
    assert titles("DE", "", 2026, "de")[date(2026, 1, 1)] == "Neujahr"
    assert titles("DE", "", 2026, "xx")[date(2026, 1, 1)] == "Neujahr"
    assert [place.code for place in KNOWN.languages("CH", "it_CH")][:2] == ["it", "de"]
    assert [place.code for place in KNOWN.languages("CH", "ja_JP")][:2] == ["de", "en_US"]
    assert [place.code for place in KNOWN.languages("FR", "de_DE")][:1] == ["fr"]
    assert KNOWN.languages("CH", "fr_CH")[0].name == "français"
    assert KNOWN.languages("nowhere", "en") == ()


@pytest.mark.parametrize(
    ("country", "region", "year", "field"),
    [
        ("XX", "", 2026, "country"),
        ("DE", "TX", 2026, "region"),
        ("DE", "", 1970, "year"),
        ("DE", "", 9999, "year"),
    ],
)
def test_what_is_not_on_the_lists_is_refused(country: str, region: str, year: int, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        KNOWN.days(country, region, year, "en_US")
    assert caught.value.field == field


def test_every_country_has_holidays_to_read() -> None:
    for country in KNOWN.countries("en"):
        [*languages] = KNOWN.languages(country.code, "en_GB")
        for day in KNOWN.days(country.code, "", 2026, languages[0].code if languages else ""):
            assert 0 < len(day.title) <= 100
            assert ";" not in day.title
