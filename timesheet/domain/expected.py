"""How much working time a day is expected to hold: the one function every screen asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from timesheet.domain.identity import TimeTracking


@dataclass(frozen=True, slots=True)
class Workload:
    """Expected seconds for each weekday, Monday first."""

    weekdays: tuple[int, int, int, int, int, int, int]


def workload_of_site(tracking: TimeTracking) -> Workload:
    """Monday to Friday, one Jira day each: what holds for a person without a team."""
    day = tracking.day_seconds
    return Workload((day, day, day, day, day, 0, 0))


def expected_seconds(workload: Workload, day: date) -> int:
    """Seconds expected on ``day``: from the calendar, never from the length of a 23 or 25 hour day."""
    return workload.weekdays[day.weekday()]


def expected_in(workload: Workload, days: Iterable[date]) -> int:
    """Seconds expected over ``days``."""
    return sum(expected_seconds(workload, day) for day in days)
