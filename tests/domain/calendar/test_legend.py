from __future__ import annotations

from dataclasses import replace

import pytest

from timesheet.domain.calendar.legend import (
    ACCENTS,
    SYSTEM_LEGENDS,
    Legend,
    SystemLegend,
    check_chosen,
    check_deletable,
    checked_legend,
    legends_of,
    unused_color,
)
from timesheet.domain.errors import InvalidInput

BY_ID = {legend.id: legend for legend in SYSTEM_LEGENDS}
OWN = Legend("own", "Training", "blue", "T")


def test_all_system_legends_exist_and_differ_without_color() -> None:
    assert [legend.id for legend in SYSTEM_LEGENDS] == list(SystemLegend)
    assert len({legend.letter for legend in SYSTEM_LEGENDS}) == len(SYSTEM_LEGENDS)
    assert len({legend.title for legend in SYSTEM_LEGENDS}) == len(SYSTEM_LEGENDS)
    assert {legend.color for legend in SYSTEM_LEGENDS} <= set(ACCENTS)
    assert not any(legend.deletable for legend in SYSTEM_LEGENDS)


@pytest.mark.parametrize(
    ("legend", "changes", "deletes", "in_calendars", "in_leaves"),
    [
        (BY_ID["unclassified"], False, False, False, False),
        (BY_ID["out-of-team"], False, False, False, False),
        (BY_ID["vacation"], True, False, True, True),
        (BY_ID["emergency"], True, False, True, True),
        (BY_ID["sick-leave"], True, False, True, True),
        (BY_ID["public-holiday"], False, False, True, False),
        (OWN, True, True, True, True),
    ],
    ids=lambda value: value.id if isinstance(value, Legend) else None,
)
def test_what_may_happen_to_a_legend(
    legend: Legend, changes: bool, deletes: bool, in_calendars: bool, in_leaves: bool
) -> None:
    assert (legend.changeable, legend.deletable) == (changes, deletes)
    assert (legend.for_calendar, legend.for_leave) == (in_calendars, in_leaves)


def test_a_site_has_the_system_legends_as_it_changed_them_then_its_own_by_title() -> None:
    vacation = replace(BY_ID["vacation"], title="Holidays", version=1)
    zoo, also = replace(OWN, id="z", title="zoo"), replace(OWN, id="a", title="Also")
    legends = legends_of([zoo, vacation, also])
    assert legends[: len(SYSTEM_LEGENDS)] == tuple(
        vacation if legend.id == "vacation" else legend for legend in SYSTEM_LEGENDS
    )
    assert legends[len(SYSTEM_LEGENDS) :] == (also, zoo)


def test_a_legend_is_cleaned() -> None:
    typed = replace(OWN, title="  Train  ing ", letter=" t ")
    assert checked_legend(typed, SYSTEM_LEGENDS) == replace(OWN, title="Train ing", letter="t")


def test_a_legend_may_keep_what_it_has() -> None:
    assert checked_legend(OWN, [*SYSTEM_LEGENDS, OWN]) == OWN
    renamed = replace(BY_ID["vacation"], title="Holidays", color="red", letter="Ho")
    assert checked_legend(renamed, SYSTEM_LEGENDS) == renamed


@pytest.mark.parametrize(
    ("legend", "field"),
    [
        (replace(BY_ID["unclassified"], title="Other"), "title"),
        (replace(BY_ID["out-of-team"], color="red"), "title"),
        (replace(BY_ID["public-holiday"], title="Feast"), "title"),
        (replace(OWN, title=" "), "title"),
        (replace(OWN, title="x" * 61), "title"),
        (replace(OWN, title="VACATION"), "title"),
        (replace(OWN, letter=""), "letter"),
        (replace(OWN, letter="abc"), "letter"),
        (replace(OWN, letter="-"), "letter"),
        (replace(OWN, letter="\u3164"), "letter"),
        (replace(OWN, letter="v"), "letter"),
        (replace(OWN, color="mauve"), "color"),
    ],
)
def test_a_bad_legend_is_refused_at_its_field(legend: Legend, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_legend(legend, SYSTEM_LEGENDS)
    assert refused.value.field == field


def test_a_new_one_gets_the_first_unused_color_or_the_first_if_all_are_used() -> None:
    first, second, third, *_ = ACCENTS
    assert unused_color(()) == first
    assert unused_color({first, third}) == second
    assert unused_color(ACCENTS.keys()) == first


def test_only_own_legends_are_deleted() -> None:
    check_deletable(OWN)
    with pytest.raises(InvalidInput, match="Vacation"):
        check_deletable(BY_ID["vacation"])


def test_only_legends_that_are_there_are_chosen() -> None:
    check_chosen("own", {"own": OWN})
    with pytest.raises(InvalidInput) as refused:
        check_chosen("gone", {"own": OWN})
    assert refused.value.field == "legend"
