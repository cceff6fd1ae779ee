from __future__ import annotations

from timesheet.domain.report.terms import Rounding, RoundingRule


def test_without_a_rule_nothing_is_rounded() -> None:
    assert Rounding().up(1) == 1
    assert Rounding(RoundingRule.ROW, 900).up(901) == 1800
