from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.duration import format_hm
from timesheet.domain.figures import Figures

HM, DECIMAL, COMMA = Figures(), Figures(decimal=True), Figures(decimal=True, separator=",")
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


@given(st.lists(st.integers(-1000, 100_000)))
def test_many_amounts_are_shown_as_each_of_them(units: list[int]) -> None:
    assert HM.show_each(units) == [HM.show(one) for one in units]
    assert COMMA.show_each(units) == [COMMA.show(one) for one in units]


@given(st.lists(SECONDS))
def test_many_amounts_are_rounded_as_each_of_them(seconds: list[int]) -> None:
    assert HM.units_each(seconds) == [HM.units(one) for one in seconds]
    assert DECIMAL.units_each(seconds) == [DECIMAL.units(one) for one in seconds]
