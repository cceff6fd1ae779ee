from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from babel import Locale

from tests.services.support.scene import BERLIN
from timesheet.domain.language import offered_language
from timesheet.domain.span import DateSpan, View, week_of
from timesheet.domain.worklog.sheet import Day
from timesheet.web.http.dates import (
    clock_range,
    clock_time,
    decimal_separator,
    first_weekday,
    full_date,
    heads_of,
    iso_week,
    locale_of,
    longest_week_title,
    month_and_year,
    span_title,
    year_title,
)

GB, US, DE = Locale("en", "GB"), Locale("en", "US"), Locale("de", "DE")
TUESDAY = date(2026, 11, 24)


def days(first: date, count: int) -> tuple[Day, ...]:
    every = (first + timedelta(days=n) for n in range(count))
    return tuple(Day(day, 0 if day.weekday() > 4 else 28_800) for day in every)


@pytest.mark.parametrize("name", ["xx_YY", "", "x-nothing-of-the-kind", "../../etc"])
def test_a_locale_nobody_knows_is_british(name: str) -> None:
    assert locale_of(name) == GB


def test_jiras_locale_names_are_understood() -> None:
    assert [str(locale_of(name)) for name in ("de_DE", "pt-BR", "en_US")] == ["de_DE", "pt_BR", "en_US"]


@pytest.mark.parametrize("name", ["no_NO", "no-NO", "no_NO_x"])
def test_a_language_is_known_where_its_country_is_not(name: str) -> None:
    norwegian = locale_of(name)
    assert full_date(date(2030, 3, 1), norwegian) == "fredag 1. mars 2030"
    assert decimal_separator(norwegian) == ","


@pytest.mark.parametrize("name", ["de_DE@euro", "de-DE@x=y"])
def test_a_modifier_of_a_locale_is_left_out(name: str) -> None:
    assert (locale_of(name), offered_language(name)) == (DE, "de")
    assert first_weekday("locale", locale_of(name)) == 0


@pytest.mark.parametrize(
    ("setting", "locale", "weekday"),
    [("locale", GB, 0), ("locale", US, 6), ("6", GB, 6), ("0", US, 0), ("9", US, 6), ("", DE, 0)],
)
def test_t08_the_site_decides_where_a_week_starts_or_else_the_locale(
    setting: str, locale: Locale, weekday: int
) -> None:
    assert first_weekday(setting, locale) == weekday


@pytest.mark.parametrize(
    ("day", "start", "expected"),
    [
        (date(2026, 12, 29), 0, (2026, 53)),
        (date(2027, 1, 4), 0, (2027, 1)),
        (date(2027, 1, 3), 0, (2026, 53)),
        (date(2024, 12, 30), 0, (2025, 1)),
        (date(2027, 1, 2), 6, (2026, 53)),
    ],
)
def test_t08_a_week_has_its_iso_year(day: date, start: int, expected: tuple[int, int]) -> None:
    assert iso_week(week_of(day, start)) == expected


def test_spans_read_as_people_write_them() -> None:
    week = DateSpan(date(2026, 11, 23), date(2026, 11, 29))
    assert span_title(View.WEEK, week, GB).replace("\u2009", "") == "23–29 Nov 2026"
    assert span_title(View.MONTH, DateSpan(date(2026, 11, 1), date(2026, 11, 30)), DE) == "November 2026"
    assert longest_week_title(2026, GB).replace("\u2009", "") == "28 Dec 2025–3 Jan 2026"


def test_heads_mark_today_and_days_off_in_words_and_classes() -> None:
    heads = heads_of(days(date(2026, 11, 23), 7), TUESDAY, GB, 0)
    assert [head.mark for head in heads] == ["", "now", "", "", "", "off", "off"]
    assert (heads[1].weekday, heads[1].number) == ("Tue", "24")
    assert heads[1].name == "Tuesday, 24 November 2026" or heads[1].name == "Tuesday 24 November 2026"


def test_a_span_over_two_months_names_them_where_they_begin() -> None:
    heads = heads_of(days(date(2026, 11, 28), 7), TUESDAY, GB, 0)
    assert [head.number for head in heads] == ["28 Nov", "29", "30", "1 Dec", "2", "3", "4"]


@pytest.mark.parametrize(
    ("week_start", "ends"), [(0, [6, 13, 20, 27]), (6, [5, 12, 19, 26]), (5, [4, 11, 18, 25])]
)
def test_t08_long_sheets_draw_a_line_after_each_week(week_start: int, ends: list[int]) -> None:
    heads = heads_of(days(date(2026, 11, 2), 28), TUESDAY, GB, week_start)
    assert [n for n, head in enumerate(heads) if "week-end" in head.mark.split()] == ends


def test_numbers_follow_the_locale() -> None:
    assert (decimal_separator(DE), decimal_separator(US)) == (",", ".")


def test_t04_noon_and_midnight_are_what_they_are() -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    texts = [
        clock_time(at + timedelta(hours=h, minutes=30), BERLIN, US).replace("\u202f", " ") for h in (23, 11)
    ]
    assert texts == ["12:30 AM", "12:30 PM"]


def test_a_month_and_its_year_are_in_the_order_of_the_language() -> None:
    month = date(2030, 3, 1)
    said = [month_and_year(month, Locale.parse(name)) for name in ("en_GB", "de", "es", "ja")]
    assert said == ["March 2030", "März 2030", "marzo de 2030", "2030年3月"]


@pytest.mark.parametrize(
    ("name", "text"),
    [*((name, "2030") for name in ("en_GB", "de", "es", "fr", "pt_BR")), ("ja", "2030年"), ("ko", "2030년")],
)
def test_a_year_that_stands_alone_is_written_as_the_language_does(name: str, text: str) -> None:
    assert year_title(2030, Locale.parse(name)) == text


@pytest.mark.parametrize(
    ("name", "end", "text"),
    [
        ("en_US", (11, 15), "9:45\u2009–\u200911:15\u202fAM"),
        ("en_US", (13, 0), "9:45\u202fAM\u2009–\u20091:00\u202fPM"),
        ("en_US", (9, 45), "9:45\u202fAM–9:45\u202fAM"),
        ("en_GB", (11, 15), "09:45–11:15"),
        ("de_DE", (11, 15), "09:45–11:15"),
        ("ja_JP", (11, 15), "9:45–11:15"),
        ("zh_Hant_HK", (11, 15), "上午9:45–上午11:15"),
    ],
)
def test_a_clock_of_twelve_hours_names_the_half_of_the_day_once(
    name: str, end: tuple[int, int], text: str
) -> None:
    begin = datetime(2026, 11, 24, 9, 45, tzinfo=BERLIN)
    ended = datetime(2026, 11, 24, *end, tzinfo=BERLIN)
    assert clock_range(begin, ended, BERLIN, Locale.parse(name)) == text
