"""Commands about timers, what a form and JSON make of them."""

from __future__ import annotations

from datetime import date, time

import pytest

from tests.services.support.command_cases import Case, CommandTests, form_of, read
from timesheet.domain.errors import InvalidInput
from timesheet.services.timer import command
from timesheet.services.timer.command import ChangeTimer, LogTimer, StartTimer
from timesheet.services.worklog.command import TimeEntry

KEY = "a-key-of-it"


ENTRY = TimeEntry(12, date(2026, 11, 16), "1h", KEY, time(9, 30), split=True)
CASES = [
    Case(StartTimer(12), {"issue": "12"}, {"issue": 12}),
    Case(
        ChangeTimer(KEY),
        {"key": KEY, "next": "", "next_from": "", "measured": ""},
        {"key": KEY, "next": None, "next_from": None, "measured": None},
    ),
    Case(
        ChangeTimer(KEY, 31, 1_794_819_600_000, 3600),
        {"key": KEY, "next": "31", "next_from": "1794819600000", "measured": "3600"},
        {"key": KEY, "next": 31, "next_from": 1_794_819_600_000, "measured": 3600},
    ),
    Case(
        LogTimer(ENTRY, next_issue_id=31, next_from=1_794_819_600_000, measured=3600),
        {
            "issue": "12",
            "day": "2026-11-16",
            "start": "09:30",
            "duration": "1h",
            "key": KEY,
            "split": "1",
            "next": "31",
            "next_from": "1794819600000",
            "measured": "3600",
        },
        {
            "issue": 12,
            "day": "2026-11-16",
            "start": "09:30",
            "duration": "1h",
            "key": KEY,
            "split": True,
            "next": 31,
            "next_from": 1_794_819_600_000,
            "measured": 3600,
        },
        frozenset({"start", "split"}),
    ),
]


class TestCommands(CommandTests):
    module = command
    cases = CASES


@pytest.mark.parametrize("issue", ["", "PAY-12", "-1", "1.5"])
def test_an_issue_is_chosen_from_the_list(issue: str) -> None:
    with pytest.raises(InvalidInput, match="Choose an issue"):
        read(StartTimer, form_of({"issue": issue}))
