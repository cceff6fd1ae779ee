"""Encode the app's own plain values as bytes and back: named types only, and never code."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, time
from functools import partial
from hashlib import sha256
from itertools import count, starmap
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from timesheet.domain.message import Message, Seconds
from timesheet.domain.worklog.packed_json import PackedJson

TAG = "$"
AS_IT_IS, OF_ALL_KINDS, OPTIONAL, TABLE = "", "any", "optional", "table"
"""The kinds of a column: texts and numbers, values of different kinds, values of which some are None, and objects."""
DIGITS = 6
INTEGERS = "q"
"""The type code of arrays whose integers have eight bytes."""


class Codec:
    """Encodes None, booleans, numbers, text, messages, sets of text, dates, times, zones, tuples, arrays of integers,
    lists, maps, dataclasses.

    Anything else raises TypeError when encoded. Bytes that were not created by this codec raise ValueError, and so do
    objects of a class whose fields were different: two releases share only what both understand in the same way.
    """

    def __init__(self, classes: Iterable[type]) -> None:
        self._classes = {_name(cls): _Class(cls) for cls in classes}
        self._names = {entry.cls: (name, entry.read) for name, entry in self._classes.items()}

    def encode(self, value: object) -> bytes:
        """Return ``value`` as bytes."""
        return orjson.dumps(self._plain(value))

    def decode(self, data: bytes) -> Any:
        """Return the value of encoded bytes."""
        try:
            return self._value(orjson.loads(data))
        except (KeyError, TypeError, IndexError, OverflowError) as error:
            raise ValueError("not a value of this cache") from error

    def _plain(self, value: Any) -> Any:
        kind = type(value)
        if kind in _AS_IT_IS:
            return value
        if kind is list:
            return [self._plain(item) for item in value]
        if kind is dict and TAG not in value and all(type(key) is str for key in value):
            return {key: self._plain(item) for key, item in value.items()}
        name, content = self._tagged(value, kind)
        return {TAG: name, "v": content}

    def _tagged(self, value: Any, kind: type) -> tuple[str, Any]:
        if kind in self._names:
            name, read = self._names[kind]
            return name, [self._plain(item) for item in read(value)]
        if kind in _WRITTEN:
            name, write = _WRITTEN[kind]
            return name, write(value) if write else value
        if kind is Message:
            return "message", [
                value.pattern,
                value.other,
                value.number,
                self._plain(value.values),
                value.context,
            ]
        if kind is tuple:
            return self._sequence(value)
        if kind is frozenset:
            return "set", sorted(self._plain(item) for item in value)
        if isinstance(value, Mapping):
            return "map", [self._plain(tuple(value)), self._plain(tuple(value.values()))]
        raise TypeError(f"the cache cannot hold a {kind.__name__}")

    def _sequence(self, values: tuple[Any, ...]) -> tuple[str, Any]:
        """Return values of one kind by columns, which takes a third of the time or less."""
        kind, items = self._column(values)
        if kind == TABLE:
            return TABLE, items
        return ("tuple", items) if kind in (AS_IT_IS, OF_ALL_KINDS) else ("column", [kind, items])

    def _column(self, items: Sequence[Any]) -> tuple[str, Any]:
        kinds = set(map(type, items))
        if kinds <= _AS_IT_IS:
            return AS_IT_IS, items
        if len(kinds) == 1:
            [kind] = kinds
            if kind in self._names:
                name, read = self._names[kind]
                return TABLE, [name, *map(self._column, zip(*map(read, items), strict=True))]
            if kind in _WRITTEN:
                name, write = _WRITTEN[kind]
                return name, list(map(write, items)) if write else items
        elif len(kinds) == 2 and type(None) in kinds:
            places = count()
            places_of = [None if item is None else next(places) for item in items]
            return OPTIONAL, [places_of, *self._column([item for item in items if item is not None])]
        return OF_ALL_KINDS, [self._plain(item) for item in items]

    def _value(self, plain: Any) -> Any:
        if isinstance(plain, list):
            return self._values(plain)
        if not isinstance(plain, dict):
            return plain
        if TAG not in plain:
            return {key: self._value(item) for key, item in plain.items()}
        return self._untagged(plain[TAG], plain["v"])

    def _untagged(self, name: str, content: Any) -> Any:
        if name == "map":
            keys, items = map(self._value, content)
            return dict(zip(keys, items, strict=True))
        if name in (TABLE, "column"):
            return tuple(self._items(*((TABLE, content) if name == TABLE else content)))
        if name == "set":
            return frozenset(content)
        if name == "message":
            pattern, other, number, values, context = content
            return Message(pattern, other, number, self._value(values), context)
        if name == "tuple":
            return tuple(self._values(content))
        if name in _SIMPLE:
            return _SIMPLE[name](content)
        return self._classes[name].maker(len(content))(*map(self._value, content))

    def _values(self, items: list[Any]) -> list[Any]:
        return [item if type(item) in _AS_IT_IS else self._value(item) for item in items]

    def _items(self, kind: str, items: list[Any]) -> Iterable[Any]:
        """Return the values of a column."""
        if kind == AS_IT_IS:
            return items
        if kind == TABLE:
            name, *columns = items
            make = self._classes[name].maker(len(columns))
            return starmap(make, zip(*(self._items(*column) for column in columns), strict=True))
        if kind == OPTIONAL:
            places, *column = items
            values = list(self._items(*column))
            return [None if place is None else values[place] for place in places]
        return map(self._value if kind == OF_ALL_KINDS else _SIMPLE[kind], items)


def _name(cls: type) -> str:
    """Return the name of a class with a digest of its fields and their types, in their order."""
    text = ",".join(f"{field.name}:{field.type}" for field in fields(cls))
    return f"{cls.__name__}:{sha256(text.encode()).hexdigest()[:DIGITS]}"


class _Class:
    """A dataclass, how its values are read, and how it is made of them."""

    def __init__(self, cls: type) -> None:
        self.cls, self._names = cls, tuple(field.name for field in fields(cls))
        self.read: Callable[[Any], Sequence[Any]] = (
            attrgetter(*self._names) if len(self._names) > 1 else self._read
        )
        self._in_order = not any(field.kw_only for field in fields(cls))

    def maker(self, count: int) -> Callable[..., Any]:
        """Return what makes an object of so many values. Raise ValueError if it has more or fewer."""
        if count != len(self._names):
            raise ValueError("of another release")
        return self.cls if self._in_order else self._make

    def _read(self, value: Any) -> Sequence[Any]:
        return [getattr(value, name) for name in self._names]

    def _make(self, *values: Any) -> Any:
        return self.cls(**dict(zip(self._names, values, strict=True)))


_AS_IT_IS = frozenset({type(None), bool, int, float, str})
_WRITTEN: Mapping[type, tuple[str, Callable[[Any], Any] | None]] = {
    datetime: ("instant", lambda instant: instant if instant.tzinfo is UTC else instant.astimezone(UTC)),
    date: ("date", None),
    time: ("time", None),
    ZoneInfo: ("zone", attrgetter("key")),
    Seconds: ("seconds", int),
    array: ("integers", array.tolist),
    PackedJson: ("packed", lambda text: text.packed.decode()),
}
"""The name of each type that is not written as it is, and what is written. orjson turns dates and times into text, in a
tenth of the time of ``isoformat``; None for what it takes as it is.
"""
_SIMPLE: Mapping[str, Callable[[Any], Any]] = {
    "instant": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "zone": ZoneInfo,
    "seconds": Seconds,
    "integers": partial(array, INTEGERS),
    "packed": lambda text: PackedJson(text.encode()),
}
