"""Teams: listing, creating, handing over, archiving, and deleting."""

from __future__ import annotations

import pytest

from tests.services.support.team_scene import ADMIN, ANN, BO, CY, LEAD, OUT, TeamScene
from timesheet.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from timesheet.domain.team.team import Role, TeamPermission
from timesheet.services.team.command import ArchiveTeam, ChangeTeam, CreateTeam, DeleteTeam
from timesheet.services.team.team import (
    AskToKeep,
    TeamChoice,
    change_team,
    create_team,
    delete_team,
    list_teams,
    set_archived,
)
from timesheet.services.viewer.team_context import new_id


def names(teams: TeamScene, viewer: str, **choice: object) -> list[str]:
    return [line.team.name for line in list_teams(teams.team_context(viewer), TeamChoice(**choice))]  # type: ignore[arg-type]


def test_everybody_sees_their_own_teams_and_administrators_all(teams: TeamScene) -> None:
    teams.team("Payments", LEAD, ANN)
    teams.team("platform", ADMIN, ANN, LEAD)
    assert names(teams, ANN) == ["Payments", "platform"]
    assert names(teams, ANN, show="led") == []
    assert names(teams, LEAD, show="led") == ["Payments"]
    assert names(teams, OUT) == names(teams, OUT, show="all") == []
    assert names(teams, ADMIN) == ["platform"]
    assert names(teams, ADMIN, show="all") == ["Payments", "platform"]


def test_teams_are_found_by_text_and_apart_from_archived_ones(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN)
    change_team(teams.team_context(), ChangeTeam(team.id, "Payments", LEAD, team.version, "Refunds"))
    teams.team("Platform", LEAD, ANN)
    assert names(teams, ANN, text="RÉFUND") == ["Payments"]
    set_archived(teams.team_context(), ArchiveTeam(team.id, True, teams.stores.teams.get(team.id).version))
    assert names(teams, ANN) == ["Platform"]
    assert names(teams, ANN, archived=True) == ["Payments"]


def test_a_line_shows_roles_people_and_what_may_be_done(teams: TeamScene) -> None:
    teams.team("Payments", LEAD, ANN, BO)
    [own] = list_teams(teams.team_context(LEAD), TeamChoice())
    assert (own.roles, own.people, own.lead.name) == (("Team Lead",), 3, "Lea Example")
    assert own.may_edit
    assert own.may_restore
    assert own.may_delete
    [plain] = list_teams(teams.team_context(ANN), TeamChoice())
    assert plain.roles == ("Team Member",)
    assert not plain.may_edit
    assert not plain.may_restore
    assert not plain.may_delete


def test_without_the_site_permission_nobody_makes_a_team(teams: TeamScene) -> None:
    with pytest.raises(NotAllowed) as refused:
        create_team(teams.team_context(ANN), CreateTeam("Ours", ANN))
    assert (refused.value.layer, refused.value.permission) == ("site", "Team managers")
    assert teams.stores.teams.all() == ()


def test_a_new_team_has_its_lead_as_a_member_with_the_role(teams: TeamScene) -> None:
    team = create_team(teams.team_context(), CreateTeam(" Payments ", LEAD))
    assert team.name == "Payments"
    assert teams.role_names(team, LEAD) == {"Team Lead"}
    assert teams.stores.teams.member(team.id, LEAD).joined is None


def test_a_name_is_taken_once(teams: TeamScene) -> None:
    teams.team("Payments")
    with pytest.raises(InvalidInput) as refused:
        create_team(teams.team_context(), CreateTeam("payments", LEAD))
    assert refused.value.field == "name"


def test_whoever_makes_a_team_for_somebody_else_is_asked_to_stay(teams: TeamScene) -> None:
    with pytest.raises(AskToKeep):
        create_team(teams.team_context(), CreateTeam("Payments", BO))
    assert teams.stores.teams.all() == ()
    kept = create_team(teams.team_context(), CreateTeam("Payments", BO, keep=True))
    assert teams.role_names(kept, LEAD) == {"Team Manager"}
    gone = create_team(teams.team_context(), CreateTeam("Platform", BO, keep=False))
    assert [member.account_id for member in teams.stores.teams.members(gone.id)] == [BO]


