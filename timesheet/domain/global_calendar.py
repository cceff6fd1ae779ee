"""Global calendars: site-wide named lists of non-working days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

BOTH_HALVES = 3


class Part(StrEnum):
    """How much of a day is away. Two different halves make a whole; the same half twice stays a half."""

    WHOLE = "whole"
    MORNING = "morning"
    AFTERNOON = "afternoon"

    @property
    def halves(self) -> int:
        """Its halves of the day as bits, so that what several take together is their union."""
        return {Part.WHOLE: BOTH_HALVES, Part.MORNING: 1, Part.AFTERNOON: 2}[self]


def part_of(halves: int) -> Part:
    """The part of a day that these halves (bits, at least one) make."""
    return next(part for part in Part if part.halves == halves)


@dataclass(frozen=True, slots=True)
class NonWorkingDay:
    """One day, or half of one, of a global calendar."""

    date: date
    title: str
    legend_id: str
    part: Part = Part.WHOLE


@dataclass(frozen=True, slots=True)
class GlobalCalendar:
    """``days`` in order, at most one entry for each date and part. ``version`` rises with every save."""

    id: str
    name: str
    days: tuple[NonWorkingDay, ...] = ()
    version: int = 0
