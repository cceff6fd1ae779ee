"""The words for days that a reader types: weekdays from Babel's CLDR data, and words such as “yesterday”."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

from babel import Locale

from timesheet.domain.language import ENGLISH
from timesheet.domain.worklog.quick_add.day import DayWords
from timesheet.web.http.locale import open_locale

T = TypeVar("T")

# Babel's data has no names of days relative to today.
RELATIVE: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "en": {
            "today": 0,
            "yesterday": -1,
            "day before yesterday": -2,
            "the day before yesterday": -2,  # not shown
            "tomorrow": 1,
            "day after tomorrow": 2,
            "the day after tomorrow": 2,  # not shown
            **dict.fromkeys(("#d ago", "# day ago", "# days ago"), -1),
            **dict.fromkeys(("#w ago", "# week ago", "# weeks ago"), -7),
            **dict.fromkeys(("in # day", "in # days", "# day from now", "# days from now"), 1),
            **dict.fromkeys(("in # week", "in # weeks", "# week from now", "# weeks from now"), 7),
        },
        "de": {
            "heute": 0,
            "gestern": -1,
            "vorgestern": -2,
            "morgen": 1,
            "übermorgen": 2,
            **dict.fromkeys(("vor # tag", "vor # tagen"), -1),
            **dict.fromkeys(("vor # woche", "vor # wochen"), -7),
            **dict.fromkeys(("in # tag", "in # tagen"), 1),
            **dict.fromkeys(("in # woche", "in # wochen"), 7),
        },
        "fr": {
            "aujourd'hui": 0,
            "hier": -1,
            "avant-hier": -2,
            "avant hier": -2,
            "demain": 1,
            "après-demain": 2,
            "après demain": 2,
            **dict.fromkeys(("il y a # jour", "il y a # jours"), -1),
            **dict.fromkeys(("il y a # semaine", "il y a # semaines"), -7),
            **dict.fromkeys(("dans # jour", "dans # jours"), 1),
            **dict.fromkeys(("dans # semaine", "dans # semaines"), 7),
        },
        "es": {
            "hoy": 0,
            "ayer": -1,
            "anteayer": -2,
            "antier": -2,
            "antes de ayer": -2,
            "mañana": 1,
            "pasado mañana": 2,
            **dict.fromkeys(("hace # día", "hace # días", "hace # dia", "hace # dias"), -1),
            **dict.fromkeys(("hace # semana", "hace # semanas"), -7),
            **dict.fromkeys(("en # día", "en # días", "en # dia", "en # dias"), 1),
            **dict.fromkeys(
                ("dentro de # día", "dentro de # días", "dentro de # dia", "dentro de # dias"), 1
            ),
            **dict.fromkeys(("en # semana", "en # semanas", "dentro de # semana", "dentro de # semanas"), 7),
        },
        "pt": {
            "hoje": 0,
            "ontem": -1,
            "anteontem": -2,
            "antes de ontem": -2,
            "amanhã": 1,
            "depois de amanhã": 2,
            **dict.fromkeys(("há # dia", "há # dias", "# dia atrás", "# dias atrás"), -1),
            **dict.fromkeys(("há # semana", "há # semanas", "# semana atrás", "# semanas atrás"), -7),
            **dict.fromkeys(("em # dia", "em # dias", "daqui a # dia", "daqui a # dias"), 1),
            **dict.fromkeys(("em # semana", "em # semanas", "daqui a # semana", "daqui a # semanas"), 7),
        },
        "ja": {
            "今日": 0,
            "本日": 0,
            "きょう": 0,
            "昨日": -1,
            "きのう": -1,
            "一昨日": -2,
            "おととい": -2,
            "明日": 1,
            "あした": 1,
            "明後日": 2,
            "あさって": 2,
            "#日前": -1,
            "#週間前": -7,
            "#日後": 1,
            "#週間後": 7,
        },
    }
)
# The words before or after a weekday, or a word for a week, that name another week than this one, or this one.
OFFSETS: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "en": {-1: "last previous past", 0: "this", 1: "next coming"},
        "de": {
            -1: "letzte letzten letzter letztem vergangene vergangenen vergangener vorige vorigen voriger",  # not shown
            0: "diese diesen dieser diesem dieses",  # not shown
            1: "nächste nächsten nächster nächstem nächstes kommende kommenden kommender",
        },
        "fr": {
            -1: "dernier dernière passé passée précédent précédente",
            0: "ce cette",
            1: "prochain prochaine suivant suivante",  # not shown
        },
        "es": {
            -1: "pasado pasada último última ultimo ultima anterior",
            0: "este esta",
            1: "próximo próxima proximo proxima viene siguiente",
        },
        "pt": {
            -1: "passado passada último última ultimo ultima anterior",
            0: "este esta neste nesta esse essa nesse nessa",  # not shown
            1: "próximo próxima proximo proxima vem seguinte",
        },
        "ja": {-1: "前", 0: "この", 1: "次"},
    }
)
# Other languages have these words before the weekday only: the “next” of “Monday next steps” belongs to the comment.
AFTER_WEEKDAY = ("fr", "es", "pt")
WEEKS: Mapping[str, Mapping[str, int | None]] = MappingProxyType(
    {
        "en": {"week": None},
        "de": {"woche": None},
        "fr": {"semaine": None},
        "es": {"semana": None},
        "pt": {"semana": None},
        "ja": {"先週": -1, "前週": -1, "今週": 0, "来週": 1, "翌週": 1},
    }
)
# Words that people write in addition to the names of CLDR.
WEEKDAYS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "en": {"tues": 1, "weds": 2, "thur": 3, "thurs": 3},
        "de": {"sonnabend": 5},
        "pt": {"segunda": 0, "terça": 1, "quarta": 2, "quinta": 3, "sexta": 4},
        "ja": {"月曜": 0, "火曜": 1, "水曜": 2, "木曜": 3, "金曜": 4, "土曜": 5, "日曜": 6},
    }
)
# Languages that write “9:00 pm”, and those that write “14h”, which is a duration in others.
WITH_HALVES = frozenset({ENGLISH, "es"})
WITH_HOUR_SIGN = frozenset({"fr", "es", "pt"})
# Abbreviations that are other words without their period: “so” in German, “to have” in Portuguese.
WORDS_TOO = frozenset({"so", "ter"})
LONG, BOTH = ("wide",), ("wide", "abbreviated")


@lru_cache(maxsize=64)
def day_words(locale: Locale, own: Locale) -> DayWords:
    """Return the words of ``own``, the reader's language, and of ``locale``, which decides whether months come first.

    English words always work, but only whole names of days: “mon” is a word of French.
    """
    weekdays = {**_weekdays(open_locale(ENGLISH), LONG), **_weekdays(locale, BOTH), **_weekdays(own, BOTH)}
    languages = dict.fromkeys((ENGLISH, locale.language, own.language))
    for language in languages:
        weekdays |= WEEKDAYS.get(language, {})
    relative = {word: days for language in languages for word, days in RELATIVE.get(language, {}).items()}
    months = {"sept": 9, **_months(open_locale(ENGLISH), LONG), **_months(locale, BOTH), **_months(own, BOTH)}
    offsets = {
        word: offset
        for language in languages
        for offset, listed in OFFSETS.get(language, {}).items()
        for word in listed.split()
    }
    after_weekday = frozenset(
        word
        for language in languages
        if language in AFTER_WEEKDAY
        for offset in (-1, 1)
        for word in OFFSETS[language][offset].split()
    )
    weeks = {word: offset for language in languages for word, offset in WEEKS.get(language, {}).items()}
    pattern = locale.date_formats["short"].pattern
    return DayWords(
        MappingProxyType(_unaccented(relative)),
        MappingProxyType(_unaccented(weekdays)),
        # “mar” is Tuesday in Spanish, also where March is meant.
        MappingProxyType(
            {name: month for name, month in _unaccented(months).items() if name not in weekdays}
        ),
        MappingProxyType(offsets),
        MappingProxyType(weeks),
        after_weekday,
        month_first=pattern.index("M") < pattern.index("d"),
        halves=own.language in WITH_HALVES,
        hour_sign=own.language in WITH_HOUR_SIGN,
    )


def _unaccented(words: Mapping[str, T]) -> dict[str, T]:
    """Return the words also as people type them who leave out accents, as in “manana” and “terca”."""
    return {"".join(map(_plain_letter, word)): value for word, value in words.items()} | dict(words)


def _plain_letter(letter: str) -> str:
    plain = unicodedata.normalize("NFD", letter)[0]
    return plain if plain.isascii() else letter


def _weekdays(locale: Locale, widths: Iterable[str]) -> dict[str, int]:
    """Return the names of the weekdays in lower case, without a final period unless they are other words then."""
    found: dict[str, int] = {}
    for form in ("format", "stand-alone"):
        for width in widths:
            for number, name in locale.days[form][width].items():
                plain = name.casefold().rstrip(".")
                found[f"{plain}." if plain in WORDS_TOO else plain] = number
    return found


def _months(locale: Locale, widths: Iterable[str]) -> dict[str, int]:
    """Return the names of the months in lower case, without a final period. In Japanese they are numbers."""
    return {
        name.casefold().rstrip("."): month
        for form in ("format", "stand-alone")
        for width in widths
        for month, name in locale.months[form][width].items()
        if name[:1].isalpha()
    }
