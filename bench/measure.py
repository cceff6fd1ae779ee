"""Time two things in one run, alternately, so that noise affects both."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

ROUNDS = 60
WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: milliseconds compared with the floor, and exact counts.

    ``busy_ms`` is the median of the processor time alone, which other users of the machine do not lengthen.
    """

    name: str
    median_ms: float
    p95_ms: float
    floor_ms: float | None = None
    size: int | None = None
    jira_calls: int | None = None
    points: int | None = None
    target: str = ""
    busy_ms: float | None = None
    notes: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """Return how many times the floor it takes; None without a floor."""
        return self.median_ms / self.floor_ms if self.floor_ms else None


def side_by_side(
    subject: Callable[[], object], floor: Callable[[], object] | None = None, rounds: int = ROUNDS
) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each round of both, run alternately after a warm-up, with garbage collection off."""
    for _ in range(WARM_UP):
        subject()
        if floor:
            floor()
    ours: list[float] = []
    floors: list[float] = []
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            ours.append(milliseconds(subject))
            if floor:
                floors.append(milliseconds(floor))
    finally:
        gc.enable()
    return ours, floors


def milliseconds(action: Callable[[], object]) -> float:
    """Return how many milliseconds one call takes."""
    start = time.perf_counter_ns()
    action()
    return (time.perf_counter_ns() - start) / 1e6


def figure(
    name: str,
    subject: Callable[[], object],
    floor: Callable[[], object] | None = None,
    *,
    rounds: int = ROUNDS,
    size: int | None = None,
    target: str = "",
) -> Figure:
    """Measure ``subject`` and ``floor`` and return one line with the results."""
    busy: list[float] = []

    def clocked() -> None:
        start = time.thread_time_ns()
        subject()
        busy.append((time.thread_time_ns() - start) / 1e6)

    ours, floors = side_by_side(clocked, floor, rounds)
    p95 = statistics.quantiles(ours, n=20)[-1]
    base = statistics.median(floors) if floors else None
    middle, own = statistics.median(ours), statistics.median(busy)
    return Figure(name, middle, p95, base, size, target=target, busy_ms=own)
