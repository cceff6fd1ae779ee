"""The languages of the app, and the choice of one for a person."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

ENGLISH = "en"
LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        ENGLISH: "English",
        "de": "Deutsch",
        "es": "Español",
        "fr": "Français",
        "pt_BR": "Português (Brasil)",
        "ja": "日本語",
    }
)
"""The name of each language in itself, by its code."""

ACCENTED, MIRRORED = "en_XA", "ar_XB"
TEST_LANGUAGES: Mapping[str, str] = MappingProxyType({ACCENTED: "[Áççéñţéð]", MIRRORED: "Mirrored"})
"""Made from English, for tests: accented and longer; from right to left. Nobody is offered them in production."""


def choose_language(*wishes: str) -> str:
    """Return the first of the wishes that is a language of the app, English if none is.

    A wish is a locale as Jira or a browser writes it (``pt_BR``, ``de-AT``), or empty. Any variant of a
    language matches: people in Portugal get Brazilian Portuguese rather than English.
    """
    return next(filter(None, map(offered_language, wishes)), ENGLISH)


@lru_cache(maxsize=256)
def offered_language(wish: str) -> str:
    """Return the language of the app that a locale asks for, empty if there is none."""
    tag = wish.partition("@")[0].replace("-", "_")
    if tag in LANGUAGES or tag in TEST_LANGUAGES:
        return tag
    spoken = tag.partition("_")[0].lower()
    return next((code for code in LANGUAGES if code.partition("_")[0] == spoken), "")