@pytest.mark.parametrize("lead", [CY, "nobody-knows"])
def test_somebody_without_an_active_account_cannot_lead(teams: TeamScene, lead: str) -> None:
    teams.directory.deactivate(CY)
    with pytest.raises(InvalidInput, match="no active account") as refused:
        create_team(teams.team_context(), CreateTeam("Payments", lead, keep=False))
    assert refused.value.field == "lead"
    assert teams.stores.teams.all() == ()


def test_somebody_whose_account_was_reactivated_can_lead_at_once(teams: TeamScene) -> None:
    active, context = teams.directory.people[CY], teams.team_context()
    teams.directory.deactivate(CY)
    assert not context.people([CY])[CY].active
    teams.directory.people[CY] = active
    assert not context.people([CY])[CY].active, "names are cached"
    assert create_team(context, CreateTeam("Payments", CY, keep=False)).lead == CY


@pytest.mark.parametrize(
    ("keep", "roles"),
    [(True, {"Team Member", "Team Manager"}), (False, {"Team Member"})],
    ids=["kept", "not kept"],
)
def test_the_roles_follow_the_lead(teams: TeamScene, keep: bool, roles: set[str]) -> None:
    team = teams.team("Payments", LEAD, BO)
    change_team(teams.team_context(), ChangeTeam(team.id, "Payments", BO, team.version, keep=keep))
    assert teams.stores.teams.get(team.id).lead == BO
    assert teams.role_names(team, BO) == {"Team Lead", "Team Member"}
    assert teams.role_names(team, LEAD) == roles


def test_handing_over_asks_first_and_changes_nothing_until_answered(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, BO)
    with pytest.raises(AskToKeep):
        change_team(teams.team_context(), ChangeTeam(team.id, "Payments", BO, team.version))
    assert teams.stores.teams.get(team.id) == team


def test_a_role_that_manages_already_is_taken_before_a_new_one_is_made(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, BO)
    teams.stores.teams.save_role(Role(new_id(), team.id, "Deputy", frozenset({TeamPermission.MANAGE_TEAM})))
    change_team(teams.team_context(), ChangeTeam(team.id, "Payments", BO, team.version, keep=True))
    assert teams.role_names(team, LEAD) == {"Team Member", "Deputy"}


def test_a_lead_who_is_not_a_member_may_stay_as_manager(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, BO)
    teams.stores.teams.remove_members(team.id, [LEAD])
    change_team(teams.team_context(), ChangeTeam(team.id, "Payments", BO, team.version, keep=True))
    assert teams.role_names(team, LEAD) == {"Team Manager"}
    again = teams.stores.teams.get(team.id)
    teams.stores.teams.remove_members(team.id, [BO])
    change_team(teams.team_context(BO), ChangeTeam(team.id, "Payments", ANN, again.version, keep=False))
    assert {member.account_id for member in teams.stores.teams.members(team.id)} == {LEAD, ANN}


def test_a_manager_edits_but_does_not_take_the_lead(teams: TeamScene) -> None:
    team = teams.team()
    teams.join(team, BO, TeamPermission.MANAGE_TEAM)
    team = change_team(teams.team_context(BO), ChangeTeam(team.id, "Money", LEAD, team.version))
    assert team.name == "Money"
    with pytest.raises(NotAllowed) as refused:
        change_team(teams.team_context(BO), ChangeTeam(team.id, "Money", BO, team.version, keep=True))
    assert refused.value.permission == "Team administrators"
    assert teams.stores.teams.get(team.id).lead == LEAD


def test_an_administrator_replaces_a_deactivated_lead(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, BO)
    teams.directory.deactivate(LEAD)
    change_team(teams.team_context(ADMIN), ChangeTeam(team.id, "Payments", BO, team.version, keep=False))
    assert teams.stores.teams.get(team.id).lead == BO


