"""Configurations as JSON documents, validated against a schema that is published next to this file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from timesheet.adapters.transfer.complaint import problem_of, quoted
from timesheet.adapters.transfer.reading import read_document
from timesheet.adapters.transfer.writing import FORMAT, VERSION, write_document
from timesheet.domain.lazy import lazy
from timesheet.domain.message import message
from timesheet.services.ports.transfer import BadFile, Configuration, FileProblem, Imported

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

SCHEMA = Path(__file__).with_name("schema.json")
MOST_PROBLEMS = 50
DEEPEST = 12
FORMER_COLOR = "colour"
BOM = b"\xef\xbb\xbf"


class JsonConfigurationFiles:
    """Implements ConfigurationFiles."""

    @lazy
    def _validator(self) -> Validator:
        # Loaded with the first file, because loading takes long and few processes ever read a file.
        from jsonschema import Draft202012Validator, FormatChecker  # noqa: PLC0415

        schema = orjson.loads(SCHEMA.read_bytes())
        return Draft202012Validator(
            _without_references(schema, schema["$defs"]), format_checker=FormatChecker(["date"])
        )

    def write(self, configuration: Configuration, project_keys: Mapping[int, str], *, leaves: bool) -> bytes:
        """See ConfigurationFiles."""
        document = write_document(configuration, project_keys, leaves=leaves)
        return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    def read(self, data: bytes, largest: int) -> Imported:
        """See ConfigurationFiles."""
        if len(data) > largest:
            raise _bad(
                FileProblem(
                    "$", message("The file is larger than {most} MiB.", most=largest // (1024 * 1024))
                )
            )
        document = _parsed(data)
        _check_kind(document)
        _rename_color(document)
        if not self._validator.is_valid(_with_few_leaves(document)):
            errors = self._validator.iter_errors(document)
            # A wrong date violates the schema twice, by its form and as a date.
            unique = dict.fromkeys(map(problem_of, islice(errors, 2 * MOST_PROBLEMS)))
            raise _bad(*islice(unique, MOST_PROBLEMS))
        return read_document(document)


def _with_few_leaves(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with so many of its leaves that each value, and each set of names, is in one of them.

    The schema checks each value of a leave by itself, so these are valid if and only if all leaves are. A file may have
    tens of thousands of them, and checking each takes seconds.
    """
    leaves = document.get("leaves")
    if not isinstance(leaves, list):
        return document
    few, seen = list[Any](), set[object]()
    for leave in leaves:
        if not isinstance(leave, dict) or not all(isinstance(value, str) for value in leave.values()):
            return document
        marks = {frozenset(leave), *leave.items()}
        if not marks <= seen:
            seen |= marks
            few.append(leave)
    return {**document, "leaves": few}


def _without_references(part: Any, definitions: Mapping[str, Any]) -> Any:
    """Return a part of the schema with its definitions in the places that name them.

    Looking up a name takes two thirds of the time of a check, and a file may have tens of thousands of leaves.
    """
    if isinstance(part, list):
        return [_without_references(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    name = part.get("$ref", "").rpartition("/")[2]
    named = {**part, **definitions[name]} if name else part
    return {
        key: _without_references(value, definitions)
        for key, value in named.items()
        if key not in ("$ref", "$defs")
    }


def _parsed(data: bytes) -> Any:
    try:
        document = orjson.loads(data.removeprefix(BOM))
    except orjson.JSONDecodeError as error:
        raise _bad(
            FileProblem(
                "$",
                message(
                    "This is not JSON: it cannot be read from line {line}, column {column} on.",
                    line=error.lineno,
                    column=error.colno,
                ),
            )
        ) from error
    if _deeper_than(document, DEEPEST):
        raise _bad(FileProblem("$", message("The document is nested deeper than any export.")))
    json.loads(data.removeprefix(BOM), object_pairs_hook=_check_names, parse_int=str, parse_float=str)
    return document


def _check_kind(document: Any) -> None:
    """Raise one plain error for a file that is not an export at all, instead of fifty about its parts."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _bad(
            FileProblem(
                "$.format",
                message("This is not an export of Timesheet: its format is not “{format}”.", format=FORMAT),
            )
        )
    version = document.get("version")
    if type(version) is int and version > VERSION:
        raise _bad(
            FileProblem(
                "$.version",
                message(
                    "Version {version} was made by a newer Timesheet. This one reads {readable}.",
                    version=version,
                    readable=VERSION,
                ),
            )
        )


def _rename_color(document: dict[str, Any]) -> None:
    """Rename the color of absence types and labels, whose name had another spelling in files of earlier versions."""
    for section in ("legends", "labels"):
        items = document.get(section)
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and "color" not in item and FORMER_COLOR in item:
                item["color"] = item.pop(FORMER_COLOR)


def _check_names(pairs: Sequence[tuple[str, Any]]) -> None:
    """Refuse an object that has a name twice, because the parser would keep only the last value of it."""
    names = set[str]()
    for name, _ in pairs:
        if name in names:
            raise _bad(
                FileProblem("$", message("An object has the name {name} more than once.", name=quoted(name)))
            )
        names.add(name)


def _deeper_than(value: Any, levels: int) -> bool:
    """Return whether the document is nested deeper than allowed, checked level by level without recursion."""
    layer = [value]
    for _ in range(levels):
        layer = list(_inside(layer))
        if not layer:
            return False
    return True


def _inside(layer: list[Any]) -> Iterator[Any]:
    for value in layer:
        if isinstance(value, dict):
            yield from value.values()
        elif isinstance(value, list):
            yield from value


def _bad(*problems: FileProblem) -> BadFile:
    return BadFile(
        message("This file cannot be imported. Nothing was changed."), field="file", problems=problems
    )
