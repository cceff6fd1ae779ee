"""Commands about personal data: what a form and JSON make of them."""

from __future__ import annotations

import pytest

from tests.services.support.command_cases import (
    Case,
    check_all_have_a_case,
    check_case,
    check_strictness,
)
from timesheet.services.privacy import command
from timesheet.services.privacy.command import ErasePerson

CASES = [
    Case(
        ErasePerson("557058:ann", "Ann Example"),
        {"account_id": "557058:ann", "typed": "Ann Example"},
        {"account_id": "557058:ann", "typed": "Ann Example"},
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
