from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from timesheet.domain.duration import format_hm
from timesheet.domain.figures import Figures, shares

HM, DECIMAL, COMMA = Figures(), Figures(decimal=True), Figures(decimal=True, separator=",")
DAYS = Figures(decimal=True, whole=27_000)
SECONDS = st.integers(0, 10_000_000)


@pytest.mark.parametrize(
    ("seconds", "hm", "decimal"),
    [
        (0, "0:00", "0.00"),
        (60, "0:01", "0.02"),
        (1200, "0:20", "0.33"),
        (5400, "1:30", "1.50"),
        (29_520, "8:12", "8.20"),
        (360_000, "100:00", "100.00"),
    ],
)
def test_t14_amounts_print_exactly(seconds: int, hm: str, decimal: str) -> None:
    assert HM.show(HM.units(seconds)) == hm
    assert DECIMAL.show(DECIMAL.units(seconds)) == decimal


def test_negative_amounts_have_a_true_minus_sign() -> None:
    assert (HM.show(-90), COMMA.show(-150)) == ("−1:30", "−1,50")
    assert (HM.show(-1), DECIMAL.show(-1), HM.show(0)) == ("−0:01", "−0.01", "0:00")


def test_t15_three_rows_of_twenty_minutes_sum_to_what_is_printed() -> None:
    assert DECIMAL.show(sum(DECIMAL.units(1200) for _ in range(3))) == "0.99"


@given(SECONDS)
def test_t15_one_rule_for_ties_everywhere(seconds: int) -> None:
    exact = (Decimal(seconds) / 3600).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert DECIMAL.show(DECIMAL.units(seconds)) == str(exact)
    assert HM.show(HM.units(seconds)) == format_hm(seconds)


@given(st.lists(SECONDS), st.sampled_from([HM, DECIMAL, DAYS]))
@example([60], HM)
@example([36], DECIMAL)
@example([60], DECIMAL)
@example([270, 36], DAYS)
def test_t15_the_exact_time_is_named_if_a_figure_is_rounded(seconds: list[int], figures: Figures) -> None:
    exact = [figures.exact(figures.units(one), one) for one in seconds]
    rounded = [one % (figures.whole // 100 if figures.decimal else 60) != 0 for one in seconds]
    assert ([text != "" for text in exact], figures.rounds(seconds)) == (rounded, any(rounded))
    for one, text in zip(seconds, exact, strict=True):
        if text:
            hours, minutes, rest = map(int, text.split(":"))
            assert hours * 3600 + minutes * 60 + rest == one


def test_t15_sums_of_rounded_figures_name_the_exact_sum() -> None:
    assert DECIMAL.exact(99, 3600) == "1:00:00"
    assert HM.exact(2, 60) == "0:01:00"
    assert (HM.exact(-1, -61), DECIMAL.exact(100, 3600)) == ("−0:01:01", "")
    # Two rows of half a minute, less one of a whole minute.
    assert HM.exact(1, 0) == "0:00:00"


@given(st.lists(st.integers(-1000, 100_000)))
def test_many_amounts_are_shown_as_each_of_them(units: list[int]) -> None:
    assert HM.show_each(units) == [HM.show(one) for one in units]
    assert COMMA.show_each(units) == [COMMA.show(one) for one in units]


@given(st.lists(SECONDS))
def test_many_amounts_are_rounded_as_each_of_them(seconds: list[int]) -> None:
    assert HM.units_each(seconds) == [HM.units(one) for one in seconds]
    assert DECIMAL.units_each(seconds) == [DECIMAL.units(one) for one in seconds]


@given(st.lists(SECONDS, min_size=2, max_size=2, unique=True))
@example([60, 72])
@example([29988, 30000])
def test_t16_times_that_differ_are_not_shown_as_the_same(seconds: list[int]) -> None:
    for figures in (HM, DECIMAL, COMMA):
        one, other = map(figures.show_with_seconds, seconds)
        assert one != other
    assert (HM.show_with_seconds(5400), HM.show_with_seconds(5420)) == ("1:30", "1:30:20")


@given(st.lists(SECONDS, min_size=1, max_size=30))
@example([1, 1, 1])
@example([2, 2, 2, 1])
@example([0, 0])
def test_t15_shares_add_up_to_the_whole_and_none_is_off_by_a_tenth_of_a_percent(amounts: list[int]) -> None:
    found, whole = shares(amounts), sum(amounts)
    assert sum(found) == (1 if whole else 0)
    for amount, part in zip(amounts, found, strict=True):
        assert part * 1000 == int(part * 1000)
        assert abs(part - Fraction(amount, whole or 1)) < Fraction(1, 1000)


@pytest.mark.parametrize(
    ("amounts", "tenths"),
    [
        ([1, 1, 1], [334, 333, 333]),
        ([1, 3, 3], [143, 429, 428]),
        ([1, 15], [62, 938]),
        ([5, 0], [1000, 0]),
        ([], []),
    ],
)
def test_t15_the_rest_of_rounded_shares_goes_to_the_largest_remainders(
    amounts: list[int], tenths: list[int]
) -> None:
    assert [part * 1000 for part in shares(amounts)] == tenths
