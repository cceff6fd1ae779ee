"""A team's workload schemes over HTTP."""

from __future__ import annotations

import pytest

from tests.services.support.team_scene import ANN
from tests.web.support.team_viewer import TeamSite, TeamViewer
from tests.web.support.viewer import Form
from timesheet.domain.team.team import Team


def new(lead: TeamViewer, team: Team, **changes: str) -> dict[str, object]:
    return {**Form(lead.get(f"/teams/{team.id}/schemes/new").text).fields, "name": "Six hours", **changes}


def made(lead: TeamViewer, team: Team, name: str = "Six hours") -> str:
    sent = new(lead, team, name=name, **{f"weekday-{n}": "6:00" for n in range(5)})
    assert lead.post(f"/teams/{team.id}/schemes", **sent).status_code == 200
    return str(sent["scheme"])


def test_a_scheme_is_made_and_edited(lead: TeamViewer, team: Team) -> None:
    scheme_id = made(lead, team)
    page = lead.get(f"/teams/{team.id}/settings", section="schemes")
    assert ">30:00<" in page.text
    fields = Form(lead.get(f"/teams/{team.id}/schemes/{scheme_id}").text).fields
    assert fields["weekday-0"] == "6:00"
    saved = lead.post(f"/teams/{team.id}/schemes", **{**fields, "weekday-4": "7.5"})
    assert ">31:30<" in saved.text
    stale = lead.post(f"/teams/{team.id}/schemes", **fields)
    assert stale.status_code == 409
    assert 'id="theirs-weekday-4"' in stale.text
    assert "Currently saved: <b>7:30</b>" in stale.text
    assert 'id="theirs-name"' not in stale.text
    assert lead.post(f"/teams/{team.id}/schemes", **Form(stale.text).fields).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [({"weekday-2": "25h"}, "weekday-2"), ({"weekday-2": "soon"}, "weekday-2"), ({"name": ""}, "name")],
    ids=str,
)
def test_what_is_not_a_scheme_stays_in_the_dialog(
    lead: TeamViewer, team: Team, change: dict[str, str], field: str
) -> None:
    answer = lead.post(f"/teams/{team.id}/schemes", **new(lead, team, **change))
    assert answer.status_code == 422
    assert f'id="error-{field}"' in answer.text


def test_each_day_with_wrong_hours_has_its_own_sentence(lead: TeamViewer, team: Team) -> None:
    wrong = {"weekday-0": "9x", "weekday-2": "25"}
    answer = lead.post(f"/teams/{team.id}/schemes", **new(lead, team, **wrong))
    assert answer.status_code == 422
    assert {f"weekday-{n}" for n in range(7) if f'id="error-weekday-{n}"' in answer.text} == wrong.keys()


def test_the_default_moves_and_a_deleted_one_has_a_replacement(lead: TeamViewer, team: Team) -> None:
    scheme_id, spare = made(lead, team), made(lead, team, "Spare")
    chosen = lead.post(f"/teams/{team.id}/schemes/{scheme_id}/default", version=team.version)
    assert "another default" in chosen.text
    assert "default" in lead.get(f"/teams/{team.id}/schemes/{scheme_id}/delete").text
    refused = lead.post(f"/teams/{team.id}/schemes/{scheme_id}/delete", replacement="")
    assert refused.status_code == 422
    assert 'id="error-replacement"' in refused.text
    done = lead.post(f"/teams/{team.id}/schemes/{scheme_id}/delete", replacement=spare)
    assert "is deleted" in done.text
    assert lead.get(f"/teams/{team.id}/schemes/{scheme_id}").status_code == 404


def test_a_default_chosen_from_an_old_list_shows_the_new_one(lead: TeamViewer, team: Team) -> None:
    scheme_id, spare = made(lead, team), made(lead, team, "Spare")
    assert lead.post(f"/teams/{team.id}/schemes/{spare}/default", version=team.version).status_code == 200
    stale = lead.post(f"/teams/{team.id}/schemes/{scheme_id}/default", version=team.version)
    assert stale.status_code == 409
    assert "This was changed in the meantime" in stale.text
    assert 'class="flag problem"' in stale.text
    assert f'id="default-{scheme_id}"' in stale.text
    assert f'id="default-{spare}"' not in stale.text, "it is the default"
    lead.post(f"/teams/{team.id}/schemes/{scheme_id}/delete")
    gone = lead.post(f"/teams/{team.id}/schemes/{scheme_id}/default", version=team.version + 1)
    assert gone.status_code == 404
    assert "There is no such workload scheme in this team." in gone.text
    assert f'id="default-{scheme_id}"' not in gone.text


def test_a_scheme_that_somebody_has_deleted_leaves_the_list(lead: TeamViewer, team: Team) -> None:
    path = f"/teams/{team.id}/schemes/{made(lead, team)}"
    lead.post(f"{path}/delete")
    again = lead.post(f"{path}/delete")
    assert (again.status_code, "There is no such workload scheme in this team." in again.text) == (404, True)
    assert 'class="flag problem"' in again.text
    assert 'id="team-settings"' in again.text
    assert path not in again.text


def test_a_plain_member_opens_no_scheme(teams: TeamSite, lead: TeamViewer, team: Team) -> None:
    scheme_id = made(lead, team)
    ann = teams.as_(ANN)
    for answer in (
        ann.get(f"/teams/{team.id}/schemes/new"),
        ann.get(f"/teams/{team.id}/schemes/{scheme_id}/delete"),
        ann.post(f"/teams/{team.id}/schemes", scheme="x", name="Lazy", version=0),
        ann.post(f"/teams/{team.id}/schemes/{scheme_id}/default", version=team.version),
        ann.post(f"/teams/{team.id}/schemes/{scheme_id}/delete"),
    ):
        assert answer.status_code == 403


@pytest.mark.parametrize("scheme_id", ["../../x", "a\nb", "a b", "A", "a" * 65, "a\x00", ""])
def test_a_scheme_gets_no_id_that_is_none(lead: TeamViewer, team: Team, scheme_id: str) -> None:
    sent = new(lead, team, scheme=scheme_id, **{f"weekday-{n}": "6:00" for n in range(5)})
    assert lead.post(f"/teams/{team.id}/schemes", **sent).status_code == 422
    assert "Six hours" not in lead.get(f"/teams/{team.id}/settings", section="schemes").text
