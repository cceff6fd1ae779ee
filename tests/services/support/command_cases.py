"""Check every command: a form and JSON with the same values make the same command, and JSON is strict.

A case is a command with a form and a JSON object that describe it. The other tests follow from the case.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, fields, is_dataclass
from types import ModuleType
from typing import Any

import pytest

from tests.services.support.commands import TRACKING
from timesheet.domain.errors import InvalidInput
from timesheet.services.command.document import MISSING, UNKNOWN, JsonFields
from timesheet.services.command.fields import Fields, read_command
from timesheet.services.command.form import FormFields

Sent = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Case:
    """A command, and a form and a JSON object that describe it.

    ``optional`` names the fields of the JSON object that may be missing. ``deciding`` fields may be missing
    too, with those that belong to their value only.
    """

    command: Any
    form: Sent
    document: Mapping[str, object]
    optional: frozenset[str] = frozenset()
    deciding: frozenset[str] = frozenset()

    @property
    def kind(self) -> type[Any]:
        """Return the class of the command."""
        return type(self.command)


def form_of(sent: Sent) -> FormFields:
    """Return a form with these fields."""
    return FormFields({name: [value] if isinstance(value, str) else value for name, value in sent.items()})


def commands_in(module: ModuleType) -> set[type[Any]]:
    """Return the classes of a module that can be read as a command."""
    classes = (
        kind for _, kind in inspect.getmembers(module, inspect.isclass) if kind.__module__ == module.__name__
    )
    return {kind for kind in classes if is_dataclass(kind) and hasattr(kind, "read")}


def read(kind: type[Any], fields: Fields) -> object:
    """Read a command. Those with an estimate need to know how long a day is: on this site, eight hours."""
    if "tracking" not in inspect.signature(kind.read).parameters:
        return read_command(kind, fields)
    command = kind.read(fields, lambda: TRACKING)
    fields.finish()
    return command


def check_case(case: Case) -> None:
    """Check that the form and the JSON make the command, which cannot be changed."""
    assert read(case.kind, form_of(case.form)) == case.command
    assert read(case.kind, JsonFields(json.loads(json.dumps(case.document)))) == case.command
    name = fields(case.command)[0].name
    with pytest.raises(AttributeError):
        setattr(case.command, name, None)


def check_strictness(case: Case) -> None:
    """Check that JSON with a surplus field, a missing one, or a value of another type is refused by name."""
    assert refused(case, {**case.document, "surprise": 1}) == ("surprise", UNKNOWN)
    for name in case.document.keys() - case.deciding:
        left = {key: value for key, value in case.document.items() if key != name}
        if name in case.optional:
            read(case.kind, JsonFields(left))
        else:
            assert refused(case, left) == (name, MISSING), name
    for place, broken in _broken(case.document):
        assert refused(case, broken)[0] == place, place
    nothing: tuple[object, ...] = (None, [], "text", 1)
    for document in nothing:
        assert refused(case, document)[0] == ""


class CommandTests:
    """The tests of the commands of a feature. Its ``cases`` are those of a module; ``parts`` are read within others.

    ``apart`` have tests of their own for JSON, because their form holds a document.
    """

    module: ModuleType
    cases: Sequence[Case]
    parts: frozenset[type[Any]] = frozenset()
    apart: Sequence[Case] = ()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run each case as a test of its own."""
        if "case" in metafunc.fixturenames:
            metafunc.parametrize("case", self.cases, ids=lambda case: case.kind.__name__)

    def test_every_command_has_a_case(self) -> None:
        assert {case.kind for case in (*self.cases, *self.apart)} == commands_in(self.module) - self.parts

    def test_a_form_and_json_make_the_same_command(self, case: Case) -> None:
        check_case(case)

    def test_json_is_taken_as_it_is_described_and_in_no_other_way(self, case: Case) -> None:
        check_strictness(case)


def check_field(
    cases: Iterable[Case],
    kind: type,
    change: Sent,
    field: str,
) -> None:
    """Check that a form with this change cannot be read, and that the refusal names the field."""
    [case] = [case for case in cases if case.kind is kind]
    with pytest.raises(InvalidInput) as caught:
        read(case.kind, form_of({**case.form, **change}))
    assert caught.value.field == field


def refused(case: Case, document: object) -> tuple[str, str]:
    """Return the field and the sentence with which this JSON is refused."""
    with pytest.raises(InvalidInput) as caught:
        read(case.kind, JsonFields(document))
    return caught.value.field, caught.value.sentence


def _broken(document: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield the path of each value in the document, and the document with a value of another type in its place."""
    for path in _paths(document):
        broken: Any = deepcopy(dict(document))
        inner = broken
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = _other(inner[path[-1]])
        yield (
            "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix("."),
            broken,
        )


def _paths(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inner = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, item in inner:
        yield from _paths(item, (*path, key))


def _other(value: object) -> object:
    """Return a value of a type that no field takes in the place of this one."""
    return "1" if isinstance(value, int | list | Mapping) else 1.5
