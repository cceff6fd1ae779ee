"""Commands about suggestions, read from forms."""

from __future__ import annotations

from datetime import date, time

import pytest

from timesheet.domain.errors import InvalidInput
from timesheet.domain.identity import TimeTracking
from timesheet.services.command.fields import read_command
from timesheet.services.command.form import FormFields
from timesheet.services.suggestion.command import AcceptDay, AcceptSuggestion, DismissSuggestion

MARK = "0123456789abcdef"


def form(**fields: str | list[str]) -> FormFields:
    return FormFields({name: [value] if isinstance(value, str) else value for name, value in fields.items()})


def tracking() -> TimeTracking:
    return TimeTracking(enabled=True, day_seconds=28_800, week_seconds=144_000)


def test_they_are_read_from_a_form() -> None:
    fields = form(mark=MARK, issue="12", day="2026-11-16", start="09:30", duration="60m", key="suggestion")
    accepted = AcceptSuggestion.read(fields, tracking)
    assert (accepted.mark, accepted.entry.issue_id, accepted.entry.time) == (MARK, 12, time(9, 30))
    assert accepted.entry.with_key("another").key == "another"
    assert read_command(DismissSuggestion, form(mark=MARK)) == DismissSuggestion(MARK)
    day = read_command(AcceptDay, form(day="2026-11-16", mark=[MARK, "f" * 16]))
    assert day == AcceptDay(date(2026, 11, 16), (MARK, "f" * 16))


@pytest.mark.parametrize("mark", ["", "x", MARK.upper(), f"{MARK}0", f"{MARK}\n"])
def test_only_marks_are_marks(mark: str) -> None:
    with pytest.raises(InvalidInput, match="out of date"):
        read_command(DismissSuggestion, form(mark=mark))
    with pytest.raises(InvalidInput, match="out of date"):
        read_command(AcceptDay, form(day="2026-11-16", mark=[mark or "-"]))
