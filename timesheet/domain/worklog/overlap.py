"""Place overlapping blocks side by side in lanes, so none covers another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LaneSlot:
    """A position: ``width`` of ``lanes`` equal lanes, starting at ``lane``, counted from 0."""

    lane: int
    lanes: int
    width: int = 1


def side_by_side(stretches: Sequence[tuple[int, int]]) -> tuple[LaneSlot, ...]:
    """Return a slot for each half-open block (start, end), in the given order.

    Blocks that only touch do not overlap. All connected blocks get lanes of one width, and each extends to
    the right up to the first lane that is occupied at the same time.
    """
    slots: dict[int, LaneSlot] = {}
    for cluster in _clusters(stretches):
        lanes = _lanes(stretches, cluster)
        count = max(lanes.values()) + 1
        for index, lane in lanes.items():
            taken = {lanes[other] for other in cluster if _overlap(stretches[index], stretches[other])}
            end = min((other for other in taken if other > lane), default=count)
            slots[index] = LaneSlot(lane, count, end - lane)
    return tuple(slots[index] for index in range(len(stretches)))


def beside(
    left: Sequence[tuple[int, int]], right: Sequence[tuple[int, int]]
) -> tuple[tuple[LaneSlot, ...], tuple[LaneSlot, ...]]:
    """Return the slots of two groups: connected blocks that overlap the other group have their half of the width."""
    return _half(left, right, 0), _half(right, left, 1)


def _half(
    stretches: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]], half: int
) -> tuple[LaneSlot, ...]:
    slots = list(side_by_side(stretches))
    for cluster in _clusters(stretches):
        if any(_overlap(stretches[index], other) for index in cluster for other in others):
            for index in cluster:
                slot = slots[index]
                slots[index] = LaneSlot(slot.lane + half * slot.lanes, 2 * slot.lanes, slot.width)
    return tuple(slots)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Return True if two half-open blocks share a minute."""
    return one[0] < other[1] and other[0] < one[1]


def _clusters(stretches: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    """Yield groups of indices of connected blocks, ordered by start."""
    cluster: list[int] = []
    end = 0
    for index in sorted(range(len(stretches)), key=lambda i: (stretches[i][0], -stretches[i][1], i)):
        if cluster and stretches[index][0] >= end:
            yield cluster
            cluster = []
        end = max(end, stretches[index][1])
        cluster.append(index)
    if cluster:
        yield cluster


def _lanes(stretches: Sequence[tuple[int, int]], cluster: Sequence[int]) -> dict[int, int]:
    """Return the first free lane for each block of a group."""
    free_from: list[int] = []
    lanes: dict[int, int] = {}
    for index in cluster:
        start, end = stretches[index]
        lane = next((n for n, free in enumerate(free_from) if free <= start), len(free_from))
        free_from[lane : lane + 1] = [end]
        lanes[index] = lane
    return lanes
