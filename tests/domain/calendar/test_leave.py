from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from timesheet.domain.calendar.global_calendar import Part
from timesheet.domain.calendar.leave import Leave, check_leaves, with_leaves
from timesheet.domain.calendar.legend import SYSTEM_LEGENDS
from timesheet.domain.errors import InvalidInput
from timesheet.domain.span import DateSpan

WEEK = DateSpan(date(2024, 6, 10), date(2024, 6, 16))
FRIDAY = date(2024, 6, 14)
OFF = Leave("ann", FRIDAY, "vacation")
MORNING, AFTERNOON = replace(OFF, part=Part.MORNING), replace(OFF, part=Part.AFTERNOON)


def test_a_new_leave_takes_the_place_of_what_it_meets() -> None:
    sick, sunday = replace(OFF, legend_id="sick-leave"), replace(OFF, date=date(2024, 6, 16))
    assert with_leaves([sunday, MORNING, AFTERNOON], [sick]) == (sick, sunday)
    assert with_leaves([OFF], [MORNING]) == (MORNING,)
    assert with_leaves([AFTERNOON], [MORNING]) == (MORNING, AFTERNOON)
    assert with_leaves([replace(OFF, account_id="bob")], [OFF]) == (OFF, replace(OFF, account_id="bob"))


@pytest.mark.timeout(60)
def test_many_leaves_of_one_person_take_moments() -> None:
    """A file may have 50,000; comparing each with each took minutes."""
    many = [replace(OFF, date=date.fromordinal(730_000 + number)) for number in range(50_000)]
    assert with_leaves(many, many) == tuple(many)


def test_two_different_halves_fit_on_a_day() -> None:
    check_leaves([MORNING, replace(AFTERNOON, legend_id="sick-leave")], SYSTEM_LEGENDS)


@pytest.mark.parametrize("leaves", [[OFF, MORNING], [MORNING, MORNING], [MORNING, AFTERNOON, OFF]])
def test_the_same_hours_are_not_taken_twice(leaves: list[Leave]) -> None:
    with pytest.raises(InvalidInput, match="14 June 2024 has two leaves") as refused:
        check_leaves(leaves, SYSTEM_LEGENDS)
    assert refused.value.field == "leave"


@pytest.mark.parametrize("legend", ["unclassified", "out-of-team", "public-holiday", "gone"])
def test_a_legend_that_cannot_be_chosen_is_refused_but_kept_where_it_is(legend: str) -> None:
    leave = replace(OFF, legend_id=legend)
    check_leaves([leave], SYSTEM_LEGENDS, stored=[leave])
    with pytest.raises(InvalidInput) as refused:
        check_leaves([leave], SYSTEM_LEGENDS, stored=[OFF])
    assert refused.value.field == "legend"
