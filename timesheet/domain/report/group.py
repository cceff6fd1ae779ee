"""The groups of a report's dimensions: which group a person, an issue, or a day belongs to, and what it is called."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress

from timesheet.domain.report.pivot import Axis, Facts
from timesheet.domain.report.table import Label
from timesheet.domain.report.terms import Dimension, Field

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
        """Return each id."""
        return self.id.split(BETWEEN)

    @property
    def place(self) -> Key:
        """Return the sort key."""
        return self.order or (self.text.casefold(), self.id)


Groups = Mapping[int, Sequence[Group]]
"""The groups of each value of a field: none, one, or several."""


def axis_of(dimension: Dimension, groups: Groups) -> Axis:
    """Return the rows of a dimension. What belongs to several groups has a row of its own, so it counts once.

    Rows are in the order of their groups, and what belongs to none comes last.
    """
    combined: dict[str, Sequence[Group]] = {}
    keys: dict[int, str] = {}
    for value, held in groups.items():
        keys[value] = key = BETWEEN.join(group.id for group in held)
        combined[key] = held
    ordered = sorted(combined, key=lambda key: (not combined[key], [group.place for group in combined[key]]))
    places = {key: place for place, key in enumerate(ordered)}
    labels = [_label(dimension, key, combined[key]) for key in ordered]
    return Axis(dimension, {value: places[key] for value, key in keys.items()}, labels)


def _label(dimension: Dimension, key: str, groups: Sequence[Group]) -> Label:
    text = ", ".join(group.text for group in groups)
    if len(groups) != 1:
        return Label(dimension, key, text)
    return Label(dimension, key, text, groups[0].detail, groups[0].issue_key)


def values_in(groups: Groups, wanted: Collection[str]) -> frozenset[int]:
    """Return the values of a field that belong to a wanted group; an empty id stands for none."""
    return frozenset(
        value
        for value, held in groups.items()
        if (any(id_ in wanted for group in held for id_ in group.ids) if held else "" in wanted)
    )


def listed(groups: Iterable[Sequence[Group]]) -> Sequence[Group]:
    """Return each group once, in order."""
    return sorted({group.id: group for held in groups for group in held}.values(), key=lambda one: one.place)


def kept(facts: Facts, allowed: Iterable[tuple[Field, Collection[int]]]) -> Facts:
    """Return the amounts whose fields have allowed values, all of them; fields that these amounts lack do not limit."""
    for limited, values in allowed:
        if column := facts.fields.get(limited):
            mask = [value in values for value in column]
            fields = {name: list(compress(held, mask)) for name, held in facts.fields.items()}
            facts = Facts(fields, list(compress(facts.seconds, mask)))
    return facts
