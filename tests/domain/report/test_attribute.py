"""Groups by an attribute: every worklog is in exactly one, so that parts add up to the whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.attribute.attribute import Attribute, Kind, Option
from timesheet.domain.attribute.values import AttributeValues
from timesheet.domain.figures import Figures
from timesheet.domain.report.attribute import attribute_groups, choices_of, filter_words, passing
from timesheet.domain.report.group import axis_of
from timesheet.domain.report.group_tree import FactTable
from timesheet.domain.report.pivot import Pivot, table_columns
from timesheet.domain.report.query import Filter
from timesheet.domain.report.terms import AttributeDimension, Field, Figure

OPTIONS = (Option("a", "Design"), Option("b", "Test"), Option("c", "Old", removed=True))
ATTRIBUTES = st.builds(
    Attribute, st.just("x"), st.just("Name"), st.sampled_from(Kind), options=st.just(OPTIONS)
)
VALUE = st.one_of(
    st.booleans(), st.integers(-3, 3), st.sampled_from(["a", "b", "c", "gone", "1, 2/3"]), st.floats(-2, 2)
)
HELD = st.lists(st.dictionaries(st.sampled_from(["x", "y"]), VALUE, max_size=2), min_size=1, max_size=12)
WORK = st.lists(st.tuples(st.integers(0, 11), st.integers(1, 90_000)), max_size=30)


def facts(values: list[AttributeValues], work: list[tuple[int, int]]) -> FactTable:
    return FactTable(
        {Field.ATTRIBUTES: [place % len(values) for place, _ in work]}, [seconds for _, seconds in work]
    )


@given(ATTRIBUTES, HELD, WORK)
def test_rows_of_an_attribute_add_up_to_the_total(
    attribute: Attribute, values: list[AttributeValues], work: list[tuple[int, int]]
) -> None:
    amounts = facts(values, work)
    axis = axis_of(AttributeDimension(attribute), attribute_groups(attribute, values, range(len(values))))
    pivot = Pivot({Figure.SPENT: amounts}, [axis], (), table_columns((), (Figure.SPENT,)), Figures())
    rows = list(pivot.rows())
    assert sum(row.cells[-1].exact or 0 for row in rows) == sum(amounts.seconds) == pivot.totals[-1].exact
    assert len({row.path for row in rows}) == len(rows)
    assert all("/" not in key and "," not in key for row in rows for key in row.path)


@given(ATTRIBUTES, HELD)
def test_each_worklog_passes_the_filter_of_exactly_one_row(
    attribute: Attribute, values: list[AttributeValues]
) -> None:
    dimension, places = AttributeDimension(attribute), range(len(values))
    groups = attribute_groups(attribute, values, places)
    keys = {groups[place][0].id if groups[place] else "" for place in places}
    kept = [passing(Filter(dimension, frozenset({key})), attribute, values, places) for key in sorted(keys)]
    assert sorted(place for part in kept for place in part) == list(places)
    everything = Filter(dimension, frozenset(keys))
    assert passing(everything, attribute, values, places) == frozenset(places)


@given(ATTRIBUTES, HELD, st.floats(-3, 3), st.floats(-3, 3))
def test_numbers_within_bounds_are_those_that_are_not_outside(
    attribute: Attribute, values: list[AttributeValues], least: float, most: float
) -> None:
    dimension, places = AttributeDimension(attribute), range(len(values))
    inside = passing(Filter(dimension, least=least, most=most), attribute, values, places)
    above = passing(Filter(dimension, least=least), attribute, values, places)
    below = passing(Filter(dimension, most=most), attribute, values, places)
    assert inside == above & below


def test_removed_options_can_be_chosen_after_the_others() -> None:
    groups = choices_of(Attribute("x", "Name", Kind.SELECT, options=(Option("c", "Old", True), *OPTIONS[:2])))
    assert [(group.id, group.text) for group in groups] == [
        ("a", "Design"),
        ("b", "Test"),
        ("c", "Old (removed)"),
    ]
    assert [group.text for group in choices_of(Attribute("x", "Name", Kind.TOGGLE))] == ["Yes", "No"]
    assert choices_of(Attribute("x", "Name", Kind.TEXT)) == []


def test_the_values_of_a_filter_are_named_in_the_order_of_the_alphabet() -> None:
    options = (Option("a", "Zeichnen"), Option("b", "Änderung"), Option("c", "test"))
    attribute = Attribute("x", "Name", Kind.SELECT, options=options)
    one = Filter(AttributeDimension(attribute), frozenset(("a", "b", "c", "")))
    assert filter_words(one, attribute) == ("Änderung", "test", "Zeichnen", "")
