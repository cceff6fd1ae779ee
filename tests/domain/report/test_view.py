"""The rules of saved views."""

from __future__ import annotations

from dataclasses import replace

import pytest

from timesheet.domain.errors import InvalidInput
from timesheet.domain.report import view as report_view
from timesheet.domain.report.view import ReportView, checked_view, default_of

MINE = ReportView("m", "Mine", "rows=person", owner="ana")
OURS = ReportView("o", "Ours", "rows=person", team_id="alpha", default=True)


def test_a_view_has_a_clean_name_of_its_own() -> None:
    assert checked_view(replace(MINE, name="  By   person "), [MINE]).name == "By person"
    with pytest.raises(InvalidInput, match="There is a view named “mine” already") as refused:
        checked_view(ReportView("n", "mine", ""), [MINE])
    assert refused.value.field == "name"


def test_only_a_team_opens_with_a_view() -> None:
    assert checked_view(OURS, []).default
    assert not checked_view(replace(MINE, default=True), []).default


def test_views_are_limited_in_number_and_length(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput, match="too many filters"):
        checked_view(replace(MINE, query="x" * (report_view.LONGEST_QUERY + 1)), [])
    monkeypatch.setattr(report_view, "MOST_VIEWS", 1)
    assert checked_view(MINE, [MINE]) == MINE
    with pytest.raises(InvalidInput, match="At most 1 view"):
        checked_view(replace(MINE, id="n", name="New"), [MINE])


def test_the_default_is_that_of_the_team() -> None:
    assert default_of([MINE, replace(OURS, id="b", team_id="beta"), OURS], "alpha") == OURS
    assert default_of([replace(OURS, default=False)], "alpha") is None
