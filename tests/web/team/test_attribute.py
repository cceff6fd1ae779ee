"""The attributes that a team chooses in its settings."""

from __future__ import annotations

from dataclasses import replace

from tests.services.support.team_scene import ANN
from tests.web.support.team_viewer import TeamSite, TeamViewer
from timesheet.domain.attribute.attribute import BILLABLE, Attribute, Kind
from timesheet.domain.team.team import Team


def define(teams: TeamSite, **more: object) -> Attribute:
    made = replace(Attribute("activity", "Activity", Kind.TEXT), **more)  # type: ignore[arg-type]
    return teams.arrange(lambda scene: scene.stores.attributes.save(made))


def chosen(teams: TeamSite, team: Team) -> frozenset[str]:
    found = teams.arrange(lambda scene: scene.stores.attributes.chosen())
    return found.get(team.id, frozenset())


def test_a_lead_chooses_the_attributes_of_a_team(teams: TeamSite, lead: TeamViewer, team: Team) -> None:
    define(teams, required=True)
    page = lead.get(f"/teams/{team.id}/settings", section="attributes")
    assert "Activity" in page.text
    answer = lead.post(f"/teams/{team.id}/attributes", attribute=["activity", BILLABLE], was="")
    assert answer.status_code == 200
    assert "Saved." in answer.text
    assert chosen(teams, team) == {"activity", BILLABLE}
    assert lead.get(f"/teams/{team.id}/settings", section="attributes").text.count(" checked") == 2


def test_whoever_saves_second_sees_what_was_chosen(teams: TeamSite, lead: TeamViewer, team: Team) -> None:
    define(teams)
    lead.post(f"/teams/{team.id}/attributes", attribute=["activity"], was="")
    answer = lead.post(f"/teams/{team.id}/attributes", attribute=[BILLABLE], was="")
    assert answer.status_code == 409
    assert "Other attributes were chosen in the meantime" in answer.text
    assert 'name="was" value="activity"' in answer.text
    assert chosen(teams, team) == {"activity"}


def test_a_retired_one_cannot_be_chosen(teams: TeamSite, lead: TeamViewer, team: Team) -> None:
    define(teams, retired=True)
    answer = lead.post(f"/teams/{team.id}/attributes", attribute=["activity"], was="")
    assert answer.status_code == 422
    assert "is retired" in answer.text
    assert chosen(teams, team) == frozenset()


def test_only_who_edits_the_team_chooses(teams: TeamSite, team: Team) -> None:
    answer = teams.as_(ANN).post(f"/teams/{team.id}/attributes", attribute=[BILLABLE], was="")
    assert answer.status_code == 403
    assert chosen(teams, team) == frozenset()
