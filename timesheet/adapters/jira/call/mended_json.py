"""Mend JSON that a strict decoder refuses: halves of characters, and values that are nested too deeply."""

from __future__ import annotations

import re

from timesheet.domain.worklog.packed_json import MOST_LEVELS, without_depths

ESCAPES = re.compile(
    rb"\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(u[dD][89a-fA-F][\da-fA-F]{2})|.)",
    re.DOTALL,
)
"""Every escape in JSON: a character of two halves, half of one (the group), or another character."""
DEEPEST = MOST_LEVELS + 20
"""A comment or property that was left out here at the end is too deep to be kept whole anyway."""


def with_whole_characters(body: bytes) -> bytes:
    """Return JSON with a replacement character for each half of one, as in a summary that was cut within an emoji.

    JSON allows such halves, and a decoder would refuse everything that came with it.
    """
    return ESCAPES.sub(lambda found: rb"\ufffd" if found[1] else found[0], body)


def mended(body: bytes, error: Exception) -> bytes:
    """Return a body without what caused the error of its decoder, if that is known."""
    if isinstance(error, RecursionError):
        return without_depths(body, DEEPEST)
    return with_whole_characters(body)
