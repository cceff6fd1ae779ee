"""Commands about periods: what a form and JSON make of them."""

from __future__ import annotations

from datetime import date

import pytest

from tests.services.support.command_cases import Case, CommandTests, check_field, form_of
from timesheet.domain.errors import InvalidInput
from timesheet.domain.period.period import PeriodLength, PeriodRule
from timesheet.services.period import command
from timesheet.services.period.command import AcceptLateChange, ClosePeriod, ReopenPeriod, SaveRule

CASES = [
    Case(
        SaveRule(PeriodRule(PeriodLength.WEEKLY, date(2026, 6, 1)), 2),
        {"length": "weekly", "start": " 2026-06-01 ", "version": "2"},
        {"length": "weekly", "start": "2026-06-01", "version": 2},
    ),
    Case(
        ClosePeriod("t", date(2026, 6, 1), date(2026, 6, 30)),
        {"team_id": "t", "period": "2026-06-01", "last": "2026-06-30"},
        {"team_id": "t", "period": "2026-06-01", "last": "2026-06-30"},
    ),
    Case(ReopenPeriod("t", "r"), {"team_id": "t", "record_id": "r"}, {"team_id": "t", "record_id": "r"}),
    Case(
        AcceptLateChange("t", "r", 10001, "changed", "agreed", "ab12"),
        {
            "team_id": "t",
            "record_id": "r",
            "worklog": "10001",
            "what": "changed",
            "note": "agreed",
            "seen": "ab12",
        },
        {
            "team_id": "t",
            "record_id": "r",
            "worklog": 10001,
            "what": "changed",
            "note": "agreed",
            "seen": "ab12",
        },
    ),
]


class TestCommands(CommandTests):
    module = command
    cases = CASES


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        (SaveRule, {"length": "yearly"}, "length"),
        (SaveRule, {"start": " "}, "start"),
        (SaveRule, {"start": "soon"}, "start"),
        (SaveRule, {"version": "x"}, "form"),
        (ClosePeriod, {"period": "June"}, "period"),
        (AcceptLateChange, {"worklog": "x"}, "worklog"),
    ],
    ids=str,
)
def test_what_a_form_cannot_say_is_shown_at_the_field_of_its_page(
    kind: type, change: dict[str, str | list[str]], field: str
) -> None:
    check_field(CASES, kind, change, field)


def test_a_rule_without_a_start_asks_for_it() -> None:
    with pytest.raises(InvalidInput, match="Choose the first day of a period"):
        SaveRule.read(form_of({"length": "weekly", "start": " ", "version": "0"}))
