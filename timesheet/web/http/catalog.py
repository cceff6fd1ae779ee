"""The message catalogs: for each language its sentences, read from ``timesheet/translations`` when first used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from string import Formatter
from textwrap import wrap

import orjson
from babel import Locale
from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from timesheet.domain.language import ACCENTED, ENGLISH, LANGUAGES, MIRRORED
from timesheet.web.http.locale import open_locale

FOLDER = Path(__file__).parents[2] / "translations"
SCRIPTS = "static/js/"
ACCENTS = str.maketrans(
    "AaBCcDdEeGgHhIiJjKkLlMNnOoRrSsTtUuWwYyZz", "ÅåßÇçÐðÉéĜĝĤĥÎîĴĵĶķĻļṀÑñÖöŔŕŠšŢţÛûŴŵÝýŽž"
)
WORD = re.compile(r"[^\W\d_]{2,}")
BREAK, WORD_LENGTH = "\u200b", 12
"""The place where the added length of a sentence may break into lines, as often as between words."""
PLURAL_NUMBERS = range(104)
"""Whole numbers that need, between them, every plural form of any language that scripts count in."""
RIGHT_TO_LEFT, END = "\u202e", "\u202c"


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the app: its sentences, and the locale whose rules it writes dates and numbers by.

    ``direction`` is that of its text, for the ``dir`` attribute.
    """

    code: str
    texts: NullTranslations
    locale: Locale
    direction: str

    @property
    def tag(self) -> str:
        """Return its name for the ``lang`` attribute."""
        return self.code.replace("_", "-")


@cache
def open_language(code: str) -> Language:
    """Return a language by its code."""
    locale = open_locale(ENGLISH if code in (ACCENTED, MIRRORED) else code)
    direction = "rtl" if code == MIRRORED else locale.text_direction
    return Language(code, _open_texts(code), locale, direction)


def _open_texts(code: str) -> NullTranslations:
    if code == ENGLISH:
        return NullTranslations()
    if code == ACCENTED:
        return Rewritten(accent)
    if code == MIRRORED:
        return Rewritten(mirror)
    packed = BytesIO()
    write_mo(packed, read_catalog(code))
    packed.seek(0)
    return GNUTranslations(packed)


def read_catalog(code: str) -> Catalog:
    """Return the entries of a language that has a catalog."""
    with (FOLDER / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=code)


class Rewritten(NullTranslations):
    """A language for tests, which rewrites the English text of each sentence."""

    def __init__(self, rewrite: Callable[[str], str]) -> None:
        super().__init__()
        self._rewrite = cache(rewrite)

    def gettext(self, message: str) -> str:
        """See NullTranslations."""
        return self._rewrite(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """See NullTranslations."""
        return self._rewrite(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002
        """See NullTranslations."""
        return self._rewrite(message)


def accent(text: str) -> str:
    """Return English text with accents on its letters, in brackets, and 40 percent longer; placeholders stay.

    Text without words stays too, so that a duration can be typed as it is shown.
    """
    if not _has_words(text):
        return text
    more = "·" * round(len(text) * 0.4)
    return f"[{_outside_placeholders(text, str.maketrans(ACCENTS))}{BREAK.join(wrap(more, WORD_LENGTH))}]"


def mirror(text: str) -> str:
    """Return English text written from right to left, placeholders included; text without words stays."""
    if not _has_words(text):
        return text
    return f"{RIGHT_TO_LEFT}{text}{END}"


def _has_words(text: str) -> bool:
    return any(WORD.search(before) for before, *_ in Formatter().parse(text))


def _outside_placeholders(text: str, accents: Mapping[int, int]) -> str:
    parts = Formatter().parse(text)
    return "".join(_part(literal.translate(accents), name) for literal, name, _, _ in parts)


def _part(literal: str, name: str | None) -> str:
    escaped = literal.replace("{", "{{").replace("}", "}}")
    return escaped if name is None else f"{escaped}{{{name}}}"


@cache
def versioned_sentences(code: str) -> tuple[str, bytes]:
    """Return a version and the sentences of scripts as JSON, which do not change while the app runs."""
    body = orjson.dumps(dict(_script_sentences(code)), option=orjson.OPT_SORT_KEYS)
    return sha256(body).hexdigest()[:12], body


def _script_sentences(code: str) -> Mapping[str, str | Mapping[str, str]]:
    """Return the sentences that scripts show, by their English text; those that depend on a number by CLDR category."""
    language = open_language(code)
    # All catalogs have the same entries, so that any of them has the sentences of English too.
    catalog = read_catalog(next(other for other in LANGUAGES if other != ENGLISH))
    return {_english(entry): _translated(entry, language) for entry in _of_scripts(catalog)}


def _of_scripts(catalog: Catalog) -> Iterable[Message]:
    return (entry for entry in catalog if any(file.startswith(SCRIPTS) for file, _ in entry.locations))


def _english(entry: Message) -> str:
    return entry.id if isinstance(entry.id, str) else entry.id[0]


def _translated(entry: Message, language: Language) -> str | Mapping[str, str]:
    if isinstance(entry.id, str):
        return language.texts.gettext(entry.id)
    one, other = entry.id
    category = language.locale.plural_form
    # The first number of each category comes last and decides. "other" is the fallback: in some languages no whole
    # number has it, and "many" of French begins at a million.
    forms = {"other": language.texts.ngettext(one, other, 100)}
    return forms | {category(n): language.texts.ngettext(one, other, n) for n in reversed(PLURAL_NUMBERS)}
