"""Read the fields of a form: all of them are text, and some are sent several times, empty, or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from timesheet.domain.errors import InvalidInput
from timesheet.domain.identifier import OUT_OF_DATE, is_number
from timesheet.domain.typed_text import plain_form
from timesheet.services.command.fields import (
    HEAD,
    LONGEST_TEXT,
    MOST_ITEMS,
    Choice,
    Fields,
    check_count,
    check_length,
)

LONGEST_VERSION, LONGEST_NUMBER = 9, 18


class FormFields(Fields):
    """The fields of a form by name, with their values. ``error_field`` is the one that shows all errors of a row."""

    def __init__(self, values: Mapping[str, Sequence[str]], error_field: str = "") -> None:
        self._values, self._error_field = values, error_field

    def text(self, name: str, default: str | None = None) -> str:
        values = self._values.get(name)
        text = values[0] if values else ""
        # The place of an error is worked out only if there is one.
        if len(text) > LONGEST_TEXT:
            check_length(text, self.at(name))
        return text or default or ""

    def text_or_none(self, name: str) -> str | None:
        return self.text(name) or None

    def texts(self, name: str, error_field: str = "") -> Sequence[str]:
        field = self.at(name, error_field)
        texts = [check_length(text, field) for text in self._values.get(name, ()) if text]
        check_count(texts, field)
        return texts

    def has(self, name: str) -> bool:
        return bool(self._values.get(name))

    def changed(self, name: str, was: str) -> str | None:
        text = self.text(name)
        return None if text.strip() == self.text(was) else text

    def joined(self, name: str) -> Sequence[str]:
        texts = [text for text in self._first(name).split(",") if text]
        if len(texts) > MOST_ITEMS:
            check_count(texts, self.at(name))
        return texts

    def numbered(self, name: str, count: int) -> Sequence[str]:
        return [self.text(f"{name}-{number}") for number in range(count)]

    def rows(self, name: str, columns: Sequence[str], error_field: str = "") -> Sequence[Fields]:
        texts_of = [self._values.get(column, ()) for column in columns]
        check_count(texts_of[0], error_field)
        if len({len(column) for column in texts_of}) > 1:
            raise InvalidInput(OUT_OF_DATE, field=error_field)
        return [
            FormFields({column: [text] for column, text in zip(columns, texts, strict=True)}, error_field)
            for texts in zip(*texts_of, strict=True)
        ]

    def lines(self, name: str, columns: Sequence[str]) -> Sequence[Fields]:
        rows = [line.split("\t") for line in re.split(r"\r?\n", self._first(name)) if line]
        check_count(rows, self.at(name))
        if any(len(row) != len(columns) for row in rows):
            raise InvalidInput(OUT_OF_DATE, field=self.at(name, HEAD))
        return [
            FormFields({column: [text] for column, text in zip(columns, row, strict=True)}, HEAD)
            for row in rows
        ]

    def document(self, name: str, problem: str) -> object:
        try:
            return json.loads(self._first(name) or "{}")
        except (ValueError, RecursionError):
            raise InvalidInput(problem, field=self.at(name)) from None

    def flag(self, name: str) -> bool:
        return self.text(name) not in ("", "0")

    def answer(self, name: str) -> bool | None:
        return {"yes": True, "no": False}.get(self.text(name))

    def number(self, name: str, problem: str, error_field: str = "") -> int:
        return self._number(self.text(name), problem, name, error_field)

    def number_or_none(self, name: str, problem: str) -> int | None:
        text = plain_form(self.text(name)).strip()
        return self._number(text, problem, name) if text else None

    def numbers(self, name: str, error_field: str = "") -> Sequence[int]:
        return [int(text) for text in self.texts(name, error_field) if is_number(text, LONGEST_NUMBER)]

    def choices(self, name: str, choices: type[Choice], error_field: str = "") -> frozenset[Choice]:
        return frozenset(choices(text) for text in self.texts(name, error_field) if text in tuple(choices))

    def version(self, name: str = "version") -> int:
        return self._number(self.text(name), OUT_OF_DATE, name, HEAD, LONGEST_VERSION)

    def at(self, name: str, error_field: str = "") -> str:
        return self._error_field or error_field or name

    def finish(self) -> None:
        """Accept a form with more fields than the command has, such as names to show or the open tab."""

    def _first(self, name: str) -> str:
        values = self._values.get(name)
        return values[0] if values else ""

    def _number(
        self, text: str, problem: str, name: str, error_field: str = "", longest: int = LONGEST_NUMBER
    ) -> int:
        if not is_number(text, longest):
            raise InvalidInput(problem, field=self.at(name, error_field))
        return int(text)
