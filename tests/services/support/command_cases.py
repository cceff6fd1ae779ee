"""Check every command: the fields of a form make the command.

A case is a command with a form that describes it. The tests follow from the case.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from types import ModuleType
from typing import Any

import pytest

from tests.services.support.commands import TRACKING
from timesheet.domain.errors import InvalidInput
from timesheet.services.command.fields import Fields

Sent = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Case:
    """A command, and a form that describes it."""

    command: Any
    form: Sent

    @property
    def kind(self) -> type[Any]:
        """Return the class of the command."""
        return type(self.command)


def form_of(sent: Sent) -> Fields:
    """Return a form with these fields."""
    return Fields({name: [value] if isinstance(value, str) else value for name, value in sent.items()})


def commands_in(module: ModuleType) -> set[type[Any]]:
    """Return the classes of a module that can be read as a command."""
    classes = (
        kind for _, kind in inspect.getmembers(module, inspect.isclass) if kind.__module__ == module.__name__
    )
    return {kind for kind in classes if is_dataclass(kind) and hasattr(kind, "read")}


def read(kind: type[Any], fields: Fields) -> object:
    """Read a command. Those with an estimate need to know how long a day is: on this site, eight hours."""
    if "tracking" not in inspect.signature(kind.read).parameters:
        return kind.read(fields)
    return kind.read(fields, lambda: TRACKING)


class CommandTests:
    """The tests of the commands of a feature. Its ``cases`` are those of a module; ``parts`` are read within others."""

    module: ModuleType
    cases: Sequence[Case]
    parts: frozenset[type[Any]] = frozenset()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run each case as a test of its own."""
        if "case" in metafunc.fixturenames:
            metafunc.parametrize("case", self.cases, ids=lambda case: case.kind.__name__)

    def test_every_command_has_a_case(self) -> None:
        assert {case.kind for case in self.cases} == commands_in(self.module) - self.parts

    def test_a_form_makes_the_command_which_cannot_be_changed(self, case: Case) -> None:
        assert read(case.kind, form_of(case.form)) == case.command
        name = fields(case.command)[0].name
        with pytest.raises(AttributeError):
            setattr(case.command, name, None)


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
