"""Leaves: a person's own non-working days. They belong to the person, so they count in every team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from timesheet.domain.global_calendar import Part


@dataclass(frozen=True, slots=True)
class Leave:
    """One day, or half of one, on which a person is away."""

    account_id: str
    date: date
    legend_id: str
    part: Part = Part.WHOLE
