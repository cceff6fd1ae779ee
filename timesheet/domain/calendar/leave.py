"""Leaves: a person's own non-working days. They belong to the person, so they count in every team."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from timesheet.domain.calendar.global_calendar import Part
from timesheet.domain.calendar.legend import Legend, check_chosen
from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message


@dataclass(frozen=True, slots=True)
class Leave:
    """One day, or half a day, on which a person is away."""

    account_id: str
    date: date
    legend_id: str
    part: Part = Part.WHOLE


def with_leaves(stored: Iterable[Leave], new: Iterable[Leave]) -> tuple[Leave, ...]:
    """Return one person's leaves after adding ``new`` ones; each replaces the overlapping leaves on its day."""
    of_day = defaultdict[tuple[str, date], list[Leave]](list)
    for leave in stored:
        of_day[leave.account_id, leave.date].append(leave)
    for leave in new:
        day = of_day[leave.account_id, leave.date]
        day[:] = [*(other for other in day if not other.part.halves & leave.part.halves), leave]
    return tuple(in_turn(leave for day in of_day.values() for leave in day))


def in_turn(leaves: Iterable[Leave]) -> list[Leave]:
    """Return the leaves sorted by date, the morning before the afternoon."""
    return sorted(leaves, key=lambda leave: (leave.date, leave.part.halves, leave.account_id))


def check_leaves(leaves: Iterable[Leave], legends: Iterable[Legend], stored: Iterable[Leave] = ()) -> None:
    """Raise InvalidInput for hours that are taken twice, and for legends that cannot be chosen.

    ``leaves`` are one person's new leaves, ``stored`` those in the database; these keep a legend that can no longer
    be chosen.
    """
    choices, unchanged = {legend.id: legend for legend in legends if legend.for_leave}, set(stored)
    taken_halves: dict[date, int] = {}
    for leave in leaves:
        if taken_halves.get(leave.date, 0) & leave.part.halves:
            raise InvalidInput(
                message("{date} has two leaves for the same hours.", date=leave.date), field="leave"
            )
        taken_halves[leave.date] = taken_halves.get(leave.date, 0) | leave.part.halves
        if leave not in unchanged:
            check_chosen(leave.legend_id, choices)
