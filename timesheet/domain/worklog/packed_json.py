"""Keep a JSON object as its bytes: many are kept and few are read, and dictionaries would take more memory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from json import JSONEncoder, loads
from typing import Any

_encode = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

MOST_LEVELS = 600
"""Objects and lists within each other: far more than an editor makes, and few enough for every decoder and stack."""
BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
"""Every text in JSON, and every bracket outside of texts. One without an end is read once, up to the end of all."""
CUT = {"type": "timesheet-cut"}
"""Stands for what is nested deeper or cannot be read. Jira knows no such part of a comment, and it is never sent."""
CUT_JSON = _encode(CUT).encode()


class PackedJson(Mapping[str, Any]):
    """A JSON object that is decoded each time it is read. It equals the dictionary with the same content."""

    __slots__ = ("packed",)

    def __init__(self, packed: bytes) -> None:
        self.packed = packed

    def __getitem__(self, key: str) -> Any:
        """Return a value, decoded for this caller alone."""
        return self._decoded()[key]

    def __iter__(self) -> Iterator[str]:
        """Yield the keys."""
        return iter(self._decoded())

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._decoded())

    def __bool__(self) -> bool:
        """Return False if it has no keys."""
        return self.packed != b"{}"

    def __eq__(self, other: object) -> bool:
        """Return True if the content is the same, packed or not."""
        if isinstance(other, PackedJson) and self.packed == other.packed:
            return True
        return isinstance(other, Mapping) and self._decoded() == dict(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Show it as the dictionary would be shown."""
        return repr(self._decoded())

    def _decoded(self) -> dict[str, Any]:
        return loads(self.packed)  # type: ignore[no-any-return]


def packed(content: Mapping[str, Any]) -> PackedJson:
    """Return the content as bytes. Raise TypeError if it is not JSON."""
    if isinstance(content, PackedJson):
        return content
    try:
        text = _encode(content)
    except RecursionError:
        return PackedJson(CUT_JSON)
    # An unpaired surrogate is not valid UTF-8; its escape is the same in JSON as in Python.
    return PackedJson(without_depths(text.encode(errors="backslashreplace"), MOST_LEVELS))


def is_cut(content: Mapping[str, Any]) -> bool:
    """Return True if something in the content was left out, because it was nested too deeply or could not be read."""
    return CUT_JSON in packed(content).packed


def without_depths(json: bytes, levels: int) -> bytes:
    """Return JSON with CUT for everything that is nested deeper than ``levels``, so that the rest can be decoded."""
    if json.count(b"]") + json.count(b"}") <= levels:
        return json
    kept, depth, at = list[bytes](), 0, 0
    for found in BRACKETS.finditer(json):
        if found[0] in b"[{":
            depth += 1
            if depth == levels + 1:
                kept += [json[at : found.start()], CUT_JSON]
                at = len(json)
        elif found[0] in b"]}":
            if depth == levels + 1:
                at = found.end()
            depth -= 1
    return b"".join(kept) + json[at:]


NOTHING = packed({})
