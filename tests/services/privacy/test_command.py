"""Commands about personal data: what a form and JSON make of them."""

from __future__ import annotations

from tests.services.support.command_cases import Case, CommandTests
from timesheet.services.privacy import command
from timesheet.services.privacy.command import ErasePerson

CASES = [
    Case(
        ErasePerson("557058:ann", "Ann Example"),
        {"account_id": "557058:ann", "typed": "Ann Example"},
        {"account_id": "557058:ann", "typed": "Ann Example"},
    ),
]


class TestCommands(CommandTests):
    module = command
    cases = CASES
