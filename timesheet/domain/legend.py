"""Reasons for a non-working day: the system's own, which cannot go away, and a site's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SystemLegend(StrEnum):
    """The legends that come with every site; their value is their id."""

    UNCLASSIFIED = "unclassified"
    OUT_OF_TEAM = "out-of-team"
    VACATION = "vacation"
    EMERGENCY = "emergency"
    SICK_LEAVE = "sick-leave"
    PUBLIC_HOLIDAY = "public-holiday"


@dataclass(frozen=True, slots=True)
class Legend:
    """``colour`` is the name of a design token accent; ``letter``, one or two, says the same without colour."""

    id: str
    title: str
    colour: str
    letter: str
    system: bool = False
    version: int = 0
