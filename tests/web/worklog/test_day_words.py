"""The words for days that people type, in each language."""

from __future__ import annotations

from datetime import date, time

import pytest
from babel import Locale

from timesheet.domain.identity import TimeTracking
from timesheet.domain.language import LANGUAGES
from timesheet.domain.worklog.quick_add.line import read_line
from timesheet.web.http.catalog import open_language
from timesheet.web.worklog.day_words import RELATIVE, day_words

YESTERDAY = {"en": "yesterday", "de": "gestern", "es": "ayer", "fr": "hier", "pt_BR": "ontem", "ja": "昨日"}
TUESDAY = {
    "en": ("tuesday", "tue"),
    "de": ("dienstag", "di"),
    "es": ("martes", "mar"),
    "fr": ("mardi", "mar"),
    "pt_BR": ("terça-feira", "terça", "ter."),
    "ja": ("火曜日", "火曜", "火"),
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_language_has_its_days(code: str) -> None:
    locale = Locale.parse(code)
    words = day_words(locale, locale)
    assert words.days[YESTERDAY[code]] == words.days["yesterday"] == -1
    assert {0, -1, 1} <= set(RELATIVE[locale.language].values())
    assert {words.weekdays[word] for word in TUESDAY[code]} == {1}
    assert set(words.weekdays.values()) == set(range(7))
    assert words.weekdays["sunday"] == 6
    assert words.halves == (code in ("en", "es"))
    assert words.hour_sign == (code in ("es", "fr", "pt_BR"))


@pytest.mark.parametrize(
    ("code", "text", "days"),
    [
        ("en", "the day before yesterday", -2),
        ("en", "Day after tomorrow,", 2),
        ("en", "3 days ago", -3),
        ("en", "3d ago", -3),
        ("en", "2 weeks ago", -14),
        ("en", "in 3 days", 3),
        ("en", "in 1 week", 7),
        ("en", "3 days from now", 3),
        ("en", "Tues", -2),
        ("en", "Thurs.", 0),
        ("en", "Sept 3", -84),
        ("de", "Sonnabend", -5),
        ("de", "vor 3 Tagen", -3),
        ("de", "vor 1 Woche", -7),
        ("de", "in 3 Tagen", 3),
        ("fr", "avant hier", -2),
        ("fr", "après demain", 2),
        ("fr", "il y a 3 jours", -3),
        ("fr", "dans 2 semaines", 14),
        ("es", "antes de ayer", -2),
        ("es", "pasado mañana", 2),
        ("es", "hace 2 días", -2),
        ("es", "en 3 dias", 3),
        ("es", "dentro de 2 semanas", 14),
        ("pt_BR", "antes de ontem", -2),
        ("pt_BR", "depois de amanhã", 2),
        ("pt_BR", "há 10 dias", -10),
        ("pt_BR", "2 dias atrás", -2),
        ("pt_BR", "em 3 dias", 3),
        ("pt_BR", "daqui a 1 semana", 7),
        ("ja", "３日前", -3),
        ("ja", "明後日", 2),
        ("ja", "3日後", 3),
    ],
)
def test_a_day_can_have_several_words_or_a_number(code: str, text: str, days: int) -> None:
    locale = Locale.parse(code)
    today = date(2026, 11, 26)
    for line in (f"PAY-12 1h {text} parser", f"{text} PAY-12 1h parser", f"PAY-12 {text} 1h parser"):
        read = read_line(line, TimeTracking(True, 8 * 3600, 40 * 3600), today, day_words(locale, locale))
        assert (read.problem, read.seconds, read.comment) == ("", 3600, "parser"), line
        assert (read.day - today).days == days


@pytest.mark.parametrize(
    ("code", "text", "minutes", "days", "start", "comment"),
    [
        ("en", "9-11am sprint planning", 120, 0, "9:00", "sprint planning"),
        ("en", "from 2pm to 4:30pm refactoring", 150, 0, "14:00", "refactoring"),
        ("en", "2pm 1h demo", 60, 0, "14:00", "demo"),
        ("en", "1h Tuesday, November 24 standup", 60, -2, "", "standup"),
        ("en", "1h30 at 9 standup", 90, 0, "9:00", "standup"),
        ("en", "yesterday from 9 to 11 workshop", 120, -1, "9:00", "workshop"),
        ("en", "half an hour standup", 30, 0, "", "standup"),
        ("en", "an hour and a quarter standup", 75, 0, "", "standup"),
        ("en", "2h - pairing", 120, 0, "", "pairing"),
        ("en", "1h fixed 3 bugs", 60, 0, "", "fixed 3 bugs"),
        ("en", "1h plan for next week", 60, 0, "", "plan for next week"),
        ("de", "gestern um 9 1h Termin", 60, -1, "9:00", "Termin"),
        ("de", "1h heute Morgen Termin", 60, 0, "", "Morgen Termin"),
        ("de", "1h Dienstag, den 24.11. Termin", 60, -2, "", "Termin"),
        ("de", "eine halbe Stunde Doku", 30, 0, "", "Doku"),
        ("de", "eine Stunde 30 Minuten Doku", 90, 0, "", "Doku"),
        ("de", "diesen Morgen 1h Termin", 60, 0, "", "diesen Morgen Termin"),
        ("de", "9.00-11.00 Uhr Termin", 120, 0, "9:00", "Termin"),
        ("de", "1h Umstieg auf Python 3.12", 60, 0, "", "Umstieg auf Python 3.12"),
        ("de", "7,75h Support", 465, 0, "", "Support"),
        ("fr", "14h 1h30 réunion", 90, 0, "14:00", "réunion"),
        ("fr", "hier 14h30 1h réunion", 60, -1, "14:30", "réunion"),
        ("fr", "3h30 dev 14h", 210, 0, "14:00", "dev"),
        ("fr", "45min 14h réunion", 45, 0, "14:00", "réunion"),
        ("fr", "1 h 30 min atelier", 90, 0, "", "atelier"),
        ("fr", "à partir de 14h 1h atelier", 60, 0, "14:00", "atelier"),
        ("fr", "1h le mardi 24 novembre atelier", 60, -2, "", "atelier"),
        ("fr", "une demi-heure atelier", 30, 0, "", "atelier"),
        ("fr", "une heure et quart atelier", 75, 0, "", "atelier"),
        ("fr", "1 journée formation", 480, 0, "", "formation"),
        ("es", "14h 1h30 reunión", 90, 0, "14:00", "reunión"),
        ("es", "1h miercoles reunión", 60, -1, "", "reunión"),
        ("es", "1h a las 9 reunión", 60, 0, "9:00", "reunión"),
        ("es", "ayer 2pm 1h reunión", 60, -1, "14:00", "reunión"),
        ("es", "de 2 a 4 pm reunión", 120, 0, "14:00", "reunión"),
        ("es", "de 2:00 p. m. a 4:00 p. m. reunión", 120, 0, "14:00", "reunión"),
        ("es", "1h a las 2:30 p. m. reunión", 60, 0, "14:30", "reunión"),
        ("es", "media hora daily", 30, 0, "", "daily"),
        ("es", "una hora y cuarto daily", 75, 0, "", "daily"),
        ("es", "1h por la manana reunión", 60, 0, "", "por la manana reunión"),
        ("es", "1h esta mañana reunión", 60, 0, "", "esta mañana reunión"),
        ("es", "1h mañana por la mañana reunión", 60, 1, "", "por la mañana reunión"),
        ("pt_BR", "14h 1h30 reunião", 90, 0, "14:00", "reunião"),
        ("pt_BR", "1h terca reunião", 60, -2, "", "reunião"),
        ("pt_BR", "1h amanha reunião", 60, 1, "", "reunião"),
        ("pt_BR", "1h no dia 24/11 reunião", 60, -2, "", "reunião"),
        ("pt_BR", "30min 15h daily", 30, 0, "15:00", "daily"),
        ("pt_BR", "a partir das 14h 1h reunião", 60, 0, "14:00", "reunião"),
        ("pt_BR", "ontem das 14h às 15h30 reunião", 90, -1, "14:00", "reunião"),
        ("pt_BR", "meia hora daily", 30, 0, "", "daily"),
        ("ja", "昨日1時間30分パーサー修正", 90, -1, "", "パーサー修正"),
        ("ja", "レビュー2時間", 120, 0, "", "レビュー"),
        ("ja", "30分朝会", 30, 0, "", "朝会"),
        ("ja", "14時から1時間半 会議", 90, 0, "14:00", "会議"),
        ("ja", "昨日14:00-15:00会議", 60, -1, "14:00", "会議"),
        ("ja", "先週金曜1時間会議", 60, -6, "", "会議"),
        ("ja", "11/24（火） 1時間 会議", 60, -2, "", "会議"),
        ("ja", "11月24日（火）9時から11時 会議", 120, -2, "9:00", "会議"),
        ("ja", "3日前に1時間 会議", 60, -3, "", "会議"),
        ("ja", "1時間 タイムアウトを30分に変更", 60, 0, "", "タイムアウトを30分に変更"),
        ("ja", "2h 1時間前の障害調査", 120, 0, "", "1時間前の障害調査"),
    ],
)
def test_lines_as_people_of_each_language_type_them(
    code: str, text: str, minutes: int, days: int, start: str, comment: str
) -> None:
    locale, units, today = Locale.parse(code), TimeTracking(True, 28800, 144000), date(2026, 11, 26)
    line = read_line(f"PAY-12 {text}", units, today, day_words(locale, locale))
    begins = f"{line.start.hour}:{line.start.minute:02}" if line.start else ""
    assert (line.issue, line.seconds, line.problem) == ("PAY-12", minutes * 60, "")
    assert ((line.day - today).days, begins, line.comment) == (days, start, comment)


def test_a_number_of_days_without_that_word_is_still_a_duration() -> None:
    locale = Locale.parse("en")
    units = TimeTracking(True, 8 * 3600, 40 * 3600)
    read = read_line("PAY-12 3 days parser", units, date(2026, 11, 26), day_words(locale, locale))
    assert (read.seconds, read.day) == (3 * 8 * 3600, date(2026, 11, 26))


@pytest.mark.parametrize(
    ("code", "month"),
    [
        ("en", "nov"),
        ("de", "dezember"),
        ("es", "noviembre"),
        ("fr", "févr"),
        ("pt_BR", "março"),
        ("ja", "march"),
    ],
)
def test_each_language_has_its_months(code: str, month: str) -> None:
    locale = Locale.parse(code)
    words = day_words(locale, locale)
    assert words.months[month] == {"n": 11, "d": 12, "f": 2, "m": 3}[month[0]]
    assert words.months["january"] == 1
    assert not words.months.keys() & words.weekdays.keys()


LAST_FRIDAY = {
    "en": ("last friday", "friday of last week", "the previous friday"),
    "de": ("letzten Freitag", "am vergangenen Freitag", "Freitag letzter Woche", "Freitag der letzten Woche"),
    "es": ("el viernes pasado", "el último viernes", "viernes de la semana pasada"),
    "fr": ("vendredi dernier", "le vendredi de la semaine dernière", "vendredi passé"),
    "pt_BR": ("sexta passada", "na última sexta-feira", "sexta da semana passada"),
    "ja": ("先週の金曜日", "先週金曜", "前の金曜日"),
}
NEXT_MONDAY = {
    "en": "next monday",
    "de": "nächsten Montag",
    "es": "el lunes que viene",
    "fr": "lundi prochain",
    "pt_BR": "segunda que vem",
    "ja": "来週の月曜日",
}
LAST_WEEK = {
    "en": "last week",
    "de": "letzte Woche",
    "es": "la semana pasada",
    "fr": "la semaine dernière",
    "pt_BR": "na semana passada",
    "ja": "先週",
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_language_names_days_of_other_weeks(code: str) -> None:
    locale = Locale.parse(code)
    words, units, today = day_words(locale, locale), TimeTracking(True, 28800, 144000), date(2026, 11, 25)

    def read(text: str) -> tuple[date, str, str]:
        line = read_line(f"PAY-12 2h {text}", units, today, words)
        return line.day, line.comment, line.problem

    for text in LAST_FRIDAY[code]:
        assert read(f"{text} parser") == (date(2026, 11, 20), "parser", "")
    assert read(NEXT_MONDAY[code]) == (date(2026, 11, 30), "", "")
    assert read(LAST_WEEK[code])[2] == f"“{LAST_WEEK[code]}” is not a date. Use the form 2026-11-24."
    assert read(f"{LAST_WEEK[code]} parser") == (today, f"{LAST_WEEK[code]} parser", "")
    assert read(f"parser {LAST_WEEK[code]} parser")[1:] == (f"parser {LAST_WEEK[code]} parser", "")


def test_a_day_of_another_week_that_readers_disagree_on_is_asked_for() -> None:
    locale, units = Locale("en"), TimeTracking(True, 28800, 144000)
    line = read_line("PAY-12 2h last monday", units, date(2026, 11, 25), day_words(locale, locale))
    assert line.problem == "“last monday” can mean 2026-11-16 or 2026-11-23. Type one of these."


@pytest.mark.parametrize(
    ("code", "text"),
    [("en", "monday next steps"), ("de", "Montag nächste Schritte"), ("es", "lunes este plan")],
)
def test_a_word_after_a_weekday_that_begins_the_comment_stays_there(code: str, text: str) -> None:
    locale, units = Locale(code), TimeTracking(True, 28800, 144000)
    line = read_line(f"PAY-12 2h {text}", units, date(2026, 11, 25), day_words(locale, locale))
    assert (line.day, line.comment, line.problem) == (date(2026, 11, 23), text.split(" ", 1)[1], "")


def test_words_that_mean_something_else_are_no_days() -> None:
    german, french, portuguese = (Locale(code) for code in ("de", "fr", "pt"))
    assert "so" not in day_words(german, german).weekdays
    assert day_words(german, german).weekdays["so."] == 6
    assert "mon" not in day_words(french, french).weekdays
    assert "ter" not in day_words(portuguese, portuguese).weekdays


@pytest.mark.parametrize(
    ("name", "first"), [("en_US", True), ("en_GB", False), ("de_AT", False), ("ja", True)]
)
def test_the_locale_of_dates_decides_what_comes_first(name: str, first: bool) -> None:
    assert day_words(Locale.parse(name), Locale("en")).month_first is first


EXAMPLE = "PAY-12 1h30 yesterday 9:00 fixed the parser"


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_example_of_each_language_can_be_typed(code: str) -> None:
    language, day = open_language(code), date(2026, 11, 26)
    text, words = language.texts.gettext(EXAMPLE), day_words(language.locale, language.locale)
    line = read_line(text, TimeTracking(True, 28800, 144000), day, words)
    assert (line.issue, line.seconds, line.day) == ("PAY-12", 5400, date(2026, 11, 25))
    assert (line.start, line.problem) == (time(9), "")
