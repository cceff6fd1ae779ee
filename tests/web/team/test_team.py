"""The list of teams over HTTP, and creating, archiving, and deleting them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.services.support.team_scene import ADMIN, ANN, BO, LEAD, OUT
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.team_viewer import TeamSite, make_team_site
from timesheet.domain.team.team import Team, TeamPermission


def test_the_page_comes_from_jiras_link_and_a_fragment_for_htmx(teams: TeamSite, team: Team) -> None:
    viewer = teams.as_(LEAD)
    page = viewer.site.load("/teams")
    assert page.status_code == 200
    assert "<!doctype html>" in page.text
    fragment = viewer.get("/teams")
    assert "<!doctype html>" not in fragment.text
    assert "Payments" in fragment.text
    assert "Lea Example" in fragment.text


def test_a_link_to_one_team_opens_it(teams: TeamSite, team: Team) -> None:
    page = teams.as_(LEAD).site.load("/teams", {"team": team.id})
    assert f"/teams/{team.id}" in page.text


@pytest.mark.parametrize(
    ("viewer", "words"),
    [(LEAD, "Create one and add people"), (OUT, "<em>Team managers</em>")],
)
def test_an_empty_list_says_what_comes_next(teams: TeamSite, viewer: str, words: str) -> None:
    answer = teams.as_(viewer).get("/teams")
    assert words in answer.text
    assert ("Create team" in answer.text) == (viewer == LEAD)


def test_filters_narrow_the_list(teams: TeamSite, team: Team) -> None:
    viewer = teams.as_(ADMIN)
    assert "Payments" not in viewer.get("/teams").text
    assert "Payments" in viewer.get("/teams", show="all").text
    assert "No team matches “xyz”" in viewer.get("/teams", show="all", text="xyz").text
    assert "No archived teams" in viewer.get("/teams", show="all", archived=1).text
    assert "You lead no team" in viewer.get("/teams", show="led").text
    assert "Payments" not in teams.as_(OUT).get("/teams", show="all").text


@pytest.mark.parametrize(
    ("viewer", "show", "words"),
    [
        (BO, "mine", "Your team is archived"),
        (LEAD, "led", "All of these teams are archived"),
        (OUT, "mine", "You are in no team yet"),
    ],
)
def test_people_whose_teams_are_archived_are_led_to_them(
    teams: TeamSite, team: Team, viewer: str, show: str, words: str
) -> None:
    teams.arrange(lambda scene: scene.join(team, BO))
    assert teams.as_(LEAD).post(f"/teams/{team.id}/archive", archived=1, version=1).status_code == 200
    answer = teams.as_(viewer).get("/teams", show=show)
    assert words in answer.text
    assert ("archived=1" in answer.text) == (viewer != OUT)


def test_a_team_is_made_in_a_dialog(teams: TeamSite) -> None:
    viewer = teams.as_(LEAD)
    dialog = viewer.get("/teams/new")
    assert f'name="lead" value="{LEAD}"' in dialog.text
    answer = viewer.post("/teams", name="Payments", lead=LEAD, lead_name="Lea Example")
    assert answer.status_code == 200
    assert 'hx-target="#main"' in answer.text
    assert "Payments" in viewer.get("/teams").text


def test_a_bad_name_keeps_what_was_typed(teams: TeamSite, team: Team) -> None:
    answer = teams.as_(LEAD).post(
        "/teams", name="payments", lead=LEAD, lead_name="Lea", description="kept <b>"
    )
    assert answer.status_code == 422
    assert 'id="error-name"' in answer.text
    assert "kept &lt;b&gt;" in answer.text


def test_a_team_for_somebody_else_asks_first(teams: TeamSite) -> None:
    viewer = teams.as_(LEAD)
    form = {"name": "Payments", "lead": BO, "lead_name": "Bo Example"}
    question = viewer.post("/teams", **form)
    assert "You are creating this team for Bo Example." in question.text
    assert viewer.post("/teams", **form, keep="yes").status_code == 200
    assert "Team Manager" in viewer.get("/teams").text


def test_whoever_creates_a_team_and_does_not_manage_it_sees_their_list_of_teams(teams: TeamSite) -> None:
    viewer = teams.as_(LEAD)
    form = {"name": "Payments", "lead": BO, "lead_name": "Bo Example"}
    created = viewer.post("/teams", **form, keep="no")
    assert created.status_code == 200
    assert "Payments is created. Bo Example leads it." in created.text
    assert 'hx-get="/teams"' in created.text
    assert "settings" not in created.text
    assert "Payments" in teams.as_(BO).get("/teams").text


def test_without_the_site_permission_there_is_no_dialog(teams: TeamSite) -> None:
    viewer = teams.as_(ANN)
    for answer in (viewer.get("/teams/new"), viewer.post("/teams", name="Ours", lead=ANN)):
        assert answer.status_code == 403
        assert "Team managers" in answer.text


def test_archiving_offers_the_way_back(teams: TeamSite, team: Team) -> None:
    viewer = teams.as_(LEAD)
    answer = viewer.post(f"/teams/{team.id}/archive", archived=1, version=team.version)
    assert "Payments is archived." in answer.text
    assert "data-undo" in answer.text
    assert "Restore" in viewer.get("/teams", archived=1).text
    assert viewer.post(f"/teams/{team.id}/archive", archived=0, version=team.version).status_code == 409
    back = viewer.post(f"/teams/{team.id}/archive", archived=0, version=team.version + 1)
    assert "Payments is active again." in back.text


def test_archiving_from_an_old_page_shows_what_is_there_now(teams: TeamSite, team: Team) -> None:
    viewer = teams.as_(LEAD)
    viewer.post(f"/teams/{team.id}/general", name="Renamed", lead=LEAD, description="", version=team.version)
    stale = viewer.post(f"/teams/{team.id}/archive", archived=1, version=team.version)
    assert (stale.status_code, "This was changed in the meantime" in stale.text) == (409, True)
    assert f"/teams/{team.id}/settings?section=general" in stale.text
    assert 'class="flag problem"' in stale.text
    viewer.post(f"/teams/{team.id}/archive", archived=1, version=team.version + 1)
    stale = viewer.post(f"/teams/{team.id}/archive", archived=0, version=team.version)
    assert (stale.status_code, f'href="/teams/{team.id}' in stale.text) == (409, False)
    assert 'id="team-opening"' in stale.text


def test_deleting_asks_for_the_name_and_says_what_stays(teams: TeamSite, team: Team) -> None:
    viewer = teams.as_(LEAD)
    assert "Worklogs stay in Jira" in viewer.get(f"/teams/{team.id}/delete").text
    wrong = viewer.post(f"/teams/{team.id}/delete", typed="Pay")
    assert wrong.status_code == 422
    assert 'id="error-typed"' in wrong.text
    assert "Payments is deleted." in viewer.post(f"/teams/{team.id}/delete", typed="Payments").text
    assert viewer.get(f"/teams/{team.id}/settings").status_code == 404


@pytest.mark.parametrize("viewer", [ANN, OUT, BO])
def test_nobody_else_archives_or_deletes(teams: TeamSite, team: Team, viewer: str) -> None:
    teams.arrange(lambda scene: scene.join(team, BO, TeamPermission.MANAGE_TEAM))
    person = teams.as_(viewer)
    for answer in (
        person.post(f"/teams/{team.id}/archive", archived=1, version=team.version),
        person.get(f"/teams/{team.id}/delete"),
        person.post(f"/teams/{team.id}/delete", typed="Payments"),
    ):
        assert answer.status_code == 403
        assert "Team administrators" in answer.text


def test_another_site_has_nothing_of_it(
    app: Flask, teams: TeamSite, team: Team, new_site: Callable[[str], JiraSite], clock: SettableClock
) -> None:
    other = new_site("elsewhere")
    assert other.install().status_code == 204
    stranger = make_team_site(app, other, clock).as_(ADMIN)
    assert "Payments" not in stranger.get("/teams", show="all").text
    for path in (f"/teams/{team.id}/settings", f"/teams/{team.id}/members/{ANN}", f"/teams/{team.id}/delete"):
        assert stranger.get(path).status_code == 404
    for path in (f"/teams/{team.id}/delete", f"/teams/{team.id}/members", f"/teams/{team.id}/scope"):
        assert stranger.post(path, typed="Payments", person=ANN, version=1).status_code == 404
    assert "Payments" in teams.as_(LEAD).get("/teams").text
