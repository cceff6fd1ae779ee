"""Commands about timers, read from forms."""

from __future__ import annotations

from datetime import date, time

import pytest

from timesheet.domain.errors import InvalidInput
from timesheet.domain.identity import TimeTracking
from timesheet.services.command.fields import read_command
from timesheet.services.command.form import FormFields
from timesheet.services.timer.command import ChangeTimer, LogTimer, StartTimer


def form(**fields: str) -> FormFields:
    return FormFields({name: [value] for name, value in fields.items()})


def tracking() -> TimeTracking:
    return TimeTracking(enabled=True, day_seconds=28_800, week_seconds=144_000)


def test_they_are_read_from_a_form() -> None:
    assert read_command(StartTimer, form(issue="12")) == StartTimer(12)
    assert read_command(ChangeTimer, form(key="a-key-of-it", next="")) == ChangeTimer("a-key-of-it")
    assert read_command(ChangeTimer, form(key="a-key-of-it", next="31")).next_issue_id == 31
    fields = form(issue="12", day="2026-11-16", start="09:30", duration="1h", key="a-key-of-it", next="31")
    logged = LogTimer.read(fields, tracking)
    assert (logged.entry.day, logged.entry.time, logged.split) == (date(2026, 11, 16), time(9, 30), False)
    assert logged.next_issue_id == 31
    fields = form(issue="12", day="2026-11-16", duration="1h", key="a-key-of-it", split="1")
    assert LogTimer.read(fields, tracking).split


@pytest.mark.parametrize("issue", ["", "PAY-12", "-1", "1.5"])
def test_an_issue_is_chosen_from_the_list(issue: str) -> None:
    with pytest.raises(InvalidInput, match="Choose an issue"):
        read_command(StartTimer, form(issue=issue))
