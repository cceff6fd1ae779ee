"""Read the values of a command by name, from the fields of a form.

A command is a frozen dataclass with a ``read`` that takes each of its values from here by name, so it is
parsed and checked in one place, whichever page sends it. Each reader raises InvalidInput for the field it reads.
Rules that need the site's data (a name that exists already, a legend that was deleted) stay in the domain and
in the use case.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol, Self, TypeVar

from timesheet.domain.day_text import read_date
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identifier import OUT_OF_DATE, is_number, read_account_id, read_group_id, read_id
from timesheet.domain.message import message

LONGEST_TEXT = 40_000
"""More than Jira takes for a comment (32,767 characters); each rule of the domain has its own, smaller limit."""
MOST_ITEMS = 10_000
LONGEST_VERSION, LONGEST_NUMBER = 9, 18
HEAD = "form"
"""The field of errors that a form shows at its head."""

Choice = TypeVar("Choice", bound=StrEnum)


class Fields:
    """The fields of a form by name, with their values: all are text, and some are sent several times or not at all.

    ``error_field`` of a reader is the field that shows an error, if the value has another name there or is hidden;
    that of a row shows all of its errors. A form may have more fields than its command.
    """

    def __init__(self, values: Mapping[str, Sequence[str]], error_field: str = "") -> None:
        self._values, self._error_field = values, error_field

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text as it was typed, at most ``LONGEST_TEXT`` characters."""
        values = self._values.get(name)
        text = values[0] if values else ""
        # The place of an error is worked out only if there is one.
        if len(text) > LONGEST_TEXT:
            check_length(text, self.at(name))
        return text or default or ""

    def text_or_none(self, name: str) -> str | None:
        """Return a text, or None for an empty field."""
        return self.text(name) or None

    def texts(self, name: str, error_field: str = "") -> Sequence[str]:
        """Return the texts of a field that is sent several times, without the empty ones."""
        field = self.at(name, error_field)
        texts = [check_length(text, field) for text in self._values.get(name, ()) if text]
        check_count(texts, field)
        return texts

    def has(self, name: str) -> bool:
        """Return True if the field was sent, empty or not. A value that was not sent stays as it is."""
        return bool(self._values.get(name))

    def changed(self, name: str, was: str) -> str | None:
        """Return a text, or None if the form had it like this when it was shown (in its field ``was``)."""
        text = self.text(name)
        return None if text.strip() == self.text(was) else text

    def joined(self, name: str) -> Sequence[str]:
        """Return the texts of a list that is sent as one text with commas, without empty ones."""
        texts = [text for text in self._first(name).split(",") if text]
        if len(texts) > MOST_ITEMS:
            check_count(texts, self.at(name))
        return texts

    def numbered(self, name: str, count: int) -> Sequence[str]:
        """Return ``count`` texts in order: those of the fields ``name-0``, ``name-1`` and so on."""
        return [self.text(f"{name}-{number}") for number in range(count)]

    def rows(self, columns: Sequence[str], error_field: str) -> Sequence[Fields]:
        """Return the rows of a table whose columns are sent once for each row."""
        texts_of = [self._values.get(column, ()) for column in columns]
        check_count(texts_of[0], error_field)
        if len({len(column) for column in texts_of}) > 1:
            raise InvalidInput(OUT_OF_DATE, field=error_field)
        return [
            Fields({column: [text] for column, text in zip(columns, texts, strict=True)}, error_field)
            for texts in zip(*texts_of, strict=True)
        ]

    def lines(self, name: str, columns: Sequence[str]) -> Sequence[Fields]:
        """Return the rows of a table that is sent in one text: a line for each row, tabs between columns."""
        rows = [line.split("\t") for line in re.split(r"\r?\n", self._first(name)) if line]
        check_count(rows, self.at(name))
        if any(len(row) != len(columns) for row in rows):
            raise InvalidInput(OUT_OF_DATE, field=self.at(name, HEAD))
        return [
            Fields({column: [text] for column, text in zip(columns, row, strict=True)}, HEAD) for row in rows
        ]

    def document(self, name: str, problem: str) -> object:
        """Return the JSON that is sent as text, ``{}`` if it is empty. ``problem`` is the sentence for other text."""
        try:
            return json.loads(self._first(name) or "{}")
        except (ValueError, RecursionError):
            raise InvalidInput(problem, field=self.at(name)) from None

    def flag(self, name: str) -> bool:
        """Return True for a checked box; without a value, or with 0, it is not checked."""
        return self.text(name) not in ("", "0")

    def answer(self, name: str) -> bool | None:
        """Return the answer to a question, yes or no; None if it was not asked or not answered."""
        return {"yes": True, "no": False}.get(self.text(name))

    def number(self, name: str, problem: str, error_field: str = "") -> int:
        """Return a whole number of up to 18 digits, not negative. ``problem`` is the sentence for anything else."""
        return self._number(self.text(name), problem, name, error_field)

    def number_or_none(self, name: str, problem: str) -> int | None:
        """Return a whole number, or None for an empty field."""
        text = self.text(name).strip()
        return self._number(text, problem, name) if text else None

    def numbers(self, name: str, error_field: str = "") -> Sequence[int]:
        """Return the whole numbers of a list. Other values are ignored, because its page cannot send them."""
        return [int(text) for text in self.texts(name, error_field) if is_number(text, LONGEST_NUMBER)]

    def choices(self, name: str, choices: type[Choice], error_field: str = "") -> frozenset[Choice]:
        """Return the ``choices`` in a list. Other values are ignored, because its page cannot send them."""
        return frozenset(choices(text) for text in self.texts(name, error_field) if text in tuple(choices))

    def version(self, name: str = "version") -> int:
        """Return the version on which a change is based."""
        return self._number(self.text(name), OUT_OF_DATE, name, HEAD, LONGEST_VERSION)

    def at(self, name: str, error_field: str = "") -> str:
        """Return the field that shows an error of ``name``."""
        return self._error_field or error_field or name

    def id(self, name: str, error_field: str = HEAD) -> str:
        """Return the id of one of the app's objects, which is a hidden field in most forms."""
        return read_id(self.text(name), self.at(name, error_field))

    def id_or_none(self, name: str) -> str | None:
        """Return the same, or None if nothing is chosen."""
        text = self.text_or_none(name)
        return None if text is None else read_id(text, self.at(name))

    def ids(self, name: str, error_field: str = "") -> frozenset[str]:
        """Return the ids of a list."""
        return frozenset(read_id(text, self.at(name, error_field)) for text in self.texts(name, error_field))

    def account_id(self, name: str) -> str:
        """Return the account id of a person."""
        return read_account_id(self.text(name), self.at(name))

    def account_id_or_none(self, name: str) -> str | None:
        """Return the account id of a person, or None if nobody is chosen."""
        text = self.text_or_none(name)
        return None if text is None else read_account_id(text, self.at(name))

    def account_ids(self, name: str, error_field: str = "") -> tuple[str, ...]:
        """Return the account ids of a list, each once, in order."""
        return _once(
            read_account_id(text, self.at(name, error_field)) for text in self.texts(name, error_field)
        )

    def group_id(self, name: str) -> str:
        """Return the id of a Jira group."""
        return read_group_id(self.text(name), self.at(name))

    def group_ids(self, name: str, error_field: str = "") -> tuple[str, ...]:
        """Return the ids of the Jira groups of a list, each once, in order."""
        return _once(
            read_group_id(text, self.at(name, error_field)) for text in self.texts(name, error_field)
        )

    def day(self, name: str, problem: str = "") -> date:
        """Return an ISO date. ``problem`` is the sentence for anything else, if it is not about the text."""
        text = self.text(name)
        try:
            return read_date(text)
        except InvalidInput as error:
            raise InvalidInput(problem or error.sentence, field=self.at(name)) from error

    def day_or_none(self, name: str) -> date | None:
        """Return an ISO date, or None for an empty field."""
        text = self.text_or_none(name)
        return read_date(text, self.at(name)) if text and text.strip() else None

    def choice(self, name: str, choices: type[Choice], problem: str, default: Choice | None = None) -> Choice:
        """Return one of ``choices``. ``problem`` is the sentence for anything else."""
        text = self.text(name, default)
        if text not in tuple(choices):
            raise InvalidInput(problem, field=self.at(name))
        return choices(text)

    def _first(self, name: str) -> str:
        values = self._values.get(name)
        return values[0] if values else ""

    def _number(
        self, text: str, problem: str, name: str, error_field: str = "", longest: int = LONGEST_NUMBER
    ) -> int:
        if not is_number(text, longest):
            raise InvalidInput(problem, field=self.at(name, error_field))
        return int(text)


class Command(Protocol):
    """A requested change: a frozen dataclass that can be read from fields."""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Return the command. Raise InvalidInput for a field that cannot be used."""
        ...


AnyCommand = TypeVar("AnyCommand", bound=Command)


def check_length(text: str, field: str) -> str:
    """Return the text. Raise InvalidInput if it is longer than any rule allows."""
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(
            message("This text is too long: at most {most} characters.", most=LONGEST_TEXT),
            field=field,
        )
    return text


def check_count(items: Sequence[object], field: str) -> None:
    """Raise InvalidInput for more items than any rule allows."""
    if len(items) > MOST_ITEMS:
        raise InvalidInput(
            message("This list is too long: at most {most} entries.", most=MOST_ITEMS),
            field=field,
        )


def _once(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))
