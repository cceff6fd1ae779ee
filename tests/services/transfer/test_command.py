"""Commands about importing a configuration: what a form and JSON make of them."""

from __future__ import annotations

import pytest

from tests.services.support.command_cases import Case, CommandTests, form_of
from timesheet.domain.errors import InvalidInput
from timesheet.services.command.fields import read_command
from timesheet.services.transfer import command
from timesheet.services.transfer.command import ImportConfiguration, PlanImport
from timesheet.services.transfer.review import Choices

CASES = [
    Case(
        PlanImport(Choices(replace=True)),
        {"mode": "replace"},
        {"mode": "replace", "permissions": False},
        frozenset({"mode"}),
    ),
    Case(
        ImportConfiguration(Choices(permissions=True), "token", deleting=True),
        {"permissions": "1", "token": "token", "confirm": "1"},
        {"mode": "merge", "permissions": True, "token": "token", "confirm": True},
        frozenset({"mode"}),
    ),
]


class TestCommands(CommandTests):
    module = command
    cases = CASES


def test_nothing_is_replaced_by_a_choice_that_does_not_exist() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_command(PlanImport, form_of({"mode": "all"}))
    assert refused.value.field == "mode"
