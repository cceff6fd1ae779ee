"""Number the groups of a report on each level of rows.

Groups are numbers, kept in arrays, because a report may have 200,000 worklogs and as many rows.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from timesheet.domain.report.table import Label
from timesheet.domain.report.terms import (
    AnyDimension,
    Field,
    field_of,
)


@dataclass(frozen=True, slots=True)
class Axis:
    """One level of rows: ``index`` gives the place in ``labels`` by the value of the dimension's field.

    ``labels`` are in the order in which rows appear.
    """

    dimension: AnyDimension
    index: Mapping[int, int]
    labels: Sequence[Label]


@dataclass(frozen=True, slots=True)
class FactTable:
    """A table of amounts of seconds, each with the values of its fields; all sequences have the same length.

    Days are proleptic ordinals; the values of other fields are numbers that the axes know.
    """

    fields: Mapping[Field, Sequence[int]]
    seconds: Sequence[int]


NOTHING = FactTable(dict.fromkeys(Field, ()), ())


class GroupTree:
    """Numbers the groups of each level by their parents, and below one parent in the order of their labels.

    Parent and label are in one number, the group's code: the parent's number times the width of the axis, plus the
    label's place. A level is the sorted array of its codes, so the groups below a parent follow each other.
    """

    def __init__(self, axes: Sequence[Axis]) -> None:
        self._axes = axes
        self._widths = [max(1, len(axis.labels)) for axis in axes]
        self._codes: list[array[int]] = []
        self._above: dict[tuple[int, int], Sequence[int]] = {}

    def place(self, amounts: Sequence[tuple[FactTable, int]]) -> Sequence[Sequence[int]]:
        """Number the groups of all amounts, each down to its depth; return the group of each of them."""
        groups: list[Sequence[int]] = [zeros(len(facts.seconds)) for facts, _ in amounts]
        for level, axis in enumerate(self._axes):
            places = [place for place, (_, depth) in enumerate(amounts) if depth > level]
            for place in places:
                groups[place] = self._coded(level, axis, amounts[place][0], groups[place])
            codes = array("q", sorted({code for place in places for code in groups[place]}))
            numbers = dict(zip(codes, count(), strict=False))
            for place in places:
                groups[place] = array("q", map(numbers.__getitem__, groups[place]))
            self._codes.append(codes)
        return groups

    def _coded(self, level: int, axis: Axis, facts: FactTable, parents: Sequence[int]) -> array[int]:
        width, keys = self._widths[level], map(axis.index.__getitem__, facts.fields[field_of(axis.dimension)])
        return array("q", (parent * width + key for parent, key in zip(parents, keys, strict=True)))

    def size(self, depth: int) -> int:
        """Return the number of groups on level ``depth``; 1 for the total."""
        return len(self._codes[depth - 1]) if depth else 1

    def groups_above(self, depth: int, level: int) -> Sequence[int]:
        """Return the number on level ``depth`` for each group of a ``level`` below it."""
        if depth == level:
            return range(self.size(level))
        codes = self._above.get((depth, level))
        if codes is None:
            parents = [code // self._widths[depth] for code in self._codes[depth]]
            codes = [parents[group] for group in self.groups_above(depth + 1, level)]
            self._above[depth, level] = codes
        return codes

    def parent(self, level: int, number: int) -> int:
        """Return the number of a group's parent on the level above."""
        return self._codes[level][number] // self._widths[level]

    def key(self, level: int, number: int) -> int:
        """Return the place of a group's label."""
        return self._codes[level][number] % self._widths[level]

    def find(self, level: int, parent: int, key: int) -> int:
        """Return the number of the group with this label below a parent, -1 if there is none."""
        codes, code = self._codes[level], parent * self._widths[level] + key
        number = bisect_left(codes, code)
        return number if number < len(codes) and codes[number] == code else -1

    def children(self, level: int, parent: int) -> Sequence[int]:
        """Return the groups of a level below a parent, in the order of their labels."""
        codes, width = self._codes[level], self._widths[level]
        first = bisect_left(codes, parent * width)
        return range(first, bisect_left(codes, (parent + 1) * width, first))


def zeros(length: int) -> array[int]:
    """Return an array of so many zeros."""
    return array("q", bytes(8 * length))
