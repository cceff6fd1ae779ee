"""Changing the rule of a site's periods: the effect is previewed, and closed periods stay."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.services.support.team_scene import LEAD, TeamScene
from timesheet.domain.errors import Conflict, InvalidInput
from timesheet.domain.period.period import ClosingRecord, PeriodLength, PeriodRule
from timesheet.domain.span import DateSpan
from timesheet.services.period.command import SaveRule
from timesheet.services.period.rule import preview_rule, save_rule
from timesheet.services.viewer.team_context import new_id

TODAY = date(2026, 11, 24)
WEEKLY = PeriodRule(PeriodLength.WEEKLY, date(2026, 11, 2))
OCTOBER = DateSpan(date(2026, 10, 1), date(2026, 10, 31))


def close(teams: TeamScene, span: DateSpan) -> None:
    team = teams.team()
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    teams.stores.periods.add_record(ClosingRecord(new_id(), team.id, span, LEAD, at, (), {}))


def test_the_next_periods_are_shown_before_anything_is_saved(teams: TeamScene) -> None:
    preview = preview_rule(teams.stores.periods, WEEKLY, TODAY)
    assert preview.refusal == ""
    assert len(preview.periods) == 6
    assert preview.periods[0] == DateSpan(date(2026, 11, 23), date(2026, 11, 29))
    assert teams.stores.periods.rule()[1] == 0


def test_a_rule_is_saved_with_a_version(teams: TeamScene) -> None:
    assert save_rule(teams.stores.periods, SaveRule(WEEKLY, 0)) == (WEEKLY, 1)
    with pytest.raises(Conflict):
        save_rule(teams.stores.periods, SaveRule(PeriodRule(PeriodLength.QUARTERLY, TODAY), 0))
    assert teams.stores.periods.rule() == (WEEKLY, 1)


def test_new_periods_do_not_overlap_closed_ones(teams: TeamScene) -> None:
    close(teams, OCTOBER)
    early = PeriodRule(PeriodLength.WEEKLY, date(2026, 10, 5))
    preview = preview_rule(teams.stores.periods, early, TODAY)
    assert "1 October 2026 to 31 October 2026" in preview.refusal
    with pytest.raises(InvalidInput, match="1 November 2026 or later") as caught:
        save_rule(teams.stores.periods, SaveRule(early, 0))
    assert caught.value.field == "start"
    assert save_rule(teams.stores.periods, SaveRule(WEEKLY, 0))[1] == 1
