"""Read the values of a command by name, from a form or from JSON.

A command is a frozen dataclass with a ``read`` that takes each of its values from here by name, so it is
parsed and checked in one place, whatever its source. Each reader raises InvalidInput for the field it reads.
Rules that need the site's data (a name that exists already, a legend that was deleted) stay in the domain and
in the use case.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol, Self, TypeVar

from timesheet.domain.day_text import read_date
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identifier import read_account_id, read_group_id, read_id
from timesheet.domain.message import message

LONGEST_TEXT = 40_000
"""More than Jira takes for a comment (32,767 characters); each rule of the domain has its own, smaller limit."""
MOST_ITEMS = 10_000
HEAD = "form"
"""The field of errors that a form shows at its head."""

Choice = TypeVar("Choice", bound=StrEnum)


class Fields(ABC):
    """The values of one command, by name.

    In JSON, only a value with a default may be missing; a form does not send empty lists and unchecked boxes.
    ``error_field`` is the form field that shows an error, if the value has another name there or is hidden.
    """

    @abstractmethod
    def text(self, name: str, default: str | None = None) -> str:
        """Return a text as it was typed, at most ``LONGEST_TEXT`` characters."""

    @abstractmethod
    def text_or_none(self, name: str) -> str | None:
        """Return a text, or None for an empty field or JSON's null."""

    @abstractmethod
    def texts(self, name: str, error_field: str = "") -> Sequence[str]:
        """Return the texts of a list: of a field that is sent several times, without the empty ones."""

    @abstractmethod
    def has(self, name: str) -> bool:
        """Return True if the field was sent, empty or not. A value that was not sent stays as it is."""

    @abstractmethod
    def changed(self, name: str, was: str) -> str | None:
        """Return a text, or None if a form had it like this when it was shown (in its field ``was``); null in JSON."""

    @abstractmethod
    def joined(self, name: str) -> Sequence[str]:
        """Return the texts of a list that a form sends as one text with commas, without empty ones."""

    @abstractmethod
    def numbered(self, name: str, count: int) -> Sequence[str]:
        """Return ``count`` texts in order: ``name-0``, ``name-1`` … in a form, one list in JSON."""

    @abstractmethod
    def rows(self, name: str, columns: Sequence[str], error_field: str = "") -> Sequence[Fields]:
        """Return the rows of a table: columns sent once for each row in a form, a list of objects in JSON."""

    @abstractmethod
    def lines(self, name: str, columns: Sequence[str]) -> Sequence[Fields]:
        """Return the rows of a table that a form sends in one text: a line for each row, tabs between columns."""

    @abstractmethod
    def document(self, name: str, problem: str) -> object:
        """Return JSON inside of a field; a form sends it as text, ``{}`` if it is empty.

        ``problem`` is the sentence for text that is not JSON.
        """

    @abstractmethod
    def flag(self, name: str) -> bool:
        """Return True for a checked box; without a value, or with 0, it is not checked."""

    @abstractmethod
    def answer(self, name: str) -> bool | None:
        """Return the answer to a question, yes or no; None if it was not asked or not answered."""

    @abstractmethod
    def number(self, name: str, problem: str, error_field: str = "") -> int:
        """Return a whole number of up to 18 digits, not negative. ``problem`` is the sentence for anything else."""

    @abstractmethod
    def number_or_none(self, name: str, problem: str) -> int | None:
        """Return a whole number, or None for an empty field or JSON's null."""

    @abstractmethod
    def numbers(self, name: str, error_field: str = "") -> Sequence[int]:
        """Return the whole numbers of a list.

        Other values of a form are ignored, because its page cannot send them.
        """

    @abstractmethod
    def choices(self, name: str, choices: type[Choice], error_field: str = "") -> frozenset[Choice]:
        """Return the ``choices`` in a list. Other values of a form are ignored, because its page cannot send them."""

    @abstractmethod
    def version(self, name: str = "version") -> int:
        """Return the version on which a change is based."""

    @abstractmethod
    def at(self, name: str, error_field: str = "") -> str:
        """Return the field to which an error of ``name`` belongs: in JSON its path."""

    @abstractmethod
    def finish(self) -> None:
        """Raise InvalidInput for an unread field; forms may have more fields than a command needs."""

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


class Command(Protocol):
    """A requested change: a frozen dataclass that can be read from fields."""

    @classmethod
    def read(cls, fields: Fields) -> Self: ...


AnyCommand = TypeVar("AnyCommand", bound=Command)


def read_command(kind: type[AnyCommand], fields: Fields) -> AnyCommand:
    """Return a command. Raise InvalidInput for a field that cannot be used or does not belong there."""
    command = kind.read(fields)
    fields.finish()
    return command


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
