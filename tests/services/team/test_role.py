"""Roles of a team: added, changed, deleted when nobody has them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.support.commands import saving_role
from tests.services.support.team_scene import ANN, BO, LEAD, TeamScene
from timesheet.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from timesheet.domain.permission import TeamAction
from timesheet.domain.team.team import Role, TeamPermission
from timesheet.services.ports.stores import TeamGroup
from timesheet.services.team import role as role_module
from timesheet.services.team.command import DeleteRole
from timesheet.services.team.role import delete_role, save_role
from timesheet.services.viewer.team_context import new_id, open_team

HOURS = frozenset({TeamPermission.VIEW_HOURS})


def test_a_role_is_added_and_changed(teams: TeamScene) -> None:
    team = teams.team()
    role = save_role(teams.team_context(), saving_role(Role(new_id(), team.id, " Watcher ", HOURS)))
    assert role.name == "Watcher"
    more = save_role(
        teams.team_context(), saving_role(replace(role, permissions=HOURS | {TeamPermission.VIEW_WORKLOGS}))
    )
    with pytest.raises(Conflict) as conflict:
        save_role(teams.team_context(), saving_role(role))
    assert conflict.value.current == more


def test_a_plain_member_changes_no_role(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN)
    with pytest.raises(NotAllowed):
        save_role(
            teams.team_context(ANN), saving_role(Role(new_id(), team.id, "Boss", frozenset(TeamPermission)))
        )


def test_a_plain_member_deletes_no_role(teams: TeamScene) -> None:
    team = teams.team("Payments", LEAD, ANN)
    role = save_role(teams.team_context(), saving_role(Role(new_id(), team.id, "Watcher", HOURS)))
    with pytest.raises(NotAllowed):
        delete_role(teams.team_context(ANN), DeleteRole(team.id, role.id))
    assert role in teams.stores.teams.roles(team.id)


def test_a_name_that_another_role_gets_meanwhile_is_taken(
    teams: TeamScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = teams.team()
    teams.while_waiting(
        monkeypatch, lambda: teams.stores.teams.save_role(Role(new_id(), team.id, "Watcher", HOURS))
    )
    with pytest.raises(InvalidInput, match="already"):
        save_role(teams.team_context(), saving_role(Role(new_id(), team.id, "Watcher", HOURS)))


def test_a_role_goes_when_nobody_has_it(teams: TeamScene) -> None:
    team = teams.team()
    teams.join(team, BO, TeamPermission.VIEW_HOURS)
    role = next(role for role in teams.stores.teams.roles(team.id) if not role.system)
    with pytest.raises(InvalidInput, match="1 member has"):
        delete_role(teams.team_context(), DeleteRole(team.id, role.id))
    teams.stores.teams.remove_members(team.id, [BO])
    assert delete_role(teams.team_context(), DeleteRole(team.id, role.id)) == role
    with pytest.raises(NotFound):
        delete_role(teams.team_context(), DeleteRole(team.id, role.id))


def test_a_role_that_a_group_gives_stays(teams: TeamScene) -> None:
    team = teams.team()
    role = save_role(teams.team_context(), saving_role(Role(new_id(), team.id, "Watcher", HOURS)))
    teams.stores.teams.save_group(TeamGroup(team.id, "developers", frozenset({role.id})))
    with pytest.raises(InvalidInput, match="Jira group"):
        delete_role(teams.team_context(), DeleteRole(team.id, role.id))
    teams.stores.teams.delete_group(team.id, "developers")
    assert delete_role(teams.team_context(), DeleteRole(team.id, role.id)) == role


def test_a_role_that_somebody_gets_meanwhile_stays(teams: TeamScene, monkeypatch: pytest.MonkeyPatch) -> None:
    team = teams.team("Payments", LEAD, ANN)
    role = save_role(teams.team_context(), saving_role(Role(new_id(), team.id, "Watcher", HOURS)))
    member = teams.stores.teams.member(team.id, ANN)
    given = replace(member, role_ids=member.role_ids | {role.id})
    teams.while_waiting(monkeypatch, lambda: teams.stores.teams.save_member(given))
    with pytest.raises(InvalidInput, match="1 member has"):
        delete_role(teams.team_context(), DeleteRole(team.id, role.id))


def test_the_roles_that_come_with_a_team_stay(teams: TeamScene) -> None:
    team = teams.team()
    for role in teams.roles(team):
        with pytest.raises(InvalidInput):
            delete_role(teams.team_context(), DeleteRole(team.id, role.id))


def test_a_repeated_request_adds_one_role(teams: TeamScene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both requests read the roles before either saves."""
    team = teams.team()
    opened = open_team(teams.team_context(), team.id, TeamAction.EDIT)
    save_role(teams.team_context(), saving_role(Role(new_id(), team.id, "Watcher", HOURS)))
    monkeypatch.setattr(role_module, "open_team", lambda *_: opened)
    with pytest.raises(InvalidInput, match="already"):
        save_role(teams.team_context(), saving_role(Role(new_id(), team.id, "Watcher", HOURS)))
