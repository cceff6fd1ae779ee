"""Blocks of time that overlap stand side by side."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.overlap import Slot, side_by_side

stretches = st.lists(
    st.tuples(st.integers(0, 1439), st.integers(1, 300)).map(lambda pair: (pair[0], pair[0] + pair[1])),
    max_size=30,
)


def test_nothing_needs_no_lane() -> None:
    assert side_by_side([]) == ()


def test_one_after_the_other_share_the_whole_width() -> None:
    assert side_by_side([(540, 600), (600, 660)]) == (Slot(0, 1), Slot(0, 1))


def test_overlaps_stand_side_by_side_and_a_freed_lane_is_used_again() -> None:
    assert side_by_side([(540, 720), (550, 600), (600, 660)]) == (Slot(0, 2), Slot(1, 2), Slot(1, 2))


def test_the_order_given_is_the_order_answered() -> None:
    assert side_by_side([(600, 660), (540, 610)]) == (Slot(1, 2), Slot(0, 2))


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
