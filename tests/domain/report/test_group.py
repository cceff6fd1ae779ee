"""Rows of people, issues, and days: what has several groups has a row of its own, and filters find each of them."""

from __future__ import annotations

from datetime import date

from timesheet.domain.report.group import Group, axis_of, axis_of_worklogs, filtered, listed, values_in
from timesheet.domain.report.group_tree import FactTable
from timesheet.domain.report.terms import Dimension, Field

API, WEB = Group("1", "API"), Group("2", "web", "of the shop", "WEB-2")
TASK = Group("3,9", "Task")


def test_rows_are_ordered_by_name_and_what_has_none_comes_last() -> None:
    axis = axis_of(Dimension.COMPONENT, {5: [], 6: [WEB], 7: [API], 8: [API, WEB], 9: [API]})
    assert [(label.key, label.text) for label in axis.labels] == [
        ("1", "API"),
        ("1,2", "API and web"),
        ("2", "web"),
        ("", ""),
    ]
    assert axis.index == {5: 3, 6: 2, 7: 0, 8: 1, 9: 0}


def test_an_accent_does_not_move_a_row_to_the_end() -> None:
    names = ["Zoë", "Ärzte", "Ahrens", "Büro"]
    axis = axis_of(Dimension.COMPONENT, {n: [Group(str(n), name)] for n, name in enumerate(names)})
    assert [label.text for label in axis.labels] == ["Ahrens", "Ärzte", "Büro", "Zoë"]


def test_only_a_single_group_has_details() -> None:
    labels = axis_of(Dimension.COMPONENT, {1: [WEB], 2: [API, WEB]}).labels
    assert [(label.detail, label.issue_key) for label in labels] == [("", ""), ("of the shop", "WEB-2")]


def test_an_order_of_its_own_comes_before_the_name() -> None:
    monday, sunday = Group("0", "Monday", order=(1,)), Group("6", "Sunday", order=(0,))
    axis = axis_of(Dimension.WEEKDAY, {1: [monday], 2: [sunday]})
    assert [label.key for label in axis.labels] == ["6", "0"]


def test_a_filter_finds_every_id_of_a_name_and_what_has_none() -> None:
    groups = {1: [TASK], 2: [API, WEB], 3: [], 4: [WEB]}
    assert values_in(groups, {"9"}) == {1}
    assert values_in(groups, {"2"}) == {2, 4}
    assert values_in(groups, {"", "3"}) == {1, 3}
    assert values_in(groups, {"gone"}) == frozenset()


def test_groups_are_listed_once_in_order() -> None:
    assert list(listed([[WEB], [API, WEB], []])) == [API, WEB]


def test_amounts_are_kept_if_all_their_fields_are_allowed() -> None:
    facts = FactTable({Field.PERSON: [0, 1, 1], Field.DAY: [7, 7, 8]}, [10, 20, 30])
    left = filtered(facts, [(Field.PERSON, {1}), (Field.ISSUE, {5}), (Field.DAY, {8})])
    assert left == FactTable({Field.PERSON: [1], Field.DAY: [8]}, [30])
    assert filtered(facts, []) is facts


def test_rows_of_worklogs_are_the_same_as_those_of_groups() -> None:
    numbers = [30, 7, 2**62, 7]
    groups = {number: [Group(str(number), str(number), order=(number,))] for number in numbers}
    expected = axis_of(Dimension.WORKLOG, groups)
    axis = axis_of_worklogs([FactTable({Field.WORKLOG: numbers}, [1] * 4)])
    assert dict(axis.index) == expected.index
    assert list(axis.labels) == axis.labels[:] == list(expected.labels)
    assert 8 not in axis.index
    assert 2**63 - 1 not in axis.index


def test_rows_of_worklogs_have_the_day_of_entry() -> None:
    day = date(2024, 6, 3)
    fields = {Field.WORKLOG: [7, 3], Field.ENTERED: [day.toordinal(), day.toordinal() + 1]}
    labels = axis_of_worklogs([FactTable({Field.PERSON: [1]}, [1]), FactTable(fields, [60, 60])]).labels
    assert [(label.key, label.detail) for label in labels] == [("3", "2024-06-04"), ("7", "2024-06-03")]
