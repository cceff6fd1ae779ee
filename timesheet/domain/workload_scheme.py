"""Workload schemes: hours for each weekday, and which scheme holds from when on."""

from __future__ import annotations

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
