"""Commands about saved views: what a form and JSON make of them."""

from __future__ import annotations

from tests.services.support.command_cases import Case, CommandTests
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


class TestCommands(CommandTests):
    module = command
    cases = CASES
