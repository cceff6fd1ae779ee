"""The groups of a report's dimensions: which group a person, an issue, or a day belongs to, and what it is called."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import compress
from typing import overload

from timesheet.domain.alphabet import alphabetical
from timesheet.domain.message import message
from timesheet.domain.report.group_tree import Axis, FactTable
from timesheet.domain.report.table import Label
from timesheet.domain.report.terms import AnyDimension, Dimension, Field
from timesheet.domain.worklog.issue import Issue, issue_in
from timesheet.domain.worklog.sheet import issue_order

BETWEEN = ","
"""Joins the ids of a row that has several, as an issue with two components; no id contains it."""

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One value of a dimension. ``id`` may be several ids of one name, as types of several projects have.

    ``order`` sorts the groups of one dimension; without it the text does.
    """

    id: str
    text: str
    detail: str = ""
    issue_key: str = ""
    order: Key = field(default=(), compare=False)

    @property
    def ids(self) -> Sequence[str]:
        """Return the ids of all values that the group is named after."""
        return self.id.split(BETWEEN)

    @property
    def place(self) -> Key:
        """Return the sort key."""
        return self.order or (alphabetical(self.text), self.id)


Groups = Mapping[int, Sequence[Group]]
"""The groups of each value of a field: none, one, or several."""


def axis_of(dimension: AnyDimension, groups: Groups) -> Axis:
    """Return the rows of a dimension.

    Values that belong to several groups have a separate row, so they count once. Rows are in the order of
    their groups; values without a group come last.
    """
    combined: dict[str, Sequence[Group]] = {}
    keys: dict[int, str] = {}
    for value, of_value in groups.items():
        keys[value] = key = (
            of_value[0].id if len(of_value) == 1 else BETWEEN.join(group.id for group in of_value)
        )
        combined[key] = of_value
    ordered = sorted(combined, key=lambda key: _order(combined[key]))
    places = {key: place for place, key in enumerate(ordered)}
    labels = _Labels(len(ordered), lambda place: _label(dimension, ordered[place], combined[ordered[place]]))
    return Axis(dimension, {value: places[key] for value, key in keys.items()}, labels)


def _order(groups: Sequence[Group]) -> Key:
    return (False, groups[0].place) if len(groups) == 1 else (not groups, *(group.place for group in groups))


class _SortedPositions(Mapping[int, int]):
    """The place of each number in a sorted array, without an object for each."""

    def __init__(self, numbers: array[int]) -> None:
        self._numbers = numbers

    def __getitem__(self, number: int) -> int:
        place = bisect_left(self._numbers, number)
        if place == len(self._numbers) or self._numbers[place] != number:
            raise KeyError(number)
        return place

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


class _Labels(Sequence[Label]):
    """The labels of an axis, made when they are shown: of many rows only a few are."""

    def __init__(self, size: int, label_at: Callable[[int], Label]) -> None:
        self._places, self._label_at = range(size), label_at

    @overload
    def __getitem__(self, place: int) -> Label: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Label]: ...

    def __getitem__(self, place: int | slice) -> Label | Sequence[Label]:
        if isinstance(place, slice):
            return [self._label_at(one) for one in self._places[place]]
        return self._label_at(self._places[place])

    def __len__(self) -> int:
        return len(self._places)


def axis_of_worklogs(amounts: Iterable[FactTable]) -> Axis:
    """Return a row for each worklog. A report may have 200,000 of them, so they are kept as numbers."""
    with_worklogs = [facts for facts in amounts if Field.WORKLOG in facts.fields]
    ordered = array(
        "q", sorted({number for facts in with_worklogs for number in facts.fields[Field.WORKLOG]})
    )
    places, days = _SortedPositions(ordered), array("q", bytes(ordered.itemsize * len(ordered)))
    for facts in with_worklogs:
        if entered := facts.fields.get(Field.ENTERED):
            for number, day in zip(facts.fields[Field.WORKLOG], entered, strict=True):
                days[places[number]] = day
    labels = _Labels(len(ordered), lambda place: _worklog_label(ordered[place], days[place]))
    return Axis(Dimension.WORKLOG, places, labels)


def axis_of_issues(issues: Mapping[int, Issue], numbers: Collection[int]) -> Axis:
    """Return a row for each of these issues, in the order of their keys, without a group for each of very many."""
    order = {number: issue_order(issue_in(issues, number)) for number in numbers}
    ordered = sorted(order, key=order.__getitem__)
    labels = _Labels(len(ordered), lambda place: _issue_label(issue_in(issues, ordered[place])))
    return Axis(Dimension.ISSUE, {number: place for place, number in enumerate(ordered)}, labels)


def _issue_label(issue: Issue) -> Label:
    return _label(Dimension.ISSUE, str(issue.id), (group_of_issue(issue),))


def group_of_issue(issue: Issue) -> Group:
    """Return the group of an issue; one whose key is not known has no link."""
    key = issue.key if not issue.loading else ""
    return Group(str(issue.id), issue.key, issue.summary, key, order=issue_order(issue))


def _worklog_label(number: int, day: int) -> Label:
    """Return the label of a worklog, with the day of entry (ordinal) if it is known."""
    return Label(
        Dimension.WORKLOG, str(number), str(number), date.fromordinal(day).isoformat() if day else ""
    )


def _label(dimension: AnyDimension, key: str, groups: Sequence[Group]) -> Label:
    if len(groups) != 1:
        return Label(dimension, key, message("{names}", names=tuple(group.text for group in groups)))
    return Label(dimension, key, groups[0].text, groups[0].detail, groups[0].issue_key)


def values_in(groups: Groups, group_ids: Collection[str]) -> frozenset[int]:
    """Return the values of a field that belong to a wanted group; an empty id stands for none."""
    return frozenset(
        value
        for value, of_value in groups.items()
        if (any(id_ in group_ids for group in of_value for id_ in group.ids) if of_value else "" in group_ids)
    )


def listed(groups: Iterable[Sequence[Group]]) -> Sequence[Group]:
    """Return each group once, in order."""
    return sorted(
        {group.id: group for sequence in groups for group in sequence}.values(), key=lambda one: one.place
    )


def filtered(facts: FactTable, allowed: Iterable[tuple[Field, Collection[int]]]) -> FactTable:
    """Return the amounts whose fields have allowed values, all of them; fields that these amounts lack do not limit."""
    for limited, values in allowed:
        if column := facts.fields.get(limited):
            mask = [value in values for value in column]
            fields = {name: list(compress(numbers, mask)) for name, numbers in facts.fields.items()}
            facts = FactTable(fields, list(compress(facts.seconds, mask)))
    return facts
