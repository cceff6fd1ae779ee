"""Explain in a sentence how a document violates its schema; content of the file is quoted briefly."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from timesheet.domain.message import Message, counted, message
from timesheet.services.ports.transfer import FileProblem

if TYPE_CHECKING:
    from jsonschema import ValidationError

LONGEST_QUOTE = 40
MOST_NAMES = 10
TYPES = MappingProxyType(
    {
        "object": message("This must be an object."),
        "array": message("This must be a list."),
        "string": message("This must be text."),
        "integer": message("This must be a whole number."),
        "boolean": message("This must be true or false."),
    }
)
PATTERNS = MappingProxyType(
    {
        "id": message("An id can have up to 36 lowercase letters, digits, and hyphens."),
        "date": message("This is not a date between 1971 and 9998 in the form 2026-11-24."),
        "account id": message("This is not an account id."),
        "group id": message("This is not the id of a group."),
        "hours": message("Write hours like 7:30."),
        "project key": message("This is not the key of a project."),
    }
)


def problem_of(error: ValidationError) -> FileProblem:
    """Return where a schema is violated, and what is wrong there."""
    say = _SENTENCES.get(str(error.validator))
    return FileProblem(
        str(error.json_path), say(error) if say else message("This value is not allowed here.")
    )


def _unknown(error: ValidationError) -> str:
    properties = _mapping(error.schema)["properties"]
    unknown = [quoted(name) for name in _list(error.instance) if name not in properties]
    if more := len(unknown[MOST_NAMES:]):
        unknown[MOST_NAMES:] = [counted("{count} more", "{count} more", more)]
    return message("There is nothing named {names} here.", names=tuple(unknown))


def _missing(error: ValidationError) -> str:
    # There is an error for each name, and only its text says which.
    missing = next(name for name in _list(error.validator_value) if error.message.startswith(repr(name)))
    return message("{names} is missing.", names=quoted(missing))


def _not_one_of(error: ValidationError) -> str:
    choices = tuple(str(choice) or quoted("") for choice in _list(error.validator_value))
    return message("{quoted} is none of: {choices}.", quoted=quoted(error.instance), choices=choices)


def _pattern(error: ValidationError) -> str:
    title = error.schema.get("title", "") if isinstance(error.schema, dict) else ""
    return PATTERNS.get(title, message("This text contains a character that cannot be stored."))


def _no_alternative(error: ValidationError) -> str:
    """Return the problem of the alternative that is not null, because that one matters."""
    inner = [part for part in error.context or () if part.validator_value != "null"]
    return problem_of(inner[0]).sentence


def _list(value: object) -> list[str]:
    return list(value) if isinstance(value, list | dict) else []


def _mapping(value: object) -> Mapping[str, Mapping[str, object]]:
    return value if isinstance(value, dict) else {"properties": {}}


def quoted(value: object) -> Message:
    """Return a value of the file in the reader's quotation marks, shortened if it is long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return message("“{text}”", text=text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…")


_SENTENCES: Mapping[str, Callable[[ValidationError], str]] = MappingProxyType(
    {
        "additionalProperties": _unknown,
        "required": _missing,
        "enum": _not_one_of,
        "pattern": _pattern,
        "format": lambda _: PATTERNS["date"],
        "anyOf": _no_alternative,
        "const": lambda error: message("This must be {quoted}.", quoted=quoted(error.validator_value)),
        "type": lambda error: TYPES[str(error.validator_value)],
        "minLength": lambda _: message("This must not be empty."),
        "maxLength": lambda error: message(
            "This text is too long: at most {most} characters.", most=error.validator_value
        ),
        "maxItems": lambda error: message(
            "This list is too long: at most {most} entries.", most=error.validator_value
        ),
        "minimum": lambda error: message(
            "This must be {validator_value} or more.", validator_value=error.validator_value
        ),
        "maximum": lambda error: message(
            "This must be {validator_value} or less.", validator_value=error.validator_value
        ),
    }
)
