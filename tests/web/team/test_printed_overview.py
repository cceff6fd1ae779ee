"""An overview that would look the same is sent again without printing it; whatever it shows is compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta

import pytest
from flask import Flask

from tests.domain.support.leaves import leave_range
from tests.services.support.scene import MONDAY, OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import TeamView, make_team_view
from tests.web.support.templates import names_used, prints
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import TeamPermission
from timesheet.services.ports.settings import PersonSettings
from timesheet.web.team.choice import TABS
from timesheet.web.team.overview import TEMPLATE

HOUR = 3600
# What these return depends on nothing but the language and what they are given.
CONSTANT = {"_", "_n", "_p", "exact", "icon", "icon_button", "issue_key", "localize", "sentences", "url_for"}
COMPARED = {"app_page", "may_audit", "may_configure", "may_enter"}


@pytest.fixture
def team(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    found = make_team_view(app, site, clock)
    found.viewer.scene.put(PAY, MONDAY, 8 * HOUR, author="ana")
    found.viewer.scene.put(PAY, MONDAY, 2 * HOUR, time(14))
    return found


def look(team: TeamView, tab: str = "timesheet", **more: object) -> str:
    answer = team.viewer.get("/teams/alpha", tab=tab, **more)
    assert answer.status_code == 200
    return answer.text


def test_templates_of_the_overview_use_only_globals_that_are_compared(app: Flask) -> None:
    globals_used, _ = names_used(app.jinja_env, TEMPLATE, *(f"team/overview/_{tab}.html" for tab in TABS))
    assert globals_used == CONSTANT | COMPARED


@pytest.mark.parametrize("tab", TABS)
def test_an_unchanged_tab_is_printed_once(team: TeamView, tab: str) -> None:
    with prints(team.app, TEMPLATE) as printed:
        first = look(team, tab)
        assert look(team, tab) == first
    assert len(printed) == 1


def test_each_tab_person_and_period_is_printed(team: TeamView) -> None:
    views: list[dict[str, str]] = [
        *({"tab": tab} for tab in TABS),
        {"person": "ana"},
        {"every": "1"},
        {"period": f"{MONDAY - timedelta(days=31)}"},
    ]
    assert len({look(team, **{"tab": "timesheet", **view}) for view in views}) == len(views)


def rename(team: TeamView) -> None:
    with team.app.app_context():
        [stored] = team.stores.teams.all()
        team.stores.teams.save(replace(stored, name="Beta"))
        team.commit()


def give_leave(team: TeamView) -> None:
    with team.app.app_context():
        [vacation] = [legend for legend in team.stores.legends.all() if legend.title == "Vacation"]
        day = DateSpan(MONDAY, MONDAY)
        team.stores.leaves.replace("ana", day, leave_range("ana", day, vacation.id))
        team.commit()


def show_decimals(team: TeamView) -> None:
    team.choose(PersonSettings(duration_format="decimal"))


def let_a_day_pass(team: TeamView) -> None:
    team.travel(team.viewer.scene.jira.now + timedelta(days=1))


def lose_jira(team: TeamView) -> None:
    team.wait(600)
    team.viewer.scene.jira.failing["changed_issues"] = [JiraUnavailable("Jira is away.")]


@pytest.mark.parametrize(
    "change",
    [rename, give_leave, show_decimals, TeamView.close_reports, let_a_day_pass, lose_jira],
    ids=lambda c: c.__name__,
)
def test_whatever_it_shows_is_printed_again(team: TeamView, change: Callable[[TeamView], None]) -> None:
    first = look(team)
    change(team)
    assert look(team) != first


def test_time_and_a_new_name_of_an_issue_are_printed(team: TeamView) -> None:
    first = look(team, every=1)
    team.viewer.scene.put(OPS, MONDAY, HOUR, author="ana")
    second = look(team, every=1, refresh=1)
    assert "Work on OPS-31" in second
    assert second != first
    assert "3:00" not in first


def test_closing_and_another_language_are_printed(team: TeamView) -> None:
    period = MONDAY - timedelta(days=31)
    first = look(team, "people", period=period)
    team.close(period.isoformat())
    closed = look(team, "people", period=period)
    assert closed != first
    team.read_in("de")
    assert look(team, "people", period=period) not in (first, closed)


def test_a_permission_that_is_taken_away_is_gone_from_the_next_view(team: TeamView) -> None:
    team.role("auditor", TeamPermission.VIEW_HOURS, TeamPermission.VIEW_WORKLOGS)
    team.add("bo", "auditor")
    bo = team.as_person("bo")
    view = {"tab": "timesheet", "person": "ana"}
    assert "Work on PAY-12" in bo.get("/teams/alpha", **view).text
    team.add("bo", "member")
    assert "Work on PAY-12" not in bo.get("/teams/alpha", **view).text
