"""The overview of a team: who sees what, sums that add up, and refusals that name what is missing."""

from __future__ import annotations

import re
from datetime import time, timedelta

import pytest
from flask import Flask
from sqlalchemy import event

from tests.services.scene import MONDAY, OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.signing import SettableClock
from tests.web.team_view import TeamView, forbidden, make_team_view
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.team import Scope, TeamPermission

HOUR = 3600
TABS = ("summary", "people", "projects", "timesheet")


@pytest.fixture
def team(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    view = make_team_view(app, site, clock)
    view.viewer.scene.put(PAY, MONDAY, 8 * HOUR, author="ana")
    view.viewer.scene.put(OPS, MONDAY - timedelta(days=1), HOUR, author="ana")
    view.viewer.scene.put(PAY, MONDAY, 2 * HOUR, time(14))
    return view


@pytest.mark.parametrize("tab", TABS)
def test_a_lead_sees_every_tab(team: TeamView, tab: str) -> None:
    answer = team.viewer.get("/teams/alpha", tab=tab)
    assert answer.status_code == 200
    assert "November 2026" in answer.text
    assert "<b>11:00</b> of 336:00" in answer.text
    assert "style=" not in answer.text


def test_t05_rows_and_columns_have_one_sum(team: TeamView) -> None:
    text = team.viewer.get("/teams/alpha", tab="timesheet").text
    rows = re.findall(r"<tr id=m\d+.*?<td class=s>([\d:]+)", text)
    [foot] = re.findall(r"<th scope=\"row\">Spent</th>(.*?)</tr>", text, re.DOTALL)
    columns = re.findall(r"<td>([\d:]+)", foot)
    assert sorted(rows) == ["2:00", "9:00"]
    assert sorted(columns) == ["10:00", "1:00"]
    assert "11:00" in foot
    assert "<td class=x>1:00" in text


def test_a_person_is_opened_and_everybody(team: TeamView) -> None:
    opened = team.viewer.get("/teams/alpha", tab="timesheet", person="ana").text
    assert opened.count("<tr class=issue") == 2
    assert "Work on OPS-31" in opened
    assert team.viewer.get("/teams/alpha", tab="timesheet", every="1").text.count("<tr class=issue") == 3


def test_a_member_sees_his_own_figures_only(team: TeamView) -> None:
    ana = team.as_person("ana")
    for tab in TABS:
        text = ana.get("/teams/alpha", tab=tab).text
        assert "<b>9:00</b> of 168:00" in text
        assert "Name of viewer-1" not in text
        assert 'id="own-only"' in text
    assert ana.get("/teams/alpha/worklogs", person="ana", day=MONDAY).status_code == 200
    assert forbidden(ana.get("/teams/alpha/worklogs", person="viewer-1", day=MONDAY), "View worklogs")
    assert "PAY-12" in ana.get("/teams/alpha", tab="projects").text


def test_sums_are_not_worklogs(team: TeamView) -> None:
    team.role("watcher", TeamPermission.VIEW_HOURS)
    team.add("boss", "watcher")
    boss = team.as_person("boss")
    text = boss.get("/teams/alpha", tab="timesheet", person="ana", every="1").text
    assert "Name of ana" in text
    assert "PAY-12" not in text
    assert "data-worklogs" not in text
    assert "PAY-12" not in boss.get("/teams/alpha", tab="projects").text
    assert forbidden(boss.get("/teams/alpha/worklogs", person="ana", day=MONDAY), "View worklogs")
    assert boss.get("/teams/alpha/worklogs", person="boss", day=MONDAY).status_code == 200


def test_strangers_and_other_teams(team: TeamView) -> None:
    stranger = team.as_person("stranger")
    for path in ("/teams/alpha", "/teams/alpha/periods"):
        assert forbidden(stranger.get(path), "View hours")
    assert team.viewer.get("/teams/nowhere").status_code == 404
    assert team.viewer.get("/teams/alpha", period="nonsense").status_code == 422


def test_a_scope_that_jira_does_not_take_is_said(team: TeamView) -> None:
    team.change(scope=Scope(jql="broken"))
    answer = team.viewer.get("/teams/alpha")
    assert answer.status_code == 422
    assert "The scope of Alpha cannot be read" in answer.text


def test_what_is_missing_is_said(team: TeamView) -> None:
    assert "complete" in team.viewer.get("/teams/alpha").text
    team.viewer.scene.jira.failing["read_worklogs"] = [JiraUnavailable("Jira is away.")]
    text = team.viewer.get("/teams/alpha", refresh="1").text
    assert "Jira is away. These figures are less than a minute old." in text
    assert "incomplete" in text


def test_worklogs_behind_a_cell_and_what_may_be_done_with_them(team: TeamView) -> None:
    text = team.viewer.get("/teams/alpha/worklogs", person="ana", day=MONDAY).text
    assert "PAY-12" in text
    assert "Jira lets nobody log time in somebody else’s name" in text
    assert "/worklogs/12/" in text
    own = team.viewer.get("/teams/alpha/worklogs", person="viewer-1", day=MONDAY).text
    assert "Log more" in own
    assert team.viewer.get("/teams/alpha/worklogs", person="ana").status_code == 404


def test_a_name_is_text(team: TeamView) -> None:
    team.add("<script>")
    text = team.viewer.get("/teams/alpha", tab="timesheet").text
    assert "<script>" not in text
    assert "Name of &lt;script&gt;" in text


@pytest.mark.parametrize("tab", TABS)
def test_a_look_costs_as_many_statements_for_many_as_for_few(team: TeamView, app: Flask, tab: str) -> None:
    asked: list[str] = []
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement.partition(" ")[0])

    def cost() -> tuple[list[str], list[str]]:
        team.viewer.get("/teams/alpha", tab=tab)
        asked.clear()
        team.viewer.scene.calls()
        assert team.viewer.get("/teams/alpha", tab=tab).status_code == 200
        return list(asked), team.viewer.scene.calls()

    event.listen(engine, "before_cursor_execute", note)
    few = cost()
    for number in range(30):
        team.add(f"p{number:02}")
    many = cost()
    event.remove(engine, "before_cursor_execute", note)
    assert many == few
    assert few[1] == []
    assert few[0].count("SELECT") <= 12
