"""Opening a team: who may, and which groups are read."""

from __future__ import annotations

import pytest

from tests.services.support.team_scene import ADMIN, ANN, BO, LEAD, OUT, TeamScene
from timesheet.domain.errors import NotAllowed, NotFound
from timesheet.domain.permission import Grant, SitePermission, SitePermissions, TeamAction, Whom
from timesheet.domain.team.team import TeamPermission
from timesheet.services.viewer.team_context import lock_team, open_team


def test_there_is_no_such_team(teams: TeamScene) -> None:
    with pytest.raises(NotFound):
        open_team(teams.team_context(), "nowhere", TeamAction.EDIT)


@pytest.mark.parametrize("viewer", [LEAD, ADMIN, BO])
def test_lead_administrators_and_managers_edit(teams: TeamScene, viewer: str) -> None:
    team = teams.team()
    teams.join(team, BO, TeamPermission.MANAGE_TEAM)
    opened = open_team(teams.team_context(viewer), team.id, TeamAction.EDIT)
    assert opened.may(TeamAction.DELETE) is (viewer != BO)
    assert {opened.lead_role.name, opened.member_role.name} == {"Team Lead", "Team Member"}


@pytest.mark.parametrize("viewer", [ANN, OUT])
def test_a_refusal_names_its_layer_and_the_permission(teams: TeamScene, viewer: str) -> None:
    team = teams.team("Payments", LEAD, ANN)
    with pytest.raises(NotAllowed) as refused:
        open_team(teams.team_context(viewer), team.id, TeamAction.EDIT)
    assert (refused.value.layer, refused.value.permission) == ("team", "Manage this team")


def test_what_was_granted_on_the_site_until_the_lock_is_held_counts_no_more(
    teams: TeamScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    team, context = teams.team(), teams.team_context(ADMIN)
    open_team(context, team.id, TeamAction.EDIT)
    teams.while_waiting(monkeypatch, teams.revoke)
    with pytest.raises(NotAllowed):
        lock_team(context, team.id, TeamAction.EDIT)


def test_groups_are_read_only_where_a_grant_names_one(teams: TeamScene) -> None:
    assert not teams.team_context(ANN).administers
    assert teams.directory.calls == []
    grant = Grant(Whom.SOME, groups=frozenset({"admins"}))
    version = teams.stores.permissions.read().version
    teams.stores.permissions.save(SitePermissions({}, {SitePermission.TEAM_ADMINISTRATORS: grant}, version))
    assert not teams.team_context(ANN).administers
    teams.directory.own_groups = frozenset({"admins"})
    assert teams.team_context(ANN).administers
    assert teams.directory.calls == ["own groups", "own groups"]
