"""The current period in the list of teams: it comes after the list, from what is cached, and as roles allow."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from tests.services.support.scene import MONDAY, PAY
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import TeamView, make_team_view
from timesheet.domain.team.team import Team, TeamPermission
from timesheet.services.ports.jira import Missing

HOUR = 3600


@pytest.fixture
def team(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    view = make_team_view(app, site, clock)
    view.viewer.scene.put(PAY, MONDAY, 3 * HOUR, author="ana")
    return view


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).strip()


def test_the_list_loads_its_periods_afterward(team: TeamView) -> None:
    html = team.viewer.get("/teams").text
    assert re.search(r'hidden hx-get="/teams/periods" hx-include="#team-choice" hx-trigger="load"', html)
    assert 'id="period-alpha"></td>' in html
    assert "/teams/periods" not in team.viewer.get("/teams", archived=1).text


def make_teams(team: TeamView, number: int) -> None:
    """Make more teams that the viewer leads."""
    with team.app.app_context():
        for name in ("beta", "gamma", "delta")[:number]:
            team.stores.teams.save(Team(name, f"Team {name}", "viewer-1", team.stores.schemes.default_id()))
        team.commit()


@pytest.mark.parametrize("more", [0, 2])
def test_a_short_list_reads_the_time_that_nobody_read_after_its_periods(team: TeamView, more: int) -> None:
    make_teams(team, more)
    html = team.viewer.get("/teams/periods").text
    assert 'hx-target="#period-alpha"' in html
    assert "Open 336:00 capacity …" in words(html)
    assert re.search(r'hx-get="/teams/alpha/current-period" hx-swap="none"[^>]* hx-trigger="load"', html)
    assert "read_team_worklogs" not in team.viewer.scene.jira.log


def test_a_longer_list_says_that_nobody_read_the_time_and_reads_it_on_request(team: TeamView) -> None:
    make_teams(team, 3)
    html = team.viewer.get("/teams/periods").text
    assert "Open 336:00 capacity time not read yet Show" in words(html)
    assert 'hx-trigger="load"' not in html
    assert "read_team_worklogs" not in team.viewer.scene.jira.log
    html = team.viewer.get("/teams/alpha/current-period").text
    assert words(html) == "Open 3:00 of 336:00 read 12:00"
    assert 'hx-target="#period-alpha"' in html


def test_who_is_in_no_team_reads_no_period_of_it(team: TeamView) -> None:
    answer = team.as_person("stranger").get("/teams/alpha/current-period")
    assert answer.status_code == 403
    assert "read_team_worklogs" not in team.viewer.scene.jira.log


def test_after_the_team_was_opened_its_time_is_there(team: TeamView) -> None:
    team.viewer.get("/teams/alpha")
    team.viewer.scene.jira.log.clear()
    html = team.viewer.get("/teams/periods").text
    assert words(html) == "Open 3:00 of 336:00 read 12:00"
    assert html.count("class=fill") == 1
    assert team.viewer.scene.jira.log == []
    assert "worklogs you may see in Jira" in words(team.viewer.get("/teams").text)


def test_time_that_was_not_read_completely_is_called_incomplete(team: TeamView) -> None:
    team.viewer.scene.jira.missing = (Missing("PAY-1: Jira did not give all its worklogs.", "issue"),)
    team.viewer.get("/teams/alpha")
    assert words(team.viewer.get("/teams/periods").text) == "Open 3:00 (incomplete) of 336:00 read 12:00"


def test_whoever_sees_no_figures_gets_none_and_members_their_own(team: TeamView) -> None:
    team.change(lead="boss")
    team.role("nothing")
    team.add("viewer-1", "nothing")
    assert "your own time" in team.viewer.get("/teams/periods").text
    team.role("sums", TeamPermission.VIEW_HOURS)
    team.add("viewer-1", "sums")
    assert "your own time" not in team.viewer.get("/teams/periods").text


def test_a_long_list_loads_its_periods_in_parts(team: TeamView, monkeypatch: pytest.MonkeyPatch) -> None:
    """The part of a team further down is requested when its row is scrolled to, and no team is left out."""
    with team.app.app_context():
        for number in range(4):
            team.stores.teams.save(
                Team(f"team-{number}", f"Team {number}", "viewer-1", team.stores.schemes.default_id())
            )
        team.commit()
    monkeypatch.setattr("timesheet.web.team.team.PART", 2)
    html = team.viewer.get("/teams", show="led").text
    starts = re.findall(
        r'hx-get="/teams/periods\?start=(\d)" hx-include="#team-choice" hx-trigger="revealed"', html
    )
    assert starts == ["2", "4"]
    wanted = re.findall(r'id="period-([a-z0-9-]+)"', html)
    assert len(wanted) == 5
    parts = [
        re.findall(
            r'hx-target="#period-([a-z0-9-]+)"',
            team.viewer.get("/teams/periods", show="led", start=start).text,
        )
        for start in ("", "2", "4", "6", "x")
    ]
    assert parts[:4] == [wanted[:2], wanted[2:4], wanted[4:], []]
    assert parts[4] == wanted[:2]


def test_whoever_left_is_not_promised_time_that_will_be_read(team: TeamView) -> None:
    left = MONDAY - timedelta(days=60)
    team.add("ana", left=left)
    ana = team.as_person("ana")
    assert words(ana.get("/teams/periods").text) == "Open you are not in the team in this period"
    text = ana.get("/teams/alpha").text
    assert "You are not in this team on these days" in text
    assert "lead can add" not in text


def test_a_team_without_people_in_the_period_says_so(team: TeamView) -> None:
    for account_id in ("ana", "viewer-1"):
        team.add(account_id, left=MONDAY - timedelta(days=60))
    assert words(team.viewer.get("/teams/periods").text) == "Open nobody is in the team in this period"
