"""A team's roles: adding, changing, and deleting them in their dialog."""

from __future__ import annotations

import pytest

from tests.services.support.team_scene import BO
from tests.web.support.team_viewer import TeamSite, TeamViewer
from timesheet.domain.team.team import Team


def test_roles_are_added_changed_and_deleted(lead: TeamViewer, team: Team) -> None:
    assert "Add role" in lead.get(f"/teams/{team.id}/roles/new").text
    answer = lead.post(
        f"/teams/{team.id}/roles", name="Watcher", permission=["view-hours", "nonsense"], version=0
    )
    assert "The role “Watcher” is saved." in answer.text
    role_id = answer.text.split('id="edit-role-')[-1].split('"')[0]
    dialog = lead.get(f"/teams/{team.id}/roles/{role_id}")
    assert 'value="view-hours" checked' in dialog.text
    changed = {"role": role_id, "name": "Looker", "permission": "view-worklogs", "version": 1}
    assert lead.post(f"/teams/{team.id}/roles", **changed).status_code == 200
    stale = lead.post(f"/teams/{team.id}/roles", **{**changed, "permission": "view-hours"})
    assert stale.status_code == 409
    assert "Currently saved: <b>View worklogs</b>" in stale.text
    assert 'name="version" value="2"' in stale.text
    assert "is deleted" in lead.post(f"/teams/{team.id}/roles/{role_id}/delete").text
    assert lead.get(f"/teams/{team.id}/roles/{role_id}").status_code == 404


def test_a_role_that_somebody_deletes_meanwhile_keeps_what_was_typed(lead: TeamViewer, team: Team) -> None:
    added = lead.post(f"/teams/{team.id}/roles", name="Watcher", permission="view-hours", version=0)
    role_id = added.text.split('id="edit-role-')[-1].split('"')[0]
    typed = {"role": role_id, "name": "Looker", "permission": "view-worklogs"}
    assert "is deleted" in lead.post(f"/teams/{team.id}/roles/{role_id}/delete").text
    stale = lead.post(f"/teams/{team.id}/roles", **typed, version=1)
    assert stale.status_code == 409
    assert "This was deleted while you were editing. Save creates it again, as shown below." in stale.text
    assert 'value="Looker"' in stale.text
    assert 'value="view-worklogs" checked' in stale.text
    assert 'name="version" value="0"' in stale.text
    assert "The role “Looker” is saved." in lead.post(f"/teams/{team.id}/roles", **typed, version=0).text


def test_a_role_that_somebody_has_deleted_leaves_the_list(lead: TeamViewer, team: Team) -> None:
    added = lead.post(f"/teams/{team.id}/roles", name="Watcher", permission="view-hours", version=0)
    role_id = added.text.split('id="edit-role-')[-1].split('"')[0]
    lead.post(f"/teams/{team.id}/roles/{role_id}/delete")
    again = lead.post(f"/teams/{team.id}/roles/{role_id}/delete")
    assert again.status_code == 404
    assert "This role no longer exists." in again.text
    assert 'class="flag problem"' in again.text
    assert 'id="team-settings"' in again.text
    assert "Watcher" not in again.text


def test_a_role_is_deleted_only_if_it_is_the_teams_own_and_nobody_has_it(
    lead: TeamViewer, team: Team
) -> None:
    lead.post(f"/teams/{team.id}/roles", name="Watcher", permission="view-hours", version=0)

    def buttons() -> list[str]:
        page = lead.get(f"/teams/{team.id}/settings", section="roles").text
        return [part.split(">")[0] for part in page.split('id="delete-role-')[1:]]

    [unused] = buttons()
    role_id = unused.split('"')[0]
    assert "disabled" not in unused
    assert lead.post(f"/teams/{team.id}/members", person=BO, role=role_id).status_code == 200
    [used] = buttons()
    assert "disabled" in used


def test_a_role_without_a_name_stays_in_the_dialog(lead: TeamViewer, team: Team) -> None:
    answer = lead.post(f"/teams/{team.id}/roles", name=" ", permission="view-hours", version=0)
    assert answer.status_code == 422
    assert 'id="error-name"' in answer.text


def test_the_leads_role_is_not_the_forms_to_change(teams: TeamSite, lead: TeamViewer, team: Team) -> None:
    page = lead.get(f"/teams/{team.id}/settings", section="roles")
    role_id = page.text.split('<tr id="role-')[1].split('"')[0]
    answer = lead.post(
        f"/teams/{team.id}/roles", role=role_id, name="Team Lead", permission="view-hours", version=1
    )
    assert answer.status_code == 422
    assert "has all permissions" in answer.text


@pytest.mark.parametrize("role_id", ["../../x", "a\nb", "a b", "A", "a" * 65, "a\x00"])
def test_a_role_gets_no_id_that_is_none(lead: TeamViewer, team: Team, role_id: str) -> None:
    sent = {"role": role_id, "name": "Odd", "permission": "view-hours", "version": 0}
    assert lead.post(f"/teams/{team.id}/roles", **sent).status_code == 422
    assert "Odd" not in lead.get(f"/teams/{team.id}/settings", section="roles").text
