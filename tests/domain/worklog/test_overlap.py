"""Overlapping blocks of time are placed side by side."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.worklog.overlap import LaneSlot, beside, side_by_side

stretches = st.lists(
    st.tuples(st.integers(0, 1439), st.integers(1, 300)).map(lambda pair: (pair[0], pair[0] + pair[1])),
    max_size=30,
)


def test_nothing_needs_no_lane() -> None:
    assert side_by_side([]) == ()


def test_one_after_the_other_share_the_whole_width() -> None:
    assert side_by_side([(540, 600), (600, 660)]) == (LaneSlot(0, 1), LaneSlot(0, 1))


def test_overlaps_are_side_by_side_and_a_freed_lane_is_used_again() -> None:
    assert side_by_side([(540, 720), (550, 600), (600, 660)]) == (
        LaneSlot(0, 2),
        LaneSlot(1, 2),
        LaneSlot(1, 2),
    )


def test_the_order_given_is_the_order_answered() -> None:
    assert side_by_side([(600, 660), (540, 610)]) == (LaneSlot(1, 2), LaneSlot(0, 2))


@given(stretches)
def test_no_two_that_overlap_share_a_lane(drawn: list[tuple[int, int]]) -> None:
    slots = side_by_side(drawn)
    for (a, one), (b, two) in combinations(zip(drawn, slots, strict=True), 2):
        if a[0] < b[1] and b[0] < a[1]:
            assert one.lane != two.lane
            assert one.lanes == two.lanes


@given(stretches)
def test_every_lane_exists_and_no_more_lanes_than_are_filled_at_once(drawn: list[tuple[int, int]]) -> None:
    slots = side_by_side(drawn)
    busiest = max((sum(a <= start < b for a, b in drawn) for start, _ in drawn), default=0)
    assert all(0 <= slot.lane < slot.lanes <= busiest for slot in slots)
    assert all(1 <= slot.width <= slot.lanes - slot.lane for slot in slots)


def test_what_has_room_to_its_right_takes_it() -> None:
    long, left, right, alone = (540, 900), (540, 600), (550, 600), (700, 760)
    assert side_by_side([long, left, right, alone]) == (
        LaneSlot(0, 3),
        LaneSlot(1, 3),
        LaneSlot(2, 3),
        LaneSlot(1, 3, 2),
    )


def test_what_only_touches_leaves_the_room_free() -> None:
    assert side_by_side([(0, 60), (0, 30), (0, 30), (30, 60)])[3] == LaneSlot(1, 3, 2)


@given(stretches)
def test_nothing_is_covered_and_no_room_beside_is_left(drawn: list[tuple[int, int]]) -> None:
    placed = list(zip(drawn, side_by_side(drawn), strict=True))
    for (a, one), (b, two) in combinations(placed, 2):
        if a[0] < b[1] and b[0] < a[1]:
            assert one.lane + one.width <= two.lane or two.lane + two.width <= one.lane
    for a, one in placed:
        beside = one.lane + one.width
        rivals = [two for b, two in placed if a[0] < b[1] and b[0] < a[1]]
        assert beside == one.lanes or any(two.lane == beside for two in rivals)


def test_two_groups_at_the_same_time_have_half_of_the_width_each() -> None:
    worklogs, suggestions = [(540, 600), (700, 760)], [(450, 660), (450, 660)]
    assert beside(worklogs, suggestions) == (
        (LaneSlot(0, 2), LaneSlot(0, 1)),
        (LaneSlot(2, 4), LaneSlot(3, 4)),
    )


@given(stretches, stretches)
def test_no_block_covers_one_of_the_other_group(
    one: list[tuple[int, int]], two: list[tuple[int, int]]
) -> None:
    left, right = beside(one, two)
    drawn = [*zip(one, left, strict=True), *zip(two, right, strict=True)]
    for (a, slot), (b, other) in combinations(drawn, 2):
        if a[0] < b[1] and b[0] < a[1]:
            first, second = sorted((slot, other), key=lambda place: place.lane / place.lanes)
            assert (first.lane + first.width) * second.lanes <= second.lane * first.lanes
