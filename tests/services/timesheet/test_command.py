"""Commands about the sheet as a whole: what a form and JSON make of them."""

from __future__ import annotations

from datetime import date

import pytest

from tests.services.support.command_cases import Case, CommandTests, form_of
from timesheet.domain.errors import InvalidInput
from timesheet.domain.span import DateSpan
from timesheet.services.timesheet import command
from timesheet.services.timesheet.command import (
    AddKeys,
    ApplyTemplate,
    ChangeRows,
    ChangeTemplate,
    CopyWorklogs,
    RowChange,
    SaveTemplate,
    TemplateChange,
)

KEY, DAY = "a" * 32, date(2026, 11, 24)
WEEK = DateSpan(date(2026, 11, 16), date(2026, 11, 22))
CASES = [
    Case(AddKeys(("PAY-12", "WEB-7")), {"text": "PAY-12, WEB-7"}, {"text": "PAY-12, WEB-7"}),
    Case(
        SaveTemplate("t1", "Monday", DAY, weekly=True),
        {"id": "t1", "name": "Monday", "day": "2026-11-24", "weekly": "1"},
        {"id": "t1", "name": "Monday", "day": "2026-11-24", "weekly": True},
    ),
    Case(
        ChangeTemplate("t1", TemplateChange.RENAME, "Tuesday", "Monday"),
        {"template": "t1", "change": "rename", "name": "Tuesday", "was": "Monday"},
        {"template": "t1", "change": "rename", "name": "Tuesday", "was": "Monday"},
        frozenset({"name", "was"}),
    ),
    Case(
        ApplyTemplate("t1", DAY, KEY, frozenset({7, 8})),
        {"template": "t1", "day": "2026-11-24", "key": KEY, "issue": ["7", "8"]},
        {"template": "t1", "day": "2026-11-24", "key": KEY, "issue": [7, 8]},
        frozenset({"issue"}),
    ),
    Case(
        ChangeRows(RowChange.PIN, (7, 9), 12),
        {"change": "pin", "issue": ["7", "9", "7"], "before": "12"},
        {"change": "pin", "issue": [7, 9], "before": 12},
        frozenset({"before"}),
    ),
    Case(
        CopyWorklogs(
            DateSpan(date(2026, 11, 16), date(2026, 11, 22)),
            date(2026, 11, 23),
            KEY,
            frozenset({7, 8}),
            comments=True,
        ),
        {
            "first": "2026-11-16",
            "last": "2026-11-22",
            "to": "2026-11-23",
            "key": KEY,
            "issue": ["7", "8"],
            "comments": "1",
        },
        {
            "first": "2026-11-16",
            "last": "2026-11-22",
            "to": "2026-11-23",
            "key": KEY,
            "issue": [7, 8],
            "comments": True,
        },
        frozenset({"issue"}),
    ),
]


class TestCommands(CommandTests):
    module = command
    cases = CASES


def test_days_are_copied_forward() -> None:
    assert CopyWorklogs(WEEK, date(2026, 11, 23), KEY).target == DateSpan(
        date(2026, 11, 23), date(2026, 11, 29)
    )
    with pytest.raises(InvalidInput) as refused:
        CopyWorklogs.read(form_of({"first": "2026-11-22", "last": "2026-11-16", "to": "2026-11-23"}))
    assert refused.value.field == "last"
