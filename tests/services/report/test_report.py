"""A whole report: what it compares, how complete it is, and what it says about itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.services.support.fake_stores import HOUR
from tests.services.support.report_scene import OWN, TEAM, cells, look
from tests.services.support.scene import BARE, MONDAY, OPS, PAY, WEEK, Scene
from timesheet.domain.errors import InvalidInput
from timesheet.domain.period.period import PeriodLength, PeriodRule
from timesheet.domain.report.query import Filter
from timesheet.domain.report.terms import ColumnUnit, Dimension, Figure
from timesheet.domain.span import DateSpan

LEAD = "viewer-1"
BEFORE = DateSpan(MONDAY - timedelta(days=7), MONDAY - timedelta(days=1))


def test_the_range_before_is_read_only_if_it_is_compared(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    look(scene, TEAM)
    assert scene.calls().count("read_team_worklogs") == 1
    look(scene, TEAM, figures=(Figure.PREVIOUS,))
    assert scene.calls().count("read_team_worklogs") == 1


def test_time_before_is_compared_row_by_row(scene: Scene) -> None:
    team = scene.site.team(LEAD, "ana", "bob")
    scene.site.add(team, "eve", left=BEFORE.last)
    scene.site.add(team, "zoe", joined=MONDAY)
    scene.put(PAY, MONDAY, HOUR, author="ana")
    scene.put(PAY, MONDAY, HOUR, author="zoe")
    scene.put(OPS, BEFORE.first, 2 * HOUR, author="bob")
    scene.put(OPS, BEFORE.first, 4 * HOUR, author="eve")
    found = look(scene, TEAM, figures=(Figure.SPENT, Figure.PREVIOUS, Figure.CHANGE))
    assert cells(found) == {
        "Name of ana": [HOUR, 0, HOUR],
        "Name of bob": [0, 2 * HOUR, -2 * HOUR],
        "Name of eve": [0, 4 * HOUR, -4 * HOUR],
        "Name of zoe": [HOUR, 0, HOUR],
    }
    assert found.table.terms.previous == BEFORE
    by_issue = look(scene, TEAM, rows=(Dimension.ISSUE,), figures=(Figure.PREVIOUS,))
    assert cells(by_issue) == {"OPS-31": [6 * HOUR], "PAY-12": [0]}


def test_time_before_of_somebody_who_left_has_their_role(scene: Scene) -> None:
    team = scene.site.team(LEAD, "ana")
    scene.site.add(team, "eve", left=BEFORE.last)
    scene.put(PAY, MONDAY, HOUR, author="ana")
    scene.put(OPS, BEFORE.first, 4 * HOUR, author="eve")
    figures = (Figure.SPENT, Figure.PREVIOUS)
    found = look(scene, TEAM, rows=(Dimension.ROLE,), figures=figures)
    assert cells(found) == {"Team Member": [HOUR, 4 * HOUR]}
    limited = (Filter(Dimension.ROLE, frozenset({"alpha-member"})),)
    assert cells(look(scene, TEAM, filters=limited, figures=figures)) == {
        "Name of ana": [HOUR, 0],
        "Name of eve": [0, 4 * HOUR],
    }


def test_the_range_before_a_period_of_the_site_is_the_period_before(scene: Scene) -> None:
    scene.site.periods.chosen = PeriodRule(PeriodLength.MONTHLY, date(2026, 1, 15)), 0
    scene.put(PAY, date(2026, 10, 14), HOUR)
    scene.put(PAY, date(2026, 10, 15), 2 * HOUR)
    period = DateSpan(date(2026, 11, 15), date(2026, 12, 14))
    found = look(scene, OWN, span=period, figures=(Figure.PREVIOUS,))
    assert found.table.terms.previous == DateSpan(date(2026, 10, 15), date(2026, 11, 14))
    assert cells(found) == {"PAY-12": [2 * HOUR]}


def test_estimates_are_those_of_the_issues_with_time(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    scene.put(PAY, MONDAY, HOUR)
    scene.put(BARE, MONDAY, HOUR)
    found = look(scene, OWN, figures=(Figure.SPENT, Figure.ESTIMATE, Figure.REMAINING))
    assert cells(found) == {"OPS-40": [HOUR, 0, 0], "PAY-12": [2 * HOUR, 6 * HOUR, 6 * HOUR]}


def test_columns_are_parts_of_the_range(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    scene.put(PAY, MONDAY + timedelta(days=1), 2 * HOUR)
    found = look(scene, OWN, column_unit=ColumnUnit.DAY)
    assert cells(found) == {"PAY-12": [HOUR, 2 * HOUR, 0, 0, 0, 0, 0, 3 * HOUR]}
    assert found.table.columns[0].key == "2026-11-16:spent"


def test_a_report_says_its_query_who_requested_it_and_when_it_was_read(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    terms = look(scene, TEAM).table.terms
    assert (terms.requested_by, terms.zone) == ("Ada Example", "Europe/Berlin")
    assert (terms.requested_at, terms.read_at) == (scene.jira.now, scene.jira.now)
    assert (terms.span, terms.previous, terms.complete) == (WEEK, None, True)


def test_the_oldest_read_is_named(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    scene.site.team(LEAD, "bob", team_id="beta")
    first = scene.jira.now
    look(scene, TEAM)
    scene.wait(60)
    terms = look(scene, TEAM, team_ids=("alpha", "beta"), figures=(Figure.PREVIOUS,)).table.terms
    assert terms.read_at == first


def test_a_range_that_is_too_long_reads_nothing(scene: Scene) -> None:
    with pytest.raises(InvalidInput, match="at most two years"):
        look(scene, OWN, span=DateSpan(date(2016, 1, 1), date(2025, 12, 31)))
    assert scene.calls() == []


def test_refresh_reads_again(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    look(scene)
    scene.put(PAY, MONDAY, HOUR)
    assert look(scene).table.count == 1
