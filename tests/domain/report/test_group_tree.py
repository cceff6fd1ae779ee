"""The groups of a report: numbered on each level by their parents and, below one parent, by the order of labels."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.report.group_tree import NOTHING, Axis, FactTable, GroupTree
from timesheet.domain.report.table import Label
from timesheet.domain.report.terms import Dimension, Field

PEOPLE, ISSUES = 4, 5
Pair = tuple[int, int]
PAIRS = st.lists(st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, ISSUES - 1)), max_size=30)


def axis(dimension: Dimension, size: int) -> Axis:
    """Return rows in which the labels are in the reverse order of the values."""
    labels = [Label(dimension, str(place), str(place)) for place in range(size)]
    return Axis(dimension, {value: size - 1 - value for value in range(size)}, labels)


def facts(pairs: Sequence[Pair]) -> FactTable:
    fields = {Field.PERSON: [person for person, _ in pairs], Field.ISSUE: [issue for _, issue in pairs]}
    return FactTable(fields, [60] * len(pairs))


def tree() -> GroupTree:
    return GroupTree([axis(Dimension.PERSON, PEOPLE), axis(Dimension.ISSUE, ISSUES)])


def labels_of(grown: GroupTree, group: int) -> Pair:
    """Return the places of the labels of a group on the second level."""
    return grown.key(0, grown.parent(1, group)), grown.key(1, group)


@given(PAIRS)
def test_each_amount_is_in_the_group_of_its_labels(pairs: list[Pair]) -> None:
    grown = tree()
    [groups] = grown.place([(facts(pairs), 2)])
    expected = [(PEOPLE - 1 - person, ISSUES - 1 - issue) for person, issue in pairs]
    assert [labels_of(grown, group) for group in groups] == expected
    assert grown.size(0) == 1
    assert grown.size(2) == len(set(pairs))


@given(PAIRS)
def test_children_are_in_the_order_of_their_labels(pairs: list[Pair]) -> None:
    grown = tree()
    grown.place([(facts(pairs), 2)])
    found = [
        (grown.key(0, person), grown.key(1, issue))
        for person in grown.children(0, 0)
        for issue in grown.children(1, person)
    ]
    assert found == sorted({(PEOPLE - 1 - person, ISSUES - 1 - issue) for person, issue in pairs})


@given(PAIRS, PAIRS)
def test_amounts_of_another_depth_share_the_groups_above(deep: list[Pair], high: list[Pair]) -> None:
    grown = tree()
    below, above = grown.place([(facts(deep), 2), (facts(high), 1)])
    assert [grown.key(0, group) for group in above] == [PEOPLE - 1 - person for person, _ in high]
    assert [grown.groups_above(1, 2)[group] for group in below] == [grown.parent(1, group) for group in below]
    assert grown.size(1) == len({person for person, _ in (*deep, *high)})


def test_without_amounts_there_is_the_total_only() -> None:
    grown = tree()
    assert [list(groups) for groups in grown.place([(NOTHING, 2)])] == [[]]
    assert (grown.size(0), grown.size(1), grown.size(2)) == (1, 0, 0)
    assert list(grown.children(0, 0)) == []
