"""Commands about periods: what a form and JSON make of them."""

from __future__ import annotations

from datetime import date

import pytest

from tests.services.support.command_cases import (
    Case,
    check_all_have_a_case,
    check_case,
    check_field,
    check_strictness,
)
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
        AcceptLateChange("t", "r", 10001, "changed", "agreed"),
        {"team_id": "t", "record_id": "r", "worklog": "10001", "what": "changed", "note": "agreed"},
        {"team_id": "t", "record_id": "r", "worklog": 10001, "what": "changed", "note": "agreed"},
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
