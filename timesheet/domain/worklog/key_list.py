"""Find the keys of issues in any text: lists, links, Markdown, branch names, and sentences."""

from __future__ import annotations

import re

MOST_KEYS = 100
"""How many keys are read of one text."""

_NUMBERED = r"[A-Z][A-Z0-9_]+-\d{1,10}(?!\w|-\d)"
_KEY = re.compile(rf"(?<!\w)(?<!\w-){_NUMBERED}", re.ASCII)
_ANY_CASE = re.compile(_NUMBERED, re.ASCII | re.IGNORECASE)
_PLACE = rf"(?:browse/|issues/|selectedIssue=)({_NUMBERED})"
_IN_LINK = re.compile(_PLACE, re.ASCII | re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s,;|<>()\[\]\"'`]+", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;|]+")


def read_keys(text: str) -> tuple[str, ...]:
    """Return the keys in a text, each once, in their order there.

    Every text can be read, so this never raises. Lower-case letters count as a key only in a link or in a
    text that contains only keys. Elsewhere they are words, such as utf-8.
    """
    words = [word for word in _BETWEEN.split(text) if word]
    if all(_ANY_CASE.fullmatch(word) for word in words):
        return tuple(dict.fromkeys(map(str.upper, words)))
    found: list[str] = []
    end = 0
    for link in _LINK.finditer(text):
        found += _KEY.findall(text[end : link.start()])
        found += map(str.upper, _IN_LINK.findall(link.group()))
        end = link.end()
    return tuple(dict.fromkeys([*found, *_KEY.findall(text[end:])]))
