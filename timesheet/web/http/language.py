"""The reader's language: which one it is, and every sentence, date, list, and duration in it.

Templates and views write sentences with ``_``, ``_n``, and ``_p``; ``localize`` makes the Message of another layer
into a sentence. The tool that collects sentences for translators knows these names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, time
from typing import NamedTuple, cast

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from flask import Flask, current_app, g, has_request_context, request, url_for
from markupsafe import Markup, escape

from timesheet.domain.english import MINUTE, describe, join_words
from timesheet.domain.errors import DatabaseBusy, TimesheetError
from timesheet.domain.figures import HOURS_AND_MINUTES, Figures
from timesheet.domain.language import ENGLISH, LANGUAGES, TEST_LANGUAGES, choose_language, offered_language
from timesheet.domain.message import Message, Seconds
from timesheet.web.http.catalog import Language, open_language, versioned_sentences
from timesheet.web.http.context import current
from timesheet.web.http.dates import FALLBACK, local_number, locale_of, ordinal, time_of_day

LEFT_TO_RIGHT = "\u200e"
"""A mark without width: in a text from right to left, the sign of a figure after it stays before the digits."""
RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
"""A letter of Hebrew, Arabic, or another script that is written from right to left."""
ISOLATE, END_OF_ISOLATE = "\u2068", "\u2069"
"""Around a text whose direction has no effect outside: without them, figures after a Hebrew name precede it."""
SPANISH = "es"
# The names of values that say how many things there are. Other whole numbers are ids, years, and places in a file.
HOW_MANY = frozenset(
    "all changing count days done first joined_count last left_count longest_note longest_retention most most_days"
    " most_people rows shown total written".split()
)
GROUPED_FROM_TEN_THOUSAND = frozenset("es es_ES pt_PT".split())
"""Locales that group only numbers of five digits or more (CLDR's minimumGroupingDigits, which Babel does not know)."""
ONE_O_CLOCK = re.compile(r"0?1:\d\d\b")
"""A time of day that Spanish and Portuguese write in the singular: *a la 1:00*, but *a las 2:00*."""
SINGULAR_ARTICLES = {"es": (("las", "la"),), "pt_BR": (("às", "à"), ("das", "da"))}
SOUND_OF_I = re.compile(r"(?:i|í|hi(?![aeo])|hí)", re.IGNORECASE)
"""Begins a Spanish word before which *y* becomes *e*: not *hielo*, which begins with another sound."""
FULL_STOP_WITH_SPACE = ("。", "。</b>")
"""Ends of a Japanese sentence, plain and bold: the full stop contains the space after it."""
ASK_NOBODY = "ask_nobody_for_language"
PAGE_LANGUAGE = "X-Page-Language"
"""The header in which a first page names the language that it guessed."""
_CURRENT: ContextVar[Language | None] = ContextVar("language", default=None)


def language() -> Language:
    """Return the language of the person who reads the response; outside of a request it is English."""
    found = _CURRENT.get()
    if found is None:
        found = open_language(choose_language(*_wishes()))
        _CURRENT.set(found)
    return found


@contextmanager
def speaking(chosen: Language) -> Iterator[None]:
    """Use this language within the block, for a file that is written after its request is over."""
    before = _CURRENT.set(chosen)
    try:
        yield
    finally:
        _CURRENT.reset(before)


def stop_asking() -> None:
    """Find the language without Jira and the database from now on, because one of them failed in this request."""
    g.setdefault(ASK_NOBODY, True)


def paint_first() -> None:
    """Choose the language of this page without waiting for Jira, which is asked meanwhile.

    If Jira names another language, the next request of the page gets the whole page again
    (``is_another_language``).
    """
    if not current().prepare_language():
        stop_asking()


def language_headers() -> Mapping[str, str]:
    """Return the header that the next request of this page needs; none if its language is certain."""
    tag = language().tag
    return {PAGE_LANGUAGE: tag} if g.get(ASK_NOBODY) else {}


def is_another_language() -> bool:
    """Return True if the requesting page is in another language than the reader's, which is now known."""
    painted = request.headers.get(PAGE_LANGUAGE, "")
    return bool(painted) and language().tag != painted and not g.get(ASK_NOBODY)


def sentences_address() -> str:
    """Return the address of the sentences that scripts of the reader's page need; empty for English, which they
    contain.
    """
    code = language().code
    if code == ENGLISH:
        return ""
    return url_for("language.show_sentences", code=code, version=versioned_sentences(code)[0])


def _(pattern: str, /, **values: object) -> str:
    """Return a sentence: ``pattern`` is its English text with values in braces, by name.

    The result is Markup if a value is; everything else in it is escaped then.
    """
    text = (_CURRENT.get() or language()).texts.gettext(pattern)
    return fill(text, values) if values else text


def _n(one: str, other: str, count: int, /, **values: object) -> str:
    """Return a sentence about ``count`` things, by the plural forms of the language; ``{count}`` is the number."""
    return fill(language().texts.ngettext(one, other, count), {"count": count, **values})


def _p(context: str, pattern: str, /, **values: object) -> str:
    """Return a sentence whose English text means something else elsewhere; ``context`` tells translators which."""
    text = language().texts.pgettext(context, pattern)
    return fill(text, values) if values else text


def localize(text: str) -> str:
    """Return the sentence of another layer in the reader's language; other text, as people typed it, as it is."""
    if not isinstance(text, Message):
        return text
    if text.other:
        return fill(language().texts.ngettext(text.pattern, text.other, text.number), text.values)
    texts = language().texts
    pattern = texts.pgettext(text.context, text.pattern) if text.context else texts.gettext(text.pattern)
    return fill(pattern, text.values) if text.values else pattern


def as_stored(typed: str, stored: str) -> str:
    """Return the name to store for something built in, which forms show in the reader's language: ``stored`` if the
    reader left it as it is, so that others still see it in theirs.
    """
    return str(stored) if isinstance(stored, Message) and typed.strip() == localize(stored) else typed


def fill(text: str, values: Mapping[str, object]) -> str:
    """Return a sentence with its values in the reader's language; Markup, and escaped, if one of them is Markup.

    A value that ends in a period, as “2 Std.” does, ends the sentence too, and one o'clock has a singular article.
    """
    # The types of nearly all values first: texts, and durations.
    texts = {
        name: (value if value.isascii() else isolated(value))
        if type(value) is str
        else duration_words(value)
        if type(value) is Seconds
        else _number_words(name, value)
        if type(value) is int
        else _value(value)
        for name, value in values.items()
    }
    for name, value in texts.items():
        if value.endswith("."):
            text = text.replace(f"{{{name}}}.", f"{{{name}}}")
        if ONE_O_CLOCK.match(value):
            for several, one in SINGULAR_ARTICLES.get(language().code, ()):
                text = text.replace(f" {several} {{{name}}}", f" {one} {{{name}}}")
    if any(isinstance(value, Markup) for value in texts.values()):
        return escape(text).format_map(texts)
    return text.format_map(texts)


def _has_right_to_left(text: str) -> bool:
    """Return True if a text has letters of a script that is written from right to left."""
    return not text.isascii() and bool(RIGHT_TO_LEFT.search(text))


def isolated(text: str) -> str:
    """Return a text for a sentence; one with letters from right to left leaves the rest of the sentence in order."""
    return ISOLATE + text + END_OF_ISOLATE if _has_right_to_left(text) else text


def without_isolates(text: str) -> str:
    """Return a sentence for a file that programs read, in which nothing is invisible."""
    return text.replace(ISOLATE, "").replace(END_OF_ISOLATE, "")


def isolated_html(text: str) -> Markup:
    """Return a name or a summary as HTML. One that may run against the page changes no order around it, and is cut off
    at its own end.
    """
    against = _has_right_to_left(text) or language().direction == "rtl"
    return Markup("<bdi>{}</bdi>").format(text) if against else escape(text)


def _number_words(name: str, number: int) -> str:
    """Return how many things there are as the reader writes it, such as ``12.345``; an id and a year as they are."""
    if name not in HOW_MANY or abs(number) < 1000:
        return str(number)
    locale = _locale()
    ungrouped = abs(number) < 10_000 and str(locale) in GROUPED_FROM_TEN_THOUSAND
    return str(number if ungrouped else format_decimal(number, locale=locale))


def _value(value: object) -> str:
    if isinstance(value, Message):
        return localize(value)
    if isinstance(value, Seconds):
        return duration_words(value)
    if isinstance(value, date):
        return date_words(value)
    if isinstance(value, time):
        return clock_words(value)
    if isinstance(value, tuple):
        return list_words([_value(one) for one in value])
    return isolated(value) if isinstance(value, str) else str(value)


def duration_words(seconds: int) -> str:
    """Return seconds in hours and minutes, rounded to the nearest minute: ``1h 30m``, ``1 Std. 30 Min.``

    Every language's form can be typed back (``timesheet.domain.duration``).
    """
    if (_CURRENT.get() or language()).code == ENGLISH:
        return describe(seconds)
    minutes = (abs(seconds) + MINUTE // 2) // MINUTE
    hours, rest = divmod(minutes, 60)
    if hours and rest:
        words = _("{hours}h {minutes}m", hours=hours, minutes=rest)
    else:
        words = _("{hours}h", hours=hours) if hours else _("{minutes}m", minutes=rest)
    return f"−{words}" if seconds < 0 and minutes else words


def date_words(day: date) -> str:
    """Return a day as the reader writes it in a sentence: ``July 1, 2024``, ``1 July 2024``, ``1. Juli 2024``."""
    locale = _locale()
    return ordinal(str(format_date(day, "long", locale=locale)), locale)


def clock_words(clock: time) -> str:
    """Return a time of day as written in a sentence, by the reader's clock of 12 or 24 hours."""
    return time_of_day(clock, _locale())


def number_words(number: str) -> str:
    """Return a number that is written with a point as the reader writes it."""
    return local_number(number, _locale())


def signed(figures: Figures, units: int) -> str:
    """Return printed units with their sign, which stays on the left in every language: ``+0:45``, ``−0:45``."""
    text = f"+{figures.show(units)}" if units > 0 else figures.show(units)
    return f"{LEFT_TO_RIGHT}{text}" if units and language().direction == "rtl" else text


def exactly_text(time: str) -> str:
    """Return the tooltip of a figure with this exact ``time``; nothing for a figure that is exact."""
    return _("exactly {time}", time=time) if time else ""


class Printed(NamedTuple):
    """A figure as text; ``exactly`` is its tooltip, empty if the text is exact."""

    text: str = ""
    exactly: str = ""


def printed(figures: Figures, units: int, seconds: int, zero: str = "") -> Printed:
    """Return printed units of this exact time; ``zero`` for no units."""
    return Printed(figures.show(units) if units else zero, exactly_text(figures.exact(units, seconds)))


def printed_sum(figures: Figures, seconds: Iterable[int]) -> Printed:
    """Return these times, added up as each of them is printed."""
    amounts = list(seconds)
    units = sum(figures.units_each(amounts))
    return printed(figures, units, sum(amounts), figures.show(0))


def printed_durations(*seconds: int) -> Printed:
    """Return these times in words, added up as each of them is printed in words."""
    minutes = sum(HOURS_AND_MINUTES.units_each(seconds))
    return Printed(
        duration_words(minutes * MINUTE), exactly_text(HOURS_AND_MINUTES.exact(minutes, sum(seconds)))
    )


def percent(number: str) -> str:
    """Return a printed number as a percentage of the reader's language: ``5.0%``, ``5,0 %``; nothing for nothing."""
    pattern = language().locale.percent_formats[None].pattern
    return str(pattern.replace("#,##0", number)) if number else ""


def list_words(words: list[str]) -> str:
    """Return a list as written in a sentence: “a, b, and c”. Spanish has *e* for *y* before the sound of i."""
    found = language()
    if found.code == ENGLISH:
        return join_words(words)
    text = str(format_list(words, locale=found.locale))
    if found.code == SPANISH and len(words) > 1 and SOUND_OF_I.match(words[-1]):
        return f"{text.removesuffix(f' y {words[-1]}')} e {words[-1]}"
    return text


def list_values(words: Iterable[str]) -> str:
    """Return a list as written in a column or a field, without “and”: “a, b”, in Japanese “a、b”."""
    return list_separator().join(words)


def list_separator() -> str:
    """Return what separates two parts of a list, for templates that write each part with markup."""
    pattern = language().locale.list_patterns["standard"]["middle"]
    return str(pattern.replace("{0}", "").replace("{1}", ""))


def join_sentences(sentences: Iterable[str]) -> str:
    """Return sentences as one text, without the empty ones. Japanese has no space between them."""
    text = ""
    for sentence in filter(None, sentences):
        text += ("" if not text or text.endswith(FULL_STOP_WITH_SPACE) else " ") + sentence
    return text


def reader_locale(stated: str) -> Locale:
    """Return the locale for dates and numbers: the one of the reader's Jira, unless they read another language.

    In English, people whose language is not offered get the clock of 24 hours and the order of dates that most of them
    know.
    """
    read, own = language(), offered_language(stated)
    if own == read.code:
        return locale_of(stated)
    return FALLBACK if not own and read.code == ENGLISH else read.locale


def file_locale(stated: str) -> Locale:
    """Return the locale whose separators a file for spreadsheets has. If the app does not have the reader's language,
    their spreadsheets have it nevertheless.
    """
    return reader_locale(stated) if offered_language(stated) else locale_of(stated)


def _locale() -> Locale:
    """Return the locale in which sentences write dates and times of day for the reader, as far as it is known."""
    known = has_request_context() and "identity" in g
    return reader_locale(current().cached_language_wishes()[1] if known else "")


def _wishes() -> tuple[str, ...]:
    """Return the languages that the reader may wish, best first."""
    if not has_request_context():
        return ()
    if "identity" not in g:
        return (_accepted(),)
    if not g.get(ASK_NOBODY):
        try:
            wishes = current().language_wishes()
        except (TimesheetError, DatabaseBusy):
            stop_asking()
        else:
            return wishes if any(wishes) else (*wishes, _accepted())
    own, stated, site = current().cached_language_wishes()
    return own, stated or _accepted(), site


def _accepted() -> str:
    """Return the offered language that the browser prefers; empty if it accepts none."""
    return request.accept_languages.best_match([code.replace("_", "-") for code in LANGUAGES]) or ""


def offered_languages() -> Mapping[str, str]:
    """Return the names of the languages that a person may choose, by code; in development those for tests too."""
    return cast(Mapping[str, str], current_app.extensions["languages"])


def init_app(app: Flask, *, development: bool) -> None:
    """Let every template write sentences, and forget the language between requests."""
    app.extensions["languages"] = {**LANGUAGES, **TEST_LANGUAGES} if development else LANGUAGES
    app.jinja_env.filters |= {"localize": localize, "list_values": list_values}
    app.jinja_env.globals |= {
        "_": _,
        "_n": _n,
        "_p": _p,
        "localize": localize,
        "sentences": lambda *texts: join_sentences(texts),
        "language": language,
        "duration_words": duration_words,
        "list_words": list_words,
        "list_separator": list_separator,
        "language_headers": language_headers,
        "sentences_address": sentences_address,
    }

    @app.before_request
    def begin() -> None:
        _CURRENT.set(None)

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        _CURRENT.set(None)
