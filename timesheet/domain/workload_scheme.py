"""Workload schemes: hours for each weekday, and which scheme holds from when on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class WorkloadScheme:
    """``weekdays`` in whole seconds, Monday first. ``team_id`` is None for a site-wide scheme."""

    id: str
    name: str
    weekdays: tuple[int, int, int, int, int, int, int]
    team_id: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class DatedScheme:
    """A member's scheme from ``valid_from`` on; None = from the beginning."""

    valid_from: date | None
    scheme_id: str


def in_order(schemes: Iterable[DatedScheme]) -> list[DatedScheme]:
    """By the day from which they hold: the last that has begun is the one in force."""
    return sorted(schemes, key=lambda dated: dated.valid_from or date.min)
