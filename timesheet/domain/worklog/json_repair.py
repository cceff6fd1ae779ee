"""Repair JSON that a strict decoder refuses: halves of characters, values nested too deeply, too large numbers, and a
byte order mark.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from math import isinf

from timesheet.domain.worklog.packed_json import CUT_JSON, MOST_LEVELS, without_depths

ESCAPES = re.compile(
    rb"\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(u[dD][89a-fA-F][\da-fA-F]{2})|.)",
    re.DOTALL,
)
"""Every escape in JSON: a character of two halves, half of one (the group), or another character."""
HUGE = rb"-?[1-9]\d{308,}+(?:\.\d+)?(?:[eE][-+]?\d+)?|-?\d+(?:\.\d+)?[eE]\+?\d{3,}"
"""A number that may be too large for a double."""
MAY_BE_HUGE = re.compile(rb"[\[:,\s](?:" + HUGE + rb")")
TEXTS_AND_HUGE = re.compile(rb'"(?:[^"\\]|\\.)*+"?|(?<![-+.\d])(' + HUGE + rb")", re.DOTALL)
"""Every text in JSON, and every such number (the group), but not a part of one, such as many decimal places."""
DEEPEST = MOST_LEVELS + 20
"""A comment or property that was left out here at the end is too deep to be kept whole anyway."""


def _with_whole_characters(body: bytes) -> bytes:
    """Return JSON with a replacement character for each half of one, as in a summary that was cut within an emoji.

    JSON allows such halves, and a decoder would refuse everything that came with it.
    """
    return ESCAPES.sub(lambda found: rb"\ufffd" if found[1] else found[0], body)


def without_huge_numbers(body: bytes) -> bytes:
    """Return JSON with CUT for each number that is too large for a double, as a property may contain (1e999).

    JSON allows any number, and a decoder would refuse everything that came with it.
    """
    if not MAY_BE_HUGE.search(body):
        # Passing over all texts takes a hundred times as long.
        return body
    return TEXTS_AND_HUGE.sub(_number, body)


def _number(found: re.Match[bytes]) -> bytes:
    return CUT_JSON if found[1] and isinf(float(found[1])) else found[0]


def repaired(body: bytes, error: Exception) -> bytes:
    """Return a body without what caused the error of its decoder, if that is known."""
    if isinstance(error, RecursionError):
        return without_depths(body, DEEPEST)
    return _with_whole_characters(without_huge_numbers(body.removeprefix(BOM_UTF8)))
