"""Find the keys of issues in any text, such as lists, links, branch names, and sentences; list keys in a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from timesheet.domain.message import counted

MOST_KEYS = 100
"""The most keys that are read of one text."""
LEAST_COUNTED = 2
"""The least number of keys that a sentence counts instead of naming: "1 more issue" is no shorter than its key."""

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


def shortened(keys: Sequence[str], most: int) -> tuple[str, ...]:
    """Return keys as a value of a sentence: all of them, or the first ``most`` and the number of the others."""
    others = len(keys) - most
    if others < LEAST_COUNTED:
        return tuple(keys)
    return (*keys[:most], counted("{count} more issue", "{count} more issues", others))
