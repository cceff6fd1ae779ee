"""Translate Jira's sentences and names into the caller's language: German on request, otherwise English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from jira_emulator.language.german import NAMES, SENTENCES

_CATALOGS: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {"de": (SENTENCES, NAMES)}


def language_of(locale: str) -> str:
    """Return the language of a locale such as ``de_DE``, ``en`` if there is no catalog for it."""
    language = locale.partition("_")[0].lower()
    return language if language in _CATALOGS else "en"


def translate(sentence: str, language: str) -> str:
    """Return an English sentence of this site in another language; unchanged if the catalog does not contain it."""
    sentences, _ = _CATALOGS.get(language, ({}, {}))
    exact = sentences.get(sentence)
    if exact is not None:
        return exact
    for pattern, template in _patterns(language):
        if match := pattern.fullmatch(sentence):
            return template.format(*match.groups())
    return sentence


def name_in(name: str, language: str) -> str:
    """Return the name of a type, status, priority, or field in a language; names given by people stay."""
    _, names = _CATALOGS.get(language, ({}, {}))
    return names.get(name, name)


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return sentences with placeholders, the longest first because it is the most specific one."""
    sentences, _ = _CATALOGS.get(language, ({}, {}))
    gapped = sorted((english for english in sentences if "{}" in english), key=len, reverse=True)
    return tuple(
        (
            re.compile("(.*)".join(re.escape(part) for part in english.split("{}")), re.DOTALL),
            sentences[english],
        )
        for english in gapped
    )
