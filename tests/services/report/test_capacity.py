"""The capacity in a report: of people between joining and leaving, once over several teams, own without one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.support.fake_stores import HOUR
from tests.services.support.report_scene import OWN, TEAM, cells, look
from tests.services.support.scene import MONDAY, OPS, PAY, Scene
from timesheet.domain.calendar.workload_scheme import DatedScheme, WorkloadScheme
from timesheet.domain.report.query import Filter
from timesheet.domain.report.terms import ColumnUnit, Dimension, Figure

LEAD = "viewer-1"
FIGURES = (Figure.SPENT, Figure.CAPACITY)
PLANNED = replace(TEAM, figures=FIGURES)
BOTH = replace(PLANNED, team_ids=("alpha", "beta"))


def test_everybody_who_works_on_issues_has_capacity_even_without_time(scene: Scene) -> None:
    team = scene.site.team(LEAD, "ana")
    scene.site.add(team, "bob", joined=MONDAY + timedelta(days=3))
    scene.put(PAY, MONDAY, HOUR, author="ana")
    assert cells(look(scene, PLANNED)) == {"Name of ana": [HOUR, 40 * HOUR], "Name of bob": [0, 16 * HOUR]}


def test_nothing_is_expected_of_a_former_user_whose_time_cannot_be_read(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", "former-1", "viewer-3")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    scene.jira.closed_accounts = frozenset({"viewer-3"})
    found = look(scene, PLANNED, figures=(*FIGURES, Figure.DIFFERENCE, Figure.MISSING))
    assert cells(found) == {"Name of ana": [HOUR, 40 * HOUR, -39 * HOUR, 39 * HOUR]}


def test_nobody_is_expected_to_work_twice(scene: Scene) -> None:
    half = WorkloadScheme("half", "Half time", (4 * HOUR,) * 5 + (0, 0))
    scene.site.planning.schemes[half.id] = half
    alpha = scene.site.team(LEAD, "bob")
    scene.site.add(alpha, "ana", schemes=(DatedScheme(None, half.id),))
    scene.site.team(LEAD, "ana", team_id="beta")
    found = look(scene, BOTH, rows=(Dimension.TEAM, Dimension.PERSON))
    assert cells(found) == {
        "Team alpha": [0, 40 * HOUR],
        "Team alpha / Name of bob": [0, 40 * HOUR],
        "Team alpha and Team beta": [0, 40 * HOUR],
        "Team alpha and Team beta / Name of ana": [0, 40 * HOUR],
    }


def test_what_is_missing_is_shown_for_each_team_and_its_people(scene: Scene) -> None:
    alpha = scene.site.team(LEAD, "bob")
    scene.site.add(alpha, "ana", left=MONDAY + timedelta(days=1))
    scene.site.team(LEAD, "cem", team_id="beta")
    scene.put(PAY, MONDAY, 3 * HOUR, author="ana")
    scene.put(PAY, MONDAY, 41 * HOUR, author="bob")
    found = look(
        scene, BOTH, rows=(Dimension.TEAM, Dimension.PERSON, Dimension.ISSUE), figures=(Figure.MISSING,)
    )
    values = cells(found)
    assert {name: hours[0] for name, hours in values.items() if hours != [None]} == {
        "Team alpha": 13 * HOUR,
        "Team alpha / Name of ana": 13 * HOUR,
        "Team alpha / Name of bob": 0,
        "Team beta": 40 * HOUR,
        "Team beta / Name of cem": 40 * HOUR,
    }
    assert [cell.exact for cell in found.table.totals] == [53 * HOUR]


def test_own_capacity_is_what_the_timesheet_expects(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    found = look(scene, OWN, rows=(Dimension.WEEKDAY,), figures=FIGURES, column_unit=ColumnUnit.WEEK)
    assert cells(found)["0"] == [HOUR, 8 * HOUR] * 2
    assert [cell.exact for cell in found.table.totals] == [HOUR, 40 * HOUR] * 2


def test_a_filter_of_people_limits_capacity_too(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", "bob")
    only = (Filter(Dimension.PERSON, frozenset({"ana"})),)
    assert cells(look(scene, PLANNED, filters=only)) == {"Name of ana": [0, 40 * HOUR]}


def test_a_filter_of_weekdays_keeps_the_capacity_of_days_without_time(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    only = (Filter(Dimension.WEEKDAY, frozenset("02")),)
    assert cells(look(scene, PLANNED, filters=only)) == {"Name of ana": [HOUR, 16 * HOUR]}


def test_a_filter_of_teams_keeps_the_capacity_of_several_teams_without_time(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    scene.site.team(LEAD, "ana", team_id="beta")
    only = (Filter(Dimension.TEAM, frozenset({"beta"})),)
    assert cells(look(scene, BOTH, filters=only)) == {"Name of ana": [0, 40 * HOUR]}


@pytest.mark.parametrize(("team", "hours"), [("alpha", 20), ("beta", 40)])
def test_a_filter_of_teams_expects_what_a_report_about_them_alone_expects(
    scene: Scene, team: str, hours: int
) -> None:
    half = WorkloadScheme("half", "Half time", (4 * HOUR,) * 5 + (0, 0))
    scene.site.planning.schemes[half.id] = half
    scene.site.add(scene.site.team(LEAD), "ana", schemes=(DatedScheme(None, half.id),))
    scene.site.team(LEAD, "ana", team_id="beta")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    only = (Filter(Dimension.TEAM, frozenset({team})),)
    figures = (*FIGURES, Figure.MISSING)
    found = cells(look(scene, BOTH, filters=only, figures=figures))
    assert found == {"Name of ana": [HOUR, hours * HOUR, (hours - 1) * HOUR]}
    assert found == cells(look(scene, PLANNED, team_ids=(team,), figures=figures))


def test_without_anybody_there_is_no_capacity(scene: Scene) -> None:
    scene.site.team(LEAD)
    assert [cell.exact for cell in look(scene, PLANNED).table.totals] == [0, 0]
    scene.site.team(LEAD, team_id="beta")
    assert [cell.exact for cell in look(scene, BOTH).table.totals] == [0, 0]


def test_time_on_other_issues_is_not_missing(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", "bob")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    scene.put(PAY, MONDAY, HOUR, author="bob")
    scene.put(OPS, MONDAY, 39 * HOUR, author="ana")
    query = replace(TEAM, figures=(Figure.SPENT, Figure.MISSING))
    only = (Filter(Dimension.ISSUE, frozenset({str(PAY)})),)
    assert cells(look(scene, query, filters=only)) == {
        "Name of ana": [HOUR, 0],
        "Name of bob": [HOUR, 39 * HOUR],
    }
    for limited in ({"filters": only}, {"jql": "key = PAY-12"}):
        assert cells(look(scene, query, short=True, **limited)) == {"Name of bob": [HOUR, 39 * HOUR]}
