"""Sentences and names that people read: each is English text that keeps its pattern and values.

The layers below the web do not know the reader's language. They make a Message; the web layer makes the same
sentence in the reader's language from its parts (``timesheet.web.http.language``). Logs and commands print the
English text.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from types import MappingProxyType
from typing import Self

from timesheet.domain.english import describe, describe_date, join_words

NOTHING: Mapping[str, object] = MappingProxyType({})


class Seconds(int):
    """A duration in seconds as a value of a sentence, which each language writes with its own units."""


class Message(str):
    """A sentence in English, with the ``pattern`` and the ``values`` by name from which a language makes its own.

    ``other`` and ``number`` are set for a sentence that depends on a number: ``pattern`` is then its singular.
    ``context`` is set if the English text means something else elsewhere, and tells translators which meaning it is.
    Values may be texts, numbers, dates, times of day, Seconds, other messages, and tuples of these.
    """

    __slots__ = ("context", "number", "other", "pattern", "values")
    pattern: str
    other: str
    number: int
    values: Mapping[str, object]
    context: str

    def __new__(
        cls,
        pattern: str,
        other: str = "",
        number: int = 1,
        values: Mapping[str, object] = NOTHING,
        context: str = "",
    ) -> Self:
        """Return the sentence in English."""
        text = pattern if not other or number == 1 else other
        made = super().__new__(cls, text.format_map(_english(values)) if values else text)
        made.pattern, made.other, made.number, made.values = pattern, other, number, values
        made.context = context
        return made


def message(pattern: str, /, **values: object) -> Message:
    """Return a sentence: an English pattern with values in braces, by name."""
    return Message(pattern, values=values)


def in_context(context: str, pattern: str, /, **values: object) -> Message:
    """Return a sentence whose English text means something else elsewhere; ``context`` tells translators which."""
    return Message(pattern, values=values, context=context)


def counted(one: str, other: str, count: int, /, **values: object) -> Message:
    """Return a sentence about ``count`` things, in its English singular or plural; ``{count}`` is the number."""
    return Message(one, other, count, {"count": count, **values})


def without_values(sentence: str) -> str:
    """Return the pattern of a sentence in English, for logs: its values may come from Jira; empty for another text."""
    if not isinstance(sentence, Message):
        return ""
    return sentence.other if sentence.other and sentence.number != 1 else sentence.pattern


def _english(values: Mapping[str, object]) -> dict[str, str]:
    return {name: english(value) for name, value in values.items()}


def english(value: object) -> str:
    """Return a value of a sentence in English."""
    if isinstance(value, Seconds):
        return describe(value)
    if isinstance(value, date):
        return describe_date(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, tuple):
        return join_words([english(one) for one in value])
    return str(value)
