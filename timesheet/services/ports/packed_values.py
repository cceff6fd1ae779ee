"""The attributes of many worklogs as plain numbers: most worklogs have the same few values."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from timesheet.domain.attribute.attribute import AttributeValue
from timesheet.domain.attribute.values import AttributeValues


@dataclass(frozen=True, slots=True)
class PackedValues:
    """The attributes of worklogs: ``numbers`` has id, updated (epoch ms), and a place in ``values`` for each, and never
    changes.

    ``values`` are the different ones that occur. Jira did not respond about ``unread`` more worklogs.
    """

    numbers: array[int] = field(default_factory=lambda: array("q"))
    values: tuple[AttributeValues, ...] = ()
    unread: int = 0

    def entries(self) -> Iterator[tuple[int, int, int]]:
        """Yield the worklogs one by one."""
        number = iter(self.numbers)
        return zip(number, number, number, strict=True)


class Numbering:
    """Numbers different values in order of appearance."""

    def __init__(self, values: Iterable[AttributeValues] = ()) -> None:
        self._places: dict[frozenset[tuple[str, type, AttributeValue]], int] = {}
        self._values: list[AttributeValues] = []
        for one in values:
            self.place(one)

    @property
    def values(self) -> tuple[AttributeValues, ...]:
        """Return the values by their numbers."""
        return tuple(self._values)

    def place(self, values: AttributeValues) -> int:
        """Return the number of these values."""
        # True and 1 are equal, and not the same answer.
        key = frozenset((name, type(value), value) for name, value in values.items())
        place = self._places.setdefault(key, len(self._values))
        if place == len(self._values):
            self._values.append(dict(values))
        return place
