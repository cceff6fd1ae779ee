"""The fields of a JSON object: each has exactly the type that the command needs, and there are no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import counted, message
from timesheet.services.command.fields import Choice, Fields, check_count, check_length

MISSING = message("This field is missing.")
UNKNOWN = message("There is no such field.")
NO_OBJECT = message("This must be an object.")
NO_LIST = message("This must be a list.")
NO_TEXT = message("This must be text.")
NO_NUMBER = message("This must be a whole number that is not negative.")
NO_FLAG = message("This must be true or false.")
LARGEST = 10**18 - 1
_ABSENT = object()


class JsonFields(Fields):
    """The fields of an object as it was decoded from JSON; ``place`` is the path of a nested one, with its dot."""

    def __init__(self, values: object, place: str = "") -> None:
        if not isinstance(values, Mapping):
            raise InvalidInput(NO_OBJECT, field=place.removesuffix("."))
        self._values, self._place, self._read = values, place, set[str]()

    def text(self, name: str, default: str | None = None) -> str:
        value = self._get(name, default)
        if not isinstance(value, str):
            raise InvalidInput(NO_TEXT, field=self.at(name))
        return check_length(value, self.at(name))

    def text_or_none(self, name: str) -> str | None:
        return None if self._get(name) is None else self.text(name)

    def texts(self, name: str, error_field: str = "") -> Sequence[str]:
        values = self._list(name)
        for number, value in enumerate(values):
            if not isinstance(value, str):
                raise InvalidInput(NO_TEXT, field=f"{self.at(name)}[{number}]")
            check_length(value, f"{self.at(name)}[{number}]")
        return [str(value) for value in values]

    def has(self, name: str) -> bool:
        return name in self._values

    def changed(self, name: str, was: str) -> str | None:
        return self.text_or_none(name)

    def joined(self, name: str) -> Sequence[str]:
        return self.texts(name)

    def numbered(self, name: str, count: int) -> Sequence[str]:
        texts = self.texts(name)
        if len(texts) != count:
            raise InvalidInput(
                counted("This list must have {count} entry.", "This list must have {count} entries.", count),
                field=self.at(name),
            )
        return texts

    def rows(self, name: str, columns: Sequence[str], error_field: str = "") -> Sequence[Fields]:
        rows = [JsonFields(row, f"{self.at(name)}[{n}].") for n, row in enumerate(self._list(name))]
        for row in rows:
            row.finish(columns)
        return rows

    def lines(self, name: str, columns: Sequence[str]) -> Sequence[Fields]:
        return self.rows(name, columns)

    def document(self, name: str, problem: str) -> object:
        return self._get(name)

    def flag(self, name: str) -> bool:
        value = self._get(name)
        if not isinstance(value, bool):
            raise InvalidInput(NO_FLAG, field=self.at(name))
        return value

    def answer(self, name: str) -> bool | None:
        return None if self._get(name, None, optional=True) is None else self.flag(name)

    def number(self, name: str, problem: str, error_field: str = "") -> int:
        return _number(self._get(name), self.at(name))

    def number_or_none(self, name: str, problem: str) -> int | None:
        return None if self._get(name) is None else self.number(name, problem)

    def numbers(self, name: str, error_field: str = "") -> Sequence[int]:
        return [_number(value, f"{self.at(name)}[{n}]") for n, value in enumerate(self._list(name))]

    def choices(self, name: str, choices: type[Choice], error_field: str = "") -> frozenset[Choice]:
        for number, text in enumerate(self.texts(name)):
            if text not in tuple(choices):
                raise InvalidInput(_one_of(choices), field=f"{self.at(name)}[{number}]")
        return frozenset(map(choices, self.texts(name)))

    def choice(self, name: str, choices: type[Choice], problem: str, default: Choice | None = None) -> Choice:
        return super().choice(name, choices, _one_of(choices), default)

    def day(self, name: str, problem: str = "") -> date:
        return super().day(name)

    def version(self, name: str = "version") -> int:
        return self.number(name, NO_NUMBER)

    def at(self, name: str, error_field: str = "") -> str:
        return f"{self._place}{name}"

    def finish(self, known: Sequence[str] = ()) -> None:
        for name in self._values:
            if name not in self._read and name not in known:
                raise InvalidInput(UNKNOWN, field=f"{self._place}{name}")

    def _get(self, name: str, default: object = None, *, optional: bool = False) -> object:
        self._read.add(name)
        value = self._values.get(name, _ABSENT)
        if value is not _ABSENT:
            return value
        if default is None and not optional:
            raise InvalidInput(MISSING, field=self.at(name))
        return default

    def _list(self, name: str) -> Sequence[object]:
        values = self._get(name)
        if not isinstance(values, list):
            raise InvalidInput(NO_LIST, field=self.at(name))
        check_count(values, self.at(name))
        return values


def _one_of(choices: type[StrEnum]) -> str:
    return message("This must be one of: {choices}.", choices=", ".join(choices))


def _number(value: object, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
        raise InvalidInput(NO_NUMBER, field=field)
    return value
