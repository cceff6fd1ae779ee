"""Commands about attributes, read from forms and from JSON."""

from __future__ import annotations

from tests.services.support.command_cases import Case, CommandTests
from timesheet.domain.attribute.attribute import Kind
from timesheet.services.attribute import command
from timesheet.services.attribute.command import ChooseAttributes, RetireAttribute, SaveAttribute

CASES = [
    Case(
        SaveAttribute("a", "Activity", Kind.SELECT, "d", True, True, "Design\nTest", 2),
        {
            "id": "a",
            "name": "Activity",
            "kind": "select",
            "default": "d",
            "required": "1",
            "everywhere": "1",
            "options": "Design\nTest",
            "version": "2",
        },
        {
            "id": "a",
            "name": "Activity",
            "kind": "select",
            "default": "d",
            "required": True,
            "everywhere": True,
            "options": "Design\nTest",
            "version": 2,
        },
        frozenset({"default", "options"}),
    ),
    Case(
        RetireAttribute("a", retired=True, version=1),
        {"attribute_id": "a", "retired": "1", "version": "1"},
        {"attribute_id": "a", "retired": True, "version": 1},
    ),
    Case(
        ChooseAttributes("t", frozenset({"a", "b"}), frozenset({"a"})),
        {"team_id": "t", "attribute": ["a", "b"], "was": "a"},
        {"team_id": "t", "attribute": ["a", "b"], "was": ["a"]},
    ),
]


class TestCommands(CommandTests):
    module = command
    cases = CASES
