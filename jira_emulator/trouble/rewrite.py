"""Change a response on its way out, to imitate a faulty or different Jira."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

Edit = Sequence[Any]
"""A dotted path followed by the new value, or the path alone to remove it; ``*`` matches every entry."""


def rewritten(data: Any, edits: Sequence[Edit]) -> Any:
    """Return the JSON with the edits; a path that matches nothing changes nothing, and an empty one is the whole."""
    for path, *values in edits:
        if not path:
            data = values[0]
            continue
        *way, last = path.split(".")
        for place in list(_places(data, way)):
            _change(place, last, values)
    return data


def _places(data: Any, way: Sequence[str]) -> Iterator[Any]:
    if not way:
        yield data
        return
    for key in _keys(data, way[0]):
        yield from _places(data[key], way[1:])


def _change(place: Any, last: str, values: Sequence[Any]) -> None:
    # A new value has its own key in an object; from the end, because removing a value moves the rest.
    keys = list(_keys(place, last)) or ([last] if isinstance(place, dict) and last != "*" else [])
    for key in reversed(keys):
        if values:
            place[key] = values[0]
        elif not isinstance(place, dict) or key in place:
            del place[key]


def _keys(data: Any, name: str) -> Iterator[Any]:
    if isinstance(data, dict):
        yield from data if name == "*" else (name,) if name in data else ()
    elif isinstance(data, list):
        yield from (
            range(len(data))
            if name == "*"
            else [int(name)]
            if name.isdecimal() and int(name) < len(data)
            else []
        )
