from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.worklog.estimate import (
    MODES,
    after_create,
    after_delete,
    after_update,
    put_back,
    sent_mode,
)

HOUR = 3600


@pytest.mark.parametrize(
    ("remaining", "mode", "amount", "expected"),
    [
        (6 * HOUR, "auto", None, 4 * HOUR), (HOUR, "auto", None, 0), (None, "auto", None, 0),
        (6 * HOUR, "leave", None, 6 * HOUR), (None, "leave", None, None),
        (6 * HOUR, "new", HOUR, HOUR), (None, "new", HOUR, HOUR),
        (6 * HOUR, "manual", 5 * HOUR, HOUR), (HOUR, "manual", 5 * HOUR, 0), (None, "manual", HOUR, 0),
    ],
)  # fmt: skip
def test_t31_a_new_worklog_changes_the_estimate_as_chosen(
    remaining: int | None, mode: str, amount: int | None, expected: int | None
) -> None:
    assert after_create(remaining, 2 * HOUR, mode, amount) == expected


def test_t31_update_moves_by_the_difference() -> None:
    assert after_update(6 * HOUR, HOUR, 3 * HOUR, "auto") == 4 * HOUR
    assert after_update(6 * HOUR, 3 * HOUR, HOUR, "auto") == 8 * HOUR
    assert after_update(HOUR, HOUR, 9 * HOUR, "auto") == 0
    assert after_update(6 * HOUR, HOUR, 3 * HOUR, "manual", HOUR) == 5 * HOUR
    assert after_update(6 * HOUR, HOUR, 3 * HOUR, "leave") == 6 * HOUR
    assert after_update(None, 3 * HOUR, HOUR, "auto") == 2 * HOUR
    assert after_update(None, HOUR, 3 * HOUR, "auto") == 0


def test_t31_delete_gives_the_time_back() -> None:
    assert after_delete(HOUR, 2 * HOUR, "auto") == 3 * HOUR
    assert after_delete(HOUR, 2 * HOUR, "manual", HOUR) == 2 * HOUR
    assert after_delete(None, 2 * HOUR, "auto") == 2 * HOUR
    assert after_delete(None, 2 * HOUR, "manual", HOUR) == HOUR
    assert after_delete(None, 2 * HOUR, "leave") is None


@given(
    st.none() | st.integers(0, 10**7), st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(MODES),
    st.integers(0, 10**6),
)  # fmt: skip
def test_t31_never_below_zero_and_never_invented_by_what_the_app_sends(
    remaining: int | None, old: int, new: int, mode: str, amount: int
) -> None:
    mode = sent_mode(remaining, mode)
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


@pytest.mark.parametrize(
    ("remaining", "mode", "sent"),
    [
        (None, "auto", "leave"), (None, "manual", "leave"), (None, "leave", "leave"), (None, "new", "new"),
        (0, "auto", "auto"), (0, "manual", "manual"), (HOUR, "auto", "auto"), (HOUR, "new", "new"),
    ],
)  # fmt: skip
def test_t31_where_nobody_estimated_the_estimate_is_left(remaining: int | None, mode: str, sent: str) -> None:
    assert sent_mode(remaining, mode) == sent


@pytest.mark.parametrize(
    ("now", "mode", "was", "left", "expected"),
    [
        (0, "auto", 5400, 0, 5400),  # as the write left it
        (8 * HOUR, "new", 6 * HOUR, 8 * HOUR, 6 * HOUR),
        (4 * HOUR, "auto", 5400, 0, 4 * HOUR + 5400),  # changed since: what the write took is given back
        (HOUR, "auto", 2 * HOUR, 4 * HOUR, 0),  # and what it gave is taken, as far as there is some
        (4 * HOUR, "manual", 3 * HOUR, 2 * HOUR, 5 * HOUR),
        (4 * HOUR, "new", 6 * HOUR, 8 * HOUR, 4 * HOUR),  # a newer value stays
        (HOUR, "new", None, HOUR, HOUR),  # Jira takes no estimate back
        (None, "auto", HOUR, 0, None),
        (HOUR, "auto", HOUR, None, HOUR),
    ],
)  # fmt: skip
def test_t31_an_estimate_is_put_back(
    now: int | None, mode: str, was: int | None, left: int | None, expected: int | None
) -> None:
    assert put_back(now, mode, was, left) == expected


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(MODES), st.integers(0, 10**6))
def test_t31_what_nobody_touched_is_as_it_was(was: int, seconds: int, mode: str, amount: int) -> None:
    for left in (
        after_create(was, seconds, mode, amount),
        after_update(was, seconds, amount, mode, amount),
        after_delete(was, seconds, mode, amount),
    ):
        assert put_back(left, mode, was, left) == was
