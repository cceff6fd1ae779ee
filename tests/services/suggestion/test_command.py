"""Commands about suggestions, what a form and JSON make of them."""

from __future__ import annotations

from datetime import date, time

import pytest

from tests.services.support.command_cases import Case, CommandTests, form_of, read
from timesheet.domain.errors import InvalidInput
from timesheet.services.suggestion import command
from timesheet.services.suggestion.command import AcceptDay, AcceptSuggestion, DismissSuggestion
from timesheet.services.worklog.command import TimeEntry

MARK = "0123456789abcdef"


ENTRY = TimeEntry(12, date(2026, 11, 16), "60m", "suggestion", time(9, 30))
CASES = [
    Case(
        AcceptSuggestion(MARK, ENTRY),
        {
            "mark": MARK,
            "issue": "12",
            "day": "2026-11-16",
            "start": "09:30",
            "duration": "60m",
            "key": "suggestion",
        },
        {
            "mark": MARK,
            "issue": 12,
            "day": "2026-11-16",
            "start": "09:30",
            "duration": "60m",
            "key": "suggestion",
        },
        frozenset({"start"}),
    ),
    Case(DismissSuggestion(MARK), {"mark": MARK}, {"mark": MARK}),
    Case(
        AcceptDay(date(2026, 11, 16), (MARK, "f" * 16)),
        {"day": "2026-11-16", "mark": [MARK, "f" * 16]},
        {"day": "2026-11-16", "mark": [MARK, "f" * 16]},
    ),
]


class TestCommands(CommandTests):
    module = command
    cases = CASES


@pytest.mark.parametrize("mark", ["", "x", MARK.upper(), f"{MARK}0", f"{MARK}\n"])
def test_only_marks_are_marks(mark: str) -> None:
    with pytest.raises(InvalidInput, match="out of date"):
        read(DismissSuggestion, form_of({"mark": mark}))
    with pytest.raises(InvalidInput, match="out of date"):
        read(AcceptDay, form_of({"day": "2026-11-16", "mark": [mark or "-"]}))
