"""The settings of a team over HTTP, section by section."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.support.team_scene import ADMIN, ANN, BO, LEAD, OUT, TeamScene
from tests.web.support.team_viewer import TeamSite, TeamViewer
from tests.web.support.viewer import Form
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.team.team import MEMBER_ROLE, Team, TeamPermission
from timesheet.web.http.catalog import open_language
from timesheet.web.http.language import speaking
from timesheet.web.team.form import form_of
from timesheet.web.team.settings import SECTIONS


def general(viewer: TeamViewer, team: Team, **changes: str) -> dict[str, object]:
    page = viewer.get(f"/teams/{team.id}/settings", section="general")
    return {**Form(page.text).fields, **changes}


@pytest.mark.parametrize("section", [name for name, _ in SECTIONS])
def test_every_section_opens_and_names_itself(lead: TeamViewer, team: Team, section: str) -> None:
    answer = lead.get(f"/teams/{team.id}/settings", section=section)
    assert answer.status_code == 200
    assert f'id="section-{section}" aria-current="page"' in answer.text


def test_there_is_no_other_section(lead: TeamViewer, team: Team) -> None:
    assert lead.get(f"/teams/{team.id}/settings", section="../page").status_code == 404


@pytest.mark.parametrize("viewer", [ANN, OUT])
def test_whoever_does_not_manage_the_team_opens_no_section(teams: TeamSite, team: Team, viewer: str) -> None:
    person = teams.as_(viewer)
    for answer in (
        *(person.get(f"/teams/{team.id}/settings", section=name) for name, _ in SECTIONS),
        person.post(f"/teams/{team.id}/general", name="Mine", lead=viewer, version=team.version),
        person.post(f"/teams/{team.id}/scope", jql="", version=team.version),
        person.get(f"/teams/{team.id}/scope/count"),
        person.get(f"/teams/{team.id}/roles/new"),
        person.post(f"/teams/{team.id}/roles", name="Boss", permission="manage-team"),
    ):
        assert answer.status_code == 403
        assert "Manage this team" in answer.text


def test_name_and_description_are_saved(lead: TeamViewer, team: Team) -> None:
    answer = lead.post(f"/teams/{team.id}/general", **general(lead, team, name="Money", description="Ours"))
    assert answer.status_code == 200
    assert "Saved." in answer.text
    assert general(lead, team)["name"] == "Money"


def test_two_at_once_see_both_and_the_second_decides(lead: TeamViewer, team: Team) -> None:
    mine = general(lead, team, name="Cash")
    lead.post(f"/teams/{team.id}/general", **general(lead, team, name="Money"))
    answer = lead.post(f"/teams/{team.id}/general", **mine)
    assert answer.status_code == 409
    assert "Currently saved: <b>Money</b>" in answer.text
    assert lead.post(f"/teams/{team.id}/general", **Form(answer.text).fields).status_code == 200
    assert general(lead, team)["name"] == "Cash"


@pytest.mark.parametrize(
    ("change", "field"), [({"name": ""}, "name"), ({"lead": ""}, "lead"), ({"version": "x"}, "form")], ids=str
)
def test_what_cannot_be_saved_stays_in_the_form(
    lead: TeamViewer, team: Team, change: dict[str, str], field: str
) -> None:
    answer = lead.post(f"/teams/{team.id}/general", **general(lead, team, description="kept", **change))
    assert answer.status_code == 422
    assert "kept" in answer.text
    assert field == "form" or f'id="error-{field}"' in answer.text


def test_a_new_lead_raises_the_question_what_becomes_of_the_old_one(lead: TeamViewer, team: Team) -> None:
    sent = general(lead, team, lead=ANN, lead_name="Ann Example")
    question = lead.post(f"/teams/{team.id}/general", **sent)
    assert "Should Lea Example continue to manage it?" in question.text
    assert lead.post(f"/teams/{team.id}/general", **sent, keep="yes").status_code == 200
    page = lead.get(f"/teams/{team.id}/settings", section="general")
    assert "Ann Example leads this team." in page.text


NO_LONGER = "You can no longer change the settings of this team."


def test_a_lead_hands_the_team_over_completely(lead: TeamViewer, team: Team) -> None:
    sent = general(lead, team, lead=ANN, lead_name="Ann Example")
    answer = lead.post(f"/teams/{team.id}/general", **sent, keep="no")
    assert answer.status_code == 200
    assert f"Saved. {NO_LONGER}" in answer.text
    assert f'hx-get="/teams/{team.id}"' in answer.text, "the former lead is still a member"
    assert "Ann Example" in lead.get("/teams").text
    assert lead.get(f"/teams/{team.id}/settings").status_code == 403


@pytest.mark.parametrize("what", ["left", "removed", "roles", "role"])
def test_managers_may_give_away_their_own_right_and_are_led_on(
    teams: TeamSite, team: Team, what: str
) -> None:
    teams.arrange(lambda scene: scene.join(team, BO, TeamPermission.MANAGE_TEAM))
    roles = teams.arrange(lambda scene: scene.stores.teams.roles(team.id))
    plain = next(role.id for role in roles if role.system == MEMBER_ROLE)
    manager = teams.as_(BO)
    base = f"/teams/{team.id}"
    dialog = Form(manager.get(f"{base}/members/{BO}").text).fields
    role = str(dialog["role"])
    watcher = {"role": role, "name": "Watcher", "permission": "view-hours", "version": 1}
    change = {
        "left": lambda: manager.post(f"{base}/members/{BO}", **{**dialog, "left": "2026-01-31"}),
        "removed": lambda: manager.post(f"{base}/members/{BO}/remove"),
        "roles": lambda: manager.post(f"{base}/members/{BO}", **{**dialog, "role": plain}),
        "role": lambda: manager.post(f"{base}/roles", **watcher),
    }
    answer = change[what]()
    assert answer.status_code == 200
    assert answer.text.count(NO_LONGER) == 2, "a flag, and the same for screen readers"
    assert (f'hx-get="{base}"' in answer.text) == (what != "removed")
    assert manager.get(f"{base}/settings").status_code == 403


def test_a_manager_sees_who_leads_and_cannot_change_it(teams: TeamSite, team: Team) -> None:
    teams.arrange(lambda scene: scene.join(team, BO, TeamPermission.MANAGE_TEAM))
    manager = teams.as_(BO)
    page = manager.get(f"/teams/{team.id}/settings", section="general")
    assert "Only the lead and team administrators can hand it over" in page.text
    answer = manager.post(f"/teams/{team.id}/general", **general(manager, team, lead=BO), keep="yes")
    assert answer.status_code == 403
    assert "Team administrators" in answer.text


def test_a_manager_whose_team_got_another_lead_meanwhile_sees_both_and_saves(
    teams: TeamSite, lead: TeamViewer, team: Team
) -> None:
    teams.arrange(lambda scene: scene.join(team, BO, TeamPermission.MANAGE_TEAM))
    manager = teams.as_(BO)
    mine = general(manager, team, description="Ours")
    lead.post(f"/teams/{team.id}/general", **general(lead, team, lead=ANN), keep="no")
    answer = manager.post(f"/teams/{team.id}/general", **mine)
    assert answer.status_code == 409
    assert "Ann Example leads this team." in answer.text
    assert manager.post(f"/teams/{team.id}/general", **Form(answer.text).fields).status_code == 200
    now = general(manager, team)
    assert (now["description"], now["lead"]) == ("Ours", ANN)


def test_a_deactivated_lead_is_explained_and_replaced(teams: TeamSite, team: Team) -> None:
    teams.directory.deactivate(LEAD)
    admin = teams.as_(ADMIN)
    page = admin.get(f"/teams/{team.id}/settings", section="general")
    assert "Lea Example, who leads this team, is deactivated in Jira." in page.text
    sent = general(admin, team, lead=ANN, lead_name="Ann Example")
    assert admin.post(f"/teams/{team.id}/general", **sent, keep="no").status_code == 200
    assert "lead-gone" not in admin.get(f"/teams/{team.id}/settings").text


def test_a_scope_is_counted_while_it_is_typed(lead: TeamViewer, team: Team) -> None:
    counted = lead.get(f"/teams/{team.id}/scope/count", project=1, jql="labels = a")
    assert "issues that you can see" in counted.text
    broken = lead.get(f"/teams/{team.id}/scope/count", jql="broken = 1")
    assert broken.status_code == 200
    assert "The field &#39;broken&#39; does not exist." in broken.text


def test_a_scope_that_jira_does_not_count_says_so_in_its_place(
    teams: TeamSite, lead: TeamViewer, team: Team
) -> None:
    teams.directory.failing["(labels = a)"] = JiraUnavailable("Jira is away.")
    unknown = lead.get(f"/teams/{team.id}/scope/count", jql="labels = a")
    assert unknown.status_code == 502
    assert 'id="scope-count"' in unknown.text
    assert "Jira did not respond, so the number of issues is unknown." in unknown.text


@pytest.mark.parametrize(("count", "shown"), [(101, 101), (1000, 200)])
def test_a_scope_of_too_many_projects_is_shown_as_far_as_somebody_can_have_chosen_it(
    lead: TeamViewer, team: Team, count: int, shown: int
) -> None:
    many = lead.post(f"/teams/{team.id}/scope", project=list(range(1, count + 1)), version=team.version)
    assert many.status_code == 422
    assert "at most 100 projects" in many.text
    assert many.text.count('name="project" ') == shown


def test_a_scope_is_saved_when_jira_takes_it(lead: TeamViewer, team: Team) -> None:
    broken = lead.post(f"/teams/{team.id}/scope", project=1, jql="broken = 1", version=team.version)
    assert broken.status_code == 422
    assert "broken = 1" in broken.text
    assert 'id="error-jql"' in broken.text
    assert 'name="project" value="1"' in broken.text
    saved = lead.post(f"/teams/{team.id}/scope", project=[1, "x"], jql="labels = a", version=team.version)
    assert saved.status_code == 200
    assert "PAY Payments" in saved.text
    stale = lead.post(f"/teams/{team.id}/scope", jql="labels = b", version=team.version)
    assert stale.status_code == 409
    assert "labels = b" in stale.text
    assert "Currently saved: <b>labels = a</b>" in stale.text
    assert 'id="theirs-projects"' in stale.text
    assert lead.post(f"/teams/{team.id}/scope", **Form(stale.text).fields).status_code == 200


def test_a_lead_whose_account_is_closed_is_named_in_the_language_of_the_reader(
    teams: TeamSite, team: Team
) -> None:
    def lead_name(scene: TeamScene) -> object:
        with speaking(open_language("de")):
            return form_of(scene.team_context(), replace(team, lead="former-3f2a77")).values["lead_name"]

    assert teams.arrange(lead_name) == "Ehemaliger Benutzer 3f2a"
