"""Encode the app's own plain values as bytes and back: named types only, and never code."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from timesheet.domain.message import Message, Seconds
from timesheet.domain.worklog.packed_json import PackedJson

TAG = "$"
INTEGERS = "q"
"""The type code of arrays whose integers have eight bytes."""


class Codec:
    """Encodes None, booleans, numbers, text, messages, sets of text, dates, times, zones, tuples, arrays of integers,
    lists, maps, dataclasses.

    Anything else raises TypeError when encoded. Bytes that were not created by this codec with the same
    classes raise ValueError, so a new release reads nothing that an old one left.
    """

    def __init__(self, classes: Iterable[type]) -> None:
        self._classes = {cls.__name__: (cls, tuple(f.name for f in fields(cls))) for cls in classes}
        self._names = {cls: (name, names) for name, (cls, names) in self._classes.items()}

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
            name, names = self._names[kind]
            return name, [self._plain(getattr(value, field)) for field in names]
        if kind in _WRITTEN:
            name, write = _WRITTEN[kind]
            return name, write(value)
        if kind is Message:
            return "message", [
                value.pattern,
                value.other,
                value.number,
                self._plain(value.values),
                value.context,
            ]
        if kind is tuple:
            return "tuple", [self._plain(item) for item in value]
        if kind is frozenset:
            return "set", sorted(self._plain(item) for item in value)
        if kind is PackedJson:
            return "packed", value.packed.decode()
        if isinstance(value, Mapping):
            return "map", [[self._plain(key), self._plain(item)] for key, item in value.items()]
        raise TypeError(f"the cache cannot hold a {kind.__name__}")

    def _value(self, plain: Any) -> Any:
        if isinstance(plain, list):
            return [self._value(item) for item in plain]
        if not isinstance(plain, dict):
            return plain
        if TAG not in plain:
            return {key: self._value(item) for key, item in plain.items()}
        return self._untagged(plain[TAG], plain["v"])

    def _untagged(self, name: str, content: Any) -> Any:
        if name == "map":
            return {self._value(key): self._value(item) for key, item in content}
        if name == "set":
            return frozenset(content)
        if name == "message":
            pattern, other, number, values, context = content
            return Message(pattern, other, number, self._value(values), context)
        if name == "packed":
            return PackedJson(content.encode())
        if name == "seconds":
            return Seconds(content)
        if name == "integers":
            return array(INTEGERS, content)
        if name == "tuple":
            return tuple(self._value(item) for item in content)
        if name in _SIMPLE:
            return _SIMPLE[name](content)
        cls, names = self._classes[name]
        return cls(**dict(zip(names, map(self._value, content), strict=True)))


_AS_IT_IS = frozenset({type(None), bool, int, float, str})
_WRITTEN: Mapping[type, tuple[str, Callable[[Any], Any]]] = {
    datetime: ("instant", lambda instant: instant.astimezone(UTC).isoformat()),
    date: ("date", date.isoformat),
    time: ("time", time.isoformat),
    ZoneInfo: ("zone", lambda zone: zone.key),
    Seconds: ("seconds", int),
    array: ("integers", array.tolist),
}
_SIMPLE: Mapping[str, Callable[[str], Any]] = {
    "instant": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "zone": ZoneInfo,
}
