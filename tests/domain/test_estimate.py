from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.estimate import MODES, after_create, after_delete, after_update

HOUR = 3600


@pytest.mark.parametrize(
    ("remaining", "mode", "amount", "expected"),
    [
        (6 * HOUR, "auto", None, 4 * HOUR), (HOUR, "auto", None, 0), (None, "auto", None, None),
        (6 * HOUR, "leave", None, 6 * HOUR), (None, "leave", None, None),
        (6 * HOUR, "new", HOUR, HOUR), (None, "new", HOUR, HOUR),
        (6 * HOUR, "manual", 5 * HOUR, HOUR), (HOUR, "manual", 5 * HOUR, 0), (None, "manual", HOUR, None),
    ],
)  # fmt: skip
def test_t31_create(remaining: int | None, mode: str, amount: int | None, expected: int | None) -> None:
    assert after_create(remaining, 2 * HOUR, mode, amount) == expected


def test_t31_update_moves_by_the_difference() -> None:
    assert after_update(6 * HOUR, HOUR, 3 * HOUR, "auto") == 4 * HOUR
    assert after_update(6 * HOUR, 3 * HOUR, HOUR, "auto") == 8 * HOUR
    assert after_update(HOUR, HOUR, 9 * HOUR, "auto") == 0
    assert after_update(6 * HOUR, HOUR, 3 * HOUR, "manual", HOUR) == 5 * HOUR
    assert after_update(6 * HOUR, HOUR, 3 * HOUR, "leave") == 6 * HOUR


def test_t31_delete_gives_the_time_back() -> None:
    assert after_delete(HOUR, 2 * HOUR, "auto") == 3 * HOUR
    assert after_delete(HOUR, 2 * HOUR, "manual", HOUR) == 2 * HOUR
    assert after_delete(None, 2 * HOUR, "auto") is None


@given(
    st.none() | st.integers(0, 10**7), st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(MODES),
    st.integers(0, 10**6),
)  # fmt: skip
def test_t31_never_below_zero_and_never_invented(
    remaining: int | None, old: int, new: int, mode: str, amount: int
) -> None:
    outcomes = (
        after_create(remaining, new, mode, amount),
        after_update(remaining, old, new, mode, amount),
        after_delete(remaining, old, mode, amount),
    )
    for left in outcomes:
        assert left is None or left >= 0
        assert (left is None) == (remaining is None and mode != "new")


def test_an_unknown_way_is_an_error() -> None:
    with pytest.raises(ValueError, match="no such way"):
        after_create(HOUR, HOUR, "guess")
