"""Commands about saved views: what a form and JSON make of them."""

from __future__ import annotations

import pytest

from tests.services.support.command_cases import (
    Case,
    check_all_have_a_case,
    check_case,
    check_strictness,
)
from timesheet.services.report import command
from timesheet.services.report.command import DeleteView, SaveView

CASES = [
    Case(
        SaveView("v1", "Mine", "alpha", True, False, 2),
        {"id": "v1", "name": "Mine", "of": "alpha", "default": "1", "version": "2"},
        {"id": "v1", "name": "Mine", "of": "alpha", "default": True, "overwrite": False, "version": 2},
    ),
    Case(DeleteView("v1"), {"view_id": "v1"}, {"view_id": "v1"}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind.__name__)
def test_a_form_and_json_say_the_same(case: Case) -> None:
    check_case(case)
    check_strictness(case)


def test_every_command_has_a_case() -> None:
    check_all_have_a_case(command, CASES)
