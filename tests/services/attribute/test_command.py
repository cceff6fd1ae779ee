"""Commands about attributes, read from forms and from JSON."""

from __future__ import annotations

import pytest

from tests.services.support.command_cases import Case, check_all_have_a_case, check_case, check_strictness
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


def test_every_command_has_a_case() -> None:
    check_all_have_a_case(command, CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind.__name__)
def test_a_form_and_json_make_the_same_command(case: Case) -> None:
    check_case(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind.__name__)
def test_json_is_taken_as_it_is_described_and_in_no_other_way(case: Case) -> None:
    check_strictness(case)
