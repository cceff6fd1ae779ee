"""Days and spans in words, in the viewer's own locale."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_interval, format_skeleton, format_time
from babel.numbers import get_decimal_symbol

from timesheet.domain.figures import HOURS_AND_MINUTES
from timesheet.domain.span import SUNDAY, DateSpan, View
from timesheet.domain.worklog.sheet import Day
from timesheet.web.http.locale import open_locale

FALLBACK = open_locale("en_GB")
FRENCH = "fr"
FIRST_OF_A_MONTH = re.compile(r"(?<!\d)1(?=\s[^\W\d_])")
COLUMNS_OF_A_FORTNIGHT = 14


class ColumnHead(NamedTuple):
    """The head of one column: weekday, number, full name for titles, its classes, and the letter of a legend.

    ``closed`` says which team closed the day and who can reopen it.
    """

    weekday: str
    number: str
    name: str
    mark: str
    letter: str = ""
    closed: str = ""


@lru_cache(maxsize=64)
def locale_of(name: str) -> Locale:
    """Return Jira's locale name as a Babel locale; British English for an unknown one.

    Where Babel knows only the language, as of Jira's ``no_NO``, it is that language without its country. A modifier,
    as in Java's ``ar@calendar=gregorian``, is left out: Babel has no data for any.
    """
    whole = name.partition("@")[0].replace("-", "_")
    for known in (whole, whole.partition("_")[0]):
        with suppress(UnknownLocaleError, ValueError, TypeError):
            return open_locale(known)
    return FALLBACK


@lru_cache(maxsize=64)
def first_weekday(setting: str, locale: Locale) -> int:
    """Return the weekday on which a week starts (0 = Monday): the site's setting, or the locale's convention."""
    return int(setting) if setting.isdigit() and int(setting) <= SUNDAY else int(locale.first_week_day)


@lru_cache(maxsize=64)
def decimal_separator(locale: Locale) -> str:
    """Return the decimal separator."""
    return str(get_decimal_symbol(locale))


def local_number(text: str, locale: Locale) -> str:
    """Return a text whose numbers are written with a point as the locale writes them: ``1,5``."""
    return text.replace(".", decimal_separator(locale))


@lru_cache(maxsize=512)
def span_title(view: View, span: DateSpan, locale: Locale) -> str:
    """Return the span in words."""
    if view is View.MONTH:
        return str(format_skeleton("yMMMM", datetime.combine(span.first, datetime.min.time()), locale=locale))
    return ordinal(str(format_interval(span.first, span.last, "yMMMd", locale=locale)), locale)


@lru_cache(maxsize=256)
def month_head(day: date, locale: Locale) -> str:
    """Return the month of a day and its year, in as few letters as possible."""
    return str(format_skeleton("yMMM", datetime.combine(day, time()), locale=locale))


@lru_cache(maxsize=256)
def longest_week_title(year: int, locale: Locale) -> str:
    """Return the longest of the titles of weeks that begin in one month and end in the next, in or around ``year``."""
    ends = (*(date(year, month, 3) for month in range(1, 13)), date(year + 1, 1, 3))
    spans = (DateSpan(end - timedelta(days=6), end) for end in ends)
    return max((span_title(View.WEEK, span, locale) for span in spans), key=len)


def ordinal(text: str, locale: Locale) -> str:
    """Return a written date with the ordinal that French has for the first of a month: *1er mars*."""
    return FIRST_OF_A_MONTH.sub("1er", text) if locale.language == FRENCH else text


def iso_week(span: DateSpan) -> tuple[int, int]:
    """Return ISO year and week of the week that begins on ``span.first``, whatever weekday that is."""
    middle = (span.first + timedelta(days=3)).isocalendar()
    return middle.year, middle.week


@lru_cache(maxsize=4096)
def full_date(day: date, locale: Locale) -> str:
    """Return weekday, day, month, and year in words."""
    return ordinal(str(format_date(day, "full", locale=locale)), locale)


@lru_cache(maxsize=4096)
def medium_date(day: date, locale: Locale) -> str:
    """Return weekday, day, month, and year in a narrow column."""
    return ordinal(str(format_skeleton("yMMMEd", datetime.combine(day, time()), locale=locale)), locale)


@lru_cache(maxsize=4096)
def day_head(day: date, locale: Locale) -> str:
    """Return weekday and date, short enough for the head of a column."""
    at = datetime.combine(day, datetime.min.time())
    return ordinal(str(format_skeleton("MMMEd", at, locale=locale)), locale)


def month_and_day(day: date, locale: Locale) -> str:
    """Return day and month, for axes and for columns of more than one month."""
    return ordinal(
        str(format_skeleton("MMMd", datetime.combine(day, datetime.min.time()), locale=locale)), locale
    )


def clock_time(instant: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """Return the time of day in ``zone``."""
    return str(format_time(instant, "short", tzinfo=zone, locale=locale))


def is_second_pass(instant: datetime, zone: ZoneInfo) -> bool:
    """Return True for a time of day that occurs twice, when it occurs again after the clocks went back."""
    return bool(instant.astimezone(zone).fold)


def time_of_day(clock: time, locale: Locale) -> str:
    """Return a time of day that belongs to no zone."""
    return str(format_time(clock, "short", locale=locale))


def printed_end(begin: datetime, seconds: int) -> datetime:
    """Return the end of work by its start and its length as they are printed, both in minutes.

    Of 2 minutes and 30 seconds from 9:00, which are printed as 3 minutes, it is 9:03.
    """
    return begin.replace(second=0, microsecond=0) + timedelta(minutes=HOURS_AND_MINUTES.units(seconds))


def clock_range(begin: datetime, end: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """Return the times of day of a stretch; with a 12-hour clock, AM or PM once if it is the same."""
    first, last = clock_time(begin, zone, locale), clock_time(end, zone, locale)
    if "a" in locale.time_formats["short"].pattern and first != last:
        # Babel cannot compare the parts of a day that some locales, such as zh_HK, name beside the hour.
        with suppress(NotImplementedError):
            return str(format_interval(begin, end, "hm", tzinfo=zone, locale=locale))
    return f"{first}–{last}"


def printed_hours(begin: datetime, seconds: int, zone: ZoneInfo, locale: Locale) -> str:
    """Return the times of day of work by its start and its length, both as they are printed."""
    return clock_range(begin, printed_end(begin, seconds), zone, locale)


def date_and_time(instant: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """Return day and time of day in ``zone``, for a moment in the past."""
    return ordinal(str(format_datetime(instant, "medium", tzinfo=zone, locale=locale)), locale)


def month_and_year(month: date, locale: Locale) -> str:
    """Return a month with its year in words."""
    return str(format_skeleton("yMMMM", datetime.combine(month, datetime.min.time()), locale=locale))


def year_title(year: int, locale: Locale) -> str:
    """Return a year that is not part of a date; some languages write a word after the number: *2030年*."""
    return str(format_skeleton("y", datetime(year, 1, 1), locale=locale))  # noqa: DTZ001


def short_date(day: date, locale: Locale) -> str:
    """Return day, month, and year in the form used in tables."""
    return ordinal(str(format_date(day, "medium", locale=locale)), locale)


@lru_cache(maxsize=512)
def heads_of(days: tuple[Day, ...], today: date, locale: Locale, week_start: int) -> tuple[ColumnHead, ...]:
    """Return the heads of a sheet's columns, cached because the same days occur often.

    In a long sheet, the last day of each week, which begins on ``week_start`` (0 = Monday), has a mark.
    """
    last_weekday = (week_start - 1) % 7 if len(days) > COLUMNS_OF_A_FORTNIGHT else None
    one_month = days[0].date.month == days[-1].date.month and days[0].date.year == days[-1].date.year
    return tuple(
        _head(day, today, locale, last_weekday, named=not one_month and (n == 0 or day.date.day == 1))
        for n, day in enumerate(days)
    )


def _labeled(label: str, text: str, locale: Locale) -> str:
    """Return a text after its label and a colon, before which French has a no-break space."""
    return f"{label}\u00a0: {text}" if locale.language == FRENCH else f"{label}: {text}"


def _head(day: Day, today: date, locale: Locale, last_weekday: int | None, *, named: bool) -> ColumnHead:
    weekday, plain, with_month, name = _words(day.date, locale)
    marks = [] if day.working else ["off"]
    if day.date == today:
        marks.append("now")
    if day.date.weekday() == last_weekday:
        marks.append("week-end")
    if day.closed:
        marks.append("closed")
    tooltip = ". ".join(filter(None, (day.reason, day.closed)))
    full = _labeled(name, tooltip, locale) if tooltip else name
    return ColumnHead(weekday, with_month if named else plain, full, " ".join(marks), day.letter, day.closed)


@lru_cache(maxsize=4096)
def _words(day: date, locale: Locale) -> tuple[str, str, str, str]:
    return (
        str(format_date(day, "EEE", locale=locale)),
        str(day.day),
        month_and_day(day, locale),
        full_date(day, locale),
    )