def test_two_at_once_the_second_gets_what_the_first_saved(teams: TeamScene) -> None:
    team = teams.team()
    first = change_team(teams.team_context(), ChangeTeam(team.id, "Money", LEAD, team.version))
    with pytest.raises(Conflict) as conflict:
        change_team(teams.team_context(ADMIN), ChangeTeam(team.id, "Cash", LEAD, team.version))
    assert conflict.value.current == first


@pytest.mark.parametrize("viewer", [LEAD, BO, ADMIN])
def test_a_form_that_is_older_than_the_lead_does_not_hand_the_team_back(
    teams: TeamScene, viewer: str
) -> None:
    team = teams.team("Payments", LEAD, ANN)
    teams.join(team, BO, TeamPermission.MANAGE_TEAM)
    handed_over = change_team(
        teams.team_context(ADMIN), ChangeTeam(team.id, "Payments", ANN, team.version, keep=True)
    )
    with pytest.raises(Conflict) as conflict:
        change_team(teams.team_context(viewer), ChangeTeam(team.id, "Money", LEAD, team.version))
    assert conflict.value.current == handed_over
    assert teams.stores.teams.get(team.id) == handed_over


def test_an_archived_team_only_shows_until_it_is_restored(teams: TeamScene) -> None:
    team = teams.team()
    archived = set_archived(teams.team_context(), ArchiveTeam(team.id, True, team.version))
    with pytest.raises(NotAllowed, match="archived"):
        change_team(teams.team_context(), ChangeTeam(team.id, "Money", LEAD, archived.version))
    restored = set_archived(teams.team_context(), ArchiveTeam(team.id, False, archived.version))
    assert (
        change_team(teams.team_context(), ChangeTeam(team.id, "Money", LEAD, restored.version)).name
        == "Money"
    )


def test_a_team_goes_when_its_name_is_typed(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN)
    for typed in ("", "Payment", "other"):
        with pytest.raises(InvalidInput) as refused:
            delete_team(teams.team_context(), DeleteTeam(team.id, typed))
        assert refused.value.field == "typed"
    assert delete_team(teams.team_context(), DeleteTeam(team.id, " payments ")) == team
    with pytest.raises(NotFound):
        teams.stores.teams.get(team.id)
    assert teams.stores.teams.teams_of(ANN) == ()


def test_a_manager_does_not_delete(teams: TeamScene) -> None:
    team = teams.team()
    teams.join(team, BO, TeamPermission.MANAGE_TEAM)
    with pytest.raises(NotAllowed) as refused:
        delete_team(teams.team_context(BO), DeleteTeam(team.id, "Payments"))
    assert refused.value.permission == "Team administrators"


def test_a_repeated_request_creates_one_team(teams: TeamScene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both requests read the names before either saves."""
    create_team(teams.team_context(LEAD), CreateTeam("Payments", LEAD))
    context, store = teams.team_context(LEAD), type(teams.stores.teams)
    answers = iter([(), teams.stores.teams.all()])
    monkeypatch.setattr(store, "all", lambda _store: next(answers))
    with pytest.raises(InvalidInput, match="already"):
        create_team(context, CreateTeam("payments", LEAD))


def test_whoever_may_no_longer_create_teams_when_jira_has_answered_creates_none(
    teams: TeamScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    teams.while_waiting(monkeypatch, teams.revoke)
    with pytest.raises(NotAllowed):
        create_team(teams.team_context(), CreateTeam("Payments", LEAD))
    assert teams.stores.teams.all() == ()


def test_whoever_administers_no_longer_when_jira_has_answered_changes_no_lead(
    teams: TeamScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = teams.team("Payments", LEAD, BO)
    teams.join(team, ADMIN, TeamPermission.MANAGE_TEAM)
    teams.while_waiting(monkeypatch, teams.revoke)
    with pytest.raises(NotAllowed) as refused:
        change_team(teams.team_context(ADMIN), ChangeTeam(team.id, "Payments", BO, team.version, keep=False))
    assert refused.value.permission == "Team administrators"
    assert teams.stores.teams.get(team.id) == team
