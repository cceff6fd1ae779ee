"""User labels: site-wide tags on people, to filter, group and pick by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UserLabel:
    """``people`` are account ids."""

    id: str
    name: str
    colour: str
    people: frozenset[str] = frozenset()
    version: int = 0
